package mailbox

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// Format is the way mails are kept.
type Format string

// The formats known.
const (
	Maildir Format = "maildir"
	Mbox    Format = "mbox"
)

// Location is a mail_location with its variables replaced.
type Location struct {
	Format Format
	Root   string // directory of all folders
	Inbox  string // mbox: the file of the INBOX, "" for Root/inbox
	Layout string // "fs": folders are directories
}

// ParseLocation reads a mail_location; home replaces "~". Errors are worded as
// Dovecot logs them.
func ParseLocation(text, home string) (Location, error) {
	format, rest, ok := strings.Cut(text, ":")
	if !ok {
		return Location{}, fmt.Errorf("Ambiguous mail location setting, don't know what to do with it: %s (try prefixing it with mbox: or maildir:)", text)
	}
	loc := Location{Format: Format(format)}
	if loc.Format != Maildir && loc.Format != Mbox {
		return loc, fmt.Errorf("Unknown mail storage driver %s", format)
	}
	for i, part := range strings.Split(rest, ":") {
		key, value, _ := strings.Cut(part, "=")
		switch {
		case i == 0 && part == "":
			return loc, fmt.Errorf("Root mail directory not given")
		case i == 0:
			loc.Root = inHome(part, home)
		case key == "INBOX":
			loc.Inbox = inHome(value, home)
		case key == "LAYOUT":
			loc.Layout = value
		}
	}
	if !strings.HasPrefix(loc.Root, "/") {
		return loc, fmt.Errorf("Home directory not set, can't expand ~/ for mail root dir in: %s", text)
	}
	return loc, nil
}

func inHome(p, home string) string {
	if p == "~" || strings.HasPrefix(p, "~/") {
		if home == "" {
			return p
		}
		return path.Clean(home + p[1:])
	}
	return path.Clean(p)
}

// Store is a user's mail.
type Store struct {
	Host            *host.Host
	Cred            vfs.Cred
	Privileged      vfs.Cred // Cred with mail_privileged_group
	PrivilegedGroup string   // its name, "" if none is set
	Loc             Location
	Rand            *rand.Rand
}

// Box is an open folder.
type Box interface {
	// Sync reads what has changed on the disk. The messages are those before
	// it, less those that are gone, and the new ones behind.
	Sync() error
	// Messages are the mails by ascending UID.
	Messages() []*Message
	// Validity is the UIDVALIDITY, Next the next UID.
	Validity() uint32
	Next() uint32
	// Keywords are those used in the box so far.
	Keywords() []string
	// Stat fills in Received and Size.
	Stat(m *Message) error
	// Raw returns a mail with CRLF line ends.
	Raw(m *Message) ([]byte, error)
	// SetFlags stores flags and keywords.
	SetFlags(m *Message, f Flags, keywords []string) error
	// Expunge removes mails for good.
	Expunge(list []*Message) error
	// Append adds a mail and returns its UID.
	Append(data []byte, f Flags, keywords []string, received int64) (uint32, error)
	// Watched are the paths whose change may mean new mail.
	Watched() []string
	// Close writes what was kept back.
	Close() error
}

// Separator is the hierarchy separator of folder names.
func (s *Store) Separator() string {
	if s.Loc.Format == Mbox || s.Loc.Layout == "fs" {
		return "/"
	}
	return "."
}

// CheckName says why a folder may not have a name.
func (s *Store) CheckName(name string) error {
	sep := s.Separator()
	switch {
	case name == "":
		return &NameError{"Name is empty"}
	case len(name) > 255*4:
		return &NameError{"Name is too long"}
	case strings.HasPrefix(name, sep):
		return &NameError{"Begins with hierarchy separator"}
	case strings.HasSuffix(name, sep):
		return &NameError{"Ends with hierarchy separator"}
	case strings.Contains(name, sep+sep):
		return &NameError{"Has adjacent hierarchy separators"}
	case sep != "/" && strings.Contains(name, "/"):
		return &NameError{"Name must not have '/' characters"}
	case strings.HasPrefix(name, "~"):
		return &NameError{"Begins with '~'"}
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return &NameError{"Control characters not allowed"}
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "." || part == ".." {
			return &NameError{"Contains '" + part + "' part"}
		}
		if len(part) > 255 {
			return &NameError{"Name is too long"}
		}
	}
	return nil
}

func isInbox(name string) bool { return strings.EqualFold(name, "INBOX") }

// place is the path of a folder.
func (s *Store) place(name string) string {
	switch {
	case s.Loc.Format == Mbox && isInbox(name) && s.Loc.Inbox != "":
		return s.Loc.Inbox
	case s.Loc.Format == Mbox && isInbox(name):
		return s.Loc.Root + "/inbox"
	case s.Loc.Format == Mbox:
		return s.Loc.Root + "/" + name
	case isInbox(name):
		return s.Loc.Root
	case s.Loc.Layout == "fs":
		return s.Loc.Root + "/" + name
	}
	return s.Loc.Root + "/." + name
}

