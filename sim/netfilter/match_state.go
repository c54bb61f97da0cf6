package netfilter

import (
	"fmt"
	"strings"
)

// stateNames are the states in the order in which they are printed; the last
// two only exist for conntrack.
var stateNames = [...]struct {
	name string
	bit  ctState
}{{"INVALID", ctInvalid}, {"NEW", ctNew}, {"RELATED", ctRelated}, {"ESTABLISHED", ctEstablished}, {"UNTRACKED", ctUntracked},
	{"SNAT", ctSNAT}, {"DNAT", ctDNAT}}

// Virtual states of conntrack: the flow's source or destination is translated.
const (
	ctSNAT ctState = 1 << 6
	ctDNAT ctState = 1 << 7
)

// virtual returns the states SNAT and DNAT as far as they hold for a flow.
func (f *flow) virtual() (s ctState) {
	if f == nil {
		return 0
	}
	if f.reply.dst != f.orig.src {
		s |= ctSNAT
	}
	if f.reply.src != f.orig.dst {
		s |= ctDNAT
	}
	return s
}

func parseState(name string, virtual bool) ctState {
	for _, s := range stateNames {
		if strings.EqualFold(s.name, name) && (virtual || s.bit < ctSNAT) {
			return s.bit
		}
	}
	return 0
}

func stateText(states ctState) string {
	var list []string
	for _, s := range stateNames {
		if states&s.bit != 0 {
			list = append(list, s.name)
		}
	}
	return strings.Join(list, ",")
}

// stateMatch is -m state.
type stateMatch struct {
	states ctState
	inv    bool
}

var stateOptions = []option{{name: "state", inv: true, must: true}}

func newStateMatch(family) module { return &stateMatch{} }

// set reads the list of states; what stands before the last comma is checked
// before what stands behind it.
func (m *stateMatch) set(_ *input, _, value string, inv bool) *Error {
	m.inv = inv
	for {
		name, rest, more := strings.Cut(value, ",")
		if name == "" && !more {
			return bad("\"--state\" requires a list of states with no spaces, e.g. ESTABLISHED,RELATED")
		}
		s := parseState(name, false)
		if s == 0 {
			return bad("Bad state \"%s\"", name)
		}
		m.states |= s
		if !more {
			return nil
		}
		value = rest
	}
}

func (m *stateMatch) done(*input) *Error { return nil }

func (m *stateMatch) save(w *writer) { w.option(m.inv, "--state", stateText(m.states)) }

func (m *stateMatch) list(w *writer) {
	if m.inv {
		w.words("!")
	}
	w.words("state", stateText(m.states))
}

func (m *stateMatch) holds(x *crossing) bool { return (m.states&x.state != 0) != m.inv }

// conntrackMatch is -m conntrack.
type conntrackMatch struct {
	fam     family
	states  ctState
	proto   uint8
	status  uint8
	reply   bool // --ctdir REPLY
	given   []string
	inv     map[string]bool
	addrs   map[string]network
	ports   map[string]portRange
	expires [2]uint32
}

// conntrackFlags are the options in the order in which they are saved, with the
// words of the listing.
var conntrackFlags = [...]string{"ctstate", "ctproto", "ctorigsrc", "ctorigdst", "ctreplsrc", "ctrepldst",
	"ctorigsrcport", "ctorigdstport", "ctreplsrcport", "ctrepldstport", "ctstatus", "ctexpire", "ctdir"}

var conntrackOptions = []option{
	{name: "ctstate", inv: true}, {name: "ctproto", inv: true}, {name: "ctorigsrc", inv: true}, {name: "ctorigdst", inv: true},
	{name: "ctreplsrc", inv: true}, {name: "ctrepldst", inv: true}, {name: "ctorigsrcport", inv: true}, {name: "ctorigdstport", inv: true},
	{name: "ctreplsrcport", inv: true}, {name: "ctrepldstport", inv: true}, {name: "ctstatus", inv: true}, {name: "ctexpire", inv: true},
	{name: "ctdir"},
}

func newConntrackMatch(f family) module {
	return &conntrackMatch{fam: f, inv: map[string]bool{}, addrs: map[string]network{}, ports: map[string]portRange{}}
}

var statusNames = [...]string{"EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"}

