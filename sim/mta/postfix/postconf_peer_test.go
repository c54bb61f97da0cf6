package postfix

import (
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"
)

// peer finds a real program, or skips; MXLAB_PEERS=require forbids skipping.
func peer(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal(err)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// realHost describes this machine, so that computed defaults agree.
func realHost(t *testing.T) Host {
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	h := Host{Name: name}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			h.Addresses = append(h.Addresses, p)
		}
	}
	return h
}

const peerMaster = `# comment
smtp      inet  n       -       y       -       -       smtpd
submission inet n       -       y       -       -       smtpd
  -o syslog_name=postfix/submission
# in between
  -o smtpd_tls_security_level=encrypt -v
  -o { smtpd_relay_restrictions = permit_sasl_authenticated, reject }
  -o smtpd_client_restrictions=$mua_client_restrictions -o unknwon=1
pickup    unix  n       -       y       60      1       pickup
qmgr      unix  n       -       n       300     1       qmgr
smtp      unix  -       -       y       -       -       smtp
relay     unix  -       -       y       -       -       smtp
        -o syslog_name=postfix/$service_name
local     unix  -       n       n       -       -       local
maildrop  unix  -       n       n       -       -       pipe
  flags=DRXhu user=vmail argv=/usr/bin/maildrop -d ${recipient}
policy    unix  -       n       n       -       0       spawn user=nobody argv=/usr/bin/policy
`

const peerMain = `# a comment
compatibility_level = 3.6
myhostname = mail.example.net
mydomain=example.net
mydestination = $myhostname, $mydomain,
    localhost
# another
mynetworks = 127.0.0.0/8   192.0.2.0/24
inet_protocols = ipv4
smtpd_banner = $myhostname ESMTP   $mail_name ($mail_version)
alias_maps = hash:/etc/aliases
mydestinaton = example.net
used_by_me = 1
header_size_limit = 20000
smtpd_restriction_classes = strict
strict = reject_unknown_sender_domain
mua_client_restrictions = permit
delay_warning_time = ${used_by_me?{4h}:{0h}}
smtpd_sender_restrictions = strict, permit_mynetworks, reject_non_fqdn_sender, reject_unknown_sender_domain, check_sender_access hash:/etc/postfix/sender
`

// comparison is a run of the real postconf and the same run of ours. The real
// one sleeps for a second after a fatal message, so all are started first.
type comparison struct {
	dir            string
	args           []string
	files          map[string]string
	cmd            *exec.Cmd
	stdout, stderr strings.Builder
}

