package userland

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
)

// nsupdate models nsupdate(1) of BIND 9.18: it collects prerequisites and changes
// line by line and sends them as a dynamic update (RFC 2136), signed with TSIG.
// Left out: SIG(0) and GSS-TSIG.
type nsupdate struct {
	p       *host.Proc
	debug   bool
	tcp     bool          // -v
	local   bool          // -l
	wait    time.Duration // -t, of the whole update
	udpWait time.Duration // -u
	retries int           // -r
	port    uint16
	key     *tsigKey
	checks  bool // check-names

	servers    []netip.AddrPort // of the command server, else found out
	chosen     bool             // by the command server or -l
	source     netip.AddrPort
	zone       string // of the command zone
	class      uint16
	defaultTTL int64 // -1: none

	prerequisites, changes []mdns.RR
	answer                 *reply
	terminal               bool
	failed                 bool // some update was not carried out
	over                   bool
}

const nsupdateUsage = "usage: nsupdate [-CdDi] [-L level] [-l] [-g | -o | -y keyname:secret | -k keyfile] [-p port] [-v] [-V] [-P] [-T] [-4 | -6] [filename]\n"

// errSyntax is a line nsupdate does not take; why was printed already.
var errSyntax = errors.New("syntax error")

// runNsupdate is the program.
func runNsupdate(p *host.Proc) int {
	n := &nsupdate{p: p, wait: 300 * time.Second, udpWait: 3 * time.Second, retries: 3, port: 53, checks: true,
		class: mdns.ClassINET, defaultTTL: -1}
	file, status := n.arguments(p.Args[1:])
	if status >= 0 {
		return status
	}
	next, ok := n.reader(file)
	if !ok {
		fmt.Fprintf(p.Stderr, "could not open '%s': file not found\n", file)
		return 1
	}
	for !n.over {
		p.Step(1)
		line, ok := next()
		if !ok {
			break
		}
		if n.command(line) == nil {
			continue
		}
		fmt.Fprint(p.Stderr, "syntax error\n")
		if !n.terminal {
			return 1
		}
	}
	if n.failed {
		return 2
	}
	return 0
}

// arguments takes the options and returns the file to read, or a status to end with.
func (n *nsupdate) arguments(args []string) (file string, status int) {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		flags := args[0][1:]
		args = args[1:]
		for i := 0; i < len(flags); i++ {
			f, value := flags[i], ""
			if strings.IndexByte("CyYkptruLR", f) >= 0 && f != 'C' {
				if value = flags[i+1:]; value == "" {
					if len(args) == 0 {
						return "", n.usage("option requires an argument", f)
					}
					value, args = args[0], args[1:]
				}
				i = len(flags)
			}
			if status := n.option(f, value); status >= 0 {
				return "", status
			}
		}
	}
	if len(args) > 0 {
		file = args[0]
	}
	if n.local && n.key == nil {
		n.chosen = true
		n.servers = []netip.AddrPort{netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), n.port)}
		if n.p.Host.HasIPv6() {
			n.servers = append([]netip.AddrPort{netip.AddrPortFrom(netip.IPv6Loopback(), n.port)}, n.servers...)
		}
		if !n.readKey("/run/named/session.key") {
			return "", 1
		}
	}
	return file, -1
}

func (n *nsupdate) usage(what string, f byte) int {
	if what != "" {
		fmt.Fprintf(n.p.Stderr, "nsupdate: %s -- %c\n", what, f)
	}
	fmt.Fprintf(n.p.Stderr, "nsupdate: invalid argument -%c\n%s", f, nsupdateUsage)
	return 1
}

