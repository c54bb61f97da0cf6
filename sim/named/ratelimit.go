package named

import (
	"fmt"
	"net/netip"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
)

// rateLimiter is response rate limiting of a view: like responses to the networks
// of clients that ask too often over UDP are dropped, or sent truncated so that a
// real client can come back over TCP (BIND ARM "rate-limit").
type rateLimiter struct {
	accounts map[account]*balance
}

// account is what is counted together: a kind of response to a network, and the
// name it is about. Responses without a name of their own share one by zone, errors
// one by code.
type account struct {
	net    netip.Prefix
	kind   responseKind
	name   string
	rrtype uint16
}

type responseKind uint8

const (
	positive responseKind = iota
	referral
	nodata
	nxdomain
	failing
)

// balance is how many responses may still go out: it grows by the rate each second,
// up to the rate, and falls with each response, down to the window's worth.
type balance struct {
	left    int64
	at      int64 // second
	slipped uint32
	limited bool
}

// maxAccounts bounds the table, as max-table-size does.
const maxAccounts = 20000

// what is the kind of response in log lines.
func (k responseKind) what() string {
	return [...]string{"", "referral ", "NODATA ", "NXDOMAIN ", "error "}[k]
}

// limited decides about a response that is about to be sent: it reports true if it
// must not be, and may have made it a truncated one.
func (q *query) limited(r *response) bool {
	if q.view == nil || q.conn != nil || q.view.conf.RateLimit == nil || q.cookieOK || q.req.opcode != mdns.OpcodeQuery {
		return false
	}
	c := q.view.conf.RateLimit
	if allows(c.Exempt, q.peer.Addr(), q.key, &q.s.locals) {
		return false
	}
	kind, rate := q.kindOf(r)
	if rate == 0 {
		return false
	}
	if q.view.limiter == nil {
		q.view.limiter = &rateLimiter{accounts: map[account]*balance{}}
	}
	a := q.account(r, kind)
	b := q.view.limiter.balance(a, int64(rate), int64(q.s.clock.Since()/time.Second), int64(c.Window))
	if b.left >= 0 {
		b.limited = false
		return false
	}
	var to string
	switch {
	case kind == failing:
		to = fmt.Sprintf("%s error responses to %s", dns.RcodeName(r.rcode), a.net)
	case kind == positive:
		to = fmt.Sprintf("responses to %s for %s IN %s  (%08x)", a.net, dns.Display(a.name), dns.TypeName(a.rrtype), a.hash())
	default:
		to = fmt.Sprintf("%sresponses to %s for %s  (%08x)", kind.what(), a.net, dns.Display(a.name), a.hash())
	}
	if !b.limited {
		b.limited = true
		would := onOff(c.LogOnly, "would limit ", "limit ")
		q.s.log.printf(catRateLimit, info, "%s%s", would, to)
	}
	return q.limit(r, b, kind, to)
}

// limit drops the response or lets it slip through truncated.
func (q *query) limit(r *response, b *balance, kind responseKind, to string) bool {
	c := q.view.conf.RateLimit
	slip := kind != failing && c.Slip > 0 && b.slipped%c.Slip == 0
	b.slipped++
	if kind != failing {
		would := onOff(c.LogOnly, "would ", "")
		q.logf(catErrors, info, "%srate limit %s %s", would, onOff(slip, "slip", "drop"), singular(to))
	}
	if c.LogOnly {
		return false
	}
	q.verdict(trace.Refused, &verdict{why: "rate limit: " + onOff(slip, "sent truncated", "not answered")})
	if slip {
		r.truncate = true
		r.answer, r.authority, r.additional = nil, nil, nil
	}
	return !slip
}

// singular turns "responses" of the first line into one response.
func singular(text string) string {
	const plural = "responses to "
	for i := 0; i+len(plural) <= len(text); i++ {
		if text[i:i+len(plural)] == plural {
			return text[:i] + "response to " + text[i+len(plural):]
		}
	}
	return text
}

// kindOf sorts a response and finds the rate for its kind.
func (q *query) kindOf(r *response) (responseKind, uint32) {
	c := q.view.conf.RateLimit
	switch {
	case r.rcode == mdns.RcodeNameError:
		return nxdomain, c.NXDomains
	case r.rcode != mdns.RcodeSuccess:
		return failing, c.Errors
	case len(r.answer) > 0:
		return positive, c.Responses
	case r.glue:
		return referral, c.Referrals
	}
	return nodata, c.NoData
}

// account is where a response is counted.
func (q *query) account(r *response, kind responseKind) account {
	c := q.view.conf.RateLimit
	bits := int(c.IPv4Prefix)
	if q.peer.Addr().Is6() {
		bits = int(c.IPv6Prefix)
	}
	net, _ := q.peer.Addr().Prefix(bits)
	a := account{net: net, kind: kind}
	switch kind {
	case positive:
		a.name, a.rrtype = dns.Canonical(q.req.name), q.req.qtype
	case failing:
		a.rrtype = uint16(r.rcode)
	default: // the zone, so that random names are counted together
		a.name = dns.Canonical(q.req.name)
		if len(r.authority) > 0 {
			a.name = dns.Canonical(r.authority[0].Header().Name)
		}
	}
	return a
}

// hash is the number by which log lines tell accounts apart.
func (a account) hash() uint32 {
	h := uint32(2166136261)
	for _, c := range []byte(a.net.String() + a.name + string(rune(a.rrtype)) + string(rune(a.kind))) {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

// balance debits an account with one response.
func (l *rateLimiter) balance(a account, rate, now, window int64) *balance {
	b := l.accounts[a]
	if b == nil {
		if len(l.accounts) >= maxAccounts {
			clear(l.accounts)
		}
		b = &balance{left: rate, at: now}
		l.accounts[a] = b
	}
	b.left = min(b.left+rate*min(now-b.at, 3600), rate)
	b.at = now
	b.left = max(b.left-1, -window*rate)
	return b
}
