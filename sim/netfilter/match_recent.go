package netfilter

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"
)

// recentLists are the lists of -m recent by name.
type recentLists map[string]*recentList

// recentList remembers addresses and when they were seen.
type recentList struct {
	entries map[bits128]*recentEntry
	order   []bits128 // the oldest first
}

type recentEntry struct {
	ttl   uint8
	stamp []time.Duration // the newest last, at most recentStamps
}

// Limits of xt_recent (ip_list_tot, ip_pkt_list_tot).
const (
	recentTotal  = 100
	recentStamps = 255
)

// recentMatch is -m recent.
type recentMatch struct {
	fam       family
	action    string // "set", "rcheck", "update", "remove"
	inv       bool
	name      string
	seconds   uint32
	hits      uint32
	reap, ttl bool
	dest      bool
	mask      bits128
}

var recentOptions = []option{
	{name: "set", flag: true, inv: true, not: []string{"rcheck", "update", "remove"}},
	{name: "rcheck", flag: true, inv: true, not: []string{"set", "update", "remove"}},
	{name: "update", flag: true, inv: true, not: []string{"set", "rcheck", "remove"}},
	{name: "remove", flag: true, inv: true, not: []string{"set", "rcheck", "update"}},
	{name: "seconds"}, {name: "reap", flag: true, also: []string{"seconds"}}, {name: "hitcount"}, {name: "rttl", flag: true},
	{name: "name"}, {name: "rsource", flag: true}, {name: "rdest", flag: true}, {name: "mask"},
}

func newRecentMatch(f family) module {
	return &recentMatch{fam: f, name: "DEFAULT", mask: maskOf(f.bits())}
}

func (m *recentMatch) set(_ *input, id, value string, inv bool) (err *Error) {
	switch id {
	case "set", "rcheck", "update", "remove":
		m.action, m.inv = id, inv
	case "seconds":
		m.seconds, err = parseBounded("recent", id, value, 1, 1<<32-1)
	case "hitcount":
		m.hits, err = parseBounded("recent", id, value, 0, 1<<32-1)
	case "reap":
		m.reap = true
	case "rttl":
		m.ttl = true
	case "name":
		m.name = value
	case "rsource":
		m.dest = false
	case "rdest":
		m.dest = true
	case "mask":
		a, perr := netip.ParseAddr(value)
		if perr != nil || familyOf(a) != m.fam {
			return bad("recent: bad value for option \"--mask\", neither a valid network mask nor valid CIDR (0-%d).\n", m.fam.bits())
		}
		m.mask = bitsOf(a)
	}
	return err
}

func (m *recentMatch) done(*input) *Error {
	if m.action == "" {
		return bad("recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'")
	}
	return nil
}

// fits: time and number of hits only go with a check, and a list has a name.
func (m *recentMatch) fits(*rule) bool {
	checks := m.action == "rcheck" || m.action == "update"
	return m.name != "" && len(m.name) < 200 && m.hits <= 65535 && (checks || m.seconds == 0 && m.hits == 0)
}

func (m *recentMatch) save(w *writer) {
	w.flag(m.inv, "--"+m.action)
	if m.seconds != 0 {
		w.words("--seconds", strconv.FormatUint(uint64(m.seconds), 10))
	}
	if m.reap {
		w.words("--reap")
	}
	if m.hits != 0 {
		w.words("--hitcount", strconv.FormatUint(uint64(m.hits), 10))
	}
	if m.ttl {
		w.words("--rttl")
	}
	w.words("--name", m.name, "--mask", m.mask.addr(m.fam).String())
	if m.dest {
		w.words("--rdest")
	} else {
		w.words("--rsource")
	}
}

func (m *recentMatch) list(w *writer) {
	if m.inv {
		w.words("!")
	}
	word := map[string]string{"set": "SET", "rcheck": "CHECK", "update": "UPDATE", "remove": "REMOVE"}[m.action]
	w.words("recent:", word)
	if m.seconds != 0 {
		fmt.Fprintf(w, " seconds: %d", m.seconds)
	}
	if m.reap {
		w.words("reap")
	}
	if m.hits != 0 {
		fmt.Fprintf(w, " hit_count: %d", m.hits)
	}
	if m.ttl {
		w.words("TTL-Match")
	}
	side := "source"
	if m.dest {
		side = "dest"
	}
	fmt.Fprintf(w, " name: %s side: %s mask: %v", m.name, side, m.mask.addr(m.fam))
}

// holds follows recent_mt: --set enters the address and matches; the others
// match when the address is known and, with --seconds and --hitcount, was seen
// that often in that time. --update counts this packet as well, --remove
// forgets the address.
func (m *recentMatch) holds(x *crossing) bool {
	addr := x.src
	if m.dest {
		addr = x.dst
	}
	addr = addr.and(m.mask)
	list := x.fw.recent[m.name]
	if list == nil {
		list = &recentList{entries: map[bits128]*recentEntry{}}
		x.fw.recent[m.name] = list
	}
	e := list.entries[addr]
	if e != nil && m.ttl && e.ttl != x.p.TTL {
		e = nil
	}
	switch {
	case m.action == "set":
		if e == nil {
			e = list.add(addr, x.p.TTL)
		}
		e.see(x.now)
		return !m.inv
	case e == nil:
		return m.inv
	case m.action == "remove":
		list.remove(addr)
		return !m.inv
	}
	found := m.check(e, x.now)
	if m.action == "update" && found {
		e.see(x.now)
	}
	return found != m.inv
}

func (m *recentMatch) check(e *recentEntry, now time.Duration) bool {
	var since time.Duration
	if m.seconds != 0 {
		since = now - time.Duration(m.seconds)*time.Second
	}
	hits := uint32(0)
	for _, s := range e.stamp {
		if m.seconds == 0 || s >= since {
			hits++
			if hits >= max(m.hits, 1) {
				return true
			}
		}
	}
	return false
}

func (l *recentList) add(a bits128, ttl uint8) *recentEntry {
	if len(l.order) >= recentTotal {
		l.remove(l.order[0])
	}
	e := &recentEntry{ttl: ttl}
	l.entries[a] = e
	l.order = append(l.order, a)
	return e
}

func (l *recentList) remove(a bits128) {
	delete(l.entries, a)
	for i, o := range l.order {
		if o == a {
			l.order = append(l.order[:i:i], l.order[i+1:]...)
			return
		}
	}
}

func (e *recentEntry) see(now time.Duration) {
	if len(e.stamp) >= recentStamps {
		e.stamp = e.stamp[1:]
	}
	e.stamp = append(e.stamp, now)
}
