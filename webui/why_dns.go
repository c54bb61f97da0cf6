package webui

import (
	"strconv"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
)

func bare(name string) string {
	if name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}

// dnsReply explains a reply by its response code and sections.
func (x *explainer) dnsReply(e *trace.Event) *Why {
	if w := x.lostPacket(e); w != nil {
		return w
	}
	d, ok := e.Data.(*vnet.DNSMessage)
	if !ok {
		return nil
	}
	m, err := d.Message()
	if err != nil || len(m.Question) == 0 {
		return verdict("DNS 메시지로 해석할 수 없습니다.", "This cannot be read as a DNS message.").rule("RFC 1035 4.1", "메시지 형식", "Format of messages")
	}
	q := m.Question[0]
	w := x.rcode(e, m, bare(q.Name), mdns.Type(q.Qtype).String())
	if v := x.verdictOf(e); v != nil {
		w.to(v, "무엇이 답을 정했는가: %s", "What decided the answer: %s", shorten(v.Label(), 60))
		if at := field(v, "at"); at != "" && at != "default" {
			x.file(w, v.Node, at)
		}
	}
	if hit := x.log.Get(e.Cause); hit != nil && hit.Kind == trace.DNSCache {
		x.fromCache(w, hit)
	}
	return w
}

// rcode words a reply.
func (x *explainer) rcode(e *trace.Event, m *mdns.Msg, name, kind string) *Why {
	who := x.node(e.Node)
	soa := negativeTTL(m)
	switch {
	case m.Rcode == mdns.RcodeNameError:
		w := verdict("%s{은는} %s 이름이 없다고 답했습니다(NXDOMAIN).", "%s says that there is no name %s (NXDOMAIN).", who, name)
		return w.rule("RFC 2308 2.1", "이름 자체가 없으면 NXDOMAIN입니다. 이 답은 SOA의 최소값인 %s초 동안 캐시에 남을 수 있습니다.",
			"NXDOMAIN: the name itself does not exist. The answer may stay in caches for %s s, by the SOA record.", soa)
	case m.Rcode == mdns.RcodeServerFailure:
		return verdict("%s{은는} 답을 얻지 못했습니다(SERVFAIL).", "%s could not find the answer out (SERVFAIL).", who).
			rule("RFC 1035 4.1.1", "SERVFAIL: 영역을 읽지 못했거나, 물어볼 서버가 답하지 않았습니다.", "SERVFAIL: the zone could not be loaded, or the servers to be asked do not answer.")
	case m.Rcode == mdns.RcodeRefused:
		return verdict("%s{은는} %s에 대한 답을 거부했습니다(REFUSED).", "%s refuses to answer about %s (REFUSED).", who, name).
			rule("RFC 1035 4.1.1", "REFUSED: 정책에 따라 답하지 않습니다. 맡지 않은 영역을 재귀 없이 물었거나 ACL에 막혔습니다.", "REFUSED: it will not answer by policy: an ACL, or a zone it does not serve without recursion.")
	case m.Rcode != mdns.RcodeSuccess:
		return verdict("%s{은는} %s{으로로} 답했습니다.", "%s answers with %s.", who, mdns.RcodeToString[m.Rcode])
	case m.Truncated:
		return verdict("응답이 UDP에 다 들어가지 않아 잘렸습니다. 질문한 쪽은 TCP로 다시 물어야 합니다.", "The reply does not fit into UDP and is cut off; it must be asked again over TCP.").
			rule("RFC 2181 9", "TC 플래그가 있으면 TCP로 다시 묻습니다.", "With the TC flag set the question is repeated over TCP.")
	case len(m.Answer) > 0:
		return verdict("%s{이가} 레코드 %d개로 답했습니다.", "%s answers with %d record(s).", who, len(m.Answer)).authority(m)
	case isReferral(m):
		return x.referral(e, m, name)
	}
	return verdict("%s{은는} %s 이름은 있으나 %s 레코드가 없다고 답했습니다(NODATA).", "%s says that the name %s exists but has no %s record (NODATA).", who, name, kind).
		rule("RFC 2308 2.2", "NODATA는 NOERROR에 빈 응답입니다. %s초 동안 캐시에 남을 수 있습니다.", "NODATA is NOERROR with an empty answer. It may stay in caches for %s s.", soa)
}

