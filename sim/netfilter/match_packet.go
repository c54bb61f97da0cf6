package netfilter

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// commentMatch is -m comment.
type commentMatch struct{ text string }

func (m *commentMatch) set(_ *input, _, value string, _ bool) *Error {
	if len(value) > 255 {
		value = value[:255]
	}
	m.text = value
	return nil
}

func (m *commentMatch) done(*input) *Error { return nil }

func (m *commentMatch) save(w *writer) {
	w.words("--comment")
	w.quoted(m.text)
}

func (m *commentMatch) list(w *writer)       { w.words("/*", m.text, "*/") }
func (m *commentMatch) holds(*crossing) bool { return true }

// macMatch is -m mac. There is no Ethernet, so it never holds, and always with
// "!".
type macMatch struct {
	addr string
	inv  bool
}

func (m *macMatch) set(_ *input, _, value string, inv bool) *Error {
	a, err := net.ParseMAC(value)
	if err != nil || len(a) != 6 || strings.Count(value, ":") != 5 {
		return bad("Invalid MAC address specified.")
	}
	m.addr, m.inv = a.String(), inv
	return nil
}

func (m *macMatch) done(*input) *Error { return nil }
func (m *macMatch) save(w *writer)     { w.option(m.inv, "--mac-source", m.addr) }

func (m *macMatch) list(w *writer) {
	w.words("MAC")
	if m.inv {
		w.words("!")
	}
	w.words(m.addr)
}

func (m *macMatch) holds(*crossing) bool { return m.inv }

// pkttypeMatch is -m pkttype. All packets of the lab are unicast.
type pkttypeMatch struct {
	kind string
	inv  bool
}

func (m *pkttypeMatch) set(_ *input, _, value string, inv bool) *Error {
	for _, k := range []string{"unicast", "broadcast", "multicast"} {
		if strings.EqualFold(k, value) || k == "unicast" && strings.EqualFold(value, "host") {
			m.kind, m.inv = k, inv
			return nil
		}
	}
	return bad("Bad packet type '%s'", value)
}

func (m *pkttypeMatch) done(*input) *Error { return nil }
func (m *pkttypeMatch) save(w *writer)     { w.option(m.inv, "--pkt-type", m.kind) }

func (m *pkttypeMatch) list(w *writer) {
	sign := "="
	if m.inv {
		sign = "!="
	}
	w.words("PKTTYPE", sign, m.kind)
}

func (m *pkttypeMatch) holds(*crossing) bool { return (m.kind == "unicast") != m.inv }

// lengthMatch is -m length.
type lengthMatch struct {
	bounds [2]uint32
	inv    bool
}

func (m *lengthMatch) set(_ *input, id, value string, inv bool) (err *Error) {
	m.inv = inv
	m.bounds, err = parseRange16("length", id, value)
	return err
}

// parseRange32 reads N, LOW:HIGH, LOW: or :HIGH.
func parseRange32(ext, id, value string) ([2]uint32, *Error) {
	return parseRangeTo(ext, id, value, 1<<32-1)
}

func parseRange16(ext, id, value string) ([2]uint32, *Error) {
	return parseRangeTo(ext, id, value, 65535)
}

func parseRangeTo(ext, id, value string, top uint64) (r [2]uint32, _ *Error) {
	parts := strings.Split(value, ":")
	if len(parts) > 2 {
		return r, bad("%s: Too many components for option \"--%s\" (max: 2)\n", ext, id)
	}
	r = [2]uint32{0, uint32(top)}
	for i, p := range parts {
		if p == "" && len(parts) == 2 {
			continue
		}
		v, err := strconv.ParseUint(p, 0, 32)
		if err != nil || v > top {
			return r, bad("%s: bad value for option \"--%s\" near \"%s\", or out of range (0-%d).\n", ext, id, p, top)
		}
		r[i] = uint32(v)
	}
	if len(parts) == 1 {
		r[1] = r[0]
	}
	return r, nil
}

func rangeText(r [2]uint32) string {
	if r[0] == r[1] {
		return strconv.FormatUint(uint64(r[0]), 10)
	}
	return fmt.Sprintf("%d:%d", r[0], r[1])
}

func (m *lengthMatch) done(*input) *Error { return nil }
func (m *lengthMatch) save(w *writer)     { w.option(m.inv, "--length", rangeText(m.bounds)) }
func (m *lengthMatch) list(w *writer)     { w.words("length", notMark(m.inv)+rangeText(m.bounds)) }

func (m *lengthMatch) holds(x *crossing) bool {
	n := uint32(x.length)
	return (n >= m.bounds[0] && n <= m.bounds[1]) != m.inv
}

// ttlMatch is -m ttl (IPv4) or -m hl (IPv6).
type ttlMatch struct {
	name  string // "ttl" or "hl"
	mode  string // "eq", "lt", "gt"
	value uint8
	inv   bool
}

func ttlOptions(name string) []option {
	eq, lt, gt := name+"-eq", name+"-lt", name+"-gt"
	return []option{{name: lt, not: []string{eq, gt}}, {name: gt, not: []string{eq, lt}}, {name: eq, inv: true, not: []string{lt, gt}},
		{name: name, as: eq, inv: true}}
}

func newTTLMatch(f family) module {
	if f == v6 {
		return &ttlMatch{name: "hl"}
	}
	return &ttlMatch{name: "ttl"}
}

func (m *ttlMatch) set(_ *input, id, value string, inv bool) *Error {
	v, err := parseBounded(m.name, id, value, 0, 255)
	m.mode, m.value, m.inv = strings.TrimPrefix(id, m.name+"-"), uint8(v), inv
	return err
}

func (m *ttlMatch) done(*input) *Error {
	if m.mode == "" {
		upper := strings.ToUpper(m.name)
		return bad("%s match: You must specify one of `--%s-eq', `--%s-lt', `--%s-gt", upper, m.name, m.name, m.name)
	}
	return nil
}

func (m *ttlMatch) save(w *writer) {
	w.option(m.inv, "--"+m.name+"-"+m.mode, strconv.Itoa(int(m.value)))
}

func (m *ttlMatch) list(w *writer) {
	sign := map[string]string{"eq": "==", "lt": "<", "gt": ">"}[m.mode]
	if m.inv {
		sign = "!="
	}
	upper := strings.ToUpper(m.name)
	w.words(upper, "match", upper, sign, strconv.Itoa(int(m.value)))
}

func (m *ttlMatch) holds(x *crossing) bool {
	switch m.mode {
	case "lt":
		return x.p.TTL < m.value
	case "gt":
		return x.p.TTL > m.value
	}
	return (x.p.TTL == m.value) != m.inv
}
