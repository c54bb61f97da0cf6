package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// netcat models nc(1) of netcat-openbsd 1.219 as Debian ships it. It leaves out
// proxies, UNIX-domain sockets and telnet negotiation.
type netcat struct {
	p        *host.Proc
	family   host.Family
	listen   bool // -l
	keep     bool // -k
	scan     bool // -z
	udp      bool // -u
	verbose  bool // -v
	numeric  bool // -n
	noInput  bool // -d
	shutdown bool // -N
	crlf     bool // -C
	quit     int  // -q, -1: none
	timeout  time.Duration
	interval time.Duration
	source   string
	port     string // -p
	words    []string
}

const ncUsage = `usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
	  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
	  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
	  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
	  [destination] [port]
`

// runNetcat is the program.
func runNetcat(p *host.Proc) int {
	n := &netcat{p: p, quit: -1}
	n.options(p.Args[1:])
	target, ports := "", ""
	switch {
	case len(n.words) == 1 && n.listen:
		ports = n.words[0]
	case len(n.words) == 2:
		target, ports = n.words[0], n.words[1]
	case len(n.words) == 1 || n.listen && len(n.words) == 0 && n.port == "":
		n.fail("missing port number")
	case n.listen && len(n.words) == 0:
		ports = n.port
	default:
		n.usage()
	}
	switch {
	case n.listen && n.scan:
		n.fail("cannot use -z and -l")
	case n.keep && !n.listen:
		n.fail("must use -l with -k")
	case n.listen:
		return n.serve(target, ports)
	}
	return n.dial(target, n.ports(ports))
}

func (n *netcat) usage() {
	fmt.Fprint(n.p.Stderr, ncUsage)
	n.p.Exit(1)
}

func (n *netcat) complain(format string, args ...any) {
	fmt.Fprintf(n.p.Stderr, "nc: "+format+"\n", args...)
}

func (n *netcat) fail(format string, args ...any) {
	n.complain(format, args...)
	n.p.Exit(1)
}

// options takes the command line; options may stand behind the words.
func (n *netcat) options(args []string) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "--" {
			n.words = append(n.words, args[i+1:]...)
			return
		}
		if len(word) < 2 || word[0] != '-' {
			n.words = append(n.words, word)
			continue
		}
		for j := 1; j < len(word); j++ {
			c := word[j]
			if !strings.ContainsRune("IiMmOPpqsTVWwXx", rune(c)) {
				n.flag(c)
				continue
			}
			value := word[j+1:]
			if value == "" {
				if i++; i >= len(args) {
					fmt.Fprintf(n.p.Stderr, "nc: option requires an argument -- '%c'\n", c)
					n.usage()
				}
				value = args[i]
			}
			n.valued(c, value)
			break
		}
	}
}

func (n *netcat) flag(c byte) {
	switch c {
	case '4':
		n.family = host.IPv4
	case '6':
		n.family = host.IPv6
	case 'l':
		n.listen = true
	case 'k':
		n.keep = true
	case 'z':
		n.scan = true
	case 'u':
		n.udp = true
	case 'v':
		n.verbose = true
	case 'n':
		n.numeric = true
	case 'd':
		n.noInput = true
	case 'N':
		n.shutdown = true
	case 'C':
		n.crlf = true
	case 'D', 'F', 'r', 'S', 't', 'Z', 'b', 'U':
	case 'h':
		fmt.Fprint(n.p.Stderr, "OpenBSD netcat (Debian patchlevel 1.219-1)\n"+ncUsage)
		n.p.Exit(0)
	default:
		fmt.Fprintf(n.p.Stderr, "nc: invalid option -- '%c'\n", c)
		n.usage()
	}
}

func (n *netcat) valued(c byte, value string) {
	number := func(what string, limit int64) int64 {
		v, err := strconv.ParseInt(value, 10, 64)
		if err != nil || v < 0 || v > limit {
			n.fail("%s: %s", what, value)
		}
		return v
	}
	switch c {
	case 'w':
		n.timeout = time.Duration(number("timeout invalid", 2147483)) * time.Second
	case 'i':
		n.interval = time.Duration(number("interval invalid", 2147483)) * time.Second
	case 'q':
		v, _ := strconv.Atoi(value)
		n.quit = min(v, 1<<31)
		n.shutdown = n.shutdown || n.quit >= 0
	case 'p':
		n.port = value
	case 's':
		n.source = value
	}
}

