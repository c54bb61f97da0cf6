package webui

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"
)

// realMailers are the programs of the ten clients. Each script sends mails
// $CLIENT-1 to $CLIENT-$MAILS to $RCPT by the server at $SMTP and port $PORT.
var realMailers = []struct{ tool, script string }{
	{"swaks", `for n in $(seq $MAILS); do
	swaks --server $SMTP:$PORT --from someone@moa-mail.com --to $RCPT --h-Subject "mail $CLIENT-$n" --silent 1 || exit 1
done`},
	{"curl", `for n in $(seq $MAILS); do
	printf 'Subject: mail %s\r\n\r\nhello\r\n' $CLIENT-$n | curl -sS smtp://$SMTP:$PORT --mail-from someone@moa-mail.com --mail-rcpt $RCPT -T - || exit 1
done`},
	{"python3", `python3 -c '
import os, smtplib
e = os.environ
with smtplib.SMTP(e["SMTP"], int(e["PORT"])) as s:
    for n in range(int(e["MAILS"])):
        s.sendmail("someone@moa-mail.com", [e["RCPT"]], "Subject: mail %s-%d\n\nhello" % (e["CLIENT"], n + 1))
'`},
	{"mutt", `for n in $(seq $MAILS); do
	echo hello | mutt -n -F /dev/null -e "set smtp_url=smtp://$SMTP:$PORT/ ssl_starttls=no ssl_force_tls=no copy=no from=someone@moa-mail.com" -s "mail $CLIENT-$n" -- $RCPT || exit 1
done`},
}

// realReaders print, or write below the current folder, all mails of $BOX with
// $PASS.
var realReaders = []struct{ tool, script string }{
	{"curl", `all=$(curl -sS --user $BOX:$PASS "imap://$SMTP:$IMAP/" -X "EXAMINE INBOX" | grep EXISTS | tr -dc 0-9)
curl -sS --user $BOX:$PASS "imap://$SMTP:$IMAP/INBOX;MAILINDEX=[1-$all]"`},
	{"fetchmail", `umask 077; echo "poll $SMTP protocol pop3 port $POP user $BOX password $PASS sslproto '' keep fetchall mda cat" > rc && fetchmail -f rc --pidfile $PWD/pid --nosyslog --nodetach`},
	{"mbsync", `cat > rc <<END
IMAPAccount a
Host $SMTP
Port $IMAP
User $BOX
Pass $PASS
SSLType None
AuthMechs LOGIN

IMAPStore far
Account a

MaildirStore near
Path $PWD/
Inbox $PWD/INBOX

Channel c
Far :far:
Near :near:
Create Near
END
mbsync -c rc c && cat INBOX/*/*`},
	{"python3", `python3 -c '
import imaplib, os
e = os.environ
i = imaplib.IMAP4(e["SMTP"], int(e["IMAP"])); i.login(e["BOX"], e["PASS"]); i.select(readonly=True)
for part in i.fetch("1:*", "(BODY.PEEK[HEADER])")[1]:
    if isinstance(part, tuple): print(part[1].decode())
i.logout()
'`},
}

// realProgram runs a script for a tool and returns what it printed.
func realProgram(t *testing.T, tool, script string, env []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), slices.Concat(env, []string{"HOME=" + cmd.Dir, "LC_ALL=C.UTF-8"})...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", tool, err, out)
	}
	return string(out), err
}

// needTools skips the test if a tool is missing, or fails it if
// MXLAB_PEERS=require.
func needTools(t *testing.T) {
	t.Helper()
	for _, list := range [][]struct{ tool, script string }{realMailers, realReaders} {
		for _, c := range list {
			if _, err := exec.LookPath(c.tool); err == nil {
				continue
			}
			if os.Getenv("MXLAB_PEERS") == "require" {
				t.Fatalf("%s is not installed, and MXLAB_PEERS=require", c.tool)
			}
			t.Skipf("%s is not installed", c.tool)
		}
	}
}

