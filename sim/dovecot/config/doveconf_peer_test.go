package config_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mxlab/sim/dovecot/config"
	"mxlab/sim/host/vfs"
)

// disk reads from a real directory with the errors of the lab's disk.
func disk() config.Files {
	return config.Files{
		Read: func(name string) ([]byte, error) {
			b, err := os.ReadFile(name)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil, vfs.ENOENT
			case err != nil:
				return nil, vfs.EACCES
			}
			return b, nil
		},
		Glob: func(pattern string) []string { list, _ := filepath.Glob(pattern); return list },
	}
}

// ours is what doveconf -n prints, without its header.
func ours(file string) string {
	var out, errs bytes.Buffer
	c, err := config.Parse(file, disk())
	if c != nil {
		fault := c.Check(func(string) bool { return true })
		for _, w := range c.Warnings {
			fmt.Fprintf(&errs, "doveconf: Warning: %s\n", w)
		}
		c.Print(&out, config.Changed)
		var e *config.Error
		if err == nil && errors.As(fault, &e) {
			fmt.Fprintf(&errs, "doveconf: Error: %s\n", e.Text)
			err = fault
		}
	}
	if err != nil {
		fmt.Fprintf(&errs, "doveconf: Fatal: %v\n", err)
	}
	return out.String() + errs.String()
}

func theirs(t *testing.T, file string) string {
	var out, errs bytes.Buffer
	cmd := exec.Command("doveconf", "-n", "-c", file)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Run()
	var b strings.Builder
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	return b.String() + errs.String()
}

func needDoveconf(t *testing.T) {
	if _, err := exec.LookPath("doveconf"); err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("doveconf is not installed")
		}
		t.Skip("doveconf is not installed")
	}
}

// student is a whole configuration as a course has it; each mutation breaks it
// in one place.
const student = `protocols = imap pop3
listen = *
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
log_path = /var/log/dovecot.log
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%n /etc/dovecot/users
}
userdb {
  driver = passwd
}
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
namespace inbox {
  inbox = yes
  mailbox "Sent Messages" {
    special_use = \Sent
  }
}
`

