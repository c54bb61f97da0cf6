package scenarios

import (
	"strconv"
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	v := Values{"b": "16", "company.ko": "다솜서점", "domain": "dasom-trade.kr"}
	for _, c := range []struct{ in, want, err string }{
		{"203.0.113.${b+3}", "203.0.113.19", ""},
		{"${company.ko|은는} ${domain}", "다솜서점은 dasom-trade.kr", ""},
		{"$${domain} $domain", "${domain} $domain", ""},
		{"${nosuch}", "", `no parameter "nosuch"`},
		{"${domain+1}", "", "not a number"},
		{"${a b}", "", "not of the form"},
		{"${domain|xx}", "", "not of the form"},
	} {
		got, err := v.expand(c.in)
		switch {
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: got error %v, want %s", c.in, err, c.err)
		case c.err == "" && (err != nil || got != c.want):
			t.Errorf("%s: got %q %v, want %q", c.in, got, err, c.want)
		}
	}
}

func TestDrawIsStableAndSpreads(t *testing.T) {
	params := map[string]Param{"x": {Choose: []any{1, 2, 3, 4}}, "y": {Value: "<${x}>"}}
	seen := map[string]int{}
	for seed := range uint64(400) {
		v, err := draw(params, nil, seed)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := draw(params, nil, seed)
		if v["x"] != again["x"] || v["y"] != "<"+v["x"]+">" {
			t.Fatalf("seed %d: %v %v", seed, v, again)
		}
		seen[v["x"]]++
	}
	for _, x := range []string{"1", "2", "3", "4"} {
		if seen[x] < 60 {
			t.Errorf("value %s was drawn %d times of 400", x, seen[x])
		}
	}
}

func TestBuiltinsAreSound(t *testing.T) {
	names := Builtin()
	if len(names) < 4 {
		t.Fatalf("only %d scenarios: %v", len(names), names)
	}
	for _, n := range Networks() {
		names = append(names, "network:"+n)
	}
	for _, n := range names {
		for _, p := range Lint(n) {
			t.Error(p)
		}
	}
}

func TestScenariosHaveThreeWrongFixes(t *testing.T) {
	for _, id := range Builtin() {
		s, err := Open(id)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(s.Head.WrongFixes); n < 3 {
			t.Errorf("%s has %d wrong fixes", id, n)
		}
	}
}

// TestReferencesAreChecked changes one word of a good scenario at a time; each
// mistake must be found at its line.
func TestReferencesAreChecked(t *testing.T) {
	good, err := builtin.ReadFile("missing-ptr.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"host: isp-ns\n", "host: isp-nx\n", `no host "isp-nx"`},
		{"path: /etc/bind/named.conf.local", "path: etc/bind", "not an absolute path"},
		{"type: dns.fcrdns", "type: dns.fcrdnx", "unknown check type"},
		{"points: 50\n    goal", "points: 51\n    goal", "add up to 101"},
		{"needs: [ptr]", "needs: [ptx]", `needs "ptx"`},
		{"checks: [delivered]", "checks: [deliverd]", `no graded check "deliverd"`},
		{"- {advance: 1h}", "- {advance: soon}", "soon"},
		{"portal: isp, request: set-ptr, with: {address: \"203.0.113.${b+3}\", name: \"mail.${domain}\"}}\n  - {advance", "portal: ips, request: set-ptr, with: {address: x, name: y}}\n  - {advance", `no portal "ips"`},
		{"오늘은 **${company.ko}**", "오늘은 **${company.kr}**", "company.kr"},
		{"right: true", "right: false", "exactly one choice must be right"},
		{"network: company", "network: compony", `no network "compony"`},
		{"when: delivered", "when: deliver", `no graded check "deliver"`},
	} {
		text := strings.Replace(string(good), c.old, c.new, 1)
		if text == string(good) {
			t.Errorf("%q is not in the scenario", c.old)
			continue
		}
		s, err := openScenario("bad.yaml", []byte(text), "")
		if err == nil {
			_, err = s.Draw(1)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "bad.yaml:") {
			t.Errorf("%q: got %v, want %q with a place", c.new, err, c.want)
		}
	}
}

// A bare reference may stand where a number is wanted, before and after the draw.
func TestNumbersFromParameters(t *testing.T) {
	good, err := builtin.ReadFile("round-robin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := openScenario("x.yaml", good, "")
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(5) {
		d, err := s.Draw(seed)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range d.Scenario.Checks {
			spec, ok := c.Spec.(*DNSAnswerSpec)
			if ok && c.ID == "ttl" && (strconv.Itoa(spec.TTLMax) != d.Values["ttl"] || spec.TTLMin != spec.TTLMax) {
				t.Errorf("seed %d: TTL %d to %d, drawn %s", seed, spec.TTLMin, spec.TTLMax, d.Values["ttl"])
			}
		}
	}
	s, err = openScenario("x.yaml", []byte(strings.Replace(string(good), "ttl_min: ${ttl}", "ttl_min: ${site.name}", 1)), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Draw(1); err == nil {
		t.Error("a word was taken as a number")
	}
}

func TestHostileFiles(t *testing.T) {
	for name, text := range map[string]string{
		"deep":     strings.Repeat("[", 100_000),
		"braces":   strings.Repeat("{a: ", 50_000),
		"aliases":  "a: &a [x]\nb: [*a, *a]\n",
		"binary":   "\x00\x01\xff",
		"empty":    "",
		"too long": strings.Repeat("#", maxFile+1),
	} {
		if _, err := openScenario("bad.yaml", []byte(text), ""); err == nil || !strings.Contains(err.Error(), "bad.yaml") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