// Open opens a folder; the INBOX is made if it is missing. With peek the box is
// only looked at: new mails stay recent for the next who opens it.
func (s *Store) Open(name string, peek bool) (Box, error) {
	if err := s.CheckName(name); err != nil {
		return nil, err
	}
	if s.Loc.Format == Mbox {
		return s.openMbox(s.place(name), isInbox(name))
	}
	return s.openMaildir(s.place(name), isInbox(name), peek)
}

// Exists reports whether there is a folder.
func (s *Store) Exists(name string) bool {
	if isInbox(name) {
		return true
	}
	probe := s.place(name)
	if s.Loc.Format == Maildir {
		probe += "/cur"
	}
	info, err := s.Host.FS.Stat(probe, s.Cred)
	return err == nil && info.IsDir() == (s.Loc.Format == Maildir)
}

// Folder is a line of LIST.
type Folder struct {
	Name     string
	Children bool
	NoSelect bool // only its children exist
}

// Folders lists all folders by name and the INBOX last. It is there even with an
// error, which says that others could not be listed.
func (s *Store) Folders() ([]Folder, error) {
	names, err := s.names()
	sep := s.Separator()
	var list []Folder
	have := map[string]bool{}
	for _, n := range names {
		have[n] = true
	}
	for _, n := range names { // the parents that do not exist themselves
		for i := strings.LastIndex(n, sep); i > 0; i = strings.LastIndex(n[:i], sep) {
			if up := n[:i]; !have[up] {
				have[up] = true
				list = append(list, Folder{Name: up, NoSelect: true})
			}
		}
		list = append(list, Folder{Name: n})
	}
	slices.SortFunc(list, func(a, b Folder) int { return strings.Compare(a.Name, b.Name) })
	for i := range list {
		list[i].Children = i+1 < len(list) && strings.HasPrefix(list[i+1].Name, list[i].Name+sep)
	}
	return append(list, Folder{Name: "INBOX"}), err
}

// names lists the folders other than the INBOX that exist.
func (s *Store) names() ([]string, error) {
	if s.Loc.Format == Mbox || s.Loc.Layout == "fs" {
		return s.treeNames(s.Loc.Root, ""), nil
	}
	entries, err := s.Host.FS.ReadDir(s.Loc.Root, s.Cred)
	if err != nil && !notExist(err) {
		return nil, s.fault("opendir", s.Loc.Root, err)
	}
	var list []string
	for _, e := range entries {
		if n, ok := strings.CutPrefix(e.Name, "."); ok && n != "" && e.Type == fs.ModeDir && s.Exists(n) {
			list = append(list, n)
		}
	}
	return list, nil
}

// maxFolders bounds the walk over a tree of folders.
const maxFolders = 2000

func (s *Store) treeNames(dir, prefix string) []string {
	entries, _ := s.Host.FS.ReadDir(dir, s.Cred)
	var list []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name, ".") || len(list) > maxFolders || s.Loc.Format == Maildir && slices.Contains(subdirs, e.Name) {
			continue
		}
		name := prefix + e.Name
		if s.Exists(name) && name != "inbox" {
			list = append(list, name)
		}
		if e.Type == fs.ModeDir && strings.Count(name, "/") < 10 {
			list = append(list, s.treeNames(dir+"/"+e.Name, name+"/")...)
		}
	}
	return list
}

// Create makes a folder.
func (s *Store) Create(name string) error {
	if err := s.CheckName(name); err != nil {
		return err
	}
	if s.Exists(name) {
		return ErrExists
	}
	if s.Loc.Format == Maildir {
		return s.makeMaildir(s.place(name))
	}
	at := s.place(name)
	if err := s.Host.FS.MkdirAll(path.Dir(at), 0o700, s.Cred); err != nil {
		return s.fault("mkdir", path.Dir(at), err)
	}
	if err := s.Host.FS.WriteFile(at, nil, 0o600, s.Cred); err != nil {
		return s.fault("open", at, err)
	}
	return nil
}

// Delete removes a folder with its mails.
func (s *Store) Delete(name string) error {
	if isInbox(name) {
		return ErrInbox
	}
	if s.CheckName(name) != nil || !s.Exists(name) {
		return ErrNotFound
	}
	if err := s.Host.FS.RemoveAll(s.place(name), s.Cred); err != nil {
		return s.fault("rmdir", s.place(name), err)
	}
	return nil
}

// Rename renames a folder and those below it. The INBOX cannot be renamed.
func (s *Store) Rename(from, to string) error {
	if err := s.CheckName(to); err != nil {
		return err
	}
	switch {
	case isInbox(from) || s.CheckName(from) != nil || !s.Exists(from):
		return ErrNotFound
	case s.Exists(to):
		return ErrExists
	}
	names, err := s.names()
	if err != nil {
		return err
	}
	if s.Separator() == "/" {
		names = []string{from}
		if err := s.Host.FS.MkdirAll(path.Dir(s.place(to)), 0o700, s.Cred); err != nil {
			return s.fault("mkdir", path.Dir(s.place(to)), err)
		}
	}
	for _, n := range names {
		if rest, ok := strings.CutPrefix(n, from); ok && (rest == "" || strings.HasPrefix(rest, s.Separator())) {
			if err := s.Host.FS.Rename(s.place(n), s.place(to+rest), s.Cred); err != nil {
				return s.fault("rename", s.place(n), err)
			}
		}
	}
	return nil
}
