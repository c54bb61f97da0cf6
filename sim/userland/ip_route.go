package userland

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// route is "ip route".
func (t *ipTool) route(args []string) int {
	command, rest := ipCommand(args, "get", "add", "delete", "replace", "change", "flush")
	switch command {
	case "show":
		for _, r := range t.routes() {
			if len(rest) > 0 && rest[len(rest)-1] == "default" && r.Dst.Bits() != 0 {
				continue
			}
			t.p.Print(routeText(r) + "\n")
		}
		return 0
	case "get":
		return t.routeGet(rest)
	case "add", "delete":
		return t.changeRoute(command == "add", rest)
	case "help":
		return t.help(nil)
	}
	return t.unknown("route", args[0])
}

// routes lists the routes of the family asked for in the kernel's order of
// dumping: the default route of IPv4 first, that of IPv6 last.
func (t *ipTool) routes() (list []vnet.Route) {
	for _, r := range t.p.Host.Node.Routes() {
		if r.Dst.Addr().Is6() == t.v6 && r.Dev != "lo" {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b vnet.Route) int {
		if t.v6 && (a.Dst.Bits() == 0) != (b.Dst.Bits() == 0) {
			return b.Dst.Bits() - a.Dst.Bits()
		}
		if c := a.Dst.Addr().Compare(b.Dst.Addr()); c != 0 {
			return c
		}
		return a.Dst.Bits() - b.Dst.Bits()
	})
	return list
}

// routeText is a line of "ip route"; it ends in a blank.
func routeText(r vnet.Route) string {
	var b strings.Builder
	if kind := [...]string{"", "blackhole ", "unreachable ", "prohibit "}[r.Type&3]; kind != "" {
		b.WriteString(kind)
	}
	switch {
	case r.Dst.Bits() == 0:
		b.WriteString("default ")
	case r.Dst.Bits() == r.Dst.Addr().BitLen():
		b.WriteString(r.Dst.Addr().String() + " ")
	default:
		b.WriteString(r.Dst.String() + " ")
	}
	if r.Via.IsValid() {
		fmt.Fprintf(&b, "via %s ", r.Via)
	}
	if r.Dev != "" {
		fmt.Fprintf(&b, "dev %s ", r.Dev)
	}
	if r.Proto != "" && r.Proto != "boot" {
		fmt.Fprintf(&b, "proto %s ", r.Proto)
	}
	v6 := r.Dst.Addr().Is6()
	if !v6 && !r.Via.IsValid() && r.Type == vnet.Unicast {
		b.WriteString("scope link ")
	}
	if r.Src.IsValid() {
		fmt.Fprintf(&b, "src %s ", r.Src)
	}
	metric := r.Metric
	if v6 && metric == 0 {
		if metric = 1024; r.Proto == "kernel" {
			metric = 256
		}
	}
	if metric != 0 {
		fmt.Fprintf(&b, "metric %d ", metric)
	}
	if v6 {
		return b.String() + "pref medium"
	}
	return b.String()
}

func (t *ipTool) routeGet(args []string) int {
	if len(args) == 0 {
		fmt.Fprint(t.p.Stderr, "need at least a destination address\n")
		return 1
	}
	dst, err := netip.ParseAddr(args[0])
	if err != nil {
		fmt.Fprintf(t.p.Stderr, "Error: any valid prefix is expected rather than \"%s\".\n", args[0])
		return 1
	}
	node := t.p.Host.Node
	r, err := node.RouteTo(dst)
	if err != nil {
		return t.answer(err)
	}
	src, err := node.SourceFor(dst)
	if err != nil {
		return t.answer(err)
	}
	if node.Local(dst) {
		t.p.Printf("local %s dev lo src %s uid %d \n    cache <local> \n", dst, src, t.p.Cred.UID)
		return 0
	}
	via := ""
	if r.Via.IsValid() {
		via = fmt.Sprintf("via %s ", r.Via)
	}
	t.p.Printf("%s %sdev %s src %s uid %d \n    cache \n", dst, via, r.Dev, src, t.p.Cred.UID)
	return 0
}

// changeRoute is "ip route add" and "ip route del".
func (t *ipTool) changeRoute(add bool, args []string) int {
	r, status := t.parseRoute(args)
	if status != 0 {
		return status
	}
	node := t.p.Host.Node
	if r.Dev != "" && node.Iface(r.Dev) == nil {
		fmt.Fprintf(t.p.Stderr, "Cannot find device \"%s\"\n", r.Dev)
		return 1
	}
	if err := t.permitted(); err != nil {
		return t.answer(err)
	}
	if add {
		err := node.AddRoute(r)
		if vnetErrno(err) == vnet.ENETUNREACH {
			fmt.Fprint(t.p.Stderr, "Error: Nexthop has invalid gateway.\n")
			return 2
		}
		return t.answer(err)
	}
	if r.Dev == "" && !r.Via.IsValid() {
		for _, have := range node.Routes() {
			if have.Dst == r.Dst {
				r = have
				break
			}
		}
	}
	return t.answer(node.DelRoute(r))
}

