package mta

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// listen opens the ports of the inet services of master.cf.
func (in *Instance) listen() error {
	addrs := in.listenAddresses()
	for _, s := range in.base.Master.Services {
		if s.Type != "inet" {
			continue
		}
		only, port, err := in.endpoint(s.Name)
		if err != nil {
			return fmt.Errorf("%s: line %d: bad hostname or network address: %w", configDir+"/master.cf", s.Line, err)
		}
		list := addrs
		if only.IsValid() {
			list = []netip.Addr{only}
		}
		for _, a := range list {
			accept := func(c *vnet.Conn) { in.accept(s, c) }
			l, err := in.host.Node.ListenTCP(netip.AddrPortFrom(a, port), vnet.Owner{PID: in.master.PID, Name: "master"}, accept, vnet.V6Only)
			if err != nil {
				return fmt.Errorf("bind %s port %d: %w", a, port, err)
			}
			in.listeners = append(in.listeners, l)
		}
	}
	return nil
}

// listenAddresses are those of inet_interfaces and inet_protocols; "all" is the
// wildcard of each family.
func (in *Instance) listenAddresses() (addrs []netip.Addr) {
	if strings.TrimSpace(in.base.Str("inet_interfaces")) != "all" {
		return in.base.OwnAddresses()
	}
	protocols := in.base.Str("inet_protocols")
	all := strings.Contains(protocols, "all")
	if all || strings.Contains(protocols, "ipv4") {
		addrs = append(addrs, netip.IPv4Unspecified())
	}
	if all || strings.Contains(protocols, "ipv6") {
		addrs = append(addrs, netip.IPv6Unspecified())
	}
	return addrs
}

// endpoint reads a service name of master.cf: "smtp", "25", "127.0.0.1:smtp".
func (in *Instance) endpoint(name string) (only netip.Addr, port uint16, err error) {
	service := name
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		service = name[i+1:]
		host := strings.Trim(name[:i], "[]")
		if host == "localhost" {
			host = "127.0.0.1"
		}
		if only, err = netip.ParseAddr(host); err != nil {
			return only, 0, err
		}
	}
	if port = in.portOf(service); port == 0 {
		return only, 0, fmt.Errorf("unknown service: %s/tcp", service)
	}
	return only, port, nil
}

// portOf returns the number of a port given by number or by name, 0 if unknown.
func (in *Instance) portOf(service string) uint16 {
	if n, err := strconv.ParseUint(service, 10, 16); err == nil {
		return uint16(n)
	}
	return in.host.ServicePort(service, "tcp")
}

// accept takes a new connection for a service of master.cf: a process of the
// service serves it.
func (in *Instance) accept(s postfix.Service, c *vnet.Conn) {
	in.host.Clock.Go("smtpd", func(t *vtime.Task) {
		defer c.Close()
		p := in.acquire(t, s)
		if p == nil {
			return
		}
		defer in.release(p)
		switch {
		case p.fatal != "":
			return
		case s.Program() != "smtpd":
			p.logf(host.Err, "fatal: this host does not have the service %s", s.Program())
			return
		}
		c.SetOwner(vnet.Owner{PID: p.pid(), Name: "smtpd", UID: int(in.owner.UID)})
		serve(t, p, c)
	})
}
