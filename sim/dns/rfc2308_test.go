package dns

import (
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
)

// rr reads one record.
func rr(t testing.TB, text string) mdns.RR {
	t.Helper()
	r, err := mdns.NewRR(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// 3: "The TTL of this record is set from the minimum of the MINIMUM field of the
// SOA record and the TTL of the SOA itself".
func TestRFC2308NegativeTTL(t *testing.T) {
	for _, c := range []struct {
		soa  string
		want string
	}{
		{"@ 60 SOA ns h 1 2 3 4 300\n", "authority example. 60 SOA"}, {"@ 900 SOA ns h 1 2 3 4 300\n", "authority example. 300 SOA"},
	} {
		set := NewZoneSet(loadText(t, "example", c.soa+"@ 60 NS ns\nns 60 A 192.0.2.1\n"))
		if got := present(set, "gone.example. A"); !strings.Contains(got, c.want) {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// 4: "all TTLs in zone files are [...] $TTL [...] to set a default TTL value for
// resource records that don't specify one".
func TestRFC2308DefaultTTL(t *testing.T) {
	z := loadText(t, "example", "$TTL 1h\n@ SOA ns h 1 2 3 4 300\n@ NS ns\nns 2h A 192.0.2.1\n$TTL 1d\nx A 192.0.2.2\n")
	for name, want := range map[string]uint32{"ns.example.": 7200, "x.example.": 86400} {
		if set, _ := z.Get(name, typeA); set.TTL != want {
			t.Errorf("%s has TTL %d, want %d", name, set.TTL, want)
		}
	}
}

// 5: "A negative answer that resulted from a name error (NXDOMAIN) should be
// cached such that it can be retrieved and returned in response to another query
// for the same <QNAME, QCLASS> [...] no data error (NODATA) [...] <QNAME, QTYPE,
// QCLASS>".
func TestRFC2308Caching(t *testing.T) {
	c := NewCache(CacheOptions{})
	soa := rr(t, "example. 900 IN SOA ns. h. 1 2 3 4 300").(*mdns.SOA)
	c.PutNegative(0, NegativeName, "gone.example.", typeA, soa, TrustAnswer, 7)
	c.PutNegative(0, NegativeType, "web.example.", typeAAAA, soa, TrustAnswer, 8)
	for _, step := range []struct {
		at    time.Duration
		name  string
		qtype uint16
		want  CacheResult
		ttl   uint32
		event uint64
	}{
		{0, "gone.example.", typeMX, CacheNXDomain, 300, 7}, {100 * time.Second, "GONE.example.", typeA, CacheNXDomain, 200, 7},
		{299 * time.Second, "web.example.", typeAAAA, CacheNoData, 1, 8}, {0, "web.example.", typeA, CacheMiss, 0, 0},
		{300 * time.Second, "web.example.", typeAAAA, CacheMiss, 0, 0}, {300 * time.Second, "gone.example.", typeA, CacheMiss, 0, 0},
	} {
		got := c.Lookup(step.at, step.name, step.qtype, TrustAnswer)
		if got.Result != step.want || got.TTL != step.ttl || got.Event != step.event {
			t.Errorf("%v %s %s: %+v", step.at, step.name, TypeName(step.qtype), got)
		}
	}
}

// 5: "it is also required that implementations limit the length of time that they
// will cache a negative response"; BIND's limit is three hours.
func TestRFC2308Limit(t *testing.T) {
	c := NewCache(CacheOptions{})
	soa := rr(t, "example. 1000000 IN SOA ns. h. 1 2 3 4 1000000").(*mdns.SOA)
	c.PutNegative(0, NegativeName, "gone.example.", typeA, soa, TrustAnswer, 0)
	c.Put(0, []mdns.RR{rr(t, "web.example. 10000000 IN A 192.0.2.1")}, TrustAnswer, 0)
	if got := c.Lookup(0, "gone.example.", typeA, TrustAnswer); got.TTL != 10800 || got.SOA.Hdr.Ttl != 10800 {
		t.Errorf("negative TTL %d", got.TTL)
	}
	if got := c.Lookup(0, "web.example.", typeA, TrustAnswer); got.TTL != 604800 || got.RRs[0].Header().Ttl != 604800 {
		t.Errorf("positive TTL %d", got.TTL)
	}
}
