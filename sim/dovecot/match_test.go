package dovecot

import (
	"strings"
	"testing"
)

func TestMatchFolder(t *testing.T) {
	for _, c := range []struct {
		name, pattern string
		want          bool
	}{
		{"INBOX", "*", true}, {"INBOX", "inbox", true}, {"INBOX", "%", true}, {"a.b", "%", false}, {"a.b", "%.%", true}, {"a.b", "a.*", true},
		{"a.b", "a", false}, {"a.b", "a%b", false}, {"a.b", "a*b", true}, {"ab", "a%b", true}, {"", "", true}, {"a", "", false},
		{"Sent", "sent", false}, {strings.Repeat("a", 200), strings.Repeat("*%", 400) + "b", false},
	} {
		if got := matchFolder(c.name, '.', c.pattern); got != c.want {
			t.Errorf("%q against %q: %v", c.name, c.pattern, got)
		}
	}
}

// Settings variables, as "Settings variables" of the documentation has them.
func TestVariables(t *testing.T) {
	v := &variables{user: "Bob@Example.net", home: "/home/bob", service: "imap"}
	for format, want := range map[string]string{
		"%u": "Bob@Example.net", "%Lu": "bob@example.net", "/var/mail/%d/%n": "/var/mail/Example.net/Bob", "%{user}": "Bob@Example.net",
		"%L{username}": "bob", "%h/Maildir": "/home/bob/Maildir", "100%%": "100%", "%": "%", "%{user": "Bob@Example.net", "%?": "",
	} {
		if got := v.expand(format); got != want {
			t.Errorf("%q: got %q, want %q", format, got, want)
		}
	}
}

func TestPasswordSchemes(t *testing.T) {
	for _, c := range []struct {
		scheme, stored string
		ok             bool
		err            string
	}{
		{"PLAIN", "secret", true, ""}, {"PLAIN", "Secret", false, ""}, {"CRYPT", "secret", false, ""},
		{"SHA256", "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=", true, ""},
		{"SHA", "5en6G6MezRroT3XKqkdPOmY/BfQ=", true, ""}, {"PLAIN-MD5", "5ebe2294ecd0e0f08eab7690d2a6ee69", true, ""},
		{"FOO", "x", false, "Unknown scheme FOO"}, {"SHA256", "xx", false, "Password data is not valid for scheme SHA256: Input isn't valid base64 encoded data"},
	} {
		ok, err := verifyPassword(c.scheme, c.stored, "secret")
		if ok != c.ok || err == nil && c.err != "" || err != nil && err.Error() != c.err {
			t.Errorf("%s %s: %v, %v", c.scheme, c.stored, ok, err)
		}
	}
}
