package named

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
)

// peerNamed finds the real daemon or skips the test.
func peerNamed(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("named"); err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("named is not installed")
		}
		t.Skip("named is not installed")
	}
}

// loopback moves the small Internet's addresses to the real machine's loopback: any
// of them may send, but named listens at the interface's own only.
var loopback = strings.NewReplacer("198.18.0.20;", "127.0.0.1;", "198.18", "127.18")

// realServer is a real named whose addresses are those of the small Internet, moved.
type realServer struct {
	port int
	stop func()
	log  string
}

// errRefused says that named did not start.
var errRefused = errors.New("named did not start")

// startReal runs named with a configuration whose PORT and DIR are filled in.
func startReal(dir, conf string) (*realServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	conf = loopback.Replace(strings.NewReplacer("DIR", dir, "PORT", strconv.Itoa(port)).Replace(conf))
	file := filepath.Join(dir, "named.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		return nil, err
	}
	out, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command("named", "-g", "-n", "1", "-c", file)
	cmd.Stderr = out // a file, which needs no reader
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &realServer{port: port, stop: func() { cmd.Process.Kill(); cmd.Wait() }}
	for range 1000 {
		b, _ := os.ReadFile(out.Name())
		switch s.log = string(b); {
		case strings.Contains(s.log, " running\n"):
			return s, nil
		case strings.Contains(s.log, " exiting (due to"):
			s.stop()
			return s, errRefused
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.stop()
	return s, errors.New("named does not start")
}

// probe is a message both servers get.
type probe struct {
	from, key string
	kind      int // an opcode
	question  question
	change    string    // of an update
	needs     []mdns.RR // an update's prerequisites, or the SOA of an IXFR's client
	changes   []mdns.RR
}

var probeSecrets = map[string]string{"k1.": "c2VjcmV0c2VjcmV0c2VjcmV0", "k2.": "b3RoZXJzZWNyZXQ="}

// message makes the request as of a time, which the signature holds.
func (p probe) message(now time.Time) *mdns.Msg {
	m := new(mdns.Msg)
	m.SetQuestion(mdns.Fqdn(p.question.name), mdns.StringToType[p.question.qtype])
	m.Id = 4711
	m.Opcode, m.RecursionDesired = p.kind, !p.question.norec
	switch p.kind {
	case mdns.OpcodeQuery:
		m.Ns = p.needs
		m.SetEdns0(1232, false)
	case mdns.OpcodeUpdate:
		m.Answer, m.Ns = p.needs, p.changes
		if rr, _ := mdns.NewRR(p.change); rr != nil {
			m.Ns = append(m.Ns, rr)
		}
	case mdns.OpcodeNotify:
		m.Authoritative = true
	}
	if p.key != "" {
		m.SetTsig(p.key, mdns.HmacSHA256, 300, now.Unix())
		if wire, _, err := mdns.TsigGenerate(m, probeSecrets[p.key], "", false); err == nil {
			m = new(mdns.Msg)
			m.Unpack(wire)
		}
	}
	return m
}

// askRealFrom sends a probe from its host's address.
func (s *realServer) ask(p probe, timeout time.Duration) *mdns.Msg {
	local := net.ParseIP(loopback.Replace(addresses[p.from]))
	d := net.Dialer{Timeout: timeout, LocalAddr: &net.UDPAddr{IP: local}}
	network := "udp"
	if p.question.tcp {
		network, d.LocalAddr = "tcp", &net.TCPAddr{IP: local}
	}
	c, err := d.Dial(network, "127.0.0.1:"+strconv.Itoa(s.port))
	if err != nil {
		return nil
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(timeout))
	conn := &mdns.Conn{Conn: c, UDPSize: 4096}
	wire, err := p.message(time.Now()).Pack()
	if err != nil {
		return nil
	}
	conn.Write(wire)
	b, err := conn.ReadMsgHeader(nil)
	reply := new(mdns.Msg)
	if err != nil || reply.Unpack(b) != nil {
		return nil
	}
	return reply
}

// probe sends a probe to ns1.
func (w *world) probe(p probe) *mdns.Msg {
	return w.ask(question{from: p.from, to: "ns1", name: p.question.name, qtype: p.question.qtype, tcp: p.question.tcp,
		edit: func(m *mdns.Msg) { *m = *p.message(w.kernel.Clock().Now()) }})
}

// brief is a reply without what a signature makes different.
func brief(m *mdns.Msg) string {
	if m == nil {
		return "no reply"
	}
	tsig := ""
	for i, rr := range m.Extra {
		if s, ok := rr.(*mdns.TSIG); ok {
			tsig = fmt.Sprintf(" signed by %s, error %d", s.Hdr.Name, s.Error)
			m.Extra = append(m.Extra[:i:i], m.Extra[i+1:]...)
		}
	}
	return text(m) + tsig
}

// policy draws configurations of access lists and views.
type policy struct {
	r     *rand.Rand
	files map[string]string
}

func (p *policy) pick(s ...string) string { return s[p.r.IntN(len(s))] }

func (p *policy) element(depth int) string {
	not := ""
	if p.r.IntN(4) == 0 {
		not = "!"
	}
	switch p.r.IntN(10) {
	case 0, 1, 2:
		return not + p.pick("198.18.0.200", "198.18.0.53", "198.18.0.2", "198.18.0.100", "198.18.0.10", "198.18.0.11")
	case 3, 4:
		return not + p.pick("198.18.0.0/24", "198.18.0.0/26", "198.18.0.8/29", "198.18.0.128/25", "198.18/16", "2001:db8::/32")
	case 5:
		return not + p.pick("any", "any", "none", "localnets", "localhost")
	case 6:
		return not + p.pick("key k1", "key k2")
	case 7:
		if depth > 0 {
			return not + p.list(depth-1)
		}
	}
	return not + p.pick("a1", "a2", "a3")
}

func (p *policy) list(depth int) string {
	var b strings.Builder
	b.WriteString("{ ")
	for range 1 + p.r.IntN(3) {
		b.WriteString(p.element(depth) + "; ")
	}
	return b.String() + "}"
}

// some draws clauses, each with one chance in n.
func (p *policy) some(n int, names ...string) string {
	var b strings.Builder
	for _, name := range names {
		if p.r.IntN(n) > 0 {
			continue
		}
		list := p.list(2)
		if strings.HasSuffix(name, "-on") || name == "match-destinations" { // they look at the server's address
			list = p.pick("{ any; }", "{ none; }", "{ 198.18.0.20; }", "{ !198.18.0.20; any; }", "{ localhost; }", "{ 198.18.0.53; }", "{ !localnets; any; }")
		}
		b.WriteString("\t" + name + " " + list + ";\n")
	}
	return b.String()
}

var policyOrigins = []string{"one.test", "two.test"}

func (p *policy) zones(view string) string {
	var b strings.Builder
	for _, origin := range policyOrigins {
		file := "db." + view + "." + origin
		p.files[file] = "$TTL 300\n@ SOA ns h 10 3600 900 1209600 60\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.80\nwww A 192.0.2.81\nview TXT " + view +
			"\nsub NS ns.sub\nns.sub A 192.0.2.9\nalias CNAME view.one.test.\ncross CNAME www.two.test.\nout CNAME www.elsewhere.test.\n@ MX 5 www\n"
		b.WriteString("zone \"" + origin + "\" { type primary; file \"" + file + "\";\n" +
			p.some(3, "allow-query", "allow-transfer", "allow-update") + p.some(8, "allow-query-on"))
		b.WriteString("};\n")
	}
	return b.String()
}

func (p *policy) config() string {
	p.files = map[string]string{}
	var b strings.Builder
	b.WriteString("acl a3 { 198.18.0.53; !198.18.0.11; };\nacl a2 " + strings.NewReplacer("a1", "a3", "a2", "a3").Replace(p.list(1)) + ";\nacl a1 " +
		strings.ReplaceAll(p.list(2), "a1", "a2") + ";\n")
	for _, k := range []string{"k1", "k2"} {
		b.WriteString("key " + k + " { algorithm hmac-sha256; secret \"" + probeSecrets[k+"."] + "\"; };\n")
	}
	b.WriteString(`options {
	directory "DIR"; pid-file none; session-keyfile none;
	listen-on port PORT { 198.18.0.20; }; listen-on-v6 { none; };
	dnssec-validation no; forward only; forwarders { 198.18.0.250 port 9; };
	notify no; empty-zones-enable no;
	recursion ` + p.pick("yes", "no") + ";\n\trrset-order { order " + p.pick("none", "cyclic", "random", "fixed") + "; };\n\tminimal-responses " +
		p.pick("yes", "no", "no-auth", "no-auth-recursive") + ";\n" +
		p.some(3, "blackhole", "allow-query", "allow-recursion", "allow-query-cache", "allow-transfer") + p.some(8, "allow-recursion-on", "allow-query-cache-on") + "};\ncontrols { };\n")
	if p.r.IntN(2) == 0 {
		return b.String() + p.zones("main")
	}
	for _, view := range []string{"in", "mid", "out"} {
		b.WriteString("view \"" + view + "\" {\n" + p.some(1, "match-clients") + p.some(5, "match-destinations", "allow-query", "allow-recursion") +
			p.pick("", "", "", "match-recursive-only yes;\n", "recursion no;\n", "recursion yes;\n", "minimal-any yes;\n") + p.zones(view) + "};\n")
	}
	return b.String()
}

func (p *policy) probe(n int) probe {
	hosts := []string{"client", "ns2", "res", "refuser", "root", "tld", "arpa"}
	q := probe{from: hosts[p.r.IntN(len(hosts))], key: p.pick("", "", "", "k1.", "k2."), kind: mdns.OpcodeQuery}
	origin := p.pick(policyOrigins...)
	q.question = question{name: p.pick("www.", "view.", "alias.", "cross.", "x.sub.", "", "nosuch.", "out.") + origin, qtype: p.pick("A", "TXT", "ANY", "MX", "NS"),
		norec: p.r.IntN(2) == 0, tcp: p.r.IntN(6) == 0}
	switch p.r.IntN(8) {
	case 0:
		q.question = question{name: origin, qtype: "AXFR", tcp: true, norec: true}
	case 1:
		q.kind, q.question = mdns.OpcodeUpdate, question{name: origin, qtype: "SOA", norec: true}
		q.change = fmt.Sprintf("n%d.%s. 60 IN A 192.0.2.7", n, origin)
	case 2:
		q.kind, q.question = mdns.OpcodeNotify, question{name: origin, qtype: "SOA", norec: true}
	case 3:
		q.question.name, q.question.norec = p.pick("elsewhere.test", "www.elsewhere.test", "."), p.r.IntN(3) == 0
	}
	return q
}

// TestPolicyOfRealNamed compares who gets what under generated access lists and views.
// MXLAB_PEER_ROUNDS and MXLAB_PEER_SEED ask for more or other ones.
func TestPolicyOfRealNamed(t *testing.T) {
	peerNamed(t)
	rounds, seed := 6, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("MXLAB_PEER_ROUNDS")); err == nil {
		rounds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("MXLAB_PEER_SEED"), 10, 64); err == nil {
		seed = n
	}
	total, same := 0, 0
	for round := range rounds {
		p := &policy{r: rand.New(rand.NewPCG(seed, uint64(round)))}
		a, b := comparePolicy(t, p)
		total, same = total+a, same+b
	}
	t.Logf("%d of %d replies agree: %.2f %%", same, total, 100*float64(same)/float64(total))
	if float64(same) < 0.995*float64(total) {
		t.Errorf("only %d of %d replies agree", same, total)
	}
}

func comparePolicy(t *testing.T, p *policy) (total, same int) {
	t.Helper()
	conf := p.config()
	dir := t.TempDir()
	os.Chmod(dir, 0o777)
	overlay := "-- ns1/etc/bind/named.conf --\n" + strings.NewReplacer("DIR", "/var/cache/bind", "PORT", "53").Replace(conf)
	for name, zone := range p.files {
		os.WriteFile(filepath.Join(dir, name), []byte(zone), 0o644)
		overlay += "-- ns1/var/cache/bind/" + name + " --\n" + zone
	}
	real, err := startReal(dir, conf)
	w := newWorld(t, overlay, nil)
	state, _ := w.hosts["ns1"].Unit("named").State()
	if real == nil {
		t.Fatal(err)
	}
	if err != nil || state != host.Active {
		if !errors.Is(err, errRefused) || state == host.Active {
			t.Errorf("%s\nreal: %v\n%s\nours: %s\n%s", conf, err, real.log, state, w.syslog("ns1"))
		}
		if os.Getenv("MXLAB_PEER_SHOW") != "" {
			t.Logf("refused by both:\n%s\n%s", conf, real.log)
		}
		return 1, 1
	}
	defer real.stop()
	shown := false
	for n := range 60 {
		q := p.probe(n)
		ours := brief(w.probe(q))
		wait := 5 * time.Second
		if ours == "no reply" {
			wait = 60 * time.Millisecond
		}
		theirs := brief(real.ask(q, wait))
		total++
		if ours == theirs {
			same++
		} else if !shown || os.Getenv("MXLAB_PEER_SHOW") != "" {
			if !shown {
				t.Log(conf)
			}
			shown = true
			t.Logf("%+v\nours: %s\nreal named: %s", q, ours, theirs)
		}
	}
	return total, same
}
