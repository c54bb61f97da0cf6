package userland

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// arp models arp(8) of net-tools 2.10: the ARP table, to look at in both
// styles, and to change with -s and -d.
type arp struct {
	p       *host.Proc
	numeric bool
	bsd     bool // -a
	device  string
	host    string
	mac     string
	action  byte // 's', 'd' or 0
}

// runArp is the program.
func runArp(p *host.Proc) int {
	t := &arp{p: p}
	for i := 1; i < len(p.Args); i++ {
		word := p.Args[i]
		if !strings.HasPrefix(word, "-") {
			if t.host == "" {
				t.host = word
			} else if t.mac == "" {
				t.mac = word
			}
			continue
		}
		for _, c := range word[1:] {
			switch c {
			case 'n':
				t.numeric = true
			case 'a':
				t.bsd = true
			case 'e', 'v':
			case 's', 'd':
				t.action = byte(c)
			case 'i':
				if i++; i < len(p.Args) {
					t.device = p.Args[i]
				}
			case 'V':
				p.Print("net-tools 2.10\n")
				return 0
			default:
				fmt.Fprintf(p.Stderr, "arp: invalid option -- '%c'\n%s", c, arpUsage)
				return 3
			}
		}
	}
	if t.action != 0 {
		return t.change()
	}
	return t.show()
}

// arpEntry is a row of the table.
type arpEntry struct {
	vnet.Neighbour
	dev string
}

func (t *arp) entries() (list []arpEntry) {
	for _, i := range t.p.Host.Node.Ifaces() {
		if t.device != "" && i.Name != t.device {
			continue
		}
		for _, n := range i.Neighbours() {
			if n.Addr.Is4() {
				list = append(list, arpEntry{n, i.Name})
			}
		}
	}
	return list
}

func (t *arp) show() int {
	list := t.entries()
	if t.host != "" {
		addr, ok := t.resolve()
		if !ok {
			return 255
		}
		list = slices.DeleteFunc(list, func(e arpEntry) bool { return e.Addr != addr })
		if len(list) == 0 {
			t.p.Printf("%s (%s) -- no entry\n", t.host, addr)
			return 0
		}
	}
	if len(list) == 0 && t.device != "" {
		t.p.Print("arp: in 0 entries no match found.\n")
		return 0
	}
	if !t.bsd && len(list) > 0 {
		t.p.Print("Address                  HWtype  HWaddress           Flags Mask            Iface\n")
	}
	for _, e := range list {
		t.p.Step(1)
		t.row(&e)
	}
	return 0
}

func (t *arp) row(e *arpEntry) {
	name := "?"
	if !t.numeric {
		if n, err := t.p.Host.LookupName(t.p.Task, e.Addr); err == nil {
			name = n
		}
	}
	known := e.State != "INCOMPLETE" && e.State != "FAILED"
	if t.bsd {
		mac, flag := macText(e.MAC)+" [ether]", ""
		if !known {
			mac = "<incomplete>"
		}
		if e.State == "PERMANENT" {
			flag = " PERM"
		}
		t.p.Printf("%s (%s) at %s%s on %s\n", name, e.Addr, mac, flag, e.dev)
		return
	}
	if name == "?" {
		name = e.Addr.String()
	}
	if !known {
		t.p.Printf("%-23.23s          (incomplete)                              %s\n", name, e.dev)
		return
	}
	flags := "C"
	if e.State == "PERMANENT" {
		flags = "CM"
	}
	t.p.Printf("%-23.23s  ether   %-18s  %-5s %-15s %s\n", name, macText(e.MAC), flags, "", e.dev)
}

// resolve finds the address of the host named.
func (t *arp) resolve() (netip.Addr, bool) {
	addrs, _, err := lookupHost(t.p, t.host, host.IPv4)
	if err != nil {
		fmt.Fprintf(t.p.Stderr, "%s: Host name lookup failure\n", t.host)
		return netip.Addr{}, false
	}
	return addrs[0].Unmap(), true
}

// change is arp -s and -d.
func (t *arp) change() int {
	call := map[byte]string{'s': "SIOCSARP", 'd': "SIOCDARP(dontpub)"}[t.action]
	switch {
	case t.host == "":
		fmt.Fprint(t.p.Stderr, "arp: need host name\n")
		return 255
	case t.action == 's' && t.mac == "":
		fmt.Fprint(t.p.Stderr, "arp: need hardware address\n")
		return 255
	}
	addr, ok := t.resolve()
	if !ok {
		return 255
	}
	mac, valid := parseMAC(t.mac)
	if t.action == 's' && !valid {
		fmt.Fprint(t.p.Stderr, "arp: invalid hardware address\n")
		return 255
	}
	r, err := t.p.Host.Node.RouteTo(addr)
	switch {
	case t.p.Cred.UID != 0:
		err = vnet.EPERM
	case err != nil || r.Via.IsValid() || r.Dev == "lo":
		err = vnet.ENETUNREACH
	case t.action == 's':
		t.p.Host.Node.Iface(r.Dev).SetNeighbour(addr, mac)
	case !t.p.Host.Node.Iface(r.Dev).DelNeighbour(addr):
		fmt.Fprintf(t.p.Stderr, "No ARP entry for %s\n", addr)
		return 255
	}
	if err != nil {
		fmt.Fprintf(t.p.Stderr, "%s: %s\n", call, systemText(err))
		return 255
	}
	return 0
}

const arpUsage = `Usage:
  arp [-vn]  [<HW>] [-i <if>] [-a] [<hostname>]             <-Display ARP cache
  arp [-v]          [-i <if>] -d  <host> [pub]               <-Delete ARP entry
  arp [-vnD] [<HW>] [-i <if>] -f  [<filename>]            <-Add entry from file
  arp [-v]   [<HW>] [-i <if>] -s  <host> <hwaddr> [temp]            <-Add entry
  arp [-v]   [<HW>] [-i <if>] -Ds <host> <if> [netmask <nm>] pub          <-''-

        -a                       display (all) hosts in alternative (BSD) style
        -e                       display (all) hosts in default (Linux) style
        -s, --set                set a new ARP entry
        -d, --delete             delete a specified entry
        -v, --verbose            be verbose
        -n, --numeric            don't resolve names
        -i, --device             specify network interface (e.g. eth0)
        -D, --use-device         read <hwaddr> from given device
        -A, -p, --protocol       specify protocol family
        -f, --file               read new entries from file or from /etc/ethers
`
