package netfilter

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/vnet"
)

// addressRange is an inclusive range of addresses.
type addressRange struct {
	low, high netip.Addr
	inv       bool
}

func (r addressRange) String() string { return r.low.String() + "-" + r.high.String() }

func (r addressRange) holds(a netip.Addr) bool {
	return (r.low.Compare(a) <= 0 && a.Compare(r.high) <= 0) != r.inv
}

// iprangeMatch is -m iprange.
type iprangeMatch struct {
	fam      family
	src, dst *addressRange
}

var iprangeOptions = []option{{name: "src-range", inv: true}, {name: "dst-range", inv: true}}

func newIPRangeMatch(f family) module { return &iprangeMatch{fam: f} }

func (m *iprangeMatch) set(in *input, id, value string, inv bool) *Error {
	low, high, isRange := strings.Cut(value, "-")
	if !isRange {
		high = low
	}
	r := &addressRange{inv: inv}
	for _, e := range []struct {
		text string
		to   *netip.Addr
	}{{low, &r.low}, {high, &r.high}} {
		a, err := netip.ParseAddr(e.text)
		if err != nil || familyOf(a) != m.fam || a.Zone() != "" {
			return bad("iprange: Bad value for \"--%s\" option: \"%s\"", id, e.text)
		}
		*e.to = a
	}
	if r.high.Less(r.low) {
		in.warn("xt_iprange: range %v is reversed and will never match\n", r)
	}
	if id == "src-range" {
		m.src = r
	} else {
		m.dst = r
	}
	return nil
}

func (m *iprangeMatch) done(*input) *Error {
	if m.src == nil && m.dst == nil {
		return bad("iprange match: You must specify `--src-range' or `--dst-range'")
	}
	return nil
}

func (m *iprangeMatch) save(w *writer) {
	if m.src != nil {
		w.option(m.src.inv, "--src-range", m.src.String())
	}
	if m.dst != nil {
		w.option(m.dst.inv, "--dst-range", m.dst.String())
	}
}

func (m *iprangeMatch) list(w *writer) {
	for _, e := range []struct {
		word string
		r    *addressRange
	}{{"source", m.src}, {"destination", m.dst}} {
		if e.r != nil {
			w.words(e.word, "IP range")
			if e.r.inv {
				w.words("!")
			}
			w.words(e.r.String())
		}
	}
}

func (m *iprangeMatch) holds(x *crossing) bool {
	return (m.src == nil || m.src.holds(x.p.Src)) && (m.dst == nil || m.dst.holds(x.p.Dst))
}

// addrtypeNames are the types of -m addrtype, by bit.
var addrtypeNames = [...]string{"UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE",
	"PROHIBIT", "THROW", "NAT", "XRESOLVE"}

// addrtypeMatch is -m addrtype.
type addrtypeMatch struct {
	src, dst       uint16
	srcInv, dstInv bool
	limitIn        bool
	limitOut       bool
}

var addrtypeOptions = []option{{name: "src-type", inv: true}, {name: "dst-type", inv: true},
	{name: "limit-iface-in", flag: true, not: []string{"limit-iface-out"}}, {name: "limit-iface-out", flag: true, not: []string{"limit-iface-in"}}}

func (m *addrtypeMatch) set(_ *input, id, value string, inv bool) (err *Error) {
	switch id {
	case "src-type":
		m.srcInv = inv
		m.src, err = parseTypes(value)
	case "dst-type":
		m.dstInv = inv
		m.dst, err = parseTypes(value)
	case "limit-iface-in":
		m.limitIn = true
	case "limit-iface-out":
		m.limitOut = true
	}
	return err
}

func parseTypes(list string) (bits uint16, _ *Error) {
next:
	for name := range strings.SplitSeq(list, ",") {
		for i, t := range addrtypeNames {
			if strings.EqualFold(t, name) {
				bits |= 1 << i
				continue next
			}
		}
		return 0, bad("addrtype: bad type \"%s\"", name)
	}
	return bits, nil
}

func typeText(bits uint16) string {
	var list []string
	for i, t := range addrtypeNames {
		if bits&(1<<i) != 0 {
			list = append(list, t)
		}
	}
	return strings.Join(list, ",")
}

func (m *addrtypeMatch) done(*input) *Error {
	if m.src == 0 && m.dst == 0 {
		return bad("addrtype: you must specify --src-type or --dst-type")
	}
	return nil
}

func (m *addrtypeMatch) save(w *writer) {
	if m.src != 0 {
		w.option(m.srcInv, "--src-type", typeText(m.src))
	}
	if m.dst != 0 {
		w.option(m.dstInv, "--dst-type", typeText(m.dst))
	}
	if m.limitIn {
		w.words("--limit-iface-in")
	}
	if m.limitOut {
		w.words("--limit-iface-out")
	}
}

