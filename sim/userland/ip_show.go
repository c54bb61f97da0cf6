package userland

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ipFilter says which interfaces and addresses "ip address" and "ip link" show.
type ipFilter struct {
	name    string
	up      bool
	scope   string
	to      netip.Prefix
	second  string // "primary" or "secondary"
	dynamic bool   // none is, in the lab
	labels  string
}

// filter reads what stands behind "show" and "flush".
func (t *ipTool) filter(args []string) (f ipFilter, status int) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if slices.Contains([]string{"dev", "scope", "to", "label", "type", "master", "group", "vrf"}, word) {
			if i++; i >= len(args) {
				return f, t.incomplete()
			}
			switch word {
			case "dev":
				f.name = args[i]
			case "scope":
				f.scope = args[i]
			case "label":
				f.labels = args[i]
			case "to":
				p, err := parseDestination(args[i], t.v6)
				if err != nil {
					return f, t.fail(1, "Error: any valid prefix is expected rather than \"%s\".", args[i])
				}
				f.to = p
			}
			continue
		}
		switch word {
		case "up":
			f.up = true
		case "primary", "secondary":
			f.second = word
		case "dynamic":
			f.dynamic = true
		case "permanent":
		default:
			f.name = word
		}
	}
	if f.name != "" && t.p.Host.Node.Iface(f.name) == nil {
		return f, t.fail(1, "Device \"%s\" does not exist.", f.name)
	}
	return f, 0
}

// narrow reports whether the filter is about addresses, so that interfaces
// without a match are not shown.
func (f *ipFilter) narrow() bool {
	return f.scope != "" || f.to.IsValid() || f.second != "" || f.dynamic || f.labels != ""
}

// ipAddress is an address with what is shown of it.
type ipAddress struct {
	netip.Prefix
	scope     string
	secondary bool
	broadcast netip.Addr
}

// addresses are an interface's, IPv4 first, primary before secondary.
func (i *netInterface) addresses() (list []ipAddress) {
	for pass := range 3 {
		for k, p := range i.addrs {
			a := ipAddress{Prefix: p, scope: "global", secondary: p.Addr().Is4() && i.sharesSubnet(k)}
			if (pass == 2) != p.Addr().Is6() || pass < 2 && a.secondary != (pass == 1) {
				continue
			}
			switch {
			case p.Addr().IsLoopback():
				a.scope = "host"
			case p.Addr().IsLinkLocalUnicast() && p.Addr().Is6():
				a.scope = "link"
			}
			if a.scope == "global" {
				a.broadcast = broadcastOf(p)
			}
			list = append(list, a)
		}
	}
	return list
}

// sharesSubnet reports whether an earlier address is in the same subnet.
func (i *netInterface) sharesSubnet(k int) bool {
	return slices.ContainsFunc(i.addrs[:k], func(p netip.Prefix) bool { return p.Masked() == i.addrs[k].Masked() })
}

// shown are the addresses that pass the filter.
func (t *ipTool) shown(i *netInterface, f *ipFilter) []ipAddress {
	return slices.DeleteFunc(i.addresses(), func(a ipAddress) bool {
		return !t.family(a.Addr()) || f.dynamic || f.scope != "" && f.scope != a.scope ||
			f.to.IsValid() && !(f.to.Contains(a.Addr()) && f.to.Bits() <= a.Bits()) ||
			f.second != "" && a.secondary != (f.second == "secondary") || f.labels != "" && !globMatch(f.labels, i.name)
	})
}

// globMatch matches a label pattern that may end in a star.
func globMatch(pattern, name string) bool {
	if stem, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, stem)
	}
	return pattern == name
}

// show prints interfaces, with their addresses or without.
func (t *ipTool) show(f *ipFilter, addresses bool) {
	var objects []string
	for _, i := range interfacesOf(t.p.Host) {
		t.p.Step(1)
		list := t.shown(&i, f)
		if f.name != "" && i.name != f.name || f.up && !i.up || addresses && len(list) == 0 && (f.narrow() || t.v4 != t.v6) {
			continue
		}
		switch {
		case t.json:
			objects = append(objects, i.json(list, addresses))
		case t.brief:
			t.briefLine(&i, list, addresses)
		case t.oneLine && addresses:
			for _, a := range list {
				t.p.Printf("%d: %s    %s\\       valid_lft forever preferred_lft forever\n", i.index, i.name, a.text(&i))
			}
		default:
			t.full(&i, list, addresses)
		}
	}
	if t.json {
		t.p.Print("[" + strings.Join(objects, ",") + "]\n")
	}
}

func (i *netInterface) flags() []string {
	switch {
	case i.loopback && i.up:
		return []string{"LOOPBACK", "UP", "LOWER_UP"}
	case i.loopback:
		return []string{"LOOPBACK"}
	case i.up && i.unplugged:
		return []string{"NO-CARRIER", "BROADCAST", "MULTICAST", "UP"}
	case i.up:
		return []string{"BROADCAST", "MULTICAST", "UP", "LOWER_UP"}
	}
	return []string{"BROADCAST", "MULTICAST"}
}

