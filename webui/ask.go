package webui

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"mxlab/sim"
	"mxlab/sim/host/vfs"
)

// ask answers a read.
func (s *Session) ask(a *Ask) *Answer {
	out := &Answer{ID: a.ID}
	n := 0
	for _, set := range []bool{a.Event != nil, a.File != nil, a.Dir != nil, a.Lint != nil, a.Mailbox != nil, a.Message != nil, a.Complete != nil, a.Queue != nil} {
		if set {
			n++
		}
	}
	if n != 1 {
		out.Error = problemf(codeBadRequest, "조회에는 한 가지 내용이 있어야 하는데 %d가지입니다.", "a read has one field, this one has %d", n)
		return out
	}
	s.mu.Lock()
	w := s.world
	s.mu.Unlock()
	switch {
	case a.Event != nil:
		out.Event, out.Error = s.event(a.Event)
	case a.File != nil:
		out.Error = s.asOf(a.File.At, func(w *sim.World) (p *Problem) { out.File, p = file(w, a.File); return p })
	case a.Dir != nil:
		out.Error = s.asOf(a.Dir.At, func(w *sim.World) (p *Problem) { out.Dir, p = directory(w, a.Dir); return p })
	case a.Lint != nil:
		out.Lint, out.Error = lint(w, a.Lint)
	case a.Mailbox != nil:
		out.Mailbox, out.Error = s.mailbox(a.Mailbox)
	case a.Message != nil:
		out.Message, out.Error = s.message(a.Message)
	case a.Queue != nil:
		out.Queue, out.Error = s.queueOf(a.Queue)
	default:
		out.Complete, out.Error = s.complete(w, a.Complete)
	}
	return out
}

// missingVersion is the version of a file that does not exist.
const missingVersion = "none"

// version names a content.
func version(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

func checkPath(name string) *Problem {
	if !strings.HasPrefix(name, "/") || len(name) > 4096 || strings.ContainsRune(name, 0) {
		return problemf(codeBadRequest, "절대 경로가 아닙니다: %.80q", "not an absolute path: %.80q", name)
	}
	return nil
}

// diskProblem words an error of the disk.
func diskProblem(host, name string, err error) *Problem {
	switch {
	case errors.Is(err, sim.ErrNoHost), errors.Is(err, sim.ErrNoTerminal):
		return problemf(codeForbidden, "%s 호스트의 파일은 볼 수 없습니다.", "the files of %s cannot be looked at", host)
	case errors.Is(err, fs.ErrNotExist):
		return problemf(codeNotFound, "%s: 그런 파일이 없습니다.", "%s: no such file", name)
	}
	return problemf(codeFailed, "%s: %v", "%s: %v", name, err)
}

func file(w *sim.World, a *AskFile) (*File, *Problem) {
	if p := checkPath(a.Path); p != nil {
		return nil, p
	}
	out := &File{Host: a.Host, Path: path.Clean(a.Path), Lang: langOf(a.Path)}
	v, err := w.File(a.Host, out.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		out.Missing, out.Version = true, missingVersion
		return out, nil
	case err != nil:
		return nil, diskProblem(a.Host, a.Path, err)
	}
	out.Version, out.Owner, out.Group = version(v.Data), v.Owner, v.Group
	out.Mode, out.MTime = modeText(v.Info.Mode()), sinceStart(w, v.Info)
	if out.Binary = !utf8.Valid(v.Data) || strings.ContainsRune(string(v.Data), 0); !out.Binary {
		out.Text = string(v.Data)
	}
	return out, nil
}

// sinceStart is a file's time of change as virtual time, negative before the
// world's start.
func sinceStart(w *sim.World, info vfs.Info) int64 {
	return int64(info.ModTime().Sub(w.Plan().Blueprint.Start))
}

// modeText is a mode as ls -l prints it.
func modeText(m fs.FileMode) string {
	b := []byte("----------")
	switch {
	case m.IsDir():
		b[0] = 'd'
	case m&fs.ModeSymlink != 0:
		b[0] = 'l'
	case m&fs.ModeCharDevice != 0:
		b[0] = 'c'
	case m&fs.ModeDevice != 0:
		b[0] = 'b'
	case m&fs.ModeNamedPipe != 0:
		b[0] = 'p'
	case m&fs.ModeSocket != 0:
		b[0] = 's'
	}
	for i, c := range "rwxrwxrwx" {
		if m&(1<<uint(8-i)) != 0 {
			b[i+1] = byte(c)
		}
	}
	special := func(set bool, at int, exec, plain byte) {
		if set && b[at] == 'x' {
			b[at] = exec
		} else if set {
			b[at] = plain
		}
	}
	special(m&fs.ModeSetuid != 0, 3, 's', 'S')
	special(m&fs.ModeSetgid != 0, 6, 's', 'S')
	special(m&fs.ModeSticky != 0, 9, 't', 'T')
	return string(b)
}

// langOf tells the page how to colour a file.
func langOf(name string) string {
	dir, base := path.Dir(name), path.Base(name)
	switch {
	case strings.HasPrefix(base, "named.conf") || base == "rndc.conf" || base == "rndc.key":
		return "named.conf"
	case base == "main.cf" || base == "master.cf":
		return base
	case base == "sendmail.cf" || base == "sendmail.mc" || base == "submit.cf":
		return "sendmail.cf"
	case strings.HasPrefix(dir, "/etc/dovecot"):
		return "dovecot.conf"
	case strings.HasPrefix(base, "db.") || strings.HasSuffix(base, ".zone") || dir == "/var/named" || strings.HasPrefix(dir, "/var/lib/bind"):
		return "zone"
	case strings.Contains(dir, "iptables") || base == "iptables":
		return "iptables"
	case strings.HasSuffix(base, ".sh") || base == ".bashrc" || base == ".profile":
		return "shell"
	}
	return "text"
}

// maxEntries bounds a listing.
const maxEntries = 5000

func directory(w *sim.World, a *AskFile) (*Dir, *Problem) {
	if p := checkPath(a.Path); p != nil {
		return nil, p
	}
	name := path.Clean(a.Path)
	list, err := w.ReadDir(a.Host, name)
	if err != nil {
		return nil, diskProblem(a.Host, a.Path, err)
	}
	out := &Dir{Host: a.Host, Path: name, Entries: []DirEntry{}}
	start := w.Plan().Blueprint.Start
	for i, e := range list {
		if i == maxEntries {
			break
		}
		out.Entries = append(out.Entries, DirEntry{Name: e.Name, Dir: e.Dir, Size: e.Size, Mode: e.Mode, MTime: int64(e.Time.Sub(start)), Target: w.Link(a.Host, name, e.Name)})
	}
	return out, nil
}

func lint(w *sim.World, a *AskLint) (*Lint, *Problem) {
	if p := checkPath(a.Path); p != nil {
		return nil, p
	}
	command, list, err := w.Lint(a.Host, path.Clean(a.Path), []byte(a.Text))
	if err != nil {
		return nil, diskProblem(a.Host, a.Path, err)
	}
	out := &Lint{Command: command}
	for _, d := range list {
		out.Issues = append(out.Issues, Issue{File: d.File, Line: d.Line, Col: d.Col, Severity: d.Severity, Message: d.Message})
	}
	return out, nil
}
