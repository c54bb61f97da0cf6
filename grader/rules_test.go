package grader_test

import (
	"testing"

	"mxlab/grader"
	"mxlab/sim"
)

func TestCollateralFindsWhatNobodyListed(t *testing.T) {
	run(t, check("inv.collateral", `{auto: true}`), []trial{
		{"nothing done", nil, grader.Pass, ""},
		{"POP3 and IMAP stopped", []sim.Action{on("mail1", "systemctl stop dovecot")}, grader.Fail, "cannot read the mailbox"},
		{"local mail broken", []sim.Action{on("mail1", "postconf -e 'mydestination = localhost' && systemctl reload postfix")}, grader.Fail, ""},
		{"web name gone", []sim.Action{on("ns1", "sed -i '/^www/d; s/2026022801/2026030201/' /etc/bind/db.${domain} && rndc reload")}, grader.Fail, "www."},
		{"a comment", []sim.Action{on("ns1", "echo '; hello' >> /etc/bind/db.${domain} && rndc reload")}, grader.Pass, ""},
	})
	run(t, check("inv.collateral", `{flows: [{from: pc, to: ns1, port: 22}, {from: outside, to: ns1, port: 53}], mailboxes: [{box: postbox@moa-mail.com}]}`), []trial{
		{"what never worked does not count", nil, grader.Pass, ""},
		{"a flow closed", []sim.Action{on("ns1", "iptables -A INPUT -p tcp --dport 53 -j DROP")}, grader.Fail, "53/tcp"},
	})
}

func TestUnchanged(t *testing.T) {
	run(t, check("inv.unchanged", `{hosts: [mail1], except: ["mail1:/etc/aliases"]}`), []trial{
		{"nothing done", nil, grader.Pass, ""},
		{"restarted", []sim.Action{on("mail1", "systemctl restart postfix")}, grader.Pass, ""},
		{"a comment", []sim.Action{on("mail1", "echo '# hello' >> /etc/postfix/main.cf")}, grader.Pass, ""},
		{"a setting", []sim.Action{on("mail1", "postconf -e 'mynetworks = 127.0.0.0/8'")}, grader.Fail, "main.cf was changed"},
		{"a new file", []sim.Action{on("mail1", "echo 'x REJECT' > /etc/postfix/access")}, grader.Fail, "/etc/postfix/access"},
		{"a file gone", []sim.Action{on("mail1", "rm /etc/postfix/master.cf")}, grader.Fail, "master.cf"},
		{"an exception", []sim.Action{on("mail1", "echo 'x: y' >> /etc/aliases")}, grader.Pass, ""},
	})
}

func TestShortcuts(t *testing.T) {
	run(t, check("inv.no_shortcut", `{domains: [moa-mail.com], receivers: [pc]}`), []trial{
		{"nothing done", nil, grader.Pass, ""},
		{"hosts file", []sim.Action{on("mail1", "echo '192.0.2.1 MX.moa-mail.com' >> /etc/hosts")}, grader.Fail, "/etc/hosts"},
		{"another name in the hosts file", []sim.Action{on("mail1", "echo '192.0.2.1 printer' >> /etc/hosts")}, grader.Pass, ""},
		{"transport", []sim.Action{on("mail1", "echo '.moa-mail.com smtp:[192.0.2.1]' > /etc/postfix/t && postmap /etc/postfix/t && postconf -e transport_maps=hash:/etc/postfix/t")}, grader.Fail, "transport"},
		{"mailertable", []sim.Action{on("mail1", "mkdir -p /etc/mail; echo 'moa-mail.com smtp:[192.0.2.1]' > /etc/mail/mailertable")}, grader.Fail, "static mailer"},
		{"a zone of somebody else", []sim.Action{on("ns1", `printf '$TTL 60\n@ IN SOA a. b. 1 1 1 1 1\n@ IN NS ns1.${domain}.\n' > /etc/bind/db.moa; echo 'zone "moa-mail.com" { type master; file "/etc/bind/db.moa"; };' >> /etc/bind/named.conf.local; rndc reconfig`)}, grader.Fail, "not its zone"},
		{"wide trust", []sim.Action{on("mail1", "postconf -e 'mynetworks = 0.0.0.0/1'")}, grader.Fail, "mynetworks"},
		{"SPF", []sim.Action{on("ns1", "sed -i 's/-all/+all/' /etc/bind/db.${domain}")}, grader.Fail, "SPF"},
		{"a firewall put up and taken down", []sim.Action{on("ns1", "iptables -P INPUT DROP; iptables -P INPUT ACCEPT")}, grader.Pass, ""},
		{"a receiver's list", []sim.Action{on("pc", "mkdir -p /etc/mail; echo 'x OK' > /etc/mail/access")}, grader.Fail, "receiver"},
	})
}

