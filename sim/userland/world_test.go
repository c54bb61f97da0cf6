package userland

import (
	"bufio"
	"io/fs"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// world is two hosts on one link: client 192.0.2.10, on which commands run, and
// server 192.0.2.53.
type world struct {
	tb             testing.TB
	mu             sync.Mutex
	k              *vtime.Kernel
	clock          *vtime.Clock
	programs       host.Programs
	net            *vnet.Net
	client, server *host.Host
}

const serverAddr = "192.0.2.53"

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newWorld(tb testing.TB) *world {
	k := vtime.New(epoch, 1)
	tb.Cleanup(k.Close)
	w := &world{tb: tb, k: k, clock: k.Clock(), programs: networkPrograms()}
	log := trace.NewLog(w.clock, 0)
	w.net = vnet.New(w.clock, log)
	lan := w.net.AddLink(vnet.LinkSpec{Name: "lan", Latency: time.Millisecond})
	limits := host.NewLimits()
	limits.Steps = 1 << 40
	limits.Refill()
	machine := func(name, addr string) *host.Host {
		node, err := w.net.AddNode(name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := node.Attach(lan, "eth0", netip.MustParsePrefix(addr+"/24")); err != nil {
			tb.Fatal(err)
		}
		disk := vfs.New(nil, vfs.Options{Now: w.clock.Now})
		return host.New(host.Config{Name: name, Flavour: host.Debian, Clock: w.clock, Log: log, FS: disk, Node: node,
			Programs: w.programs, Limits: limits})
	}
	w.client, w.server = machine("client", "192.0.2.10"), machine("server", serverAddr)
	if err := w.client.Node.AddRoute(vnet.Route{Dst: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("192.0.2.1")}); err != nil {
		tb.Fatal(err)
	}
	w.write("/etc/resolv.conf", "nameserver "+serverAddr+"\n")
	w.write("/etc/hostname", "client\n")
	return w
}

// write makes a file on the client.
func (w *world) write(path, text string) {
	w.tb.Helper()
	dir := path[:strings.LastIndexByte(path, '/')]
	if err := w.client.FS.MkdirAll(dir, 0o755, host.Root); err != nil {
		w.tb.Fatal(err)
	}
	if err := w.client.FS.WriteFile(path, []byte(text), fs.FileMode(0o644), host.Root); err != nil {
		w.tb.Fatal(err)
	}
}

// install puts a program on the client's disk.
func (w *world) install(path, name string, prog host.Program) {
	w.tb.Helper()
	w.programs[name] = prog
	w.write(path, string(host.ProgramFile(name)))
	if err := w.client.FS.Chmod(path, 0o755, host.Root); err != nil {
		w.tb.Fatal(err)
	}
}

// result is what a command left behind.
type result struct {
	out, err string
	status   int
	took     time.Duration
}

// run runs a command on the client with input on its standard input.
func (w *world) run(input string, args ...string) result {
	w.tb.Helper()
	r, err := w.start(0, input, args...)
	if err != nil {
		w.tb.Fatal(err)
	}
	return r
}

// tryRun is run for any arguments: a command that waits for ever is given up.
func (w *world) tryRun(input string, args ...string) result {
	r, _ := w.start(20000, input, args...)
	return r
}

func (w *world) start(maxEvents uint64, input string, args ...string) (r result, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err = w.k.Do(maxEvents, func(t *vtime.Task) {
		start := w.clock.Since()
		out, outFD := w.client.NewBuffer()
		errs, errFD := w.client.NewBuffer()
		in := host.NewFD(strings.NewReader(input), nil, nil)
		prog := networkPrograms()[args[0]]
		if prog == nil {
			w.tb.Fatalf("no program %s", args[0])
		}
		p, err := w.client.Start(nil, prog, host.Spec{Args: args, Env: host.NewEnv("PATH", "/usr/bin:/usr/sbin", "HOME", "/root"), Stdin: in, Stdout: outFD, Stderr: errFD})
		if err != nil {
			w.tb.Fatal(err)
		}
		r.status = p.Wait(t)
		r.out, r.err, r.took = string(out.Bytes()), string(errs.Bytes()), w.clock.Since()-start
	})
	return r, err
}

// names answers DNS queries on at (host's address and port 53, or another)
// over UDP and TCP. answer gets the query and returns the messages to send.
func (w *world) names(h *host.Host, at string, answer func(q *mdns.Msg, tcp bool) [][]byte) {
	w.tb.Helper()
	local := netip.MustParseAddrPort(at)
	var sock *vnet.UDPSocket
	sock, err := h.Node.ListenUDP(local, vnet.Owner{PID: 15, Name: "named"}, func(d *vnet.Datagram) {
		q := new(mdns.Msg)
		if q.Unpack(d.Payload) == nil {
			for _, wire := range answer(q, false) {
				sock.SendTo(d.Src, wire)
			}
		}
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	_, err = h.Node.ListenTCP(local, vnet.Owner{PID: 15, Name: "named"}, func(c *vnet.Conn) {
		w.clock.Go("named", func(*vtime.Task) {
			defer c.Close()
			for {
				q, ok := readTCPQuery(c)
				if !ok {
					return
				}
				for _, wire := range answer(q, true) {
					c.Write(append([]byte{byte(len(wire) >> 8), byte(len(wire))}, wire...))
				}
			}
		})
	})
	if err != nil {
		w.tb.Fatal(err)
	}
}

// lines serves each connection to a port of the server with a line protocol:
// hello first, then reply to each line until it returns "".
func (w *world) lines(port uint16, hello string, reply func(string) string) {
	w.tb.Helper()
	local := netip.AddrPortFrom(netip.MustParseAddr(serverAddr), port)
	_, err := w.server.Node.ListenTCP(local, vnet.Owner{PID: 20, Name: "served"}, func(c *vnet.Conn) {
		w.clock.Go("served", func(*vtime.Task) {
			defer c.Close()
			c.Write([]byte(hello))
			s := bufio.NewScanner(c)
			for s.Scan() {
				answer := reply(s.Text())
				c.Write([]byte(answer))
				if strings.HasPrefix(answer, "221") {
					return
				}
			}
		})
	})
	if err != nil {
		w.tb.Fatal(err)
	}
}

// session types lines at a terminal on which a command runs, each when the
// terminal waits for it, and returns the screen and the status. "^C" and "^D"
// stand for these keys.
func (w *world) session(typed []string, args ...string) (screen string, status int) {
	w.tb.Helper()
	err := w.k.Do(0, func(t *vtime.Task) {
		tty := w.client.NewTTY()
		fd := tty.FD()
		p, err := w.client.Start(nil, networkPrograms()[args[0]], host.Spec{Args: args, Env: host.NewEnv("PATH", "/usr/bin:/usr/sbin", "HOME", "/root"), Stdin: fd, Stdout: fd, Stderr: fd, TTY: tty})
		if err != nil {
			w.tb.Fatal(err)
		}
		tty.SetForeground(p)
		var b strings.Builder
		p.OnExit(func(*host.Proc) { tty.HangUp() })
		for _, line := range typed {
			waitTerminal(t, tty, p)
			if p.Ended() {
				break
			}
			text, _ := tty.TakeOutput()
			b.WriteString(text)
			_, prompt := tty.Waiting()
			switch line {
			case "^C":
				b.WriteString(prompt + "^C\n")
				tty.Interrupt()
			case "^D":
				b.WriteString(prompt + "^D\n")
				tty.EndInput()
			default:
				b.WriteString(prompt + strings.ReplaceAll(line, "\x1d", "^]") + "\n")
				tty.Input(line)
			}
		}
		waitTerminal(t, tty, p)
		text, _ := tty.TakeOutput()
		b.WriteString(text)
		if !p.Ended() {
			b.WriteString("(waits)\n")
			p.Signal(host.SIGKILL)
		}
		status = p.Wait(t)
		screen = b.String()
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	return screen, status
}

// waitTerminal waits until the terminal is free or the command has ended.
func waitTerminal(t *vtime.Task, tty *host.TTY, p *host.Proc) {
	for range 1000 {
		if waits, _ := tty.Waiting(); waits || p.Ended() {
			return
		}
		t.Sleep(100 * time.Millisecond)
	}
}