func (m *addrtypeMatch) list(w *writer) {
	w.words("ADDRTYPE match")
	if m.src != 0 {
		w.words("src-type", notMark(m.srcInv)+typeText(m.src))
	}
	if m.dst != 0 {
		w.words("dst-type", notMark(m.dstInv)+typeText(m.dst))
	}
	if m.limitIn {
		w.words("limit-in")
	}
	if m.limitOut {
		w.words("limit-out")
	}
}

func (m *addrtypeMatch) holds(x *crossing) bool {
	return (m.src == 0 || (m.src&x.addressType(x.p.Src) != 0) != m.srcInv) && (m.dst == 0 || (m.dst&x.addressType(x.p.Dst) != 0) != m.dstInv)
}

// addressType is the type of an address in the host's routing table. There are
// no broadcasts but the limited one.
func (x *crossing) addressType(a netip.Addr) uint16 {
	node := x.fw.host.Node
	switch {
	case a.IsUnspecified():
		return 1 << 0
	case node.Local(a):
		return 1 << 2
	case a.IsMulticast():
		return 1 << 5
	case a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return 1 << 3
	}
	r, err := node.RouteTo(a)
	switch {
	case err == nil && r.Type == vnet.Blackhole:
		return 1 << 6
	case err == nil && r.Type == vnet.Unreachable:
		return 1 << 7
	case err == nil && r.Type == vnet.Prohibit:
		return 1 << 8
	}
	return 1 << 1
}

// connlimitMatch is -m connlimit: how many connections an address or network
// has.
type connlimitMatch struct {
	fam    family
	limit  uint32
	above  bool
	given  bool
	prefix int
	dest   bool
}

var connlimitOptions = []option{
	{name: "connlimit-upto", inv: true, not: []string{"connlimit-above"}}, {name: "connlimit-above", inv: true, not: []string{"connlimit-upto"}},
	{name: "connlimit-mask"}, {name: "connlimit-saddr", flag: true}, {name: "connlimit-daddr", flag: true},
}

func newConnlimitMatch(f family) module { return &connlimitMatch{fam: f, prefix: f.bits()} }

func (m *connlimitMatch) set(_ *input, id, value string, inv bool) (err *Error) {
	switch id {
	case "connlimit-above", "connlimit-upto":
		m.above, m.given = (id == "connlimit-above") != inv, true
		m.limit, err = parseBounded("connlimit", id, value, 0, 1<<32-1)
	case "connlimit-mask":
		var n uint32
		n, err = parseBounded("connlimit", id, value, 0, 255)
		m.prefix = min(int(n), m.fam.bits())
	case "connlimit-saddr":
		m.dest = false
	case "connlimit-daddr":
		m.dest = true
	}
	return err
}

func (m *connlimitMatch) done(*input) *Error {
	if !m.given {
		return bad("You must specify \"--connlimit-above\" or \"--connlimit-upto\".")
	}
	return nil
}

func (m *connlimitMatch) save(w *writer) {
	flag, side := "--connlimit-upto", "--connlimit-saddr"
	if m.above {
		flag = "--connlimit-above"
	}
	if m.dest {
		side = "--connlimit-daddr"
	}
	w.words(flag, strconv.FormatUint(uint64(m.limit), 10), "--connlimit-mask", strconv.Itoa(m.prefix), side)
}

func (m *connlimitMatch) list(w *writer) {
	sign, side := "<=", "src"
	if m.above {
		sign = ">"
	}
	if m.dest {
		side = "dst"
	}
	fmt.Fprintf(w, " #conn %s/%d %s %d", side, m.prefix, sign, m.limit)
}

// holds counts the live flows of the same source (or to the same destination),
// this one included. Closed TCP connections do not count.
func (m *connlimitMatch) holds(x *crossing) bool {
	if x.flow == nil {
		return false
	}
	mask := maskOf(m.prefix)
	end := func(f *flow) bits128 {
		if m.dest {
			return bitsOf(f.orig.dst.Addr()).and(mask)
		}
		return bitsOf(f.orig.src.Addr()).and(mask)
	}
	want, count := end(x.flow), uint32(1)
	for key, f := range x.fw.track.flows {
		if key == f.orig && f != x.flow && f.expires > x.now && f.tcp < tcpTimeWait && f.orig.proto == x.flow.orig.proto && end(f) == want {
			count++
		}
	}
	return (count > m.limit) == m.above
}
