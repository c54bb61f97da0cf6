package mailbox

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host/vfs"
)

// subdirs are the directories of a maildir.
var subdirs = []string{"cur", "new", "tmp"}

// maildir is an open folder of a maildir.
type maildir struct {
	store    *Store
	dir      string
	list     uidlist
	words    []string // keywords by letter
	messages []*Message
	synced   bool
	peek     bool                // look only: what is in new stays there
	seen     map[string]*Message // by key
	stamp    uint64              // generation of the disk at the last sync
}

// openMaildir opens a maildir, making it if it is the INBOX and missing.
func (s *Store) openMaildir(dir string, inbox, peek bool) (Box, error) {
	info, err := s.Host.FS.Stat(dir+"/cur", s.Cred)
	switch {
	case err == nil && !info.IsDir():
		return nil, s.fault("opendir", dir+"/cur", vfs.ENOTDIR)
	case notExist(err) && !inbox:
		return nil, ErrNotFound
	case notExist(err):
		if err := s.makeMaildir(dir); err != nil { // Dovecot tries it twice
			return nil, &Fault{fmt.Sprintf("%v\n%v\nMailbox INBOX: Failed to autocreate mailbox: Internal error occurred. Refer to server log for more information.%s",
				err, err, s.Host.Now().Format(" [2006-01-02 15:04:05]")), err}
		}
	case err != nil:
		return nil, s.fault("stat", dir+"/tmp", err)
	}
	b := &maildir{store: s, dir: dir, peek: peek, seen: map[string]*Message{}}
	return b, b.Sync()
}

// makeMaildir makes the directories of a maildir.
func (s *Store) makeMaildir(dir string) error {
	if err := s.Host.FS.MkdirAll(dir, 0o700, s.Cred); err != nil {
		return s.fault("mkdir", dir, err)
	}
	for _, sub := range subdirs {
		if err := s.Host.FS.Mkdir(dir+"/"+sub, 0o700, s.Cred); err != nil && !errors.Is(err, fs.ErrExist) {
			return s.fault("mkdir", dir+"/"+sub, err)
		}
	}
	if dir != s.Loc.Root { // Maildir++ marks subfolders
		s.Host.FS.WriteFile(dir+"/maildirfolder", nil, 0o600, s.Cred)
	}
	return nil
}

func (b *maildir) Messages() []*Message { return b.messages }
func (b *maildir) Validity() uint32     { return b.list.validity }
func (b *maildir) Next() uint32         { return b.list.next }
func (b *maildir) Keywords() []string   { return b.words }
func (b *maildir) Close() error         { return nil }
func (b *maildir) Watched() []string    { return []string{b.dir + "/new", b.dir + "/cur"} }

// Sync moves what lies in new to cur, gives UIDs to files without one and
// forgets files that are gone. The order of new files is that of their names,
// which begin with the time of delivery.
func (b *maildir) Sync() error {
	s := b.store
	if b.synced && b.stamp == s.Host.FS.Generation() {
		return nil
	}
	fresh, err := s.Host.FS.ReadDir(b.dir+"/new", s.Cred)
	if err != nil {
		return s.fault("opendir", b.dir+"/new", err)
	}
	recent := map[string]bool{}
	for _, e := range fresh {
		if strings.HasPrefix(e.Name, ".") || b.peek {
			continue
		}
		name := e.Name
		if !strings.Contains(name, ":2,") {
			name += ":2,"
		}
		if err := s.Host.FS.Rename(b.dir+"/new/"+e.Name, b.dir+"/cur/"+name, s.Cred); err != nil {
			return s.fault("rename", b.dir+"/new/"+e.Name, err)
		}
		recent[base(name)] = true
	}
	if !b.peek {
		fresh = nil
	}
	return b.scan(fresh, recent)
}

// scan reads cur. fresh are the files left in new; recent are the keys of those
// that were moved from there.
func (b *maildir) scan(fresh []vfs.Entry, recent map[string]bool) error {
	s := b.store
	entries, err := s.Host.FS.ReadDir(b.dir+"/cur", s.Cred)
	if err != nil {
		return s.fault("opendir", b.dir+"/cur", err)
	}
	if err := b.load(); err != nil {
		return err
	}
	found := map[string]*Message{}
	changed := !b.synced && b.list.fresh
	in := len(entries)
	entries = append(entries, fresh...)
	for i, e := range entries {
		if strings.HasPrefix(e.Name, ".") || e.Type == fs.ModeDir {
			continue
		}
		key := base(e.Name)
		m := b.seen[key]
		if m == nil {
			m = &Message{key: key}
			if recent[key] {
				m.Flags = Recent
			}
			b.seen[key] = m
		}
		m.file = "/cur/" + e.Name
		if i >= in {
			m.file = "/new/" + e.Name
			m.Flags |= Recent
		}
		m.Flags = m.Flags&Recent | fileFlags(e.Name)
		m.Keywords = b.fileKeywords(e.Name)
		found[key] = m
	}
	var list []*Message
	for key, uid := range b.list.all() {
		if m := found[key]; m != nil {
			m.UID = uid
			list = append(list, m)
			delete(found, key)
		} else {
			b.list.drop(key)
			delete(b.seen, key)
			changed = true
		}
	}
	for _, e := range entries { // those without a UID, in the order of their names
		if m := found[base(e.Name)]; m != nil {
			m.UID = b.list.add(m.key)
			list = append(list, m)
			delete(found, m.key)
			changed = true
		}
	}
	b.messages, b.synced = list, true
	if changed {
		err = b.save()
	}
	b.stamp = s.Host.FS.Generation()
	return err
}

