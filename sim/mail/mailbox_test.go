package mail

import (
	"net/netip"
	"testing"
	"time"
)

func TestMailboxFiles(t *testing.T) {
	at := time.Date(2026, 11, 21, 22, 49, 28, 123456000, time.UTC)
	if got := MaildirTemp(at, 662, "mail.example.net"); got != "1795301368.P662.mail.example.net" {
		t.Error(got)
	}
	if got := MaildirName(at, 0x801, 0x2a, "a/b:c"); got != `1795301368.V801I2aM123456.a\057b\072c` {
		t.Error(got)
	}
	m := ParseMessage([]byte("Subject: x\n\nFrom me\nto you\n"))
	if got := string(MboxEntry("", at, m)); got != "From MAILER-DAEMON  Sat Nov 21 22:49:28 2026\nSubject: x\n\n>From me\nto you\n\n" {
		t.Errorf("%q", got)
	}
}

func TestBlockListNames(t *testing.T) {
	for addr, want := range map[string]string{
		"203.0.113.68":     "68.113.0.203.bl.example.org",
		"2001:db8::1":      "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example.org",
		"::ffff:192.0.2.1": "1.2.0.192.bl.example.org",
	} {
		if got := DNSBLName(netip.MustParseAddr(addr), "bl.example.org"); got != want {
			t.Errorf("%s: %s", addr, got)
		}
	}
	f, err := ParseDNSBLFilter("127.0.0.[2;4..11]")
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]bool{"127.0.0.2": true, "127.0.0.3": false, "127.0.0.11": true, "127.0.1.2": false} {
		if f.Match(netip.MustParseAddr(addr)) != want {
			t.Errorf("%s: not %v", addr, want)
		}
	}
	for _, bad := range []string{"", "127.0.0", "127.0.0.[2", "127.0.0.300", "a.b.c.d"} {
		if _, err := ParseDNSBLFilter(bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}
