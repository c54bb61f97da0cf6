package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
)

// The commands that say where an update goes and how: server, local, zone, class,
// ttl, key, check-names.

func (n *nsupdate) setServer(w *words) error {
	name := w.next()
	if name == "" {
		return n.complain("could not read server name")
	}
	port, err := n.readPort(w.next(), n.port)
	if err != nil {
		return err
	}
	if a, err := netip.ParseAddr(name); err == nil {
		n.servers, n.chosen = []netip.AddrPort{netip.AddrPortFrom(a, port)}, true
		return nil
	}
	addrs, _, err := n.p.Host.LookupAddrs(n.p.Task, name, host.AnyFamily)
	if err != nil || len(addrs) == 0 {
		return n.complain("couldn't get address for '%s': not found", name)
	}
	n.servers, n.chosen = nil, true
	for _, a := range addrs {
		n.servers = append(n.servers, netip.AddrPortFrom(a, port))
	}
	return nil
}

func (n *nsupdate) readPort(word string, otherwise uint16) (uint16, error) {
	if word == "" {
		return otherwise, nil
	}
	v, err := strconv.ParseInt(word, 10, 64)
	switch {
	case err != nil:
		return 0, n.complain("port '%s' is not numeric", word)
	case v < 1 || v > 65535:
		return 0, n.complain("port '%s' is out of range (1 to 65535)", word)
	}
	return uint16(v), nil
}

func (n *nsupdate) setLocal(w *words) error {
	name := w.next()
	if name == "" {
		return n.complain("could not read server name")
	}
	a, err := netip.ParseAddr(name)
	if err != nil {
		fmt.Fprintf(n.p.Stderr, "invalid address %s", name)
		return errSyntax
	}
	port, err := n.readPort(w.next(), 0)
	if err == nil {
		n.source = netip.AddrPortFrom(a, port)
	}
	return err
}

func (n *nsupdate) setZone(word string) error {
	if word == "" {
		return n.complain("could not read zone name")
	}
	name, err := dns.ParseName(word)
	if err != nil {
		return n.complain("could not parse zone name")
	}
	n.zone = name
	return nil
}

func (n *nsupdate) setClass(word string) error {
	class, known := mdns.StringToClass[strings.ToUpper(word)]
	switch {
	case word == "":
		return n.complain("could not read class name")
	case !known:
		return n.complain("could not parse class name: %s", word)
	case class == mdns.ClassANY || class == mdns.ClassNONE:
		return n.complain("bad default class: %s", word)
	}
	n.class = class
	return nil
}

func (n *nsupdate) setTTL(word string) error {
	if word == "" {
		return n.complain("could not read ttl")
	}
	if strings.EqualFold(word, "none") {
		n.defaultTTL = -1
		return nil
	}
	v, err := strconv.ParseUint(word, 10, 31)
	if err != nil {
		return errSyntax
	}
	n.defaultTTL = int64(v)
	return nil
}

func (n *nsupdate) keyCommand(w *words) error {
	name, secret := w.next(), ""
	if name == "" {
		return n.complain("could not read key name")
	}
	if secret = w.next(); secret == "" {
		return n.complain("could not read key secret")
	}
	algorithm := ""
	if a, rest, ok := strings.Cut(name, ":"); ok {
		algorithm, name = a, rest
	}
	if _, err := decodeBase64(secret); err != nil && algorithm == "" {
		return n.complain("could not create key from %s: bad base64 encoding", secret)
	}
	if !n.setKey(algorithm, name, secret) {
		return errSyntax
	}
	return nil
}

func (n *nsupdate) checkNames(word string) error {
	switch strings.ToLower(word) {
	case "":
		return n.complain("could not read check-names directive")
	case "on", "yes", "true":
		n.checks = true
	case "off", "no", "false":
		n.checks = false
	default:
		return n.complain("incorrect check-names directive: %s", word)
	}
	return nil
}
