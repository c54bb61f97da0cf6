package mail

import (
	"strings"
	"testing"
)

// Replies as Postfix 3.7.11 gave them.
func TestEnvelopeCommands(t *testing.T) {
	rules := Rules{SMTPUTF8: true}
	cases := []struct{ line, want string }{
		{"MAIL FROM:<alice@example.com>", "alice@example.com"},
		{"MAIL FROM: alice@example.com", "alice@example.com"},
		{"mail from:<>", ""},
		{"MAIL FROM:<alice@example.com> SIZE=2000000 BODY=8BITMIME", "alice@example.com"},
		{"MAIL FROM:<@a.example,@b.example:carol@c.example>", "carol@c.example"},
		{`MAIL FROM:<"a b"@example.com> RET=HDRS ENVID=q+2B1`, "a b@example.com"},
		{"MAIL FROM:<alice@[192.0.2.1]>", "alice@[192.0.2.1]"},
		{"MAIL FROM:<alice@[IPv6:2001:db8::1]>", "alice@[IPv6:2001:db8::1]"},
		{"MAIL FROM:<alice@example.com.>", "alice@example.com."},
		{"MAIL", "501 5.5.4 Syntax: MAIL FROM:<address>"},
		{"MAIL alice@example.com", "501 5.5.4 Syntax: MAIL FROM:<address>"},
		{"MAIL FROM:", "501 5.5.4 Syntax: MAIL FROM:<address>"},
		{"MAIL FROM:<alice@example.com", "501 5.1.7 Bad sender address syntax"},
		{"MAIL FROM:<alice@x@example.com>", "alice@x@example.com"},
		{"RCPT TO:<@example.net>", "@example.net"},
		{"MAIL FROM:<alice@>", "501 5.1.7 Bad sender address syntax"},
		{"MAIL FROM:<alice@exa_mple..com>", "501 5.1.7 Bad sender address syntax"},
		{"MAIL FROM:<alice@[300.1.1.1]>", "501 5.1.7 Bad sender address syntax"},
		{"MAIL FROM:<a@b.c> SIZE=x", "501 5.5.4 Bad message size syntax"},
		{"MAIL FROM:<a@b.c> SIZE=99999999999999999999", "552 5.3.4 Message size exceeds file system imposed limit"},
		{"MAIL FROM:<a@b.c> FOO=bar", "555 5.5.4 Unsupported option: FOO=bar"},
		{"MAIL FROM:<a@b.c> AUTH=<>", "555 5.5.4 Unsupported option: AUTH=<>"},
		{"MAIL FROM:<a@b.c> RET=SOME", "501 5.5.4 Bad RET parameter syntax"},
		{"MAIL FROM:<a@b.c> ENVID=+zz", "501 5.5.4 Bad ENVID parameter syntax"},
		{"RCPT TO:<bob@example.net>", "bob@example.net"},
		{"RCPT TO:<bob>", "bob"},
		{"RCPT TO:<victim%example.org@example.net>", "victim%example.org@example.net"},
		{"RCPT bob@example.net", "501 5.5.4 Syntax: RCPT TO:<address>"},
		{"RCPT TO:<>", "501 5.1.3 Bad recipient address syntax"},
		{"RCPT TO:<bob@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x@y", "bob@example.net"},
		{"RCPT TO:<bob@example.net> NOTIFY=NEVER,DELAY", "501 5.5.4 Error: Bad NOTIFY parameter syntax"},
		{"RCPT TO:<bob@example.net> ORCPT=x", "501 5.5.4 Error: Bad ORCPT parameter syntax"},
	}
	for _, c := range cases {
		cmd, ok := ParseCommand(c.line)
		if !ok {
			t.Errorf("%s: no command", c.line)
			continue
		}
		got := ""
		if cmd.Verb == "MAIL" {
			a, r := ParseMail(cmd, rules)
			if got = a.From.Internal(); r.Code != 0 {
				got = r.String()
			}
		} else {
			a, r := ParseRcpt(cmd, rules)
			if got = a.To.Internal(); r.Code != 0 {
				got = r.String()
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
	}
	if _, ok := ParseCommand("  \r\n"); ok {
		t.Error("a blank line is no command")
	}
	strict := Rules{StrictRFC821: true}
	cmd, _ := ParseCommand("MAIL FROM: a@b.c")
	if _, r := ParseMail(cmd, strict); r.Code != 501 {
		t.Error("strict_rfc821_envelopes wants <>")
	}
}

func TestReplies(t *testing.T) {
	r := NewReply(554, "5.7.1 <a@b>: Relay access denied")
	if r.Wire() != "554 5.7.1 <a@b>: Relay access denied\r\n" || r.String() != "554 5.7.1 <a@b>: Relay access denied" {
		t.Error(r.Wire())
	}
	ehlo := Reply{Code: 250, Lines: []string{"mail.example.net", "PIPELINING", "SIZE 1000000"}}
	if got := ehlo.Wire(); got != "250-mail.example.net\r\n250-PIPELINING\r\n250 SIZE 1000000\r\n" {
		t.Errorf("%q", got)
	}
	for _, wire := range []string{r.Wire(), ehlo.Wire(), "450-4.7.1 a\r\n450 4.7.1 b\r\n", "250\r\n"} {
		p, err := ParseReply(wire)
		if err != nil {
			t.Errorf("%q: %v", wire, err)
		} else if again, _ := ParseReply(p.Wire()); again.String() != p.String() {
			t.Errorf("%q: %q", wire, again)
		}
	}
	for _, bad := range []string{"", "hello", "99 x", "250_x", "250-a\r\n", "250 a\r\n250 b", "650 x"} {
		if _, err := ParseReply(bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}

func TestAddressForms(t *testing.T) {
	for in, want := range map[string]RouteForm{
		"bob@example.net": NoRoute, "victim%example.org@example.net": PercentHack, "example.org!victim@example.net": BangPath,
		`"victim@example.org"@example.net`: AtInLocal,
	} {
		a, err := ParseMailbox(in)
		if err != nil || a.RouteForm() != want {
			t.Errorf("%s: %v %v", in, a.RouteForm(), err)
		}
		if again, err := ParseMailbox(a.String()); err != nil || again != a {
			t.Errorf("%s prints as %s: %v", in, a, err)
		}
	}
}

func FuzzCommand(f *testing.F) {
	for _, s := range []string{`MAIL FROM:<"a\"b"@c> SIZE=1`, "RCPT TO:<a@b> ORCPT=rfc822;a+2Bb", "rcpt to:<<a>>", `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		cmd, ok := ParseCommand(line)
		if !ok {
			return
		}
		m, r := ParseMail(cmd, Rules{Auth: true})
		if r.Code == 0 && !m.From.IsNull() {
			if again, err := ParseMailbox(m.From.String()); err != nil || again != m.From {
				t.Errorf("%q: %q does not read back: %v", line, m.From.String(), err)
			}
		}
		ParseRcpt(cmd, Rules{})
		_, _ = ParseReply(line)
		_, _ = ParseAddressList(line)
		if strings.ContainsAny(r.Wire(), "\x00") {
			return
		}
	})
}