var mutations = []struct{ old, new string }{
	{"", ""}, {"mail_location", "mail_loaction"}, {"ssl = no", "ssl no"}, {"ssl = no", "ssl = No"}, {"ssl = no", "ssl=no"},
	{"ssl = no", "ssl = no;"}, {"ssl = no", "ssl : no"}, {"ssl = no", "ssl = 'no'"}, {"ssl = no", "ssl = required # always"},
	{"ssl = no", "ssl = required# always"}, {"auth = no", "auth = maybe"}, {"auth = no", "auth = YES"}, {"auth = no", "auth = true"},
	{"auth = no", "auth ="}, {"auth = no", "auth = no no"}, {"imap pop3", "imap pop"}, {"imap pop3", "imap, pop3"}, {"imap pop3", "imap pop3 lmtpx"},
	{"protocols = imap pop3", "protocols = $protocols imap"}, {"protocols = imap pop3", "protocols = imap pop3 $nosuch"},
	{"passdb {", "passdb"}, {"passdb {", "pasdb {"}, {"passdb {", "passdb{"}, {"passdb {", "passdb { driver = pam"}, {"passdb {", "passdb\n{"},
	{"  driver = passwd\n}", "  driver = passwd\n"}, {"  driver = passwd\n", ""}, {"  driver = passwd\n", "  drivr = passwd\n"},
	{"userdb {\n  driver = passwd\n}", "userdb {\n  driver = passwd\n}}"}, {"userdb {\n  driver = passwd\n}", "userdb {\n  driver = passwd }"},
	{"  }\n}\nname", "  }\nname"}, {"  }\n}\nname", "  }\n}\n}\nname"}, {"mode = 0660", "mode = 660"}, {"mode = 0660", "mode = rw"},
	{"mode = 0660", "mode = 0999"}, {"mode = 0660", "mod = 0660"}, {"unix_listener", "unix_listner"}, {"unix_listener", "inet_listener"},
	{"service auth", "service"}, {"service auth", "servce auth"}, {"mode = 0660", "ssl = no"}, {"listen = *", "listen = *, ::"},
	{"listen = *", "listen = \"*\""}, {"listen = *", "!include nosuch.conf"}, {"listen = *", "!include_try nosuch.conf"},
	{"listen = *", "!include good.inc"}, {"listen = *", "!include bad.inc"}, {"listen = *", "!include *.inc"}, {"listen = *", "!include main.conf"},
	{"listen = *", "!inclde good.inc"}, {"listen = *", "// comment"}, {"listen = *", "; comment"}, {"listen = *", "= x"}, {"listen = *", "listen"},
	{"listen = *", "{"}, {"listen = *", "}"}, {"listen = *", "listen = a \\\n   b"}, {"listen = *", "listen = $listen, x"}, {"listen = *", "listen = $listen x"},
	{"listen = *", "auth_failure_delay = 5"}, {"listen = *", "auth_failure_delay = 90 secs"}, {"listen = *", "auth_failure_delay = 2 hour"},
	{"listen = *", "auth_failure_delay = 10 msecs"}, {"listen = *", "auth_cache_size = 10M"}, {"listen = *", "auth_cache_size = 3 Q"},
	{"listen = *", "auth_cache_size = 1500"}, {"listen = *", "default_client_limit = -1"}, {"listen = *", "default_client_limit = 5x"},
	{"listen = *", "default_client_limit = 99999999999"}, {"listen = *", "pop3c_port = 70000"}, {"listen = *", "lock_method = foo"},
	{"listen = *", "inbox = yes"}, {"listen = *", "Listen = *"}, {"listen = *", "syslog_facility = local9"}, {"listen = *", "ssl_cert = </etc/nosuch.pem"},
	{"listen = *", "ssl_cert = < /etc/nosuch.pem"}, {"listen = *", "login_greeting = \"a # b\""}, {"listen = *", "login_greeting = \"x"},
	{"listen = *", "login_greeting = 'it''s'"}, {"listen = *", "login_greeting = \"say \\\"hi\\\"\""}, {"listen = *", "mail_plugins = $mail_plugins quota"},
	{"listen = *", "plugin {\n b = 1\n a = \" x\"\n}"}, {"listen = *", "protocol imap {\n mail_plugins = $mail_plugins x\n foo = 1\n}"},
	{"listen = *", "protocol imap {\n mail_plugins = $mail_plugins x\n}"}, {"listen = *", "remote 192.0.2.0/24 {\n ssl = no\n}\nlocal 192.0.2.1 {\n ssl = yes\n}"},
	{"listen = *", "service imap-login {\n inet_listener imap {\n  port = 0\n }\n inet_listener imaps {\n  port = x\n }\n}"},
	{"listen = *", "service imap-login {\n inet_listener imap {\n  port = 1143\n }\n inet_listener new {\n  address = 127.0.0.1\n }\n}"},
	{"listen = *", "service imap-login {\n inet_listener imap {\n  port = 143\n }\n}"}, {"listen = *", "service auth {\n user = root\n}"},
	{"listen = *", "service a {\n user = $user x\n}"}, {"listen = *", "passdb x {\n driver = pam\n}\npassdb x {\n driver = pam\n}"},
	{"listen = *", "passdb {\n driver = pam\n skip = foo\n}"}, {"listen = *", "passdb {\n driver = static\n args = nopassword=y password=a b\n}"},
	{"special_use", "special_us"}, {"mailbox", "mailbx"}, {"inbox = yes", "inbox = yes\n  separator = ab"}, {"inbox = yes", "inbox = yes\n  separator = /"},
	{"inbox = yes", "inbox = x"}, {"namespace inbox {", "namespace inbox {\n  list = children\n  type = foo"}, {"listen = *", "“ssl” = no"},
	{"= no", "=\u00a0no"}, {"\n", "\r\n"}, {"listen = *", "\tlisten\t=\t*\t"},
}

func TestPrintsLikeDoveconf(t *testing.T) {
	needDoveconf(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("good.inc", "mail_debug = yes\n")
	write("bad.inc", "\n# bad\nmail_debug = \n")
	for _, m := range mutations {
		text := student
		if m.old != "" {
			text = strings.Replace(student, m.old, m.new, 1)
			if m.old == "\n" {
				text = strings.ReplaceAll(student, m.old, m.new)
			}
		}
		file := write("main.conf", text)
		if got, want := ours(file), theirs(t, file); got != want {
			t.Errorf("%q -> %q: got\n%s\ndoveconf says\n%s", m.old, m.new, got, want)
		}
	}
}

// The whole listing agrees as well: every setting, its default and its place.
func TestListsAllSettingsLikeDoveconf(t *testing.T) {
	needDoveconf(t)
	file := filepath.Join(t.TempDir(), "main.conf")
	if err := os.WriteFile(file, []byte("mail_location = mbox:~/mail\nservice auth {\n  user = root\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("doveconf", "-a", "-c", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			want.WriteString(line)
		}
	}
	c, err := config.Parse(file, disk())
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	c.Print(&got, config.All)
	g, w := strings.Split(got.String(), "\n"), strings.Split(want.String(), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d: got %q, doveconf says %q", i, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Errorf("%d lines, doveconf prints %d", len(g), len(w))
	}
}