// openPort opens a port of the session's gateway and returns its address.
func (p *page) openPort(host string, port int) string {
	p.t.Helper()
	if r := p.do(Command{Gateway: &GatewayAction{Host: host, Port: port, Proto: "tcp", On: true}}); r.Error != nil {
		p.t.Fatal(r.Error)
	}
	addr := ""
	p.until("an open port", func() bool {
		for _, o := range p.state.Gateway.Ports {
			if o.Port == port {
				addr = o.Addr
			}
		}
		return addr != ""
	})
	return addr
}

// keepJumping lets three hours pass again and again until over is closed, at
// least once.
func (p *page) keepJumping(over <-chan struct{}) {
	for {
		if r := p.do(Command{Advance: &AdvanceAction{For: int64(3 * time.Hour)}}); r.Error != nil {
			p.t.Error(r.Error)
			return
		}
		select {
		case <-over:
			return
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// Ten real programs at once send two hundred mails into a session, while its own
// page and the page of another session of the same server let three hours pass
// again and again. Every reader then finds each mail once.
func TestPeerTenProgramsWhileClocksJump(t *testing.T) {
	if testing.Short() {
		t.Skip("ten programs are not for short tests")
	}
	needTools(t)
	const clients, mails = 10, 20
	l := newLab(t, Config{Gateway: true, Scenarios: []string{"missing-ptr"}})
	id := l.create(CreateSession{Scenario: "missing-ptr", Seed: "1"})
	p := l.page(id)
	other := l.page(l.create(CreateSession{Scenario: "missing-ptr", Seed: "2", Fresh: true}))
	box := l.session(id).drawn.Blueprint.Boxes[0]
	env := []string{"RCPT=" + box.Address, "BOX=" + box.User, "PASS=" + box.Password, fmt.Sprintf("MAILS=%d", mails)}
	for name, port := range map[string]int{"PORT": 25, "POP": 110, "IMAP": 143} {
		host, real, err := net.SplitHostPort(p.openPort("mail1", port))
		if err != nil {
			t.Fatal(err)
		}
		env = append(env, "SMTP="+host, name+"="+real)
	}

	over := make(chan struct{})
	var sending, jumping sync.WaitGroup
	jumping.Go(func() { p.keepJumping(over) })
	jumping.Go(func() { other.keepJumping(over) })
	errs := make([]error, clients)
	for i := range clients {
		sending.Go(func() {
			c := realMailers[[clients]int{0, 0, 0, 0, 1, 1, 1, 2, 2, 3}[i]]
			_, errs[i] = realProgram(t, c.tool, c.script, slices.Concat(env, []string{fmt.Sprintf("CLIENT=%d", i)}))
		})
	}
	sending.Wait()
	close(over)
	jumping.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	for _, port := range p.state.Gateway.Ports {
		if port.Refused > 0 {
			t.Errorf("%+v", port)
		}
	}
	for _, r := range realReaders {
		out, err := realProgram(t, r.tool, r.script, env)
		if err != nil {
			t.Error(err)
		}
		onceEach(t, r.tool, out, clients, mails)
	}
}

var mailSubject = regexp.MustCompile(`(?m)^Subject: mail (\d+-\d+)\r?$`)

// onceEach checks that a reader's output has each mail once.
func onceEach(t *testing.T, reader, out string, clients, mails int) {
	t.Helper()
	seen := map[string]int{}
	for _, m := range mailSubject.FindAllStringSubmatch(out, -1) {
		seen[m[1]]++
	}
	for i := range clients {
		for n := 1; n <= mails; n++ {
			if name := fmt.Sprintf("%d-%d", i, n); seen[name] != 1 {
				t.Errorf("%s: mail %s came %d times", reader, name, seen[name])
			}
			delete(seen, fmt.Sprintf("%d-%d", i, n))
		}
	}
	for name := range seen {
		t.Errorf("%s: nobody sent mail %s", reader, name)
	}
}
