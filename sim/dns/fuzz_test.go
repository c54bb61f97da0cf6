package dns

import (
	"testing"

	mdns "github.com/miekg/dns"
)

// textOf reads a zone without any check and writes it back.
func textOf(text, origin string) (string, bool) {
	opts := LoadOptions{Kind: Hint, Origin: origin, File: "db", ManyErrors: true, Limits: Limits{Bytes: 1 << 16, Records: 2000, Includes: 3}}
	opts.Read = func(string) ([]byte, error) { return []byte(text), nil }
	zone, _, err := Load(opts)
	if err != nil {
		return "", false
	}
	return zone.Text(FullStyle), true
}

// FuzzZone: any text is read without a panic, and what is read, printed and read
// again is the same.
func FuzzZone(f *testing.F) {
	for _, z := range append(baseZones(), baseZone{"example", exoticZone}) {
		f.Add(z.text)
	}
	for _, line := range strayLines() {
		f.Add(head + line + "\n")
	}
	f.Fuzz(func(t *testing.T, text string) {
		CheckZone("named-checkzone", []string{"-D", "example.com", "db"}, CheckzoneHost{
			Limits: Limits{Records: 2000, Includes: 3}, Read: func(string) ([]byte, error) { return []byte(text), nil }})
		once, ok := textOf(text, "example.com")
		if !ok {
			return
		}
		twice, ok := textOf(once, "example.com")
		if !ok || once != twice {
			t.Errorf("not a fixpoint (%v):\n%s\n---\n%s", ok, once, twice)
		}
	})
}

// FuzzLookup: any question gets an answer that can be packed.
func FuzzLookup(f *testing.F) {
	f.Add("www.example.", uint16(1))
	f.Add("a.b.c.wild.example.", uint16(255))
	f.Add(`\.example.`, uint16(43))
	set := NewZoneSet(loadText(f, "example", tree+"*.wild A 192.0.2.9\nold DNAME web\nodd\\.dot TXT x\n"))
	f.Fuzz(func(t *testing.T, name string, qtype uint16) {
		if _, ok := mdns.IsDomainName(name); !ok {
			return
		}
		q := new(mdns.Msg)
		q.Question = []mdns.Question{{Name: mdns.Fqdn(name), Qtype: qtype, Qclass: mdns.ClassINET}}
		if _, err := q.Pack(); err != nil {
			return
		}
		resp, _ := set.Respond(q, RespondOptions{UDP: true})
		packed, err := resp.Pack()
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if len(packed) > mdns.MinMsgSize {
			t.Fatalf("%q: %d octets without EDNS", name, len(packed))
		}
	})
}
