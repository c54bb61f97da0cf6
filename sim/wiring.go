package sim

import (
	"fmt"

	"mxlab/sim/host"
	"mxlab/sim/userland"
	"mxlab/sim/vnet"
)

// wire builds the network of a blueprint: its links, and the stacks of its
// hosts and routers. Each world gets a clone of it.
func wire(b *Blueprint) (*vnet.Net, error) {
	n := vnet.New(nil, nil)
	links := map[string]*vnet.Link{}
	for _, l := range b.Links {
		links[l.Name] = n.AddLink(vnet.LinkSpec{Name: l.Name, Latency: l.Latency, Loss: l.Loss,
			Bandwidth: l.Bandwidth, MTU: l.MTU, DropFragments: l.NoFrags})
	}
	for i := range b.Hosts {
		if err := addNode(n, &b.Hosts[i], links); err != nil {
			return nil, fmt.Errorf("host %s: %w", b.Hosts[i].Name, err)
		}
	}
	return n, nil
}

// addNode puts a host's or router's stack on the network.
func addNode(n *vnet.Net, spec *Host, links map[string]*vnet.Link) error {
	node, err := n.AddNode(spec.Name)
	if err != nil {
		return err
	}
	node.Forwarding = spec.Forward
	for _, i := range spec.Ifaces {
		if links[i.Link] == nil {
			return fmt.Errorf("interface %s: no link %q", i.Name, i.Link)
		}
		if _, err := node.Attach(links[i.Link], i.Name, i.Addrs...); err != nil {
			return fmt.Errorf("interface %s: %w", i.Name, err)
		}
	}
	for _, r := range spec.Routes {
		if err := node.AddRoute(r); err != nil {
			return fmt.Errorf("route to %s: %w", r.Dst, err)
		}
	}
	for _, f := range spec.Filters {
		node.AddPortFilter(f)
	}
	return nil
}

// interfacesFile is /etc/network/interfaces of a Debian host, with the host's
// interfaces and routes.
func (h *Host) interfacesFile() []File {
	if h.Flavour != host.Debian || len(h.Ifaces) == 0 {
		return nil
	}
	var list []userland.InterfaceSpec
	for _, i := range h.Ifaces {
		list = append(list, userland.InterfaceSpec{Name: i.Name, Addrs: i.Addrs, Routes: h.Routes})
	}
	return []File{{Path: "/etc/network/interfaces", Data: []byte(userland.InterfacesText(list))}}
}
