package netfilter

import (
	"fmt"
	"strconv"
	"strings"

	"mxlab/sim/vnet"
)

// tcpMatch is -m tcp.
type tcpMatch struct {
	src, dst       portRange
	mask, want     vnet.Flags
	flags, flagInv bool
	tcpOption      int // 0: not given
	optInv         bool
	srcSet, dstSet bool
}

var tcpOptions = []option{
	{name: "source-port", inv: true, many: true}, {name: "sport", as: "source-port", inv: true, many: true},
	{name: "destination-port", inv: true, many: true}, {name: "dport", as: "destination-port", inv: true, many: true},
	{name: "syn", flag: true, inv: true, many: true}, {name: "tcp-flags", inv: true, many: true}, {name: "tcp-option", inv: true, many: true},
}

func newTCPMatch(family) module { return &tcpMatch{src: allPorts, dst: allPorts} }

func (m *tcpMatch) set(in *input, id, value string, inv bool) *Error {
	switch id {
	case "source-port":
		return m.port(in, &m.src, &m.srcSet, id, value, inv)
	case "destination-port":
		return m.port(in, &m.dst, &m.dstSet, id, value, inv)
	case "syn", "tcp-flags":
		if m.flags {
			return bad("Only one of `--syn' or `--tcp-flags'  allowed")
		}
		m.flags, m.flagInv = true, inv
		if id == "syn" {
			m.mask, m.want = vnet.SYN|vnet.RST|vnet.ACK|vnet.FIN, vnet.SYN
			return nil
		}
		return m.setFlags(in, value)
	case "tcp-option":
		v, err := strconv.ParseUint(value, 0, 8)
		if err != nil || v == 0 {
			return bad("Bad TCP option `%s'", value)
		}
		if m.tcpOption != 0 {
			return bad("Only one `--tcp-option' allowed")
		}
		m.tcpOption, m.optInv = int(v), inv
	}
	return nil
}

func (m *tcpMatch) port(in *input, r *portRange, set *bool, id, value string, inv bool) *Error {
	if *set {
		return bad("Only one `--%s' allowed", id)
	}
	parsed, err := parsePorts(value, "tcp", in.names)
	if err != nil {
		return err
	}
	parsed.inv = inv
	*r, *set = parsed, true
	return nil
}

// setFlags reads the two arguments of --tcp-flags: the flags to look at, and
// those of them that have to be set.
func (m *tcpMatch) setFlags(in *input, value string) *Error {
	second, ok := in.more()
	if !ok {
		return bad("--tcp-flags requires two args.")
	}
	var err *Error
	if m.mask, err = parseFlags(value); err != nil {
		return err
	}
	m.want, err = parseFlags(second)
	return err
}

var flagNames = [...]struct {
	name string
	flag vnet.Flags
}{{"FIN", vnet.FIN}, {"SYN", vnet.SYN}, {"RST", vnet.RST}, {"PSH", vnet.PSH}, {"ACK", vnet.ACK}, {"URG", vnet.URG}}

const allFlags = vnet.FIN | vnet.SYN | vnet.RST | vnet.PSH | vnet.ACK | vnet.URG

func parseFlags(list string) (flags vnet.Flags, _ *Error) {
next:
	for name := range strings.SplitSeq(list, ",") {
		switch {
		case name == "":
			continue
		case strings.EqualFold(name, "ALL"):
			flags |= allFlags
			continue
		case strings.EqualFold(name, "NONE"):
			continue
		}
		for _, f := range flagNames {
			if strings.EqualFold(name, f.name) {
				flags |= f.flag
				continue next
			}
		}
		return 0, bad("Unknown TCP flag `%s'", name)
	}
	return flags, nil
}

func flagText(flags vnet.Flags) string {
	var list []string
	for _, f := range flagNames {
		if flags&f.flag != 0 {
			list = append(list, f.name)
		}
	}
	if list == nil {
		return "NONE"
	}
	return strings.Join(list, ",")
}

func (m *tcpMatch) done(in *input) *Error {
	if (m.srcSet || m.dstSet || m.flags || m.tcpOption != 0) && in.rule.proto != vnet.ProtoTCP {
		return bad("TCP match requires '-p tcp'")
	}
	return nil
}

func (m *tcpMatch) fits(r *rule) bool { return r.proto == vnet.ProtoTCP }

func (m *tcpMatch) save(w *writer) {
	m.src.save(w, "--sport")
	m.dst.save(w, "--dport")
	if m.tcpOption != 0 {
		w.option(m.optInv, "--tcp-option", strconv.Itoa(m.tcpOption))
	}
	if m.flags {
		w.option(m.flagInv, "--tcp-flags", flagText(m.mask))
		w.words(flagText(m.want))
	}
}

func (m *tcpMatch) list(w *writer) {
	w.words("tcp")
	m.src.list(w, "spt", "tcp")
	m.dst.list(w, "dpt", "tcp")
	if m.tcpOption != 0 {
		fmt.Fprintf(w, " option=%s%d", notMark(m.optInv), m.tcpOption)
	}
	if m.flags && w.numeric {
		fmt.Fprintf(w, " flags:%s0x%02X/0x%02X", notMark(m.flagInv), uint8(m.mask), uint8(m.want))
	} else if m.flags {
		fmt.Fprintf(w, " flags:%s%s/%s", notMark(m.flagInv), flagText(m.mask), flagText(m.want))
	}
}

func notMark(inv bool) string {
	if inv {
		return "!"
	}
	return ""
}

// carries reports whether Linux sends a TCP option in a segment.
func carries(p *vnet.Packet, option int) bool {
	switch option {
	case 2, 3, 4: // MSS, window scale, SACK permitted
		return p.Flags&vnet.SYN != 0
	case 8: // time stamps
		return p.Flags&vnet.RST == 0
	}
	return false
}

func (m *tcpMatch) holds(x *crossing) bool {
	p := x.p
	if p.Proto != vnet.ProtoTCP || !m.src.holds(p.SrcPort) || !m.dst.holds(p.DstPort) {
		return false
	}
	if m.flags && (p.Flags&m.mask == m.want) == m.flagInv {
		return false
	}
	return m.tcpOption == 0 || carries(p, m.tcpOption) != m.optInv
}

func (m *tcpMatch) empty() bool {
	return m.src == allPorts && m.dst == allPorts && !m.flags && m.tcpOption == 0
}

func (m *tcpMatch) absorb(other match) bool {
	o := other.(*tcpMatch)
	if m.empty() || o.empty() {
		return false
	}
	if o.src != allPorts {
		m.src = o.src
	}
	if o.dst != allPorts {
		m.dst = o.dst
	}
	if o.flags {
		m.flags, m.flagInv, m.mask, m.want = true, o.flagInv, o.mask, o.want
	}
	if o.tcpOption != 0 {
		m.tcpOption, m.optInv = o.tcpOption, o.optInv
	}
	return true
}
