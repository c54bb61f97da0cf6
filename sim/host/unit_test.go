package host_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// TestUnitStates: what systemctl shows of a service through its life.
func TestUnitStates(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	var startErr, reloadErr error
	u := &host.Unit{Name: "named", Aliases: []string{"bind9"}, Description: "a name server", Enabled: true,
		Start: func(u *host.Unit) (*host.Proc, error) {
			if startErr != nil {
				return nil, startErr
			}
			return u.Host.Daemon(host.Spec{Args: []string{"/usr/sbin/named", "-u", "bind"}})
		},
		Reload: func(*host.Unit) error { return reloadErr },
	}
	w.h.AddUnit(u)
	state := func() string {
		s, _ := u.State()
		text := fmt.Sprint(s)
		if u.Main() != nil && !u.Main().Ended() {
			text += " running"
		}
		return text
	}
	w.do(func(task *vtime.Task) {
		if w.h.Unit("bind9.service") != u || w.h.Unit("named") != u || w.h.Unit("named.socket") != nil {
			t.Error("a unit has its name and its aliases, with and without .service")
		}
		if err := u.DoStart(); err != nil || state() != "active running" {
			t.Error("start:", err, state())
		}
		pid := u.Main().PID
		if err := u.DoStart(); err != nil || u.Main().PID != pid {
			t.Error("starting what runs changes nothing")
		}
		reloadErr = errors.New("bad configuration")
		if err := u.DoReload(); err == nil || state() != "active running" {
			t.Error("a failed reload leaves the service running:", err, state())
		}
		if err := u.DoRestart(); err != nil || u.Main().PID == pid {
			t.Error("a restart is a new process:", err)
		}
		u.Main().Signal(host.SIGKILL)
		if state() != "failed" || u.Result != "signal" {
			t.Error("killed:", state(), u.Result)
		}
		startErr = &host.StartError{Status: 1, Err: errors.New("address in use")}
		if err := u.DoStart(); err == nil || state() != "failed" || u.Result != "exit-code" || u.ExitStatus != 1 {
			t.Error("a failed start:", err, state(), u.Result, u.ExitStatus)
		}
		startErr = nil
		if err := u.DoStart(); err != nil {
			t.Error(err)
		}
		u.DoStop()
		if state() != "inactive" || len(w.h.Procs()) != 0 {
			t.Error("stopped:", state(), w.h.Procs())
		}
	})
	var tail []string
	for _, l := range w.h.Journal() {
		tail = append(tail, l.Text)
	}
	text := strings.Join(tail, "\n")
	for _, want := range []string{"Started", "Main process exited, code=killed, status=9/KILL", "Failed with result 'signal'", "code=exited, status=1/FAILURE", "Stopped"} {
		if !strings.Contains(text, want) {
			t.Errorf("the journal has no %q:\n%s", want, text)
		}
	}
}

// TestSyslogFiles: which files rsyslog's defaults write a facility to, and what
// happens without them.
func TestSyslogFiles(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	w.write("/var/log/syslog", "")
	read := func(name string) string {
		b, _ := w.h.FS.ReadFile(name, host.Root)
		return string(b)
	}
	w.do(func(*vtime.Task) {
		w.h.Syslog(host.FacMail, host.Info, "postfix/smtp", 512, "one\ntwo\n")
		w.h.Syslog(host.FacDaemon, host.Err, "named", 0, "three")
	})
	const head = "Mar  2 09:00:00 pc "
	if got, want := read("/var/log/mail.log"), head+"postfix/smtp[512]: one\n"+head+"postfix/smtp[512]: two\n"; got != want {
		t.Errorf("mail.log:\n%s", got)
	}
	if got := read("/var/log/syslog"); got != read("/var/log/mail.log")+head+"named: three\n" {
		t.Errorf("syslog:\n%s", got)
	}
	if err := w.h.FS.Remove("/var/log/syslog", host.Root); err != nil {
		t.Fatal(err)
	}
	w.do(func(*vtime.Task) { w.h.Syslog(host.FacDaemon, host.Info, "named", 7, "four") })
	if got := read("/var/log/syslog"); got != head+"named[7]: four\n" {
		t.Errorf("a removed log is made again: %q", got)
	}
	if info, err := w.h.FS.Stat("/var/log/syslog", host.Root); err != nil || info.Mode().Perm() != 0o640 {
		t.Error(info.Mode(), err)
	}
}

// TestStepLimit: one operation's steps are used up, the next one's are not.
func TestStepLimit(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	endless := func(p *host.Proc) int {
		for {
			p.Step(1000)
		}
	}
	for range 2 {
		w.h.Limits.Refill()
		w.do(func(task *vtime.Task) {
			errs, fd := w.h.NewBuffer()
			p, err := w.h.Start(nil, endless, host.Spec{Args: []string{"yes"}, Stderr: fd})
			if err != nil {
				t.Fatal(err)
			}
			if status := p.Wait(task); status != 137 {
				t.Errorf("status %d, stderr %q", status, errs.Bytes())
			}
		})
	}
}

// TestProcessLimit: fork(2) fails with EAGAIN at RLIMIT_NPROC.
func TestProcessLimit(t *testing.T) {
	w := newWorld(t, "192.0.2.10/24")
	w.do(func(*vtime.Task) {
		n := 0
		for ; n < 10_000; n++ {
			if _, err := w.h.Daemon(host.Spec{Args: []string{"sleep"}}); err != nil {
				break
			}
		}
		if n != w.h.Limits.Processes {
			t.Errorf("%d processes, the limit is %d", n, w.h.Limits.Processes)
		}
		for _, p := range w.h.Procs() {
			p.Signal(host.SIGTERM)
		}
		if len(w.h.Procs()) != 0 {
			t.Errorf("%d processes live on", len(w.h.Procs()))
		}
	})
}
