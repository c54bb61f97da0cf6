package userland

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/pki"
	"mxlab/sim/vnet"
)

// sslClient is openssl-s_client(1): a TLS connection to talk over by hand, after
// STARTTLS of SMTP, IMAP or POP3 where asked for.
type sslClient struct {
	p      *host.Proc
	given  map[string]string
	target string
	conn   *vnet.Conn
	last   string // line of the server's answer before TLS, shown at the end
}

func (s *sslClient) run(args []string) int {
	var ok bool
	s.given, _, ok = sslOptions(s.p, args, []string{"quiet", "crlf", "ign_eof", "showcerts", "brief", "4", "6", "tls1_2", "tls1_3", "noservername", "verify_return_error"},
		[]string{"connect", "host", "port", "starttls", "servername", "CAfile", "verify", "verify_hostname", "name", "xmpphost"})
	if !ok {
		return 1
	}
	if s.target = s.given["connect"]; s.target == "" {
		s.target = "localhost:4433"
		if s.has("host") || s.has("port") {
			s.target = net.JoinHostPort(s.given["host"], s.given["port"])
		}
	}
	if proto := s.given["starttls"]; s.has("starttls") && proto != "smtp" && proto != "imap" && proto != "pop3" {
		fmt.Fprintf(s.p.Stderr, "s_client: Value must be one of:\n\tsmtp\n\tpop3\n\timap\n")
		return 1
	}
	if !s.dial() {
		return 1
	}
	defer s.conn.Close()
	if !s.quiet() {
		s.p.Printf("CONNECTED(00000003)\n")
	}
	if s.has("starttls") && !s.startTLS() {
		return 1
	}
	if !s.handshake() {
		return 1
	}
	s.talk()
	return 0
}

func (s *sslClient) has(option string) bool {
	_, ok := s.given[option]
	return ok
}

func (s *sslClient) quiet() bool { return s.has("quiet") }

// trouble prints an entry of OpenSSL's queue of errors.
func (s *sslClient) trouble(code, text string) {
	fmt.Fprintf(s.p.Stderr, "40%06X%04X0000:error:%s:%s\n", s.p.PID, 0x7F, code, text)
}

// dial connects. What goes wrong is printed.
func (s *sslClient) dial() bool {
	name, port, err := net.SplitHostPort(s.target)
	if err != nil {
		fmt.Fprintf(s.p.Stderr, "s_client: -connect argument or target parameter malformed or ambiguous\n")
		return false
	}
	if name == "" {
		name = "localhost"
	}
	number := s.port(port)
	family := host.AnyFamily
	if s.has("4") {
		family = host.IPv4
	} else if s.has("6") {
		family = host.IPv6
	}
	addrs, _, err := lookupHost(s.p, name, family)
	if err != nil || len(addrs) == 0 || number == 0 {
		s.trouble("10080002", "BIO routines:BIO_lookup_ex:system lib:../crypto/bio/bio_addr.c:738:Name or service not known")
		fmt.Fprintf(s.p.Stderr, "connect:errno=22\n")
		return false
	}
	for _, a := range addrs {
		if s.conn, err = s.p.Host.Node.DialTCP(s.p.Task, netip.AddrPort{}, netip.AddrPortFrom(a, number), vnet.Owner{PID: s.p.PID, Name: "openssl"}, 0); err == nil {
			return true
		}
		s.trouble("8000006F", "system library:BIO_connect:"+systemText(err)+":../crypto/bio/bio_sock2.c:125:calling connect()")
		s.trouble("10000067", "BIO routines:BIO_connect:connect error:../crypto/bio/bio_sock2.c:127:")
	}
	errno := map[error]int{vnet.ECONNREFUSED: 111, vnet.ETIMEDOUT: 110, vnet.EHOSTUNREACH: 113, vnet.ENETUNREACH: 101}[err]
	fmt.Fprintf(s.p.Stderr, "connect:errno=%d\n", errno)
	return false
}

