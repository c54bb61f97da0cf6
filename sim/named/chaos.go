package named

import (
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// answerChaos answers questions about the server itself, in class CH: the built-in
// view _bind (BIND ARM "Built-in Server Information Zones").
func (q *query) answerChaos() {
	if q.s.queryLog {
		q.logQuery()
	}
	if q.metaType() {
		return
	}
	name := dns.Canonical(q.req.name)
	var texts []string
	options := &q.s.conf.Options
	switch name {
	case "version.bind.":
		texts = q.s.identityTexts(options.Version.Value)
	case "hostname.bind.":
		texts = q.s.identityTexts(options.Hostname.Value)
	case "id.server.":
		texts = q.s.identityTexts(options.ServerID.Value)
	case "authors.bind.":
		if options.Version.Default() || !options.Version.Value.None {
			texts = []string{"Internet Systems Consortium"}
		}
	default:
		q.fail(mdns.RcodeRefused, "REFUSED")
		return
	}
	header := func(rrtype uint16, ttl uint32) mdns.RR_Header {
		return mdns.RR_Header{Name: q.req.name, Rrtype: rrtype, Class: mdns.ClassCHAOS, Ttl: ttl}
	}
	r := &response{aa: true}
	if (q.req.qtype == mdns.TypeTXT || q.req.qtype == mdns.TypeANY) && len(texts) > 0 {
		r.answer = []mdns.RR{&mdns.TXT{Hdr: header(mdns.TypeTXT, 0), Txt: texts}}
	} else {
		soa := &mdns.SOA{Hdr: header(mdns.TypeSOA, 86400), Ns: name, Mbox: "hostmaster." + name,
			Refresh: 28800, Retry: 7200, Expire: 604800, Minttl: 86400}
		if q.req.qtype == mdns.TypeSOA {
			r.answer = []mdns.RR{soa}
		} else {
			r.authority = []mdns.RR{soa}
		}
	}
	q.send(r)
}

func (s *Server) identityTexts(id config.Identity) []string {
	if id.None {
		return nil
	}
	return []string{s.identityText(id)}
}

// identityText is what an option version, hostname or server-id stands for.
func (s *Server) identityText(id config.Identity) string {
	if id.Hostname {
		return s.host.Hostname()
	}
	return strings.TrimSuffix(id.Text, "\x00")
}
