package dovecot_test

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"mxlab/sim/dovecot"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

const letter = "From: alice@example.com\nTo: bob@example.net\nSubject: hello\n\nbody\n"

func scripts(tb testing.TB) []*txtar.Archive {
	files, _ := filepath.Glob("testdata/*.txtar")
	var list []*txtar.Archive
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, a)
	}
	return list
}

// The trace is a function of the script, whatever the Go scheduler does.
func TestSameScriptSameTrace(t *testing.T) {
	old := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(old)
	var want []string
	for i, procs := range []int{1, 8, 8, 2} {
		runtime.GOMAXPROCS(procs)
		for j, a := range scripts(t) {
			got := runScript(t, a).text()
			if i == 0 {
				want = append(want, got)
			} else if got != want[j] {
				t.Fatalf("script %d, GOMAXPROCS %d: another trace:\n%s\nwant\n%s", j, procs, got, want[j])
			}
		}
	}
}

// No library goroutine is still running when time moves.
func TestAudited(t *testing.T) {
	list := scripts(t)
	synctest.Test(t, func(t *testing.T) {
		steps := 0
		for _, a := range list {
			l := newLab(t, studentConf)
			l.k.Audit(func() { steps++; synctest.Wait() })
			l.do(t, func(*vtime.Task) { l.mail.Unit("dovecot").DoStart() })
			l.deliver(t, "bob", "1.mail", letter)
			_ = a
			l.talk(t, 143, "a LOGIN bob secret", "a SELECT INBOX", "a FETCH 1 BODY[]", "a IDLE", "DONE", "a LOGOUT")
			l.talk(t, 110, "USER bob", "PASS secret", "RETR 1", "QUIT")
			l.k.Close()
		}
		if steps < 100 {
			t.Errorf("only %d audited steps", steps)
		}
	})
}

// The world may be closed at any moment: goleak finds what stays behind.
func TestCloseAtAnyInstant(t *testing.T) {
	for cut := uint64(1); cut < 150; cut++ {
		l := started(t, studentConf)
		l.deliver(t, "bob", "1.mail", letter)
		l.k.Do(cut, func(task *vtime.Task) {
			c := l.dial(t, task, 143)
			c.quiet()
			for _, line := range []string{"a LOGIN bob wrong", "a LOGIN bob secret", "a SELECT INBOX", "a FETCH 1 BODY[]", "a IDLE"} {
				c.send(line)
			}
			task.Sleep(time.Hour)
		})
		l.k.Close()
	}
}

// A stopped server drops its clients and says so in the log; a killed session
// leaves no process.
func TestStopDropsClients(t *testing.T) {
	l := started(t, studentConf)
	l.deliver(t, "bob", "1.mail", letter)
	l.do(t, func(task *vtime.Task) {
		imap, pop, login := l.dial(t, task, 143), l.dial(t, task, 110), l.dial(t, task, 110)
		imap.send("a LOGIN bob secret")
		imap.send("a SELECT INBOX")
		pop.send("USER bob")
		pop.send("PASS secret")
		login.quiet()
		l.mail.Unit("dovecot").DoStop()
		for _, c := range []*client{imap, pop, login} {
			if got := c.quiet(); !strings.HasPrefix(got, "<") {
				t.Errorf("after the stop the client reads %q", got)
			}
		}
		task.Settle(time.Minute)
		if procs := l.mail.Procs(); len(procs) != 0 {
			t.Errorf("%d processes are left, the first is %s", len(procs), procs[0].Command())
		}
		if s := l.mail.Node.Sockets(); len(s) != 0 {
			t.Errorf("sockets are left: %+v", s)
		}
	})
	if log := l.maillog(); strings.Count(log, "Disconnected: Server shutting down.") != 2 {
		t.Errorf("log:\n%s", log)
	}
}

