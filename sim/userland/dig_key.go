package userland

import (
	"fmt"
	"regexp"
	"strings"

	mdns "github.com/miekg/dns"
)

// key takes -y [hmac:]name:secret.
func (a *digArgs) key(value string) {
	parts := strings.SplitN(value, ":", 3)
	if len(parts) < 2 || parts[0] == "" || parts[1] == "" {
		fmt.Fprint(a.p.Stderr, digUsage)
		a.p.Exit(1)
	}
	a.keyText = value
}

// keyStatement finds a key statement in the form of named.conf; the parts of
// its body follow in any order.
func keyStatement(text string) (name, algorithm, secret string, ok bool) {
	key := regexp.MustCompile(`(?s)key\s+"?([^"\s{;]+)"?\s*\{(.*?)\}`).FindStringSubmatch(text)
	if key == nil {
		return "", "", "", false
	}
	part := func(word string) string {
		m := regexp.MustCompile(word + `\s+"?([^"\s;]+)"?\s*;`).FindStringSubmatch(key[2])
		if m == nil {
			return ""
		}
		return m[1]
	}
	algorithm, secret = part("algorithm"), part("secret")
	return key[1], algorithm, secret, algorithm != "" && secret != ""
}

// readKey takes the key of -k.
func (d *dig) readKey() {
	text, err := d.p.Host.FS.ReadFile(d.p.Path(d.keyFile), d.p.Cred)
	if err != nil {
		fmt.Fprintf(d.p.Stderr, "Couldn't read key from %s: %s\n", d.keyFile, map[string]string{
			"No such file or directory": "file not found", "Permission denied": "permission denied"}[systemText(err)])
		return
	}
	name, algorithm, secret, ok := keyStatement(string(text))
	if !ok {
		fmt.Fprintf(d.p.Stderr, "Couldn't read key from %s: unexpected token\n", d.keyFile)
		return
	}
	d.keyText = algorithm + ":" + name + ":" + secret
}

// setupKey makes the key of -y or -k.
func (d *dig) setupKey() {
	if d.keyFile != "" {
		d.readKey()
	}
	if d.keyText == "" {
		return
	}
	parts := strings.SplitN(d.keyText, ":", 3)
	algorithm := "hmac-md5.sig-alg.reg.int."
	if len(parts) == 3 {
		known := map[string]string{"hmac-md5": algorithm, "hmac-sha1": "hmac-sha1.", "hmac-sha224": "hmac-sha224.",
			"hmac-sha256": "hmac-sha256.", "hmac-sha384": "hmac-sha384.", "hmac-sha512": "hmac-sha512."}
		if algorithm = known[strings.ToLower(parts[0])]; algorithm == "" {
			fmt.Fprintf(d.p.Stderr, ";; Warning, ignoring invalid TSIG algorithm %s\n", parts[0])
			algorithm = ""
		}
		parts = parts[1:]
	}
	problem := ""
	if _, err := decodeBase64(parts[1]); err != nil {
		problem = "bad base64 encoding"
	} else if algorithm == "" {
		problem = "algorithm is unsupported"
	}
	if problem != "" {
		d.p.Printf(";; Couldn't create key %s: %s\n", parts[0], problem)
		return
	}
	d.e.key = &tsigKey{name: mdns.Fqdn(parts[0]), algorithm: algorithm, secret: parts[1]}
}