func (m *conntrackMatch) set(in *input, id, value string, inv bool) (err *Error) {
	m.given = append(m.given, id)
	m.inv[id] = inv
	switch {
	case id == "ctstate":
		for name := range strings.SplitSeq(value, ",") {
			s := parseState(name, true)
			if s == 0 {
				return bad("Bad ctstate \"%s\"", name)
			}
			m.states |= s
		}
	case id == "ctproto":
		m.proto, err = parseProtocol(strings.ToLower(value))
	case id == "ctstatus":
		return m.setStatus(value)
	case id == "ctdir":
		if m.reply = strings.EqualFold(value, "REPLY"); !m.reply && !strings.EqualFold(value, "ORIGINAL") {
			return bad("conntrack: Bad value for \"--ctdir\" option: \"%s\"", value)
		}
	case id == "ctexpire":
		m.expires, err = parseRange32("conntrack", id, value)
	case strings.HasSuffix(id, "port"):
		m.ports[id], err = parseLoosePorts(value, "conntrack", id, in.names)
	default:
		list, err := parseNetworks(value, m.fam, in.names)
		if err != nil {
			return err
		}
		m.addrs[id] = list[0]
	}
	return err
}

func (m *conntrackMatch) setStatus(value string) *Error {
next:
	for name := range strings.SplitSeq(value, ",") {
		if strings.EqualFold(name, "NONE") {
			continue
		}
		for i, s := range statusNames {
			if strings.EqualFold(name, s) {
				m.status |= 1 << i
				continue next
			}
		}
		return bad("Bad ctstatus \"%s\"", name)
	}
	return nil
}

func (m *conntrackMatch) done(*input) *Error {
	if m.given == nil {
		return bad("conntrack: At least one option is required")
	}
	return nil
}

// each calls fn for the options given, in printing order, with their values.
func (m *conntrackMatch) each(fn func(id, value string)) {
	for _, id := range conntrackFlags {
		for _, g := range m.given {
			if g == id {
				fn(id, m.value(id))
				break
			}
		}
	}
}

func (m *conntrackMatch) value(id string) string {
	switch id {
	case "ctstate":
		return stateText(m.states)
	case "ctproto":
		return fmt.Sprint(m.proto)
	case "ctdir":
		if m.reply {
			return "REPLY"
		}
		return "ORIGINAL"
	case "ctexpire":
		return rangeText(m.expires)
	case "ctstatus":
		var list []string
		for i, s := range statusNames {
			if m.status&(1<<i) != 0 {
				list = append(list, s)
			}
		}
		if list == nil {
			return "NONE"
		}
		return strings.Join(list, ",")
	}
	if r, ok := m.ports[id]; ok {
		return rangeText([2]uint32{uint32(r.low), uint32(r.high)})
	}
	n := m.addrs[id]
	text := n.addr.addr(m.fam).String()
	if n.length() != m.fam.bits() {
		text += n.suffix()
	}
	return text
}

func (m *conntrackMatch) save(w *writer) {
	m.each(func(id, value string) { w.option(m.inv[id], "--"+id, value) })
}

func (m *conntrackMatch) list(w *writer) {
	m.each(func(id, value string) {
		if m.inv[id] {
			w.words("!")
		}
		w.words(id, value)
	})
}

// holds checks all conditions; those about the flow fail without one.
func (m *conntrackMatch) holds(x *crossing) bool {
	for _, id := range m.given {
		if id == "ctstate" {
			if (m.states&(x.state|x.flow.virtual()) != 0) == m.inv[id] {
				return false
			}
			continue
		}
		if x.flow == nil || m.about(x, id) == m.inv[id] {
			return false
		}
	}
	return true
}

func (m *conntrackMatch) about(x *crossing, id string) bool {
	f := x.flow
	switch id {
	case "ctproto":
		return f.orig.proto == m.proto
	case "ctdir":
		return x.reply == m.reply
	case "ctstatus":
		var have uint8
		if f.answered {
			have |= 1 << 1
		}
		if f.answered && f.tcp >= tcpOpen {
			have |= 1 << 2
		}
		if f.confirmed {
			have |= 1 << 3
		}
		return have&m.status != 0 || m.status == 0 && have == 0
	case "ctexpire":
		left := max(f.expires-x.now, 0).Seconds()
		return left >= float64(m.expires[0]) && left <= float64(m.expires[1])
	}
	end := f.reply.dst
	switch strings.TrimSuffix(strings.TrimPrefix(id, "ct"), "port") {
	case "origsrc":
		end = f.orig.src
	case "origdst":
		end = f.orig.dst
	case "replsrc":
		end = f.reply.src
	}
	if r, ok := m.ports[id]; ok {
		return r.holds(end.Port())
	}
	n := m.addrs[id]
	return n.holds(bitsOf(end.Addr()))
}
