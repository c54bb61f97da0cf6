package postfix

import (
	"fmt"
	"strings"
	"testing"
)

const aliasFile = `postmaster: root
root: bob
list: bob, carol, alice@example.com
owner-list: carol
prog: "|/usr/bin/procmail -a \"x\""
save: /var/mail/archive
staff: :include:/etc/staff
bad: :include:/etc/nosuch
loopa: loopb
loopb: loopa
carol: carol, bob
dup: root, postmaster, bob
inc: :include:/etc/unsafe
`

func localLab(t *testing.T, extra string) (*lab, *Local) {
	t.Helper()
	records, diags := ParseAliases("/etc/aliases", []byte(aliasFile))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	db, _ := BuildIndex("/etc/aliases.db", records)
	files := map[string]string{
		"/etc/aliases.db": string(db), "/etc/staff": "# people\nbob\ncarol\n", "/etc/unsafe": "|/bin/sh\n",
		"/home/carol2/.forward": "\\carol2, x@example.org\n", "/home/dave/.forward": "dave@example.org\n", "/home/eve/.forward+news": "/home/eve/news\n",
	}
	l := newLab(t, override(base, "alias_maps = hash:/etc/aliases\nhome_mailbox = Maildir/\nrecipient_delimiter = +"+extra), testDNS, files)
	l.users += "carol2 dave eve "
	return l, NewLocal(l.cfg, l.sys, NewRouter(l.cfg, l.sys))
}

func show(targets []Target) string {
	var out []string
	for _, t := range targets {
		what := t.Path + t.Command
		switch t.Kind {
		case TargetAddress:
			what = t.Address
		case TargetBounce, TargetDefer:
			what = t.Text
		}
		if t.Owner != "" {
			what += " as " + t.Owner
		}
		out = append(out, fmt.Sprintf("%s %s", t.Kind, what))
	}
	return strings.Join(out, "; ")
}

func TestLocalDelivery(t *testing.T) {
	cases := []struct{ to, want string }{
		{"bob@example.net", "maildir /home/bob/Maildir/"},
		{"Bob@example.net", "maildir /home/bob/Maildir/"},
		{"bob+x@example.net", "maildir /home/bob/Maildir/"},
		{"nobody1@example.net", `bounce unknown user: "nobody1"`},
		{"postmaster@example.net", "maildir /home/bob/Maildir/"},
		{"list@example.net", "maildir /home/bob/Maildir/ as owner-list@mail.example.net; maildir /home/carol/Maildir/ as owner-list@mail.example.net; forward alice@example.com as owner-list@mail.example.net"},
		{"prog@example.net", `command /usr/bin/procmail -a "x"`},
		{"save@example.net", "file /var/mail/archive"},
		{"staff@example.net", "maildir /home/bob/Maildir/; maildir /home/carol/Maildir/"},
		{"bad@example.net", "bounce mail system configuration error"},
		{"loopa@example.net", "bounce alias database loop for loopb"},
		{"carol@example.net", "maildir /home/carol/Maildir/; maildir /home/bob/Maildir/"},
		{"dup@example.net", "maildir /home/bob/Maildir/"},
		{"inc@example.net", "bounce mail to command is restricted"},
		{"carol2@example.net", "maildir /home/carol2/Maildir/; forward x@example.org"},
		{"dave@example.net", "forward dave@example.org"},
		{"eve+news@example.net", "file /home/eve/news"},
	}
	for _, c := range cases {
		_, local := localLab(t, "")
		if got := show(local.Expand(c.to, nil)); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.to, got, c.want)
		}
	}
	_, local := localLab(t, "")
	if got := show(local.Expand("dave@example.net", []string{"dave@example.net"})); got != "bounce mail forwarding loop for dave@example.net" {
		t.Error(got)
	}
	lab, local := localLab(t, "\nluser_relay = root")
	if got := show(local.Expand("nobody1@example.net", nil)); got != "maildir /home/bob/Maildir/" {
		t.Error(got, lab.log)
	}
}

