package userland

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// ipTool models ip(8) of iproute2 6.1: addresses, links, routes and neighbours,
// to look at and to change.
type ipTool struct {
	p       *host.Proc
	v4, v6  bool
	brief   bool
	oneLine bool
}

// netInterface is an interface as the tools show it.
type netInterface struct {
	name     string
	index    int
	loopback bool
	up       bool
	mtu      int
	mac      string
	addrs    []netip.Prefix
}

// interfacesOf lists the host's interfaces, lo first.
func interfacesOf(h *host.Host) (list []netInterface) {
	for i, f := range h.Node.Ifaces() {
		x := netInterface{name: f.Name, index: i + 1, up: !f.IsDown(), mtu: 1500, addrs: f.Addrs(), mac: hardwareAddr(h.Node.Name, f.Name)}
		if l := f.Link(); l == nil {
			x.loopback, x.mtu, x.mac = true, 65536, "00:00:00:00:00:00"
		} else {
			x.up = x.up && !l.IsDown()
			if m := l.Spec().MTU; m > 0 {
				x.mtu = m
			}
		}
		list = append(list, x)
	}
	return list
}

// hardwareAddr is the Ethernet address of an interface, which the network
// model does not have: a locally administered one, from the names.
func hardwareAddr(node, iface string) string {
	f := fnv.New32a()
	fmt.Fprintf(f, "%s/%s", node, iface)
	v := f.Sum32()
	return fmt.Sprintf("02:fc:%02x:%02x:%02x:%02x", byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

// runIP is the program.
func runIP(p *host.Proc) int {
	t := &ipTool{p: p}
	args := p.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-4":
			t.v4 = true
		case "-6":
			t.v6 = true
		case "-br", "-brief":
			t.brief = true
		case "-o", "-oneline":
			t.oneLine = true
		case "-c", "-color", "-s", "-d", "-n", "-h":
		case "-V", "-Version":
			p.Print("ip utility, iproute2-6.1.0, libbpf 1.1.0\n")
			return 0
		default:
			fmt.Fprintf(p.Stderr, "Option \"%s\" is unknown, try \"ip -help\".\n", args[0])
			return 255
		}
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprint(p.Stderr, ipUsage)
		return 255
	}
	for _, o := range []struct {
		name string
		run  func([]string) int
	}{{"address", t.address}, {"route", t.route}, {"link", t.link}, {"neighbour", t.neighbour}, {"neighbor", t.neighbour},
		{"rule", t.rule}, {"help", t.help}} {
		if strings.HasPrefix(o.name, args[0]) {
			return o.run(args[1:])
		}
	}
	fmt.Fprintf(p.Stderr, "Object \"%s\" is unknown, try \"ip help\".\n", args[0])
	return 1
}

func (t *ipTool) help([]string) int {
	fmt.Fprint(t.p.Stderr, ipUsage)
	return 255
}

func (t *ipTool) rule([]string) int {
	t.p.Print("0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n")
	return 0
}

// command splits the command word off; a missing one is "show".
func ipCommand(args []string, known ...string) (command string, rest []string) {
	if len(args) == 0 {
		return "show", nil
	}
	for _, k := range append(known, "show", "list", "lst", "help") {
		if strings.HasPrefix(k, args[0]) {
			if k == "list" || k == "lst" {
				k = "show"
			}
			return k, args[1:]
		}
	}
	return "", args
}

func (t *ipTool) unknown(object, command string) int {
	fmt.Fprintf(t.p.Stderr, "Command \"%s\" is unknown, try \"ip %s help\".\n", command, object)
	return 255
}

// answer reports a failed change as the kernel's answer.
func (t *ipTool) answer(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(t.p.Stderr, "RTNETLINK answers: %s\n", systemText(err))
	return 2
}

// permitted reports whether the user may change something.
func (t *ipTool) permitted() error {
	if t.p.Cred.UID != 0 {
		return vnet.EPERM
	}
	return nil
}

// pick finds the interface named by "dev NAME" or a bare NAME.
func (t *ipTool) pick(args []string) (name string, ok bool) {
	for i := 0; i < len(args); i++ {
		if args[i] == "dev" && i+1 < len(args) {
			i++
		} else if args[i] == "up" || args[i] == "scope" {
			continue
		}
		name = args[i]
	}
	if name != "" && t.p.Host.Node.Iface(name) == nil {
		fmt.Fprintf(t.p.Stderr, "Device \"%s\" does not exist.\n", name)
		return name, false
	}
	return name, true
}

// value returns what stands behind a keyword.
func ipValue(args []string, keyword string) string {
	for i := 0; i+1 < len(args); i++ {
		if args[i] == keyword {
			return args[i+1]
		}
	}
	return ""
}

const ipUsage = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | addrlabel | fou | help | ila | ioam | l2tp | link |
                   macsec | maddress | monitor | mptcp | mroute | mrule |
                   neighbor | neighbour | netconf | netns | nexthop | ntable |
                   ntbl | route | rule | sr | tap | tcpmetrics |
                   token | tunnel | tuntap | vrf | xfrm }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -r[esolve] |
                    -h[uman-readable] | -iec | -j[son] | -p[retty] |
                    -f[amily] { inet | inet6 | mpls | bridge | link } |
                    -4 | -6 | -M | -B | -0 |
                    -l[oops] { maximum-addr-flush-attempts } | -br[ief] |
                    -o[neline] | -t[imestamp] | -ts[hort] | -b[atch] [filename] |
                    -rc[vbuf] [size] | -n[etns] name | -N[umeric] | -a[ll] |
                    -c[olor]}
`
