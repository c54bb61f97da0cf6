package dovecot_test

import (
	"bytes"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxlab/sim/distro"
	"mxlab/sim/dovecot"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// lab is a mail server and a client on one link.
type lab struct {
	k     *vtime.Kernel
	clock *vtime.Clock
	trace *trace.Log
	pc    *vnet.Node
	mail  *host.Host
}

const (
	pcAddr   = "203.0.113.100"
	mailAddr = "198.51.100.25"
)

// studentConf is a configuration as a course has it.
const studentConf = `protocols = imap pop3
listen = *
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {
  driver = pam
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
`

// newLab makes the lab with a dovecot.conf; Dovecot is not started.
func newLab(tb testing.TB, conf string) *lab {
	tb.Helper()
	k := vtime.New(start, 1)
	tb.Cleanup(k.Close)
	l := &lab{k: k, clock: k.Clock(), trace: trace.NewLog(k.Clock(), 0)}
	net := vnet.New(l.clock, l.trace)
	link := net.AddLink(vnet.LinkSpec{Name: "lan", Latency: time.Millisecond})
	node := func(name, addr string) *vnet.Node {
		n, err := net.AddNode(name)
		if err == nil {
			_, err = n.Attach(link, "eth0", netip.MustParsePrefix(addr+"/0"))
		}
		if err != nil {
			tb.Fatal(err)
		}
		return n
	}
	l.pc = node("pc", pcAddr)
	mail := node("mail", mailAddr)
	img, err := distro.Install(host.Debian, []string{"postfix", "dovecot"}, dovecot.Programs())
	if err != nil {
		tb.Fatal(err)
	}
	d := vfs.New(img, vfs.Options{Now: l.clock.Now})
	if err := distro.AddUsers(d, []distro.Account{{Name: "bob", Password: "secret"}, {Name: "carol", Password: "hunter2"}}); err != nil {
		tb.Fatal(err)
	}
	l.mail = host.New(host.Config{Name: "mail", Flavour: host.Debian, Clock: l.clock, Log: l.trace, FS: d, Node: mail, Programs: dovecot.Programs()})
	l.write(tb, "/etc/hostname", "mail.example.net\n")
	if conf != "" {
		l.write(tb, "/etc/dovecot/dovecot.conf", conf)
	}
	l.do(tb, func(*vtime.Task) { dovecot.Install(l.mail) })
	return l
}

// started is newLab with Dovecot running.
func started(tb testing.TB, conf string) *lab {
	l := newLab(tb, conf)
	l.do(tb, func(*vtime.Task) {
		if err := l.mail.Unit("dovecot").DoStart(); err != nil {
			tb.Fatal(err)
		}
	})
	return l
}

func (l *lab) do(tb testing.TB, fn func(*vtime.Task)) {
	tb.Helper()
	if err := l.k.Do(0, fn); err != nil {
		tb.Fatal(err)
	}
}

func (l *lab) write(tb testing.TB, path, text string) {
	tb.Helper()
	if err := l.mail.FS.WriteFile(path, []byte(text), 0o644, host.Root); err != nil {
		tb.Fatal(err)
	}
}

// deliver puts a mail into a user's maildir as local(8) does.
func (l *lab) deliver(tb testing.TB, user, name, text string) {
	tb.Helper()
	c := l.mail.CredOf(user)
	dir := "/home/" + user + "/Maildir"
	for _, sub := range []string{"", "/tmp", "/new", "/cur"} {
		l.mail.FS.Mkdir(dir+sub, 0o700, c)
	}
	if err := l.mail.FS.WriteFile(dir+"/tmp/x", []byte(text), 0o600, c); err != nil {
		tb.Fatal(err)
	}
	if err := l.mail.FS.Rename(dir+"/tmp/x", dir+"/new/"+name, c); err != nil {
		tb.Fatal(err)
	}
}

// client is a conversation from the PC.
type client struct {
	tb testing.TB
	t  *vtime.Task
	c  *vnet.Conn
}

func (l *lab) dial(tb testing.TB, t *vtime.Task, port uint16) *client {
	tb.Helper()
	c, err := l.pc.DialTCP(t, netip.AddrPort{}, netip.AddrPortFrom(netip.MustParseAddr(mailAddr), port), vnet.Owner{}, 0)
	if err != nil {
		tb.Fatal(err)
	}
	return &client{tb, t, c}
}

// quiet reads until the server waits for more or has closed.
func (c *client) quiet() string {
	var b strings.Builder
	buf := make([]byte, 8192)
	for {
		c.c.SetReadTimeout(20 * time.Second)
		for !c.c.Quiet() && c.c.Buffered() == 0 {
			if !c.c.Changed().WaitFor(c.t, 30*time.Second) {
				break
			}
		}
		if c.c.Buffered() == 0 && b.Len() > 0 && c.c.Quiet() {
			return b.String()
		}
		n, err := c.c.Read(buf)
		b.Write(buf[:n])
		if err == io.EOF {
			return b.String() + "<closed>\n"
		}
		if err != nil {
			return b.String() + "<" + err.Error() + ">\n"
		}
	}
}

func (c *client) send(line string) string {
	c.c.Write([]byte(line + "\r\n"))
	return c.quiet()
}

// talk sends each line when the server is quiet and returns the dialogue; the
// client's lines begin with "> ".
func (l *lab) talk(tb testing.TB, port uint16, lines ...string) string {
	tb.Helper()
	var out strings.Builder
	l.do(tb, func(t *vtime.Task) {
		c := l.dial(tb, t, port)
		out.WriteString(c.quiet())
		for _, line := range lines {
			out.WriteString("> " + line + "\n" + c.send(line))
		}
		c.c.Close()
		t.Settle(time.Minute)
	})
	return strings.ReplaceAll(out.String(), "\r\n", "\n")
}

// maillog returns the log's lines without time and host, and without those
// before the n-th.
func (l *lab) maillog() string {
	b, _ := l.mail.FS.ReadFile("/var/log/mail.log", host.Root)
	var out strings.Builder
	for line := range strings.Lines(string(b)) {
		_, text, _ := strings.Cut(line, " mail dovecot: ")
		out.WriteString(text)
	}
	return out.String()
}

func (l *lab) text() string {
	var b bytes.Buffer
	l.trace.WriteText(&b)
	return b.String()
}
