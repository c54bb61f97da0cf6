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

// runRndcConfgen is the command rndc-confgen(8).
func runRndcConfgen(p *host.Proc) int {
	write, quiet, file, name, port, addr, user, algorithm := false, false, defaultKeyFile(p.Host.Flavour), "rndc-key", "953", "127.0.0.1", "", "hmac-sha256"
	for i := 1; i < len(p.Args); i++ {
		a := p.Args[i]
		if len(a) < 2 || a[0] != '-' {
			fmt.Fprintf(p.Stderr, "rndc-confgen: extraneous argument '%s'\n%s", a, confgenUsage)
			return 1
		}
		value := a[2:]
		if strings.IndexByte("bcAkprstu", a[1]) >= 0 && value == "" {
			if i++; i >= len(p.Args) {
				fmt.Fprint(p.Stderr, confgenUsage)
				return 1
			}
			value = p.Args[i]
		}
		switch a[1] {
		case 'a':
			write = true
		case 'q':
			quiet = true
		case 'c':
			file = value
		case 'k':
			name = value
		case 'p':
			port = value
		case 's':
			addr = value
		case 'u':
			user = value
		case 'A':
			algorithm = value
		case 'b', 'r', 't':
		default:
			if a[1] != 'h' {
				fmt.Fprintf(p.Stderr, "rndc-confgen: invalid argument -%c\n", a[1])
			}
			fmt.Fprint(p.Stderr, confgenUsage)
			return 1
		}
	}
	key := fmt.Sprintf("key %q {\n\talgorithm %s;\n\tsecret %q;\n};\n", name, algorithm, newSecret(p.Host))
	if !write {
		commented := "# " + strings.ReplaceAll(strings.TrimSuffix(key, "\n"), "\n", "\n# ") + "\n"
		p.Print("# Start of rndc.conf\n" + key + "\noptions {\n\tdefault-key \"" + name + "\";\n\tdefault-server " + addr + ";\n\tdefault-port " + port +
			";\n};\n# End of rndc.conf\n\n# Use with the following in named.conf, adjusting the allow list as needed:\n" + commented +
			"# \n# controls {\n# \tinet " + addr + " port " + port + "\n# \t\tallow { " + addr + "; } keys { \"" + name + "\"; };\n# };\n# End of named.conf\n")
		return 0
	}
	full := p.Path(file)
	p.Host.FS.Remove(full, p.Cred)
	if err := p.Host.FS.WriteFile(full, []byte(key), 0o600, p.Cred); err != nil {
		fmt.Fprintf(p.Stderr, "rndc-confgen: error: failed to write key file %s: %s\n", file, resultText(err))
		return 1
	}
	if u, ok := p.Host.User(user); ok {
		p.Host.FS.Chown(full, int(u.UID), int(u.GID), p.Cred)
	}
	p.Wrote("write", full)
	if !quiet {
		fmt.Fprintf(p.Stderr, "wrote key file \"%s\"\n", file)
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