// parseRoute reads a route as "ip route add" takes it; a status other than 0
// says that it was wrong and reported.
func (t *ipTool) parseRoute(args []string) (r vnet.Route, status int) {
	r.Proto = "boot"
	wrong := func(what, text string) (vnet.Route, int) {
		fmt.Fprintf(t.p.Stderr, "Error: any valid %s is expected rather than \"%s\".\n", what, text)
		return r, 1
	}
	v6 := t.v6 || strings.Contains(strings.Join(args, " "), ":")
	for i := 0; i < len(args); i++ {
		word, value := args[i], ""
		if slices.Contains([]string{"via", "dev", "src", "metric", "proto", "scope", "table"}, word) {
			if i++; i >= len(args) {
				fmt.Fprint(t.p.Stderr, "Command line is not complete. Try option \"help\"\n")
				return r, 255
			}
			value = args[i]
		}
		var err error
		switch word {
		case "via":
			if r.Via, err = netip.ParseAddr(value); err != nil {
				return wrong("address", value)
			}
		case "src":
			if r.Src, err = netip.ParseAddr(value); err != nil {
				return wrong("address", value)
			}
		case "dev":
			r.Dev = value
		case "metric":
			r.Metric, _ = strconv.Atoi(value)
		case "proto":
			r.Proto = value
		case "blackhole", "unreachable", "prohibit":
			r.Type = map[string]vnet.RouteType{"blackhole": vnet.Blackhole, "unreachable": vnet.Unreachable, "prohibit": vnet.Prohibit}[word]
		case "scope", "table":
		default:
			if r.Dst, err = parseDestination(word, v6); err != nil {
				return wrong("prefix", word)
			}
		}
	}
	return r, 0
}

func parseDestination(word string, v6 bool) (netip.Prefix, error) {
	if word == "default" {
		if v6 {
			return netip.PrefixFrom(netip.IPv6Unspecified(), 0), nil
		}
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0), nil
	}
	if a, err := netip.ParseAddr(word); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(word)
}

// neighbour is "ip neighbour": the gateways the host uses.
func (t *ipTool) neighbour(args []string) int {
	if command, _ := ipCommand(args); command != "show" {
		return t.unknown("neigh", strings.Join(args, " "))
	}
	for _, r := range t.p.Host.Node.Routes() {
		if !r.Via.IsValid() || !t.family(r.Via) {
			continue
		}
		peer := t.p.Host.Node.Net().NodeByAddr(r.Via)
		if peer == nil || peer.IsDown() {
			t.p.Printf("%s dev %s FAILED \n", r.Via, r.Dev)
			continue
		}
		for _, i := range peer.Ifaces() {
			for _, a := range i.Addrs() {
				if a.Addr() == r.Via {
					t.p.Printf("%s dev %s lladdr %s REACHABLE \n", r.Via, r.Dev, hardwareAddr(peer.Name, i.Name))
				}
			}
		}
	}
	return 0
}

// routeTable is the table of route -n and netstat -rn.
func routeTable(p *host.Proc, numeric, netstat bool) string {
	t := &ipTool{p: p}
	var b strings.Builder
	b.WriteString("Kernel IP routing table\n")
	if netstat {
		b.WriteString("Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n")
	} else {
		b.WriteString("Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n")
	}
	for _, r := range t.routes() {
		dst, gateway, flags := r.Dst.Addr().String(), "0.0.0.0", "U"
		if !numeric && r.Dst.Bits() == 0 {
			dst = "default"
		}
		if r.Via.IsValid() {
			gateway, flags = r.Via.String(), "UG"
		}
		if r.Dst.Bits() == 32 {
			flags += "H"
		}
		if r.Type != vnet.Unicast {
			gateway, flags = "-", "!"
		}
		if netstat {
			fmt.Fprintf(&b, "%-15s %-15s %-15s %-7s %3d %-5d %6d %s\n", dst, gateway, netmaskOf(r.Dst.Bits()), flags, 0, 0, 0, r.Dev)
		} else {
			fmt.Fprintf(&b, "%-15s %-15s %-15s %-5s %-6d %-2d %7d %s\n", dst, gateway, netmaskOf(r.Dst.Bits()), flags, r.Metric, 0, 0, r.Dev)
		}
	}
	return b.String()
}
