package scenarios_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxlab/scenarios"
)

// head is a scenario on the company's network without checks.
const head = `id: x
network: company
title: {en: x, ko: x}
summary: {en: x, ko: x}
story: {en: x, ko: x}
questions:
  - {id: pick, kind: diagnose, text: {en: x, ko: x}, choices: [{id: a, text: {en: x, ko: x}, right: true}]}
  - {id: typed, kind: diagnose, text: {en: x, ko: x}}
checks:
`

// lint lints a scenario with the given checks.
func lint(t *testing.T, checks string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(file, []byte(head+checks), 0o600); err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, p := range scenarios.Lint(file) {
		list = append(list, p.Msg)
	}
	return strings.Join(list, "\n")
}

// item writes a check of the given type and fields, worth 100 points.
func item(kind, with string) string {
	return "  - {id: c, title: {en: x, ko: x}, type: " + kind + ", points: 100, with: " + with + "}\n"
}

func TestEveryCheckTypeIsRead(t *testing.T) {
	for kind, with := range map[string]string{
		"dns.answer":         `{from: pc, server: ns1, family: ipv4, name: a.b, type: a, want: [1.2.3.4], match: any, rcode: NXDOMAIN, aa: true, ad: false, ttl_min: 1, ttl_max: 9, tcp: true, after: 1h, ask: recurse, times: 5}`,
		"dns.converged":      `{resolvers: [pc, moa-mx], name: a.b, type: MX, want: [10 m.], within: 48h}`,
		"dns.delegation":     `{from: pc, zone: moa-mail.com, servers: 2, items: [DELEGATION01], except: [ZONE08]}`,
		"dns.fcrdns":         `{from: pc, address: 192.0.2.1}`,
		"dns.mx":             `{from: pc, server: ns1, domain: a.b, host: mail1}`,
		"dns.rotation":       `{from: pc, server: ns1, name: a.b, type: A, want: [1.2.3.4, 1.2.3.5], cyclic: true, times: 4}`,
		"dns.transfer":       `{server: ns1, zone: a.b, allowed: [pc], refused: [outside]}`,
		"dnsbl.listed":       `{from: pc, address: 192.0.2.1, zone: a.b}`,
		"mail.auth":          `{sender: postbox@moa-mail.com, recipient: postbox@moa-mail.com, spf: pass, forged: [outside]}`,
		"mail.rejected":      `{from: outside, server: mail1, sender: a@b, to: c@d, code: "5", stage: rcpt, not_at: postbox@moa-mail.com}`,
		"mailbox.read":       `{box: postbox@moa-mail.com, proto: imap, port: 993, sender: postbox@moa-mail.com}`,
		"net.flow":           `{flows: [{from: outside, to: mail1, port: 25, own_port: 20, reaches: mail1, greets: "220 "}, {from: pc, as: 192.0.2.9, to: mail1, port: 25}, {from: pc, to: 192.0.2.5, proto: udp, port: 53, want: blocked}, {from: pc, to: ns1, proto: icmp}]}`,
		"svc.running":        `{host: ns1, unit: named}`,
		"perturb":            `{do: [{reboot: ns1}], checks: []}`,
		"inv.collateral":     `{auto: true, except: [x@y]}`,
		"inv.unchanged":      `{hosts: [moa-mx], files: ["isp-ns:/etc/bind/named.conf"]}`,
		"inv.no_shortcut":    `{receivers: [moa-mx], allow: [transport]}`,
		"journal.reproduced": `{on: [pc], tools: [dig]}`,
		"journal.verified":   `{}`,
		"journal.untouched":  `{hosts: [ns1], portals: [isp]}`,
		"answer.choice":      `{question: pick, cite: {kind: drop, node: isp-gw}}`,
		"answer.value":       `{question: typed, want: [x]}`,
	} {
		want := ""
		if kind == "perturb" {
			want = "checks must not be empty"
		}
		if got := lint(t, item(kind, with)); got != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

func TestSpecsThatMakeNoSense(t *testing.T) {
	for _, c := range []struct{ kind, with, want string }{
		{"dns.answer", `{from: nobody, name: a.b, type: A}`, `no host "nobody"`},
		{"dns.answer", `{from: pc, name: a.b, type: QQ}`, `"QQ" is not a record type`},
		{"dns.answer", `{from: pc, name: a.b, type: A, match: some}`, `"some" is not one of exact, superset, any`},
		{"dns.answer", `{from: pc, name: a.b, type: A, rcode: NOPE}`, `"NOPE" is not a response code such as NOERROR, NXDOMAIN, SERVFAIL, REFUSED`},
		{"dns.answer", `{from: pc, name: a.b, type: A, ttl_min: 9, ttl_max: 2}`, `ttl_min 9 and ttl_max 2 are not a range`},
		{"dns.delegation", `{from: pc, zone: a.b, items: [X]}`, `"X" is not one of`},
		{"dns.answer", `{from: pc, name: a.b, type: A, ask: twice}`, `"twice" is not one of recurse`},
		{"dns.answer", `{from: pc, name: a.b, type: A, times: 101}`, `101 is not a number of questions from 0 to 100`},
		{"dns.rotation", `{from: pc, name: a.b, type: A, want: [1.2.3.4]}`, `a single record has no order: name two or more`},
		{"dns.rotation", `{from: pc, name: a.b, type: A, want: [1.2.3.4, 1.2.3.5], times: 3}`, `3 questions are too few for 2 records, want at least 4`},
		{"dns.transfer", `{server: ns1, zone: a.b}`, `refused must not be empty`},
		{"net.flow", `{flows: []}`, `flows must not be empty`},
		{"net.flow", `{flows: [{from: pc, to: ns1, port: 0}]}`, `0 is not a port`},
		{"net.flow", `{flows: [{from: pc, to: ns1, port: 5, want: shut}]}`, `"shut" is not one of open, closed, dropped, blocked`},
		{"net.flow", `{flows: [{from: pc, to: ns1, port: 5, proto: udp, greets: x}]}`, `reaches and greets go with an open tcp flow`},
		{"net.flow", `{flows: [{from: pc, to: ns1, port: 5, proto: udp, own_port: 53}]}`, `own_port goes with tcp`},
		{"svc.survives", `{host: ns1, checks: [later]}`, `"later" is not a check before this one`},
		{"perturb", `{do: [{reboot: ns1, advance: 1h}], checks: [x]}`, `this one has 2`},
		{"perturb", `{do: [{loss: {link: wire, rate: 2}}], checks: [x]}`, "no link \"wire\"\nrate: 2 is not a probability from 0 to below 1"},
		{"perturb", `{do: [{restart: ns1}], checks: [x]}`, `"ns1" is not of the form HOST: WHAT`},
		{"inv.collateral", `{}`, `nothing to compare`},
		{"inv.unchanged", `{files: ["ns1"]}`, `"ns1" is not of the form HOST:/PATH`},
		{"inv.no_shortcut", `{allow: [luck]}`, `"luck" is not one of`},
		{"journal.untouched", `{portals: [bank]}`, `no portal "bank"`},
		{"answer.choice", `{question: typed}`, `answer.choice goes with a question with choices`},
		{"answer.value", `{question: none, want: [x]}`, `no question "none"`},
	} {
		if got := lint(t, item(c.kind, c.with)); !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %q, want %q", c.kind, c.with, got, c.want)
		}
	}
}
