package userland

import (
	"errors"
	"strings"
	"testing"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// services is a host with a daemon that can be told to fail, and a runner.
type services struct {
	*world
	h      *host.Host
	broken bool
}

func newServices(t *testing.T) *services {
	w := newWorld(t)
	s := &services{world: w}
	s.h = host.New(host.Config{Name: "ns1", Flavour: host.Debian, Clock: w.clock, Log: w.client.Log, FS: w.client.FS, Node: w.client.Node, Programs: Programs()})
	w.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbind:x:105:112::/var/cache/bind:/usr/sbin/nologin\nkim:x:1000:1000::/home/kim:/bin/bash\n")
	w.write("/etc/group", "root:x:0:\nkim:x:1000:\n")
	w.write("/etc/hostname", "ns1.example.kr\n")
	w.write("/var/log/syslog", "")
	s.h.AddUnit(&host.Unit{Name: "named", Aliases: []string{"bind9"}, Description: "BIND Domain Name Server", Docs: "man:named(8)",
		ExecStart: "/usr/sbin/named -f -u bind", Tags: []string{"named"}, Enabled: true,
		Start: func(u *host.Unit) (*host.Proc, error) {
			if s.broken {
				s.h.Syslog(host.FacDaemon, host.Err, "named", 500, "loading configuration: failure")
				return nil, &host.StartError{Status: 1, Err: errors.New("loading configuration: failure")}
			}
			cred := s.h.CredOf("bind")
			return s.h.Daemon(host.Spec{Args: []string{"/usr/sbin/named", "-f", "-u", "bind"}, Cred: &cred})
		},
		Reload: func(u *host.Unit) error { return nil },
	})
	s.h.AddUnit(&host.Unit{Name: "postfix", Description: "Postfix Mail Transport Agent", Start: func(u *host.Unit) (*host.Proc, error) { return nil, nil }})
	return s
}

// run runs a command line of plain words as a user and returns all it printed.
func (s *services) run(user, line string) (text string, status int) {
	args := strings.Fields(line)
	err := s.k.Do(10_000, func(t *vtime.Task) {
		buf, fd := s.h.NewBuffer()
		cred := s.h.CredOf(user)
		p, err := s.h.Start(nil, Programs()[args[0]], host.Spec{Args: args, Cred: &cred, Stdout: fd, Stderr: fd, Env: host.NewEnv("LANG", "C.UTF-8")})
		if err != nil {
			s.tb.Fatal(err)
		}
		status = p.Wait(t)
		text = string(buf.Bytes())
	})
	if err != nil {
		s.tb.Errorf("%s: %v", line, err)
	}
	return text, status
}

func TestUnits(t *testing.T) {
	s := newServices(t)
	for _, c := range []struct {
		user, line, want string
		status           int
	}{
		{"root", "systemctl is-active named", "inactive\n", 3},
		{"root", "systemctl start named", "", 0},
		{"root", "systemctl is-active bind9", "active\n", 0},
		{"root", "systemctl is-enabled named", "enabled\n", 0},
		{"root", "systemctl is-enabled postfix", "disabled\n", 1},
		{"root", "systemctl is-active nosuch", "inactive\n", 4},
		{"root", "systemctl start nosuch", "Failed to start nosuch.service: Unit nosuch.service not found.\n", 5},
		{"root", "systemctl stop nosuch", "Failed to stop nosuch.service: Unit nosuch.service not loaded.\n", 5},
		{"root", "systemctl status nosuch", "Unit nosuch.service could not be found.\n", 4},
		{"root", "systemctl reload named", "", 0},
		{"root", "systemctl reload postfix", "Failed to reload postfix.service: Job type reload is not applicable for unit postfix.service.\nSee system logs and 'systemctl status postfix.service' for details.\n", 1},
		{"kim", "systemctl restart named", "Failed to restart named.service: Interactive authentication required.\nSee system logs and 'systemctl status named.service' for details.\n", 1},
		{"root", "systemctl", "Too few", 0},
		{"root", "systemctl bogus", "Unknown command verb bogus.\n", 1},
		{"root", "systemctl start", "Too few arguments.\n", 1},
		{"root", "systemctl enable postfix", "Created symlink /etc/systemd/system/multi-user.target.wants/postfix.service → /lib/systemd/system/postfix.service.\n", 0},
		{"root", "systemctl disable postfix", "Removed \"/etc/systemd/system/multi-user.target.wants/postfix.service\".\n", 0},
		{"root", "service named restart", "", 0},
		{"root", "pidof named", "420\n", 0},
		{"root", "ps -C named -o pid,user,args", "    PID USER     COMMAND\n    420 bind     /usr/sbin/named -f -u bind\n", 0},
		{"kim", "killall named", "named(420): Operation not permitted\nnamed: no process found\n", 1},
		{"root", "killall -9 named", "", 0},
		{"root", "systemctl is-failed named", "failed\n", 0},
		{"root", "killall named", "named: no process found\n", 1},
		{"root", "service nosuch restart", "Failed to restart nosuch.service: Unit nosuch.service not found.\n", 5},
		{"kim", "id", "uid=1000(kim) gid=1000(kim) groups=1000(kim)\n", 0},
		{"root", "hostname -s", "ns1\n", 0},
		{"kim", "hostname x", "hostname: you must be root to change the host name\n", 1},
		{"root", "logger -t test hello", "", 0},
		{"root", "tail -n 1 /var/log/syslog", "Mar  2 09:00:00 ns1 test: hello\n", 0},
		{"root", "journalctl -t test", "Mar 02 09:00:00 ns1 test: hello\n", 0},
		{"root", "journalctl -u nosuch", "-- No entries --\n", 0},
		{"root", "uptime", " 09:00:00 up 0 min,  0 users,  load average: 0.00, 0.00, 0.00\n", 0},
	} {
		text, status := s.run(c.user, c.line)
		if c.line == "systemctl" {
			continue
		}
		if text != c.want || status != c.status {
			t.Errorf("%s: %d\n%swant %d\n%s", c.line, status, text, c.status, c.want)
		}
	}
}

func TestFailedUnit(t *testing.T) {
	s := newServices(t)
	s.broken = true
	text, status := s.run("root", "systemctl restart bind9")
	want := "Job for named.service failed because the control process exited with error code.\nSee \"systemctl status named.service\" and \"journalctl -xeu named.service\" for details.\n"
	if text != want || status != 1 {
		t.Errorf("restart: %d %s", status, text)
	}
	s.k.Do(0, func(task *vtime.Task) { task.Sleep(90 * time.Second) })
	text, status = s.run("root", "systemctl status named")
	want = `× named.service - BIND Domain Name Server
     Loaded: loaded (/lib/systemd/system/named.service; enabled; preset: enabled)
     Active: failed (Result: exit-code) since Mon 2026-03-02 09:00:00 UTC; 1min 30s ago
       Docs: man:named(8)
    Process: ExecStart=/usr/sbin/named -f -u bind (code=exited, status=1/FAILURE)
   Main PID: (code=exited, status=1/FAILURE)
        CPU: 21ms

Mar 02 09:00:00 ns1 systemd[1]: Starting named.service - BIND Domain Name Server...
Mar 02 09:00:00 ns1 named[500]: loading configuration: failure
Mar 02 09:00:00 ns1 systemd[1]: named.service: Main process exited, code=exited, status=1/FAILURE
Mar 02 09:00:00 ns1 systemd[1]: named.service: Failed with result 'exit-code'.
Mar 02 09:00:00 ns1 systemd[1]: Failed to start named.service - BIND Domain Name Server.
`
	if text != want || status != 3 {
		t.Errorf("status: %d\n%s", status, text)
	}
	text, _ = s.run("root", "systemctl --failed")
	want = "  UNIT          LOAD   ACTIVE SUB    DESCRIPTION\n● named.service loaded failed failed BIND Domain Name Server\n"
	if !strings.HasPrefix(text, want) || !strings.Contains(text, "1 loaded units listed.") {
		t.Errorf("--failed:\n%s", text)
	}
	if text, _ = s.run("root", "journalctl -xeu named --no-pager"); !strings.Contains(text, "░░ A start job for unit named.service has finished with a failure.\n") {
		t.Errorf("journalctl -xeu:\n%s", text)
	}
	if text, _ = s.run("kim", "journalctl -u named"); !strings.Contains(text, "Hint: You are currently not seeing messages") {
		t.Errorf("journalctl as a user:\n%s", text)
	}
}

func TestTailFollowsAFile(t *testing.T) {
	s := newServices(t)
	s.write("/tmp/log", "one\n")
	var tty *host.TTY
	var p *host.Proc
	s.k.Do(0, func(task *vtime.Task) {
		tty = s.h.NewTTY()
		var err error
		p, err = s.h.Start(nil, runTail, host.Spec{Args: []string{"tail", "-f", "/tmp/log"}, Stdin: tty.FD(), Stdout: tty.FD(), Stderr: tty.FD(), TTY: tty})
		if err != nil {
			t.Fatal(err)
		}
		tty.SetForeground(p)
		tty.WaitIdle(task)
		s.h.AppendLog("two\n", "/tmp/log")
		task.Yield()
		s.h.FS.WriteFile("/tmp/log", []byte("new\n"), 0o644, host.Root)
		task.Yield()
		tty.Interrupt()
		task.Yield()
	})
	if text, _ := tty.TakeOutput(); text != "one\ntwo\ntail: /tmp/log: file truncated\nnew\n" || !p.Ended() {
		t.Errorf("%q, ended %v", text, p.Ended())
	}
}

func TestEditorAndChanges(t *testing.T) {
	s := newServices(t)
	s.write("/tmp/a", "x\n")
	for _, line := range []string{"vi /tmp/a", "sed -i s/x/y/ /tmp/a", "cp /tmp/a /tmp/b", "mv /tmp/b /tmp/c", "rm /tmp/c", "chmod 600 /tmp/a", "touch /tmp/d"} {
		if text, status := s.run("root", line); status != 0 {
			t.Errorf("%s: %d %s", line, status, text)
		}
	}
	var seen []string
	s.h.Log.After(0, func(e *trace.Event) bool {
		if e.Kind == trace.FileWrite || e.Kind == trace.Note {
			seen = append(seen, e.Label())
		}
		return true
	})
	want := "open-editor,write /tmp/a,write /tmp/b,rename /tmp/b,write /tmp/c,remove /tmp/c,mode /tmp/a,write /tmp/d"
	if got := strings.Join(seen, ","); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzScripts checks that no sed or awk program and no regular expression makes
// a command panic.
func FuzzScripts(f *testing.F) {
	for _, s := range []string{"s/a\\(b*\\)/\\1&/g", "/x/,$!{p;d}", "y/abc/def/", "$!N;P;D", "{print $1}", "BEGIN{while(i++<9)x[i]=i;for(k in x)print k}", "function f(a,b){return a+b}{print f(1,2)}", "[[:alpha:]]\\{2,3\\}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) {
		if len(script) > 500 {
			return
		}
		s := newServices(t)
		s.h.Limits.Steps = 50_000
		s.write("/tmp/in", "alpha beta\ngamma 1 2 3\n\nx=y\n")
		for _, args := range [][]string{{"sed", script, "/tmp/in"}, {"sed", "-nE", script, "/tmp/in"}, {"awk", script, "/tmp/in"}, {"grep", script, "/tmp/in"}, {"grep", "-E", script, "/tmp/in"}, {"tr", script, "x"}, {"cut", "-f", script}} {
			s.k.Do(10_000, func(task *vtime.Task) {
				s.h.Limits.Refill()
				buf, fd := s.h.NewBuffer()
				p, err := s.h.Start(nil, Programs()[args[0]], host.Spec{Args: args, Stdout: fd, Stderr: fd})
				if err != nil {
					t.Fatal(err)
				}
				if p.Wait(task) == 139 {
					t.Errorf("%q: %s", args, buf.Bytes())
				}
			})
		}
		s.k.Close()
	})
}
