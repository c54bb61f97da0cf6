package sim

import (
	"fmt"
	"strings"
	"testing"
)

func TestNameServersOfARegistrarsForm(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"ns1.example.kr 192.0.2.53, ns.provider.kr", "ns1.example.kr [192.0.2.53]; ns.provider.kr []"},
		{"NS1.Example.KR. 192.0.2.53 2001:db8::53\nns2.example.kr 192.0.2.54;", "ns1.example.kr [192.0.2.53 2001:db8::53]; ns2.example.kr [192.0.2.54]"},
		{"example.kr 192.0.2.53", "example.kr [192.0.2.53]"},
		{"ns1.example.kr", "please give its address"},
		{"ns.provider.kr 192.0.2.1", "does not lie below your domain"},
		{"notexample.kr 192.0.2.1", "does not lie below your domain"},
		{"ns1.example.kr 192.0.2.999", "is not an IP address"},
		{"192.0.2.53", "registered by its name"},
		{"ns1", "is not a full host name"},
		{"a\"b.kr", "is not a full host name"},
		{"ns.a.kr, NS.A.kr.", "is named twice"},
		{" , ;\n", "at least one"},
		{strings.Repeat("x", 64) + ".kr", "is not a full host name"},
	} {
		list, bad := parseServers(c.text, "example.kr")
		var parts []string
		for _, s := range list {
			parts = append(parts, fmt.Sprint(s.name, " ", s.glue))
		}
		got := strings.Join(parts, "; ")
		if bad != nil {
			got = bad.EN
			if bad.KO == "" || strings.Contains(bad.KO, "%!") || strings.Contains(bad.EN, "%!") {
				t.Errorf("%q: %+v", c.text, *bad)
			}
		}
		if got != c.want && (bad == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
	var many []string
	for i := range 14 {
		many = append(many, fmt.Sprintf("ns%d.provider.kr", i))
	}
	if _, bad := parseServers(strings.Join(many, ","), "example.kr"); bad == nil || !strings.Contains(bad.EN, "at most 13") {
		t.Error("14 name servers:", bad)
	}
}
