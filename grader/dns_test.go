package grader_test

import (
	"testing"

	"mxlab/grader"
	"mxlab/sim"
)

func TestDNSAnswer(t *testing.T) {
	run(t, check("dns.answer", `{from: outside, server: ns1, name: "pc.${domain}", type: A, want: ["203.0.113.${b+10}"], aa: true, tcp: true, ttl_min: 60, ttl_max: 86400}`), []trial{
		{"as it is", nil, grader.Pass, ""},
		{"TCP closed", []sim.Action{on("ns1", "iptables -A INPUT -p tcp --dport 53 -j DROP")}, grader.Fail, "over TCP: no answer"},
		{"stopped", []sim.Action{on("ns1", "systemctl stop named")}, grader.Fail, "over UDP: no answer"},
		{"long TTL", []sim.Action{on("ns1", "sed -i 's/^$TTL.*/$TTL 604800/' /etc/bind/db.${domain} && rndc reload")}, grader.Fail, "TTL"},
		{"other address", []sim.Action{on("ns1", "sed -i 's/^pc.*/pc IN A 192.0.2.99/' /etc/bind/db.${domain} && rndc reload")}, grader.Fail, "192.0.2.99"},
	})
	for match, want := range map[string]grader.Status{"exact": grader.Fail, "superset": grader.Pass, "any": grader.Pass} {
		it := judge(t, check("dns.answer", `{from: pc, server: ns1, name: "pc.${domain}", type: A, want: ["203.0.113.${b+10}"], match: `+match+`}`), nil,
			on("ns1", "echo 'pc IN A 192.0.2.99' >> /etc/bind/db.${domain} && rndc reload"))
		if it.Status != want {
			t.Errorf("%s: %s (%s)", match, it.Status, it.Actual.EN)
		}
	}
}

// A name server of which a second process hangs gets every other question.
func TestDNSAnswerManyTimes(t *testing.T) {
	half := on("ns1", "systemctl stop named; named -u bind; kill -STOP $(pidof named); systemctl start named")
	spec := `{from: outside, server: ns1, name: "pc.${domain}", type: A, want: ["203.0.113.${b+10}"]`
	run(t, check("dns.answer", spec+`, times: 12}`), []trial{
		{"as it is", nil, grader.Pass, ""},
		{"half of the questions lost", []sim.Action{half}, grader.Fail, "no answer"},
	})
}

func TestRotation(t *testing.T) {
	two := "sed -i '/^www/d' /etc/bind/db.${domain}; printf 'www IN A 192.0.2.1\nwww IN A 192.0.2.2\n' >> /etc/bind/db.${domain}; "
	order := func(o string) sim.Action {
		return on("ns1", two+"sed -i 's/^options {/options { rrset-order { order "+o+"; };/' /etc/bind/named.conf.options; rndc reload")
	}
	spec := `{from: outside, server: ns1, name: "www.${domain}", type: A, want: [192.0.2.1, 192.0.2.2]`
	run(t, check("dns.rotation", spec+`, cyclic: true}`), []trial{
		{"nothing done", nil, grader.Fail, "other records"},
		{"cyclic", []sim.Action{order("cyclic")}, grader.Pass, ""},
		{"random", []sim.Action{on("ns1", two+"rndc reload")}, grader.Fail, "in turn"},
		{"none", []sim.Action{order("none")}, grader.Fail, "none begins with"},
		{"stopped", []sim.Action{on("ns1", "systemctl stop named")}, grader.Fail, "no answer"},
	})
	run(t, check("dns.rotation", spec+`}`), []trial{
		{"random", []sim.Action{on("ns1", two+"rndc reload")}, grader.Pass, ""},
		{"none", []sim.Action{order("none")}, grader.Fail, "none begins with"},
	})
}

func TestConverged(t *testing.T) {
	checks := check("dns.converged", `{resolvers: [pc, moa-mx, isp-mail], name: "www.${domain}", type: A, want: ["192.0.2.99"], within: 2h}`)
	change := on("ns1", "sed -i 's/^www.*/www IN A 192.0.2.99/; s/2026022801/2026030201/' /etc/bind/db.${domain} && rndc reload")
	run(t, checks, []trial{
		{"nothing done", nil, grader.Fail, "3 of 3 resolvers"},
		{"changed", []sim.Action{change}, grader.Pass, ""},
		{"changed while a resolver remembers a long TTL", []sim.Action{
			on("ns1", "sed -i 's/^$TTL.*/$TTL 604800/' /etc/bind/db.${domain} && rndc reload"), on("pc", "dig www.${domain}"), change}, grader.Fail, "2 of 3 resolvers"},
	})
}

