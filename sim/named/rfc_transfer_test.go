package named

import (
	"fmt"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
)

// steps are the records of a transfer in short: serials of SOA records, and owners.
func steps(m *mdns.Msg) string {
	if m == nil {
		return "no reply"
	}
	list := []string{mdns.RcodeToString[m.Rcode]}
	for _, rr := range m.Answer {
		if soa, ok := rr.(*mdns.SOA); ok {
			list = append(list, fmt.Sprint("SOA:", soa.Serial))
			continue
		}
		list = append(list, strings.TrimSuffix(rr.Header().Name, ".dyn.test.")+"/"+mdns.TypeToString[rr.Header().Rrtype])
	}
	return strings.Join(list, " ")
}

func ixfr(serial string, tcp bool) question {
	return question{to: "ns1", name: "dyn.test", qtype: "IXFR", tcp: tcp, norec: true, edit: func(m *mdns.Msg) {
		soa, _ := mdns.NewRR("dyn.test. 0 SOA . . " + serial + " 0 0 0 0")
		m.Ns = []mdns.RR{soa}
	}}
}

// RFC 1995 2: the client's SOA stands in the authority section. "If an IXFR query with
// the same or newer version number than that of the server is received, it is replied
// to with a single SOA record of the server's current version"; over UDP that also
// tells the client to use TCP. 4: deleted records follow the old SOA, added ones the
// new SOA; the SOA of the newest version begins and ends it all. "If incremental zone transfer is not available, the entire zone is returned."
func TestRFC1995(t *testing.T) {
	w := newWorld(t, strings.Replace(dynamicOverlay, "www A 192.0.2.80\n", "www A 192.0.2.80\nlong TXT "+strings.Repeat("x", 250)+"\n", 1), nil)
	w.update("ns1", "dyn.test.", "k1.", "a.dyn.test. 60 A 192.0.2.1")
	w.update("ns1", "dyn.test.", "k1.", "b.dyn.test. 60 A 192.0.2.2", "-a.dyn.test. 60 A 192.0.2.1")
	for _, c := range []struct {
		serial string
		tcp    bool
		want   string
	}{
		{"12", true, "NOERROR SOA:12"}, {"13", true, "NOERROR SOA:12"}, {"10", false, "NOERROR SOA:12"},
		{"11", true, "NOERROR SOA:12 SOA:11 a/A SOA:12 b/A SOA:12"},
		{"10", true, "NOERROR SOA:12 SOA:10 SOA:11 a/A SOA:11 a/A SOA:12 b/A SOA:12"},
	} {
		if got := steps(w.ask(ixfr(c.serial, c.tcp))); got != c.want {
			t.Errorf("from %s, tcp %v: %s\nwant %s", c.serial, c.tcp, got, c.want)
		}
	}
	if m := w.ask(ixfr("3", true)); len(m.Answer) < 6 || m.Answer[1].Header().Rrtype == mdns.TypeSOA {
		t.Errorf("of an unknown version: %s", steps(m))
	}
}

// RFC 5936 2.2: the zone begins and ends with its SOA, in between each record once; AA
// is set. 2.2.1: a server that is not authoritative says NOTAUTH, one that may not
// REFUSED. 4.2: no AXFR over UDP.
func TestRFC5936(t *testing.T) {
	w := newWorld(t, dynamicOverlay, nil)
	m := w.ask(question{to: "ns1", name: "dyn.test", qtype: "AXFR", tcp: true})
	if got := steps(m); !strings.HasPrefix(got, "NOERROR SOA:10 dyn.test./NS") || !strings.HasSuffix(got, " SOA:10") || len(m.Answer) != 5 || !m.Authoritative {
		t.Errorf("%s", got)
	}
	for _, c := range []struct {
		q    question
		want int
	}{
		{question{name: "nosuch.test", qtype: "AXFR", tcp: true}, mdns.RcodeNotAuth},
		{question{name: "www.dyn.test", qtype: "AXFR", tcp: true}, mdns.RcodeNotAuth},
		{question{name: "dyn.test", qtype: "AXFR"}, mdns.RcodeFormatError},
	} {
		c.q.to = "ns1"
		if m := w.ask(c.q); m == nil || m.Rcode != c.want || len(m.Answer) > 0 {
			t.Errorf("%s: %s", c.q.name, steps(m))
		}
	}
}

