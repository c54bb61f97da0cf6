package netfilter

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// world is three hosts in a row: client 192.0.2.10 and 2001:db8:1::10, router
// with .1 on both links, server 198.51.100.25 and 2001:db8:2::25. Each has a
// packet filter.
type world struct {
	tb                     testing.TB
	k                      *vtime.Kernel
	clock                  *vtime.Clock
	log                    *trace.Log
	client, router, server *host.Host
}

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newWorld(tb testing.TB) *world {
	k := vtime.New(epoch, 1)
	tb.Cleanup(k.Close)
	w := &world{tb: tb, k: k, clock: k.Clock()}
	w.log = trace.NewLog(w.clock, 0)
	net := vnet.New(w.clock, w.log)
	lan := net.AddLink(vnet.LinkSpec{Name: "lan", Latency: time.Millisecond})
	wan := net.AddLink(vnet.LinkSpec{Name: "wan", Latency: 10 * time.Millisecond})
	w.client = w.machine(net, "client", lan, "192.0.2.10/24", "2001:db8:1::10/64")
	w.router = w.machine(net, "router", lan, "192.0.2.1/24", "2001:db8:1::1/64")
	w.server = w.machine(net, "server", wan, "198.51.100.25/24", "2001:db8:2::25/64")
	must(tb, second(w.router.Node.Attach(wan, "eth1", netip.MustParsePrefix("198.51.100.1/24"), netip.MustParsePrefix("2001:db8:2::1/64"))))
	w.router.Node.Forwarding = true
	for _, r := range []struct {
		h        *host.Host
		dst, via string
	}{{w.client, "0.0.0.0/0", "192.0.2.1"}, {w.server, "0.0.0.0/0", "198.51.100.1"}, {w.client, "::/0", "2001:db8:1::1"}, {w.server, "::/0", "2001:db8:2::1"}} {
		must(tb, r.h.Node.AddRoute(vnet.Route{Dst: netip.MustParsePrefix(r.dst), Via: netip.MustParseAddr(r.via)}))
	}
	return w
}

func (w *world) machine(net *vnet.Net, name string, l *vnet.Link, addrs ...string) *host.Host {
	node, err := net.AddNode(name)
	must(w.tb, err)
	var list []netip.Prefix
	for _, a := range addrs {
		list = append(list, netip.MustParsePrefix(a))
	}
	must(w.tb, second(node.Attach(l, "eth0", list...)))
	limits := host.NewLimits()
	limits.Steps = 1 << 40
	limits.Refill()
	h := host.New(host.Config{Name: name, Flavour: host.Debian, Clock: w.clock, Log: w.log, FS: vfs.New(nil, vfs.Options{Now: w.clock.Now}), Node: node,
		Programs: Programs(), Limits: limits})
	Install(h)
	w.file(h, "/var/log/wtmp", "")
	w.file(h, "/etc/hosts", "127.0.0.1 localhost\n")
	w.file(h, "/etc/nsswitch.conf", "hosts: files\n")
	w.file(h, "/etc/passwd", "root:x:0:0::/root:/bin/bash\nmail:x:8:8::/var/mail:/bin/sh\n")
	w.file(h, "/etc/group", "root:x:0:\nmail:x:8:\n")
	services, err := os.ReadFile("testdata/services")
	must(w.tb, err)
	w.file(h, "/etc/services", string(services))
	return h
}

func second[T any](_ T, err error) error { return err }

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// file makes a file on a host.
func (w *world) file(h *host.Host, path, text string) {
	w.tb.Helper()
	must(w.tb, h.FS.MkdirAll(path[:strings.LastIndexByte(path, '/')], 0o755, host.Root))
	must(w.tb, h.FS.WriteFile(path, []byte(text), 0o644, host.Root))
}

// result is what a command left behind.
type result struct {
	out, err string
	status   int
}

// do runs fn as an operation inside the world.
func (w *world) do(fn func(t *vtime.Task)) {
	w.tb.Helper()
	must(w.tb, w.k.Do(0, fn))
}

// run runs a command as a user on a host, with input on its standard input.
func (w *world) run(h *host.Host, uid uint32, input string, args ...string) (r result) {
	w.tb.Helper()
	prog := Programs()[args[0]]
	if prog == nil {
		w.tb.Fatalf("no program %s", args[0])
	}
	w.do(func(t *vtime.Task) {
		out, outFD := h.NewBuffer()
		errs, errFD := h.NewBuffer()
		cred := vfs.Cred{UID: uid, GID: uid}
		p, err := h.Start(nil, prog, host.Spec{Args: args, Cred: &cred, Env: host.NewEnv("PATH", "/usr/sbin:/usr/bin"), Cwd: "/",
			Stdin: host.NewFD(strings.NewReader(input), nil, nil), Stdout: outFD, Stderr: errFD})
		must(w.tb, err)
		r.status = p.Wait(t)
		r.out, r.err = string(out.Bytes()), string(errs.Bytes())
	})
	return r
}

// sh runs command lines as root, each of which must succeed, and returns their
// output.
func (w *world) sh(h *host.Host, lines ...string) string {
	w.tb.Helper()
	var out strings.Builder
	for _, line := range lines {
		r := w.run(h, 0, "", shellWords(line)...)
		if r.status != 0 {
			w.tb.Fatalf("%s: status %d\n%s%s", line, r.status, r.out, r.err)
		}
		out.WriteString(r.out + r.err)
	}
	return out.String()
}

// shellWords splits a command line with quotes, as a shell would.
func shellWords(line string) (list []string) {
	var word strings.Builder
	in, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == '"' && c == '\\' && i+1 < len(line) && strings.IndexByte("\"\\$`", line[i+1]) >= 0:
			i++
			word.WriteByte(line[i])
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case c == ' ':
			if in {
				list = append(list, word.String())
				word.Reset()
				in = false
			}
		default:
			word.WriteByte(c)
			in = true
		}
	}
	if in {
		list = append(list, word.String())
	}
	return list
}
