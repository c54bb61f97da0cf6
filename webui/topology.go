package webui

import (
	"mxlab/sim"
)

// topology is the map of a world in the page's terms.
type topology struct {
	nodes []Node
	links []Link
	zones []Zone
}

// roles are the kinds of hosts that are roles in the page's terms.
var roles = map[string]string{"client": "client", "pc": "client", "mail": "mail", "resolver": "resolver", "auth": "auth", "root": "root", "tld": "tld",
	"reverse": "reverse", "web": "web", "dnsbl": "dnsbl", "firewall": "firewall", "nat": "nat"}

func newTopology(v sim.View) *topology {
	t := &topology{nodes: []Node{}, links: []Link{}}
	near := map[string][]string{} // node -> segments
	for _, l := range v.Links {
		t.links = append(t.links, Link{ID: l.Name, Nodes: append([]string{}, l.Nodes...), Label: textOf(l.Label), Delay: int64(l.Latency)})
		for _, n := range l.Nodes {
			near[n] = append(near[n], l.Name)
		}
	}
	for _, n := range v.Nodes {
		t.nodes = append(t.nodes, nodeOf(n))
	}
	for _, l := range v.Links {
		t.zone(l, near)
	}
	return t
}

func nodeOf(n sim.NodeView) Node {
	out := Node{ID: n.Name, Label: textOf(n.Label), Kind: "host", Role: roles[n.Kind], X: float64(n.X), Y: float64(n.Y), Terminal: n.Terminal, Mine: n.Mine, Down: !n.Up}
	if out.Label == (Text{}) {
		out.Label = Text{n.Name, n.Name}
	}
	switch n.Kind {
	case "router", "switch", "isp", "cloud":
		out.Kind = n.Kind
	}
	for _, a := range n.Addrs {
		out.Addrs = append(out.Addrs, a.String())
	}
	if n.Hostname != "" && n.Hostname != n.Name {
		out.Names = []string{n.Hostname}
	}
	return out
}

// zone makes an area of a segment with more than one host that stands on it
// alone.
func (t *topology) zone(l sim.LinkView, near map[string][]string) {
	var inside []int
	mine := false
	for i, n := range t.nodes {
		if n.Kind == "host" && len(near[n.ID]) == 1 && near[n.ID][0] == l.Name {
			inside = append(inside, i)
			mine = mine || n.Mine
		}
	}
	if len(inside) < 2 || l.Label == (sim.Text{}) {
		return
	}
	t.zones = append(t.zones, Zone{ID: l.Name, Label: textOf(l.Label), Mine: mine})
	for _, i := range inside {
		t.nodes[i].Zone = l.Name
	}
}