func (i *netInterface) state() string {
	switch {
	case !i.up || i.unplugged:
		return "DOWN"
	case i.loopback:
		return "UNKNOWN"
	}
	return "UP"
}

func (t *ipTool) briefLine(i *netInterface, list []ipAddress, addresses bool) {
	t.p.Printf("%-16s %-14s ", i.name, i.state())
	if !addresses {
		t.p.Printf("%s <%s> \n", i.mac, strings.Join(i.flags(), ","))
		return
	}
	for _, a := range list {
		t.p.Printf("%s ", a.Prefix)
	}
	t.p.Print("\n")
}

func (i *netInterface) queue() string {
	if i.loopback {
		return "noqueue"
	}
	return "pfifo_fast"
}

// kind is the link's type and its broadcast address.
func (i *netInterface) kind() (kind, broadcast string) {
	if i.loopback {
		return "loopback", "00:00:00:00:00:00"
	}
	return "ether", "ff:ff:ff:ff:ff:ff"
}

func (t *ipTool) full(i *netInterface, list []ipAddress, addresses bool) {
	queue, tail, sep := "qdisc "+i.queue()+" ", "group default ", "\n"
	if !addresses {
		tail = "mode DEFAULT " + tail
	} else if t.v6 && !t.v4 {
		queue, tail = "", ""
	}
	if t.oneLine {
		sep = "\\"
	}
	t.p.Printf("%d: %s: <%s> mtu %d %sstate %s %sqlen 1000", i.index, i.name, strings.Join(i.flags(), ","), i.mtu, queue, i.state(), tail)
	if t.v4 == t.v6 || !addresses {
		kind, brd := i.kind()
		t.p.Printf("%s    link/%s %s brd %s", sep, kind, i.mac, brd)
	}
	t.p.Print("\n")
	if !addresses {
		return
	}
	for _, a := range list {
		t.p.Printf("    %s\n       valid_lft forever preferred_lft forever\n", a.text(i))
	}
}

// text is one address with its scope.
func (a *ipAddress) text(i *netInterface) string {
	if a.Addr().Is6() {
		return fmt.Sprintf("inet6 %s scope %s ", a.Prefix, a.scope)
	}
	brd, second := "", ""
	if a.broadcast.IsValid() {
		brd = "brd " + a.broadcast.String() + " "
	}
	if a.secondary {
		second = "secondary "
	}
	return fmt.Sprintf("inet %s %sscope %s %s%s", a.Prefix, brd, a.scope, second, i.name)
}

// json is the interface as "ip -json" prints it.
func (i *netInterface) json(list []ipAddress, addresses bool) string {
	kind, brd := i.kind()
	var o jsonObject
	o.number("ifindex", i.index)
	o.text("ifname", i.name)
	o.list("flags", i.flags())
	o.number("mtu", i.mtu)
	o.text("qdisc", i.queue())
	o.text("operstate", i.state())
	if !addresses {
		o.text("linkmode", "DEFAULT")
	}
	o.text("group", "default")
	o.number("txqlen", 1000)
	o.text("link_type", kind)
	o.text("address", i.mac)
	o.text("broadcast", brd)
	if !addresses {
		return o.String()
	}
	var info []string
	for _, a := range list {
		info = append(info, a.json(i))
	}
	o.raw("addr_info", "["+strings.Join(info, ",")+"]")
	return o.String()
}

func (a *ipAddress) json(i *netInterface) string {
	var o jsonObject
	family := "inet"
	if a.Addr().Is6() {
		family = "inet6"
	}
	o.text("family", family)
	o.text("local", a.Addr().String())
	o.number("prefixlen", a.Bits())
	if a.broadcast.IsValid() && family == "inet" {
		o.text("broadcast", a.broadcast.String())
	}
	o.text("scope", a.scope)
	if a.secondary {
		o.raw("secondary", "true")
	}
	if family == "inet" {
		o.text("label", i.name)
	}
	o.number("valid_life_time", 1<<32-1)
	o.number("preferred_life_time", 1<<32-1)
	return o.String()
}

// jsonObject is an object under construction; its members keep their order.
type jsonObject struct{ members []string }

func (o *jsonObject) raw(name, value string) {
	o.members = append(o.members, fmt.Sprintf("%q:%s", name, value))
}
func (o *jsonObject) text(name, value string)       { o.raw(name, fmt.Sprintf("%q", value)) }
func (o *jsonObject) number(name string, value int) { o.raw(name, fmt.Sprint(value)) }
func (o *jsonObject) list(name string, values []string) {
	var quoted []string
	for _, v := range values {
		quoted = append(quoted, fmt.Sprintf("%q", v))
	}
	o.raw(name, "["+strings.Join(quoted, ",")+"]")
}

// String is the finished object.
func (o *jsonObject) String() string { return "{" + strings.Join(o.members, ",") + "}" }
