package named

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"

	"mxlab/sim/named/config"
	"mxlab/sim/vnet"
)

// listenKey is one address and port the server listens on.
type listenKey = netip.AddrPort

// listenPort is the pair of sockets of one address and port.
type listenPort struct {
	s    *Server
	addr netip.AddrPort
	udp  *vnet.UDPSocket
	tcp  *vnet.Listener
}

// updateLocals collects the addresses behind localhost and localnets.
func (s *Server) updateLocals() {
	s.hasIPv6 = false
	s.locals = config.Locals{MatchMapped: s.conf.Options.MatchMapped.Value}
	for _, i := range s.host.Node.Ifaces() {
		for _, p := range i.Addrs() {
			s.locals.Hosts = append(s.locals.Hosts, p.Addr())
			s.locals.Nets = append(s.locals.Nets, p.Masked())
			s.hasIPv6 = s.hasIPv6 || p.Addr().Is6() && !p.Addr().IsLoopback()
		}
	}
}

// wanted lists the addresses and ports the configuration asks for, with the
// interface's name: IPv4 first, interfaces in their order.
func (s *Server) wanted() (keys []listenKey, ifaces []string) {
	for _, six := range []bool{false, true} {
		if six && s.opts.only4 || !six && s.opts.only6 {
			continue
		}
		list := s.conf.Options.ListenOn
		if six {
			list = s.conf.Options.ListenOnV6
		}
		for _, i := range s.host.Node.Ifaces() {
			for _, p := range i.Addrs() {
				if p.Addr().Is6() != six {
					continue
				}
				for _, l := range list {
					if l.TLS != "" && l.TLS != "none" || l.HTTP != "" || !l.ACL.Allows(p.Addr(), "", &s.locals) {
						continue
					}
					key := netip.AddrPortFrom(p.Addr(), s.portOf(l))
					if !slices.Contains(keys, key) {
						keys, ifaces = append(keys, key), append(ifaces, i.Name)
					}
				}
			}
		}
	}
	return keys, ifaces
}

// portOf is the port of a listener; -p on the command line takes the place of the
// default.
func (s *Server) portOf(l config.Listener) uint16 {
	if s.opts.port != 0 && l.Port == 53 {
		return s.opts.port
	}
	return l.Port
}

// openListeners opens the sockets that are wanted and not open yet.
func (s *Server) openListeners() {
	keys, ifaces := s.wanted()
	for range 2 { // named scans the interfaces twice when it starts
		for n, key := range keys {
			if s.portAt(key) == nil {
				s.listen(key, ifaces[n])
			}
		}
	}
	if len(s.ports) == 0 {
		s.log.print(catNetwork, warning, "not listening on any interfaces")
	}
}

// reopenListeners follows a change of the configuration or of the interfaces.
func (s *Server) reopenListeners() {
	keys, _ := s.wanted()
	for _, p := range slices.Clone(s.ports) {
		if !slices.Contains(keys, p.addr) || !s.host.Node.Local(p.addr.Addr()) {
			s.log.printf(catNetwork, info, "no longer listening on %s", hashPort(p.addr))
			p.close()
			s.ports = slices.DeleteFunc(s.ports, func(o *listenPort) bool { return o == p })
		}
	}
	s.openListeners()
}

// listen opens the UDP and TCP sockets of one address. A UDP socket that cannot
// be opened makes named ignore the interface; a TCP one it only reports.
func (s *Server) listen(key listenKey, iface string) {
	family := "IPv4"
	if key.Addr().Is6() {
		family = "IPv6"
	}
	p := &listenPort{s: s, addr: key}
	owner := s.owner()
	s.log.printf(catNetwork, info, "listening on %s interface %s, %s", family, iface, hashPort(key))
	var err error
	p.udp, err = s.host.Node.ListenUDP(key, owner, p.receive, vnet.ReusePort)
	if err != nil {
		s.log.printf(catNetwork, failure, "creating %s interface %s failed; interface ignored", family, iface)
		return
	}
	p.udp.SetPathMTU(vnet.Dont) // large answers may be fragmented on the way
	p.tcp, err = s.host.Node.ListenTCP(key, owner, s.acceptTCP, vnet.ReusePort)
	if err != nil {
		s.log.printf(catNetwork, failure, "creating TCP socket: %s", socketResult(err))
	}
	s.ports = append(s.ports, p)
	slices.SortFunc(s.ports, func(a, b *listenPort) int { return a.addr.Compare(b.addr) })
}

// portAt is the open socket pair of an address, or nil.
func (s *Server) portAt(key listenKey) *listenPort {
	for _, p := range s.ports {
		if p.addr == key {
			return p
		}
	}
	return nil
}

// owner is the process as sockets show it. The sockets for queries are opened
// before named gives up its rights, so they belong to the user who started it.
func (s *Server) owner() vnet.Owner {
	return vnet.Owner{PID: s.pid(), Name: "named", UID: int(s.cred.UID)}
}

func (p *listenPort) close() {
	p.udp.Close()
	if p.tcp != nil {
		p.tcp.Close()
	}
}

func (s *Server) closeListeners() {
	for _, p := range slices.Clone(s.ports) {
		p.close()
	}
	s.ports = nil
}

// hashPort writes an address the way BIND's log does: address#port.
func hashPort(a netip.AddrPort) string {
	return a.Addr().String() + "#" + strconv.Itoa(int(a.Port()))
}

// socketResult is BIND's text for an error of a socket call.
func socketResult(err error) string {
	for _, r := range []struct {
		errno vnet.Errno
		text  string
	}{
		{vnet.EADDRINUSE, "address in use"}, {vnet.EADDRNOTAVAIL, "address not available"}, {vnet.EACCES, "permission denied"},
		{vnet.ECONNREFUSED, "connection refused"}, {vnet.EHOSTUNREACH, "host unreachable"}, {vnet.ENETUNREACH, "network unreachable"},
		{vnet.ETIMEDOUT, "timed out"}, {vnet.ECONNRESET, "connection reset"}, {vnet.EPERM, "permission denied"}, {vnet.ENETDOWN, "network down"},
		{vnet.EINVAL, "address not available"},
	} {
		if errors.Is(err, r.errno) {
			return r.text
		}
	}
	return "unexpected error"
}
