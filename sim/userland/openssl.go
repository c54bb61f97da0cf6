package userland

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/pki"
)

// runOpenSSL is openssl(1): s_client, x509 and version.
func runOpenSSL(p *host.Proc) int {
	if len(p.Args) < 2 {
		fmt.Fprintf(p.Stderr, "Invalid command; type \"help\" for a list.\n")
		return 1
	}
	switch p.Args[1] {
	case "version":
		p.Printf("OpenSSL 3.0.17 1 Jul 2025 (Library: OpenSSL 3.0.17 1 Jul 2025)\n")
		return 0
	case "s_client":
		return (&sslClient{p: p}).run(p.Args[2:])
	case "x509":
		return runX509(p, p.Args[2:])
	case "help":
		fmt.Fprintf(p.Stderr, "Standard commands\ns_client          version           x509\n")
		return 0
	}
	fmt.Fprintf(p.Stderr, "Invalid command '%s'; type \"help\" for a list.\n", p.Args[1])
	return 1
}

// sslOptions reads the options of an openssl command: one dash, or two, and a
// word; valued ones take the next argument. After an error, which has been
// printed, ok is false.
func sslOptions(p *host.Proc, args, plain, valued []string) (given map[string]string, order []string, ok bool) {
	given = map[string]string{}
	for len(args) > 0 {
		a := args[0]
		args = args[1:]
		name := strings.TrimPrefix(strings.TrimPrefix(a, "-"), "-")
		switch {
		case name == a || name == "":
			fmt.Fprintf(p.Stderr, "%s: Unknown argument: %s\n%s: Use -help for summary.\n", p.Args[1], a, p.Args[1])
			return nil, nil, false
		case slices.Contains(plain, name):
			given[name] = ""
		case slices.Contains(valued, name) && len(args) == 0:
			fmt.Fprintf(p.Stderr, "%s: Option -%s needs a value\n%s: Use -help for summary.\n", p.Args[1], name, p.Args[1])
			return nil, nil, false
		case slices.Contains(valued, name):
			given[name] = args[0]
			args = args[1:]
		default:
			fmt.Fprintf(p.Stderr, "%s: Unknown option: %s\n%s: Use -help for summary.\n", p.Args[1], a, p.Args[1])
			return nil, nil, false
		}
		order = append(order, name)
	}
	return given, order, true
}

// runX509 is openssl-x509(1) for reading a certificate.
func runX509(p *host.Proc, args []string) int {
	given, order, ok := sslOptions(p, args,
		[]string{"noout", "subject", "issuer", "dates", "startdate", "enddate", "serial", "fingerprint", "text", "sha256", "sha1", "ext"},
		[]string{"in", "inform", "checkend"})
	if !ok {
		return 1
	}
	c, status := readX509(p, given["in"])
	if c == nil {
		return status
	}
	for _, o := range order {
		printX509(p, c, o, given)
	}
	if _, quiet := given["noout"]; !quiet {
		p.Stdout.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return checkEnd(p, c, given)
}

// readX509 reads the certificate from a file or standard input.
func readX509(p *host.Proc, name string) (c *x509.Certificate, status int) {
	operand := name
	if operand == "" {
		operand = "-"
	}
	r, done, err := openText(p, operand)
	var text []byte
	if err == nil {
		text, err = readText(p, r)
		done()
	}
	if err != nil {
		fmt.Fprintf(p.Stderr, "Could not open file or uri for loading certificate from %s: %s\nUnable to load certificate\n", name, reason(err))
		return nil, 1
	}
	list, err := pki.Certificates(text)
	if err != nil {
		if name == "" {
			name = "<stdin>"
		}
		fmt.Fprintf(p.Stderr, "Could not read certificate from %s\nUnable to load certificate\n", name)
		return nil, 1
	}
	return list[0], 0
}

func printX509(p *host.Proc, c *x509.Certificate, option string, given map[string]string) {
	switch option {
	case "subject":
		p.Printf("subject=%s\n", pki.Name(c.Subject))
	case "issuer":
		p.Printf("issuer=%s\n", pki.Name(c.Issuer))
	case "dates":
		p.Printf("notBefore=%s\nnotAfter=%s\n", pki.Date(c.NotBefore), pki.Date(c.NotAfter))
	case "startdate":
		p.Printf("notBefore=%s\n", pki.Date(c.NotBefore))
	case "enddate":
		p.Printf("notAfter=%s\n", pki.Date(c.NotAfter))
	case "serial":
		p.Printf("serial=%X\n", c.SerialNumber)
	case "text":
		p.Stdout.Write([]byte(pki.Describe(c)))
	case "fingerprint":
		if _, ok := given["sha256"]; ok {
			sum := sha256.Sum256(c.Raw)
			p.Printf("sha256 Fingerprint=%s\n", pki.Fingerprint(sum[:]))
			return
		}
		sum := sha1.Sum(c.Raw)
		p.Printf("SHA1 Fingerprint=%s\n", pki.Fingerprint(sum[:]))
	}
}

// checkEnd answers -checkend SECONDS.
func checkEnd(p *host.Proc, c *x509.Certificate, given map[string]string) int {
	text, ok := given["checkend"]
	if !ok {
		return 0
	}
	var seconds int64
	if _, err := fmt.Sscan(text, &seconds); err != nil || seconds < 0 || seconds > 1<<33 {
		fmt.Fprintf(p.Stderr, "x509: Can't parse \"%s\" as a number\n", text)
		return 1
	}
	if p.Host.Now().Add(time.Duration(seconds) * time.Second).After(c.NotAfter) {
		p.Printf("Certificate will expire\n")
		return 1
	}
	p.Printf("Certificate will not expire\n")
	return 0
}
