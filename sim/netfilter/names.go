package netfilter

import (
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// names translates between numbers and the names of a host: services(5),
// protocols(5), users and host names. What it reads it reads once, so it lives
// as long as one command.
type names struct {
	host       *host.Host
	task       *vtime.Task // for look-ups that wait; nil: none are made
	services   []serviceLine
	read       bool
	privileged bool // the command may change the tables
}

type serviceLine struct {
	name, proto string
	port        uint16
	aliases     []string
}

// protocolNames are the protocols of protocols(5) that a mail or name server
// may meet, in its spelling.
var protocolNames = []struct {
	number uint8
	names  string
}{
	{6, "tcp"}, {132, "sctp"}, {17, "udp"}, {136, "udplite"}, {1, "icmp"}, {58, "ipv6-icmp icmpv6"}, {50, "esp"}, {51, "ah"},
	{135, "mobility-header ipv6-mh mh"}, {0, "all ip"}, {2, "igmp"}, {3, "ggp"}, {4, "ipencap ip-encap"}, {5, "st"}, {8, "egp"}, {9, "igp"}, {12, "pup"},
	{20, "hmp"}, {22, "xns-idp"}, {27, "rdp"}, {29, "iso-tp4"}, {33, "dccp"}, {36, "xtp"}, {37, "ddp"}, {38, "idpr-cmtp"},
	{41, "ipv6"}, {43, "ipv6-route"}, {44, "ipv6-frag"}, {45, "idrp"}, {46, "rsvp"}, {47, "gre"}, {57, "skip"},
	{59, "ipv6-nonxt"}, {60, "ipv6-opts"}, {73, "rspf cphb"}, {81, "vmtp"}, {88, "eigrp"}, {89, "ospf ospfigp"}, {93, "ax.25"},
	{94, "ipip"}, {97, "etherip"}, {98, "encap"}, {103, "pim"}, {108, "ipcomp"}, {112, "vrrp"}, {115, "l2tp"}, {124, "isis"},
	{133, "fc"}, {137, "mpls-in-ip"}, {138, "manet"}, {139, "hip"}, {140, "shim6"}, {141, "wesp"}, {142, "rohc"},
}

// protocol returns the name of a protocol number, or the number.
func (n *names) protocol(p uint8) string {
	for _, e := range protocolNames {
		if e.number == p {
			first, _, _ := strings.Cut(e.names, " ")
			return first
		}
	}
	return strconv.Itoa(int(p))
}

// parseProtocol reads the argument of -p.
func parseProtocol(s string) (uint8, *Error) {
	if v, err := strconv.ParseUint(s, 0, 8); err == nil && !strings.Contains(s, "_") {
		return uint8(v), nil
	}
	for _, e := range protocolNames {
		for name := range strings.FieldsSeq(e.names) {
			if name == s && !(s == "ip") || s == "ip" && e.number == 0 {
				return e.number, nil
			}
		}
	}
	return 0, bad("unknown protocol %q specified", s)
}

func (n *names) loadServices() {
	if n.read {
		return
	}
	n.read = true
	if n.host == nil {
		return
	}
	text, err := n.host.FS.ReadFile("/etc/services", host.Root)
	if err != nil {
		return
	}
	for row := range strings.Lines(string(text)) {
		row, _, _ = strings.Cut(row, "#")
		f := strings.Fields(row)
		if len(f) < 2 {
			continue
		}
		portText, proto, _ := strings.Cut(f[1], "/")
		if port, err := strconv.ParseUint(portText, 10, 16); err == nil {
			n.services = append(n.services, serviceLine{f[0], proto, uint16(port), f[2:]})
		}
	}
}

// service finds a port by the name of a service; proto may be "" for any.
func (n *names) service(name, proto string) (uint16, bool) {
	n.loadServices()
	for _, s := range n.services {
		if proto != "" && s.proto != proto {
			continue
		}
		if s.name == name {
			return s.port, true
		}
		for _, a := range s.aliases {
			if a == name {
				return s.port, true
			}
		}
	}
	return 0, false
}

// port returns the text of a port for a listing.
func (w *writer) port(p uint16, proto string) string {
	if !w.numeric {
		w.names.loadServices()
		for _, s := range w.names.services {
			if s.port == p && s.proto == proto {
				return s.name
			}
		}
	}
	return strconv.Itoa(int(p))
}

// resolve returns the addresses of a host name, nil if there are none.
func (n *names) resolve(name string, f family) []netip.Addr {
	if n.host == nil || n.task == nil || name == "" {
		return nil
	}
	want := host.IPv4
	if f == v6 {
		want = host.IPv6
	}
	addrs, _, err := n.host.LookupAddrs(n.task, name, want)
	if err != nil {
		return nil
	}
	var same []netip.Addr
	for _, a := range addrs {
		if familyOf(a) == f {
			same = append(same, a)
		}
	}
	return same
}

// address returns an address as a listing shows it: by name, if it has one. The
// look-up is one of the resolver and may take its time.
func (n *names) address(a netip.Addr, numeric bool) string {
	if !numeric && n.host != nil && n.task != nil {
		if name, err := n.host.LookupName(n.task, a); err == nil {
			return strings.TrimSuffix(name, ".")
		}
	}
	return a.String()
}

// protocolText is the protocol a port belongs to, as services(5) spells it.
func protocolText(proto uint8) string {
	switch proto {
	case 6:
		return "tcp"
	case 17:
		return "udp"
	case 33:
		return "dccp"
	case 132:
		return "sctp"
	case 136:
		return "udplite"
	}
	return ""
}
