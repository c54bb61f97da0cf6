package named

import (
	"cmp"
	_ "embed"
	"net/netip"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/txtar"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

//go:embed testdata/internet.txtar
var internet []byte

// addresses of the hosts of the small Internet; all are on one link.
var addresses = map[string]string{"root": "198.18.0.10", "tld": "198.18.0.11", "arpa": "198.18.0.12", "ns1": "198.18.0.20",
	"ns2": "198.18.0.53", "res": "198.18.0.2", "client": "198.18.0.200", "refuser": "198.18.0.100"}

// world is the small Internet of testdata/internet.txtar, with each host's files
// under HOST/PATH.
type world struct {
	t      testing.TB
	kernel *vtime.Kernel
	log    *trace.Log
	net    *vnet.Net
	hosts  map[string]*host.Host
	zones  *ZoneCache
}

var boot = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const passwd = "root:x:0:0:root:/root:/bin/bash\nbind:x:105:113::/var/cache/bind:/usr/sbin/nologin\nalice:x:1000:1000::/home/alice:/bin/bash\n"

// newWorld builds and boots the small Internet; files in overlay (an archive)
// replace or add to those of the hosts.
func newWorld(t testing.TB, overlay string, zones *ZoneCache) *world {
	t.Helper()
	w := buildWorld(t, overlay, zones)
	w.do(func(*vtime.Task) {
		for _, name := range []string{"root", "tld", "arpa", "ns1", "ns2", "res"} {
			w.hosts[name].SetQuiet(true)
			w.hosts[name].Boot()
			w.hosts[name].SetQuiet(false)
		}
	})
	w.run(time.Second)
	return w
}

func buildWorld(t testing.TB, overlay string, zones *ZoneCache) *world {
	t.Helper()
	if zones == nil {
		zones = NewZoneCache()
	}
	k := vtime.New(boot, 7)
	w := &world{t: t, kernel: k, log: trace.NewLog(k.Clock(), 0), hosts: map[string]*host.Host{}, zones: zones}
	w.net = vnet.New(k.Clock(), w.log)
	link := w.net.AddLink(vnet.LinkSpec{Name: "lan", Latency: time.Millisecond})
	files := txtar.Parse(internet).Files
	files = append(files, txtar.Parse([]byte(overlay)).Files...)
	for _, name := range []string{"root", "tld", "arpa", "ns1", "ns2", "res", "client", "refuser"} {
		node, err := w.net.AddNode(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := node.Attach(link, "eth0", netip.PrefixFrom(netip.MustParseAddr(addresses[name]), 15)); err != nil {
			t.Fatal(err)
		}
		h := host.New(host.Config{Name: name, Flavour: host.Debian, Clock: k.Clock(), Log: w.log, Node: node,
			FS: vfs.New(nil, vfs.Options{Now: k.Clock().Now}), Programs: Programs()})
		w.hosts[name] = h
		w.layout(h, files)
		if name != "client" && name != "refuser" {
			Install(h, zones)
		}
	}
	t.Cleanup(k.Close)
	return w
}

func (w *world) layout(h *host.Host, files []txtar.File) {
	must := func(err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, d := range []string{"/etc/bind", "/etc/default", "/var/cache/bind", "/run/named", "/var/log", "/usr/sbin", "/usr/bin"} {
		must(h.FS.MkdirAll(d, 0o755, host.Root))
	}
	must(h.FS.Chown("/var/cache/bind", 105, 113, host.Root))
	must(h.FS.Chown("/run/named", 105, 113, host.Root))
	must(h.FS.WriteFile("/etc/passwd", []byte(passwd), 0o644, host.Root))
	must(h.FS.WriteFile("/etc/default/named", []byte("OPTIONS=\"-u bind\"\n"), 0o644, host.Root))
	must(h.FS.WriteFile("/etc/bind/rndc.key", []byte("key \"rndc-key\" { algorithm hmac-sha256; secret \"bXhsYWI=\"; };\n"), 0o640, host.Root))
	must(h.FS.Chown("/etc/bind/rndc.key", 105, 113, host.Root))
	for _, f := range files {
		if rest, ok := strings.CutPrefix(f.Name, h.Name+"/"); ok {
			must(h.FS.MkdirAll(path.Dir("/"+rest), 0o755, host.Root))
			must(h.FS.WriteFile("/"+rest, f.Data, 0o644, host.Root))
		}
	}
}

// do runs fn as a foreground operation.
func (w *world) do(fn func(t *vtime.Task)) {
	w.t.Helper()
	if err := w.kernel.Do(0, fn); err != nil {
		w.t.Fatal(err)
	}
}

// run lets time pass.
func (w *world) run(d time.Duration) { w.do(func(t *vtime.Task) { t.Sleep(d) }) }

// write changes a file as a person does.
func (w *world) write(hostName, file, text string) {
	w.t.Helper()
	h := w.hosts[hostName]
	if err := h.FS.WriteFile(file, []byte(text), 0o644, host.Root); err != nil {
		w.t.Fatal(err)
	}
	h.NoteWrite("write", file, "test")
}

// edit replaces a text in a file.
func (w *world) edit(hostName, file, old, now string) {
	w.t.Helper()
	b, err := w.hosts[hostName].FS.ReadFile(file, host.Root)
	if err != nil || !strings.Contains(string(b), old) {
		w.t.Fatalf("%s:%s: no %q (%v)", hostName, file, old, err)
	}
	w.write(hostName, file, strings.Replace(string(b), old, now, 1))
}

// command runs a program of the package on a host as root and returns what it
// printed and its status.
func (w *world) command(hostName string, args ...string) (string, int) {
	w.t.Helper()
	return w.commandAs(hostName, vfs.Cred{}, args...)
}

func (w *world) commandAs(hostName string, cred vfs.Cred, args ...string) (out string, status int) {
	w.t.Helper()
	h := w.hosts[hostName]
	w.do(func(t *vtime.Task) {
		buf, fd := h.NewBuffer()
		p, err := h.Start(nil, Programs()[args[0]], host.Spec{Args: args, Cwd: "/root", Cred: &cred, Stdout: fd, Stderr: fd})
		if err != nil {
			w.t.Fatal(err)
		}
		status = p.Wait(t)
		out = string(buf.Bytes())
	})
	return out, status
}

// question is a query of a test.
type question struct {
	from, to string // host names
	name     string
	qtype    string
	norec    bool
	tcp      bool
	edit     func(*mdns.Msg)
	wait     time.Duration // for the reply, 15 s if zero
}

// ask sends a query and returns the reply, nil if none came within 15 s.
func (w *world) ask(q question) (reply *mdns.Msg) {
	w.t.Helper()
	w.do(func(t *vtime.Task) { reply = w.exchange(t, q) })
	return reply
}

func (w *world) exchange(t *vtime.Task, q question) (reply *mdns.Msg) {
	if q.from == "" {
		q.from = "client"
	}
	m := new(mdns.Msg)
	m.SetQuestion(mdns.Fqdn(q.name), mdns.StringToType[q.qtype])
	m.Id = 4711
	m.RecursionDesired = !q.norec
	m.SetEdns0(1232, false)
	if q.edit != nil {
		q.edit(m)
	}
	wire, err := m.Pack()
	if err != nil {
		w.t.Fatal(err)
	}
	node := w.hosts[q.from].Node
	to := netip.AddrPortFrom(netip.MustParseAddr(addresses[q.to]), 53)
	if q.tcp {
		conn, err := node.DialTCP(t, netip.AddrPort{}, to, vnet.Owner{}, 5*time.Second)
		if err != nil {
			return nil
		}
		defer conn.Close()
		conn.SetReadTimeout(15 * time.Second)
		conn.Write(append([]byte{byte(len(wire) >> 8), byte(len(wire))}, wire...))
		b, err := readMessage(conn)
		if err != nil {
			return nil
		}
		reply = new(mdns.Msg)
		if err := reply.Unpack(b); err != nil {
			w.t.Fatal(err)
		}
		return reply
	}
	var sig vtime.Signal
	sock, err := node.ListenUDP(netip.AddrPort{}, vnet.Owner{}, func(d *vnet.Datagram) {
		reply = new(mdns.Msg)
		if err := reply.Unpack(d.Payload); err != nil {
			w.t.Errorf("%s %s: %v", q.name, q.qtype, err)
		}
		sig.Broadcast()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	defer sock.Close()
	if err := sock.SendTo(to, wire); err != nil {
		w.t.Fatal(err)
	}
	if reply == nil {
		sig.WaitFor(t, cmp.Or(q.wait, 15*time.Second))
	}
	return reply
}

// text is a reply in short: the code, the flags, and the records of each section.
func text(m *mdns.Msg) string {
	if m == nil {
		return "no reply"
	}
	var b strings.Builder
	b.WriteString(mdns.RcodeToString[m.Rcode])
	for _, f := range []struct {
		on   bool
		name string
	}{{m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"}} {
		if f.on {
			b.WriteString(" " + f.name)
		}
	}
	for _, s := range []struct {
		name string
		rrs  []mdns.RR
	}{{"", m.Answer}, {"auth ", m.Ns}, {"add ", m.Extra}} {
		var lines []string
		for _, rr := range s.rrs {
			if rr.Header().Rrtype != mdns.TypeOPT {
				lines = append(lines, s.name+strings.Join(strings.Fields(rr.String()), " "))
			}
		}
		slices.Sort(lines)
		for _, l := range lines {
			b.WriteString("\n" + l)
		}
	}
	return b.String()
}

// syslog is the host's log, without times.
func (w *world) syslog(hostName string) string {
	b, _ := w.hosts[hostName].FS.ReadFile("/var/log/syslog", host.Root)
	var out strings.Builder
	for line := range strings.Lines(string(b)) {
		_, rest, _ := strings.Cut(line, " "+hostName+" ")
		out.WriteString(rest)
	}
	return out.String()
}

// events lists the trace events of a kind at a host since seq.
func (w *world) events(since uint64, kind trace.Kind, node string) (list []string) {
	w.log.After(since, func(e *trace.Event) bool {
		if e.Kind == kind && (node == "" || e.Node == node) {
			list = append(list, e.Outcome.String()+" "+e.Label())
		}
		return true
	})
	return list
}
