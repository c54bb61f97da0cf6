package grader_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"mxlab/grader"
	"mxlab/scenarios"
	"mxlab/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// subject plays actions in a scenario.
func subject(t testing.TB, lib *sim.Library, name string, seed uint64, actions func(*scenarios.Drawn) []sim.Action) *grader.Subject {
	t.Helper()
	set, err := scenarios.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Draw(seed)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := lib.Compile(d.Blueprint)
	if err != nil {
		t.Fatal(err)
	}
	j, err := grader.Play(plan, actions(d))
	if err != nil {
		t.Fatal(err)
	}
	return &grader.Subject{Drawn: d, Plan: plan, Journal: j}
}

func grade(t testing.TB, s *grader.Subject) *grader.Report {
	t.Helper()
	r, err := grader.Grade(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func item(t testing.TB, r *grader.Report, id string) grader.Item {
	t.Helper()
	for _, it := range r.Items {
		if it.ID == id {
			return it
		}
	}
	t.Fatalf("no item %s", id)
	return grader.Item{}
}

func TestBlockedChecksNameWhatTheyNeed(t *testing.T) {
	r := grade(t, subject(t, sim.NewLibrary(), "missing-ptr", 1, func(*scenarios.Drawn) []sim.Action { return nil }))
	if r.Score != 0 || r.Max != 100 {
		t.Errorf("score %g of %g", r.Score, r.Max)
	}
	if it := item(t, r, "ptr"); it.Status != grader.Fail || len(it.Evidence) == 0 || it.Rationale.KO == "" || it.Actual.KO == "" {
		t.Errorf("ptr: %+v", it)
	}
	if it := item(t, r, "delivered"); it.Status != grader.Blocked || it.Needs != "ptr" {
		t.Errorf("delivered: %+v", it)
	}
}

func TestEvidenceNamesTheConfigurationLine(t *testing.T) {
	r := grade(t, subject(t, sim.NewLibrary(), "blacklisted-ip", 1, func(d *scenarios.Drawn) []sim.Action { return nil }))
	it := item(t, r, "honest")
	if it.Status != grader.Fail || len(it.Evidence) == 0 || it.Evidence[0].File != "/etc/postfix/main.cf" || it.Evidence[0].Line == 0 {
		t.Errorf("honest: %+v", it)
	}
}

func TestStudentsDoNotSeeHiddenChecks(t *testing.T) {
	checks := `  - {id: seen, title: {en: Seen, ko: 보임}, type: svc.running, points: 60, with: {host: ns1, unit: named}}
  - {id: c, title: {en: Secret, ko: 비밀}, type: svc.running, points: 40, visibility: hidden, with: {host: mail1, unit: postfix}}
`
	d, plan := drawSheet(t, checks)
	r := grade(t, &grader.Subject{Drawn: d, Plan: plan})
	var b bytes.Buffer
	r.ForStudent().WriteText(&b, grader.Korean)
	if r.Score != 100 || r.ForStudent().Score != 60 || r.ForStudent().Max != 60 || len(r.Items) != 2 || strings.Contains(b.String(), "비밀") {
		t.Errorf("%g points; %s", r.Score, b.String())
	}
}

func TestShortcutCapsTheScore(t *testing.T) {
	lib := sim.NewLibrary()
	r := grade(t, subject(t, lib, "missing-ptr", 2, func(d *scenarios.Drawn) []sim.Action {
		return append([]sim.Action{{On: "mail1", Run: "echo '198.51.100.25 mx.moa-mail.com' >> /etc/hosts"}}, d.Scenario.Solution...)
	}))
	if r.Score != 40 || r.Capped != "honest" {
		t.Errorf("score %g, capped by %q", r.Score, r.Capped)
	}
}

func TestOtherGoodRepairsPass(t *testing.T) {
	lib := sim.NewLibrary()
	for name, actions := range map[string]func(d *scenarios.Drawn) []sim.Action{
		"missing-ptr": func(d *scenarios.Drawn) []sim.Action { // another confirmed name
			v := d.Values
			addr := "203.0.113." + plus(v["b"], 3)
			return []sim.Action{{Portal: "isp", Request: "set-ptr", With: map[string]string{"address": addr, "name": v["domain"]}}}
		},
		"named-conf-typo": func(d *scenarios.Drawn) []sim.Action { // the line is left out: any is the default
			return []sim.Action{{On: "ns1", Run: "sed -i '/allow-query/d' /etc/bind/named.conf.options; systemctl restart bind9"}}
		},
	} {
		if r := grade(t, subject(t, lib, name, 3, actions)); r.Score != 100 {
			var b bytes.Buffer
			r.WriteText(&b, grader.English)
			t.Errorf("%s: %s", name, b.String())
		}
	}
}

func plus(num string, n int) string {
	var v int
	json.Unmarshal([]byte(num), &v)
	b, _ := json.Marshal(v + n)
	return string(b)
}

func TestReportsAreTheSameTwice(t *testing.T) {
	s := subject(t, sim.NewLibrary(), "blacklisted-ip", 5, func(d *scenarios.Drawn) []sim.Action { return d.Scenario.Solution })
	var a, b bytes.Buffer
	grader.WriteJSON(&a, []*grader.Report{grade(t, s)})
	grader.WriteJSON(&b, []*grader.Report{grade(t, s)})
	if a.String() != b.String() || !strings.Contains(a.String(), `"score": 100`) {
		t.Error("two gradings differ")
	}
}

func TestReportsCannotSteerATerminal(t *testing.T) {
	r := &grader.Report{Student: "kim\x1b[2J\u202e", File: "a\rb", Items: []grader.Item{{Status: grader.Fail, Evidence: []grader.Evidence{{Label: "\x1b]0;x\a"}}}}}
	var b bytes.Buffer
	r.WriteText(&b, grader.English)
	if strings.ContainsAny(b.String(), "\x1b\r\a\u202e") {
		t.Errorf("%q", b.String())
	}
}

func TestAnswersAreBounded(t *testing.T) {
	for _, text := range []string{
		`{"format":"mxlab-submission-1","answers":[{"question":"q","given":"` + strings.Repeat("x", 5000) + `"}]}`,
		`{"format":"mxlab-submission-1","answers":[` + strings.Repeat(`{"question":"q","given":"x"},`, 2000) + `{}]}`,
	} {
		if _, err := grader.ReadSubmission(strings.NewReader(text)); !errors.Is(err, grader.ErrFormat) {
			t.Errorf("%.80s: %v", text, err)
		}
	}
}

func FuzzReadSubmission(f *testing.F) {
	s := subject(f, sim.NewLibrary(), "missing-ptr", 1, func(d *scenarios.Drawn) []sim.Action { return d.Scenario.Solution[:1] })
	var b bytes.Buffer
	grader.NewSubmission("missing-ptr", s.Drawn, "x", s.Journal).Write(&b)
	f.Add(b.Bytes())
	f.Add([]byte("{}"))
	f.Add([]byte("[[["))
	f.Fuzz(func(t *testing.T, data []byte) {
		sub, err := grader.ReadSubmission(bytes.NewReader(data))
		if err == nil {
			sub.Journal.Verify("root")
		}
	})
}

// BenchmarkReplayAndGrade measures grading a typical submission.
func BenchmarkReplayAndGrade(b *testing.B) {
	for _, name := range scenarios.Builtin() {
		b.Run(name, func(b *testing.B) {
			s := subject(b, sim.NewLibrary(), name, 1, func(d *scenarios.Drawn) []sim.Action { return d.Scenario.Solution })
			for b.Loop() {
				grade(b, s)
			}
		})
	}
}