func (w *Why) authority(m *mdns.Msg) *Why {
	if m.Authoritative {
		return w.rule("RFC 1035 4.1.1", "AA: 영역을 맡은 서버의 답입니다.", "AA: the answer comes from a server of the zone.")
	}
	return w.rule("RFC 1035 4.1.1", "AA 없음: 캐시에서 나왔거나 대신 물어본 답입니다.", "Without AA: the answer comes from a cache or was asked for on your behalf.")
}

func isReferral(m *mdns.Msg) bool {
	for _, rr := range m.Ns {
		if rr.Header().Rrtype == mdns.TypeNS {
			return !m.Authoritative
		}
	}
	return false
}

// referral words a delegation, downwards as it should be or upwards, which a
// lame server gives.
func (x *explainer) referral(e *trace.Event, m *mdns.Msg, name string) *Why {
	zone := ""
	for _, rr := range m.Ns {
		if rr.Header().Rrtype == mdns.TypeNS {
			zone = bare(rr.Header().Name)
		}
	}
	if zone == "." && name != "." && !x.isRoot(e.Node) {
		return verdict("%s{은는} %s 영역을 맡고 있지 않습니다(lame). 루트를 가리킬 뿐입니다.", "%s does not serve the zone of %s (lame): it only points to the root.", x.node(e.Node), name).
			rule("RFC 9499 7", "lame delegation: 위임받은 서버가 그 영역을 맡고 있지 않습니다.", "Lame delegation: the server delegated to does not serve the zone.")
	}
	return verdict("%s{은는} %s 영역의 네임 서버를 알려 주었습니다(위임).", "%s points to the name servers of %s (a referral).", x.node(e.Node), zone).
		rule("RFC 1034 4.3.2", "영역 경계 아래의 이름은 위임받은 서버가 답합니다.", "Names below a zone cut are answered by the servers it is delegated to.")
}

func (x *explainer) isRoot(node string) bool {
	for i := range x.drawn.Blueprint.Hosts {
		if h := &x.drawn.Blueprint.Hosts[i]; h.Name == node {
			return h.Kind == "root"
		}
	}
	return false
}

// negativeTTL is how long a negative answer may be kept (RFC 2308 5).
func negativeTTL(m *mdns.Msg) string {
	for _, rr := range m.Ns {
		if soa, ok := rr.(*mdns.SOA); ok {
			return group(int64(min(soa.Minttl, soa.Hdr.Ttl)))
		}
	}
	return "0"
}

// verdictOf returns the DNSVerdict that a reply follows from.
func (x *explainer) verdictOf(e *trace.Event) *trace.Event {
	for c, n := x.log.Get(e.Cause), 0; c != nil && n < 6; c, n = x.log.Get(c.Cause), n+1 {
		if c.Kind == trace.DNSVerdict && c.Node == e.Node {
			return c
		}
		if c.Kind == trace.DNSQuery {
			return nil
		}
	}
	return nil
}