func TestMX(t *testing.T) {
	edit := func(script string) []sim.Action {
		return []sim.Action{on("ns1", "sed -i '"+script+"; s/2026022801/2026030201/' /etc/bind/db.${domain} && rndc reload")}
	}
	for _, spec := range []string{`{from: outside, server: ns1, domain: "${domain}", host: mail1}`, `{from: pc, domain: "${domain}", host: mail1}`} {
		run(t, check("dns.mx", spec), []trial{
			{"as it was", nil, grader.Pass, ""},
			{"another name and preference", edit(`s/MX.*/MX 0 post/; s/^mail\(.*\)/mail\1\npost\1/`), grader.Pass, ""},
			{"a second one behind", edit(`s/MX.*/MX 10 mail\n@ MX 20 ns1/`), grader.Pass, ""},
			{"a second one beside", edit(`s/MX.*/MX 10 mail\n@ MX 10 ns1/`), grader.Fail, "another machine"},
			{"another machine before", edit(`s/MX.*/MX 10 mail\n@ MX 5 ns1/`), grader.Fail, "another machine"},
			{"an alias", edit(`s/MX.*/MX 10 www/`), grader.Fail, "is an alias"},
			{"an address for a name", edit(`s/MX.*/MX 10 203.0.113.9./`), grader.Fail, "203.0.113.9."},
			{"no mail", edit(`s/MX.*/MX 0 ./`), grader.Fail, "names ."},
			{"no record", edit(`/MX/d`), grader.Fail, "no MX record"},
			{"stopped", []sim.Action{on("ns1", "systemctl stop named")}, grader.Fail, ""},
		})
	}
}

func TestTransfer(t *testing.T) {
	run(t, check("dns.transfer", `{server: ns1, zone: "${domain}", allowed: [pc], refused: [outside]}`), []trial{
		{"refused to all", []sim.Action{on("ns1", "sed -i 's/^options {/options { allow-transfer { none; };/' /etc/bind/named.conf.options && sed -i '/allow-transfer/{/none/!d}' /etc/bind/named.conf.options; rndc reconfig")}, grader.Fail, "REFUSED"},
		{"open to all", []sim.Action{on("ns1", "sed -i '/allow-transfer/d; s/^options {/options { allow-transfer { any; };/' /etc/bind/named.conf.options && rndc reconfig")}, grader.Fail, "the whole zone"},
		{"for the company", []sim.Action{on("ns1", "sed -i '/allow-transfer/d; s/^options {/options { allow-transfer { localnets; };/' /etc/bind/named.conf.options && rndc reconfig")}, grader.Pass, ""},
		{"stopped", []sim.Action{on("ns1", "systemctl stop named")}, grader.Fail, "does not answer"},
	})
}

func TestDelegation(t *testing.T) {
	zone := "/etc/bind/db.${domain}"
	run(t, check("dns.delegation", `{from: outside, zone: "${domain}", except: [NAMESERVER01]}`), []trial{
		{"no resolver", nil, grader.Fail, "no parent zone is found"},
	})
	run(t, check("dns.delegation", `{from: moa-mx, zone: "${domain}"}`), []trial{
		{"as it is", nil, grader.Pass, ""},
		{"stopped", []sim.Action{on("ns1", "systemctl stop named")}, grader.Fail, "CONNECTIVITY01"},
		{"TCP closed", []sim.Action{on("ns1", "iptables -A INPUT -p tcp --dport 53 -j DROP")}, grader.Fail, "no answer over TCP"},
		{"zone gone", []sim.Action{on("ns1", "echo > /etc/bind/named.conf.local; rndc reconfig")}, grader.Fail, "not authoritative"},
		{"another NS in the child", []sim.Action{on("ns1", "echo '@ IN NS ns9' >> "+zone+"; echo 'ns9 IN A 203.0.113.1' >> "+zone+"; rndc reload")}, grader.Fail, "CONSISTENCY04"},
		{"glue not as in the zone", []sim.Action{on("ns1", "sed -i 's/^ns1.*/ns1 IN A 203.0.113.1/' "+zone+"; rndc reload")}, grader.Fail, "CONSISTENCY05"},
		{"recursion for all", []sim.Action{on("ns1", "sed -i 's/recursion no;/recursion yes; allow-recursion { any; };/' /etc/bind/named.conf.options; rndc reconfig")}, grader.Fail, "NAMESERVER01"},
		{"MX is an alias", []sim.Action{on("ns1", "sed -i 's/^mail.*/mail IN CNAME www/; s/^www.*/www IN A 203.0.113.5/' "+zone+"; rndc reload")}, grader.Fail, "ZONE08"},
	})
}

func TestFCrDNS(t *testing.T) {
	helo := `{from: moa-mx, address: "203.0.113.${b+3}", helo: {sender: "${staff.user}@${domain}", recipient: postbox@moa-mail.com}}`
	run(t, check("dns.fcrdns", helo), []trial{
		{"as it is", nil, grader.Pass, ""},
		{"another HELO", []sim.Action{on("mail1", "postconf -e 'smtp_helo_name = www.example.org' && systemctl reload postfix")}, grader.Fail, "greets as www.example.org"},
		{"forward name gone", []sim.Action{on("ns1", "sed -i '/^mail/d' /etc/bind/db.${domain}; rndc reload"), {Advance: sim.Duration(48 * 3600 * 1e9)}}, grader.Fail, "does not lead back"},
	})
}
