package named

import (
	"fmt"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
	"mxlab/sim/trace"
)

// receiveUpdate answers a dynamic update (RFC 2136 3):
//
//  1. The zone section must name a zone of this server; a secondary passes the
//     message on to its primary, if it may.
//  2. The client must be allowed: by allow-update as a whole, or record by record
//     by update-policy.
//  3. The update section is scanned for mistakes, the prerequisites are tested.
//  4. The changes are made in a copy of the zone. The journal is written, the
//     copy takes the zone's place, and the secondaries are told.
func (q *query) receiveUpdate() {
	name := dns.Display(q.req.name)
	switch {
	case !q.req.asked:
		q.refuseUpdate(mdns.RcodeFormatError, "update failed: update zone section empty (FORMERR)")
		return
	case q.req.qtype != mdns.TypeSOA:
		q.refuseUpdate(mdns.RcodeFormatError, "update failed: update zone section contains non-SOA (FORMERR)")
		return
	}
	if !q.selectView() {
		return
	}
	z := q.view.zones[dns.Canonical(q.req.name)]
	switch {
	case z == nil || !z.authoritative():
		q.refuseUpdate(mdns.RcodeNotAuth, "update failed: "+name+": not authoritative for update zone (NOTAUTH)")
	case z.secondary():
		q.forwardUpdate(z)
	case z.data == nil:
		q.refuseUpdate(mdns.RcodeServerFailure, "update failed: zone not loaded (SERVFAIL)")
	default:
		q.updateZone(z)
	}
}

// bareLogf writes a line about the client without the name of a question.
func (q *query) bareLogf(category string, lv level, format string, args ...any) {
	asked := q.req.asked
	q.req.asked = false
	q.logf(category, lv, format, args...)
	q.req.asked = asked
}

// refuseUpdate logs why an update is not carried out and tells the client.
func (q *query) refuseUpdate(rcode int, why string) {
	q.bareLogf(catUpdate, info, "%s", why)
	out := trace.Refused
	if rcode == mdns.RcodeServerFailure {
		out = trace.TempFail
	}
	q.verdict(out, &verdict{zone: dns.Canonical(q.req.name), why: why})
	q.send(&response{rcode: rcode})
}

// mayUpdate checks what can be checked without looking at the records: the client
// must be allowed to ask for the zone, and by allow-update. With update-policy,
// unsigned messages over UDP are refused at once.
func (q *query) mayUpdate(z *zone) bool {
	label := dns.Display(q.req.name) + "/IN"
	if !allows(z.conf.AllowQuery, q.peer.Addr(), q.key, &q.s.locals) {
		q.deny(z.conf.AllowQuery, failure, "update '"+label+"' denied due to allow-query")
		return false
	}
	if !z.updatable() {
		q.deny(z.conf.AllowUpdate, info, "update '"+label+"' denied")
		return false
	}
	if z.hasPolicy() {
		if q.key == "" && q.conn == nil {
			q.deny(nil, failure, "update '"+label+"' denied")
			return false
		}
		return true
	}
	ok := allows(z.conf.AllowUpdate, q.peer.Addr(), q.key, &q.s.locals)
	q.logSigner(ok)
	if !ok {
		q.deny(z.conf.AllowUpdate, failure, "update '"+label+"' denied")
	}
	return ok
}

// logSigner logs what became of a signed request.
func (q *query) logSigner(ok bool) {
	if q.key != "" {
		q.bareLogf(catUpdateSecur, info, "signer \"%s\" %s", dns.Display(q.key), onOff(ok, "approved", "denied"))
	}
}

// deny refuses a client; acl, if not nil, is the list that does not let it in.
func (q *query) deny(acl *config.ACL, lv level, why string) {
	q.bareLogf(catUpdateSecur, lv, "%s", why)
	v := &verdict{zone: dns.Canonical(q.req.name), acl: acl}
	if acl == nil {
		v.why = why
	}
	q.verdict(trace.Refused, v)
	q.send(&response{rcode: mdns.RcodeRefused})
}

const textFrozen = "dynamic update temporarily disabled because the zone is frozen.  Use 'rndc thaw' to re-enable updates. (REFUSED)"

