package mailbox

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host/vfs"
)

// mbox is an open mbox file. Dovecot keeps its state in header fields that
// clients do not see: X-IMAPbase in the first mail, X-UID, Status, X-Status and
// X-Keywords in each. They are written when a flag changes, a mail is removed or
// the box is closed with mails that had no UID yet.
type mbox struct {
	store          *Store
	file           string
	messages       []*Message
	validity, next uint32
	words          []string
	stamp          uint64
	synced         bool
	dirty          bool // state that is not in the file yet
}

func (s *Store) openMbox(file string, inbox bool) (Box, error) {
	info, err := s.Host.FS.Stat(file, s.Cred)
	switch {
	case notExist(err) && !inbox:
		return nil, ErrNotFound
	case err == nil && info.IsDir():
		return nil, &Fault{fmt.Sprintf("Can't open mailbox %s: Is a directory", file), vfs.EISDIR}
	case err != nil && !notExist(err):
		return nil, s.fault("open", file, err)
	}
	if err := s.Host.FS.MkdirAll(s.Loc.Root, 0o700, s.Cred); err != nil {
		return nil, s.fault("mkdir", s.Loc.Root, err)
	}
	b := &mbox{store: s, file: file}
	return b, b.Sync()
}

func (b *mbox) Messages() []*Message { return b.messages }
func (b *mbox) Validity() uint32     { return b.validity }
func (b *mbox) Next() uint32         { return b.next }
func (b *mbox) Keywords() []string   { return b.words }
func (b *mbox) Watched() []string    { return []string{b.file} }

// Stat does nothing: all is known since the file was read.
func (b *mbox) Stat(*Message) error { return nil }

// Raw returns a mail without the fields Dovecot keeps its state in.
func (b *mbox) Raw(m *Message) ([]byte, error) { return crlf(m.raw), nil }

// Sync reads the file anew. Mails known before are recognised by their UID, or,
// while they have none in the file, by their place among those.
func (b *mbox) Sync() error {
	s := b.store
	if b.synced && b.stamp == s.Host.FS.Generation() {
		return nil
	}
	data, err := s.Host.FS.ReadFile(b.file, s.Cred)
	if err != nil && !notExist(err) {
		return s.fault("open", b.file, err)
	}
	b.stamp = s.Host.FS.Generation()
	list, base, err := parseMbox(data)
	if err != nil {
		return &Fault{fmt.Sprintf("Mailbox isn't a valid mbox file: %s", b.file), err}
	}
	known := map[uint32]*Message{}
	var waiting []*Message // known, but without a UID in the file
	for _, m := range b.messages {
		known[m.UID] = m
		if m.key == "" {
			waiting = append(waiting, m)
		}
	}
	if base.validity != 0 {
		b.validity, b.next, b.words = base.validity, max(base.last+1, b.next), base.keywords
	} else if b.validity == 0 {
		b.validity, b.next, b.dirty = uint32(s.Host.Clock.Now().Unix()), 1, len(list) > 0
	}
	last := uint32(0)
	for i, m := range list {
		switch old := known[m.UID]; {
		case m.UID > last && old != nil:
			list[i] = b.same(old, m)
		case m.UID > last:
		case len(waiting) > 0 && bytes.Equal(waiting[0].raw, m.raw):
			list[i], waiting = b.same(waiting[0], m), waiting[1:]
		default:
			m.UID, m.key = b.next, ""
			b.dirty = true
		}
		last = list[i].UID
		b.next = max(b.next, last+1)
	}
	b.messages, b.synced = list, true
	return nil
}

// same keeps the identity of a message that was read again.
func (b *mbox) same(old, now *Message) *Message {
	old.raw, old.from, old.Received, old.Size = now.raw, now.from, now.Received, now.Size
	if now.key != "" {
		old.Flags, old.Keywords, old.key = old.Flags&(Recent|Deleted)|now.Flags, now.Keywords, now.key
	}
	return old
}

// mboxBase is the content of X-IMAPbase.
type mboxBase struct {
	validity, last uint32
	keywords       []string
}

// parseMbox cuts a file into mails. A From_ line begins a mail at the start of
// the file or after an empty line (mbox(5)). A file that begins otherwise is no
// mbox.
func parseMbox(data []byte) (list []*Message, base mboxBase, err error) {
	for len(data) > 0 {
		if !bytes.HasPrefix(data, []byte("From ")) {
			return nil, base, vfs.EINVAL
		}
		end := len(data)
		if i := bytes.Index(data, []byte("\n\nFrom ")); i >= 0 {
			end = i + 2
		}
		line, rest, _ := bytes.Cut(data[:end], []byte("\n"))
		m := &Message{from: string(line), Flags: Recent, Received: fromTime(string(line))}
		m.readState(bytes.TrimSuffix(rest, []byte("\n")), &base)
		list = append(list, m)
		data = data[end:]
	}
	return list, base, nil
}

// fromTime reads the date of a From_ line.
func fromTime(line string) time.Time {
	f := strings.Fields(line)
	if len(f) < 7 {
		return time.Unix(0, 0).UTC()
	}
	t, err := time.Parse("Mon Jan 2 15:04:05 2006", strings.Join(f[len(f)-5:], " "))
	if err != nil {
		return time.Unix(0, 0).UTC()
	}
	return t
}

