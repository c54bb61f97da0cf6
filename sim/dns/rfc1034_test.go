package dns

import "testing"

// tree is a zone with everything the algorithm of section 4.3.2 distinguishes.
const tree = `$TTL 3600
@ SOA ns h 1 2 3 4 300
@ NS ns
ns A 192.0.2.1
www CNAME web
web A 192.0.2.80
ext CNAME www.other.
end CNAME gone
sub NS ns.sub
ns.sub A 192.0.2.53
a.deep A 192.0.2.7
@ MX 10 mail
mail A 192.0.2.25
mail AAAA 2001:db8::25
`

const apexNS = `
	authority example. 3600 NS ns.example.
	additional ns.example. 3600 A 192.0.2.1`

const negative = `
	authority example. 300 SOA ns.example. h.example. 1 2 3 4 300`

// 4.3.2, 3a: "If the whole of QNAME is matched, we have found the node. If the
// data at the node is a CNAME, and QTYPE doesn't match CNAME, copy the CNAME RR
// into the answer section of the response, change QNAME to the canonical name in
// the CNAME RR, and go back to step 1."
func TestRFC1034WholeNameMatched(t *testing.T) {
	checkAnswers(t, tree, []question{
		{"web.example. A", "NOERROR aa\nanswer web.example. 3600 A 192.0.2.80" + apexNS},
		{"WEB.Example. A", "NOERROR aa\nanswer web.example. 3600 A 192.0.2.80" + apexNS},
		{"www.example. A", "NOERROR aa\nanswer www.example. 3600 CNAME web.example.\nanswer web.example. 3600 A 192.0.2.80" + apexNS},
		{"www.example. CNAME", "NOERROR aa\nanswer www.example. 3600 CNAME web.example." + apexNS},
		{"end.example. A", "NXDOMAIN aa\nanswer end.example. 3600 CNAME gone.example." + negative},
		{"ext.example. A", "NOERROR aa\nanswer ext.example. 3600 CNAME www.other."},
		{"example. MX", "NOERROR aa\nanswer example. 3600 MX 10 mail.example.\nauthority example. 3600 NS ns.example.\n" +
			"additional mail.example. 3600 A 192.0.2.25\nadditional mail.example. 3600 AAAA 2001:db8::25\nadditional ns.example. 3600 A 192.0.2.1"},
	})
}

// 4.3.2, 3b: "If a match would take us out of the authoritative data, we have a
// referral. [...] Copy the NS RRs for the subzone into the authority section of
// the reply. Put whatever addresses are available into the additional section".
func TestRFC1034Referral(t *testing.T) {
	referral := "NOERROR\nauthority sub.example. 3600 NS ns.sub.example.\nadditional ns.sub.example. 3600 A 192.0.2.53"
	checkAnswers(t, tree, []question{
		{"sub.example. A", referral}, {"www.sub.example. A", referral}, {"ns.sub.example. A", referral},
		{"sub.example. NS", referral}, {"sub.example. DS", "NOERROR aa" + negative},
	})
}

// 4.3.2, 3c: "If the '*' label does not exist, check whether the name we are
// looking for is the original QNAME in the query [...] If the name is original,
// set an authoritative name error in the response and exit."
func TestRFC1034NameError(t *testing.T) {
	checkAnswers(t, tree, []question{
		{"gone.example. A", "NXDOMAIN aa" + negative},
		{"x.web.example. A", "NXDOMAIN aa" + negative},
		{"web.example. MX", "NOERROR aa" + negative},
		{"deep.example. A", "NOERROR aa" + negative}, // an empty non-terminal exists
		{"www.other. A", "REFUSED"},
	})
}

// 3.6.2: "If a CNAME RR is present at a node, no other data should be present".
func TestRFC1034CNAMEAndOtherData(t *testing.T) {
	zone := "$TTL 1\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nx A 192.0.2.2\nx CNAME ns\n"
	want := "dns_master_load: db:6: x.example.com: CNAME and other data\n" +
		"zone example.com/IN: loading from master file db failed: CNAME and other data\nzone example.com/IN: not loaded due to errors.\n"
	if got := loadMessages(zone); got != want {
		t.Errorf("got %s", got)
	}
}

// The reasons handed to the Why? view name the cut, the wildcard, the alias.
func TestWhy(t *testing.T) {
	z := loadText(t, "example", tree+"*.wild A 192.0.2.9\n")
	table := []struct {
		name, at string
		decision Decision
		outcome  Outcome
	}{
		{"a.sub.example.", "sub.example.", ZoneCut, Delegation}, {"x.y.wild.example.", "*.wild.example.", Wildcard, Success},
		{"www.example.", "", Alias, Success}, {"q.web.example.", "web.example.", ClosestEncloser, NameError},
		{"deep.example.", "deep.example.", EmptyNonTerminal, NoData}, {"elsewhere.", "", NoZone, NotAuthoritative},
		{"ext.example.", "", NoZone, LeavesZone},
	}
	for _, c := range table {
		a := z.Lookup(c.name, typeA)
		found := false
		for _, step := range a.Why {
			found = found || step.Decision == c.decision && step.At == c.at
		}
		if !found || a.Outcome != c.outcome {
			t.Errorf("%s: %v %+v", c.name, a.Outcome, a.Why)
		}
	}
}
