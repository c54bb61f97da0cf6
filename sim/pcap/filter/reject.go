package filter

// guessed is a packet of which only the protocols are known. Tests of anything
// else give no result: unknown is set.
type guessed struct {
	kind, proto uint32
	next        uint32 // behind a fragment header
	unknown     bool
}

// field returns the byte behind the link header if it tells the protocol.
func (g *guessed) field(offset uint32) (v uint32, ok bool) {
	switch {
	case g.kind == 0x0800 && offset == 9, g.kind == 0x86dd && offset == 6:
		return g.proto, true
	case g.kind == 0x86dd && g.proto == 44 && offset == 40:
		return g.next, true
	}
	return 0, false
}

// join is "and" and "or" of three values: true, false and unknown.
func (g *guessed) join(and bool, p *Packet, a, b test) bool {
	unknown := false
	for _, t := range [...]test{a, b} {
		g.unknown = false
		switch v := t(p); {
		case g.unknown:
			unknown = true
		case v != and: // decides
			return v
		}
	}
	g.unknown = unknown
	return and
}

// length is the packet's length on the wire.
func (p *Packet) length() uint32 {
	if p.guess != nil {
		p.guess.unknown = true
	}
	return uint32(p.Len)
}

// rejectsAll reports whether no packet of whatever protocols can pass, as with
// "tcp and udp". libpcap's optimizer finds out more than this.
func (c *compiler) rejectsAll(t test) bool {
	c.kinds[0x0800], c.kinds[0x86dd], c.kinds[0xffff] = true, true, true
	for kind := range c.kinds { // in any order: the result is the same
		protos := uint32(1)
		if kind == 0x0800 || kind == 0x86dd {
			protos = 256
		}
		for proto := range protos {
			nexts := uint32(1)
			if kind == 0x86dd && proto == 44 {
				nexts = 256
			}
			for next := range nexts {
				g := guessed{kind: kind, proto: proto, next: next}
				if t(&Packet{guess: &g}) || g.unknown {
					return false
				}
			}
		}
	}
	return true
}
