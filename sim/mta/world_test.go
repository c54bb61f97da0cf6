package mta_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"mxlab/sim/distro"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mta"
	"mxlab/sim/named"
	"mxlab/sim/netfilter"
	"mxlab/sim/shell"
	"mxlab/sim/trace"
	"mxlab/sim/userland"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// addressesOf lists the hosts of the small Internet; all are on one link.
func addressesOf() []struct{ host, addr string } {
	return []struct{ host, addr string }{
		{"ns", "198.51.100.53"}, {"maila", "203.0.113.25"}, {"mailb", "198.51.100.25"},
		{"client", "203.0.113.100"}, {"noptr", "203.0.113.66"}, {"mismatch", "203.0.113.67"}, {"spammer", "203.0.113.68"},
	}
}

// base has the files of the hosts, as HOST/PATH.
const base = `
-- ns/etc/bind/named.conf --
options { directory "/var/cache/bind"; recursion no; allow-query { any; }; empty-zones-enable no; };
zone "." { type master; file "/etc/bind/db.root"; };
zone "lame.com" { type forward; forwarders { }; };
-- ns/etc/bind/db.root --
$TTL 3600
@ IN SOA ns. hostmaster.ns. 1 3600 600 86400 60
@ IN NS ns.
ns. IN A 198.51.100.53
example.com. IN MX 10 mail.example.com.
mail.example.com. IN A 203.0.113.25
client.example.com. IN A 203.0.113.100
mismatch.example.com. IN A 203.0.113.1
_dmarc.example.com. IN TXT "v=DMARC1; p=none"
example.net. IN MX 10 mail.example.net.
mail.example.net. IN A 198.51.100.25
two.example.net. IN MX 10 mail.example.net.
two.example.net. IN MX 20 sink.example.net.
sink.example.net. IN A 203.0.113.66
noa.example.net. IN MX 10 nonexistent.example.net.
nullmx.example.net. IN MX 0 .
mxcname.example.net. IN MX 10 alias.example.net.
alias.example.net. IN CNAME mail.example.net.
virtual.example. IN MX 10 mail.example.net.
away.example. IN MX 10 gone.example.
gone.example. IN A 203.0.113.253
lame.com. IN NS nowhere.lame.com.
nowhere.lame.com. IN A 203.0.113.254
68.113.0.203.bl.example.org. IN A 127.0.0.2
68.113.0.203.bl.example.org. IN TXT "Listed in the lab block list, see http://bl.example.org/203.0.113.68"
25.113.0.203.in-addr.arpa. IN PTR mail.example.com.
100.113.0.203.in-addr.arpa. IN PTR client.example.com.
67.113.0.203.in-addr.arpa. IN PTR mismatch.example.com.
68.113.0.203.in-addr.arpa. IN PTR spammer.example.com.
25.100.51.198.in-addr.arpa. IN PTR mail.example.net.
-- maila/etc/hostname --
mail.example.com
-- maila/etc/postfix/main.cf --
compatibility_level = 3.6
myhostname = mail.example.com
mydomain = example.com
myorigin = $mydomain
mydestination = $myhostname, $mydomain, localhost
mynetworks = 127.0.0.0/8
inet_interfaces = all
inet_protocols = ipv4
home_mailbox = Maildir/
alias_maps = texthash:/etc/postfix/aliases
alias_database =
biff = no
smtpd_client_restrictions = permit_mynetworks, reject_unknown_reverse_client_hostname
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
-- maila/etc/postfix/aliases --
postmaster root
root alice
-- mailb/etc/hostname --
mail.example.net
-- mailb/etc/postfix/main.cf --
compatibility_level = 3.6
myhostname = mail.example.net
mydomain = example.net
myorigin = $mydomain
mydestination = $myhostname, $mydomain, localhost
mynetworks = 127.0.0.0/8
inet_interfaces = all
inet_protocols = ipv4
home_mailbox = Maildir/
alias_maps = texthash:/etc/postfix/aliases
alias_database =
biff = no
smtpd_client_restrictions = permit_mynetworks, reject_unknown_reverse_client_hostname
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
message_size_limit = 1000000
-- mailb/etc/postfix/aliases --
postmaster root
root bob
`

// firstInode is the number of the first file made after the start.
const firstInode = 0x1000

// pids matches process ids in log lines.
var pids = regexp.MustCompile(`\[\d+\]: `)

// world is the small Internet.
type world struct {
	t      testing.TB
	kernel *vtime.Kernel
	log    *trace.Log
	net    *vnet.Net
	hosts  map[string]*host.Host
	seen   map[string]int // bytes of a host's mail.log already shown
}

// newWorld builds and boots the small Internet; files in overlay (an archive)
// replace or add to those of the hosts.
func newWorld(t testing.TB, overlay string) *world {
	t.Helper()
	k := vtime.New(time.Date(2026, 11, 21, 22, 47, 10, 600_000_000, time.UTC), 7)
	w := &world{t: t, kernel: k, log: trace.NewLog(k.Clock(), 0), hosts: map[string]*host.Host{}, seen: map[string]int{}}
	t.Cleanup(k.Close)
	w.net = vnet.New(k.Clock(), w.log)
	link := w.net.AddLink(vnet.LinkSpec{Name: "lan", Latency: time.Millisecond})
	programs := host.Programs{}
	for _, set := range []host.Programs{userland.Programs(), shell.Programs(), named.Programs(), mta.Programs(), netfilter.Programs()} {
		for name, p := range set {
			programs[name] = p
		}
	}
	files := append(txtar.Parse([]byte(base)).Files, txtar.Parse([]byte(overlay)).Files...)
	zones := named.NewZoneCache()
	for _, at := range addressesOf() {
		w.addHost(at.host, at.addr, link, programs, files, zones)
	}
	w.do(func(*vtime.Task) {
		for _, at := range addressesOf() {
			w.hosts[at.host].Boot()
		}
	})
	w.run(time.Second)
	for name := range w.hosts {
		w.mailLog(name)
	}
	return w
}

