package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
)

// peer returns the path of a real program. Without it the test is skipped, or
// fails if MXLAB_PEERS=require.
func peer(t *testing.T, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	switch {
	case err == nil:
		return p
	case os.Getenv("MXLAB_PEERS") == "require":
		t.Fatalf("%s is not installed, and MXLAB_PEERS=require", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// gateway runs "mxlab gateway" and returns where the mappings, written without
// an address, listen.
func startGateway(t *testing.T, args []string, targets ...string) map[string]string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, w := io.Pipe()
	var errOut bytes.Buffer
	args = append([]string{"gateway", "network:company"}, args...)
	for _, target := range targets {
		args = append(args, "--map", target+"=0,from=pc")
	}
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, args, w, &errOut)
		w.Close()
	}()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != exitDone {
			t.Errorf("the gateway ended with %d: %s", code, &errOut)
		}
	})
	at := map[string]string{}
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if lines.Text() == "ready" {
			return at
		}
		target, addr, _ := strings.Cut(lines.Text(), " ")
		at[target] = addr
	}
	t.Fatal("the gateway is not ready")
	return nil
}

// user is the account of the network's first mailbox.
func user(t *testing.T) sim.Mailbox {
	t.Helper()
	set, err := scenarios.Open("network:company")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Draw(1)
	if err != nil {
		t.Fatal(err)
	}
	return d.Blueprint.Boxes[0]
}

// client runs a real program and returns what it printed.
func client(t *testing.T, stdin, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, peer(t, name), args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+cmd.Dir, "LC_ALL=C.UTF-8")
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func want(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(out, p) {
			t.Errorf("%q is missing in:\n%s", p, out)
		}
	}
}

func TestPeerDig(t *testing.T) {
	at := startGateway(t, nil, "isp-dns:53/udp", "isp-dns:53/tcp")
	for proto, flag := range map[string]string{"udp": "+notcp", "tcp": "+tcp"} {
		_, port, _ := net.SplitHostPort(at["isp-dns:53/"+proto])
		out := client(t, "", "dig", "@127.0.0.1", "-p", port, flag, "moa-mail.com", "mx")
		want(t, out, "status: NOERROR", "moa-mail.com.\t\t3600\tIN\tMX\t10 mx.moa-mail.com.", "("+strings.ToUpper(proto)+")")
	}
}

// Each client sends or reads mail of the same account; the last ones see what
// the first ones sent.
func TestPeerMailClients(t *testing.T) {
	box := user(t)
	at := startGateway(t, nil, "mail1:25/tcp", "mail1:143/tcp", "mail1:110/tcp")
	port := func(target string) string {
		_, p, _ := net.SplitHostPort(at[target])
		return p
	}
	smtp, imap, pop := port("mail1:25/tcp"), port("mail1:143/tcp"), port("mail1:110/tcp")
	t.Run("swaks", func(t *testing.T) {
		out := client(t, "", "swaks", "--server", at["mail1:25/tcp"], "--from", "someone@moa-mail.com", "--to", box.Address, "--h-Subject", "from swaks")
		want(t, out, "250 2.0.0 Ok: queued as")
	})
	t.Run("curl smtp", func(t *testing.T) {
		client(t, "Subject: from curl\r\n\r\nhi\r\n", "curl", "-sS", "smtp://127.0.0.1:"+smtp, "--mail-from", box.Address, "--mail-rcpt", box.Address, "-T", "-")
	})
	t.Run("mutt smtp", func(t *testing.T) {
		client(t, "hi\n", "mutt", "-n", "-F", "/dev/null", "-e", "set smtp_url=smtp://127.0.0.1:"+smtp+"/ ssl_starttls=no ssl_force_tls=no copy=no from="+box.Address, "-s", "from mutt", "--", box.Address)
	})
	t.Run("python", func(t *testing.T) {
		out := client(t, "", "python3", "-c", fmt.Sprintf(`
import smtplib, imaplib, poplib
s = smtplib.SMTP("127.0.0.1", %s); s.sendmail("%s", ["%s"], "Subject: from python\n\nhi"); s.quit()
i = imaplib.IMAP4("127.0.0.1", %s); i.login("%s", "%s"); print(i.select()); i.logout()
p = poplib.POP3("127.0.0.1", %s); p.user("%s"); p.pass_("%s"); print(p.stat()[0], "in pop3"); p.quit()
`, smtp, box.Address, box.Address, imap, box.User, box.Password, pop, box.User, box.Password))
		want(t, out, "('OK', [b'4'])", "4 in pop3")
	})
	t.Run("curl imap", func(t *testing.T) {
		out := client(t, "", "curl", "-sS", "--user", box.User+":"+box.Password, "imap://127.0.0.1:"+imap+"/INBOX;MAILINDEX=2")
		want(t, out, "Subject: from curl")
	})
	t.Run("curl pop3", func(t *testing.T) {
		out := client(t, "", "curl", "-sS", "--user", box.User+":"+box.Password, "pop3://127.0.0.1:"+pop+"/1")
		want(t, out, "Subject: from swaks")
	})
	t.Run("fetchmail", func(t *testing.T) {
		rc := filepath.Join(t.TempDir(), "rc")
		write(t, rc, fmt.Sprintf("poll 127.0.0.1 protocol imap port %s user %s password %s sslproto '' keep fetchall mda \"cat\"\n", imap, box.User, box.Password))
		want(t, client(t, "", "fetchmail", "-f", rc, "--pidfile", rc+".pid", "--nosyslog", "--nodetach"), "Subject: from mutt", "4 messages for "+box.User)
	})
	t.Run("mbsync", func(t *testing.T) {
		dir := t.TempDir()
		rc := filepath.Join(dir, "rc")
		write(t, rc, fmt.Sprintf("IMAPAccount a\nHost 127.0.0.1\nPort %s\nUser %s\nPass %s\nSSLType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nPath %s/\nInbox %s/INBOX\n\n"+
			"Channel c\nFar :far:\nNear :near:\nCreate Near\n", imap, box.User, box.Password, dir, dir))
		client(t, "", "mbsync", "-c", rc, "c")
		if files, _ := filepath.Glob(dir + "/INBOX/*/*"); len(files) < 4 {
			t.Errorf("%d files, want 4 mails", len(files))
		}
	})
}

