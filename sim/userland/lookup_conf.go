package userland

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

// configure reads /etc/resolv.conf as BIND's tools do, which is stricter than
// the C library: a line they do not understand ends them.
func (e *lookups) configure() {
	conf, ok := readIRS(e.p.Host)
	if !ok {
		e.fatalf("parse of /etc/resolv.conf failed")
	}
	e.search = conf.search
	if e.ndots < 0 {
		e.ndots = conf.ndots
	}
	if e.timeout == 0 {
		e.timeout = time.Duration(conf.timeout) * time.Second
	}
	if e.tries == 0 {
		if e.tries = conf.attempts; e.tries == 0 {
			e.tries = 3
		}
	}
	for _, a := range conf.servers {
		if e.usable(a) {
			e.servers = append(e.servers, nameserver{a, a.String()})
		}
	}
	if len(e.servers) > 0 {
		return
	}
	for _, s := range []string{"::1", "127.0.0.1"} {
		if a := netip.MustParseAddr(s); e.usable(a) && (a.Is4() || e.p.Host.HasIPv6()) {
			e.servers = append(e.servers, nameserver{a, s})
		}
	}
}

func (e *lookups) usable(a netip.Addr) bool { return a.Is4() && !e.no4 || a.Is6() && !e.no6 }

// irsConf is resolv.conf as BIND's library irs reads it.
type irsConf struct {
	servers                  []netip.Addr
	search                   []string
	ndots, attempts, timeout int
}

// readIRS returns false where a known keyword has a wrong argument. A missing
// file is an empty one.
func readIRS(h *host.Host) (irsConf, bool) {
	c := irsConf{ndots: 1, attempts: 3}
	text, err := h.FS.ReadFile("/etc/resolv.conf", host.Root)
	if err != nil {
		return c.withFallback(), true
	}
	ok := true
	for row := range strings.Lines(string(text)) {
		if i := strings.IndexAny(row, "#;"); i >= 0 && strings.TrimSpace(row[:i]) == "" {
			continue
		}
		words := strings.Fields(row)
		for i, w := range words {
			if w[0] == '#' || w[0] == ';' {
				words = words[:i]
				break
			}
		}
		if len(words) > 0 && strings.HasSuffix(row, "\n") || len(words) > 1 {
			ok = c.directive(words[0], words[1:]) && ok
		}
	}
	return c.withFallback(), ok
}

func (c irsConf) withFallback() irsConf {
	if len(c.servers) == 0 {
		c.servers = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	return c
}

func (c *irsConf) directive(word string, args []string) bool {
	switch word {
	case "nameserver":
		if len(args) != 1 {
			return false
		}
		if len(c.servers) == 3 {
			return true
		}
		a, err := netip.ParseAddr(args[0])
		if err != nil {
			return false
		}
		if a == netip.IPv4Unspecified() {
			a = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		}
		c.servers = append(c.servers, a)
	case "domain":
		if len(args) != 1 {
			return false
		}
		c.search = args
	case "search":
		if len(args) == 0 {
			return false
		}
		c.search = args[:min(len(args), 8)]
	case "options":
		return c.options(args)
	}
	return true
}

func (c *irsConf) options(args []string) bool {
	if len(args) == 0 {
		return false
	}
	for _, w := range args {
		name, value, colon := strings.Cut(w, ":")
		target := map[string]*int{"ndots": &c.ndots, "attempts": &c.attempts, "timeout": &c.timeout}[name]
		if target == nil || !colon {
			continue
		}
		n, err := strconv.Atoi(value)
		if value == "" {
			n, err = 0, nil
		}
		if err != nil || n < 0 || n > 255 {
			return false
		}
		*target = n
	}
	return true
}

// addresses translates the name of a server; the text of the failure is BIND's.
func (e *lookups) addresses(name string) (list []nameserver, failure string) {
	family := host.AnyFamily
	switch {
	case e.no6:
		family = host.IPv4
	case e.no4:
		family = host.IPv6
	}
	addrs, _, err := lookupHost(e.p, name, family)
	if err != nil && family == host.IPv6 { // as mapped addresses, which are of no use
		if v4, _, v4err := lookupHost(e.p, name, host.IPv4); v4err == nil {
			addrs, err = v4, nil
		}
	}
	switch {
	case err == nil:
	case err == errAddrFamily:
		return nil, "address family not supported"
	case errors.Is(err, host.ErrHostNotFound), errors.Is(err, host.ErrNoData):
		return nil, "not found"
	default:
		return nil, "failure"
	}
	for _, a := range addrs[:min(len(addrs), 20)] {
		list = append(list, nameserver{a, name})
	}
	return list, ""
}

// setServer makes name the only server, or ends the process.
func (e *lookups) setServer(name string) {
	list, failure := e.addresses(name)
	if failure != "" {
		e.fatalf("couldn't get address for '%s': %s", name, failure)
	}
	e.servers = list
}
