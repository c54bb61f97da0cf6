package netfilter

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"mxlab/sim/vnet"
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

// ownerMatch is -m owner: whose socket sends the packet.
type ownerMatch struct {
	uid, gid          *uint32
	uidInv, gidInv    bool
	socket, socketInv bool
}

var ownerOptions = []option{{name: "uid-owner", inv: true}, {name: "gid-owner", inv: true}, {name: "socket-exists", flag: true, inv: true}}

func (m *ownerMatch) set(in *input, id, value string, inv bool) *Error {
	if id == "socket-exists" {
		m.socket, m.socketInv = true, inv
		return nil
	}
	n, err := strconv.ParseUint(value, 0, 32)
	number := uint32(n)
	if err != nil {
		var ok bool
		if number, ok = in.names.account(id, value); !ok {
			return bad("owner: Bad value for \"--%s\" option: \"%s\"", id, value)
		}
	}
	if id == "uid-owner" {
		m.uid, m.uidInv = &number, inv
	} else {
		m.gid, m.gidInv = &number, inv
	}
	return nil
}

// account returns the number of a user or group.
func (n *names) account(kind, name string) (uint32, bool) {
	if n.host == nil {
		return 0, false
	}
	if kind == "uid-owner" {
		u, ok := n.host.User(name)
		return u.UID, ok
	}
	for _, g := range n.host.Groups() {
		if g.Name == name {
			return g.GID, true
		}
	}
	return 0, false
}

func (m *ownerMatch) done(*input) *Error {
	if m.uid == nil && m.gid == nil && !m.socket {
		return bad("owner: At least one of --uid-owner, --gid-owner or --socket-exists is required")
	}
	return nil
}

func (m *ownerMatch) save(w *writer) {
	if m.socket {
		w.flag(m.socketInv, "--socket-exists")
	}
	if m.uid != nil {
		w.option(m.uidInv, "--uid-owner", strconv.FormatUint(uint64(*m.uid), 10))
	}
	if m.gid != nil {
		w.option(m.gidInv, "--gid-owner", strconv.FormatUint(uint64(*m.gid), 10))
	}
}

func (m *ownerMatch) list(w *writer) {
	word := func(inv bool, kind, name string) {
		if inv {
			w.words("!")
		}
		w.words("owner", kind, "match", name)
	}
	if m.socket {
		if m.socketInv {
			w.words("!")
		}
		w.words("owner socket exists")
	}
	if m.uid != nil {
		name := strconv.FormatUint(uint64(*m.uid), 10)
		if !w.numeric && w.names.host != nil {
			name = w.names.host.UserName(*m.uid)
		}
		word(m.uidInv, "UID", name)
	}
	if m.gid != nil {
		name := strconv.FormatUint(uint64(*m.gid), 10)
		if !w.numeric && w.names.host != nil {
			name = w.names.host.GroupName(*m.gid)
		}
		word(m.gidInv, "GID", name)
	}
}

func (m *ownerMatch) holds(x *crossing) bool {
	uid, ok := x.owner()
	if !ok {
		return m.socket && m.socketInv && m.uid == nil && m.gid == nil
	}
	if m.socket && m.socketInv || m.uid != nil && (uid == *m.uid) == m.uidInv {
		return false
	}
	if m.gid == nil {
		return true
	}
	gid := uid
	for _, u := range x.fw.host.Users() {
		if u.UID == uid {
			gid = u.GID
			break
		}
	}
	return (gid == *m.gid) != m.gidInv
}

// owner returns the user whose socket sends the packet.
func (x *crossing) owner() (uint32, bool) {
	proto := "tcp"
	if x.p.Proto == vnet.ProtoUDP {
		proto = "udp"
	} else if x.p.Proto != vnet.ProtoTCP {
		return 0, false
	}
	local, remote := netip.AddrPortFrom(x.p.Src, x.p.SrcPort), netip.AddrPortFrom(x.p.Dst, x.p.DstPort)
	for _, s := range x.fw.host.Node.Sockets() {
		here := s.Local == local || s.Local.Port() == local.Port() && s.Local.Addr().IsUnspecified()
		if s.Proto == proto && here && (!s.Peer.IsValid() && proto == "udp" || s.Peer == remote) {
			return uint32(s.Owner.UID), true
		}
	}
	return 0, false
}

// stringMatch is -m string.
type stringMatch struct {
	pattern  string
	isHex    bool
	algo     string
	from, to uint32
	icase    bool
	inv      bool
}

var stringOptions = []option{
	{name: "algo", must: true}, {name: "from"}, {name: "to"}, {name: "string", inv: true, not: []string{"hex-string"}},
	{name: "hex-string", inv: true, not: []string{"string"}}, {name: "icase", flag: true},
}

func (m *stringMatch) set(_ *input, id, value string, inv bool) (err *Error) {
	switch id {
	case "algo":
		if m.algo = value; value != "bm" && value != "kmp" {
			return bad("string: Bad value for \"--algo\" option: \"%s\"", value)
		}
	case "from":
		m.from, err = parseBounded("string", id, value, 0, 65535)
	case "to":
		m.to, err = parseBounded("string", id, value, 0, 65535)
	case "string":
		m.pattern, m.inv = value[:min(len(value), 128)], inv
	case "hex-string":
		m.isHex, m.inv = true, inv
		return m.setHex(value)
	case "icase":
		m.icase = true
	}
	return err
}

// setHex reads text with bytes in hexadecimal between bars.
func (m *stringMatch) setHex(value string) *Error {
	for i, part := range strings.Split(value, "|") {
		if i%2 == 0 {
			m.pattern += part
			continue
		}
		b, err := hex.DecodeString(strings.ReplaceAll(part, " ", ""))
		if err != nil {
			return bad("STRING: bad hex string `%s'", value)
		}
		m.pattern += string(b)
	}
	return nil
}

func (m *stringMatch) done(*input) *Error {
	if m.pattern == "" {
		return bad("STRING match: You must specify `--string' or `--hex-string'")
	}
	return nil
}

func (m *stringMatch) text() string {
	if m.isHex {
		return `"|` + hex.EncodeToString([]byte(m.pattern)) + `|"`
	}
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(m.pattern) + `"`
}

func (m *stringMatch) save(w *writer) {
	flag := "--string"
	if m.isHex {
		flag = "--hex-string"
	}
	w.option(m.inv, flag, m.text())
	w.words("--algo", m.algo)
	if m.from != 0 {
		w.words("--from", strconv.Itoa(int(m.from)))
	}
	if m.to != 65535 {
		w.words("--to", strconv.Itoa(int(m.to)))
	}
	if m.icase {
		w.words("--icase")
	}
}

func (m *stringMatch) list(w *writer) {
	fmt.Fprintf(w, " STRING match %s %s ALGO name %s", notMark(m.inv), m.text(), m.algo)
	if m.from != 0 {
		fmt.Fprintf(w, " FROM %d", m.from)
	}
	if m.to != 65535 {
		fmt.Fprintf(w, " TO %d", m.to)
	}
	if m.icase {
		w.words("ICASE")
	}
}

// holds looks for the pattern in the payload; --from and --to count from the
// beginning of the IP packet.
func (m *stringMatch) holds(x *crossing) bool {
	header := x.length - len(x.p.Payload)
	from := min(max(int(m.from)-header, 0), len(x.p.Payload))
	to := min(max(int(m.to)-header+len(m.pattern), from), len(x.p.Payload))
	text, pattern := string(x.p.Payload[from:to]), m.pattern
	if m.icase {
		text, pattern = strings.ToLower(text), strings.ToLower(pattern)
	}
	return strings.Contains(text, pattern) != m.inv
}