// port reads a port given by number or by name.
func (s *sslClient) port(text string) uint16 {
	var n uint16
	if _, err := fmt.Sscanf(text+"\n", "%d\n", &n); err == nil {
		return n
	}
	return s.p.Host.ServicePort(text, "tcp")
}

// startTLS asks for TLS in the protocol of the server.
func (s *sslClient) startTLS() bool {
	lines := bufio.NewReader(s.conn)
	// ask sends a command and reads up to the line that ends the answer.
	ask := func(command, end string) bool {
		if command != "" {
			s.conn.Write([]byte(command + "\r\n"))
		}
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return false
			}
			s.last = strings.TrimRight(line, "\r\n")
			if end == "" && (len(s.last) < 4 || s.last[3] != '-') || end != "" && strings.HasPrefix(s.last, end) {
				return true
			}
		}
	}
	name := "mail.example.com"
	if s.given["name"] != "" {
		name = s.given["name"]
	}
	ok := false
	switch s.given["starttls"] {
	case "smtp":
		if ok = ask("", "") && ask("EHLO "+name, ""); ok {
			greeting := s.last
			ok = ask("STARTTLS", "")
			s.last = greeting
		}
	case "imap":
		if ok = ask("", "*") && ask(". CAPABILITY", "."); ok {
			caps := s.last
			ok = ask(". STARTTLS", ".")
			s.last = caps
		}
	case "pop3":
		ok = ask("", "+OK") && ask("STLS", "")
	}
	if !ok {
		fmt.Fprintf(s.p.Stderr, "write:errno=0\n")
	}
	return ok
}

// handshake begins TLS and shows what became of it.
func (s *sslClient) handshake() bool {
	cfg := &tls.Config{InsecureSkipVerify: true, ServerName: s.serverName(), MinVersion: tls.VersionTLS12}
	if s.has("tls1_3") {
		cfg.MinVersion = tls.VersionTLS13
	} else if s.has("tls1_2") {
		cfg.MaxVersion = tls.VersionTLS12
	}
	if err := s.conn.StartTLS(cfg, false); err != nil {
		switch err.(type) {
		case tls.RecordHeaderError:
			s.trouble("0A00010B", "SSL routines:ssl3_get_record:wrong version number:../ssl/record/ssl3_record.c:354:")
		default:
			s.trouble("0A000126", "SSL routines:ssl3_read_n:unexpected eof while reading:../ssl/record/rec_layer_s3.c:321:")
		}
		if !s.quiet() {
			s.p.Printf("---\nno peer certificate available\n---\nNo client certificate CA names sent\n---\n")
		}
		return false
	}
	state := s.conn.TLS()
	faults := s.verify(state.PeerCertificates)
	if !s.quiet() {
		s.report(state, faults)
	} else if s.last != "" && s.given["starttls"] != "pop3" {
		s.p.Printf("%s\n", s.last)
	}
	return !s.has("verify_return_error") || len(faults) == 0
}

