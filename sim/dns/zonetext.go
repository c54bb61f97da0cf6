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
)

// Text writes the zone as BIND does.
func (z *Zone) Text(style TextStyle) string {
	w := &zoneWriter{style: style, class: ClassName(z.class), at: "\x00none"}
	for _, n := range z.order {
		w.owner = n.name
		w.sameName = false
		if style == RelativeStyle {
			w.setOrigin(n.name)
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

// setOrigin writes $ORIGIN with the owner's parent where it changes. An owner
// equal to the current origin's top name is written below the parent's, as BIND
// does when it leaves a name.
func (w *zoneWriter) setOrigin(owner string) {
	if parent := Parent(owner); w.at != parent {
		w.at = parent
		w.out.WriteString("$ORIGIN " + fileName(parent) + "\n")
	}
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
		if w.style == FullStyle {
			w.full(rr, set)
		} else {
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