// updateZone carries out an update of a primary zone.
func (q *query) updateZone(z *zone) {
	m, err := q.req.message()
	if err != nil {
		q.refuseUpdate(mdns.RcodeFormatError, "update failed: FORMERR")
		return
	}
	if !q.mayUpdate(z) {
		return
	}
	var allowed func(mdns.RR) bool
	if z.hasPolicy() {
		allowed = func(rr mdns.RR) bool { return q.policyAllows(z, rr) }
	}
	about := "updating zone '" + z.label() + "': "
	u := dns.NewUpdate(z.data)
	u.Names = z.namesAllowed
	if err := u.Prescan(m.Ns, allowed); err != nil && err.Text == "" {
		q.verdict(trace.Refused, &verdict{zone: z.conf.Name, why: "check-names"})
		q.send(&response{rcode: err.Rcode})
		return
	} else if err != nil {
		q.refuseUpdate(err.Rcode, about+"update failed: "+err.Error())
		return
	}
	if z.frozen() {
		q.refuseUpdate(mdns.RcodeRefused, about+"update failed: "+textFrozen)
		return
	}
	if err := u.Prerequisites(m.Answer); err != nil {
		q.refuseUpdate(err.Rcode, about+"update "+onOff(err.Unmet(), "unsuccessful", "failed")+": "+err.Error())
		return
	}
	u.Apply(m.Ns)
	for _, note := range u.Notes {
		q.bareLogf(catUpdate, info, "%s%s", about, note)
	}
	next, delta := u.Finish(z.nextSerial)
	if delta != nil {
		if !q.sane(z, about, next, delta) {
			return
		}
		if err := z.commit(next, delta); err != nil {
			q.bareLogf(catUpdate, failure, "%serror: %s", about, err)
			q.verdict(trace.TempFail, &verdict{zone: z.conf.Name, why: "the journal cannot be written"})
			q.send(&response{rcode: mdns.RcodeServerFailure})
			return
		}
		q.traceUpdate(z, delta)
	}
	q.send(&response{})
	if delta != nil {
		z.sendNotifies()
	}
}

// sane makes BIND's checks of the zone as an update would leave it: the zone's name
// servers have addresses, and so have new mail exchangers in it (check-mx,
// check-integrity). It answers the client if not.
func (q *query) sane(z *zone, about string, next *dns.Zone, d *dns.Delta) bool {
	if !next.ServersReachable() {
		q.refuseUpdate(mdns.RcodeRefused, about+"update rejected: post update name server sanity check failed")
		return false
	}
	var wrong []string
	switch z.conf.Checks.MX.Value {
	case "fail":
		wrong = d.MailAddresses("")
	case "warn":
		for _, line := range d.MailAddresses("warning: ") {
			q.bareLogf(catUpdate, info, "%s%s", about, line)
		}
	}
	if z.conf.Checks.Integrity.Value {
		wrong = append(wrong, next.MailFaults(d)...)
	}
	for _, line := range wrong {
		q.bareLogf(catUpdate, info, "%s%s", about, line)
	}
	if len(wrong) > 0 {
		q.verdict(trace.Refused, &verdict{zone: z.conf.Name, why: wrong[0]})
		q.send(&response{rcode: mdns.RcodeRefused})
	}
	return len(wrong) == 0
}

// namesAllowed is check-names for a record to be added.
func (z *zone) namesAllowed(rr mdns.RR) bool {
	policy := z.conf.Checks.Names.Value
	if policy == "ignore" {
		return true
	}
	fault := dns.NameFault(rr)
	if fault == "" {
		return true
	}
	lv := warning
	if policy == "fail" {
		lv = failure
	}
	z.logf(catGeneral, lv, "%s", fault)
	return policy != "fail"
}

// traceUpdate emits that the zone has changed, and how.
func (q *query) traceUpdate(z *zone, d *dns.Delta) {
	q.s.trace.Emit(trace.Event{Kind: trace.Config, Outcome: trace.OK, Node: q.s.host.Name,
		Data: trace.F("updated zone "+dns.Display(z.conf.Name), "serial", fmt.Sprint(d.To()),
			"deleted", fmt.Sprint(len(d.Deleted)-1), "added", fmt.Sprint(len(d.Added)-1), "client", q.peer.Addr().String())})
}
