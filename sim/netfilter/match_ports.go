package netfilter

import (
	"fmt"
	"strconv"
	"strings"
)

// portRange is a range of ports with an optional "!".
type portRange struct {
	low, high uint16
	inv       bool
}

var allPorts = portRange{high: 65535}

func (r portRange) holds(port uint16) bool { return (port >= r.low && port <= r.high) != r.inv }

func (r portRange) save(w *writer, flag string) {
	if r == allPorts {
		return
	}
	text := strconv.Itoa(int(r.low))
	if r.high != r.low {
		text += ":" + strconv.Itoa(int(r.high))
	}
	w.option(r.inv, flag, text)
}

// list writes " dpt:25", " dpts:25:30", " dpt:!25".
func (r portRange) list(w *writer, name, proto string) {
	if r == allPorts {
		return
	}
	not := ""
	if r.inv {
		not = "!"
	}
	if r.low == r.high {
		w.words(name + ":" + not + w.port(r.low, proto))
		return
	}
	w.words(name + "s:" + not + w.port(r.low, proto) + ":" + w.port(r.high, proto))
}

// parsePort reads a port as tcp and multiport do: a number in C notation, or a
// service.
func parsePort(s, proto string, n *names) (uint16, *Error) {
	if v, err := strconv.ParseUint(strings.TrimLeft(s, " \t"), 0, 16); err == nil && !strings.Contains(s, "_") {
		return uint16(v), nil
	}
	if port, ok := n.service(s, proto); ok {
		return port, nil
	}
	return 0, bad("invalid port/service `%s' specified", s)
}

// parsePorts reads PORT, LOW:HIGH, :HIGH or LOW:.
func parsePorts(s, proto string, n *names) (r portRange, err *Error) {
	low, high, isRange := strings.Cut(s, ":")
	r = allPorts
	if !isRange {
		r.low, err = parsePort(s, proto, n)
		r.high = r.low
		return r, err
	}
	if low != "" {
		if r.low, err = parsePort(low, proto, n); err != nil {
			return r, err
		}
	}
	if high != "" {
		if r.high, err = parsePort(high, proto, n); err != nil {
			return r, err
		}
	}
	if r.low > r.high {
		return r, bad("invalid portrange (min > max)")
	}
	return r, nil
}

