package userland

import (
	"fmt"
	"net/netip"
	"strconv"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// socketRow is a socket as ss and netstat list it.
type socketRow struct {
	vnet.SocketInfo
	v6      bool
	backlog int
	fd      int
}

// socketTable lists the host's sockets by protocol (udp first if udpFirst) and
// family, listeners before connections.
func socketTable(h *host.Host, udpFirst bool) (list []socketRow) {
	protos := []string{"tcp", "udp"}
	if udpFirst {
		protos = []string{"udp", "tcp"}
	}
	fds := map[int]int{}
	var all []socketRow
	for _, s := range h.Node.Sockets() {
		row := socketRow{SocketInfo: s, v6: s.Local.Addr().Is6() && !s.Local.Addr().Is4In6()}
		if s.Owner.PID != 0 {
			row.fd = 3 + fds[s.Owner.PID]
			fds[s.Owner.PID]++
		}
		if s.State == "LISTEN" {
			row.backlog = backlogOf(s)
		}
		all = append(all, row)
	}
	for _, proto := range protos {
		for _, v6 := range []bool{false, true} {
			for _, row := range all {
				if row.Proto == proto && row.v6 == v6 {
					list = append(list, row)
				}
			}
		}
	}
	return list
}

// backlogOf is the length of the accept queue the usual daemons ask for.
func backlogOf(s vnet.SocketInfo) int {
	switch s.Owner.Name {
	case "master", "dovecot":
		return 100
	case "named":
		if s.Local.Port() == 953 {
			return 5
		}
		return 10
	case "sendmail", "sendmail-mta":
		return 10
	case "nc", "netcat":
		return 1
	}
	return 128
}

// mayName reports whether p may see which process a socket belongs to.
func mayName(p *host.Proc, s vnet.SocketInfo) bool {
	return s.Owner.PID != 0 && (p.Cred.UID == 0 || int(p.Cred.UID) == s.Owner.UID)
}

// portText is a port as a number or service name; 0 is "*".
func portText(h *host.Host, port uint16, proto string, numeric bool) string {
	if port == 0 {
		return "*"
	}
	if !numeric {
		if name := serviceName(h, port, proto); name != "" {
			return name
		}
	}
	return strconv.Itoa(int(port))
}

// plainAddr unwraps an IPv4 address in an IPv6 one.
func plainAddr(a netip.Addr) netip.Addr {
	if a.IsValid() {
		return a.Unmap()
	}
	return a
}

// badOption reports an unknown option the way getopt does, with the tool's
// usage.
func badOption(p *host.Proc, c byte, usage string, status int) {
	fmt.Fprintf(p.Stderr, "%s: invalid option -- '%c'\n%s", p.Name(), c, usage)
	p.Exit(status)
}
