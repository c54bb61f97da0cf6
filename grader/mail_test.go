package grader_test

import (
	"testing"

	"mxlab/grader"
	"mxlab/sim"
)

func TestDelivered(t *testing.T) {
	out := `{sender: "${staff.user}@${domain}", recipient: postbox@moa-mail.com, via: mail1, not_via: isp-mail, within: 20m}`
	run(t, check("mail.delivered", out), []trial{
		{"as it is", nil, grader.Pass, "arrived after"},
		{"stopped", []sim.Action{on("mail1", "systemctl stop postfix")}, grader.Fail, "could not hand the message in"},
		{"dropped", []sim.Action{on("mail1", "iptables -A OUTPUT -p tcp --dport 25 -j DROP")}, grader.Fail, "did not arrive within 20 min"},
		{"another way", []sim.Action{on("mail1", "postconf -e 'relayhost = [smtp.hangang-net.kr]:587' 'smtp_sasl_auth_enable = yes' 'smtp_sasl_password_maps = static:${company.id}:${pw}' 'smtp_sasl_security_options = noanonymous' && systemctl reload postfix")}, grader.Fail, "The mail went through Mail relay"},
	})
	run(t, check("mail.delivered", `{sender: postbox@moa-mail.com, recipient: "${staff.user}@${domain}"}`), []trial{
		{"twice", []sim.Action{on("mail1", `echo '\${staff.user}, /home/${staff.user}/copy' > /home/${staff.user}/.forward; chown ${staff.user} /home/${staff.user}/.forward`)}, grader.Fail, "arrived 2 times"},
	})
	run(t, check("mail.delivered", `{sender: "${staff.user}@${domain}", recipient: postbox@moa-mail.com, tls: true}`), []trial{{"not encrypted", nil, grader.Fail, "not encrypted"}})
}

func TestRejected(t *testing.T) {
	run(t, check("mail.rejected", `{from: outside, server: mail1, sender: x@outside.example, to: "ghost@${domain}", code: "550", stage: rcpt, no_bounce: postbox@moa-mail.com}`), []trial{
		{"as it is", nil, grader.Pass, "refuses it: 550"},
		{"stopped is not refused", []sim.Action{on("mail1", "systemctl stop postfix")}, grader.Fail, "does not answer"},
		{"another code", []sim.Action{on("mail1", "postconf -e 'unknown_local_recipient_reject_code = 450' && systemctl reload postfix")}, grader.Fail, "another code"},
		{"taken", []sim.Action{on("mail1", "postconf -e 'local_recipient_maps =' 'luser_relay = postbox@moa-mail.com' && systemctl reload postfix")}, grader.Fail, "accepts a mail"},
	})
}

func TestNoRelay(t *testing.T) {
	spec := `{server: mail1, domain: "${domain}", from: [outside, isp-ns, moa-ns], victim: postbox@moa-mail.com,
     delivered: {sender: "${staff.user}@${domain}", recipient: postbox@moa-mail.com}, inbound: {sender: postbox@moa-mail.com, recipient: "${staff.user}@${domain}"}}`
	run(t, check("mail.no_relay", spec), []trial{
		{"as it is", nil, grader.Pass, ""},
		{"open to all", []sim.Action{on("mail1", "postconf -e 'mynetworks = 0.0.0.0/0' && systemctl reload postfix")}, grader.Fail, "A stranger (outside), Name server (isp-ns), Name server (moa-ns): accepted: "},
		{"open to the provider", []sim.Action{on("mail1", "postconf -e 'mynetworks = 127.0.0.0/8 203.0.113.0/24 192.0.2.0/24' && systemctl reload postfix")}, grader.Fail, "A stranger (outside), Name server (moa-ns): nothing accepted"},
		{"stopped", []sim.Action{on("mail1", "systemctl stop postfix")}, grader.Fail, "legitimate mail"},
		{"closed to all", []sim.Action{on("mail1", "postconf -e 'mynetworks = 127.0.0.0/8' && systemctl reload postfix")}, grader.Fail, "legitimate mail"},
	})
}

func TestMailbox(t *testing.T) {
	for _, proto := range []string{"pop3", "imap"} {
		run(t, check("mailbox.read", `{box: "${staff.user}@${domain}", sender: postbox@moa-mail.com, proto: `+proto+`}`), []trial{
			{proto, nil, grader.Pass, "can be read"},
			{proto + " stopped", []sim.Action{on("mail1", "systemctl stop dovecot")}, grader.Fail, "cannot read"},
			{proto + " closed", []sim.Action{on("mail1", "iptables -A INPUT -p tcp -m multiport --dports 110,143 -j DROP")}, grader.Fail, "cannot read"},
			{proto + " nothing comes in", []sim.Action{on("mail1", "iptables -A INPUT -p tcp --dport 25 ! -s 203.0.113.0/24 -j DROP")}, grader.Fail, "is not in it"},
		})
	}
}

func TestAuth(t *testing.T) {
	zone := func(record string) sim.Action {
		return on("ns1", `sed -i 's/v=spf1 mx -all/`+record+`/; s/2026022801/2026030201/' /etc/bind/db.${domain} && rndc reload`)
	}
	run(t, check("mail.auth", `{sender: "${staff.user}@${domain}", recipient: postbox@moa-mail.com, spf: pass, forged: [outside, isp-mail], after: 2h}`), []trial{
		{"as it is", nil, grader.Pass, "SPF says pass"},
		{"another way to say it", []sim.Action{zone("v=spf1 ip4:203.0.113.0\\/24 ~all")}, grader.Pass, ""},
		{"everybody", []sim.Action{zone("v=spf1 +all")}, grader.Fail, "lets a stranger send"},
		{"everybody in halves", []sim.Action{zone("v=spf1 ip4:0.0.0.0\\/1 ip4:128.0.0.0\\/1 -all")}, grader.Fail, "lets a stranger send"},
		{"nobody", []sim.Action{zone("v=spf1 -all")}, grader.Fail, "SPF says fail"},
		{"a mistake", []sim.Action{zone("v=spf1 mxx -all")}, grader.Fail, "SPF says permerror"},
		{"no record", []sim.Action{zone("hello")}, grader.Fail, "SPF says none"},
		{"no mail", []sim.Action{on("mail1", "systemctl stop postfix")}, grader.Fail, "could not hand"},
	})
}
