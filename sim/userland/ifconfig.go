package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// runIfconfig models ifconfig(8) of net-tools 2.10: interfaces to look at, and
// to change by up, down, mtu, an address, a netmask, add and del. It leaves out
// aliases and the counters.
func runIfconfig(p *host.Proc) int {
	name, all := "", false
	var change []string
	for _, word := range p.Args[1:] {
		switch {
		case strings.HasPrefix(word, "-") && name == "":
			all = all || word == "-a"
		case name == "":
			name = word
		default:
			change = append(change, word)
		}
	}
	if len(change) > 0 {
		return changeIface(p, name, change)
	}
	if name != "" && p.Host.Node.Iface(name) == nil {
		fmt.Fprintf(p.Stderr, "%s: error fetching interface information: Device not found\n", name)
		return 1
	}
	list := interfacesOf(p.Host)
	for _, i := range append(list[1:len(list):len(list)], list[0]) { // lo comes last
		if i.name == name || name == "" && (all || i.up) {
			p.Print(ifconfigText(&i))
		}
	}
	return 0
}

// changeIface does what stands behind the interface's name, word by word.
func changeIface(p *host.Proc, name string, words []string) int {
	fail := func(status int, format string, args ...any) int {
		fmt.Fprintf(p.Stderr, format+"\n", args...)
		return status
	}
	iface := p.Host.Node.Iface(name)
	if iface == nil {
		return fail(255, "%s: ERROR while getting interface flags: No such device", name)
	}
	var addr netip.Addr
	bits := -1
	for i := 0; i < len(words); i++ {
		word, value := words[i], ""
		switch word {
		case "netmask", "mtu", "broadcast", "add", "del", "txqueuelen", "metric", "hw":
			if i++; i >= len(words) {
				return fail(1, "ifconfig: option `%s' requires an argument.\nifconfig: `--help' gives usage information.", word)
			}
			value = words[i]
		}
		if p.Cred.UID != 0 {
			return fail(255, "%s: Operation not permitted", ifaceCall(word))
		}
		var err error
		switch word {
		case "up", "down":
			iface.SetDown(word == "down")
		case "mtu":
			n, numErr := strconv.Atoi(value)
			if err = iface.SetMTU(n); err != nil || numErr != nil || n == 0 {
				return fail(255, "SIOCSIFMTU: Invalid argument")
			}
		case "netmask":
			if bits, err = maskBits(value); err != nil {
				return fail(1, "%s: Unknown host\nifconfig: `--help' gives usage information.", value)
			}
			if !addr.IsValid() {
				addr = firstIPv4(iface)
			}
		case "add", "del":
			prefix, perr := netip.ParsePrefix(value)
			if perr != nil {
				return fail(255, "%s: Resolver error 0 (no error)", value)
			}
			call, change := "SIOCSIFADDR", iface.AddAddr
			if word == "del" {
				call, change = "SIOCDIFADDR", iface.DelAddr
			}
			if err = change(prefix); err != nil {
				return fail(255, "%s: %s", call, systemText(err))
			}
		case "broadcast", "txqueuelen", "metric", "hw", "promisc", "-promisc", "arp", "-arp", "multicast", "allmulti":
		default:
			text, length, _ := strings.Cut(word, "/")
			if addr, err = netip.ParseAddr(text); err != nil || !addr.Is4() {
				return fail(1, "%s: %s\nifconfig: `--help' gives usage information.", word, noAddress(text))
			}
			if n, lerr := strconv.Atoi(length); lerr == nil && n <= 32 {
				bits = n
			}
		}
	}
	if addr.IsValid() {
		setFirst(iface, addr, bits)
	}
	return 0
}

// ifaceCall is the ioctl behind a word, as messages name it.
func ifaceCall(word string) string {
	switch word {
	case "up", "down":
		return "SIOCSIFFLAGS"
	case "mtu":
		return "SIOCSIFMTU"
	case "netmask":
		return "SIOCSIFNETMASK"
	}
	return "SIOCSIFADDR"
}

// noAddress says why a word is no IPv4 address.
func noAddress(word string) string {
	if strings.Trim(word, "0123456789.") == "" {
		return "Unknown host"
	}
	return "Host name lookup failure"
}

func firstIPv4(i *vnet.Iface) netip.Addr {
	for _, p := range i.Addrs() {
		if p.Addr().Is4() {
			return p.Addr()
		}
	}
	return netip.Addr{}
}

// setFirst replaces the interface's first IPv4 address (SIOCSIFADDR) and
// brings it up. A negative length is that of the address's class.
func setFirst(i *vnet.Iface, a netip.Addr, bits int) {
	if bits < 0 {
		s := &netStanza{options: []netOption{{"address", a.String()}}}
		p, _ := s.prefix()
		bits = p.Bits()
	}
	for _, p := range i.Addrs() {
		if p.Addr().Is4() {
			i.DelAddr(p)
			break
		}
	}
	i.AddAddr(netip.PrefixFrom(a, bits))
	i.SetDown(false)
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
