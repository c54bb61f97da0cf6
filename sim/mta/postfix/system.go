package postfix

import (
	"errors"
	"io/fs"
	"time"

	"mxlab/sim/mail"
)

// File is a file of the host as tables need it.
type File struct {
	Data     []byte
	Modified time.Time
}

// User is a login account.
type User struct {
	Name, Home string
	UID, GID   int
}

// System is the host as seen by tables and decisions. A nil function stands for
// "nothing there".
type System struct {
	ReadFile func(path string) (File, error)              // errors as of io/fs
	DNS      mail.LookupFunc                              // may block
	Now      func() time.Time                             // nil: unknown
	User     func(name string) (User, bool)               // getpwnam
	Policy   func(server, request string) (string, error) // check_policy_service; returns the action
	Log      func(Diagnostic)
}

func (s *System) log(d Diagnostic) {
	if s.Log != nil {
		s.Log(d)
	}
}

func (s *System) read(path string) (File, error) {
	if s.ReadFile == nil {
		return File{}, fs.ErrNotExist
	}
	return s.ReadFile(path)
}

func (s *System) dns(name string, t mail.RRType) mail.DNSAnswer {
	if s.DNS == nil {
		return mail.DNSAnswer{Outcome: mail.DNSTempFail}
	}
	return s.DNS(name, t)
}

// reason is an error's text in the words of strerror(3).
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "No such file or directory"
	case errors.Is(err, fs.ErrPermission):
		return "Permission denied"
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
