package dns

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
)

// RFC 2181 5.4.1: "When considering whether to accept an RRSet in a reply, or
// retain an RRSet already in its cache instead, a server should consider the
// relative likely trustworthiness of the various data."
func TestRFC2181Ranking(t *testing.T) {
	c := NewCache(CacheOptions{})
	put := func(at time.Duration, address string, ttl int, trust Trust) bool {
		return c.Put(at, []mdns.RR{rr(t, fmt.Sprintf("ns.example. %d IN A %s", ttl, address))}, trust, 0)
	}
	put(0, "192.0.2.1", 100, TrustGlue)
	if got := c.Lookup(0, "ns.example.", typeA, TrustAnswer); got.Result != CacheMiss {
		t.Error("glue was given as an answer")
	}
	if got := c.Lookup(0, "ns.example.", typeA, TrustAdditional); got.Result != CacheHit {
		t.Error("glue was not found for the resolver itself")
	}
	if !put(0, "192.0.2.2", 100, TrustAuthAnswer) || put(0, "192.0.2.3", 100, TrustGlue) {
		t.Error("an authoritative answer must replace glue, not the other way round")
	}
	if !put(100*time.Second, "192.0.2.4", 100, TrustAdditional) {
		t.Error("expired data kept out new data")
	}
}

func TestCacheAliasAndDNAME(t *testing.T) {
	c := NewCache(CacheOptions{})
	c.Put(0, []mdns.RR{rr(t, "www.example. 60 IN CNAME web.example.")}, TrustAuthAnswer, 1)
	c.Put(0, []mdns.RR{rr(t, "old.example. 60 IN DNAME new.example.")}, TrustAuthAnswer, 2)
	if got := c.Lookup(0, "www.example.", typeA, TrustAnswer); got.Result != CacheAlias {
		t.Errorf("alias: %+v", got)
	}
	if got := c.Lookup(0, "www.example.", typeCNAME, TrustAnswer); got.Result != CacheHit {
		t.Errorf("CNAME itself: %+v", got)
	}
	if got := c.Lookup(0, "a.b.old.example.", typeA, TrustAnswer); got.Result != CacheDNAME || got.Name != "old.example." {
		t.Errorf("DNAME: %+v", got)
	}
}

// RFC 1034 5.3.3 step 2: "Find the best servers to ask."
func TestCacheDelegation(t *testing.T) {
	c := NewCache(CacheOptions{})
	c.Put(0, []mdns.RR{rr(t, ". 1000 IN NS a.root.")}, TrustGlue, 1)
	c.Put(0, []mdns.RR{rr(t, "example. 50 IN NS ns.example.")}, TrustGlue, 2)
	for at, want := range map[time.Duration]string{0: "example.", 50 * time.Second: "."} {
		if got, ok := c.Delegation(at, "www.sub.example."); !ok || got.Name != want {
			t.Errorf("at %v: %+v", at, got)
		}
	}
	if _, ok := c.Delegation(1000*time.Second, "www.example."); ok {
		t.Error("an expired root is no delegation")
	}
}

// A child that renews its NS records must not outlive the parent's delegation.
func TestCacheNSTTLDoesNotGrow(t *testing.T) {
	c := NewCache(CacheOptions{})
	c.Put(0, []mdns.RR{rr(t, "example. 100 IN NS ns.example.")}, TrustAuthAuthority, 0)
	c.Put(50*time.Second, []mdns.RR{rr(t, "example. 100 IN NS ns.example.")}, TrustAuthAuthority, 0)
	c.Put(60*time.Second, []mdns.RR{rr(t, "example. 100 IN NS ns2.example.")}, TrustAuthAnswer, 0)
	if _, ok := c.Delegation(99*time.Second, "example."); !ok {
		t.Error("gone too early")
	}
	if _, ok := c.Delegation(100*time.Second, "example."); ok {
		t.Error("the TTL has grown")
	}
}

func TestCacheFlush(t *testing.T) {
	c := NewCache(CacheOptions{})
	for _, name := range []string{"example.", "a.example.", "b.a.example.", "other."} {
		c.Put(0, []mdns.RR{rr(t, name+" 60 IN A 192.0.2.1")}, TrustAnswer, 0)
	}
	c.FlushName("EXAMPLE.")
	if c.Len() != 3 {
		t.Errorf("%d sets after flushname", c.Len())
	}
	c.FlushTree("a.example.")
	if c.Len() != 1 || c.Lookup(0, "other.", typeA, TrustAnswer).Result != CacheHit {
		t.Errorf("%d sets after flushtree", c.Len())
	}
	c.Flush()
	if c.Len() != 0 {
		t.Errorf("%d sets after flush", c.Len())
	}
}