// RFC 1996 3.7, 3.12: the secondary answers a NOTIFY with the same question, QR and AA
// set. 3.10: a NOTIFY from who is no primary is ignored. 4.7: the secondary asks for
// the SOA, and fetches the zone if the serial is newer.
func TestRFC1996(t *testing.T) {
	w := newWorld(t, dynamicOverlay, nil)
	w.run(10 * time.Second)
	notify := func(from, zone string) *mdns.Msg {
		return w.ask(question{from: from, to: "ns2", name: zone, qtype: "SOA", norec: true, edit: func(m *mdns.Msg) {
			m.Opcode, m.Authoritative, m.Extra = mdns.OpcodeNotify, true, nil
		}})
	}
	m := notify("ns1", "dyn.test")
	if m == nil || m.Rcode != mdns.RcodeSuccess || !m.Authoritative || m.Opcode != mdns.OpcodeNotify || len(m.Question) != 1 || m.Question[0].Name != "dyn.test." {
		t.Errorf("%v", m)
	}
	if m := notify("ns1", "nosuch.test"); m == nil || m.Rcode != mdns.RcodeNotAuth {
		t.Errorf("of a zone it does not have: %v", m)
	}
	notify("client", "dyn.test")
	if log := w.syslog("ns2"); !strings.Contains(log, "zone dyn.test/IN: refused notify from non-primary: 198.18.0.200#") {
		t.Error(log)
	}
	w.update("ns1", "dyn.test.", "k1.", "a.dyn.test. 60 A 192.0.2.1")
	w.run(10 * time.Second)
	if got := w.serial("ns2", "dyn.test"); got != 11 {
		t.Errorf("serial %d after NOTIFY", got)
	}
}

// RFC 6891 6.1.1: "If an OPT record is present in a received request, compliant
// responders MUST include an OPT record in their respective responses"; two are a
// FORMERR. 6.1.3: an unknown version gets BADVERS with the highest version known.
// 6.2.3: "Values lower than 512 MUST be treated as equal to 512." 7: who did not use
// EDNS gets none.
func TestRFC6891(t *testing.T) {
	w := newWorld(t, dynamicOverlay, nil)
	ask := func(edit func(*mdns.Msg)) *mdns.Msg {
		return w.ask(question{to: "ns1", name: "www.dyn.test", qtype: "A", edit: edit})
	}
	if m := ask(func(*mdns.Msg) {}); m.IsEdns0() == nil || m.IsEdns0().Version() != 0 {
		t.Errorf("with EDNS: %v", m)
	}
	if m := ask(func(m *mdns.Msg) { m.Extra = nil }); m.IsEdns0() != nil {
		t.Errorf("without EDNS: %v", m)
	}
	if m := ask(func(m *mdns.Msg) { m.IsEdns0().SetVersion(1) }); m.Rcode != mdns.RcodeBadVers || m.IsEdns0().Version() != 0 || len(m.Answer) > 0 {
		t.Errorf("version 1: %v", m)
	}
	if m := ask(func(m *mdns.Msg) { m.Extra = append(m.Extra, m.Extra[0]) }); m.Rcode != mdns.RcodeFormatError {
		t.Errorf("two OPT records: %v", m)
	}
	if m := ask(func(m *mdns.Msg) { m.IsEdns0().SetUDPSize(12) }); m.Truncated || len(m.Answer) != 1 {
		t.Errorf("a size below 512: %v", m)
	}
}
