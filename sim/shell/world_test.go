package shell

import (
	"io"
	"testing"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// world is one host without a network.
type world struct {
	tb testing.TB
	k  *vtime.Kernel
	h  *host.Host
}

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const testPasswd = "root:x:0:0:root:/root:/bin/bash\nkim:x:1000:1000:Kim:/home/kim:/bin/bash\n"

func newWorld(tb testing.TB) *world {
	k := vtime.New(epoch, 1)
	tb.Cleanup(k.Close)
	clock := k.Clock()
	log := trace.NewLog(clock, 200_000)
	node, err := vnet.New(clock, log).AddNode("ns1")
	if err != nil {
		tb.Fatal(err)
	}
	programs := testPrograms()
	for name, p := range Programs() {
		programs[name] = p
	}
	disk := vfs.New(nil, vfs.Options{Now: clock.Now})
	w := &world{tb: tb, k: k}
	w.h = host.New(host.Config{Name: "ns1", Flavour: host.Debian, Clock: clock, Log: log, FS: disk, Node: node, Programs: programs})
	for _, dir := range []string{"/bin", "/etc", "/root", "/home/kim", "/tmp/w", "/dev"} {
		must(tb, disk.MkdirAll(dir, 0o755, host.Root))
	}
	must(tb, disk.Mknod("/dev/null", vfs.FileMode(0o020666), vfs.Dev{Major: 1, Minor: 3}, host.Root))
	must(tb, disk.Mknod("/dev/full", vfs.FileMode(0o020666), vfs.Dev{Major: 1, Minor: 7}, host.Root))
	must(tb, disk.Chown("/home/kim", 1000, 1000, host.Root))
	must(tb, disk.Chmod("/tmp/w", 0o777, host.Root))
	must(tb, disk.WriteFile("/etc/passwd", []byte(testPasswd), 0o644, host.Root))
	must(tb, disk.WriteFile("/etc/group", []byte("root:x:0:\nkim:x:1000:\n"), 0o644, host.Root))
	must(tb, disk.WriteFile("/etc/hostname", []byte("ns1.example.kr\n"), 0o644, host.Root))
	for name := range programs {
		must(tb, disk.WriteFile("/bin/"+name, host.ProgramFile(name), 0o755, host.Root))
	}
	return w
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// testPrograms are a few external commands.
func testPrograms() host.Programs {
	return host.Programs{
		"cat": func(p *host.Proc) int {
			in := []io.Reader{p.Stdin}
			if len(p.Args) > 1 {
				in = nil
				for _, a := range p.Args[1:] {
					f, err := p.Open(a, vfs.O_RDONLY)
					if err != nil {
						p.Errorf("%s: %v", a, vfs.ErrnoOf(err).Error())
						return 1
					}
					in = append(in, f)
				}
			}
			buf := make([]byte, 4096)
			for _, r := range in {
				for {
					p.Step(1)
					n, err := r.Read(buf)
					p.Stdout.Write(buf[:n])
					if err != nil {
						break
					}
				}
			}
			return 0
		},
		"sleep": func(p *host.Proc) int {
			d, _ := time.ParseDuration(p.Args[1] + "s")
			p.Task.Sleep(d)
			return 0
		},
		"yes": func(p *host.Proc) int {
			for {
				p.Step(1)
				p.Print("y\n")
			}
		},
		"env": func(p *host.Proc) int {
			for _, n := range p.Env.Names() {
				p.Print(n + "=" + p.Env.Get(n) + "\n")
			}
			return 0
		},
	}
}

// result is what a command left behind.
type result struct {
	out, err string
	status   int
}

// sh runs argv in /tmp/w as root.
func (w *world) sh(argv ...string) result { return w.as(host.Root, argv...) }

func (w *world) as(c vfs.Cred, argv ...string) (r result) {
	w.tb.Helper()
	err := w.k.Do(1_000_000, func(t *vtime.Task) {
		w.h.Limits.Refill()
		out, ofd := w.h.NewBuffer()
		errs, efd := w.h.NewBuffer()
		prog, args, err := w.h.Image(argv, "/bin", "/", c)
		if err != nil {
			w.tb.Error(err)
			return
		}
		env := host.NewEnv("PATH", "/bin", "HOME", "/root")
		p, err := w.h.Start(nil, prog, host.Spec{Args: args, Env: env, Cwd: "/tmp/w", Cred: &c, Stdout: ofd, Stderr: efd})
		if err != nil {
			w.tb.Error(err)
			return
		}
		r.status = p.Wait(t)
		r.out, r.err = string(out.Bytes()), string(errs.Bytes())
	})
	if err != nil {
		w.tb.Errorf("%q: %v", argv, err)
	}
	return r
}

// bash runs a script with bash -c.
func (w *world) bash(script string) result { return w.sh("bash", "-c", script) }

// settled fails the test if a process is left.
func (w *world) settled(what string) {
	w.tb.Helper()
	w.k.Do(0, func(t *vtime.Task) {
		t.Yield()
		for _, p := range w.h.Procs() {
			w.tb.Errorf("%s: process %d %q is left", what, p.PID, p.Command())
		}
	})
}

// terminal is a login shell of root on a terminal.
type terminal struct {
	w   *world
	tty *host.TTY
	p   *host.Proc
}

func (w *world) login() *terminal {
	t := &terminal{w: w}
	must(w.tb, w.k.Do(0, func(task *vtime.Task) {
		w.h.Limits.Refill()
		t.tty = w.h.NewTTY()
		u, _ := w.h.User("root")
		prog, _, err := w.h.Image([]string{"bash"}, "/bin", "/", host.Root)
		must(w.tb, err)
		args := []string{"-bash"}
		fd := t.tty.FD()
		t.p, err = w.h.Start(nil, prog, host.Spec{Args: args, Env: w.h.LoginEnv(u), Cwd: "/root", Stdin: fd, Stdout: fd, Stderr: fd, TTY: t.tty})
		must(w.tb, err)
		t.p.OnExit(func(*host.Proc) { t.tty.HangUp() })
		t.tty.WaitIdle(task)
	}))
	return t
}

// run types lines and returns what was shown.
func (t *terminal) run(text string) string {
	t.w.tb.Helper()
	return t.act(func() { t.tty.Input(text) })
}

func (t *terminal) act(fn func()) (out string) {
	t.w.tb.Helper()
	err := t.w.k.Do(1_000_000, func(task *vtime.Task) {
		t.w.h.Limits.Refill()
		fn()
		if !t.p.Ended() {
			t.tty.WaitIdle(task)
		}
		out, _ = t.tty.TakeOutput()
	})
	if err != nil {
		t.w.tb.Errorf("terminal: %v (shown: %q)", err, out)
	}
	return out
}

func (t *terminal) prompt() string {
	_, p := t.tty.Waiting()
	return p
}