// A random sequence of operations against a plain model: the bound holds, nothing
// lives past its TTL, and the last accepted data is what is found.
func TestCacheAgainstModel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	c := NewCache(CacheOptions{MaxSets: 20})
	type entry struct {
		address string
		expires time.Duration
	}
	model := map[string]entry{}
	now := time.Duration(0)
	for range 5000 {
		now += time.Duration(r.IntN(3)) * time.Second
		name := fmt.Sprintf("h%d.example.", r.IntN(30))
		if r.IntN(2) == 0 {
			ttl := 1 + r.IntN(20)
			address := fmt.Sprintf("192.0.2.%d", r.IntN(250))
			c.Put(now, []mdns.RR{rr(t, fmt.Sprintf("%s %d IN A %s", name, ttl, address))}, TrustAuthAnswer, 0)
			if old, ok := model[name]; !ok || old.expires <= now || old.address != address {
				model[name] = entry{address, now + time.Duration(ttl)*time.Second}
			} else {
				model[name] = entry{address, min(old.expires, now+time.Duration(ttl)*time.Second)}
			}
		}
		got := c.Lookup(now, name, typeA, TrustAnswer)
		if c.Len() > 20 {
			t.Fatalf("%d sets", c.Len())
		}
		if got.Result == CacheHit {
			want := model[name]
			if want.expires <= now || got.RRs[0].(*mdns.A).A.String() != want.address || time.Duration(got.TTL)*time.Second != want.expires-now {
				t.Fatalf("%s at %v: %v, model %+v", name, now, got.RRs, want)
			}
		}
	}
}

func TestCacheDump(t *testing.T) {
	c := NewCache(CacheOptions{})
	soa := rr(t, "example.com. 300 IN SOA ns1.example.com. hostmaster.example.com. 2025112101 3600 900 1209600 300").(*mdns.SOA)
	c.Put(0, []mdns.RR{rr(t, "www.example.com. 3600 IN A 203.0.113.80")}, TrustAuthAnswer, 0)
	c.PutNegative(0, NegativeType, "www.example.com.", typeAAAA, soa, TrustAnswer, 0)
	c.PutNegative(0, NegativeName, "nosuch.example.com.", typeA, soa, TrustAnswer, 0)
	c.Put(0, []mdns.RR{rr(t, "example.com. 3600 IN MX 10 mail.example.com."), rr(t, "example.com. 3600 IN MX 20 mail.example.net.")}, TrustAuthAnswer, 0)
	c.Put(0, []mdns.RR{rr(t, "example.com. 3600 IN NS ns1.example.com.")}, TrustAuthAuthority, 0)
	c.Put(0, []mdns.RR{rr(t, ". 518400 IN NS a.root-servers.net.")}, TrustAuthAnswer, 0)
	c.Put(0, []mdns.RR{rr(t, "25.113.0.203.in-addr.arpa. 3600 IN PTR mail.example.com.")}, TrustAuthAnswer, 0)
	want := strings.ReplaceAll(`;
; Start view _default
;
;
; Cache dump of view '_default' (cache _default)
;
; using a 0 second stale ttl
$DATE 20261121224437
; authanswer
.|||518400|IN NS|a.root-servers.net.
; authanswer
25.113.0.203.in-addr.arpa. 3600|PTR|mail.example.com.
; authauthority
example.com.||3600|NS|ns1.example.com.
; authanswer
|||3600|MX|10 mail.example.com.
|||3600|MX|20 mail.example.net.
; answer
nosuch.example.com.|300|\-ANY|;-$NXDOMAIN
; example.com. SOA ns1.example.com. hostmaster.example.com. 2025112101 3600 900 1209600 300
; answer
www.example.com.|300|\-AAAA|;-$NXRRSET
; example.com. SOA ns1.example.com. hostmaster.example.com. 2025112101 3600 900 1209600 300
; authanswer
|||3600|A|203.0.113.80
`, "|", "\t")
	if got := c.Dump(0, time.Date(2026, 11, 21, 22, 44, 37, 0, time.UTC), "_default"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func BenchmarkCacheLookup(b *testing.B) {
	c := NewCache(CacheOptions{})
	c.Put(0, []mdns.RR{rr(b, "www.example.com. 3600 IN A 203.0.113.80")}, TrustAuthAnswer, 0)
	b.ReportAllocs()
	for b.Loop() {
		c.Lookup(time.Second, "www.example.com.", typeA, TrustAnswer)
	}
}
