package dns

import (
	"fmt"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"
)

// TextStyle is a layout in which BIND writes zones.
type TextStyle uint8

const (
	// RelativeStyle is that of a secondary's file: $ORIGIN and $TTL, owners
	// relative and only where they change, SOA over several lines.
	RelativeStyle TextStyle = iota
	// FullStyle has every record complete on one line (named-checkzone -D).
	FullStyle
	// SignedStyle is that of dnssec-signzone: complete owners only where they
	// change, a TTL in every record, long rdata over several lines.
	SignedStyle
)

// Text writes the zone as BIND does.
func (z *Zone) Text(style TextStyle) string {
	w := &zoneWriter{style: style, class: ClassName(z.class)}
	branches := z.branches()
	for _, n := range z.order {
		w.owner = n.name
		w.sameName = false
		if style == RelativeStyle {
			w.setOrigin(z.originFor(n, branches))
		}
		for _, set := range n.sets {
			w.set(set)
		}
	}
	return w.out.String()
}

// zoneWriter keeps what RelativeStyle leaves out because it was said before.
type zoneWriter struct {
	out       strings.Builder
	style     TextStyle
	class     string
	at        string // current $ORIGIN
	owner     string
	sameName  bool
	ttl       uint32
	ttlKnown  bool
	classDone bool
}

// setOrigin writes $ORIGIN where it changes.
func (w *zoneWriter) setOrigin(origin string) {
	if w.at != origin {
		w.at = origin
		w.out.WriteString("$ORIGIN " + fileName(origin) + "\n")
	}
}

// branches are the names at which BIND's tree of names divides: every owner, the
// longest name two neighbours have in common, and the name a wildcard hangs on.
func (z *Zone) branches() map[string]bool {
	found := make(map[string]bool, len(z.order))
	last := ""
	for _, n := range z.order {
		name := lowerName(n.name)
		found[name] = true
		if last != "" {
			found[lastLabels(name, mdns.CompareDomainName(last, name))] = true
		}
		for up := name; up != "." && len(up) > len(z.origin); up = parentName(up) {
			if strings.HasPrefix(up, "*.") {
				found[up], found[parentName(up)] = true, true
			}
		}
		last = name
	}
	return found
}

// lastLabels is the name's last n labels.
func lastLabels(name string, n int) string {
	for skip := mdns.CountLabel(name) - n; skip > 0; skip-- {
		name = parentName(name)
	}
	return name
}

// originFor is the name below which BIND writes an owner: the nearest branch
// above it, outside the zone the root.
func (z *Zone) originFor(n *node, branches map[string]bool) string {
	for name := lowerName(n.name); len(name) > len(z.origin); {
		name = parentName(name)
		if branches[name] {
			if up := z.nodes[name]; up != nil && len(up.sets) > 0 {
				return up.name
			}
			return n.name[len(n.name)-len(name):]
		}
	}
	return "."
}

// fileName is a name as BIND writes it into files.
func fileName(name string) string {
	wire, res := parseWireName(nil, []byte(name), rootName)
	if res != resultOK {
		return name
	}
	return wireName(wire).format(fileEscapes, true)
}

func (w *zoneWriter) set(set RRset) {
	if w.style == RelativeStyle && (!w.ttlKnown || w.ttl != set.TTL) {
		w.ttl, w.ttlKnown = set.TTL, true
		fmt.Fprintf(&w.out, "$TTL %d\t; %s\n", set.TTL, TTLWords(set.TTL))
	}
	for _, rr := range set.RRs {
		switch w.style {
		case FullStyle:
			w.full(rr, set)
		case SignedStyle:
			w.signed(rr, set)
		default:
			w.relative(rr, set.Type)
		}
	}
}

// column writes tabs, then blanks, from column at to column to, at least one.
func column(b *strings.Builder, at, to int) int {
	to = max(to, at+1)
	if tabs := to/8 - at/8; tabs > 0 {
		b.WriteString(strings.Repeat("\t", tabs))
		at = to / 8 * 8
	}
	b.WriteString(strings.Repeat(" ", to-at))
	return to
}

// full writes one complete record.
func (w *zoneWriter) full(rr mdns.RR, set RRset) {
	name := fileName(rr.Header().Name)
	w.out.WriteString(name)
	ttl := strconv.FormatUint(uint64(set.TTL), 10)
	at := column(&w.out, len(name), 46)
	w.out.WriteString(ttl)
	at = column(&w.out, at+len(ttl), 46)
	w.out.WriteString(w.class)
	at = column(&w.out, at+len(w.class), 46)
	typeName := TypeName(set.Type)
	w.out.WriteString(typeName)
	column(&w.out, at+len(typeName), 64)
	w.out.WriteString(rdataText(rr, "", false) + "\n")
}

// relative writes one record with everything left out that stands above it.
func (w *zoneWriter) relative(rr mdns.RR, rrtype uint16) {
	at := 0
	if !w.sameName {
		name := relativeName(w.owner, w.at)
		w.out.WriteString(name)
		at, w.sameName = len(name), true
	}
	if !w.classDone {
		at = column(&w.out, at, 24)
		w.out.WriteString(w.class)
		at += len(w.class)
	}
	at = column(&w.out, at, 24)
	typeName := TypeName(rrtype)
	w.out.WriteString(typeName)
	column(&w.out, at+len(typeName), 32)
	w.out.WriteString(rdataText(rr, w.at, true) + "\n")
	w.classDone = true
}

// relativeName is a name as it stands under an $ORIGIN; "" is no origin.
func relativeName(name, origin string) string {
	if origin == "" {
		return fileName(name)
	}
	n, o := Canonical(name), Canonical(origin)
	switch {
	case n == o:
		return "@"
	case o == "." || !isWithin(n, o):
		if o == "." && n != "." {
			return strings.TrimSuffix(fileName(name), ".")
		}
		return fileName(name)
	}
	full := fileName(name)
	return full[:len(full)-len(fileName(origin))-1]
}
