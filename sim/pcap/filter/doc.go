// Package filter is the language in which tcpdump is told what to show:
// pcap-filter(7) of libpcap 1.10. [Compile] turns an expression into a test of
// packets, or says what libpcap says is wrong with it.
//
// An expression is evaluated over the bytes of a packet as libpcap's program
// for the kernel would do it. In particular a packet that is too short for a
// byte the expression asks for is refused as a whole, and "and" and "or" have
// the same rank, from left to right.
//
// It leaves out what an Ethernet of hosts does not carry: VLAN, MPLS, PPPoE,
// Geneve, ISO, AppleTalk, DECnet, ATM and 802.11, and protochain and gateway.
package filter

import (
	"fmt"
	"net/netip"

	"mxlab/sim/pcap"
)

// Names resolves the names in an expression.
type Names struct {
	Host func(name string) []netip.Addr          // nil: the name is not known
	Port func(name, proto string) (uint16, bool) // proto is "tcp" or "udp"
}

// Options say for which packets an expression is compiled.
type Options struct {
	Link  pcap.Link
	Live  bool           // not from a file
	Local []netip.Prefix // live: addresses of the interface, for "ip broadcast"
	Names Names
}

// Packet is what a filter looks at.
type Packet struct {
	Data []byte // captured bytes, from the link header on
	Len  int    // length on the wire
	Out  bool   // sent by this host

	short bool     // a byte behind the end was asked for
	guess *guessed // what is known of the packet, when there is none yet
}

// Filter is a compiled expression.
type Filter struct {
	test test
}

// test is a part of a filter. Once the packet is short the result is void.
type test func(*Packet) bool

// Match reports whether a packet passes. A nil filter passes everything.
func (f *Filter) Match(p *Packet) bool {
	if f == nil {
		return true
	}
	p.short = false
	return f.test(p) && !p.short
}

// Error is what libpcap says is wrong with an expression.
type Error string

func (e Error) Error() string { return string(e) }

func fail(format string, args ...any) { panic(Error(fmt.Sprintf(format, args...))) }

// The two ways in which libpcap says that an expression makes no sense: the
// grammar, and an id without qualifiers before it.
const (
	noQualifier = "syntax error in filter expression"
	syntaxError = "can't parse filter expression: syntax error"
)

// maxNesting bounds parentheses and negations, maxTokens the length.
const (
	maxNesting = 400
	maxTokens  = 20000
)

// Compile compiles an expression; an empty one gives nil. The error is an
// [Error].
func Compile(text string, o Options) (f *Filter, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(Error)
			if !ok {
				panic(r)
			}
			f, err = nil, e
		}
	}()
	c := &compiler{Options: o, tokens: scan(text), kinds: map[uint32]bool{}}
	if len(c.tokens) == 1 {
		return nil, nil
	}
	x := c.list(start, false)
	if c.next().kind != tokEnd || x.kind != isExpr {
		fail(syntaxError)
	}
	if c.rejectsAll(x.test) {
		fail("expression rejects all packets")
	}
	return &Filter{x.test}, nil
}