func TestAliasDatabaseMissing(t *testing.T) {
	l := newLab(t, override(base, "alias_maps = hash:/etc/postfix/aliasses"), "", nil)
	local := NewLocal(l.cfg, l.sys, NewRouter(l.cfg, l.sys))
	got := local.Expand("bob@example.net", nil)
	if len(got) != 1 || got[0].Kind != TargetDefer || got[0].Text != "alias database unavailable" {
		t.Errorf("%+v", got)
	}
	want := []string{
		"error: open database /etc/postfix/aliasses.db: No such file or directory",
		"warning: hash:/etc/postfix/aliasses is unavailable. open database /etc/postfix/aliasses.db: No such file or directory",
		"warning: hash:/etc/postfix/aliasses: lookup of 'bob' failed",
	}
	if strings.Join(l.log, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s", strings.Join(l.log, "\n"))
	}
}

func TestVirtualAliases(t *testing.T) {
	l := newLab(t, override(base, `virtual_alias_maps = inline:{ { info@shop.example = bob, carol@example.net }, { @old.example = @new.example }, { a@x.example = b@x.example }, { b@x.example = a@x.example }, { me@x.example = me@x.example, copy@x.example } }
virtual_alias_domains = shop.example
canonical_maps = inline:{ { al@example.net = alice@example.com } }
recipient_delimiter = +`), "", nil)
	r := NewRouter(l.cfg, l.sys)
	c := NewCleanup(l.cfg, l.sys, r)
	for in, want := range map[string]string{
		"info@shop.example":     "bob@mail.example.net carol@example.net",
		"x@old.example":         "x@new.example",
		"info+tag@shop.example": "bob+tag@mail.example.net carol+tag@example.net",
		"me@x.example":          "me@x.example copy@x.example",
		"al@example.net":        "alice@example.com",
		"other":                 "other@mail.example.net",
	} {
		got, _, err := c.Recipients(in)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %v %v, want %s", in, got, err, want)
		}
	}
	if _, _, err := c.Recipients("a@x.example"); err == nil {
		t.Error("a loop must not be accepted")
	}
}

func TestRouting(t *testing.T) {
	cases := []struct{ conf, to, want string }{
		{"", "bob@example.net", "local local mail.example.net"},
		{"", "bob@EXAMPLE.net", "local local mail.example.net"},
		{"", "x@example.org", "default smtp example.org"},
		{"relayhost = [relay.example]:587", "x@example.org", "default smtp [relay.example]:587"},
		{"relayhost = [relay.example]:587", "bob@example.net", "local local mail.example.net"},
		{"relay_domains = example.org", "x@sub.example.org", "relay relay sub.example.org"},
		{"relay_domains = example.org\nparent_domain_matches_subdomains =", "x@sub.example.org", "default smtp sub.example.org"},
		{"relay_domains = example.org\ntransport_maps = inline:{ example.org=smtp:[10.0.0.1] }", "x@example.org", "relay smtp [10.0.0.1]"},
		{"transport_maps = inline:{ .example.org=slow: }", "x@a.example.org", "default slow a.example.org"},
		{"transport_maps = inline:{ *=:[gw] }", "x@a.example.org", "default smtp [gw]"},
		{"virtual_alias_domains = v.example", "x@v.example", "virtual alias error 5.1.1 User unknown in virtual alias table"},
		{"virtual_mailbox_domains = v.example", "x@v.example", "virtual mailbox virtual v.example"},
		{"relocated_maps = inline:{ bob@example.net=bob@new.example }", "bob@example.net", "local error 5.1.6 User has moved to bob@new.example"},
		{"sender_dependent_relayhost_maps = inline:{ a@example.com=[r] }", "x@example.org", "default smtp [r]"},
		{"mydestination = /etc/local-domains, !example.net", "bob@listed.example", "local local mail.example.net"},
		{"", "bob%example.org@example.net", "default smtp example.org"},
		{"", "bob", "local local mail.example.net"},
	}
	for _, c := range cases {
		l := newLab(t, override(base, c.conf), "", map[string]string{"/etc/local-domains": "# ours\nlisted.example\n"})
		r := NewRouter(l.cfg, l.sys).Resolve("a@example.com", c.to)
		if got := fmt.Sprintf("%s %s %s", r.Class, r.Transport, r.Nexthop); got != c.want {
			t.Errorf("%s to %s: %s, want %s", c.conf, c.to, got, c.want)
		}
	}
	if h := ParseNextHop("[IPv6:2001:db8::1]:587"); h != (NextHop{"2001:db8::1", "587", true}) {
		t.Errorf("%+v", h)
	}
	if h := ParseNextHop("example.com:submission"); h != (NextHop{"example.com", "submission", false}) {
		t.Errorf("%+v", h)
	}
}
