package userland

import (
	"fmt"
	"net/netip"
	"strings"

	"mxlab/sim/host"
)

// netstatTool models netstat(8) of net-tools 2.10: TCP and UDP sockets (-tulpan)
// and the routing table (-r).
type netstatTool struct {
	p                  *host.Proc
	tcp, udp, v4, v6   bool
	listening, all     bool
	numeric, process   bool
	routes, interfaces bool
}

const netstatUsage = "usage: netstat [-vWeenNcCF] [<Af>] -r         netstat {-V|--version|-h|--help}\n       netstat [-vWnNcaeol] [<Socket> ...]\n"

// runNetstat is the program.
func runNetstat(p *host.Proc) int {
	n := &netstatTool{p: p}
	for _, word := range p.Args[1:] {
		switch {
		case strings.HasPrefix(word, "--"):
			n.option(map[string]byte{"tcp": 't', "udp": 'u', "listening": 'l', "all": 'a', "numeric": 'n', "programs": 'p', "route": 'r',
				"inet": '4', "inet6": '6', "interfaces": 'i'}[word[2:]])
		case len(word) > 1 && word[0] == '-':
			for i := 1; i < len(word); i++ {
				n.option(word[i])
			}
		}
	}
	switch {
	case n.routes:
		p.Print(routeTable(p, n.numeric, true))
		return 0
	case n.interfaces:
		n.interfaceTable()
		return 0
	}
	n.sockets()
	return 0
}

func (n *netstatTool) option(c byte) {
	switch c {
	case 't':
		n.tcp = true
	case 'u':
		n.udp = true
	case 'l':
		n.listening = true
	case 'a':
		n.all = true
	case 'n':
		n.numeric = true
	case 'p':
		n.process = true
	case 'r':
		n.routes = true
	case 'i':
		n.interfaces = true
	case '4':
		n.v4 = true
	case '6':
		n.v6 = true
	case 'e', 'v', 'W', 'N', 'c', 'o', 'w', 'x':
	case 'h':
		n.p.Print(netstatUsage)
		n.p.Exit(0)
	default:
		badOption(n.p, c, netstatUsage, 3)
	}
}

func (n *netstatTool) sockets() {
	if !n.tcp && !n.udp {
		n.tcp, n.udp = true, true
	}
	if !n.v4 && !n.v6 {
		n.v4, n.v6 = true, true
	}
	what := "w/o servers"
	if n.all {
		what = "servers and established"
	} else if n.listening {
		what = "only servers"
	}
	table := socketTable(n.p.Host, false)
	if n.process && n.p.Cred.UID != 0 && len(table) > 0 {
		n.p.Print("(Not all processes could be identified, non-owned process info\n will not be shown, you would have to be root to see it all.)\n")
	}
	n.p.Printf("Active Internet connections (%s)\n%-5s %6s %6s %-23s %-23s %-11s", what, "Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "State")
	if n.process {
		n.p.Printf(" %-20s", "PID/Program name")
	}
	n.p.Print("\n")
	for i := range table {
		n.p.Step(1)
		if r := &table[i]; n.wanted(r) {
			n.row(r)
		}
	}
}

func (n *netstatTool) wanted(r *socketRow) bool {
	if r.Proto == "tcp" && !n.tcp || r.Proto == "udp" && !n.udp || r.v6 && !n.v6 || !r.v6 && !n.v4 {
		return false
	}
	listens := r.State == "LISTEN" || r.State == "UNCONN"
	return n.all || listens == n.listening
}

func (n *netstatTool) row(r *socketRow) {
	proto := r.Proto
	if r.v6 {
		proto += "6"
	}
	state := map[string]string{"ESTAB": "ESTABLISHED", "UNCONN": "", "TIME-WAIT": "TIME_WAIT", "SYN-SENT": "SYN_SENT", "SYN-RECV": "SYN_RECV",
		"FIN-WAIT-1": "FIN_WAIT1", "FIN-WAIT-2": "FIN_WAIT2", "CLOSE-WAIT": "CLOSE_WAIT", "LAST-ACK": "LAST_ACK"}
	text, known := state[r.State]
	if !known {
		text = r.State
	}
	n.p.Printf("%-5s %6d %6d %-23s %-23s %-11s", proto, r.RecvQ, r.SendQ, n.endpoint(r, r.Local), n.endpoint(r, r.Peer), text)
	if n.process {
		owner := "-"
		if mayName(n.p, r.SocketInfo) {
			owner = fmt.Sprintf("%d/%s", r.Owner.PID, r.Owner.Name)
		}
		n.p.Printf(" %-20s", owner)
	}
	n.p.Print("\n")
}

func (n *netstatTool) endpoint(r *socketRow, ap netip.AddrPort) string {
	a := plainAddr(ap.Addr())
	var text string
	switch {
	case !a.IsValid() || a.IsUnspecified():
		text = "0.0.0.0"
		if r.v6 {
			text = "::"
		} else if !n.numeric {
			text = "0.0.0.0"
		}
	case n.numeric:
		text = a.String()
	default:
		text = a.String()
		if name, err := n.p.Host.LookupName(n.p.Task, a); err == nil {
			text = name
		}
	}
	port := portText(n.p.Host, ap.Port(), r.Proto, n.numeric)
	if room := 22 - len(port); len(text) > room {
		text = text[:max(room, 0)]
	}
	return text + ":" + port
}

func (n *netstatTool) interfaceTable() {
	n.p.Print("Kernel Interface table\nIface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n")
	for _, i := range interfacesOf(n.p.Host) {
		flags := "BMRU"
		if i.loopback {
			flags = "LRU"
		}
		n.p.Printf("%-16s %5d %8d %6d %6d %-6d %8d %6d %6d %6d %s\n", i.name, i.mtu, 0, 0, 0, 0, 0, 0, 0, 0, flags)
	}
}
