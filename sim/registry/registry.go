// Package registry is a WHOIS server (RFC 3912): it tells who holds an address
// block or a domain.
//
// Its data base is a text file of objects in the style of RPSL (RFC 2622):
// lines "attribute: value", objects separated by empty lines, the first
// attribute being inetnum, inet6num or domain with the object's key. The
// package leaves out inverse look-ups, flags and every other class of object.
package registry

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// dataFile is the registry's data base.
const dataFile = "/etc/whoisd/objects"

// maxQuery bounds a request line.
const maxQuery = 512

// Install adds the unit whoisd to a host.
func Install(h *host.Host) {
	h.AddUnit(&host.Unit{Name: "whoisd", Description: "WHOIS server", ExecStart: "/usr/sbin/whoisd", Enabled: true, Tags: []string{"whoisd"},
		Start: func(*host.Unit) (*host.Proc, error) { return start(h) }})
}

func start(h *host.Host) (*host.Proc, error) {
	p, err := h.Daemon(host.Spec{Args: []string{"/usr/sbin/whoisd"}})
	if err != nil {
		return nil, err
	}
	l, err := h.Node.ListenTCP(netip.AddrPortFrom(netip.IPv4Unspecified(), 43), vnet.Owner{PID: p.PID, Name: "whoisd"}, func(c *vnet.Conn) { serve(h, c) })
	if err != nil {
		p.Exit(1)
		return nil, &host.StartError{Status: 1, Err: errors.Join(errors.New("bind port 43"), err)}
	}
	p.OnSignal = func(host.Signal) bool {
		l.Close()
		return false
	}
	return p, nil
}

// serve answers one connection: a line is read, an answer written, the
// connection closed (RFC 3912 2).
func serve(h *host.Host, c *vnet.Conn) {
	var query []byte
	c.OnData(func() {
		buf := make([]byte, maxQuery)
		n, err := c.TryRead(buf)
		query = append(query, buf[:n]...)
		line, _, complete := bytes.Cut(query, []byte("\n"))
		switch {
		case complete || len(query) >= maxQuery:
			text, _ := h.FS.ReadFile(dataFile, host.Root)
			c.OnData(nil)
			c.Write([]byte(strings.ReplaceAll(Answer(string(text), string(line)), "\n", "\r\n")))
			c.Close()
		case err != nil && !errors.Is(err, vnet.EAGAIN):
			c.Close()
		}
	})
}

// Answer returns what the server says to a query, given its data base: the
// most specific address block, or the domain or the nearest one above it.
func Answer(objects, query string) string {
	query = strings.ToLower(strings.TrimSpace(query))
	if i := strings.LastIndexByte(query, ' '); i >= 0 { // flags come first
		query = query[i+1:]
	}
	best, found := "", -1
	for object := range strings.SplitSeq(strings.TrimSpace(objects), "\n\n") {
		object = strings.TrimSpace(object)
		first, _, _ := strings.Cut(object, "\n")
		class, key, _ := strings.Cut(first, ":")
		if n := rank(strings.TrimSpace(class), strings.ToLower(strings.TrimSpace(key)), query); n > found {
			best, found = object, n
		}
	}
	if found < 0 {
		return "%  No entries found for the selected source(s).\n"
	}
	return "% This is the registry of the lab.\n\n" + best + "\n"
}

// rank tells how well an object fits a query, -1 for not at all.
func rank(class, key, query string) int {
	switch class {
	case "inetnum", "inet6num":
		block, err := netip.ParsePrefix(key)
		if err != nil {
			return -1
		}
		if a, err := netip.ParseAddr(query); err == nil && block.Contains(a) {
			return block.Bits()
		}
		if p, err := netip.ParsePrefix(query); err == nil && block.Bits() <= p.Bits() && block.Contains(p.Addr()) {
			return block.Bits()
		}
	case "domain":
		query = strings.TrimSuffix(query, ".")
		if query == key || strings.HasSuffix(query, "."+key) {
			return len(key)
		}
	}
	return -1
}
