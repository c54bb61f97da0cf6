package grader_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"mxlab/grader"
	"mxlab/scenarios"
	"mxlab/sim"
)

// sheet is a scenario on the company's network in which nothing is broken.
const sheet = `id: x
network: company
title: {en: x, ko: x}
summary: {en: x, ko: x}
story: {en: x, ko: x}
questions:
  - {id: pick, kind: diagnose, text: {en: Who?, ko: 누구입니까?}, choices: [{id: a, text: {en: A, ko: 가}, right: true}, {id: b, text: {en: B, ko: 나}}]}
  - {id: typed, kind: diagnose, text: {en: Which?, ko: 무엇입니까?}}
incident:
  - {mail: {from: "${staff.user}@${domain}", to: postbox@moa-mail.com, subject: Hello, body: Hello}}
checks:
`

// trial is one check after some actions.
type trial struct {
	name    string
	actions []sim.Action
	want    grader.Status
	says    string // part of the English rationale or actual text
}

// drawSheet draws the sheet with checks.
func drawSheet(t testing.TB, checks string) (*scenarios.Drawn, *sim.Plan) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(file, []byte(sheet+checks), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := scenarios.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Draw(1)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := library.Compile(d.Blueprint)
	if err != nil {
		t.Fatal(err)
	}
	return d, plan
}

var library = sim.NewLibrary()

// check writes a check of all points.
func check(kind, with string) string {
	return "  - {id: c, title: {en: Check, ko: 검사}, type: " + kind + ", points: 100, with: " + with + "}\n"
}

// on is a command on a host.
func on(host, run string) sim.Action { return sim.Action{On: host, Run: run} }

// judge grades the sheet after actions and returns the item "c".
func judge(t testing.TB, checks string, answers []grader.Answer, actions ...sim.Action) grader.Item {
	t.Helper()
	d, plan := drawSheet(t, checks)
	for i := range actions {
		actions[i].Run = expand(d, actions[i].Run)
	}
	j, err := grader.Play(plan, actions)
	if err != nil {
		t.Fatal(err)
	}
	r, err := grader.Grade(&grader.Subject{Drawn: d, Plan: plan, Journal: j, Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	return item(t, r, "c")
}

// expand replaces $domain and $b in a command.
func expand(d *scenarios.Drawn, s string) string {
	return os.Expand(s, func(name string) string {
		if v, ok := d.Values[name]; ok {
			return v
		}
		return "$" + name
	})
}

// run tries every trial of a check, and that its words exist in both languages.
func run(t *testing.T, checks string, trials []trial) {
	t.Helper()
	for _, c := range trials {
		it := judge(t, checks, nil, c.actions...)
		if it.Status != c.want || !contains(it, c.says) {
			t.Errorf("%s: %s (%s; actual %s; parts %v), want %s with %q", c.name, it.Status, it.Rationale.EN, it.Actual.EN, it.Parts, c.want, c.says)
		}
		bilingual(t, c.name, &it)
	}
}

// bilingual fails for texts that exist in one language only, for verbs that
// fmt left behind, and for particles that were not filled in.
func bilingual(t *testing.T, name string, it *grader.Item) {
	t.Helper()
	texts := []sim.Text{it.Rationale, it.Expected, it.Actual, it.Vantage}
	for _, p := range it.Parts {
		texts = append(texts, p.Name, p.Text)
	}
	for _, x := range texts {
		if (x.EN == "") != (x.KO == "") || strings.Contains(x.EN+x.KO, "%!") || strings.ContainsAny(x.KO, "{}") {
			t.Errorf("%s: bad text %q", name, x)
		}
	}
	if !strings.ContainsFunc(it.Rationale.KO, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) ||
		strings.ContainsFunc(it.Rationale.EN, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
		t.Errorf("%s: rationale %q", name, it.Rationale)
	}
}

func contains(it grader.Item, s string) bool {
	text := it.Rationale.EN + "\n" + it.Actual.EN + "\n" + it.Vantage.EN
	for _, p := range it.Parts {
		text += "\n" + p.Name.EN + ": " + p.Text.EN
	}
	return strings.Contains(text, s)
}