// ports reads a port, its name, or a range.
func (n *netcat) ports(text string) (list []uint16) {
	one := func(s string) int {
		v, err := strconv.ParseInt(s, 10, 64)
		switch {
		case err != nil:
			n.fail("port number invalid: %s", s)
		case v < 1:
			n.fail("port number too small: %s", s)
		case v > 65535:
			n.fail("port number too large: %s", s)
		}
		return int(v)
	}
	if p, ok := servicePort(n.p.Host, text, n.proto()); ok && !isNumber(text) {
		return []uint16{p}
	}
	low, high, isRange := strings.Cut(text, "-")
	if !isRange || low == "" {
		return []uint16{uint16(one(text))}
	}
	a, b := one(low), one(high)
	for v := min(a, b); v <= max(a, b); v++ {
		list = append(list, uint16(v))
	}
	return list
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

func (n *netcat) proto() string {
	if n.udp {
		return "udp"
	}
	return "tcp"
}

// local returns what -s and -p ask for.
func (n *netcat) local(remote netip.Addr) netip.AddrPort {
	var a netip.Addr
	var port uint16
	if n.source != "" {
		var err error
		if a, err = netip.ParseAddr(n.source); err != nil {
			n.fail("getaddrinfo: Name or service not known")
		}
	}
	if n.port != "" {
		port = n.ports(n.port)[0]
	}
	if !a.IsValid() && port != 0 {
		a = anyAddr(remote)
	}
	return netip.AddrPortFrom(a, port)
}

// resolve translates the destination.
func (n *netcat) resolve(name, port string) []netip.Addr {
	if n.numeric {
		a, err := netip.ParseAddr(name)
		if err != nil {
			n.fail("getaddrinfo for host \"%s\" port %s: Name or service not known", name, port)
		}
		return []netip.Addr{a}
	}
	addrs, _, err := lookupHost(n.p, name, n.family)
	if err != nil {
		n.fail("getaddrinfo for host \"%s\" port %s: %s", name, port, gaiText(err))
	}
	return addrs
}

// dial connects to each port in turn. Without -z the first that answers is
// talked to. The status is 0 if one did.
func (n *netcat) dial(target string, ports []uint16) int {
	status := 1
	for i, port := range ports {
		n.p.Step(1)
		if i > 0 && n.interval > 0 {
			n.p.Task.Sleep(n.interval)
		}
		addrs := n.resolve(target, strconv.Itoa(int(port)))
		for _, a := range addrs {
			ok := false
			if n.udp {
				ok = n.dialUDP(target, netip.AddrPortFrom(a, port))
			} else {
				ok = n.dialTCP(target, netip.AddrPortFrom(a, port))
			}
			if ok {
				status = 0
				break
			}
		}
		if status == 0 && !n.scan {
			break
		}
	}
	return status
}

// shown is the destination in messages: with its address if it was a name.
func (n *netcat) shown(target string, a netip.Addr) string {
	if target == a.String() {
		return target
	}
	return fmt.Sprintf("%s (%s)", target, a)
}

func (n *netcat) succeeded(target string, remote netip.AddrPort) {
	if n.verbose {
		service := ""
		if !n.numeric {
			service = serviceName(n.p.Host, remote.Port(), n.proto())
		}
		if service == "" {
			service = "*"
		}
		fmt.Fprintf(n.p.Stderr, "Connection to %s %d port [%s/%s] succeeded!\n", n.shown(target, remote.Addr()), remote.Port(), n.proto(), service)
	}
}

func (n *netcat) dialTCP(target string, remote netip.AddrPort) bool {
	c, err := n.p.Host.Node.DialTCP(n.p.Task, n.local(remote.Addr()), remote, socketOwner(n.p), n.timeout)
	if err != nil {
		switch {
		case err == vnet.EADDRNOTAVAIL || err == vnet.EADDRINUSE || err == vnet.EACCES:
			n.fail("bind failed: %s", systemText(err))
		case !n.verbose:
		case err == vnet.ETIMEDOUT && n.timeout > 0:
			n.complain("connect to %s port %d (tcp) timed out: Operation now in progress", n.shown(target, remote.Addr()), remote.Port())
		default:
			n.complain("connect to %s port %d (tcp) failed: %s", n.shown(target, remote.Addr()), remote.Port(), systemText(err))
		}
		return false
	}
	defer c.Close()
	n.succeeded(target, remote)
	if !n.scan {
		n.talk(c)
	}
	return true
}