// dnsVerdict explains what decided an answer.
func (x *explainer) dnsVerdict(e *trace.Event) *Why {
	name, kind, zone := field(e, "name"), field(e, "type"), field(e, "zone")
	w := x.dnsPolicy(e)
	if w != nil {
		return w
	}
	switch {
	case field(e, "acl") != "":
		w = verdict("%s{은는} ACL %s에 따라 답하지 않았습니다.", "%s does not answer by its ACL %s.", x.node(e.Node), field(e, "acl")).
			rule("BIND 9 ARM: "+field(e, "acl"), "질문한 주소가 이 목록에 맞지 않습니다.", "The address that asked does not match this list.")
		return x.file(w, e.Node, field(e, "at"))
	case field(e, "no-zone-for") != "":
		w = verdict("%s에는 %s{을를} 담은 영역이 없습니다.", "%s has no zone that holds %s.", x.node(e.Node), name)
	case field(e, "zone-cut") != "":
		w = verdict("%s{은는} %s부터 다른 서버에 위임되어 있습니다.", "%s is delegated to other servers from %s on.", name, field(e, "zone-cut"))
	case field(e, "wildcard") != "":
		w = verdict("와일드카드 %s{이가} 답이 되었습니다.", "The wildcard %s gave the answer.", field(e, "wildcard"))
		return w.rule("RFC 4592 3.3.1", "그 이름이 없으면 가장 가까운 상위 이름 아래의 *가 답합니다.", "If the name does not exist, the * below its closest encloser answers.")
	case e.Outcome == trace.Fail:
		w = verdict("영역 %[2]s에 %[1]s 이름이 없습니다.", "There is no name %[1]s in the zone %[2]s.", name, zone)
	case e.Outcome == trace.Warn && field(e, "records") == "0":
		w = verdict("%[1]s 이름은 있으나 %[2]s 레코드가 없습니다.", "The name %[1]s exists, but it has no %[2]s record.", name, kind)
	case e.Outcome == trace.OK && field(e, "alias-of") != "":
		w = verdict("%s{은는} %s의 별명이므로(CNAME) 그 이름으로 다시 찾아 답했습니다.", "%s is an alias of %s (CNAME): the answer goes on at that name.", name, field(e, "alias-of"))
	case e.Label() == "no view matches":
		w = verdict("%s의 어느 뷰(view)도 질문한 쪽을 받아 주지 않습니다.", "No view of %s takes the asker.", x.node(e.Node))
		return w.rule("BIND 9 ARM: match-clients", "뷰는 위에서부터 차례로 비교하며 처음 맞는 것이 답합니다.", "Views are tried in order; the first that matches answers.")
	case e.Outcome == trace.Refused && strings.HasPrefix(e.Label(), "not authoritative"):
		w = verdict("%s{은는} %s 이름이 든 영역을 맡고 있지 않고, 재귀 질의도 받아 주지 않습니다.", "%s serves no zone that holds %s, and does not recurse for the asker.", x.node(e.Node), name)
	case e.Outcome == trace.OK:
		w = verdict("영역 %s의 자료로 답했습니다.", "Answered from the zone %s.", zone)
	default:
		w = verdict("%s", "%s", e.Label())
	}
	if view := field(e, "view"); view != "" {
		w.compare("뷰", "view", "match-clients", view, false, 0)
	}
	if near := field(e, "closest-encloser"); near != "" {
		w.compare("가장 가까운 이름", "closest name", name, near, false, 0)
	}
	if load := x.zoneLoad(e.Node, zone, e.Seq); load != nil {
		w.to(load, "이 영역을 읽은 때", "When this zone was loaded")
		x.file(w, load.Node, field(load, "file"))
	}
	return w.rule("RFC 1034 4.3.2", "영역을 찾고, 영역 안에서 이름을 아래로 따라갑니다.", "Find the zone, then follow the name downwards in it.")
}

// zoneLoad returns the last event in which a server read a zone.
func (x *explainer) zoneLoad(node, zone string, before uint64) (found *trace.Event) {
	x.before(before, func(e *trace.Event) bool {
		if e.Kind == trace.Config && e.Node == node && strings.HasSuffix(e.Label(), "zone "+bare(zone)) {
			found = e
		}
		return found == nil
	})
	return found
}