// readState takes Dovecot's fields out of the header.
func (m *Message) readState(text []byte, base *mboxBase) {
	head, body, cut := bytes.Cut(text, []byte("\n\n"))
	var kept []byte
	for line := range bytes.Lines(append(bytes.Clone(head), '\n')) {
		name, value, _ := strings.Cut(strings.TrimSpace(string(line)), ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(name) {
		case "x-imapbase", "x-imap":
			f := strings.Fields(value)
			if len(f) >= 2 && base.validity == 0 {
				v, _ := strconv.ParseUint(f[0], 10, 32)
				n, _ := strconv.ParseUint(f[1], 10, 32)
				*base = mboxBase{uint32(v), uint32(n), f[2:]}
			}
		case "x-uid":
			if n, err := strconv.ParseUint(value, 10, 32); err == nil {
				m.UID, m.key = uint32(n), value
			}
		case "status", "x-status":
			m.status(value)
		case "x-keywords":
			m.Keywords = strings.Fields(value)
		case "content-length":
		default:
			kept = append(kept, line...)
		}
	}
	if cut {
		kept = append(append(kept, '\n'), body...)
	}
	m.raw = kept
	m.Size = int64(len(kept) + missingCR(kept))
}

// status reads the letters of Status and X-Status.
func (m *Message) status(letters string) {
	for _, c := range letters {
		switch c {
		case 'R':
			m.Flags |= Seen
		case 'O':
			m.Flags &^= Recent
		case 'A':
			m.Flags |= Answered
		case 'F':
			m.Flags |= Flagged
		case 'D':
			m.Flags |= Deleted
		case 'T':
			m.Flags |= Draft
		}
	}
}

// write puts the state into the file. As Dovecot does it first locks the file
// with a dotlock beside it, for which the directory must be writable to the user
// or to mail_privileged_group.
func (b *mbox) write() error {
	s := b.store
	if err := s.dotlock(b.file); err != nil {
		return err
	}
	var out bytes.Buffer
	for i, m := range b.messages {
		out.WriteString(m.from + "\n")
		if i == 0 {
			fmt.Fprintf(&out, "X-IMAPbase: %d %010d%s\n", b.validity, b.next-1, spaced(b.words))
		}
		head, body, _ := bytes.Cut(m.raw, []byte("\n\n"))
		out.Write(bytes.TrimSuffix(head, []byte("\n")))
		fmt.Fprintf(&out, "\nX-UID: %d\nStatus: %sO\n", m.UID, letter(m.Flags, Seen, "R"))
		if x := letter(m.Flags, Answered, "A") + letter(m.Flags, Flagged, "F") + letter(m.Flags, Draft, "T") + letter(m.Flags, Deleted, "D"); x != "" {
			out.WriteString("X-Status: " + x + "\n")
		}
		if len(m.Keywords) > 0 {
			out.WriteString("X-Keywords:" + spaced(m.Keywords) + "\n")
		}
		out.WriteByte('\n')
		out.Write(body)
		if !bytes.HasSuffix(body, []byte("\n")) {
			out.WriteByte('\n')
		}
		out.WriteByte('\n')
		m.key = strconv.Itoa(int(m.UID))
	}
	if err := s.Host.FS.WriteFile(b.file, out.Bytes(), 0o600, s.Cred); err != nil {
		return s.fault("open", b.file, err)
	}
	b.stamp, b.dirty = s.Host.FS.Generation(), false
	return nil
}

func letter(f, bit Flags, s string) string {
	if f&bit != 0 {
		return s
	}
	return ""
}

func spaced(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return " " + strings.Join(words, " ")
}

// dotlock reports whether FILE.lock can be made.
func (s *Store) dotlock(file string) error {
	dir := path.Dir(file)
	errUser := s.Host.FS.Access(dir, vfs.MayWrite|vfs.MayExec, s.Cred)
	if errUser == nil || s.PrivilegedGroup != "" && s.Host.FS.Access(dir, vfs.MayWrite|vfs.MayExec, s.Privileged) == nil {
		return nil
	}
	text := fmt.Sprintf("file_dotlock_create(%s) failed: Permission denied %s", file, s.denial("creat", file+".lock"))
	if s.PrivilegedGroup == "" {
		if info, err := s.Host.FS.Stat(dir, s.Cred); err == nil {
			text += fmt.Sprintf(" (set mail_privileged_group=%s)", s.Host.GroupName(info.GID))
		}
	}
	return &Fault{text, vfs.EACCES}
}

// SetFlags stores flags in the file.
func (b *mbox) SetFlags(m *Message, f Flags, keywords []string) error {
	if err := b.Sync(); err != nil {
		return err
	}
	m.Flags = f
	m.Keywords = slices.Clone(keywords)
	for _, k := range keywords {
		if !slices.Contains(b.words, k) {
			b.words = append(b.words, k)
		}
	}
	return b.write()
}

// Expunge rewrites the file without the mails.
func (b *mbox) Expunge(list []*Message) error {
	if err := b.Sync(); err != nil {
		return err
	}
	b.messages = slices.DeleteFunc(b.messages, func(m *Message) bool { return slices.Contains(list, m) })
	return b.write()
}

// Append adds a mail at the end.
func (b *mbox) Append(data []byte, f Flags, keywords []string, received int64) (uint32, error) {
	if err := b.Sync(); err != nil {
		return 0, err
	}
	t := b.store.Host.Now()
	if received > 0 {
		t = time.Unix(received, 0).In(t.Location())
	}
	m := &Message{UID: b.next, Flags: f, Keywords: keywords, Received: t, raw: lf(data)}
	m.Size = int64(len(m.raw) + missingCR(m.raw))
	m.from = "From MAILER-DAEMON  " + t.Format("Mon Jan _2 15:04:05 2006")
	b.messages = append(b.messages, m)
	b.next++
	return m.UID, b.write()
}

// Close writes the UIDs of mails that got one in this session.
func (b *mbox) Close() error {
	if !b.dirty || len(b.messages) == 0 {
		return nil
	}
	if err := b.Sync(); err != nil {
		return err
	}
	return b.write()
}
