package gateway

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim"
)

// Mapping is a port of a virtual host and where it is reached on this machine.
type Mapping struct {
	Reach sim.Reach
	// Listen is the address on this machine; port 0 takes any free one.
	Listen netip.AddrPort
	// Own says that Listen is the virtual host's own address and port, known
	// once there is a world: for a machine, or a network namespace, whose
	// loopback interface has the virtual addresses.
	Own bool
}

// String is the form ParseMapping reads.
func (m *Mapping) String() string {
	at := m.Listen.String()
	if m.Own {
		at = "own"
	}
	s := m.Reach.String() + "=" + at
	if m.Reach.From != "" {
		s += ",from=" + m.Reach.From
	}
	return s
}

// Form is how a mapping is written.
const Form = "HOST:PORT/tcp|udp=ADDRESS:PORT[,from=HOST]"

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// ParseMapping reads HOST:PORT/PROTO=ADDRESS:PORT with an optional ",from=HOST".
// Of the address, "PORT" alone means 127.0.0.1:PORT and "own" the host's own
// address and port. The error says which part is wrong.
func ParseMapping(text string) (m Mapping, err error) {
	bad := func(format string, args ...any) (Mapping, error) {
		return Mapping{}, fmt.Errorf("map %q: %s; want %s", text, fmt.Sprintf(format, args...), Form)
	}
	target, at, ok := strings.Cut(text, "=")
	if !ok {
		return bad("no '='")
	}
	if at, m.Reach.From, ok = strings.Cut(at, ",from="); ok && m.Reach.From == "" {
		return bad("no host after from=")
	}
	hostPort, proto, ok := strings.Cut(target, "/")
	if !ok || proto != "tcp" && proto != "udp" {
		return bad("the protocol must be /tcp or /udp")
	}
	host, port, ok := strings.Cut(hostPort, ":")
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case !ok || host == "":
		return bad("no HOST:PORT before the protocol")
	case err != nil || n == 0:
		return bad("%q is not a port from 1 to 65535", port)
	}
	m.Reach.To, m.Reach.Port, m.Reach.Proto = host, uint16(n), proto
	if at == "own" {
		m.Own = true
		return m, nil
	}
	if !strings.Contains(at, ":") {
		at = net.JoinHostPort(loopback.String(), at)
	}
	if m.Listen, err = netip.ParseAddrPort(at); err != nil {
		return bad("%q is not an address of this machine with a port", at)
	}
	return m, nil
}

// Public reports that programs on other machines can reach the mapping.
func (m *Mapping) Public() bool { return !m.Own && !m.Listen.Addr().IsLoopback() }

// DefaultFrom is the host as which clients appear when nothing else is said:
// the one named outside, or else the first that is a pc, or the first of all.
func DefaultFrom(p *sim.Plan) string {
	hosts := p.Blueprint.Hosts
	from := ""
	for i := range hosts {
		switch {
		case hosts[i].Name == "outside":
			return "outside"
		case hosts[i].Kind == "pc" && from == "":
			from = hosts[i].Name
		}
	}
	if from == "" && len(hosts) > 0 {
		from = hosts[0].Name
	}
	return from
}