// Stat fills in the time and the size. The size may stand in the file's name;
// otherwise the mail is read.
func (b *maildir) Stat(m *Message) error {
	if m.Received.IsZero() {
		info, err := b.store.Host.FS.Stat(b.dir+m.file, b.store.Cred)
		if err != nil {
			return b.store.fault("stat", b.dir+m.file, err)
		}
		m.Received = info.ModTime()
	}
	if m.Size > 0 {
		return nil
	}
	if _, w, ok := strings.Cut(m.key, ",W="); ok {
		if n, err := strconv.ParseInt(w, 10, 64); err == nil && n > 0 {
			m.Size = n
			return nil
		}
	}
	_, err := b.Raw(m)
	return err
}

// Raw reads a mail.
func (b *maildir) Raw(m *Message) ([]byte, error) {
	data, err := b.store.Host.FS.ReadFile(b.dir+m.file, b.store.Cred)
	if err != nil {
		return nil, b.store.fault("open", b.dir+m.file, err)
	}
	data = crlf(data)
	m.Size = int64(len(data))
	return data, nil
}

// base is a file name without its flags.
func base(name string) string {
	name, _, _ = strings.Cut(name, ":")
	return name
}

// letters are the flags of a file name, in their order there
// (cr.yp.to/proto/maildir.html).
var letters = []struct {
	letter byte
	flag   Flags
}{{'D', Draft}, {'F', Flagged}, {'R', Answered}, {'S', Seen}, {'T', Deleted}}

func fileFlags(name string) (f Flags) {
	_, info, _ := strings.Cut(name, ":2,")
	for _, l := range letters {
		if strings.IndexByte(info, l.letter) >= 0 {
			f |= l.flag
		}
	}
	return f
}

func (b *maildir) fileKeywords(name string) []string {
	_, info, _ := strings.Cut(name, ":2,")
	var list []string
	for i, w := range b.words {
		if strings.IndexByte(info, byte('a'+i)) >= 0 {
			list = append(list, w)
		}
	}
	return list
}

// maxKeywords is how many a maildir can hold: a to z.
const maxKeywords = 26

// SetFlags renames the file.
func (b *maildir) SetFlags(m *Message, f Flags, keywords []string) error {
	s := b.store
	if err := b.learn(keywords); err != nil {
		return err
	}
	name := m.key + ":2," + b.info(f, keywords)
	if "/cur/"+name != m.file {
		if err := s.Host.FS.Rename(b.dir+m.file, b.dir+"/cur/"+name, s.Cred); err != nil {
			return s.fault("rename", b.dir+m.file, err)
		}
	}
	m.file, m.Flags, m.Keywords = "/cur/"+name, f, b.fileKeywords(name)
	return nil
}

// info is the part of a file name behind ":2,".
func (b *maildir) info(f Flags, keywords []string) string {
	var out []byte
	for _, l := range letters {
		if f&l.flag != 0 {
			out = append(out, l.letter)
		}
	}
	for i, w := range b.words {
		if slices.Contains(keywords, w) {
			out = append(out, byte('a'+i))
		}
	}
	return string(out)
}

// learn gives new keywords a letter.
func (b *maildir) learn(keywords []string) error {
	n := len(b.words)
	for _, k := range keywords {
		if !slices.Contains(b.words, k) && len(b.words) < maxKeywords {
			b.words = append(b.words, k)
		}
	}
	if len(b.words) == n {
		return nil
	}
	var text strings.Builder
	for i, w := range b.words {
		fmt.Fprintf(&text, "%d %s\n", i, w)
	}
	return b.write("dovecot-keywords", text.String())
}

// Expunge unlinks files.
func (b *maildir) Expunge(list []*Message) error {
	s := b.store
	for _, m := range list {
		if err := s.Host.FS.Unlink(b.dir+m.file, s.Cred); err != nil && !notExist(err) {
			return s.fault("unlink", b.dir+m.file, err)
		}
		b.list.drop(m.key)
		delete(b.seen, m.key)
	}
	b.messages = slices.DeleteFunc(b.messages, func(m *Message) bool { return slices.Contains(list, m) })
	return b.save()
}

// Append writes a mail to tmp and moves it to cur, under a name with its sizes.
func (b *maildir) Append(data []byte, f Flags, keywords []string, received int64) (uint32, error) {
	s := b.store
	if err := b.learn(keywords); err != nil {
		return 0, err
	}
	now := s.Host.Clock.Now()
	body := lf(data)
	name := fmt.Sprintf("%d.M%dP%d.%s", now.Unix(), now.Nanosecond()/1000, b.list.next, s.Host.Hostname())
	tmp := b.dir + "/tmp/" + name
	if err := s.Host.FS.WriteFile(tmp, body, 0o600, s.Cred); err != nil {
		s.Host.FS.Unlink(tmp, s.Cred)
		return 0, s.fault("write", tmp, err)
	}
	if received > 0 {
		s.Host.FS.Chtimes(tmp, time.Unix(received, 0), s.Cred)
	}
	key := fmt.Sprintf("%s,S=%d,W=%d", name, len(body), len(body)+missingCR(body))
	file := "/cur/" + key + ":2," + b.info(f, keywords)
	if err := s.Host.FS.Rename(tmp, b.dir+file, s.Cred); err != nil {
		return 0, s.fault("rename", tmp, err)
	}
	uid := b.list.add(key)
	return uid, b.save()
}
