package named

import (
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// reply analyses a server's reply (RFC 1034 5.3.3 step 4, RFC 2308 2):
//
//  1. An error code means that this server is of no use; FORMERR to a question
//     with EDNS is asked again without it.
//  2. Records of the name asked are an answer or an alias.
//  3. NXDOMAIN, or no answer and a SOA, is the news that there is none.
//  4. NS records of a zone below the present one are a referral.
//  5. Anything else is a lame server.
//
// Records outside the zone whose servers are asked are not believed (RFC 2181 5.4.1).
func (f *fetch) reply(x *exchange, m *mdns.Msg, event uint64) {
	switch m.Rcode {
	case mdns.RcodeSuccess, mdns.RcodeNameError:
	case mdns.RcodeFormatError, mdns.RcodeNotImplemented, mdns.RcodeBadVers:
		if x.edns && !x.peer.noEDNS {
			x.peer.noEDNS = true
			if c := f.candidateOf(x.peer); c != nil {
				f.ask(c, x.tcp)
				return
			}
		}
		f.bad(x.peer, f.unusable(dns.RcodeName(m.Rcode)+" unexpected RCODE"))
		return
	default:
		f.bad(x.peer, f.unusable(dns.RcodeName(m.Rcode)+" unexpected RCODE"))
		return
	}
	in := incoming{f: f, m: m, event: event, now: f.r.s.clock.Since(), aa: m.Authoritative}
	switch {
	case in.answered():
		in.conclude(x.peer)
	case m.Rcode == mdns.RcodeNameError || in.soa() != nil:
		in.negative()
		in.conclude(x.peer)
	case in.referral():
	case m.Authoritative || f.forwarding: // nothing at all, from one who should know
		in.out.Result, in.out.Name, in.out.Type = dns.CacheNoData, f.name, f.key.rrtype
		in.conclude(x.peer)
	default:
		f.bad(x.peer, "lame server resolving '"+dns.Display(f.name)+"' (in '"+dns.Display(f.zone)+"'?)")
	}
}

// incoming is a reply being analysed.
type incoming struct {
	f      *fetch
	m      *mdns.Msg
	event  uint64
	now    time.Duration
	aa     bool
	out    outcome
	kind   dns.CacheKind // of a negative answer that can be kept
	denied *mdns.SOA     // its SOA
}

// credible reports whether the zone being asked may speak for a name.
func (in *incoming) credible(name string) bool {
	return in.f.zone == "." || dns.IsWithin(name, in.f.zone)
}

func (in *incoming) answerTrust() dns.Trust {
	if in.aa {
		return dns.TrustAuthAnswer
	}
	return dns.TrustAnswer
}

// answered takes the answer section: the set asked for, or an alias. What an alias
// leads to in the same message is cached with less trust.
func (in *incoming) answered() bool {
	f := in.f
	if len(in.m.Answer) == 0 {
		return false
	}
	if f.key.rrtype == mdns.TypeANY {
		return in.answeredAny()
	}
	set := in.set(in.m.Answer, f.name, f.key.rrtype)
	result := dns.CacheHit
	if set == nil {
		if set, result = in.set(in.m.Answer, f.name, mdns.TypeCNAME), dns.CacheAlias; set != nil {
			set = set[:1]
		}
	}
	if d := in.dname(); d != nil {
		set, result = []mdns.RR{d}, dns.CacheDNAME
	}
	if set == nil {
		return false
	}
	in.out.Result, in.out.RRs, in.out.Name, in.out.Type, in.out.Event = result, set, f.name, set[0].Header().Rrtype, in.event
	return true
}

// answeredAny takes everything at the name.
func (in *incoming) answeredAny() bool {
	f := in.f
	for from := 0; from < len(in.m.Answer); {
		h := in.m.Answer[from].Header()
		to := from + 1
		for to < len(in.m.Answer) && sameSet(in.m.Answer[from], in.m.Answer[to]) {
			to++
		}
		if equalNames(h.Name, f.name) && h.Class == mdns.ClassINET {
			in.out.RRs = append(in.out.RRs, in.m.Answer[from:to]...)
		}
		from = to
	}
	in.out.Result, in.out.Name, in.out.Type, in.out.Event = dns.CacheHit, f.name, mdns.TypeANY, in.event
	return len(in.out.RRs) > 0
}

// dname is a DNAME in the answer above the name asked.
func (in *incoming) dname() mdns.RR {
	for _, rr := range in.m.Answer {
		if h := rr.Header(); h.Rrtype == mdns.TypeDNAME && len(h.Name) < len(in.f.name) && dns.IsWithin(in.f.name, h.Name) && in.credible(h.Name) {
			return rr
		}
	}
	return nil
}

// chain caches the rest of a chain of aliases as far as the zone may speak for it.
func (in *incoming) chain(target string) {
	for range len(in.m.Answer) {
		if !in.credible(target) {
			return
		}
		if set := in.set(in.m.Answer, target, in.f.key.rrtype); set != nil {
			in.store(set, dns.TrustAnswer)
			return
		}
		alias := in.set(in.m.Answer, target, mdns.TypeCNAME)
		if alias == nil {
			return
		}
		in.store(alias[:1], dns.TrustAnswer)
		target = alias[0].(*mdns.CNAME).Target
	}
}

// set collects the records of a name and type from a section.
func (in *incoming) set(section []mdns.RR, name string, rrtype uint16) (set []mdns.RR) {
	first, last := -1, -1
	for i, rr := range section {
		if h := rr.Header(); h.Rrtype == rrtype && h.Class == mdns.ClassINET && equalNames(h.Name, name) {
			if first < 0 {
				first = i
			}
			if last >= 0 && last != i-1 { // not side by side
				return in.gather(section, name, rrtype)
			}
			last = i
		}
	}
	if first < 0 {
		return nil
	}
	return section[first : last+1 : last+1]
}

func (in *incoming) gather(section []mdns.RR, name string, rrtype uint16) (set []mdns.RR) {
	for _, rr := range section {
		if h := rr.Header(); h.Rrtype == rrtype && h.Class == mdns.ClassINET && equalNames(h.Name, name) {
			set = append(set, rr)
		}
	}
	return set
}

func (in *incoming) store(set []mdns.RR, trust dns.Trust) {
	in.f.r.cache.Put(in.now, set, trust, in.event)
}

// soa is the SOA of a negative answer: of a zone that holds the name.
func (in *incoming) soa() *mdns.SOA {
	for _, rr := range in.m.Ns {
		if soa, ok := rr.(*mdns.SOA); ok && dns.IsWithin(in.f.name, soa.Hdr.Name) && in.credible(soa.Hdr.Name) {
			return soa
		}
	}
	return nil
}

// negative takes the news that there is no such name or type. Without a SOA it is
// not cached (RFC 2308 5).
func (in *incoming) negative() {
	f := in.f
	kind, result := dns.NegativeType, dns.CacheNoData
	if in.m.Rcode == mdns.RcodeNameError {
		kind, result = dns.NegativeName, dns.CacheNXDomain
	}
	in.out.Result, in.out.Name, in.out.Type, in.out.Event = result, f.name, f.key.rrtype, in.event
	soa := in.soa()
	if soa == nil {
		return
	}
	in.kind, in.denied = kind, soa
	shown := *soa
	shown.Hdr.Ttl = min(soa.Hdr.Ttl, soa.Minttl, uint32(f.r.v.conf.MaxNCacheTTL.Value.Seconds()))
	in.out.SOA = &shown
}

// keepRest caches what came with an answer: the zone's own NS records and the
// addresses of the hosts the answer names.
func (in *incoming) keepRest() {
	if in.aa {
		for from := 0; from < len(in.m.Ns); {
			to := from + 1
			for to < len(in.m.Ns) && sameSet(in.m.Ns[from], in.m.Ns[to]) {
				to++
			}
			h := in.m.Ns[from].Header()
			if h.Rrtype == mdns.TypeNS && in.credible(h.Name) && dns.IsWithin(in.f.name, h.Name) {
				in.store(in.m.Ns[from:to:to], dns.TrustAuthAuthority)
			}
			from = to
		}
	}
	in.keepAddresses(dns.TrustAdditional, nil)
}

// keepAddresses caches the address records of the additional section: all, or those
// of the given servers.
func (in *incoming) keepAddresses(trust dns.Trust, servers []mdns.RR) {
	for from := 0; from < len(in.m.Extra); {
		to := from + 1
		for to < len(in.m.Extra) && sameSet(in.m.Extra[from], in.m.Extra[to]) {
			to++
		}
		h := in.m.Extra[from].Header()
		if (h.Rrtype == mdns.TypeA || h.Rrtype == mdns.TypeAAAA) && in.credible(h.Name) && isServer(servers, h.Name) {
			in.store(in.m.Extra[from:to:to], trust)
		}
		from = to
	}
}

// isServer reports whether a name is among the servers; an empty list names all.
func isServer(servers []mdns.RR, name string) bool {
	for _, rr := range servers {
		if equalNames(targetOf(rr), name) {
			return true
		}
	}
	return servers == nil
}

// referral follows NS records of a zone between the present one and the name. It
// reports whether there were any.
func (in *incoming) referral() bool {
	f := in.f
	var ns []mdns.RR
	for i, rr := range in.m.Ns {
		if rr.Header().Rrtype != mdns.TypeNS {
			continue
		}
		ns = in.set(in.m.Ns[i:], rr.Header().Name, mdns.TypeNS)
		break
	}
	if ns == nil || f.forwarding {
		return false
	}
	zone := dns.Canonical(ns[0].Header().Name)
	if zone == f.zone || !dns.IsWithin(zone, f.zone) || !dns.IsWithin(f.key.name, zone) {
		return false
	}
	in.store(ns, dns.TrustGlue)
	in.keepAddresses(dns.TrustGlue, ns)
	var glue []mdns.RR
	for _, rr := range in.m.Extra {
		if in.credible(rr.Header().Name) {
			glue = append(glue, rr)
		}
	}
	f.setServers(zone, ns, glue)
	f.next()
	return true
}
