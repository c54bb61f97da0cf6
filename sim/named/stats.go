package named

import (
	"fmt"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// statistics are the counters behind rndc stats.
type statistics struct {
	opcodes map[int]uint64
	queries map[uint16]uint64
	rcodes  map[int]uint64

	udp, tcp, edns, cookies                                      uint64
	ipv4, ipv6                                                   uint64
	recursions, cacheHits, cacheMisses, timeouts, addressFetches uint64
	priming, notifiesIn, notifiesOut, transfersIn, transfersOut  uint64
	transfersFailed                                              uint64
}

func (c *statistics) request(q *query) {
	if c.opcodes == nil {
		c.opcodes, c.queries, c.rcodes = map[int]uint64{}, map[uint16]uint64{}, map[int]uint64{}
	}
	c.opcodes[q.req.opcode]++
	if q.req.opcode == mdns.OpcodeQuery && q.req.asked {
		c.queries[q.req.qtype]++
	}
	if q.req.edns {
		c.edns++
	}
	if len(q.req.cookie) > 0 {
		c.cookies++
	}
	if q.peer.Addr().Is4() {
		c.ipv4++
	} else {
		c.ipv6++
	}
}

func (c *statistics) response(rcode int) {
	if c.rcodes == nil {
		c.rcodes = map[int]uint64{}
	}
	c.rcodes[rcode]++
}

// statisticsText is what rndc stats appends to the statistics file.
func (s *Server) statisticsText() string {
	c := &s.stats
	var b strings.Builder
	now := s.clock.Now().Unix()
	fmt.Fprintf(&b, "+++ Statistics Dump +++ (%d)\n", now)
	line := func(n uint64, text string) {
		if n > 0 {
			fmt.Fprintf(&b, "%20d %s\n", n, text)
		}
	}
	b.WriteString("++ Incoming Requests ++\n")
	for _, op := range sortedKeys(c.opcodes) {
		line(c.opcodes[op], mdns.OpcodeToString[op])
	}
	b.WriteString("++ Incoming Queries ++\n")
	for _, t := range sortedKeys(c.queries) {
		line(c.queries[t], dns.TypeName(t))
	}
	b.WriteString("++ Outgoing Rcodes ++\n")
	for _, r := range sortedKeys(c.rcodes) {
		line(c.rcodes[r], dns.RcodeName(r))
	}
	b.WriteString("++ Outgoing Queries ++\n")
	for _, v := range s.views {
		fmt.Fprintf(&b, "[View: %s]\n", strings.TrimPrefix(v.conf.Name, "_"))
		if v.resolver != nil {
			for _, t := range sortedKeys(v.resolver.sent) {
				line(v.resolver.sent[t], dns.TypeName(t))
			}
		}
	}
	b.WriteString("[View: _bind]\n")
	s.serverStatistics(&b, line)
	b.WriteString("++ Resolver Statistics ++\n[Common]\n")
	for _, v := range s.views {
		fmt.Fprintf(&b, "[View: %s]\n", strings.TrimPrefix(v.conf.Name, "_"))
		line(c.timeouts, "query timeouts")
		line(c.addressFetches, "IPv4 NS address fetches")
		line(c.priming, "priming queries")
	}
	b.WriteString("[View: _bind]\n++ Cache Statistics ++\n")
	for _, v := range s.views {
		fmt.Fprintf(&b, "[View: %s]\n", strings.TrimPrefix(v.conf.Name, "_"))
		line(c.cacheHits, "cache hits (from query)")
		line(c.cacheMisses, "cache misses (from query)")
		if v.resolver != nil {
			line(uint64(v.resolver.cache.Len()), "cache RRsets")
		}
	}
	fmt.Fprintf(&b, "--- Statistics Dump --- (%d)\n", now)
	return b.String()
}

// serverStatistics are the sections on the server and its zones.
func (s *Server) serverStatistics(b *strings.Builder, line func(n uint64, text string)) {
	c := &s.stats
	b.WriteString("++ Name Server Statistics ++\n")
	line(c.ipv4, "IPv4 requests received")
	line(c.ipv6, "IPv6 requests received")
	line(c.edns, "requests with EDNS(0) received")
	line(c.tcp, "TCP requests received")
	line(uint64(s.tcpHigh), "TCP connection high-water")
	var sent uint64
	for _, r := range sortedKeys(c.rcodes) {
		sent += c.rcodes[r]
	}
	line(sent, "responses sent")
	line(c.rcodes[mdns.RcodeServerFailure], "queries resulted in SERVFAIL")
	line(c.rcodes[mdns.RcodeNameError], "queries resulted in NXDOMAIN")
	line(c.recursions, "queries caused recursion")
	line(c.udp, "UDP queries received")
	line(c.cookies, "COOKIE option received")
	b.WriteString("++ Zone Maintenance Statistics ++\n")
	line(c.notifiesOut, "IPv4 notifies sent")
	line(c.notifiesIn, "IPv4 notifies received")
	line(c.transfersIn, "transfer requests succeeded")
	line(c.transfersFailed, "transfer requests failed")
}

func sortedKeys[K int | uint16, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
