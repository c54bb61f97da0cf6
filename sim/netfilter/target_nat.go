package netfilter

import (
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/vnet"
)

// natTarget is -j DNAT, SNAT, MASQUERADE or REDIRECT.
type natTarget struct {
	name                      string
	fam                       family
	to                        mapping
	random, fully, persistent bool
}

var (
	dnatOptions = []option{{name: "to-destination", must: true}, {name: "random", flag: true}, {name: "persistent", flag: true}}
	snatOptions = []option{{name: "to-source", must: true}, {name: "random", flag: true}, {name: "random-fully", flag: true},
		{name: "persistent", flag: true}}
	masqueradeOptions = []option{{name: "to-ports"}, {name: "random", flag: true}, {name: "random-fully", flag: true}}
	redirectOptions   = []option{{name: "to-ports"}, {name: "random", flag: true}}
)

func newNATTarget(name string) func(family) module {
	return func(f family) module { return &natTarget{name: name, fam: f} }
}

func (t *natTarget) set(in *input, id, value string, _ bool) *Error {
	switch id {
	case "random":
		t.random = true
	case "random-fully":
		t.fully = true
	case "persistent":
		t.persistent = true
	case "to-ports":
		if !hasPorts(in.rule.proto) {
			return errNeedPorts
		}
		return t.setPorts(value, in.names)
	default:
		return t.setAddress(value, in)
	}
	return nil
}

var errNeedPorts = bad("Need TCP, UDP, SCTP or DCCP with port specification")

// setPorts reads PORT or LOW-HIGH.
func (t *natTarget) setPorts(s string, n *names) *Error {
	low, high, isRange := strings.Cut(s, "-")
	port := func(text string) (uint16, *Error) {
		if v, err := strconv.ParseUint(text, 0, 16); err == nil {
			return uint16(v), nil
		}
		if v, ok := n.service(text, ""); ok {
			return v, nil
		}
		return 0, bad("Port `%s' not valid", s)
	}
	var err *Error
	if t.to.low, err = port(low); err != nil {
		return err
	}
	t.to.high = t.to.low
	if isRange {
		if t.to.high, err = port(high); err != nil {
			return err
		}
	}
	if t.to.low > t.to.high {
		return bad("Port range `%s' funky", s)
	}
	return nil
}

// setAddress reads [ADDRESS[-ADDRESS]][:PORT[-PORT]]; an IPv6 address before a
// port stands in brackets.
func (t *natTarget) setAddress(s string, in *input) *Error {
	addrs, ports, hasPort := s, "", false
	if t.fam == v6 {
		if inner, rest, ok := strings.Cut(strings.TrimPrefix(s, "["), "]"); ok && strings.HasPrefix(s, "[") {
			addrs = inner
			ports, hasPort = strings.CutPrefix(rest, ":")
		}
	} else {
		addrs, ports, hasPort = strings.Cut(s, ":")
	}
	if hasPort {
		if !hasPorts(in.rule.proto) {
			return errNeedPorts
		}
		if err := t.setPorts(ports, in.names); err != nil {
			return err
		}
	}
	if addrs == "" && hasPort {
		return nil
	}
	first, last, isRange := strings.Cut(addrs, "-")
	for _, e := range []struct {
		text string
		to   *netip.Addr
	}{{first, &t.to.first}, {last, &t.to.last}} {
		if e.to == &t.to.last && !isRange {
			break
		}
		a, err := netip.ParseAddr(e.text)
		if err != nil || familyOf(a) != t.fam || a.Zone() != "" {
			return bad("Bad IP address \"%s\"", e.text)
		}
		*e.to = a
	}
	return nil
}

func (t *natTarget) done(*input) *Error { return nil }

func (t *natTarget) portText() string {
	if t.to.low == t.to.high {
		return strconv.Itoa(int(t.to.low))
	}
	return strconv.Itoa(int(t.to.low)) + "-" + strconv.Itoa(int(t.to.high))
}

func (t *natTarget) addressText() string {
	s := ""
	if t.to.first.IsValid() {
		if s = t.to.first.String(); t.to.last.IsValid() && t.to.last != t.to.first {
			s += "-" + t.to.last.String()
		}
	}
	if t.to.low != 0 {
		if t.fam == v6 && s != "" {
			s = "[" + s + "]"
		}
		s += ":" + t.portText()
	}
	return s
}

func (t *natTarget) save(w *writer) {
	switch {
	case t.name == "DNAT":
		w.option(false, "--to-destination", t.addressText())
	case t.name == "SNAT":
		w.option(false, "--to-source", t.addressText())
	case t.to.low != 0:
		w.option(false, "--to-ports", t.portText())
	}
	t.saveFlags(w, "--")
}

func (t *natTarget) saveFlags(w *writer, dashes string) {
	if t.random {
		w.words(dashes + "random")
	}
	if t.fully {
		w.words(dashes + "random-fully")
	}
	if t.persistent {
		w.words(dashes + "persistent")
	}
}

func (t *natTarget) list(w *writer) {
	switch {
	case t.name == "DNAT" || t.name == "SNAT":
		w.words("to:" + t.addressText())
	case t.to.low != 0 && t.name == "REDIRECT":
		w.words("redir ports", t.portText())
	case t.to.low != 0:
		w.words("masq ports:", t.portText())
	}
	t.saveFlags(w, "")
}

// act sets up the translation of the packet's flow; the packet leaves the
// table. Without a free port the packet is dropped.
func (t *natTarget) act(x *crossing, _ *rule) step {
	m := t.to
	switch t.name {
	case "DNAT":
		x.setDestination(m)
		return step{outcome: pass}
	case "REDIRECT":
		m.first = x.redirectAddress()
		x.setDestination(m)
		return step{outcome: pass}
	case "MASQUERADE":
		a, err := x.fw.host.Node.SourceFor(x.p.Dst)
		if err != nil {
			return step{outcome: drop}
		}
		m.first = a
	}
	if !x.setSource(m) {
		return step{outcome: drop}
	}
	return step{outcome: pass}
}

// redirectAddress is where REDIRECT sends packets: for those of the host itself
// its loopback address, else the first address of the interface they came in
// on.
func (x *crossing) redirectAddress() netip.Addr {
	if x.at == vnet.Output {
		if x.fam == v6 {
			return netip.IPv6Loopback()
		}
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if i := x.fw.host.Node.Iface(x.in); i != nil {
		for _, a := range i.Addrs() {
			if familyOf(a.Addr()) == x.fam {
				return a.Addr()
			}
		}
	}
	return x.p.Dst
}

// notrackTarget is -j NOTRACK: the packet is not tracked.
type notrackTarget struct{}

func (t *notrackTarget) set(*input, string, string, bool) *Error { return nil }
func (t *notrackTarget) done(*input) *Error                      { return nil }
func (t *notrackTarget) save(*writer)                            {}
func (t *notrackTarget) list(*writer)                            {}

func (t *notrackTarget) act(x *crossing, _ *rule) step {
	x.untrack = true
	return step{}
}
