package dns

import "testing"

// The zone of section 2.2.1, with addresses in place of some types.
const wildcards = `$TTL 3600
@ SOA ns h 1 2 3 4 300
@ NS ns
ns A 192.0.2.1
* TXT "this is a wildcard"
* MX 10 host1
sub.* TXT "this is not a wildcard"
host1 A 192.0.2.2
_ssh._tcp.host1 SRV 0 0 22 host1
_ssh._tcp.host2 SRV 0 0 22 host1
subdel NS ns
`

// 2.2.1: "The following responses would be synthesized from one of the wildcards
// in the zone" and "The following responses would not be synthesized".
func TestRFC4592Example(t *testing.T) {
	const soa = "\nauthority example. 300 SOA ns.example. h.example. 1 2 3 4 300"
	const mx = " 3600 MX 10 host1.example.\nauthority example. 3600 NS ns.example.\n" +
		"additional host1.example. 3600 A 192.0.2.2\nadditional ns.example. 3600 A 192.0.2.1"
	checkAnswers(t, wildcards, []question{
		{"host3.example. MX", "NOERROR aa\nanswer host3.example." + mx},
		{"host3.example. A", "NOERROR aa" + soa},
		{"foo.bar.example. TXT", "NOERROR aa\nanswer foo.bar.example. 3600 TXT \"this is a wildcard\"" + apexNS},
		{"host1.example. MX", "NOERROR aa" + soa},                // host1.example. exists
		{"sub.*.example. MX", "NOERROR aa" + soa},                // sub.*.example. exists
		{"_telnet._tcp.host1.example. SRV", "NXDOMAIN aa" + soa}, // _tcp.host1.example. exists
		{"host.subdel.example. A", "NOERROR\nauthority subdel.example. 3600 NS ns.example."},
		{"ghost.*.example. MX", "NXDOMAIN aa" + soa}, // *.example. exists
		{"*.example. MX", "NOERROR aa\nanswer *.example." + mx},
	})
}

// 2.2.2: "Empty non-terminals [...] are domain names that own no resource records
// but have subdomains that do."
func TestRFC4592EmptyNonTerminal(t *testing.T) {
	checkAnswers(t, wildcards, []question{
		{"host2.example. MX", "NOERROR aa\nauthority example. 300 SOA ns.example. h.example. 1 2 3 4 300"},
	})
}
