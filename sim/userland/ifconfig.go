package userland

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
)

// runIfconfig models ifconfig(8) of net-tools, to look at interfaces only.
func runIfconfig(p *host.Proc) int {
	name := ""
	for _, word := range p.Args[1:] {
		if !strings.HasPrefix(word, "-") {
			name = word
			break
		}
	}
	if name != "" && p.Host.Node.Iface(name) == nil {
		fmt.Fprintf(p.Stderr, "%s: error fetching interface information: Device not found\n", name)
		return 1
	}
	list := interfacesOf(p.Host)
	for _, i := range append(list[1:len(list):len(list)], list[0]) { // lo comes last
		if name == "" || i.name == name {
			p.Print(ifconfigText(&i))
		}
	}
	return 0
}

func ifconfigText(i *netInterface) string {
	var b strings.Builder
	switch {
	case i.loopback:
		fmt.Fprintf(&b, "%s: flags=73<UP,LOOPBACK,RUNNING>  mtu %d\n", i.name, i.mtu)
	case i.up:
		fmt.Fprintf(&b, "%s: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu %d\n", i.name, i.mtu)
	default:
		fmt.Fprintf(&b, "%s: flags=4098<BROADCAST,MULTICAST>  mtu %d\n", i.name, i.mtu)
	}
	for _, p := range i.addrs {
		switch a := p.Addr(); {
		case a.Is4():
			fmt.Fprintf(&b, "        inet %s  netmask %s", a, netmaskOf(p.Bits()))
			if brd := broadcastOf(p); brd.IsValid() && !i.loopback {
				fmt.Fprintf(&b, "  broadcast %s", brd)
			}
			b.WriteByte('\n')
		case a.IsLoopback():
			fmt.Fprintf(&b, "        inet6 %s  prefixlen %d  scopeid 0x10<host>\n", a, p.Bits())
		case a.IsLinkLocalUnicast():
			fmt.Fprintf(&b, "        inet6 %s  prefixlen %d  scopeid 0x20<link>\n", a, p.Bits())
		default:
			fmt.Fprintf(&b, "        inet6 %s  prefixlen %d  scopeid 0x0<global>\n", a, p.Bits())
		}
	}
	if i.loopback {
		b.WriteString("        loop  txqueuelen 1000  (Local Loopback)\n")
	} else {
		fmt.Fprintf(&b, "        ether %s  txqueuelen 1000  (Ethernet)\n", i.mac)
	}
	b.WriteString("        RX packets 0  bytes 0 (0.0 B)\n        RX errors 0  dropped 0  overruns 0  frame 0\n" +
		"        TX packets 0  bytes 0 (0.0 B)\n        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0\n\n")
	return b.String()
}

// runRoute models route(8) of net-tools, to look at the table only.
func runRoute(p *host.Proc) int {
	numeric := false
	for _, word := range p.Args[1:] {
		numeric = numeric || strings.HasPrefix(word, "-") && strings.Contains(word, "n")
	}
	p.Print(routeTable(p, numeric, false))
	return 0
}
