package mail

import (
	"bufio"
	"bytes"
	"net/netip"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// The header Postfix 3.7.11 wrote for mail from another MTA.
func TestReceivedField(t *testing.T) {
	at := time.Date(2026, 11, 21, 22, 47, 10, 0, time.UTC)
	r := Received{Helo: "mail.example.com", ClientName: "mail.example.com", ClientAddr: netip.MustParseAddr("203.0.113.25"),
		By: "mail.example.net", With: "ESMTP", QueueID: "A9428A78034", For: "bob@example.net", At: at}
	want := "from mail.example.com (mail.example.com [203.0.113.25])\n" +
		"\tby mail.example.net (Postfix) with ESMTP id A9428A78034\n" +
		"\tfor <bob@example.net>; Sat, 21 Nov 2026 22:47:10 +0000 (UTC)"
	if got := r.Field().Value; got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
	r.For, r.ClientAddr = "", netip.MustParseAddr("2001:db8::1")
	want = "from mail.example.com (mail.example.com [IPv6:2001:db8::1])\n" +
		"\tby mail.example.net (Postfix) with ESMTP id A9428A78034;\n\tSat, 21 Nov 2026 22:47:10 +0000 (UTC)"
	if got := r.Field().Value; got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
	p := ParseReceived(r.Field().Unfolded())
	if p.From != "mail.example.com" || p.By != "mail.example.net" || p.ID != "A9428A78034" || p.With != "ESMTP" ||
		p.FromComment != "mail.example.com [IPv6:2001:db8::1]" || !strings.HasPrefix(p.Date, "Sat, 21 Nov") {
		t.Errorf("%+v", p)
	}
}

// Message of 299 octets in mailq: the size counts queue file records.
func TestQueueSize(t *testing.T) {
	at := time.Date(2026, 11, 21, 22, 48, 18, 0, time.UTC)
	m := Compose("alice@example.com", "bob@example.net", "deferred-refused", "Hello.", time.Time{})
	m.Prepend(LocalReceived("mail.example.com", "", 0, "572CAA78043", at))
	m.Append(Field{"Message-Id", MessageID(at, "572CAA78043", "mail.example.com")}, Field{"Date", FormatDate(at)})
	if got := m.QueueSize(); got != 299 {
		t.Errorf("%d\n%s", got, m.Bytes())
	}
}

func TestParseMessage(t *testing.T) {
	m := ParseMessage([]byte("From: a\r\nSubject: one\r\n two\r\nX-Empty:\r\n\r\nbody\r\n.dot\r\n"))
	if v, _ := m.Get("subject"); v != "one two" {
		t.Error(v)
	}
	if string(m.Body) != "body\n.dot\n" {
		t.Errorf("%q", m.Body)
	}
	m.Delete("FROM")
	if got := string(m.Bytes()); got != "Subject: one\n two\nX-Empty:\n\nbody\n.dot\n" {
		t.Errorf("%q", got)
	}
	if m := ParseMessage([]byte("no header here\n")); len(m.Header) != 0 || string(m.Body) != "no header here\n" {
		t.Errorf("%+v", m)
	}
}

func TestDotStuffing(t *testing.T) {
	for _, in := range []string{"", "a\n", ".\n", "..a\n\n.b\n", "x\n.\ny\n"} {
		wire := DotStuff([]byte(in))
		got, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(wire))).ReadDotBytes()
		if err != nil || string(got) != in {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
}

func TestKoreanSubject(t *testing.T) {
	long := strings.Repeat("메일 서버가 응답하지 않습니다. ", 6)
	m := Compose("a@example.com", "b@example.net", long, "본문", time.Time{})
	raw := m.Header[2].Value
	for _, line := range strings.Split(raw, "\n") {
		if len(line) > 80 || !isASCII(line) {
			t.Errorf("%q", line)
		}
	}
	v, _ := m.Get("Subject")
	if got := DecodeHeader(v); got != long {
		t.Errorf("%q", got)
	}
	if got := DecodeHeader("=?EUC-KR?B?vsiz58fPvLy/5A==?="); got != "안녕하세요" {
		t.Errorf("%q", got)
	}
	if got := Compose("a\nBcc: x", "b", "s", "t", time.Time{}); bytes.Contains(got.Bytes(), []byte("\nBcc")) {
		t.Error("a line end in a value must not make a new field")
	}
}

func TestAddressLists(t *testing.T) {
	cases := map[string]string{
		`Alice <alice@example.com>, "Kim, Bob" <bob@example.net>`: "alice@example.com bob@example.net",
		"bob, Carol <carol>":                      "bob carol",
		"friends: a@x.example, b@y.example;":      "a@x.example b@y.example",
		"=?utf-8?B?6rmA?= <kim@example.net> (hi)": "kim@example.net",
	}
	for in, want := range cases {
		list, err := ParseAddressList(in)
		var got []string
		for _, a := range list {
			got = append(got, a.Internal())
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %v %v", in, got, err)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add([]byte("A: b\n c\n\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		once := ParseMessage(data).Bytes()
		if twice := ParseMessage(once).Bytes(); !bytes.Equal(once, twice) && !bytes.Contains(data, []byte("\r")) {
			t.Errorf("%q then %q", once, twice)
		}
		ParseReceived(string(data))
	})
}
