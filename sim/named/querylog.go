package named

import (
	"fmt"
	"strings"

	"mxlab/sim/dns"
)

// client is how log lines name the client of a query:
// "client @0x7f2c5c001a98 192.0.2.1#4711 (www.example.com)". The number stands for
// the address of the client object in the process; BIND uses them again.
func (q *query) client() string {
	if q.number == 0 {
		q.s.clients++
		q.number = 0x7f1a38000c98 + q.s.clients%8*0x1c00
	}
	text := fmt.Sprintf("client @%#x %s", q.number, hashPort(q.peer))
	if q.key != "" {
		text += "/key " + dns.Display(q.key)
	}
	if q.req.asked {
		text += " (" + dns.Display(q.req.name) + ")"
	}
	if q.view != nil && q.view.conf.Name != "_default" {
		text += ": view " + q.view.conf.Name
	}
	return text
}

func (q *query) logf(category string, lv level, format string, args ...any) {
	if q.s.log.wants(category, lv) {
		q.s.log.print(category, lv, q.client()+": "+fmt.Sprintf(format, args...))
	}
}

// questionText is NAME/TYPE/CLASS, with the given separator.
func (q *query) questionText(sep string) string {
	return dns.Display(q.req.name) + sep + dns.TypeName(q.req.qtype) + sep + dns.ClassName(q.req.class)
}

// logQuery writes the line of the query log (BIND ARM "The queries category"):
// recursion desired (+ or -), Signed, EDNS and its version, Tcp, DO, CD, a Valid
// server cookie or only a client Kookie, and the address asked.
func (q *query) logQuery() {
	if !q.s.log.wants(catQueries, info) {
		return
	}
	var f strings.Builder
	f.WriteString(onOff(q.req.recursionDesired(), "+", "-"))
	if q.key != "" {
		f.WriteByte('S')
	}
	if q.req.edns {
		fmt.Fprintf(&f, "E(%d)", q.req.version)
	}
	if q.conn != nil {
		f.WriteByte('T')
	}
	if q.req.do {
		f.WriteByte('D')
	}
	if q.req.flags&flagCD != 0 {
		f.WriteByte('C')
	}
	switch {
	case q.cookieOK:
		f.WriteByte('V')
	case len(q.req.cookie) > 0:
		f.WriteByte('K')
	}
	q.logf(catQueries, info, "query: %s %s (%s)", q.questionWords(), f.String(), q.local)
}

// questionWords is the question as the query log has it.
func (q *query) questionWords() string {
	return dns.Display(q.req.name) + " " + dns.ClassName(q.req.class) + " " + dns.TypeName(q.req.qtype)
}

// failureSource is the place in BIND's source that its line names for a failure.
func failureSource(why string) string {
	switch why {
	case "REFUSED":
		return "query.c:5708"
	case "zone not loaded":
		return "query.c:5713"
	case "NOTIMP":
		return "query.c:12446"
	case "SERVFAIL":
		return "query.c:7177"
	}
	return "query.c:7916"
}

// targetText is the question with the name an alias has led to.
func (q *query) targetText() string {
	return dns.Display(q.name) + "/" + dns.TypeName(q.req.qtype) + "/" + dns.ClassName(q.req.class)
}

// logFailure writes a line of the category query-errors, which is seen while
// queries are logged.
func (q *query) logFailure(why string) {
	if !q.s.queryLog || !q.req.asked {
		return
	}
	q.logf(catErrors, info, "query failed (%s) for %s at %s", why, q.questionClassText(), failureSource(why))
}

// questionClassText is NAME/CLASS/TYPE.
func (q *query) questionClassText() string {
	return dns.Display(q.req.name) + "/" + dns.ClassName(q.req.class) + "/" + dns.TypeName(q.req.qtype)
}
