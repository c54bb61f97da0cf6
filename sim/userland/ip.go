package userland

import (
	"fmt"
	"net/netip"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// ipTool models ip(8) of iproute2 6.1 on Linux 6.1: addresses, links, routes and
// neighbours, to look at and to change. It leaves out statistics, tunnels,
// virtual links, network namespaces and routing tables and rules of one's own.
type ipTool struct {
	p       *host.Proc
	v4, v6  bool
	brief   bool
	oneLine bool
	json    bool
	details bool
}

// netInterface is an interface as the tools show it.
type netInterface struct {
	name     string
	index    int
	loopback bool
	up       bool
	// unplugged says that the link behind the interface is cut.
	unplugged bool
	mtu       int
	mac       string
	addrs     []netip.Prefix
}

// interfacesOf lists the host's interfaces, lo first.
func interfacesOf(h *host.Host) (list []netInterface) {
	for i, f := range h.Node.Ifaces() {
		x := netInterface{name: f.Name, index: i + 1, up: !f.IsDown(), mtu: f.MTU(), addrs: f.Addrs(), mac: macText(f.HardwareAddr())}
		if l := f.Link(); l == nil {
			x.loopback, x.mac = true, macText([6]byte{})
		} else {
			x.unplugged = l.IsDown()
		}
		list = append(list, x)
	}
	return list
}

// macText is an Ethernet address as the tools write it.
func macText(m [6]byte) string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5])
}

// runIP is the program.
func runIP(p *host.Proc) int {
	t := &ipTool{p: p}
	args, status := t.options(p.Args[1:])
	if status >= 0 {
		return status
	}
	if len(args) == 0 {
		return t.usage(ipUsage)
	}
	for _, o := range []struct {
		name string
		run  func([]string) int
	}{{"address", t.address}, {"route", t.route}, {"link", t.link}, {"neighbour", t.neighbour}, {"neighbor", t.neighbour},
		{"rule", t.rule}, {"help", func([]string) int { return t.usage(ipUsage) }}} {
		if strings.HasPrefix(o.name, args[0]) {
			return o.run(args[1:])
		}
	}
	return t.fail(1, "Object \"%s\" is unknown, try \"ip help\".", args[0])
}

// options takes the options before the object; a status of 0 or more says that
// there is nothing else to do.
func (t *ipTool) options(args []string) (rest []string, status int) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		word := "-" + strings.TrimLeft(args[0], "-")
		args = args[1:]
		long := func(name string, least int) bool { return len(word) >= least && strings.HasPrefix(name, word) }
		switch {
		case word == "-4":
			t.v4, t.v6 = true, false
		case word == "-6":
			t.v4, t.v6 = false, true
		case long("-family", 2):
			if len(args) == 0 {
				return nil, t.incomplete()
			}
			t.v4, t.v6 = args[0] == "inet", args[0] == "inet6"
			args = args[1:]
		case long("-brief", 3):
			t.brief = true
		case long("-oneline", 2):
			t.oneLine = true
		case long("-json", 2):
			t.json = true
		case long("-details", 2):
			t.details = true
		case long("-Version", 2):
			t.p.Print("ip utility, iproute2-6.1.0, libbpf 1.1.2\n")
			return nil, 0
		case long("-help", 5):
			return nil, t.usage(ipUsage)
		case strings.HasPrefix(word, "-c"), long("-statistics", 2), long("-stats", 2), long("-pretty", 2), long("-resolve", 2),
			long("-human-readable", 2), long("-timestamp", 2), long("-tshort", 3), long("-Numeric", 2), long("-all", 2), long("-iec", 4):
		default:
			return nil, t.fail(255, "Option \"%s\" is unknown, try \"ip -help\".", word)
		}
	}
	return args, -1
}

// fail reports an error and returns the status.
func (t *ipTool) fail(status int, format string, args ...any) int {
	fmt.Fprintf(t.p.Stderr, format+"\n", args...)
	return status
}

func (t *ipTool) usage(text string) int {
	fmt.Fprint(t.p.Stderr, text)
	return 255
}

func (t *ipTool) incomplete() int {
	return t.fail(255, "Command line is not complete. Try option \"help\"")
}

func (t *ipTool) noDevice(name string) int { return t.fail(1, "Cannot find device \"%s\"", name) }

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
	return t.fail(255, "Command \"%s\" is unknown, try \"ip %s help\".", command, object)
}

// answer reports a failed change as the kernel's answer.
func (t *ipTool) answer(err error) int {
	if err == nil {
		return 0
	}
	return t.fail(2, "RTNETLINK answers: %s", systemText(err))
}

// permitted reports whether the user may change something.
func (t *ipTool) permitted() error {
	if t.p.Cred.UID != 0 {
		return vnet.EPERM
	}
	return nil
}

// family reports whether an address is of a family asked for.
func (t *ipTool) family(a netip.Addr) bool { return t.v4 == t.v6 || a.Is4() && t.v4 || a.Is6() && t.v6 }

const ipUsage = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | addrlabel | amt | fou | help | ila | ioam | l2tp |
                   link | macsec | maddress | monitor | mptcp | mroute | mrule |
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
