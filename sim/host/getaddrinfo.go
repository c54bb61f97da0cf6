package host

import (
	"errors"
	"net/netip"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/vtime"
)

// Family selects address families in LookupAddrs.
type Family uint8

const (
	AnyFamily Family = iota
	IPv4
	IPv6
)

// LookupAddrs translates a host name into addresses, the way getaddrinfo(3)
// does: an address literal is itself; otherwise the sources of nsswitch.conf are
// asked in order, and DNS with the search list of resolv.conf. The addresses
// are in the order of RFC 6724. It also returns the canonical name.
//
// Errors are those of Query.
func (h *Host) LookupAddrs(t *vtime.Task, name string, f Family) (addrs []netip.Addr, canonical string, err error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}, name, nil
	}
	err = h.switchHosts(func(source string) (err error) {
		switch source {
		case "files":
			addrs, canonical = h.lookupHosts(name, f)
		case "myhostname":
			addrs, canonical = h.lookupSelf(name, f), name
		case "dns":
			addrs, canonical, err = h.lookupDNS(t, name, f)
			return err
		}
		if len(addrs) == 0 {
			return ErrHostNotFound
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return h.sortDestinations(addrs), canonical, nil
}

func (h *Host) lookupHosts(name string, f Family) (addrs []netip.Addr, canonical string) {
	for _, e := range h.ReadHosts() {
		if e.Addr.Is4() && f == IPv6 || e.Addr.Is6() && f == IPv4 {
			continue
		}
		for _, n := range e.Names {
			if strings.EqualFold(n, strings.TrimSuffix(name, ".")) {
				addrs = append(addrs, e.Addr)
				if canonical == "" {
					canonical = e.Names[0]
				}
				break
			}
		}
	}
	return addrs, canonical
}

// candidates returns the names to ask for, in order (resolv.conf(5), search and
// ndots).
func candidates(name string, c ResolvConf) []string {
	if strings.HasSuffix(name, ".") {
		return []string{name}
	}
	var list []string
	if strings.Count(name, ".") >= c.NDots {
		list = append(list, name)
	}
	for _, s := range c.Search {
		list = append(list, name+"."+strings.TrimSuffix(s, "."))
	}
	if len(list) == 0 || list[0] != name {
		list = append(list, name)
	}
	return list
}

func (h *Host) lookupDNS(t *vtime.Task, name string, f Family) (addrs []netip.Addr, canonical string, err error) {
	first := error(nil)
	for _, n := range candidates(name, h.ReadResolvConf()) {
		addrs, canonical, err = h.lookupExact(t, n, f)
		if err == nil {
			return addrs, canonical, nil
		}
		if errors.Is(err, ErrTryAgain) {
			return nil, "", err
		}
		if first == nil {
			first = err
		}
	}
	return nil, "", first
}

func (h *Host) lookupExact(t *vtime.Task, name string, f Family) (addrs []netip.Addr, canonical string, err error) {
	types := []uint16{mdns.TypeA, mdns.TypeAAAA}
	switch {
	case f == IPv4 || f == AnyFamily && !h.HasIPv6():
		types = types[:1]
	case f == IPv6:
		types = types[1:]
	}
	canonical = strings.TrimSuffix(name, ".")
	for _, qt := range types {
		m, qerr := h.Query(t, name, qt)
		if qerr != nil {
			if err == nil || errors.Is(qerr, ErrTryAgain) {
				err = qerr
			}
			if errors.Is(qerr, ErrHostNotFound) {
				break
			}
			continue
		}
		for _, rr := range m.Answer {
			switch rr := rr.(type) {
			case *mdns.A:
				if a, ok := netip.AddrFromSlice(rr.A.To4()); ok {
					addrs = append(addrs, a)
					canonical = strings.TrimSuffix(rr.Hdr.Name, ".")
				}
			case *mdns.AAAA:
				if a, ok := netip.AddrFromSlice(rr.AAAA); ok {
					addrs = append(addrs, a)
					canonical = strings.TrimSuffix(rr.Hdr.Name, ".")
				}
			}
		}
	}
	if len(addrs) > 0 {
		return addrs, canonical, nil
	}
	if err == nil {
		err = ErrNoData
	}
	return nil, "", err
}

// HasIPv6 reports whether an interface other than lo has an IPv6 address that
// is not link-local: the test of getaddrinfo's AI_ADDRCONFIG.
func (h *Host) HasIPv6() bool {
	for _, i := range h.Node.Ifaces() {
		for _, p := range i.Addrs() {
			if a := p.Addr(); a.Is6() && !a.IsLoopback() && !a.IsLinkLocalUnicast() {
				return true
			}
		}
	}
	return false
}

// LookupName translates an address into a host name, the way getnameinfo(3)
// does with NI_NAMEREQD. Errors are those of Query.
func (h *Host) LookupName(t *vtime.Task, a netip.Addr) (name string, err error) {
	err = h.switchHosts(func(source string) error {
		switch source {
		case "files":
			for _, e := range h.ReadHosts() {
				if e.Addr == a {
					name = e.Names[0]
					return nil
				}
			}
		case "dns":
			name, err = h.lookupPTR(t, a)
			return err
		}
		return ErrHostNotFound
	})
	return name, err
}

func (h *Host) lookupPTR(t *vtime.Task, a netip.Addr) (string, error) {
	name, err := mdns.ReverseAddr(a.String())
	if err != nil {
		return "", ErrHostNotFound
	}
	m, err := h.Query(t, name, mdns.TypePTR)
	if err != nil {
		return "", err
	}
	for _, rr := range m.Answer {
		if ptr, ok := rr.(*mdns.PTR); ok {
			return strings.TrimSuffix(ptr.Ptr, "."), nil
		}
	}
	return "", ErrNoData
}
