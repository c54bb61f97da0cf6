package userland

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// telnet models telnet(1) of GNU inetutils 2.4, the one of Debian 12, as a tool
// to talk to services of lines: no option negotiation, no terminal modes.
type telnet struct {
	p        *host.Proc
	tty      *host.TTY // the terminal it talks to, nil when standard input is something else
	family   host.Family
	bind     string
	noEscape bool
	c        *vnet.Conn
	name     string // of the peer, as the user called it
	command  bool   // started without a host: back to the prompt after a connection
	status   int
	over     bool // quit
	stripper iacFilter
	pending  string // Ctrl+D typed before the next line
}

const telnetTry = "Try 'telnet --help' or 'telnet --usage' for more information.\n"

// runTelnet is the program.
func runTelnet(p *host.Proc) int {
	t := &telnet{p: p, tty: p.Stdin.TTY()}
	args := t.options(p.Args[1:])
	switch {
	case len(args) > 2:
		p.Errorf("too many arguments")
		return 1
	case len(args) == 0:
		t.command = true
		t.prompt()
		return 0
	}
	defer t.close()
	if !t.open(args) {
		return 1
	}
	t.talk()
	return t.status
}

// options takes the options and returns the rest.
func (t *telnet) options(args []string) (rest []string) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		value := func(inline string) string {
			if inline != "" {
				return inline
			}
			if i++; i < len(args) {
				return args[i]
			}
			t.p.Errorf("option requires an argument -- '%c'", word[1])
			io.WriteString(t.p.Stderr, telnetTry)
			t.p.Exit(64)
			return ""
		}
		switch {
		case word == "--help" || word == "-?":
			t.p.Print(telnetHelp)
			t.p.Exit(0)
		case word == "-V" || word == "--version":
			t.p.Print("telnet (GNU inetutils) 2.4\n")
			t.p.Exit(0)
		case strings.HasPrefix(word, "--bind="):
			t.bind = word[len("--bind="):]
		case word == "--ipv4":
			t.family = host.IPv4
		case word == "--ipv6":
			t.family = host.IPv6
		case word == "--":
			return append(rest, args[i+1:]...)
		case strings.HasPrefix(word, "--"):
			t.p.Errorf("unrecognized option '%s'", word)
			io.WriteString(t.p.Stderr, telnetTry)
			t.p.Exit(64)
		case len(word) > 1 && word[0] == '-':
			t.short(word[1:], value)
		default:
			rest = append(rest, word)
		}
	}
	return rest
}

// short takes a group of one-letter options.
func (t *telnet) short(group string, value func(string) string) {
	for i := 0; i < len(group); i++ {
		switch c := group[i]; c {
		case '4':
			t.family = host.IPv4
		case '6':
			t.family = host.IPv6
		case 'b':
			t.bind = value(group[i+1:])
			return
		case 'e', 'l', 'n', 'k', 'X':
			value(group[i+1:])
			return
		case 'E':
			t.noEscape = true
		case '8', 'a', 'c', 'd', 'K', 'L', 'r', 'x':
		default:
			t.p.Errorf("invalid option -- '%c'", c)
			io.WriteString(t.p.Stderr, telnetTry)
			t.p.Exit(64)
		}
	}
}

// open connects to args: host [port]. It reports whether that succeeded.
func (t *telnet) open(args []string) bool {
	name, service := args[0], "telnet"
	if len(args) > 1 {
		service = strings.TrimPrefix(args[1], "-")
	}
	if n, err := strconv.Atoi(service); err == nil && (n < 0 || n > 65535) {
		t.p.Printf("Port number %s is out of range.\n", service)
		return false
	}
	failed := func(text string) bool {
		t.p.Printf("Server lookup failure:  %s:%s, %s\n", name, service, text)
		return false
	}
	addrs, _, err := lookupHost(t.p, name, t.family)
	if err != nil {
		return failed(gaiText(err))
	}
	port, ok := servicePort(t.p.Host, service, "tcp")
	if !ok {
		return failed("Servname not supported for ai_socktype")
	}
	return t.connect(name, addrs, port)
}

func (t *telnet) connect(name string, addrs []netip.Addr, port uint16) bool {
	for i, a := range addrs {
		t.p.Printf("Trying %s...\n", a)
		local, ok := t.local(a)
		if !ok {
			return false
		}
		c, err := t.p.Host.Node.DialTCP(t.p.Task, local, netip.AddrPortFrom(a, port), socketOwner(t.p), 0)
		if err == nil {
			t.c, t.name = c, name
			t.p.Printf("Connected to %s.\n", name)
			if t.noEscape {
				t.p.Print("No escape character.\n")
			} else {
				t.p.Print("Escape character is '^]'.\n")
			}
			return true
		}
		switch {
		case err == vnet.EADDRNOTAVAIL && local.Addr().IsValid():
			t.p.Errorf("bind: %s", systemText(err))
			return false
		case i+1 < len(addrs):
			fmt.Fprintf(t.p.Stderr, "telnet: connect to address %s: %s\n", a, systemText(err))
		default:
			t.p.Errorf("Unable to connect to remote host: %s", systemText(err))
		}
	}
	return false
}

// local returns the address of -b.
func (t *telnet) local(remote netip.Addr) (netip.AddrPort, bool) {
	if t.bind == "" {
		return netip.AddrPort{}, true
	}
	family := host.IPv4
	if remote.Is6() {
		family = host.IPv6
	}
	addrs, _, err := lookupHost(t.p, t.bind, family)
	if err != nil || len(addrs) == 0 {
		t.p.Errorf("%s: %s", t.bind, gaiText(err))
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(addrs[0], 0), true
}

func (t *telnet) close() {
	if t.c != nil {
		t.c.Close()
		t.c = nil
	}
}