// option takes one option; the status is -1 to go on.
func (n *nsupdate) option(f byte, value string) int {
	number, err := strconv.Atoi(value)
	switch f {
	case 'd', 'D':
		n.debug = true
	case 'v':
		n.tcp = true
	case 'l':
		n.local = true
	case 'V':
		n.p.Printf("nsupdate %s\n", digVersion)
		return 0
	case 'y':
		if n.debug {
			fmt.Fprint(n.p.Stderr, "Creating key...\nnamefromtext\nkeycreate\n")
		}
		parts := strings.SplitN(value, ":", 3)
		algorithm := ""
		if len(parts) == 3 {
			algorithm, parts = parts[0], parts[1:]
		}
		if len(parts) < 2 {
			fmt.Fprint(n.p.Stderr, "key option must specify [hmac:]keyname:secret\n")
			return 1
		}
		if !n.setKey(algorithm, parts[0], parts[1]) {
			return 1
		}
	case 'k':
		if !n.readKey(value) {
			return 1
		}
	case 'p', 't', 'u', 'r':
		if err != nil || number < 0 {
			fmt.Fprintf(n.p.Stderr, "%s\n", map[byte]string{'p': "bad port number '" + value + "'", 't': "bad timeout '" + value + "'",
				'u': "bad udp timeout '" + value + "'", 'r': "bad udp retries '" + value + "'"}[f])
			return 1
		}
		n.number(f, number)
	case 'g', 'o', '4', '6', 'C', 'i', 'L', 'R', 'M', 'P', 'T':
	default:
		if f == 'h' {
			return n.usage("", f)
		}
		return n.usage("illegal option", f)
	}
	return -1
}

func (n *nsupdate) number(f byte, v int) {
	switch f {
	case 'p':
		n.port = uint16(v)
	case 't':
		n.wait = time.Duration(v) * time.Second
	case 'u':
		n.udpWait = time.Duration(v) * time.Second
	case 'r':
		n.retries = v
	}
}

// setKey takes a TSIG key in words.
func (n *nsupdate) setKey(algorithm, name, secret string) bool {
	known := map[string]string{"": "hmac-md5.sig-alg.reg.int.", "hmac-md5": "hmac-md5.sig-alg.reg.int.", "hmac-sha1": "hmac-sha1.",
		"hmac-sha224": "hmac-sha224.", "hmac-sha256": "hmac-sha256.", "hmac-sha384": "hmac-sha384.", "hmac-sha512": "hmac-sha512."}
	full, ok := known[strings.ToLower(algorithm)]
	if !ok {
		fmt.Fprintf(n.p.Stderr, "unknown key type '%s'\n", algorithm)
		return false
	}
	if _, err := decodeBase64(secret); err != nil {
		fmt.Fprintf(n.p.Stderr, "could not create key from %s: bad base64 encoding\n", onlySecret(algorithm, name, secret))
		return false
	}
	n.key = &tsigKey{name: mdns.Fqdn(name), algorithm: full, secret: secret}
	return true
}

// onlySecret is how the message names a bad key: with -y NAME:SECRET as it stands.
func onlySecret(algorithm, name, secret string) string {
	if algorithm == "" && !strings.Contains(secret, " ") {
		return name + ":" + secret
	}
	return secret
}

// readKey takes the key of a file in the form of named.conf.
func (n *nsupdate) readKey(file string) bool {
	text, err := n.p.Host.FS.ReadFile(n.p.Path(file), n.p.Cred)
	if err != nil {
		why := map[string]string{"No such file or directory": "file not found", "Permission denied": "permission denied"}[systemText(err)]
		if n.local {
			fmt.Fprintf(n.p.Stderr, "can't read key from /%s: %s\n\n", file, why)
		} else {
			fmt.Fprintf(n.p.Stderr, "could not read key from %s.{private,key}: %s\n", file, why)
		}
		return false
	}
	name, algorithm, secret, ok := keyStatement(string(text))
	if !ok {
		fmt.Fprint(n.p.Stderr, "key must have algorithm and secret\n")
		return false
	}
	return n.setKey(algorithm, name, secret)
}

// reader gives the lines of a file, the terminal or standard input.
func (n *nsupdate) reader(file string) (next func() (string, bool), ok bool) {
	if tty := n.p.Stdin.TTY(); tty != nil && file == "" {
		n.terminal = true
		return func() (string, bool) {
			line, err := tty.ReadLine(n.p.Task, "> ")
			return line, err == nil
		}, true
	}
	var rest string
	if file == "" {
		text, _ := drainInput(n.p, n.p.Stdin)
		rest = string(text)
	} else {
		text, err := n.p.Host.FS.ReadFile(n.p.Path(file), n.p.Cred)
		if err != nil {
			return nil, false
		}
		rest = string(text)
	}
	return func() (line string, ok bool) {
		if rest == "" {
			return "", false
		}
		line, rest, _ = strings.Cut(rest, "\n")
		return line, true
	}, true
}
