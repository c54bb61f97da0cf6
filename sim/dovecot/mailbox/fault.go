package mailbox

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// Errors of folder operations. Their texts are Dovecot's replies.
var (
	ErrExists     = errors.New("Mailbox already exists")
	ErrNotFound   = errors.New("Mailbox doesn't exist")
	ErrInbox      = errors.New("INBOX can't be deleted")
	ErrNoLocation = errors.New("mail_location not set and autodetection failed")
)

// NameError says why a folder cannot have a name.
type NameError struct{ Reason string }

func (e *NameError) Error() string { return "Invalid mailbox name: " + e.Reason }

// Fault is an error of the disk, worded as Dovecot logs it. The client is told
// only that there was an internal error.
type Fault struct {
	Text string
	Err  error
}

func (e *Fault) Error() string { return e.Text }
func (e *Fault) Unwrap() error { return e.Err }

// fault words the failure of a call on a path. For a permission error it says
// who asked and which directory or file stands in the way.
func (s *Store) fault(call, name string, err error) error {
	errno := vfs.ErrnoOf(err)
	text := fmt.Sprintf("%s(%s) failed: %v", call, name, errno)
	if errno == vfs.EACCES {
		text += " " + s.denial(call, name)
	}
	return &Fault{text, err}
}

// denial explains EACCES: who asked, which permission is missing, and where.
func (s *Store) denial(call, name string) string {
	h := s.Host
	who := fmt.Sprintf("euid=%d(%s) egid=%d(%s)", s.Cred.UID, h.UserName(s.Cred.UID), s.Cred.GID, h.GroupName(s.Cred.GID))
	for dir := path.Dir(name); ; dir = path.Dir(dir) { // the deepest directory that exists
		info, err := h.FS.Stat(dir, host.Root)
		if err == nil {
			return "(" + who + " " + s.missing(call, name, dir, info) + ")"
		}
		if dir == "/" {
			return "(" + who + ")"
		}
	}
}

func (s *Store) missing(call, name, dir string, info vfs.Info) string {
	owner := func(i vfs.Info) string {
		return fmt.Sprintf("dir owned by %d:%d mode=0%o", i.UID, i.GID, vfs.UnixMode(i.Mode())&0o777)
	}
	for _, up := range parents(dir) {
		if s.Host.FS.Access(up, vfs.MayExec, s.Cred) != nil {
			i, _ := s.Host.FS.Stat(up, host.Root)
			return fmt.Sprintf("missing +x perm: %s, %s", up, owner(i))
		}
	}
	switch call {
	case "opendir", "open":
		if _, err := s.Host.FS.Stat(name, host.Root); err == nil {
			return "missing +r perm: " + name
		}
	}
	note := ""
	if !s.Cred.InGroup(info.GID) && !s.Cred.IsRoot() && info.UID != s.Cred.UID && vfs.UnixMode(info.Mode())&0o020 != 0 {
		note = fmt.Sprintf(", we're not in group %d(%s)", info.GID, s.Host.GroupName(info.GID))
	}
	return fmt.Sprintf("missing +w perm: %s%s, %s", dir, note, owner(info))
}

// parents lists a directory and those above it, the root first.
func parents(dir string) []string {
	var list []string
	for ; dir != "/" && dir != "."; dir = path.Dir(dir) {
		list = append([]string{dir}, list...)
	}
	return append([]string{"/"}, list...)
}

func notExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }
