package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// runRoute models route(8) of net-tools 2.10: the IPv4 routing table, to look
// at, and to change with add and del.
func runRoute(p *host.Proc) int {
	numeric, netstat := false, false
	words := p.Args[1:]
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		numeric = numeric || strings.Contains(words[0], "n")
		netstat = netstat || strings.Contains(words[0], "e")
		words = words[1:]
	}
	if len(words) == 0 {
		p.Print(routeTable(p, numeric, netstat))
		return 0
	}
	if words[0] != "add" && words[0] != "del" && words[0] != "delete" {
		fmt.Fprint(p.Stderr, routeUsage)
		return 3
	}
	r, text, status := parseOldRoute(words[1:])
	if text != "" {
		fmt.Fprint(p.Stderr, text)
		return status
	}
	call, err := "SIOCADDRT", error(nil)
	if words[0] != "add" {
		call = "SIOCDELRT"
	}
	switch {
	case p.Cred.UID != 0:
		err = vnet.EPERM
	case call == "SIOCADDRT":
		err = p.Host.Node.AddRoute(r)
	default:
		err = p.Host.Node.DelRoute(r)
	}
	if err != nil {
		fmt.Fprintf(p.Stderr, "%s: %s\n", call, systemText(err))
		return 7
	}
	return 0
}

// parseOldRoute reads what stands behind "route add". A text says what is
// wrong.
func parseOldRoute(words []string) (r vnet.Route, text string, status int) {
	r.Proto = "boot"
	kind, target, mask := "", "", ""
	for i := 0; i < len(words); i++ {
		word, value := words[i], ""
		switch word {
		case "gw", "netmask", "metric", "dev", "mss", "window", "irtt":
			if i++; i >= len(words) {
				return r, oldRouteUsage, 3
			}
			value = words[i]
		}
		switch word {
		case "-net", "-host":
			kind = word
		case "gw":
			a, err := netip.ParseAddr(value)
			if err != nil {
				return r, value + ": Unknown host\n", 6
			}
			r.Via = a
		case "netmask":
			mask = value
		case "metric":
			r.Metric, _ = strconv.Atoi(value)
		case "dev":
			r.Dev = value
		case "reject":
			r.Type = vnet.Unreachable
		case "mss", "window", "irtt", "mod", "dyn", "reinstate":
		default:
			if target == "" {
				target = word
			} else {
				r.Dev = word
			}
		}
	}
	if target == "" {
		return r, oldRouteUsage, 3
	}
	return destination(r, kind, target, mask)
}

// destination settles the destination from the target and its mask.
func destination(r vnet.Route, kind, target, mask string) (vnet.Route, string, int) {
	if target == "default" {
		target, mask, kind = "0.0.0.0", "0", "-net"
	}
	text, length, _ := strings.Cut(target, "/")
	if length != "" {
		mask, kind = length, "-net"
	}
	a, err := netip.ParseAddr(text)
	if err != nil || !a.Is4() {
		return r, text + ": Unknown host\n", 6
	}
	bits := 32
	if mask != "" {
		if bits, err = maskBits(mask); err != nil || bits > 32 {
			return r, "route: bogus netmask " + mask + "\n" + oldRouteUsage, 3
		}
	} else if kind == "-net" {
		s := &netStanza{options: []netOption{{"address", text}}}
		p, _ := s.prefix()
		bits = p.Bits()
	}
	r.Dst = netip.PrefixFrom(a, bits)
	if r.Dst != r.Dst.Masked() {
		return r, "route: netmask doesn't match route address\n" + oldRouteUsage, 3
	}
	return r, "", 0
}

const routeUsage = `Usage: route [-nNvee] [-FC] [<AF>]           List kernel routing tables
       route [-v] [-FC] {add|del|flush} ...  Modify routing table for AF.

       route {-h|--help} [<AF>]              Detailed usage syntax for specified AF.
       route {-V|--version}                  Display version/author and exit.

        -v, --verbose            be verbose
        -n, --numeric            don't resolve names
        -e, --extend             display other/more information
        -F, --fib                display Forwarding Information Base (default)
        -C, --cache              display routing cache instead of FIB
`

const oldRouteUsage = `Usage: inet_route [-vF] del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]
       inet_route [-vF] add {-host|-net} Target[/prefix] [gw Gw] [metric M]
                              [netmask N] [mss Mss] [window W] [irtt I]
                              [mod] [dyn] [reinstate] [[dev] If]
       inet_route [-vF] add {-host|-net} Target[/prefix] [metric M] reject
       inet_route [-FC] flush      NOT supported
`