func (w *world) addHost(name, addr string, link *vnet.Link, programs host.Programs, files []txtar.File, zones *named.ZoneCache) {
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	var packages []string
	switch {
	case name == "ns":
		packages = []string{"bind9"}
	case strings.HasPrefix(name, "mail"):
		packages = []string{"postfix", "iptables"}
	}
	image, err := distro.Install(host.Debian, packages, programs)
	must(err)
	node, err := w.net.AddNode(name)
	must(err)
	_, err = node.Attach(link, "eth0", netip.PrefixFrom(netip.MustParseAddr(addr), 4))
	must(err)
	h := host.New(host.Config{Name: name, Flavour: host.Debian, Clock: w.kernel.Clock(), Log: w.log, Node: node,
		FS: vfs.New(image, vfs.Options{Now: w.kernel.Clock().Now}), Programs: programs})
	w.hosts[name] = h
	must(h.FS.WriteFile("/etc/resolv.conf", []byte("nameserver 198.51.100.53\n"), 0o644, host.Root))
	must(distro.AddUsers(h.FS, []distro.Account{{Name: "alice"}, {Name: "bob"}, {Name: "carol"}}))
	for _, f := range files {
		if rest, ok := strings.CutPrefix(f.Name, name+"/"); ok {
			must(h.FS.MkdirAll(path.Dir("/"+rest), 0o755, host.Root))
			must(h.FS.WriteFile("/"+rest, f.Data, 0o644, host.Root))
		}
	}
	must(distro.Finish(h.FS))
	for ino := vfs.Ino(0); ino < firstInode; { // queue ids must not change with what else is installed
		must(h.FS.WriteFile("/tmp/x", nil, 0o600, host.Root))
		info, err := h.FS.Stat("/tmp/x", host.Root)
		must(err)
		ino = info.Ino
		must(h.FS.Unlink("/tmp/x", host.Root))
	}
	switch {
	case name == "ns":
		named.Install(h, zones)
	case len(packages) > 0:
		mta.Install(h)
		netfilter.Install(h)
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

// sh runs a shell command on a host as root and lets the mail settle. It returns
// what it printed.
func (w *world) sh(name, command string) string {
	w.t.Helper()
	h := w.hosts[name]
	var out *host.Buffer
	w.do(func(t *vtime.Task) {
		buf, fd := h.NewBuffer()
		out = buf
		u, _ := h.User("root")
		login, err := h.Daemon(host.Spec{Args: []string{"login"}, Env: h.LoginEnv(u), Cwd: "/root"})
		if err != nil {
			w.t.Fatal(err)
		}
		defer login.Exit(0)
		h.Limits.Refill()
		p, err := login.Launch(host.Spec{Args: []string{"/bin/bash", "-c", command}, Stdout: fd, Stderr: fd})
		if err != nil {
			w.t.Fatal(err)
		}
		if status := p.Wait(t); status != 0 {
			fmt.Fprintf(fd, "[exit status %d]\n", status)
		}
		t.Settle(10 * time.Minute)
	})
	return string(out.Bytes())
}

// mailLog returns the lines added to a host's mail.log since the last call, from
// the program's name on.
func (w *world) mailLog(name string) string {
	b, err := w.hosts[name].FS.ReadFile("/var/log/mail.log", host.Root)
	if err != nil {
		return ""
	}
	fresh := b[w.seen[name]:]
	w.seen[name] = len(b)
	var out strings.Builder
	for line := range bytes.Lines(fresh) {
		if i := bytes.Index(line, []byte("postfix/")); i >= 0 {
			line = line[i:]
		}
		if at := pids.FindIndex(line); at != nil {
			out.Write(line[:at[0]])
			line = line[at[1]-2:]
		}
		out.Write(line)
	}
	return out.String()
}

// send hands a mail in on a host with sendmail.
func (w *world) send(on, from, to string) {
	w.t.Helper()
	w.sh(on, fmt.Sprintf("printf 'From: %s\\nTo: %s\\nSubject: test\\n\\nHello.\\n' | sendmail -f %s %s", from, to, from, to))
}

// drop hands a mail in by a process of its own, without a shell.
func (w *world) drop(t *vtime.Task, on, from, to, text string) {
	w.t.Helper()
	h := w.hosts[on]
	parent, err := h.Daemon(host.Spec{Args: []string{"cron"}, Env: host.NewEnv("PATH", "/usr/sbin:/usr/bin")})
	if err != nil {
		w.t.Fatal(err)
	}
	defer parent.Exit(0)
	h.Limits.Refill()
	in := host.NewFD(strings.NewReader(text), nil, nil)
	p, err := parent.Launch(host.Spec{Args: []string{"sendmail", "-f", from, to}, Stdin: in})
	if err != nil {
		w.t.Fatal(err)
	}
	if p.Wait(t) != 0 {
		w.t.Fatal("sendmail failed")
	}
}
