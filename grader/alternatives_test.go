package grader_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"mxlab/scenarios"
	"mxlab/sim"
)

// fill replaces ${name} and ${name+N} by a student's parameters.
func fill(v scenarios.Values, s string) string {
	return os.Expand(s, func(ref string) string {
		name, plus, sum := strings.Cut(ref, "+")
		switch {
		case ref == "$": // $$ is a plain $
			return ref
		case !sum:
			return v[name]
		}
		n, _ := strconv.Atoi(v[name])
		d, _ := strconv.Atoi(plus)
		return strconv.Itoa(n + d)
	})
}

// What counts is what the network does: a repair that differs from the
// reference solution gets full marks too.
func TestOtherRightRepairs(t *testing.T) {
	lib := sim.NewLibrary()
	for _, c := range []struct{ name, scenario, on, run string }{
		{"an exception before the rule", "receive-only", "mail1", "iptables -I OUTPUT -p tcp --dport 25 -j ACCEPT; netfilter-persistent save"},
		{"for Postfix alone", "receive-only", "mail1", "iptables -I OUTPUT -p tcp --dport 25 -m owner --uid-owner postfix -j ACCEPT; iptables-save > /etc/iptables/rules.v4"},
		{"the file first", "receive-only", "mail1", "sed -i '/OUTPUT.*--dport 25 /d' /etc/iptables/rules.v4; netfilter-persistent restart"},
		{"a user's own chain", "receive-only", "mail1", "iptables -N out; iptables -A out -p tcp --dport 25 -j ACCEPT; iptables -I OUTPUT -j out; netfilter-persistent save"},

		{"ufw", "port53-blocked", "ns1", "ufw allow 53; ufw --force enable"},
		{"new connections only", "port53-blocked", "ns1", "iptables -I INPUT -p ${fault.lost} --dport domain -m conntrack --ctstate NEW -j ACCEPT; netfilter-persistent save"},
		{"both protocols, written by hand", "port53-blocked", "ns1", "sed -i 's/^COMMIT/-A INPUT -p tcp --dport 53 -j ACCEPT\\n-A INPUT -p udp --dport 53 -j ACCEPT\\nCOMMIT/' /etc/iptables/rules.v4; iptables-restore /etc/iptables/rules.v4"},

		{"by address in place of interface", "home-port-forward", "home-gw", "iptables -t nat -I PREROUTING -d 203.0.113.${wan} -p tcp --dport 25 -j DNAT --to-destination ${server}; iptables -I FORWARD -d ${server} -p tcp --dport 25 -j ACCEPT; netfilter-persistent save"},
		{"in the file", "home-port-forward", "home-gw", "sed -i 's/--to-destination .*/--to-destination ${server}:25/; s/-d ${old}.32\\(.*\\)--dport [0-9]*/-d ${server}\\1--dport 25/' /etc/iptables/rules.v4; netfilter-persistent reload"},

		{"an init script's verb", "receive-only", "mail1", "iptables -I OUTPUT -p tcp --dport smtp -j ACCEPT; service netfilter-persistent save"},
		{"another name and preference", "mx-missing", "ns1", "printf 'tour MX 0 post\\npost A 203.0.113.${b+4}\\ntour TXT \"v=spf1 ip4:203.0.113.${b+4} ~all\"\\n' >> /var/named/${domain}.zone; rndc reload ${domain}"},
		{"a zone of its own", "mx-missing", "ns1", "sed -i 's/^tour.*/tour NS ns1/' /var/named/${domain}.zone; printf '$$TTL 300\\n@ SOA ns1.${domain}. root 1 3600 900 1209600 300\\n NS ns1.${domain}.\\n A 203.0.113.${b+3}\\n MX 10 mail.${domain}.\\n TXT \"v=spf1 mx -all\"\\n' > /var/named/tour.zone; " +
			"printf 'zone \"tour.${domain}\" { type master; file \"tour.zone\"; };\\n' >> /etc/named.conf; systemctl reload named"},
		{"line ends of Windows", "named-conf-typo", "ns1", "sed -i 's/any }/any; }/; s/$/\\r/' /etc/bind/named.conf.options; service named start"},
		{"in a view", "named-conf-typo", "ns1", "sed -i 's/any }/any; }/' /etc/bind/named.conf.options; printf 'view all { match-clients { any; }; zone \"${domain}\" { type master; file \"/etc/bind/db.${domain}\"; }; };\\n' > /etc/bind/named.conf.local; sed -i '/default-zones/d' /etc/bind/named.conf; systemctl start named"},
		{"the relay by a transport for all others", "port25-blocked", "mail1", "printf '* smtp:[smtp.hangang-net.kr]:587\\n${domain} :\\n' > /etc/postfix/transport; postmap /etc/postfix/transport; postconf -e 'transport_maps = hash:/etc/postfix/transport' 'smtp_sasl_auth_enable = yes' 'smtp_sasl_password_maps = static:${company.id}:${pw}' 'smtp_sasl_security_options ='; postfix reload"},
		{"the relay for the company's senders", "port25-blocked", "mail1", "printf '@${domain} [smtp.hangang-net.kr]:submission\\n' > /etc/postfix/by; postconf -e 'sender_dependent_relayhost_maps = texthash:/etc/postfix/by' 'smtp_sasl_auth_enable = yes' 'smtp_sasl_password_maps = static:${company.id}:${pw}' 'smtp_sasl_security_options ='; postfix reload"},
		{"a transfer in spite of the serial", "serial-not-raised", "ns2", "rndc retransfer ${domain}"},
		{"a serial far ahead", "serial-not-raised", "ns1", "sed -i 's/${edit.serial}/4000000000/' /etc/bind/db.${domain}; kill -HUP $$(cat /run/named/named.pid)"},

		{"ufw", "iptables-flush", "mail1", "ufw allow 25/tcp; for p in 22 110 143; do ufw allow from 203.0.113.${b}/28 to any port $$p proto tcp; done; ufw default deny outgoing; ufw allow out 53; ufw allow out 25/tcp; ufw --force enable"},
		{"a set of rules restored at once", "iptables-flush", "mail1", "printf '%s\\n' '*filter' ':INPUT DROP' ':FORWARD DROP' ':OUTPUT DROP' '-A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT' '-A INPUT -p icmp -j ACCEPT' '-A INPUT -p tcp --dport smtp -j ACCEPT' " +
			"'-A INPUT -p tcp -s 203.0.113.${b}/28 -m multiport --dports ssh,pop3,imap2 -j ACCEPT' '-A OUTPUT -m state --state ESTABLISHED,RELATED -j ACCEPT' '-A OUTPUT -p udp --dport 53 -j ACCEPT' '-A OUTPUT -p tcp -m multiport --dports 53,25 -j ACCEPT' COMMIT > /etc/iptables/rules.v4; iptables-restore < /etc/iptables/rules.v4"},
	} {
		t.Run(c.scenario+" "+c.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				r := grade(t, subject(t, lib, c.scenario, seed, func(d *scenarios.Drawn) []sim.Action {
					return []sim.Action{{On: c.on, Run: fill(d.Values, c.run)}}
				}))
				if r.Score != 100 {
					t.Errorf("seed %d: %g points", seed, r.Score)
					for _, it := range r.Items {
						t.Logf("%s: %s: %s", it.ID, it.Status, it.Rationale.EN)
					}
				}
			}
		})
	}
}

// A name of its own for the IPv6 address is as good as the old name.
func TestAnotherNameForTheIPv6Address(t *testing.T) {
	r := grade(t, subject(t, sim.NewLibrary(), "ipv6-no-ptr", 1, func(d *scenarios.Drawn) []sim.Action {
		return []sim.Action{
			{On: "ns1", Run: fill(d.Values, "printf 'mail6\\tIN\\tAAAA\\t${six6}\\n' >> /etc/bind/db.${domain}; rndc reload")},
			{Portal: "isp", Request: "set-ptr", With: map[string]string{"address": d.Values["six6"], "name": "mail6." + d.Values["domain"]}},
		}
	}))
	if r.Score != 100 {
		t.Errorf("%g points: %+v", r.Score, r.Items)
	}
}