// tlsOn makes a mail host speak TLS with its own certificate, and only TLS where
// passwords go.
const tlsOn = "postconf -e smtpd_tls_security_level=may smtpd_tls_cert_file=/etc/ssl/certs/ssl-cert-snakeoil.pem smtpd_tls_key_file=/etc/ssl/private/ssl-cert-snakeoil.key" +
	" smtpd_tls_received_header=yes && echo 'smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes' >> /etc/postfix/master.cf && postfix reload && " +
	"sed -i 's/^ssl = no/ssl = required/; s/^disable_plaintext_auth = no/disable_plaintext_auth = yes/' /etc/dovecot/dovecot.conf && " +
	"echo 'ssl_cert = </etc/ssl/certs/ssl-cert-snakeoil.pem' >> /etc/dovecot/dovecot.conf && echo 'ssl_key = </etc/ssl/private/ssl-cert-snakeoil.key' >> /etc/dovecot/dovecot.conf && " +
	"systemctl restart dovecot"

func TestPeerTLS(t *testing.T) {
	box := user(t)
	at := startGateway(t, []string{"--run", "mail1:" + tlsOn}, "mail1:25/tcp", "mail1:465/tcp", "mail1:143/tcp", "mail1:993/tcp", "mail1:110/tcp", "mail1:995/tcp")
	for _, c := range []struct{ target, start, talk, want string }{
		{"mail1:25/tcp", "smtp", "QUIT\r\n", "221 2.0.0 Bye"},
		{"mail1:465/tcp", "", "QUIT\r\n", "221 2.0.0 Bye"},
		{"mail1:143/tcp", "imap", "a LOGIN " + box.User + " " + box.Password + "\r\nb LOGOUT\r\n", "a OK"},
		{"mail1:993/tcp", "", "a LOGIN " + box.User + " " + box.Password + "\r\nb LOGOUT\r\n", "a OK"},
		{"mail1:110/tcp", "pop3", "USER " + box.User + "\r\nPASS " + box.Password + "\r\nQUIT\r\n", "+OK Logged in."},
		{"mail1:995/tcp", "", "USER " + box.User + "\r\nPASS " + box.Password + "\r\nQUIT\r\n", "+OK Logged in."},
	} {
		for _, version := range []string{"-tls1_2", "-tls1_3"} {
			args := []string{"s_client", "-connect", at[c.target], "-ign_eof", "-quiet", version}
			if c.start != "" {
				args = append(args, "-starttls", c.start)
			}
			want(t, client(t, c.talk, "openssl", args...), c.want, "CN = mail.narae-trade.kr")
		}
	}
	port := func(target string) string {
		_, p, _ := net.SplitHostPort(at[target])
		return p
	}
	t.Run("swaks", func(t *testing.T) {
		client(t, "", "swaks", "--server", at["mail1:25/tcp"], "--from", "someone@moa-mail.com", "--to", box.Address, "-tls")
		client(t, "", "swaks", "--server", at["mail1:465/tcp"], "--from", "someone@moa-mail.com", "--to", box.Address, "-tlsc")
	})
	t.Run("curl", func(t *testing.T) {
		out := client(t, "", "curl", "-sSk", "--ssl-reqd", "--user", box.User+":"+box.Password, "imap://127.0.0.1:"+port("mail1:143/tcp")+"/INBOX;MAILINDEX=1")
		want(t, out, "with ESMTPS id", "(using TLSv1.3 with cipher")
		want(t, client(t, "", "curl", "-sSk", "--user", box.User+":"+box.Password, "pop3s://127.0.0.1:"+port("mail1:995/tcp")+"/"), "2 ")
	})
	t.Run("python", func(t *testing.T) {
		out := client(t, "", "python3", "-c", fmt.Sprintf(`
import imaplib, poplib, smtplib, ssl
c = ssl._create_unverified_context()
s = smtplib.SMTP("127.0.0.1", %s); s.starttls(context=c); s.sendmail("%s", ["%s"], "Subject: x\n\nhi"); s.quit()
i = imaplib.IMAP4_SSL("127.0.0.1", %s, ssl_context=c); i.login("%s", "%s"); print(i.select()); i.logout()
p = poplib.POP3("127.0.0.1", %s)
try: p.user("%s")
except poplib.error_proto as e: print(e)
`, port("mail1:25/tcp"), box.Address, box.Address, port("mail1:993/tcp"), box.User, box.Password, port("mail1:110/tcp"), box.User))
		want(t, out, "('OK', [b'3'])", "Plaintext authentication disallowed on non-secure (SSL/TLS) connections.")
	})
	t.Run("fetchmail", func(t *testing.T) {
		rc := filepath.Join(t.TempDir(), "rc")
		write(t, rc, fmt.Sprintf("poll 127.0.0.1 protocol imap port %s user %s password %s ssl no sslcertck keep fetchall mda \"cat\"\n", port("mail1:993/tcp"), box.User, box.Password))
		want(t, client(t, "", "fetchmail", "-f", rc, "--pidfile", rc+".pid", "--nosyslog", "--nodetach"), "3 messages for "+box.User)
	})
	pem := filepath.Join(t.TempDir(), "pem")
	write(t, pem, certificate(t, at["mail1:993/tcp"]))
	for target, kind := range map[string]string{"mail1:993/tcp": "IMAPS", "mail1:143/tcp": "STARTTLS"} {
		t.Run("mbsync "+kind, func(t *testing.T) {
			dir := t.TempDir()
			rc := filepath.Join(dir, "rc")
			write(t, rc, fmt.Sprintf("IMAPAccount a\nHost 127.0.0.1\nPort %s\nUser %s\nPass %s\nSSLType %s\nCertificateFile %s\nSystemCertificates no\nAuthMechs *\n\nIMAPStore far\nAccount a\n\n"+
				"MaildirStore near\nPath %s/\nInbox %s/INBOX\n\nChannel c\nFar :far:\nNear :near:\nCreate Near\n", port(target), box.User, box.Password, kind, pem, dir, dir))
			client(t, "", "mbsync", "-c", rc, "c")
			if files, _ := filepath.Glob(dir + "/INBOX/*/*"); len(files) < 3 {
				t.Errorf("%d files, want 3 mails", len(files))
			}
		})
	}
	for _, c := range []struct{ name, url, set string }{
		{"imaps", "imaps://127.0.0.1:" + port("mail1:993/tcp"), ""},
		{"starttls", "imap://127.0.0.1:" + port("mail1:143/tcp"), "ssl_starttls=yes ssl_force_tls=yes"},
	} {
		t.Run("mutt "+c.name, func(t *testing.T) { readWithMutt(t, &box, pem, c.url, c.set, 3) })
	}
}