func (s *sslClient) serverName() string {
	if s.has("noservername") {
		return ""
	}
	name, _, _ := net.SplitHostPort(s.target)
	if s.given["servername"] != "" {
		name = s.given["servername"]
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	return name
}

// verify judges the chain and tells of it on standard error.
func (s *sslClient) verify(chain []*x509.Certificate) []pki.Fault {
	var roots []*x509.Certificate
	if file := s.given["CAfile"]; file != "" {
		r, done, err := openText(s.p, file)
		var text []byte
		if err == nil {
			text, err = readText(s.p, r)
			done()
		}
		if err == nil {
			roots, err = pki.Certificates(text)
		}
		if err != nil {
			fmt.Fprintf(s.p.Stderr, "%s: cannot be loaded\n", file)
		}
	}
	faults := pki.Verify(chain, roots, s.p.Host.Now())
	subject := ""
	if len(chain) > 0 {
		subject = pki.Name(chain[0].Subject)
	}
	for _, f := range faults {
		fmt.Fprintf(s.p.Stderr, "depth=0 %s\nverify error:num=%d:%s\n", subject, f.Code, f.Text)
		switch f.Code {
		case 10:
			fmt.Fprintf(s.p.Stderr, "notAfter=%s\n", pki.Date(chain[0].NotAfter))
		case 9:
			fmt.Fprintf(s.p.Stderr, "notBefore=%s\n", pki.Date(chain[0].NotBefore))
		}
		fmt.Fprintf(s.p.Stderr, "verify return:1\n")
	}
	fmt.Fprintf(s.p.Stderr, "depth=0 %s\nverify return:1\n", subject)
	return faults
}

// report prints the facts of the session.
func (s *sslClient) report(state *tls.ConnectionState, faults []pki.Fault) {
	p := s.p
	p.Printf("---\nCertificate chain\n")
	for i, c := range state.PeerCertificates {
		key, bits := pki.Key(c)
		p.Printf(" %d s:%s\n   i:%s\n   a:PKEY: %s, %d (bit); sigalg: %s\n   v:NotBefore: %s; NotAfter: %s\n", i, pki.Name(c.Subject), pki.Name(c.Issuer),
			key, bits, pki.Signature(c), pki.Date(c.NotBefore), pki.Date(c.NotAfter))
		if s.has("showcerts") {
			p.Stdout.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
		}
	}
	leaf := state.PeerCertificates[0]
	p.Printf("---\nServer certificate\n")
	if !s.has("showcerts") {
		p.Stdout.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}))
	}
	read, written := s.conn.TLSBytes()
	_, bits := pki.Key(leaf)
	p.Printf("subject=%s\nissuer=%s\n---\nNo client certificate CA names sent\n", pki.Name(leaf.Subject), pki.Name(leaf.Issuer))
	if key, _ := pki.Key(leaf); key == "ED25519" {
		p.Printf("Peer signature type: ed25519\n")
	}
	p.Printf("Server Temp Key: X25519, 253 bits\n---\nSSL handshake has read %d bytes and written %d bytes\n", read, written)
	verdict := pki.Fault{Code: 0, Text: "ok"}
	if n := len(faults); n > 0 {
		verdict = faults[n-1]
		p.Printf("Verification error: %s\n", verdict.Text)
	} else {
		p.Printf("Verification: OK\n")
	}
	p.Printf("---\nNew, %s, Cipher is %s\nServer public key is %d bit\nSecure Renegotiation IS NOT supported\nCompression: NONE\nExpansion: NONE\nNo ALPN negotiated\nEarly data was not sent\nVerify return code: %d (%s)\n---\n",
		pki.Version(state.Version), pki.OpenSSLName(state.CipherSuite), bits, verdict.Code, verdict.Text)
	if s.last != "" && s.given["starttls"] != "pop3" {
		p.Printf("%s\n", s.last)
	}
}

// talk passes on what is typed and what is answered, until the server ends the
// connection, or standard input ends, unless -ign_eof or -quiet.
func (s *sslClient) talk() {
	n := &netcat{p: s.p, quit: -1, crlf: s.has("crlf")}
	if s.p.Stdin.TTY() != nil {
		n.talkTerminal(s.conn)
	} else {
		s.pipe(n)
	}
	if !s.quiet() {
		s.p.Printf("closed\n")
	}
}

func (s *sslClient) pipe(n *netcat) {
	in := host.StartInput(s.p, s.conn.Changed())
	defer in.Stop()
	for {
		open, _ := n.show(s.conn)
		b := in.Take()
		switch {
		case !open:
			return
		case len(b) > 0:
			s.p.Step(1 + len(b)/64)
			n.send(s.conn, b)
		case in.Ended() && !s.has("ign_eof") && !s.quiet():
			s.p.Printf("DONE\n")
			return
		default:
			s.conn.Changed().Wait(s.p.Task)
		}
	}
}
