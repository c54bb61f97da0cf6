package grader_test

import (
	"testing"

	"mxlab/grader"
	"mxlab/sim"
)

func TestFlows(t *testing.T) {
	for _, c := range []struct {
		flow  string
		trial trial
	}{
		{`{from: outside, to: mail1, port: 25, reaches: mail1, greets: "220 "}`, trial{"mail", nil, grader.Pass, "220 mail."}},
		{`{from: outside, to: mail1, port: 25, greets: "220 other"}`, trial{"another greeting", nil, grader.Fail, "another server answers"}},
		{`{from: outside, to: mail1, port: 25, reaches: ns1}`, trial{"another host", nil, grader.Fail, "another server answers"}},
		{`{from: outside, to: mail1, port: 25}`, trial{"dropped", []sim.Action{on("mail1", "iptables -A INPUT -p tcp --dport 25 -j DROP")}, grader.Fail, "25/tcp: no answer"}},
		{`{from: outside, to: mail1, port: 25, want: dropped}`, trial{"dropped as wanted", []sim.Action{on("mail1", "iptables -A INPUT -p tcp --dport 25 -j DROP")}, grader.Pass, ""}},
		{`{from: outside, to: mail1, port: 25, want: dropped}`, trial{"rejected, not dropped", []sim.Action{on("mail1", "iptables -A INPUT -p tcp --dport 25 -j REJECT")}, grader.Fail, "refused"}},
		{`{from: outside, to: mail1, port: 25, want: closed}`, trial{"prohibited", []sim.Action{on("mail1", "iptables -A INPUT -p tcp --dport 25 -j REJECT --reject-with icmp-host-prohibited")}, grader.Pass, ""}},
		{`{from: outside, to: mail1, port: 25, want: blocked}`, trial{"stopped counts as closed", []sim.Action{on("mail1", "systemctl stop postfix")}, grader.Pass, ""}},
		{`{from: outside, to: 203.0.113.254, port: 25, want: blocked}`, trial{"nobody there is not blocked", nil, grader.Fail, ""}},
		{`{from: pc, to: ns1, port: 53, proto: udp}`, trial{"DNS", nil, grader.Pass, ""}},
		{`{from: pc, to: ns1, port: 53, proto: udp, want: closed}`, trial{"DNS stopped", []sim.Action{on("ns1", "systemctl stop named")}, grader.Pass, ""}},
		{`{from: pc, to: ns1, port: 53, proto: udp, want: dropped}`, trial{"DNS dropped", []sim.Action{on("ns1", "iptables -A INPUT -p udp --dport 53 -j DROP")}, grader.Pass, ""}},
		{`{from: pc, to: ns1, port: 53, proto: udp, want: dropped}`, trial{"answers dropped", []sim.Action{on("ns1", "iptables -A OUTPUT -p udp --sport 53 -j DROP")}, grader.Pass, ""}},
		{`{from: pc, to: ns1, port: 99, proto: udp}`, trial{"no such port", nil, grader.Fail, "99/udp: refused"}},
		{`{from: isp-ns, as: 203.0.113.241, to: mail1, port: 25}`, trial{"a borrowed address", nil, grader.Pass, ""}},
		{`{from: isp-ns, as: 203.0.113.241, to: mail1, port: 9, want: closed}`, trial{"a borrowed address refused", nil, grader.Pass, ""}},
		{`{from: isp-ns, as: 203.0.113.241, to: mail1, port: 25, want: dropped}`, trial{"a borrowed address dropped", []sim.Action{on("mail1", "iptables -A INPUT -s 203.0.113.240/28 -j DROP")}, grader.Pass, ""}},
		{`{from: isp-ns, as: 203.0.113.241, to: mail1, port: 25, want: dropped}`, trial{"another address dropped", []sim.Action{on("mail1", "iptables -A INPUT -s 192.0.2.0/24 -j DROP")}, grader.Fail, "203.0.113.241 -> Mail server (mail1) 25/tcp: open"}},
		{`{from: outside, to: ns1, proto: icmp}`, trial{"ping", nil, grader.Pass, ""}},
		{`{from: outside, to: ns1, proto: icmp}`, trial{"ping dropped", []sim.Action{on("ns1", "iptables -P INPUT DROP")}, grader.Fail, "no answer"}},
		{`{from: outside, to: ns1, family: ipv6, port: 53}`, trial{"no IPv6 there", nil, grader.Fail, "unreachable"}},
	} {
		run(t, check("net.flow", "{flows: ["+c.flow+"]}"), []trial{c.trial})
	}
	it := judge(t, check("net.flow", `{flows: [{from: outside, to: mail1, port: 25}, {from: outside, to: mail1, port: 9}, {from: pc, to: ns1, proto: icmp}]}`), nil)
	if it.Status != grader.Fail || len(it.Parts) != 3 || it.Parts[0].Status != grader.Pass || it.Parts[1].Status != grader.Fail || len(it.Evidence) == 0 {
		t.Errorf("three flows: %+v", it)
	}
}

// The network answers and delivers; what a disturbance does to it is told by
// the repeated checks.
const repeated = `  - {id: dns, title: {en: DNS, ko: 이름}, type: dns.answer, points: 0, with: {from: outside, server: ns1, name: "pc.${domain}", type: A, want: ["203.0.113.${b+10}"]}}
  - {id: mail, title: {en: Mail, ko: 메일}, type: mail.delivered, points: 0, with: {sender: "${staff.user}@${domain}", recipient: postbox@moa-mail.com, within: 2h}}
`

