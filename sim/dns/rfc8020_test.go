package dns

import "testing"

// 2: "When an iterative caching DNS resolver receives an NXDOMAIN response, it
// SHOULD store it in its cache and then all names and resource record sets (RRsets)
// at or below that node SHOULD be considered unreachable." An authoritative server
// says NXDOMAIN only where nothing is underneath, and therefore an empty non-terminal is no NXDOMAIN (3.1, RFC 4592 2.2.2).
func TestRFC8020(t *testing.T) {
	checkAnswers(t, tree, []question{
		{"deep.example. A", "NOERROR aa" + negative},
		{"deep.example. NS", "NOERROR aa" + negative},
		{"b.deep.example. A", "NXDOMAIN aa" + negative},
		{"x.gone.example. A", "NXDOMAIN aa" + negative},
		{"gone.example. A", "NXDOMAIN aa" + negative},
	})
}
