package dns

import (
	"fmt"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"
)

// question is one line of a table: what is asked, and the response in
// presentation format, one record a line as "section owner TTL type data".
type question struct{ ask, want string }

// present asks zones "name TYPE" and writes the response.
func present(set *ZoneSet, ask string) string {
	name, typeName, _ := strings.Cut(ask, " ")
	qtype, _ := ParseType(typeName)
	q := new(mdns.Msg)
	q.Question = []mdns.Question{{Name: name, Qtype: qtype, Qclass: mdns.ClassINET}}
	resp, _ := set.Respond(q, RespondOptions{})
	var b strings.Builder
	b.WriteString(RcodeName(resp.Rcode))
	if resp.Authoritative {
		b.WriteString(" aa")
	}
	for i, section := range [][]mdns.RR{resp.Answer, resp.Ns, resp.Extra} {
		for _, rr := range section {
			h := rr.Header()
			fmt.Fprintf(&b, "\n%s %s %d %s %s", [3]string{"answer", "authority", "additional"}[i], h.Name, h.Ttl,
				TypeName(h.Rrtype), rdataText(rr, "", false))
		}
	}
	return b.String()
}

// checkAnswers runs a table of questions against one zone.
func checkAnswers(t *testing.T, zone string, table []question) {
	t.Helper()
	set := NewZoneSet(loadText(t, "example.", zone))
	for _, q := range table {
		want := strings.Join(trimLines(q.want), "\n")
		if got := present(set, q.ask); got != want {
			t.Errorf("%s\n got: %s\nwant: %s", q.ask, got, want)
		}
	}
}

// trimLines drops indentation and empty lines.
func trimLines(text string) []string {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// loadMessages checks a zone as named-checkzone -i local does.
func loadMessages(text string) string {
	res := CheckZone("named-checkzone", []string{"-i", "local", "example.com", "db"},
		CheckzoneHost{Read: func(string) ([]byte, error) { return []byte(text), nil }})
	return res.Stdout
}
