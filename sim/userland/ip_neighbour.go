package userland

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/vnet"
)

// neighbourQuery is what "ip neighbour" is told.
type neighbourQuery struct {
	addr  netip.Prefix
	dev   string
	mac   string
	state string
}

// neighbour is "ip neighbour": the ARP and neighbour discovery tables.
func (t *ipTool) neighbour(args []string) int {
	command, rest := ipCommand(args, "add", "change", "chg", "replace", "delete", "flush", "get")
	switch command {
	case "show", "flush":
		if command == "flush" && len(rest) == 0 {
			return t.fail(1, "Flush requires arguments.")
		}
		q, status := t.neighbourQuery(rest)
		if status != 0 {
			return status
		}
		if q.dev != "" && t.p.Host.Node.Iface(q.dev) == nil {
			return t.noDevice(q.dev)
		}
		if command == "flush" {
			return t.flushNeighbours(&q)
		}
		t.showNeighbours(&q)
		return 0
	case "add", "change", "chg", "replace", "delete", "get":
		return t.changeNeighbour(command, rest)
	case "help":
		return t.usage(ipNeighbourUsage)
	}
	return t.unknown("neigh", args[0])
}

func (t *ipTool) neighbourQuery(args []string) (q neighbourQuery, status int) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if slices.Contains([]string{"dev", "lladdr", "nud", "to", "vrf", "protocol"}, word) {
			if i++; i >= len(args) {
				return q, t.incomplete()
			}
			switch word {
			case "dev":
				q.dev = args[i]
			case "lladdr":
				q.mac = args[i]
			case "nud":
				q.state = strings.ToUpper(args[i])
			}
			if word != "to" {
				continue
			}
		}
		switch word = args[i]; {
		case word == "all" || word == "any" || word == "nomaster" || word == "unused":
		default:
			p, err := parseDestination(word, t.v6)
			if err != nil {
				return q, t.fail(1, "Error: any valid address is expected rather than \"%s\".", word)
			}
			q.addr = p
		}
	}
	return q, 0
}

// selected calls fn for the entries of the tables that are asked for.
func (t *ipTool) selected(q *neighbourQuery, fn func(i *vnet.Iface, n vnet.Neighbour)) {
	for _, i := range t.p.Host.Node.Ifaces() {
		if q.dev != "" && q.dev != i.Name {
			continue
		}
		for _, n := range i.Neighbours() {
			if t.family(n.Addr) && (!q.addr.IsValid() || q.addr.Contains(n.Addr)) && (q.state == "" || q.state == "ALL" || q.state == n.State) {
				fn(i, n)
			}
		}
	}
}

func (t *ipTool) showNeighbours(q *neighbourQuery) {
	var objects []string
	t.selected(q, func(i *vnet.Iface, n vnet.Neighbour) {
		known := n.State != "FAILED" && n.State != "INCOMPLETE"
		if t.json {
			var o jsonObject
			o.text("dst", n.Addr.String())
			o.text("dev", i.Name)
			if known {
				o.text("lladdr", macText(n.MAC))
			}
			o.list("state", []string{n.State})
			objects = append(objects, o.String())
			return
		}
		t.p.Printf("%s ", n.Addr)
		if q.dev == "" {
			t.p.Printf("dev %s ", i.Name)
		}
		if known {
			t.p.Printf("lladdr %s ", macText(n.MAC))
		}
		t.p.Print(n.State + " \n")
	})
	if t.json {
		t.p.Print("[" + strings.Join(objects, ",") + "]\n")
	}
}

// flushNeighbours forgets what was learnt. Without the right to, nothing
// happens, and nothing is said.
func (t *ipTool) flushNeighbours(q *neighbourQuery) int {
	if t.permitted() != nil {
		return 0
	}
	t.selected(q, func(i *vnet.Iface, n vnet.Neighbour) {
		if n.State != "PERMANENT" || q.state == n.State {
			i.DelNeighbour(n.Addr)
		}
	})
	return 0
}

// changeNeighbour sets, removes or asks for one entry.
func (t *ipTool) changeNeighbour(command string, args []string) int {
	q, status := t.neighbourQuery(args)
	switch {
	case status != 0:
		return status
	case q.dev == "" || !q.addr.IsValid():
		return t.fail(255, "Device and destination are required arguments.")
	}
	mac, ok := parseMAC(q.mac)
	if q.mac != "" && !ok {
		return t.fail(1, "\"%s\" is invalid lladdr.", q.mac)
	}
	iface := t.p.Host.Node.Iface(q.dev)
	if iface == nil {
		return t.noDevice(q.dev)
	}
	a := q.addr.Addr()
	exists := slices.ContainsFunc(iface.Neighbours(), func(n vnet.Neighbour) bool { return n.Addr == a })
	if command == "get" {
		if !exists {
			return t.fail(2, "Error: Neighbour entry not found.")
		}
		t.showNeighbours(&neighbourQuery{addr: q.addr})
		return 0
	}
	if err := t.permitted(); err != nil {
		return t.answer(err)
	}
	switch {
	case command == "delete":
		if !iface.DelNeighbour(a) {
			return t.answer(vnet.ENOENT)
		}
		return 0
	case command == "add" && exists:
		return t.answer(vnet.EEXIST)
	case (command == "change" || command == "chg") && !exists:
		return t.answer(vnet.ENOENT)
	case q.mac == "":
		return t.fail(2, "Error: No link layer address given.")
	}
	iface.SetNeighbour(a, mac)
	return 0
}

// parseMAC reads an Ethernet address.
func parseMAC(s string) (mac [6]byte, ok bool) {
	parts := strings.Split(s, ":")
	if len(parts) != 6 {
		return mac, false
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 16, 8)
		if err != nil {
			return mac, false
		}
		mac[i] = byte(n)
	}
	return mac, true
}

// rule is "ip rule", to look at only.
func (t *ipTool) rule(args []string) int {
	command, _ := ipCommand(args, "add", "delete", "flush", "save", "restore")
	switch command {
	case "show":
		t.p.Print("0:\tfrom all lookup local\n32766:\tfrom all lookup main\n")
		if !t.v6 {
			t.p.Print("32767:\tfrom all lookup default\n")
		}
		return 0
	case "help":
		return t.usage("Usage: ip rule [ list [ SELECTOR ]]\n")
	case "":
		return t.unknown("rule", args[0])
	}
	if err := t.permitted(); err != nil {
		return t.answer(err)
	}
	return t.fail(2, "RTNETLINK answers: Operation not supported")
}

const ipNeighbourUsage = `Usage: ip neigh { add | del | change | replace }
                { ADDR [ lladdr LLADDR ] [ nud STATE ] proxy ADDR }
                [ dev DEV ] [ router ] [ use ] [ managed ] [ extern_learn ]
                [ protocol PROTO ]

	ip neigh { show | flush } [ proxy ] [ to PREFIX ] [ dev DEV ] [ nud STATE ]
				  [ vrf NAME ] [ nomaster ]
	ip neigh get { ADDR | proxy ADDR } dev DEV

STATE := { delay | failed | incomplete | noarp | none |
           permanent | probe | reachable | stale }
`
