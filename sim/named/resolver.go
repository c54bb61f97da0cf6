package named

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// resolver does the recursive part of a view: RFC 1034 5.3.3 as BIND does it.
type resolver struct {
	v       *view
	s       *Server
	cache   *dns.Cache
	fetches map[fetchKey]*fetch
	order   []*fetch // the same, oldest first
	peers   map[netip.Addr]*peer
	failed  map[fetchKey]time.Duration // SERVFAIL cache: until when
	hints   *dns.Zone
	sent    map[uint16]uint64 // queries sent by type, for rndc stats
}

// fetchKey is what a fetch is for: a canonical name and a type.
type fetchKey struct {
	name   string
	rrtype uint16
}

// outcome is how a fetch ended: with a set as the cache keeps it, or, if why is not
// empty, with a failure in BIND's words.
type outcome struct {
	dns.Cached
	why string
}

// maxFailures bounds the SERVFAIL cache.
const maxFailures = 4096

// resolverFor returns the view's resolver, made when first needed.
func (v *view) resolverFor() *resolver {
	if v.resolver == nil {
		c := v.conf
		v.resolver = &resolver{v: v, s: v.s, fetches: map[fetchKey]*fetch{}, peers: map[netip.Addr]*peer{},
			cache: dns.NewCache(dns.CacheOptions{MaxTTL: c.MaxCacheTTL.Value, MaxNegativeTTL: c.MaxNCacheTTL.Value})}
	}
	return v.resolver
}

// adopt keeps the resolver for the same view of a new configuration.
func (r *resolver) adopt(v *view) { r.v, r.hints = v, nil }

// stop abandons all fetches without an answer: the process ends.
func (r *resolver) stop() {
	for _, f := range slices.Clone(r.order) {
		f.abandon()
	}
}

// giveUp fails all fetches: the view is gone.
func (r *resolver) giveUp() {
	for len(r.order) > 0 {
		r.order[0].fail("failure")
	}
}

// flush empties the cache and forgets what is known of servers (rndc flush).
func (r *resolver) flush() {
	r.cache.Flush()
	clear(r.peers)
	clear(r.failed)
}

// failedLately reports whether the question has just failed (BIND ARM
// "servfail-ttl").
func (r *resolver) failedLately(name string, rrtype uint16, now time.Duration) bool {
	until, ok := r.failed[fetchKey{name, rrtype}]
	if ok && now >= until {
		delete(r.failed, fetchKey{name, rrtype})
		return false
	}
	return ok
}

func (r *resolver) noteFailure(name string, rrtype uint16) {
	ttl := r.v.conf.ServfailTTL.Value
	if ttl <= 0 {
		return
	}
	if r.failed == nil || len(r.failed) >= maxFailures {
		r.failed = map[fetchKey]time.Duration{}
	}
	r.failed[fetchKey{name, rrtype}] = r.s.clock.Since() + ttl
}

// rootHints are the servers to start from when the cache knows none: those of the
// zone of type hint, otherwise the real root servers BIND has built in.
func (r *resolver) rootHints() *dns.Zone {
	if r.hints != nil {
		return r.hints
	}
	opts := dns.NamedOptions(dns.Hint)
	opts.Origin, opts.File = ".", "<built-in>"
	opts.Read = func(string) ([]byte, error) { return []byte(builtInHints), nil }
	if z := r.v.zones["."]; z != nil && z.conf.Type == config.Hint {
		opts.File, opts.Read = z.file(), r.s.disk().readZone
	}
	if zone, _, err := r.s.cache.Load(opts); err == nil {
		r.hints = zone
	}
	return r.hints
}

// hintNS are the NS records of the hints.
func (r *resolver) hintNS() []mdns.RR {
	if h := r.rootHints(); h != nil {
		set, _ := h.Get(".", mdns.TypeNS)
		return set.RRs
	}
	return nil
}

// hintsLoadable loads the hints of each view of a configuration, without which
// named does not start. It returns the file and BIND's text of the failure.
func (s *Server) hintsLoadable(conf *config.Config) (file, result string) {
	dir := s.dir
	if conf.Options.Directory.Value != "" {
		dir = conf.Options.Directory.Value
	}
	d := s.disk()
	d.dir = dir
	for _, v := range conf.Views {
		for _, z := range v.Zones {
			if z.Type != config.Hint || z.Class != "IN" || z.Name != "." {
				continue
			}
			opts := dns.NamedOptions(dns.Hint)
			opts.Origin, opts.File, opts.Read = ".", z.File.Value, d.readZone
			_, messages, err := s.cache.Load(opts)
			if err == nil {
				continue
			}
			for _, m := range messages[:max(len(messages)-1, 0)] {
				s.log.print(catGeneral, levelOfZone(m.Severity), m.Text)
			}
			return z.File.Value, err.Error()
		}
	}
	return "", ""
}

// builtInHints are the root servers of the real Internet (BIND ARM "hint").
const builtInHints = `$TTL 518400
. NS A.ROOT-SERVERS.NET.
. NS B.ROOT-SERVERS.NET.
. NS C.ROOT-SERVERS.NET.
. NS D.ROOT-SERVERS.NET.
. NS E.ROOT-SERVERS.NET.
. NS F.ROOT-SERVERS.NET.
. NS G.ROOT-SERVERS.NET.
. NS H.ROOT-SERVERS.NET.
. NS I.ROOT-SERVERS.NET.
. NS J.ROOT-SERVERS.NET.
. NS K.ROOT-SERVERS.NET.
. NS L.ROOT-SERVERS.NET.
. NS M.ROOT-SERVERS.NET.
A.ROOT-SERVERS.NET. A 198.41.0.4
B.ROOT-SERVERS.NET. A 170.247.170.2
C.ROOT-SERVERS.NET. A 192.33.4.12
D.ROOT-SERVERS.NET. A 199.7.91.13
E.ROOT-SERVERS.NET. A 192.203.230.10
F.ROOT-SERVERS.NET. A 192.5.5.241
G.ROOT-SERVERS.NET. A 192.112.36.4
H.ROOT-SERVERS.NET. A 198.97.190.53
I.ROOT-SERVERS.NET. A 192.36.148.17
J.ROOT-SERVERS.NET. A 192.58.128.30
K.ROOT-SERVERS.NET. A 193.0.14.129
L.ROOT-SERVERS.NET. A 199.7.83.42
M.ROOT-SERVERS.NET. A 202.12.27.33
`

// sortedFailures lists the SERVFAIL cache by name and type.
func (r *resolver) sortedFailures() []fetchKey {
	list := make([]fetchKey, 0, len(r.failed))
	for k := range r.failed {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b fetchKey) int {
		return cmp.Or(dns.CompareNames(a.name, b.name), cmp.Compare(a.rrtype, b.rrtype))
	})
	return list
}