// certificate is what a server shows to openssl.
func certificate(t *testing.T, addr string) string {
	t.Helper()
	out := client(t, "", "openssl", "s_client", "-connect", addr)
	_, rest, _ := strings.Cut(out, "-----BEGIN CERTIFICATE-----")
	body, _, ok := strings.Cut(rest, "-----END CERTIFICATE-----")
	if !ok {
		t.Fatalf("no certificate in:\n%s", out)
	}
	return "-----BEGIN CERTIFICATE-----" + body + "-----END CERTIFICATE-----\n"
}

// readWithMutt opens a mailbox with mutt in a terminal of its own and copies all
// mails of it to a file.
func readWithMutt(t *testing.T, box *sim.Mailbox, pem, url, set string, mails int) {
	t.Helper()
	peer(t, "mutt")
	dir := t.TempDir()
	rc, mbox := filepath.Join(dir, "rc"), filepath.Join(dir, "copies")
	write(t, rc, fmt.Sprintf("set imap_user=%s imap_pass=%s certificate_file=%s ssl_verify_host=no ssl_verify_dates=no mbox_type=mbox confirmappend=no confirmcreate=no folder=. delete=no quit=yes %s\n"+
		"push '<tag-pattern>~A<enter><tag-prefix><copy-message>%s<enter><quit>'\n", box.User, box.Password, pem, set, mbox))
	out := client(t, "", "script", "-qec", "TERM=xterm mutt -n -F "+rc+" -f "+url+"/INBOX", "/dev/null")
	copies, err := os.ReadFile(mbox)
	if n := strings.Count(string(copies), "\nSubject: "); err != nil || n != mails {
		t.Errorf("%d mails, want %d; %v\n%q", n, mails, err, out)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// In a network namespace whose loopback interface has the addresses of the
// world, real programs follow delegations by themselves.
func TestPeerDigTrace(t *testing.T) {
	for _, tool := range []string{"unshare", "ip", "dig"} {
		peer(t, tool)
	}
	if out, err := exec.Command("unshare", "-rnm", "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Skipf("this machine does not let us make a network namespace: %s", out)
	}
	bin := filepath.Join(t.TempDir(), "mxlab")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	maps := ""
	for _, h := range []string{"root", "tld", "isp-dns", "moa-ns", "ns1"} {
		maps += " --map " + h + ":53/udp=own --map " + h + ":53/tcp=own"
	}
	resolv := filepath.Join(t.TempDir(), "resolv.conf")
	write(t, resolv, "nameserver 192.0.2.2\n")
	out := client(t, "", "unshare", "-rnm", "sh", "-c", `
ip link set lo up
for net in 198.18.0.0/15 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24; do ip route add local $net dev lo; done
mount --bind `+resolv+` /etc/resolv.conf
mkfifo ready
`+bin+` gateway network:company --from pc`+maps+` > ready &
server=$!
read word < ready
dig moa-mail.com mx > /dev/null # a resolver in use knows the root
dig +trace moa-mail.com mx
kill $server`)
	want(t, out, "from 198.18.0.10#53", "moa-mail.com.\t\t3600\tIN\tMX\t10 mx.moa-mail.com.")
}

func TestGatewayUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "nothing to do"},
		{[]string{"--map", "mail1:25/tcp"}, "no '='"},
		{[]string{"--map", "nowhere:25/tcp=0"}, `no host "nowhere"`},
		{[]string{"--map", "mail1:25/tcp=0,from=nowhere"}, `no host "nowhere"`},
		{[]string{"--map", "mail1:25/tcp=0", "--run", "mail1"}, "want HOST:COMMAND"},
		{[]string{"--map", "mail1:25/tcp=0", "--put", "mail1:/nonexistent:/tmp/x"}, "no such file"},
		{[]string{"--map", "mail1:25/tcp=198.51.100.1:25"}, "cannot assign requested address"},
	} {
		var out, errOut bytes.Buffer
		code := run(t.Context(), append([]string{"gateway", "network:company"}, c.args...), &out, &errOut)
		last := strings.Split(strings.TrimSpace(errOut.String()), "\n")
		if code != exitUsage || !strings.Contains(last[len(last)-1], c.want) || out.Len() > 0 {
			t.Errorf("%v: %d, %q, %q; want %q", c.args, code, out.String(), errOut.String(), c.want)
		}
	}
}

func TestGatewayPreparesTheWorld(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page")
	write(t, file, "220 a page of mine\n")
	at := startGateway(t, []string{"--put", "pc:" + file + ":/tmp/page", "--run", "pc:nc -l -p 7000 < /tmp/page >/dev/null 2>&1 &"}, "pc:7000/tcp")
	c, err := net.Dial("tcp", at["pc:7000/tcp"])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	if line, err := bufio.NewReader(c).ReadString('\n'); line != "220 a page of mine\n" {
		t.Errorf("%q, %v", line, err)
	}
}
