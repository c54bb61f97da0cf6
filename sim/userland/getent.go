package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// runGetent models getent(1) of glibc for hosts, ahosts, ahostsv4, ahostsv6,
// passwd, group, shadow, services and protocols.
func runGetent(p *host.Proc) int {
	if len(p.Args) < 2 {
		p.Errorf("wrong number of arguments")
		fmt.Fprint(p.Stderr, "Try `getent --help' or `getent --usage' for more information.\n")
		return 1
	}
	g := &getent{p}
	database, keys := p.Args[1], p.Args[2:]
	lookup := map[string]func(string) bool{
		"hosts": g.hosts, "passwd": g.colon("/etc/passwd", 2), "group": g.colon("/etc/group", 2), "shadow": g.colon("/etc/shadow", -1),
		"services": g.services, "protocols": g.protocols,
		"ahosts":   func(k string) bool { return g.ahosts(k, host.AnyFamily) },
		"ahostsv4": func(k string) bool { return g.ahosts(k, host.IPv4) },
		"ahostsv6": func(k string) bool { return g.ahosts(k, host.IPv6) },
	}[database]
	if lookup == nil {
		fmt.Fprintf(p.Stderr, "Unknown database: %s\nTry `getent --help' or `getent --usage' for more information.\n", database)
		return 1
	}
	if len(keys) == 0 {
		g.all(database)
		return 0
	}
	status := 0
	for _, k := range keys {
		p.Step(1)
		if !lookup(k) {
			status = 2
		}
	}
	return status
}

type getent struct{ p *host.Proc }

// all lists a whole database.
func (g *getent) all(database string) {
	switch database {
	case "hosts", "ahosts", "ahostsv4", "ahostsv6":
		for _, e := range g.p.Host.ReadHosts() {
			g.host(e.Addr, e.Names...)
		}
	case "services":
		for _, s := range readServices(g.p.Host) {
			g.service(&s)
		}
	case "protocols":
		for _, name := range []string{"ip", "icmp", "tcp", "udp", "ipv6", "ipv6-icmp"} {
			g.protocols(name)
		}
	default:
		text, err := g.p.Host.FS.ReadFile("/etc/"+database, g.p.Cred)
		if err == nil {
			g.p.Print(string(text))
		}
	}
}

func (g *getent) host(a netip.Addr, names ...string) {
	g.p.Printf("%-15s %s\n", a, strings.Join(names, " "))
}

// hosts asks for IPv6 addresses and, if there are none, for IPv4.
func (g *getent) hosts(key string) bool {
	if a, err := netip.ParseAddr(key); err == nil {
		for _, e := range g.p.Host.ReadHosts() {
			if e.Addr == a {
				g.host(a, e.Names...)
				return true
			}
		}
		name, err := g.p.Host.LookupName(g.p.Task, a)
		if err == nil {
			g.host(a, name)
		}
		return err == nil
	}
	for _, family := range []host.Family{host.IPv6, host.IPv4} {
		addrs, canonical, err := lookupHost(g.p, key, family)
		if err != nil {
			continue
		}
		names := []string{canonical}
		if !strings.EqualFold(canonical, strings.TrimSuffix(key, ".")) {
			names = append(names, strings.TrimSuffix(key, "."))
		}
		for _, a := range addrs {
			g.host(a, names...)
		}
		return true
	}
	return false
}

func (g *getent) ahosts(key string, family host.Family) bool {
	addrs, canonical, err := lookupHost(g.p, key, family)
	if err != nil && family == host.IPv6 { // AI_V4MAPPED
		addrs, canonical, err = lookupHost(g.p, key, host.IPv4)
		for i, a := range addrs {
			addrs[i] = netip.AddrFrom16(a.As16())
		}
	}
	if err != nil {
		return false
	}
	for i, a := range addrs {
		name := ""
		if i == 0 {
			name = canonical
		}
		g.p.Printf("%-15s STREAM %s\n%-15s DGRAM  \n%-15s RAW    \n", a, name, a, a)
	}
	return true
}

// colon looks a key up in a file of colon separated fields: by the first field,
// or by a number in the given one.
func (g *getent) colon(file string, number int) func(string) bool {
	return func(key string) bool {
		text, err := g.p.Host.FS.ReadFile(file, g.p.Cred)
		if err != nil {
			return false
		}
		_, err = strconv.Atoi(key)
		numeric := err == nil && number >= 0
		for row := range strings.Lines(string(text)) {
			f := strings.Split(strings.TrimRight(row, "\n"), ":")
			if len(f) < 2 {
				continue
			}
			if f[0] == key && !numeric || numeric && len(f) > number && f[number] == key {
				g.p.Print(strings.TrimRight(row, "\n") + "\n")
				return true
			}
		}
		return false
	}
}

func (g *getent) service(s *service) {
	g.p.Print(strings.TrimRight(fmt.Sprintf("%-21s %d/%s %s", s.name, s.port, s.proto, strings.Join(s.aliases, " ")), " ") + "\n")
}

func (g *getent) services(key string) bool {
	name, proto, _ := strings.Cut(key, "/")
	port, err := strconv.Atoi(name)
	for _, s := range readServices(g.p.Host) {
		if (proto == "" || proto == s.proto) && (s.has(name) || err == nil && int(s.port) == port) {
			g.service(&s)
			return true
		}
	}
	return false
}

func (g *getent) protocols(key string) bool {
	for _, row := range []struct {
		name   string
		number int
		alias  string
	}{{"ip", 0, "IP"}, {"icmp", 1, "ICMP"}, {"tcp", 6, "TCP"}, {"udp", 17, "UDP"}, {"ipv6", 41, "IPv6"}, {"ipv6-icmp", 58, "IPv6-ICMP"}} {
		if key == row.name || key == row.alias || key == strconv.Itoa(row.number) {
			g.p.Printf("%-21s %d %s\n", row.name, row.number, row.alias)
			return true
		}
	}
	return false
}