// parseLoosePorts reads a range as udp, sctp and dccp do, whose ports go through
// getaddrinfo(3): decimal, without a check of the range, or a service.
func parseLoosePorts(s, name, option string, n *names) (r portRange, err *Error) {
	parts := strings.Split(s, ":")
	if len(parts) > 2 {
		return r, bad("%s: Too many components for option \"--%s\" (max: 2)\n", name, option)
	}
	r = allPorts
	if len(parts) == 1 {
		r.low, err = parseLoosePort(s, n)
		r.high = r.low
		return r, err
	}
	for i, end := range []*uint16{&r.low, &r.high} {
		if parts[i] != "" {
			if *end, err = parseLoosePort(parts[i], n); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

func parseLoosePort(s string, n *names) (uint16, *Error) {
	digits := strings.TrimLeft(s, " \t")
	if digits == "" {
		return 0, nil
	}
	if strings.Trim(digits, "0123456789") == "" && len(digits) < 10 {
		v, _ := strconv.ParseUint(digits, 10, 64)
		return uint16(v), nil
	}
	if port, ok := n.service(s, ""); ok {
		return port, nil
	}
	return 0, bad("Port %q does not resolve to anything.\n", s)
}

// portsMatch is -m udp, sctp, dccp or udplite.
type portsMatch struct {
	name     string
	proto    uint8
	src, dst portRange
}

func newPortsMatch(name string, proto uint8) func(family) module {
	return func(family) module { return &portsMatch{name: name, proto: proto, src: allPorts, dst: allPorts} }
}

var portOptions = []option{
	{name: "source-port", inv: true}, {name: "sport", as: "source-port", inv: true},
	{name: "destination-port", inv: true}, {name: "dport", as: "destination-port", inv: true},
}

func (m *portsMatch) set(in *input, id, value string, inv bool) *Error {
	r, err := parseLoosePorts(value, m.name, id, in.names)
	if err != nil {
		return err
	}
	r.inv = inv
	if id == "source-port" {
		m.src = r
	} else {
		m.dst = r
	}
	return nil
}

func (m *portsMatch) done(in *input) *Error {
	if (m.src != allPorts || m.dst != allPorts) && in.rule.proto != m.proto {
		upper := strings.ToUpper(m.name)
		return bad("%s match requires '-p %s'", upper, m.name)
	}
	return nil
}

func (m *portsMatch) fits(r *rule) bool { return r.proto == m.proto }

func (m *portsMatch) save(w *writer) {
	m.src.save(w, "--sport")
	m.dst.save(w, "--dport")
}

func (m *portsMatch) list(w *writer) {
	w.words(m.name)
	m.src.list(w, "spt", m.name)
	m.dst.list(w, "dpt", m.name)
}

func (m *portsMatch) holds(x *crossing) bool {
	return x.p.Proto == m.proto && m.src.holds(x.p.SrcPort) && m.dst.holds(x.p.DstPort)
}

// multiportMatch is -m multiport: a list of ports and ranges.
type multiportMatch struct {
	which  string // "source-ports", "destination-ports", "ports"
	ranges []portRange
	inv    bool
}

var multiportOptions = []option{
	{name: "source-ports", inv: true, not: []string{"destination-ports", "ports"}}, {name: "sports", as: "source-ports", inv: true},
	{name: "destination-ports", inv: true, not: []string{"source-ports", "ports"}}, {name: "dports", as: "destination-ports", inv: true},
	{name: "ports", inv: true, not: []string{"source-ports", "destination-ports"}},
}

func (m *multiportMatch) set(in *input, id, value string, inv bool) *Error {
	proto := protocolText(in.rule.proto)
	switch {
	case in.rule.proto == 0:
		return bad("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'")
	case proto == "" || in.rule.protoInv:
		return bad("multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP")
	}
	m.which, m.inv, m.ranges = id, inv, nil
	used := 0
	for item := range strings.SplitSeq(value, ",") {
		low, high, isRange := strings.Cut(item, ":")
		used++
		if isRange {
			used++
		}
		if used > 15 {
			return bad("too many ports specified")
		}
		var r portRange
		var err *Error
		if r.low, err = parsePort(low, proto, in.names); err != nil {
			return err
		}
		r.high = r.low
		if isRange {
			if r.high, err = parsePort(high, proto, in.names); err != nil {
				return err
			}
			if r.low >= r.high {
				return bad("invalid portrange specified")
			}
		}
		m.ranges = append(m.ranges, r)
	}
	return nil
}

func (m *multiportMatch) done(*input) *Error {
	if m.which == "" {
		return bad("multiport expection an option")
	}
	return nil
}

func (m *multiportMatch) flag() string {
	switch m.which {
	case "source-ports":
		return "sports"
	case "destination-ports":
		return "dports"
	}
	return "ports"
}

func (m *multiportMatch) text(port func(uint16) string) string {
	var parts []string
	for _, r := range m.ranges {
		s := port(r.low)
		if r.high != r.low {
			s += ":" + port(r.high)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ",")
}

func (m *multiportMatch) save(w *writer) {
	w.option(m.inv, "--"+m.flag(), m.text(func(p uint16) string { return strconv.Itoa(int(p)) }))
}

func (m *multiportMatch) list(w *writer) {
	not := ""
	if m.inv {
		not = " !"
	}
	proto := w.proto
	fmt.Fprintf(w, " multiport %s %s%s", m.flag(), not, m.text(func(p uint16) string { return w.port(p, proto) }))
}

func (m *multiportMatch) holds(x *crossing) bool {
	if protocolText(x.p.Proto) == "" {
		return false
	}
	for _, r := range m.ranges {
		src := m.which != "destination-ports" && r.holds(x.p.SrcPort)
		if src || m.which != "source-ports" && r.holds(x.p.DstPort) {
			return !m.inv
		}
	}
	return m.inv
}

// ported is a match whose conditions the kernel keeps apart from the match: when
// the rule is read back, those of all -m of one name stand together at the
// first that has any.
type ported interface {
	match
	// absorb takes over the conditions of another; it reports whether there were
	// any in both.
	absorb(other match) bool
}

// mergePorts joins the conditions of repeated -m tcp or -m udp.
func mergePorts(list []*instance) []*instance {
	var kept []*instance
next:
	for _, i := range list {
		if m, ok := i.match.(ported); ok {
			for _, k := range kept {
				if k.ext == i.ext && k.match.(ported).absorb(m) {
					continue next
				}
			}
		}
		kept = append(kept, i)
	}
	return kept
}

func (m *portsMatch) absorb(other match) bool {
	o := other.(*portsMatch)
	if m.src == allPorts && m.dst == allPorts || o.src == allPorts && o.dst == allPorts {
		return false
	}
	if o.src != allPorts {
		m.src = o.src
	}
	if o.dst != allPorts {
		m.dst = o.dst
	}
	return true
}
