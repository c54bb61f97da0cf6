package named

import (
	"encoding/base64"
	"fmt"
	"strings"

	"mxlab/sim/host"
)

const confgenUsage = `Usage:
 rndc-confgen [-a] [-b bits] [-c keyfile] [-k keyname] [-p port] [-s addr] [-t chrootdir] [-u user]
`

// confgen is one call of rndc-confgen(8).
type confgen struct {
	p                                       *host.Proc
	write, quiet                            bool // -a, -q
	file, name, port, addr, user, algorithm string
}

// runRndcConfgen is the command rndc-confgen(8).
func runRndcConfgen(p *host.Proc) int {
	c := &confgen{p: p, file: defaultKeyFile(p.Host.Flavour), name: "rndc-key", port: "953", addr: "127.0.0.1", algorithm: "hmac-sha256"}
	if !c.arguments() {
		fmt.Fprint(p.Stderr, confgenUsage)
		return 1
	}
	key := fmt.Sprintf("key %q {\n\talgorithm %s;\n\tsecret %q;\n};\n", c.name, c.algorithm, newSecret(p.Host))
	if c.write {
		return c.writeKey(key)
	}
	commented := "# " + strings.ReplaceAll(strings.TrimSuffix(key, "\n"), "\n", "\n# ") + "\n"
	p.Print("# Start of rndc.conf\n" + key + "\noptions {\n\tdefault-key \"" + c.name + "\";\n\tdefault-server " + c.addr + ";\n\tdefault-port " + c.port +
		";\n};\n# End of rndc.conf\n\n# Use with the following in named.conf, adjusting the allow list as needed:\n" + commented +
		"# \n# controls {\n# \tinet " + c.addr + " port " + c.port + "\n# \t\tallow { " + c.addr + "; } keys { \"" + c.name + "\"; };\n# };\n# End of named.conf\n")
	return 0
}

// arguments reads the command line; false asks for the usage text.
func (c *confgen) arguments() bool {
	args := c.p.Args
	values := map[byte]*string{'c': &c.file, 'k': &c.name, 'p': &c.port, 's': &c.addr, 'u': &c.user, 'A': &c.algorithm,
		'b': new(string), 'r': new(string), 't': new(string)}
	for i := 1; i < len(args); i++ {
		a := args[i]
		if len(a) < 2 || a[0] != '-' {
			fmt.Fprintf(c.p.Stderr, "rndc-confgen: extraneous argument '%s'\n", a)
			return false
		}
		if to := values[a[1]]; to != nil {
			if *to = a[2:]; *to == "" {
				if i++; i >= len(args) {
					return false
				}
				*to = args[i]
			}
			continue
		}
		switch a[1] {
		case 'a':
			c.write = true
		case 'q':
			c.quiet = true
		case 'h':
			return false
		default:
			fmt.Fprintf(c.p.Stderr, "rndc-confgen: invalid argument -%c\n", a[1])
			return false
		}
	}
	return true
}

// writeKey writes the key file (-a).
func (c *confgen) writeKey(key string) int {
	p := c.p
	full := p.Path(c.file)
	p.Host.FS.Remove(full, p.Cred)
	if err := p.Host.FS.WriteFile(full, []byte(key), 0o600, p.Cred); err != nil {
		fmt.Fprintf(p.Stderr, "rndc-confgen: error: failed to write key file %s: %s\n", c.file, resultText(err))
		return 1
	}
	if u, ok := p.Host.User(c.user); ok {
		p.Host.FS.Chown(full, int(u.UID), int(u.GID), p.Cred)
	}
	p.Wrote("write", full)
	if !c.quiet {
		fmt.Fprintf(p.Stderr, "wrote key file \"%s\"\n", c.file)
	}
	return 0
}

// newSecret draws a key of 256 bits from the world's seed and the time.
func newSecret(h *host.Host) string {
	r := h.Clock.Rand(fmt.Sprintf("rndc-confgen %s %d %d", h.Name, h.Clock.Since(), h.Log.Len()))
	b := make([]byte, 32)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return base64.StdEncoding.EncodeToString(b)
}
