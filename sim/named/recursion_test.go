package named

import (
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

func TestRecursion(t *testing.T) {
	w := newWorld(t, "", nil)
	for _, c := range []struct{ q, want string }{
		{"www.example.com A", "NOERROR rd ra\nwww.example.com. 3600 IN A 198.18.0.80"},
		{"ftp.example.com A", "NOERROR rd ra\nftp.example.com. 3600 IN CNAME www.example.com.\nwww.example.com. 3600 IN A 198.18.0.80"},
		{"far.example.com A", "NOERROR rd ra\nfar.example.com. 3600 IN CNAME www.example.net.\nwww.example.net. 3600 IN A 198.18.0.90"},
		{"x.wild.example.com A", "NOERROR rd ra\nx.wild.example.com. 3600 IN A 198.18.0.99"},
		{"25.0.18.198.in-addr.arpa PTR", "NOERROR rd ra\n25.0.18.198.in-addr.arpa. 3600 IN PTR mail.example.com."},
		{"nosuch.example.com A", "NXDOMAIN rd ra\nauth example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 2025112101 3600 900 1209600 300"},
		{"www.example.com AAAA", "NOERROR rd ra\nauth example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 2025112101 3600 900 1209600 300"},
		{"example.com MX", "NOERROR rd ra\nexample.com. 3600 IN MX 10 mail.example.com.\nexample.com. 3600 IN MX 20 mail.example.net.\nadd mail.example.com. 3600 IN A 198.18.0.25"},
		{"www.outside.com A", "NOERROR rd ra\nwww.outside.com. 3600 IN A 198.18.0.91"},
		{"www.half.com A", "NOERROR rd ra\nwww.half.com. 3600 IN A 198.18.0.90"},
		{"www.lame.com A", "SERVFAIL rd ra"},
		{"www.dead.com A", "SERVFAIL rd ra"},
		{"www.refused.com A", "SERVFAIL rd ra"},
		{"www.loopa.com A", "SERVFAIL rd ra"},
		{"loop1.example.com A", "SERVFAIL rd ra"},
		{"host.sub.example.com A", "SERVFAIL rd ra"},
	} {
		w.command("res", "rndc", "flush")
		name, qtype, _ := strings.Cut(c.q, " ")
		if got := text(w.ask(question{to: "res", name: name, qtype: qtype})); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.q, got, c.want)
		}
	}
}

func TestCacheCountsDown(t *testing.T) {
	w := newWorld(t, "", nil)
	q := question{to: "res", name: "www.example.com", qtype: "A"}
	w.ask(q)
	w.run(100 * time.Second)
	seq := uint64(w.log.Len())
	if got := w.ask(q).Answer[0].Header().Ttl; got < 3498 || got > 3500 {
		t.Errorf("TTL after 100 s: %d", got)
	}
	if n := w.log.Len() - int(seq); n > 6 {
		t.Errorf("a cached answer made %d events", n)
	}
	neg := question{to: "res", name: "nosuch.example.com", qtype: "A"}
	w.ask(neg)
	w.run(200 * time.Second)
	if m := w.ask(neg); m.Rcode != mdns.RcodeNameError || m.Ns[0].Header().Ttl > 100 {
		t.Errorf("negative answer after 200 s: %s", text(m))
	}
}

func TestAnyIsAnsweredWithWhatIsCached(t *testing.T) {
	w := newWorld(t, "", nil)
	w.ask(question{to: "res", name: "example.com", qtype: "MX"})
	if got := text(w.ask(question{to: "res", name: "example.com", qtype: "ANY"})); got !=
		"NOERROR rd ra\nexample.com. 3600 IN MX 10 mail.example.com.\nexample.com. 3600 IN MX 20 mail.example.net.\n"+
			"example.com. 3600 IN NS ns1.example.com.\nexample.com. 3600 IN NS ns2.example.net." {
		t.Error(got)
	}
	if m := w.ask(question{to: "res", name: "rr.example.com", qtype: "ANY"}); len(m.Answer) != 3 {
		t.Error(text(m))
	}
}

// TestClientsShareAFetch sends the same question from two clients before the
// answer can have come.
func TestClientsShareAFetch(t *testing.T) {
	w := newWorld(t, "", nil)
	var a, b *mdns.Msg
	seq := uint64(w.log.Len())
	w.do(func(task *vtime.Task) {
		other := task.Clock().Go("second client", func(task *vtime.Task) {
			b = w.exchange(task, question{from: "ns2", to: "res", name: "www.example.com", qtype: "A"})
		})
		_ = other
		a = w.exchange(task, question{to: "res", name: "www.example.com", qtype: "A"})
		task.Sleep(time.Second)
	})
	if text(a) != text(b) || len(a.Answer) != 1 {
		t.Errorf("%s\n%s", text(a), text(b))
	}
	if got := w.events(seq, trace.DNSQuery, "res"); len(got) != 4 { // three servers and the priming query
		t.Errorf("queries sent: %q", got)
	}
	if got := w.events(seq, trace.DNSLookup, "res"); len(got) != 3 {
		t.Errorf("look-ups: %q", got)
	}
}

// TestSlowServerIsAvoided: after a time-out the other server of a zone is asked
// first.
func TestSlowServerIsAvoided(t *testing.T) {
	w := newWorld(t, "", nil)
	slow := 0
	for i := range 10 {
		start := w.kernel.Clock().Since()
		w.ask(question{to: "res", name: string(rune('a'+i)) + ".half.com", qtype: "A"})
		if w.kernel.Clock().Since()-start > 500*time.Millisecond {
			slow++
		}
	}
	if slow > 1 {
		t.Errorf("%d of 10 questions waited for the dead server", slow)
	}
}
