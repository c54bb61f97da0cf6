package netfilter

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// bits128 is an address as two numbers; an IPv4 address fills the upper half of
// hi.
type bits128 struct{ hi, lo uint64 }

func bitsOf(a netip.Addr) bits128 {
	if a.Is4() {
		b := a.As4()
		return bits128{hi: uint64(binary.BigEndian.Uint32(b[:])) << 32}
	}
	b := a.As16()
	return bits128{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func (b bits128) addr(f family) netip.Addr {
	if f == v4 {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], uint32(b.hi>>32))
		return netip.AddrFrom4(a)
	}
	var a [16]byte
	binary.BigEndian.PutUint64(a[:8], b.hi)
	binary.BigEndian.PutUint64(a[8:], b.lo)
	return netip.AddrFrom16(a)
}

func (b bits128) and(m bits128) bits128 { return bits128{b.hi & m.hi, b.lo & m.lo} }

// maskOf returns the mask of a prefix length.
func maskOf(length int) bits128 {
	switch {
	case length <= 0:
		return bits128{}
	case length <= 64:
		return bits128{hi: ^uint64(0) << (64 - length)}
	}
	return bits128{^uint64(0), ^uint64(0) << (128 - length)}
}

// network is the argument of -s or -d: an address under a mask, which need not
// be a prefix.
type network struct {
	addr, mask bits128
	inv        bool
	fam        family
}

// any reports whether the network was not given or is that of all addresses.
func (n *network) any() bool { return n.mask == bits128{} }

func (n *network) holds(a bits128) bool {
	return (a.hi&n.mask.hi == n.addr.hi && a.lo&n.mask.lo == n.addr.lo) != n.inv
}

// length returns the prefix length of the mask, -1 if it is not contiguous.
func (n *network) length() int {
	for l := 0; l <= n.fam.bits(); l++ {
		if maskOf(l) == n.mask {
			return l
		}
	}
	return -1
}

// suffix returns "/24" or "/255.0.255.0".
func (n *network) suffix() string {
	if l := n.length(); l >= 0 {
		return "/" + strconv.Itoa(l)
	}
	return "/" + n.mask.addr(n.fam).String()
}

func (n *network) save(w *writer, flag string) {
	if !n.any() {
		w.flag(n.inv, flag)
		w.words(n.addr.addr(n.fam).String() + n.suffix())
	}
}

// show returns the address as -L prints it.
func (n *network) show(w *writer) string {
	if n.any() || n.fam == v6 && !w.numeric && n.addr == (bits128{}) {
		switch {
		case !w.numeric:
			return "anywhere"
		case n.fam == v6:
			return "::/0"
		}
		return "0.0.0.0/0"
	}
	text := w.names.address(n.addr.addr(n.fam), w.numeric)
	if n.length() == n.fam.bits() {
		return text
	}
	return text + n.suffix()
}

// parseNetworks reads the argument of -s or -d: a list of address[/mask] with
// commas between them. A host name stands for all its addresses.
func parseNetworks(list string, f family, n *names) ([]network, *Error) {
	var all []network
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimLeft(item, " ")
		name, maskText, masked := strings.Cut(item, "/")
		mask, err := parseMask(maskText, masked, f)
		if err != nil {
			return nil, err
		}
		if mask == (bits128{}) { // the name is not even looked up
			all = append(all, network{fam: f})
			continue
		}
		addrs := parseAddress(name, f)
		if addrs == nil {
			addrs = n.resolve(name, f)
		}
		if addrs == nil {
			return nil, bad("host/network `%s' not found", name)
		}
		seen := map[bits128]bool{}
		for _, a := range addrs {
			if b := bitsOf(a).and(mask); !seen[b] {
				seen[b] = true
				all = append(all, network{addr: b, mask: mask, fam: f})
			}
		}
		if len(all) > maxAddresses {
			return nil, bad("too many addresses")
		}
	}
	return all, nil
}

// maxAddresses bounds how many rules one command can make.
const maxAddresses = 1024

func parseMask(s string, given bool, f family) (bits128, *Error) {
	if !given {
		return maskOf(f.bits()), nil
	}
	if length, err := strconv.ParseUint(s, 10, 16); err == nil && int(length) <= f.bits() {
		return maskOf(int(length)), nil
	}
	if a, err := netip.ParseAddr(s); err == nil && familyOf(a) == f && a.Zone() == "" {
		return bitsOf(a), nil
	}
	return bits128{}, bad("invalid mask `%s' specified", s)
}

// parseAddress reads a numeric address. In IPv4 trailing parts may be left out,
// and a part that begins with 0 is octal, as inet_aton(3) has it.
func parseAddress(s string, f family) []netip.Addr {
	if f == v6 {
		if a, err := netip.ParseAddr(s); err == nil && a.Is6() && a.Zone() == "" {
			return []netip.Addr{a}
		}
		return nil
	}
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return nil
	}
	var b [4]byte
	for i, part := range parts {
		v, err := strconv.ParseUint(part, 0, 8)
		if err != nil || strings.Contains(part, "_") {
			return nil
		}
		b[i] = byte(v)
	}
	return []netip.Addr{netip.AddrFrom4(b)}
}
