package userland

import (
	"fmt"
	"net/netip"
	"strings"
)

// address is "ip address".
func (t *ipTool) address(args []string) int {
	command, rest := ipCommand(args, "add", "change", "replace", "delete", "flush")
	switch command {
	case "show":
		name, ok := t.pick(rest)
		if !ok {
			return 1
		}
		t.show(name, true)
		return 0
	case "add", "delete":
		return t.changeAddress(command == "add", rest)
	case "help":
		return t.help(nil)
	}
	return t.unknown("address", args[0])
}

func (t *ipTool) changeAddress(add bool, args []string) int {
	if len(args) == 0 {
		fmt.Fprint(t.p.Stderr, "Not enough information: \"dev\" argument is required.\n")
		return 255
	}
	text := args[0]
	if text == "local" && len(args) > 1 {
		text = args[1]
	}
	prefix, err := netip.ParsePrefix(text)
	if a, aerr := netip.ParseAddr(text); aerr == nil {
		prefix, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil {
		fmt.Fprintf(t.p.Stderr, "Error: any valid prefix is expected rather than \"%s\".\n", text)
		return 1
	}
	dev := ipValue(args, "dev")
	if dev == "" {
		fmt.Fprint(t.p.Stderr, "Not enough information: \"dev\" argument is required.\n")
		return 255
	}
	iface := t.p.Host.Node.Iface(dev)
	if iface == nil {
		fmt.Fprintf(t.p.Stderr, "Cannot find device \"%s\"\n", dev)
		return 1
	}
	if err := t.permitted(); err != nil {
		return t.answer(err)
	}
	if add {
		return t.answer(iface.AddAddr(prefix))
	}
	return t.answer(iface.DelAddr(prefix))
}

// link is "ip link".
func (t *ipTool) link(args []string) int {
	command, rest := ipCommand(args, "set", "add", "delete")
	switch command {
	case "show":
		name, ok := t.pick(rest)
		if !ok {
			return 1
		}
		t.show(name, false)
		return 0
	case "set":
		return t.setLink(rest)
	case "help":
		return t.help(nil)
	}
	return t.unknown("link", args[0])
}

func (t *ipTool) setLink(args []string) int {
	if len(args) > 1 && args[0] == "dev" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprint(t.p.Stderr, "Not enough of information: \"dev\" argument is required.\n")
		return 255
	}
	iface := t.p.Host.Node.Iface(args[0])
	if iface == nil {
		fmt.Fprintf(t.p.Stderr, "Cannot find device \"%s\"\n", args[0])
		return 1
	}
	for _, word := range args[1:] {
		if err := t.permitted(); err != nil {
			return t.answer(err)
		}
		switch word {
		case "up":
			iface.SetDown(false)
		case "down":
			iface.SetDown(true)
		default:
			fmt.Fprintf(t.p.Stderr, "Error: either \"dev\" is duplicate, or \"%s\" is a garbage.\n", word)
			return 255
		}
	}
	return 0
}

// show prints interfaces, with their addresses or without.
func (t *ipTool) show(name string, addresses bool) {
	for _, i := range interfacesOf(t.p.Host) {
		t.p.Step(1)
		if name != "" && i.name != name {
			continue
		}
		switch {
		case t.brief:
			t.briefLine(&i, addresses)
		case t.oneLine && addresses:
			for _, a := range i.addrs {
				if t.family(a.Addr()) {
					t.p.Printf("%d: %s    %s\\       valid_lft forever preferred_lft forever\n", i.index, i.name, addressText(&i, a))
				}
			}
		default:
			t.full(&i, addresses)
		}
	}
}

func (t *ipTool) family(a netip.Addr) bool { return t.v4 == t.v6 || a.Is4() && t.v4 || a.Is6() && t.v6 }

func (i *netInterface) flags() string {
	switch {
	case i.loopback && i.up:
		return "LOOPBACK,UP,LOWER_UP"
	case i.loopback:
		return "LOOPBACK"
	case i.up:
		return "BROADCAST,MULTICAST,UP,LOWER_UP"
	}
	return "BROADCAST,MULTICAST"
}

func (i *netInterface) state() string {
	switch {
	case !i.up:
		return "DOWN"
	case i.loopback:
		return "UNKNOWN"
	}
	return "UP"
}

func (t *ipTool) briefLine(i *netInterface, addresses bool) {
	t.p.Printf("%-16s %-14s ", i.name, i.state())
	if !addresses {
		t.p.Printf("%s <%s> \n", i.mac, i.flags())
		return
	}
	for _, a := range i.addrs {
		if t.family(a.Addr()) {
			t.p.Printf("%s ", a)
		}
	}
	t.p.Print("\n")
}

func (t *ipTool) full(i *netInterface, addresses bool) {
	var list []string
	for _, a := range i.addrs {
		if t.family(a.Addr()) {
			list = append(list, addressText(i, a))
		}
	}
	if t.v4 != t.v6 && addresses && len(list) == 0 {
		return
	}
	qdisc, mode, kind := "pfifo_fast", "", "ether"
	if i.loopback {
		qdisc, kind = "noqueue", "loopback"
	}
	brd := "ff:ff:ff:ff:ff:ff"
	if i.loopback {
		brd = "00:00:00:00:00:00"
	}
	if !addresses {
		mode = "mode DEFAULT "
	}
	t.p.Printf("%d: %s: <%s> mtu %d qdisc %s state %s %sgroup default qlen 1000\n", i.index, i.name, i.flags(), i.mtu, qdisc, i.state(), mode)
	if t.v4 == t.v6 || !addresses {
		t.p.Printf("    link/%s %s brd %s\n", kind, i.mac, brd)
	}
	if !addresses {
		return
	}
	for _, text := range list {
		t.p.Printf("    %s\n       valid_lft forever preferred_lft forever\n", text)
	}
}

// addressText is one address with its scope.
func addressText(i *netInterface, p netip.Prefix) string {
	a := p.Addr()
	switch {
	case a.Is6() && a.IsLoopback():
		return fmt.Sprintf("inet6 %s scope host ", p)
	case a.Is6() && a.IsLinkLocalUnicast():
		return fmt.Sprintf("inet6 %s scope link ", p)
	case a.Is6():
		return fmt.Sprintf("inet6 %s scope global ", p)
	case a.IsLoopback():
		return fmt.Sprintf("inet %s scope host %s", p, i.name)
	}
	brd := ""
	if b := broadcastOf(p); b.IsValid() {
		brd = "brd " + b.String() + " "
	}
	return fmt.Sprintf("inet %s %sscope global %s", p, brd, i.name)
}

// broadcastOf is the last address of an IPv4 subnet of more than two.
func broadcastOf(p netip.Prefix) netip.Addr {
	if !p.Addr().Is4() || p.Bits() > 30 {
		return netip.Addr{}
	}
	b := p.Addr().As4()
	mask := uint32(1)<<(32-p.Bits()) - 1
	for i := range b {
		b[i] |= byte(mask >> (24 - 8*i))
	}
	return netip.AddrFrom4(b)
}

// netmaskOf is a prefix length as a mask.
func netmaskOf(bits int) string {
	mask := ^uint32(0) << (32 - bits)
	if bits == 0 {
		mask = 0
	}
	var parts []string
	for shift := 24; shift >= 0; shift -= 8 {
		parts = append(parts, fmt.Sprint(byte(mask>>shift)))
	}
	return strings.Join(parts, ".")
}