func TestSurvivesAndPerturb(t *testing.T) {
	for _, c := range []struct {
		kind, with string
		trial      trial
	}{
		{"svc.survives", `{host: ns1, checks: [dns]}`, trial{"reboot", nil, grader.Pass, ""}},
		{"svc.survives", `{host: ns1, checks: [dns]}`, trial{"not enabled", []sim.Action{on("ns1", "systemctl disable named")}, grader.Fail, "a reboot of Name server (ns1)"}},
		{"svc.survives", `{host: ns1, checks: [dns]}`, trial{"broken file, running daemon", []sim.Action{on("ns1", "echo '}' >> /etc/bind/named.conf.local")}, grader.Fail, ""}},
		{"svc.survives", `{host: ns1, unit: named, checks: [dns]}`, trial{"restart", nil, grader.Pass, ""}},
		{"svc.survives", `{host: ns1, unit: named, checks: [dns]}`, trial{"not enabled is no matter of a restart", []sim.Action{on("ns1", "systemctl disable named")}, grader.Pass, ""}},
		{"svc.survives", `{host: ns1, unit: named, checks: [dns]}`, trial{"restart with a broken file", []sim.Action{on("ns1", "echo '}' >> /etc/bind/named.conf.local")}, grader.Fail, ""}},
		{"svc.survives", `{host: isp-gw, checks: [dns, mail]}`, trial{"somebody else's router", nil, grader.Pass, ""}},
		{"perturb", `{do: [{kill: ns1}], checks: [dns]}`, trial{"killed", nil, grader.Fail, "switched off"}},
		{"perturb", `{do: [{advance: 48h}, {flush: [isp-dns, moa-dns]}], checks: [dns, mail]}`, trial{"two days and empty caches", nil, grader.Pass, ""}},
		{"perturb", `{do: [{cut: office}], checks: [dns]}`, trial{"cut", nil, grader.Fail, "the link"}},
		{"perturb", `{do: [{loss: {link: hangang, rate: 0.2}}], checks: [mail]}`, trial{"loss", nil, grader.Pass, ""}},
		{"perturb", `{do: [{ipv6_only: true}], checks: [dns]}`, trial{"no IPv4", nil, grader.Fail, "without IPv4"}},
		{"perturb", `{do: [{restart: "ns1: named"}], checks: [dns]}`, trial{"restart", nil, grader.Pass, ""}},
		{"perturb", `{do: [{run: "ns1: echo 'new IN A 192.0.2.7' >> /etc/bind/db.${domain} && rndc reload"}, {reboot: ns1}], checks: [dns]}`, trial{"run", nil, grader.Pass, ""}},
		{"perturb", `{do: [{run: "ns1: false"}], checks: [dns]}`, trial{"a command that fails", nil, grader.Fail, "exit status 1"}},
	} {
		run(t, repeated+check(c.kind, c.with), []trial{c.trial})
	}
}

// What a student does to the network never becomes the grader's fault, which
// would earn the points.
func TestTroubleMadeByStudentsIsNoFaultOfTheGrader(t *testing.T) {
	noAddress := []sim.Action{on("ns1", "ip addr flush dev eth0; ip -6 addr flush dev eth0"), on("mail1", "ip addr flush dev eth0; ip -6 addr flush dev eth0")}
	storm := []sim.Action{on("pc", "while :; do dig @203.0.113.${b} +tries=1 +time=1 x.${domain} > /dev/null; done &"), on("mail1", "while :; do :; done &")}
	loop := []sim.Action{on("mail1", "postconf -e 'relayhost = [127.0.0.1]' && systemctl reload postfix")}
	broken := []sim.Action{on("pc", "rm /etc/resolv.conf"), on("mail1", ": > /etc/resolv.conf"), on("ns1", "rm -rf /etc/bind /usr/sbin; systemctl stop named")}
	for kind, with := range map[string]string{
		"dns.answer":      `{from: pc, server: ns1, name: "www.${domain}", type: A, want: [192.0.2.77]}`,
		"dns.converged":   `{resolvers: [pc], name: "www.${domain}", type: A, want: [192.0.2.77]}`,
		"dns.delegation":  `{from: moa-mx, zone: "${domain}", servers: 5}`,
		"dns.mx":          `{from: pc, server: ns1, domain: "${domain}", host: moa-mx}`,
		"dns.transfer":    `{server: ns1, zone: "${domain}", allowed: [outside]}`,
		"mail.rejected":   `{from: outside, server: mail1, sender: a@b.example, to: c@d.example, code: "9"}`,
		"mail.delivered":  `{sender: "${staff.user}@${domain}", recipient: postbox@moa-mail.com, via: bl}`,
		"mail.auth":       `{sender: "${staff.user}@${domain}", recipient: postbox@moa-mail.com, spf: neutral}`,
		"mailbox.read":    `{box: "${staff.user}@${domain}", port: 9}`,
		"net.flow":        `{flows: [{from: outside, to: mail1, port: 9}]}`,
		"inv.no_shortcut": `{}`,
	} {
		for name, actions := range map[string][]sim.Action{"no address": noAddress, "storm": storm, "loop": loop, "broken": broken} {
			if name == "storm" && kind != "dns.answer" {
				continue // takes its time
			}
			if it := judge(t, check(kind, with), nil, append([]sim.Action{}, actions...)...); it.Status == grader.Error || it.Status == grader.Pass && kind != "inv.no_shortcut" {
				t.Errorf("%s, %s: %s %s", kind, name, it.Status, it.Rationale.EN)
			}
		}
	}
}
