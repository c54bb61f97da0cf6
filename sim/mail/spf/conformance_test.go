package spf

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mxlab/sim/mail"
)

// suite is the public RFC 7208 test suite in JSON.
type suite []struct {
	Description  string
	ZoneData     map[string][][2]json.RawMessage
	TimeoutNames []string `json:"timeout_names"`
	Tests        []struct {
		ID, Spec, Helo, IP, MailFrom string
		Result                       []string
		Explanation                  *string
	}
}

// The suite is not part of this repository; MXLAB_CONFORMANCE names the folder
// that has it as spf/spf-tests.json.
func TestConformance(t *testing.T) {
	dir := os.Getenv("MXLAB_CONFORMANCE")
	if dir == "" {
		t.Skip("MXLAB_CONFORMANCE is not set")
	}
	data, err := os.ReadFile(filepath.Join(dir, "spf", "spf-tests.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s suite
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, scenario := range s {
		lookup := suiteLookup(t, scenario.ZoneData)
		for _, c := range scenario.Tests {
			count++
			ip, err := netip.ParseAddr(c.IP)
			if err != nil {
				t.Fatal(err)
			}
			o := Check(Query{IP: ip, Helo: c.Helo, MailFrom: c.MailFrom}, lookup)
			if !slices.Contains(c.Result, string(o.Result)) {
				t.Errorf("%s/%s (%s): %s (%s), want %s\n%+v", scenario.Description, c.ID, c.Spec, o.Result, o.Problem, c.Result, o.Steps)
			}
			if want := c.Explanation; want != nil && *want != "DEFAULT" && o.Explanation != *want {
				t.Errorf("%s/%s: explanation %q, want %q", scenario.Description, c.ID, o.Explanation, *want)
			} else if want != nil && *want == "DEFAULT" && o.Explanation != "" {
				t.Errorf("%s/%s: explanation %q, want the receiver's default", scenario.Description, c.ID, o.Explanation)
			}
		}
	}
	if count != 203 {
		t.Errorf("%d tests, want 203", count)
	}
}

func suiteLookup(t *testing.T, zone map[string][][2]json.RawMessage) mail.LookupFunc {
	names := map[string][][2]json.RawMessage{}
	for n, records := range zone {
		names[strings.ToLower(n)] = records
	}
	var find func(name string, rr mail.RRType, depth int) mail.DNSAnswer
	find = func(name string, rr mail.RRType, depth int) mail.DNSAnswer {
		records, ok := names[strings.ToLower(strings.TrimSuffix(name, "."))]
		if !ok || depth > 8 {
			return mail.DNSAnswer{Outcome: mail.DNSNotFound}
		}
		a := mail.DNSAnswer{Outcome: mail.DNSNoData}
		timeout := false
		for _, r := range records {
			var kind string
			if err := json.Unmarshal(r[0], &kind); err != nil {
				t.Fatal(err)
			}
			switch kind {
			case "*":
				timeout = true
			case "CNAME":
				var target string
				_ = json.Unmarshal(r[1], &target)
				return find(target, rr, depth+1)
			case string(rr):
				a.Outcome = mail.DNSFound
				a.Records = append(a.Records, suiteRecord(t, rr, r[1]))
			}
		}
		if timeout && a.Outcome != mail.DNSFound {
			a.Outcome = mail.DNSTempFail
		}
		return a
	}
	return func(name string, rr mail.RRType) mail.DNSAnswer { return find(name, rr, 0) }
}

func suiteRecord(t *testing.T, rr mail.RRType, raw json.RawMessage) mail.DNSRecord {
	var rec mail.DNSRecord
	switch rr {
	case mail.TypeTXT:
		var parts []string
		if err := json.Unmarshal(raw, &parts); err != nil {
			t.Fatal(err)
		}
		rec.Text = strings.Join(parts, "")
	case mail.TypeMX:
		var mx []any
		if err := json.Unmarshal(raw, &mx); err != nil {
			t.Fatal(err)
		}
		rec.Preference, rec.Host = uint16(mx[0].(float64)), mx[1].(string)
	default:
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			t.Fatal(err)
		}
		rec.Host = strings.TrimSuffix(text, ".")
		if ip, err := netip.ParseAddr(text); err == nil {
			rec.Addr = ip
		}
	}
	return rec
}
