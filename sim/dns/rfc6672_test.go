package dns

import "testing"

// 2.2, table 1: substitution of a DNAME. "The DNAME owner name itself is not
// redirected".
func TestRFC6672Substitution(t *testing.T) {
	zone := "$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nold DNAME new\nold A 192.0.2.3\na.new A 192.0.2.2\nfar DNAME other.\n"
	const ns = "\nauthority example. 60 NS ns.example.\nadditional ns.example. 60 A 192.0.2.1"
	checkAnswers(t, zone, []question{
		{"a.old.example. A", "NOERROR aa\nanswer old.example. 60 DNAME new.example.\nanswer a.old.example. 60 CNAME a.new.example.\n" +
			"answer a.new.example. 60 A 192.0.2.2" + ns},
		{"old.example. A", "NOERROR aa\nanswer old.example. 60 A 192.0.2.3" + ns},
		{"x.far.example. A", "NOERROR aa\nanswer far.example. 60 DNAME other.\nanswer x.far.example. 60 CNAME x.other."},
	})
}
