package mailbox

import (
	"strings"
	"testing"
)

func TestUIDListIsReadAndWritten(t *testing.T) {
	const text = "3 V1795307875 N4 G4cd7d51a6339026b425e000083ecc375\n1 :a.host\n3 W12 :b.host:2,S\n"
	l := parseUIDList(text)
	if l.validity != 1795307875 || l.next != 4 || len(l.order) != 2 || l.order[1] != "b.host" {
		t.Fatalf("%+v", l)
	}
	if uid := l.add("c"); uid != 4 {
		t.Errorf("next is %d", uid)
	}
	l.drop("a.host")
	want := "3 V1795307875 N5 G4cd7d51a6339026b425e000083ecc375\n3 :b.host\n4 :c\n"
	if got := l.String(); got != want {
		t.Errorf("got %q", got)
	}
	for _, bad := range []string{"", "x", "1 V3 N4\n", "3 N4\n", "3 V0 N1\n"} {
		if l := parseUIDList(bad); l.validity != 0 {
			t.Errorf("%q is taken for a list", bad)
		}
	}
}

// mbox(5): a From_ line begins a mail only after an empty line.
func TestMbox(t *testing.T) {
	const text = "From a@b  Mon Mar  2 08:00:00 2026\nSubject: one\nX-UID: 7\nStatus: RO\nX-IMAPbase: 99 0000000008 foo\n\ntext\nFrom here\n\n" +
		"From c@d  Mon Mar  2 09:00:00 2026\nSubject: two\n\n"
	list, base, err := parseMbox([]byte(text))
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if base.validity != 99 || base.last != 8 || strings.Join(base.keywords, " ") != "foo" {
		t.Errorf("base %+v", base)
	}
	if m := list[0]; m.UID != 7 || m.Flags != Seen || string(m.raw) != "Subject: one\n\ntext\nFrom here\n" || m.Received.Hour() != 8 {
		t.Errorf("%+v %q", m, m.raw)
	}
	if m := list[1]; m.UID != 0 || m.Flags != Recent {
		t.Errorf("%+v %q", m, m.raw)
	}
	if _, _, err := parseMbox([]byte("Subject: x\n\n")); err == nil {
		t.Error("a file without From_ line is an mbox")
	}
}

func TestLocations(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"maildir:~/Maildir", "{maildir /home/bob/Maildir  }"}, {"mbox:~/mail:INBOX=/var/mail/bob", "{mbox /home/bob/mail /var/mail/bob }"},
		{"maildir:/m/bob:LAYOUT=fs", "{maildir /m/bob  fs}"}, {"foo:~/x", "Unknown mail storage driver foo"}, {"maildir:", "Root mail directory not given"},
		{"/home/x", "Ambiguous mail location setting, don't know what to do with it: /home/x (try prefixing it with mbox: or maildir:)"},
	} {
		loc, err := ParseLocation(c.text, "/home/bob")
		got := "{" + string(loc.Format) + " " + loc.Root + " " + loc.Inbox + " " + loc.Layout + "}"
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
}

func TestFolderNames(t *testing.T) {
	s := &Store{Loc: Location{Format: Maildir}}
	for name, want := range map[string]string{
		"a": "", "a.b": "", "": "Name is empty", ".a": "Begins with hierarchy separator", "a.": "Ends with hierarchy separator",
		"a..b": "Has adjacent hierarchy separators", "a/b": "Name must not have '/' characters", "~x": "Begins with '~'", "a\nb": "Control characters not allowed",
	} {
		err := s.CheckName(name)
		if got := ""; err != nil {
			got = strings.TrimPrefix(err.Error(), "Invalid mailbox name: ")
			if got != want {
				t.Errorf("%q: %s", name, got)
			}
		} else if want != "" {
			t.Errorf("%q is allowed", name)
		}
	}
}

func FuzzMbox(f *testing.F) {
	f.Add("From a\n\n\nFrom b\nX-UID: 3\nStatus: RO\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, _, err := parseMbox([]byte(text))
		if err == nil && len(list) == 0 && text != "" {
			t.Error("no mail in a valid mbox")
		}
	})
}
