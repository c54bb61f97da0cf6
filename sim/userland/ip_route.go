package userland

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mxlab/sim/vnet"
)

// route is "ip route".
func (t *ipTool) route(args []string) int {
	command, rest := ipCommand(args, "get", "add", "delete", "replace", "change", "chg", "append", "prepend", "flush")
	switch command {
	case "show":
		f, status := t.routeFilter(rest)
		if status == 0 {
			status = t.showRoutes(&f)
		}
		return status
	case "get":
		return t.routeGet(rest)
	case "add", "delete", "replace", "change", "chg", "append", "prepend":
		return t.changeRoute(command, rest)
	case "flush":
		return t.flushRoutes(rest)
	case "help":
		return t.usage(ipRouteUsage)
	}
	return t.unknown("route", args[0])
}

// routeFilter says which routes "ip route show" and "flush" are about. What it
// fixes is not shown again.
type routeFilter struct {
	dev, proto, scope, table string
	via                      netip.Addr
	kind                     vnet.RouteType
	typed                    bool
	exact, match, root       netip.Prefix
	cache                    bool
}

// routeFilter reads a selector.
func (t *ipTool) routeFilter(args []string) (f routeFilter, status int) {
	for i := 0; i < len(args); i++ {
		word, value := args[i], ""
		if slices.Contains([]string{"dev", "oif", "via", "proto", "protocol", "scope", "table", "type", "match", "exact", "root", "to", "src", "metric", "vrf"}, word) {
			if i++; i >= len(args) {
				return f, t.incomplete()
			}
			value = args[i]
		}
		var err error
		switch word {
		case "dev", "oif":
			if f.dev = value; t.p.Host.Node.Iface(value) == nil {
				return f, t.noDevice(value)
			}
		case "via":
			if f.via, err = netip.ParseAddr(value); err != nil {
				return f, t.fail(1, "Error: any valid address is expected rather than \"%s\".", value)
			}
		case "proto", "protocol":
			f.proto = value
		case "scope":
			f.scope = value
		case "table":
			f.table = value
		case "type":
			k, ok := routeType(value)
			if f.kind, f.typed = k, true; !ok {
				return f, t.fail(255, "Error: argument \"%s\" is wrong: node type value is invalid\n", value)
			}
		case "src", "metric", "vrf":
		case "cache", "cached":
			f.cache = true
		case "match", "root", "exact", "to":
			if word == "to" && (value == "match" || value == "root" || value == "exact") {
				args[i] = value
				i--
				continue
			}
			status = f.prefix(t, word, value)
		default:
			status = f.prefix(t, "exact", word)
		}
		if status != 0 {
			return f, status
		}
	}
	return f, 0
}

func (f *routeFilter) prefix(t *ipTool, word, value string) int {
	if value == "0/0" {
		value = "default"
	}
	p, err := parseDestination(value, t.v6)
	if err != nil {
		return t.fail(1, "Error: any valid prefix is expected rather than \"%s\".", value)
	}
	if p.Addr().Is6() {
		t.v6, t.v4 = true, false
	}
	switch word {
	case "match":
		f.match = p
	case "root":
		f.root = p
	default:
		f.exact = p
	}
	return 0
}

// accepts reports whether a route of the main table is selected.
func (f *routeFilter) accepts(r *vnet.Route) bool {
	covers := func(a, b netip.Prefix) bool { return a.Bits() <= b.Bits() && a.Contains(b.Addr()) }
	proto := r.Proto
	if proto == "" {
		proto = "boot"
	}
	return (f.dev == "" || f.dev == r.Dev) && (!f.via.IsValid() || f.via == r.Via) && (f.proto == "" || f.proto == proto) &&
		(f.scope == "" || f.scope == routeScope(r)) && (!f.typed || f.kind == r.Type) &&
		(!f.exact.IsValid() || f.exact == r.Dst) && (!f.match.IsValid() || covers(r.Dst, f.match)) && (!f.root.IsValid() || covers(f.root, r.Dst))
}

