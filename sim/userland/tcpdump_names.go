package userland

import (
	"net/netip"
	"strings"

	"mxlab/sim/host"
)

// tcpdumpNames finds names for addresses and ports, and remembers them. Looking
// an address up sends packets, which the capture then shows, as in reality.
type tcpdumpNames struct {
	t     *tcpdump
	hosts map[netip.Addr]string
	ports map[string]string // by "25/tcp"
}

// maxTcpdumpNames bounds the addresses that are looked up.
const maxTcpdumpNames = 4096

func newTcpdumpNames(t *tcpdump) *tcpdumpNames {
	return &tcpdumpNames{t: t, hosts: map[netip.Addr]string{}}
}

// host returns the name of an address, "" if it has none.
func (n *tcpdumpNames) host(a netip.Addr) string {
	name, known := n.hosts[a]
	if known || len(n.hosts) >= maxTcpdumpNames || a.IsMulticast() || a.IsUnspecified() {
		return name
	}
	n.hosts[a] = ""
	if found, err := n.t.p.Host.LookupName(n.t.p.Task, a); err == nil {
		if name = strings.TrimSuffix(found, "."); n.t.short {
			name, _, _ = strings.Cut(name, ".")
		}
	}
	n.hosts[a] = name
	return name
}

// port returns the name of a port.
func (n *tcpdumpNames) port(port uint16, proto string) string {
	if n.ports == nil {
		n.ports = map[string]string{}
		for _, s := range readServices(n.t.p.Host) {
			if key := decimal(int(s.port)) + "/" + s.proto; n.ports[key] == "" {
				n.ports[key] = s.name
			}
		}
	}
	return n.ports[decimal(int(port))+"/"+proto]
}

// iface returns the name of an interface of the host.
func (n *tcpdumpNames) iface(index uint32) string {
	list := n.t.p.Host.Node.Ifaces()
	if index == 0 || int(index) > len(list) {
		return ""
	}
	return list[index-1].Name
}

// addrs and number resolve the names of a filter.
func (n *tcpdumpNames) addrs(name string) []netip.Addr {
	list, _, err := lookupHost(n.t.p, name, host.AnyFamily)
	if err != nil {
		return nil
	}
	return list
}

func (n *tcpdumpNames) number(name, proto string) (uint16, bool) {
	return servicePort(n.t.p.Host, name, proto)
}