func TestJournal(t *testing.T) {
	look, fix := on("pc", "dig www.${domain}"), on("ns1", "echo '; x' >> /etc/bind/db.${domain}")
	run(t, check("journal.reproduced", `{}`), []trial{
		{"nothing done", nil, grader.Fail, "was not looked at"},
		{"looked", []sim.Action{look, fix}, grader.Pass, ""},
		{"changed first", []sim.Action{fix, look}, grader.Fail, "before the fault"},
		{"in one line", []sim.Action{on("ns1", "cat /etc/bind/db.${domain}; echo '; x' >> /etc/bind/db.${domain}")}, grader.Pass, ""},
		{"scratch is no change", []sim.Action{on("ns1", "echo x > /tmp/x"), look}, grader.Pass, ""},
	})
	run(t, check("journal.verified", `{on: [pc], tools: [dig, nslookup]}`), []trial{
		{"nothing done", nil, grader.Fail, "Nothing was changed"},
		{"verified", []sim.Action{fix, look}, grader.Pass, ""},
		{"by mail", []sim.Action{fix, {Fetch: "postbox@moa-mail.com"}}, grader.Pass, ""},
		{"on the server itself", []sim.Action{fix, on("ns1", "dig @127.0.0.1 www.${domain}")}, grader.Fail, "nobody looked"},
		{"changed again", []sim.Action{fix, look, on("ns1", "rndc reload")}, grader.Fail, "nobody looked"},
		{"not verified", []sim.Action{look, fix}, grader.Fail, "nobody looked"},
	})
	run(t, check("journal.untouched", `{hosts: [mail1], portals: [isp]}`), []trial{
		{"nothing done", nil, grader.Pass, ""},
		{"looked only", []sim.Action{on("mail1", "postconf mynetworks; tail /var/log/mail.log")}, grader.Pass, ""},
		{"changed", []sim.Action{on("mail1", "postconf -e 'x = y'")}, grader.Fail, "mail1"},
		{"saved in the editor", []sim.Action{{On: "mail1", Write: "/etc/motd", Text: "x"}}, grader.Fail, "mail1"},
		{"firewall", []sim.Action{on("mail1", "iptables -A INPUT -j ACCEPT")}, grader.Fail, "mail1"},
		{"asked", []sim.Action{{Portal: "isp", Request: "open-port-25"}}, grader.Fail, "isp"},
		{"another host", []sim.Action{fix}, grader.Pass, ""},
	})
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		kind, with string
		answers    []grader.Answer
		want       grader.Status
	}{
		{"answer.choice", `{question: pick}`, nil, grader.Fail},
		{"answer.choice", `{question: pick}`, []grader.Answer{{Question: "pick", Given: "b"}}, grader.Fail},
		{"answer.choice", `{question: pick}`, []grader.Answer{{Question: "pick", Given: "b"}, {Question: "pick", Given: "a"}}, grader.Pass},
		{"answer.choice", `{question: pick}`, []grader.Answer{{Question: "pick", Given: "zzz"}}, grader.Fail},
		{"answer.choice", `{question: pick, cite: {kind: smtp.reply, label: "250"}}`, []grader.Answer{{Question: "pick", Given: "a"}}, grader.Fail},
		{"answer.choice", `{question: pick, cite: {kind: smtp.reply, label: "250"}}`, []grader.Answer{{Question: "pick", Given: "a", Cite: 1 << 60}}, grader.Fail},
		{"answer.value", `{question: typed, want: ["mail.${domain}"]}`, []grader.Answer{{Question: "typed", Given: "wrong"}}, grader.Fail},
		{"answer.value", `{question: typed, want: [Mail.Example.KR]}`, []grader.Answer{{Question: "typed", Given: "  mail.example.kr. "}}, grader.Pass},
	} {
		if it := judge(t, check(c.kind, c.with), c.answers); it.Status != c.want {
			t.Errorf("%s %s %v: %s", c.kind, c.with, c.answers, it.Status)
		}
	}
}