// routes lists the routes of the family asked for in the kernel's order of
// dumping: the default route of IPv4 first, that of IPv6 last.
func (t *ipTool) routes() (list []vnet.Route) {
	for _, r := range t.p.Host.Node.Routes() {
		if r.Dst.Addr().Is6() == t.v6 {
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

// showRoutes is "ip route show".
func (t *ipTool) showRoutes(f *routeFilter) int {
	switch f.table {
	case "", "main", "254", "all", "unspec", "0", "local", "255":
	default:
		return t.fail(2, "Error: ipv4: FIB table does not exist.\nDump terminated")
	}
	if f.cache {
		return 0
	}
	var objects []string
	both := f.table == "all" && !t.v4 && !t.v6
	for _, six := range []bool{false, true} {
		if six != t.v6 && !both {
			continue
		}
		list := &ipTool{p: t.p, v4: !six, v6: six}
		if f.table != "local" && f.table != "255" {
			for _, r := range list.routes() {
				if !f.accepts(&r) {
					continue
				}
				if t.json {
					objects = append(objects, routeJSON(&r))
				} else {
					t.p.Print(t.routeText(&r, f) + "\n")
				}
			}
		}
		if f.table != "" && f.table != "main" && f.table != "254" {
			list.localTable(f.table == "all" || f.table == "unspec" || f.table == "0")
		}
	}
	if t.json {
		t.p.Print("[" + strings.Join(objects, ",") + "]\n")
	}
	return 0
}

// localTable prints the table of the host's own addresses.
func (t *ipTool) localTable(named bool) {
	word := ""
	if named {
		word = "table local "
	}
	for _, i := range interfacesOf(t.p.Host) {
		if !i.up {
			continue
		}
		for _, a := range i.addresses() {
			switch {
			case a.Addr().Is6() != t.v6:
			case t.v6:
				t.p.Printf("local %s dev %s %sproto kernel metric 0 pref medium\n", a.Addr(), i.name, word)
			default:
				if i.loopback {
					t.p.Printf("local %s dev lo %sproto kernel scope host src %s \n", a.Masked(), word, a.Addr())
				}
				t.p.Printf("local %s dev %s %sproto kernel scope host src %s \n", a.Addr(), i.name, word, a.Addr())
				if b := broadcastOf(a.Prefix); b.IsValid() {
					t.p.Printf("broadcast %s dev %s %sproto kernel scope link src %s \n", b, i.name, word, a.Addr())
				}
			}
		}
	}
}

// routeTypeNames are the words for the types of routes.
var routeTypeNames = [...]string{vnet.Unicast: "", vnet.Blackhole: "blackhole", vnet.Unreachable: "unreachable", vnet.Prohibit: "prohibit", vnet.Throw: "throw"}

// routeType returns the type with a name, and whether there is one.
func routeType(name string) (vnet.RouteType, bool) {
	if name == "unicast" {
		return vnet.Unicast, true
	}
	k := slices.Index(routeTypeNames[1:], name)
	return vnet.RouteType(k + 1), k >= 0
}

// routeScope is how far away the destination is: IPv4 only.
func routeScope(r *vnet.Route) string {
	if r.Via.IsValid() || r.Type != vnet.Unicast || r.Dst.Addr().Is6() {
		return "global"
	}
	return "link"
}

// routeDst is a destination as ip writes it.
func routeDst(p netip.Prefix) string {
	switch p.Bits() {
	case 0:
		return "default"
	case p.Addr().BitLen():
		return p.Addr().String()
	}
	return p.String()
}

// routeMetric is the metric shown: IPv6 has one always.
func routeMetric(r *vnet.Route) int {
	if r.Metric == 0 && r.Dst.Addr().Is6() {
		if r.Proto == "kernel" {
			return 256
		}
		return 1024
	}
	return r.Metric
}

// routeText is a line of "ip route"; that of IPv4 ends in a blank.
func (t *ipTool) routeText(r *vnet.Route, f *routeFilter) string {
	var b strings.Builder
	if kind := routeTypeNames[r.Type]; kind != "" {
		b.WriteString(kind + " ")
	} else if t.details {
		b.WriteString("unicast ")
	}
	v6 := r.Dst.Addr().Is6()
	b.WriteString(routeDst(r.Dst) + " ")
	if r.Via.IsValid() && !f.via.IsValid() {
		fmt.Fprintf(&b, "via %s ", r.Via)
	}
	dev := r.Dev
	if v6 && r.Type != vnet.Unicast {
		dev = "lo"
	}
	if dev != "" && f.dev == "" {
		fmt.Fprintf(&b, "dev %s ", dev)
	}
	if proto := r.Proto; (proto != "" && proto != "boot" || t.details) && f.proto == "" {
		if proto == "" {
			proto = "boot"
		}
		fmt.Fprintf(&b, "proto %s ", proto)
	}
	if scope := routeScope(r); !v6 && f.scope == "" && (scope == "link" || t.details) {
		fmt.Fprintf(&b, "scope %s ", scope)
	}
	if r.Src.IsValid() && (!v6 || r.Proto != "kernel") {
		fmt.Fprintf(&b, "src %s ", r.Src)
	}
	if metric := routeMetric(r); metric != 0 {
		fmt.Fprintf(&b, "metric %d ", metric)
	}
	if r.OnLink {
		b.WriteString("onlink ")
	}
	if r.MTU > 0 {
		fmt.Fprintf(&b, "mtu %d ", r.MTU)
	}
	if v6 {
		return b.String() + "pref medium"
	}
	return b.String()
}

// routeJSON is the route as "ip -json" prints it.
func routeJSON(r *vnet.Route) string {
	var o jsonObject
	if kind := routeTypeNames[r.Type]; kind != "" {
		o.text("type", kind)
	}
	o.text("dst", routeDst(r.Dst))
	if r.Via.IsValid() {
		o.text("gateway", r.Via.String())
	}
	if r.Dev != "" {
		o.text("dev", r.Dev)
	}
	if r.Proto != "" && r.Proto != "boot" {
		o.text("protocol", r.Proto)
	}
	if routeScope(r) == "link" {
		o.text("scope", "link")
	}
	if r.Src.IsValid() && (r.Dst.Addr().Is4() || r.Proto != "kernel") {
		o.text("prefsrc", r.Src.String())
	}
	if metric := routeMetric(r); metric != 0 {
		o.number("metric", metric)
	}
	o.list("flags", nil)
	if r.Dst.Addr().Is6() {
		o.text("pref", "medium")
	}
	return o.String()
}
