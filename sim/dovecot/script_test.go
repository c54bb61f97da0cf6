package dovecot_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/vtime"
)

var update = flag.Bool("update", false, "rewrite the scripts with what happens")

// TestScripts runs testdata/*.txtar. The archive's members are files of the
// mail server ("etc/dovecot/dovecot.conf MODE OWNER"), a member "script", and
// "mail.log", the log that must result. In a script
//
//	$ connect PORT            opens a connection, shows the greeting
//	> LINE                    sends a line and shows the answer
//	$ close                   closes the connection
//	$ use N                   goes on with the N-th connection
//	$ deliver USER NAME       puts mail.eml into the maildir's new
//	$ advance DURATION        lets time pass, shows what the server said
//	$ run COMMAND ...         runs a command of Dovecot
//	$ ask SOCKET USER WORD ... asks at a UNIX socket as a user
//	$ ls PATH, cat PATH, chown USER PATH, chmod MODE PATH, mkdir PATH, rm PATH
//
// and all other lines are what is shown.
func TestScripts(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) == 0 {
		t.Fatal("no scripts")
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := string(txtar.Format(a))
			runScript(t, a)
			got := string(txtar.Format(a))
			if *update && got != want {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// script is a running script.
type script struct {
	*lab
	tb      testing.TB
	files   map[string]string
	clients []*client
	cur     *client
}

// runScript replaces the members script and mail.log by what happens.
func runScript(tb testing.TB, a *txtar.Archive) *lab {
	s := &script{lab: newLab(tb, studentConf), tb: tb, files: map[string]string{}}
	for _, f := range a.Files {
		w := strings.Fields(f.Name)
		s.files[w[0]] = string(f.Data)
		if strings.Contains(w[0], "/") {
			s.file(w, string(f.Data))
		}
	}
	var out strings.Builder
	s.do(tb, func(t *vtime.Task) {
		if err := s.mail.Unit("dovecot").DoStart(); err != nil {
			fmt.Fprintf(&out, "%v\n", err)
		}
		for line := range strings.Lines(s.files["script"]) {
			if strings.HasPrefix(line, "$ ") || strings.HasPrefix(line, "> ") {
				out.WriteString(line)
				out.WriteString(strings.ReplaceAll(s.step(t, strings.TrimSuffix(line, "\n")), "\r\n", "\n"))
			}
		}
		for _, c := range s.clients {
			c.c.Close()
		}
		t.Settle(time.Minute)
	})
	for i := range a.Files {
		switch a.Files[i].Name {
		case "script":
			a.Files[i].Data = []byte(out.String())
		case "mail.log":
			a.Files[i].Data = []byte(s.maillog())
		}
	}
	return s.lab
}

func (s *script) file(w []string, text string) {
	path := "/" + w[0]
	dir := filepath.Dir(path)
	if err := s.mail.FS.MkdirAll(dir, 0o755, host.Root); err != nil {
		s.tb.Fatal(err)
	}
	s.write(s.tb, path, text)
	if len(w) > 2 {
		c := s.mail.CredOf(w[2])
		s.mail.FS.Chown(path, int(c.UID), int(c.GID), host.Root)
	}
	if len(w) > 1 {
		n, _ := strconv.ParseUint(w[1], 8, 32)
		s.mail.FS.Chmod(path, vfs.FileMode(uint32(n)), host.Root)
	}
}

// step does one line of a script and returns what is shown.
func (s *script) step(t *vtime.Task, line string) string {
	if text, ok := strings.CutPrefix(line, "> "); ok {
		return s.cur.send(text)
	}
	w := strings.Fields(line)[1:]
	fs := s.mail.FS
	must := func(err error) string {
		if err != nil {
			s.tb.Fatal(line, err)
		}
		return ""
	}
	switch w[0] {
	case "connect":
		port, _ := strconv.Atoi(w[1])
		s.cur = s.dial(s.tb, t, uint16(port))
		s.clients = append(s.clients, s.cur)
		return s.cur.quiet()
	case "close":
		s.cur.c.Close()
		t.Sleep(100 * time.Millisecond)
	case "use":
		n, _ := strconv.Atoi(w[1])
		s.cur = s.clients[n-1]
	case "deliver":
		s.deliver(s.tb, w[1], w[2], s.files["mail.eml"])
	case "advance":
		d, err := time.ParseDuration(w[1])
		must(err)
		t.Sleep(d)
		if s.cur != nil && s.cur.c.Buffered() > 0 {
			return s.cur.quiet()
		}
	case "run":
		buf, fd := s.mail.NewBuffer()
		prog, _, err := s.mail.Image(w[1:], "/usr/sbin:/usr/bin", "/", host.Root)
		must(err)
		p, err := s.mail.Start(nil, prog, host.Spec{Args: w[1:], Stdout: fd, Stderr: fd})
		must(err)
		if status := p.Wait(t); status != 0 {
			return string(buf.Bytes()) + fmt.Sprintf("[exit status %d]\n", status)
		}
		return string(buf.Bytes())
	case "ask":
		answer, err := s.mail.CallUnix(w[1], []byte(strings.Join(w[3:], "\t")+"\n"), s.mail.CredOf(w[2]))
		if err != nil {
			return err.Error() + "\n"
		}
		return string(answer)
	case "ls":
		entries, err := fs.ReadDir(w[1], host.Root)
		must(err)
		out := ""
		for _, e := range entries {
			out += e.Name + "\n"
		}
		return out
	case "cat":
		b, err := fs.ReadFile(w[1], host.Root)
		must(err)
		return string(b)
	case "chown":
		c := s.mail.CredOf(w[1])
		return must(fs.Chown(w[2], int(c.UID), int(c.GID), host.Root))
	case "chmod":
		n, _ := strconv.ParseUint(w[1], 8, 32)
		return must(fs.Chmod(w[2], vfs.FileMode(uint32(n)), host.Root))
	case "mkdir":
		return must(fs.MkdirAll(w[1], 0o755, host.Root))
	case "rm":
		return must(fs.RemoveAll(w[1], host.Root))
	case "append":
		return must(fs.AppendFile(w[1], []byte(s.files["mail.eml"]), 0o600, host.Root))
	default:
		s.tb.Fatalf("unknown step %q", line)
	}
	return ""
}