func startReal(t *testing.T, real, main, master string, args ...string) *comparison {
	t.Helper()
	dir := t.TempDir()
	c := &comparison{dir: dir, files: map[string]string{dir + "/main.cf": main, dir + "/master.cf": master}}
	for path, text := range c.files {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		// The real program waits, and reads again, while a file is seconds old.
		old := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	c.args = append([]string{"-c", dir}, args...)
	c.cmd = exec.Command(real, c.args...)
	c.cmd.Args[0] = "postconf"
	c.cmd.Stdout, c.cmd.Stderr = &c.stdout, &c.stderr
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// finish waits for the real program, runs ours and reports differences.
func (c *comparison) finish(t *testing.T) {
	t.Helper()
	_ = c.cmd.Wait()
	written := map[string]string{}
	for path := range c.files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		written[path] = string(data)
	}
	sys := &System{ReadFile: func(path string) (File, error) {
		if text, ok := c.files[path]; ok {
			return File{Data: []byte(text)}, nil
		}
		return File{}, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}}
	our := NewCommand("postconf", sys, realHost(t), func(path string, data []byte) error {
		c.files[path] = string(data)
		return nil
	})
	our.Postconf(c.args)
	main, master := c.dir+"/main.cf", c.dir+"/master.cf"
	process := regexp.MustCompile(`(?m)^process_id =.*$`)
	for part, pair := range map[string][2]string{
		"stdout": {process.ReplaceAllString(c.stdout.String(), "process_id ="), our.Stdout.String()},
		"stderr": {sortLines(c.stderr.String()), sortLines(our.Stderr.String())},
		"files":  {written[main] + written[master], c.files[main] + c.files[master]},
	} {
		if pair[0] != pair[1] {
			t.Errorf("postconf %q: %s\n%s", c.args[2:], part, firstDifference(pair[0], pair[1]))
		}
	}
}

// sortLines: the real program's warnings come in the order of a hash table.
func sortLines(s string) string {
	lines := strings.Split(s, "\n")
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func TestPostconfAgreesWithPeer(t *testing.T) {
	real := peer(t, "postconf")
	var runs []*comparison
	for _, args := range [][]string{
		{"-n"}, {"-nf"}, {"-nx"}, {"-nh"}, {"-nH"}, {}, {"-d"}, {"-C", "service"}, {"-C", "user"}, {"-C", "builtin", "-d"},
		{"mydestination", "bogus", "smtpd_banner", "strict", "relay_destination_rate_delay"}, {"-h", "myhostname"}, {"-x", "mydestination", "smtpd_hard_error_limit"},
		{"-d", "mydestination", "mynetworks_style"}, {"-o", "myhostname=other.example", "-x", "mydestination"},
		{"-M"}, {"-Mf"}, {"-M", "smtp"}, {"-M", "smtp/unix"}, {"-M", "nosuch/inet"}, {"-Mx", "relay"}, {"-F"}, {"-F", "submission/inet/command"},
		{"-F", "smtp/inet/chroot"}, {"-P"}, {"-P", "submission/inet/syslog_name"}, {"-Ph", "relay/unix/syslog_name"}, {"-Px"},
		{"-e", "myhostname = new.example", "added = 1"}, {"myhostname=x.example"}, {"-X", "mydestination", "nosuch"}, {"-#", "mydestination"},
		{"-e", "a=1", "a=2"}, {"-e", "a"}, {"-X", "a=b"}, {"-e"}, {"-e", "-h"}, {"-n", "-d"}, {"-m"}, {"-l"},
		{"-Me", "smtp/inet=smtp inet n - n - - smtpd -v"}, {"-M#", "pickup/unix"}, {"-MX", "qmgr/unix"}, {"-Me", "new/unix=new unix - - n - - smtp"},
		{"-Fe", "smtp/inet/chroot=n"}, {"-Pe", "smtp/inet/smtpd_banner=x"}, {"-PX", "submission/inet/syslog_name"}, {"-Pe", "relay/unix/syslog_name=y"},
	} {
		runs = append(runs, startReal(t, real, peerMain, peerMaster, args...))
	}
	for _, r := range runs {
		r.finish(t)
	}
}

// Mistakes in main.cf and what postconf says of them.
func TestPostconfMistakesAgreeWithPeer(t *testing.T) {
	real := peer(t, "postconf")
	const good = "myhostname = mail.example.net\nmynetworks = 127.0.0.1\n"
	var runs []*comparison
	for _, text := range []string{
		good + "mynetworks 127.0.0.0/8\n", good + "= x\n", "  x = y\n" + good, good + "mydestination = ${\n", good + "x = $y\n",
		good + "mydestination = ${a!b}\n", good + "mydestination = ${{a} == {b} ? c}\n", good + "mydestination = $\n", good + "a = $a\nmydestination = $a\n",
		good + "mydestination =\n", good + "mydestination = a,\n\n# c\n b,\n c\n", good + "smtpd_restriction_classes = nosuch\n", "\n\n#x\n", "",
		good + "mydestination = ${myhostname?{x}:y}$$z\n", good + "biff=no\nbiff=no\n", good + "one\n two = 3\n",
	} {
		for _, args := range [][]string{{"-x", "mydestination"}, {"biff"}} {
			runs = append(runs, startReal(t, real, text, peerMaster, args...))
		}
	}
	for _, r := range runs {
		r.finish(t)
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out []string
	for i := 0; i < max(len(w), len(g)) && len(out) < 8; i++ {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			out = append(out, "- "+a, "+ "+b)
		}
	}
	return strings.Join(out, "\n")
}