// cacheHit explains an answer from a cache.
func (x *explainer) cacheHit(e *trace.Event) *Why {
	left := seconds(field(e, "ttl"))
	name, kind := field(e, "name"), field(e, "type")
	w := verdict("%s{은는} 다시 묻지 않고 캐시에 있던 답을 썼습니다.", "%s did not ask again: it used the answer from its cache.", x.node(e.Node))
	if e.Outcome == trace.Fail || strings.HasPrefix(e.Label(), "cached no ") {
		w = verdict("%s{은는} '%s %s{이가} 없다'는 답을 캐시에서 꺼냈습니다.", "%s took from its cache that there is no %s %s.", x.node(e.Node), name, kind)
		w.rule("RFC 2308 5", "없다는 답도 SOA의 최소값만큼 캐시에 남습니다.", "An answer that something does not exist is kept as long as the SOA record says.")
	} else {
		w.rule("RFC 1034 3.6", "TTL이 지날 때까지 레코드를 캐시에 둘 수 있습니다.", "A record may be kept until its TTL has passed.")
	}
	w.compare("남은 TTL", "TTL left", "0 s", group(int64(left/time.Second))+" s", false, e.Seq)
	return x.fromCache(w, e)
}

// fromCache links a cache hit, what filled it, and the time that is left.
func (x *explainer) fromCache(w *Why, hit *trace.Event) *Why {
	w.to(hit, "캐시에서 나온 답", "The answer from the cache")
	if filler := x.ref(hit, trace.AnsweredFrom); filler != nil {
		w.to(filler, "캐시를 채운 응답", "The reply that filled the cache")
	}
	return w.skip(seconds(field(hit, "ttl")))
}

func seconds(s string) time.Duration {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// lookup explains how a look-up ended: by the last thing inside it that
// decided.
func (x *explainer) lookup(e *trace.Event) *Why {
	end := x.end(e.Seq)
	if end == nil || end.Outcome == trace.OK || end.Outcome == trace.Neutral {
		return nil
	}
	result := end.Label()
	var w *Why
	switch end.Outcome {
	case trace.Timeout:
		w = verdict("%s 조회에 제때 답한 서버가 없습니다.", "No server answered the look-up of %s in time.", e.Label())
	case trace.Fail:
		w = verdict("%s 조회 결과: 그런 이름이나 레코드가 없습니다(%s).", "The look-up of %s found no such name or record (%s).", e.Label(), result)
	default:
		w = verdict("%s 조회에 실패했습니다(%s).", "The look-up of %s failed (%s).", e.Label(), result)
	}
	x.trail(w, e)
	return w
}

// trail links what decided a look-up: cache hits, failed replies, lost queries,
// the latest first.
func (x *explainer) trail(w *Why, lookup *trace.Event) {
	var reply, hit, lost *trace.Event
	x.inside(lookup.Seq, func(e *trace.Event) {
		switch {
		case e.Kind == trace.DNSCache:
			hit = e
		case e.Kind == trace.Drop || e.Kind == trace.DNSQuery && e.Outcome == trace.Lost:
			lost = e
		case e.Kind == trace.DNSReply && (reply == nil || failedReply(e) || !failedReply(reply)):
			reply = e // the last failure, or the last reply without one
		}
	})
	if reply != nil {
		w.to(reply, "결정한 응답: %s", "The reply that decided: %s", shorten(reply.Label(), 60))
		if w.Rule == nil {
			if inner := x.dnsReply(reply); inner != nil {
				w.Rule = inner.Rule
			}
		}
	}
	if lost != nil {
		w.to(lost, "없어진 질의: %s", "The query that was lost: %s", shorten(lost.Label(), 60))
	}
	if hit != nil && (reply == nil || strings.HasPrefix(hit.Label(), "cached no ")) {
		x.fromCache(w, hit)
	}
}

func failedReply(e *trace.Event) bool {
	l := e.Label()
	return strings.HasPrefix(l, "NXDOMAIN") || strings.HasPrefix(l, "SERVFAIL") || strings.HasPrefix(l, "REFUSED") || strings.HasPrefix(l, "NOERROR no data ")
}
