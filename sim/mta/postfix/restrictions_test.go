package postfix

import (
	"errors"
	"io/fs"
	"net/netip"
	"strings"
	"testing"

	"mxlab/sim/mail"
)

// lab is a host with files and a DNS in presentation form.
type lab struct {
	cfg   *Config
	sys   *System
	log   []string
	users string
}

func newLab(t *testing.T, mainCF, dns string, files map[string]string) *lab {
	t.Helper()
	m, diags := ParseMainCF("/etc/postfix/main.cf", []byte(mainCF))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	l := &lab{cfg: NewConfig(m, nil, testHost()), users: " bob carol root "}
	l.sys = &System{
		ReadFile: func(path string) (File, error) {
			if text, ok := files[path]; ok {
				return File{Data: []byte(text)}, nil
			}
			return File{}, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
		DNS: zone(dns),
		User: func(n string) (User, bool) {
			return User{Name: n, Home: "/home/" + n, UID: 1000, GID: 1000}, strings.Contains(l.users, " "+n+" ")
		},
		Policy: func(string, string) (string, error) { return "", errors.New("refused") },
		Log:    func(d Diagnostic) { l.log = append(l.log, d.String()) },
	}
	return l
}

// zone answers from lines "name TYPE data"; "name TEMP" fails for now.
func zone(text string) mail.LookupFunc {
	return func(name string, rr mail.RRType) mail.DNSAnswer {
		out := mail.DNSAnswer{Outcome: mail.DNSNotFound}
		for _, line := range strings.Split(text, "\n") {
			f := strings.SplitN(strings.TrimSpace(line), " ", 3)
			if len(f) < 2 || !strings.EqualFold(f[0], name) {
				continue
			}
			if f[1] == "TEMP" {
				return mail.DNSAnswer{Outcome: mail.DNSTempFail}
			}
			if out.Outcome == mail.DNSNotFound {
				out.Outcome = mail.DNSNoData
			}
			if f[1] != string(rr) {
				continue
			}
			out.Outcome = mail.DNSFound
			rec := mail.DNSRecord{Text: f[2], Host: f[2]}
			if ip, err := netip.ParseAddr(f[2]); err == nil {
				rec.Addr = ip
			}
			if rr == mail.TypeMX {
				pref, host, _ := strings.Cut(f[2], " ")
				rec.Preference, rec.Host = uint16(len(pref)), host
			}
			out.Records = append(out.Records, rec)
		}
		return out
	}
}

func session() Session {
	return Session{
		Client: Client{Addr: netip.MustParseAddr("203.0.113.100"), Name: "client.example.com", Reverse: "client.example.com"},
		Helo:   "client.example.com", Protocol: "ESMTP", Sender: "alice@example.com", HasSender: true, Recipient: "bob@example.net",
	}
}

const base = `compatibility_level = 3.6
myhostname = mail.example.net
mydomain = example.net
mydestination = $myhostname, $mydomain, localhost
mynetworks = 127.0.0.0/8
inet_protocols = ipv4
alias_maps = texthash:/etc/aliases
alias_database =
`

const testDNS = `example.com MX 10 mail.example.com
mail.example.com A 203.0.113.25
client.example.com A 203.0.113.100
www.lame.com TEMP
nullmx.example.net MX 0 .
68.113.0.203.bl.example.org A 127.0.0.2
68.113.0.203.bl.example.org TXT Listed in the lab block list, see http://bl.example.org/203.0.113.68
backup.example MX 10 primary.example
backup.example MX 200 mail.example.net
primary.example A 192.0.2.1
mail.example.net A 198.51.100.25
`

// The replies are those Postfix 3.7.11 gave.
func TestRecipientReplies(t *testing.T) {
	unknown := Client{Addr: netip.MustParseAddr("203.0.113.66"), Name: "unknown", NameStatus: PeerPerm, Reverse: "unknown", ReverseStatus: PeerPerm}
	spammer := Client{Addr: netip.MustParseAddr("203.0.113.68"), Name: "unknown", NameStatus: PeerForged, Reverse: "spammer.example.com"}
	cases := []struct {
		name, conf string
		change     func(*Session)
		want       string // empty: accepted
	}{
		{"local user", "", nil, ""},
		{"unknown user", "", func(s *Session) { s.Recipient = "nobody1@example.net" },
			"550 5.1.1 <nobody1@example.net>: Recipient address rejected: User unknown in local recipient table"},
		{"relay", "", func(s *Session) { s.Recipient = "someone@example.org" },
			"454 4.7.1 <someone@example.org>: Relay access denied"},
		{"relay, default reject", "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination", func(s *Session) { s.Recipient = "someone@example.org" },
			"554 5.7.1 <someone@example.org>: Relay access denied"},
		{"percent hack", "smtpd_relay_restrictions = reject_unauth_destination", func(s *Session) { s.Recipient = "victim%example.org@example.net" },
			"554 5.7.1 <victim%example.org@example.net>: Relay access denied"},
		{"quoted hack", "smtpd_relay_restrictions = reject_unauth_destination", func(s *Session) { s.Recipient = "victim@example.org@example.net" },
			"554 5.7.1 <victim@example.org@example.net>: Relay access denied"},
		{"bang path", "smtpd_relay_restrictions = reject_unauth_destination", func(s *Session) { s.Recipient = "example.org!victim" },
			"554 5.7.1 <example.org!victim>: Relay access denied"},
		{"own literal", "", func(s *Session) { s.Recipient = "bob@[198.51.100.25]" }, ""},
		{"foreign literal", "smtpd_relay_restrictions = reject_unauth_destination", func(s *Session) { s.Recipient = "bob@[203.0.113.9]" },
			"554 5.7.1 <bob@[203.0.113.9]>: Relay access denied"},
		{"bare postmaster", "", func(s *Session) { s.Recipient = "postmaster" }, ""},
		{"bare user", "", func(s *Session) { s.Recipient = "bob" }, ""},
		{"bare user, foreign origin", "myorigin = example.org", func(s *Session) { s.Recipient = "bob" }, "454 4.7.1 <bob>: Relay access denied"},
		{"short domain", "append_dot_mydomain = yes", func(s *Session) { s.Recipient = "bob@localhost" }, "454 4.7.1 <bob@localhost>: Relay access denied"},
		{"trusted network", "mynetworks = 203.0.113.0/24", func(s *Session) { s.Recipient = "someone@example.org" }, ""},
		{"logged in", "", func(s *Session) { s.Recipient, s.SASLUser, s.SASLActive = "someone@example.org", "bob", true }, ""},
		{"no PTR", "smtpd_client_restrictions = reject_unknown_reverse_client_hostname", func(s *Session) { s.Client = unknown },
			"450 4.7.1 Client host rejected: cannot find your reverse hostname, [203.0.113.66]"},
		{"PTR mismatch", "smtpd_client_restrictions = reject_unknown_client_hostname", func(s *Session) { s.Client = spammer },
			"450 4.7.25 Client host rejected: cannot find your hostname, [203.0.113.68]"},
		{"block list", "smtpd_client_restrictions = reject_rbl_client bl.example.org", func(s *Session) { s.Client = spammer },
			"554 5.7.1 Service unavailable; Client host [203.0.113.68] blocked using bl.example.org; Listed in the lab block list, see http://bl.example.org/203.0.113.68"},
		{"block list, other answer", "smtpd_client_restrictions = reject_rbl_client bl.example.org=127.0.0.[4..11]", func(s *Session) { s.Client = spammer }, ""},
		{"HELO syntax", "smtpd_helo_restrictions = reject_invalid_helo_hostname", func(s *Session) { s.Helo = "bad_host!" },
			"501 5.5.2 <bad_host!>: Helo command rejected: Invalid name"},
		{"HELO not FQDN", "smtpd_helo_restrictions = reject_non_fqdn_helo_hostname", func(s *Session) { s.Helo = "client" },
			"504 5.5.2 <client>: Helo command rejected: need fully-qualified hostname"},
		{"HELO unknown", "smtpd_helo_restrictions = reject_unknown_helo_hostname", func(s *Session) { s.Helo = "nosuch.example.com" },
			"450 4.7.1 <nosuch.example.com>: Helo command rejected: Host not found"},
		{"sender domain", "smtpd_sender_restrictions = reject_unknown_sender_domain", func(s *Session) { s.Sender = "alice@nosuchdomain.com" },
			"450 4.1.8 <alice@nosuchdomain.com>: Sender address rejected: Domain not found"},
		{"sender domain, SERVFAIL", "smtpd_sender_restrictions = reject_unknown_sender_domain", func(s *Session) { s.Sender = "alice@www.lame.com" },
			"450 4.1.8 <alice@www.lame.com>: Sender address rejected: Domain not found"},
		{"sender not FQDN", "smtpd_sender_restrictions = reject_non_fqdn_sender", func(s *Session) { s.Sender = "alice" },
			"504 5.5.2 <alice>: Sender address rejected: need fully-qualified address"},
		{"recipient not FQDN", "smtpd_recipient_restrictions = reject_non_fqdn_recipient", func(s *Session) { s.Recipient = "bob" },
			"504 5.5.2 <bob>: Recipient address rejected: need fully-qualified address"},
		{"null MX sender", "smtpd_sender_restrictions = reject_unknown_sender_domain", func(s *Session) { s.Sender = "a@nullmx.example.net" },
			"550 5.7.27 <a@nullmx.example.net>: Sender address rejected: Domain nullmx.example.net does not accept mail (nullMX)"},
		{"misspelt", "smtpd_client_restrictions = permit_mynetworks, reject_unknwon_client", nil, "451 4.3.5 Server configuration error"},
		{"bad network", "mynetworks = 127.0.0.0/8 203.0.113.5/24\nsmtpd_client_restrictions = permit_mynetworks", nil,
			"451 4.3.0 <client.example.com[203.0.113.100]>: Temporary lookup failure"},
		{"policy server down", "smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service inet:127.0.0.1:10023", nil,
			"451 4.3.5 <bob@example.net>: Recipient address rejected: Server configuration problem"},
		{"access table", "smtpd_sender_restrictions = check_sender_access texthash:/etc/postfix/access", nil,
			"554 5.7.1 <alice@example.com>: Sender address rejected: no spam"},
		{"access by network", "smtpd_client_restrictions = texthash:/etc/postfix/clients", nil,
			"550 5.7.1 <client.example.com[203.0.113.100]>: Client host rejected: go away"},
		{"access parents", "smtpd_client_restrictions = check_client_access texthash:/etc/postfix/domains", nil,
			"450 4.7.1 <client.example.com[203.0.113.100]>: Client host rejected: later"},
		{"class", "smtpd_restriction_classes = strict\nstrict = reject_non_fqdn_helo_hostname reject\nsmtpd_sender_restrictions = strict", nil,
			"554 5.7.1 <alice@example.com>: Sender address rejected: Access denied"},
		{"warn_if_reject", "smtpd_sender_restrictions = warn_if_reject reject_unknown_sender_domain, permit", func(s *Session) { s.Sender = "a@nosuchdomain.com" }, ""},
		{"defer_if_permit stays", "smtpd_client_restrictions = defer_if_permit", nil,
			"450 4.7.0 <client.example.com[203.0.113.100]>: Client host rejected: defer_if_permit requested"},
		{"missing table", "smtpd_client_restrictions = check_client_access hash:/etc/postfix/nosuch", nil,
			"451 4.3.5 <client.example.com[203.0.113.100]>: Client host rejected: Server configuration error"},
		{"backup MX", "smtpd_relay_restrictions = permit_mx_backup reject_unauth_destination", func(s *Session) { s.Recipient = "x@backup.example" }, ""},
		{"not a backup MX", "smtpd_relay_restrictions = permit_mx_backup reject_unauth_destination", func(s *Session) { s.Recipient = "x@example.com" },
			"554 5.7.1 <x@example.com>: Relay access denied"},
		{"class loop", "smtpd_restriction_classes = a\na = a\nsmtpd_sender_restrictions = a", nil, "451 4.3.5 Server configuration error"},
	}
	files := map[string]string{
		"/etc/aliases":         "postmaster root\n",
		"/etc/postfix/access":  "alice@ REJECT no spam\n",
		"/etc/postfix/clients": "203.0.113 550 go away\n",
		"/etc/postfix/domains": "example.com 450 later\n",
	}
	for _, c := range cases {
		l := newLab(t, override(base, c.conf), testDNS, files)
		p, diags := NewSMTPD(l.cfg, l.sys)
		if len(diags) > 0 {
			t.Errorf("%s: %v", c.name, diags)
			continue
		}
		s := session()
		if c.change != nil {
			c.change(&s)
		}
		d := p.NewChecker().Rcpt(s)
		got := ""
		if d.Verdict == Reject {
			got = d.Reply.String()
		}
		if got != c.want {
			t.Errorf("%s: %q\nwant %q\nlog %q\nsteps %+v", c.name, got, c.want, l.log, d.Steps)
		}
	}
}

// override puts extra settings after the base, dropping the ones they replace.
func override(base, extra string) string {
	var out []string
	for _, line := range strings.Split(base, "\n") {
		name, _, _ := strings.Cut(line, " ")
		if name == "" || !strings.Contains("\n"+extra, "\n"+name+" =") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n") + extra + "\n"
}

func TestRejectIsLogged(t *testing.T) {
	l := newLab(t, base, testDNS, map[string]string{"/etc/aliases": ""})
	p, _ := NewSMTPD(l.cfg, l.sys)
	s := session()
	s.Recipient = "nobody1@example.net"
	d := p.NewChecker().Rcpt(s)
	want := "NOQUEUE: reject: RCPT from client.example.com[203.0.113.100]: 550 5.1.1 <nobody1@example.net>: Recipient address rejected: User unknown in local recipient table; from=<alice@example.com> to=<nobody1@example.net> proto=ESMTP helo=<client.example.com>"
	if len(l.log) != 1 || l.log[0] != want {
		t.Errorf("%q", l.log)
	}
	if d.By.Name != "reject_unlisted_recipient" {
		t.Errorf("decided by %+v", d.By)
	}
}

func TestOpenRelayIsFatal(t *testing.T) {
	for conf, fatal := range map[string]bool{
		"smtpd_relay_restrictions =":                                                                                                 true,
		"smtpd_relay_restrictions = permit_mynetworks permit reject":                                                                 true,
		"smtpd_relay_restrictions = warn_if_reject reject_unauth_destination":                                                        true,
		"smtpd_relay_restrictions = permit_mynetworks defer_unauth_destination":                                                      false,
		"smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = c\nsmtpd_restriction_classes = c\nc = reject_unauth_destination": false,
	} {
		l := newLab(t, override(base, conf), "", nil)
		_, diags := NewSMTPD(l.cfg, l.sys)
		if d, got := FirstFatal(diags); got != fatal {
			t.Errorf("%s: %v %v", conf, got, d)
		}
	}
}

func TestDecisionSaysWhereAndWhy(t *testing.T) {
	l := newLab(t, override(base, "smtpd_relay_restrictions =\n  permit_mynetworks\n  reject_unauth_destination"), testDNS, map[string]string{"/etc/aliases": ""})
	p, _ := NewSMTPD(l.cfg, l.sys)
	s := session()
	s.Recipient = "x@example.org"
	d := p.NewChecker().Rcpt(s)
	if d.By.Name != "reject_unauth_destination" || d.By.Param != "smtpd_relay_restrictions" || d.By.Index != 1 || d.By.Line != 9 {
		t.Errorf("%+v", d.By)
	}
	last := d.Steps[len(d.Steps)-1]
	if last.Verdict != Reject || len(last.Facts) != 1 || last.Facts[0].Kind != FactClass || last.Facts[0].Object != "default" {
		t.Errorf("%+v", last)
	}
}

func FuzzRestrictions(f *testing.F) {
	f.Add("permit_mynetworks, check_client_access texthash:/x, { check_policy_service inet:a:b }", "a@b%c@d")
	f.Fuzz(func(t *testing.T, list, rcpt string) {
		l := newLab(t, base, testDNS, map[string]string{"/x": list})
		l.cfg.Overrides = []Setting{{"smtpd_recipient_restrictions", list}}
		p, diags := NewSMTPD(l.cfg, l.sys)
		if len(diags) > 0 {
			return
		}
		s := session()
		s.Recipient = rcpt
		p.NewChecker().Rcpt(s)
	})
}