// Reload takes the new configuration; a wrong one leaves the old in force.
func TestReload(t *testing.T) {
	l := started(t, studentConf)
	reload := func(conf string) error {
		l.write(t, "/etc/dovecot/dovecot.conf", conf)
		var err error
		l.do(t, func(*vtime.Task) { err = l.mail.Unit("dovecot").DoReload() })
		return err
	}
	if err := reload(studentConf + "x = y\n"); err == nil || !strings.Contains(err.Error(), "line 19: Unknown setting: x") {
		t.Errorf("a wrong configuration: %v", err)
	}
	if got := l.talk(t, 143); !strings.HasPrefix(got, "* OK") {
		t.Errorf("after a refused reload: %q", got)
	}
	if err := reload(strings.Replace(studentConf, "imap pop3", "pop3", 1)); err != nil {
		t.Error(err)
	}
	l.do(t, func(task *vtime.Task) {
		if _, err := l.pc.DialTCP(task, netip.AddrPort{}, netip.MustParseAddrPort(mailAddr+":143"), vnet.Owner{}, 0); err != vnet.ECONNREFUSED {
			t.Errorf("imap is off: %v", err)
		}
	})
}

// A port that is taken, an address the host does not have.
func TestListenersFail(t *testing.T) {
	l := newLab(t, strings.Replace(studentConf, "listen = *", "listen = 192.0.2.99", 1))
	l.do(t, func(*vtime.Task) {
		if err := l.mail.Unit("dovecot").DoStart(); err == nil {
			t.Error("it starts")
		}
	})
	want := `master: Error: bind(192.0.2.99, 110) failed: Cannot assign requested address
master: Error: service(pop3-login): listen(192.0.2.99, 110) failed: Cannot assign requested address
master: Error: bind(192.0.2.99, 143) failed: Cannot assign requested address
master: Error: service(imap-login): listen(192.0.2.99, 143) failed: Cannot assign requested address
master: Fatal: Failed to start listeners
`
	if got := l.maillog(); got != want {
		t.Errorf("log:\n%s", got)
	}
}

// Logins and configuration loads are events.
func TestEvents(t *testing.T) {
	l := started(t, studentConf)
	l.talk(t, 110, "USER bob", "PASS wrong", "USER bob", "PASS secret", "QUIT")
	var got []string
	l.trace.After(0, func(e *trace.Event) bool {
		if e.Kind == trace.Login || e.Kind == trace.Config {
			got = append(got, fmt.Sprint(e.Kind, " ", e.Outcome, " ", e.Label()))
		}
		return true
	})
	want := "[host.config ok dovecot: configuration loaded host.login fail login failed bob host.login ok login bob]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v", got)
	}
}

func TestIdleHostIsSmall(t *testing.T) {
	l := newLab(t, studentConf)
	const hosts = 500
	before, after := new(runtime.MemStats), new(runtime.MemStats)
	list := make([]*host.Host, hosts)
	net := l.pc.Net()
	d := vfs.New(l.mail.FS.Image(), vfs.Options{})
	for i := range list {
		n, err := net.AddNode(fmt.Sprint("n", i))
		if err != nil {
			t.Fatal(err)
		}
		list[i] = host.New(host.Config{Name: n.Name, Clock: l.clock, Log: l.trace, FS: d, Node: n})
	}
	runtime.GC()
	runtime.ReadMemStats(before)
	for _, h := range list {
		dovecot.Install(h)
	}
	runtime.GC()
	runtime.ReadMemStats(after)
	if per := int(after.HeapAlloc-before.HeapAlloc) / hosts; per > 2048 {
		t.Errorf("an installed Dovecot takes %d bytes", per)
	} else {
		t.Logf("an installed Dovecot takes %d bytes", per)
	}
	runtime.KeepAlive(list)
}

func benchmarkSession(b *testing.B, port uint16, lines ...string) {
	l := started(b, studentConf)
	l.deliver(b, "bob", "1.mail", letter)
	b.ReportAllocs()
	l.do(b, func(t *vtime.Task) {
		buf := make([]byte, 8192)
		session := func() {
			c := l.dial(b, t, port)
			c.c.Read(buf)
			for _, line := range lines {
				c.c.Write([]byte(line + "\r\n"))
				if _, err := c.c.Read(buf); err != nil {
					b.Fatal(line, err)
				}
			}
			c.c.Close()
		}
		session()
		b.ResetTimer()
		for range b.N {
			session()
		}
	})
}

// A POP3 session that fetches one mail.
func BenchmarkPOP3Fetch(b *testing.B) {
	benchmarkSession(b, 110, "USER bob", "PASS secret", "STAT", "RETR 1", "QUIT")
}

// An IMAP session that fetches one mail.
func BenchmarkIMAPFetch(b *testing.B) {
	benchmarkSession(b, 143, "a LOGIN bob secret", "b SELECT INBOX", "c FETCH 1 BODY[]", "d LOGOUT")
}
