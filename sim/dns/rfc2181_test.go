package dns

import (
	"strings"
	"testing"
)

// RRsets and names as RFC 2181 clarifies them; the ranking of data (5.4.1) is tested
// beside the cache.
func TestRFC2181Zones(t *testing.T) {
	for _, c := range []struct{ section, lines, want string }{
		// "Each DNS Resource Record (RR) has a label, class, type, and data. It is
		// meaningless for two records to ever have label, class, type and data all
		// equal - servers should suppress such duplicates if encountered."
		{"5", "a A 192.0.2.2\na A 192.0.2.2\n", "a.example. 60 A 192.0.2.2"},
		{"5", "a CNAME ns\na CNAME NS\n", "a.example. 60 CNAME ns.example."},
		// "the TTLs of all RRs in an RRSet must be the same"
		{"5.2", "a 30 A 192.0.2.2\na 90 A 192.0.2.3\n", "a.example. 30 A 192.0.2.2\na.example. 30 A 192.0.2.3"},
		// "any binary string whatever can be used as the label of any resource record"
		{"11", `a\032b TXT x` + "\n", `a\ b.example. 60 TXT "x"`},
		{"11", `_under TXT x` + "\n", `_under.example. 60 TXT "x"`},
	} {
		zone := loadText(t, "example.", "$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"+c.lines)
		var got []string
		zone.Sets(func(name string, set RRset) bool {
			for _, rr := range set.RRs {
				if name != "example." && name != "ns.example." {
					got = append(got, strings.Replace(strings.Join(strings.Fields(rr.String()), " "), " IN ", " ", 1))
				}
			}
			return true
		})
		want := strings.Fields(c.want)
		if strings.Join(strings.Fields(strings.Join(got, " ")), " ") != strings.Join(want, " ") {
			t.Errorf("%s %q: %q, want %q", c.section, c.lines, got, c.want)
		}
	}
}

// 6.1: "The authoritative servers for a zone are enumerated in the NS records for the
// origin of the zone": those at a cut are the child's, and the parent does not answer
// them with authority. 10.3: "The domain name used as the value of a NS resource record, or part of the
// value of a MX resource record must not be an alias."
func TestRFC2181Cuts(t *testing.T) {
	checkAnswers(t, tree, []question{
		{"sub.example. NS", "NOERROR\nauthority sub.example. 3600 NS ns.sub.example.\nadditional ns.sub.example. 3600 A 192.0.2.53"},
		{"example. NS", "NOERROR aa\nanswer example. 3600 NS ns.example.\nadditional ns.example. 3600 A 192.0.2.1"},
	})
	got := loadMessages("$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nalias CNAME ns\n@ MX 10 alias\n")
	if !strings.Contains(got, "zone example.com/IN: example.com/MX 'alias.example.com' is a CNAME (illegal)") {
		t.Error(got)
	}
	got = loadMessages("$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS alias\nns A 192.0.2.1\nalias CNAME ns\n")
	if !strings.Contains(got, "zone example.com/IN: NS 'alias.example.com' is a CNAME (illegal)") {
		t.Error(got)
	}
}
