// Package describe prints packets as tcpdump 4.99 does: Ethernet and Linux
// cooked captures, ARP, IPv4, IPv6, ICMP, TCP, UDP, and of what these carry DNS,
// SMTP and HTTP.
//
// Packets may hold anything: a header that is cut off ends the line with [|tcp]
// or the like.
//
// It leaves out all other protocols tcpdump knows; of those it prints the
// length.
package describe

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mxlab/sim/pcap"
)

// Options are tcpdump's.
type Options struct {
	Numeric    bool // -n: addresses and ports as numbers
	Verbose    int  // -v, -vv, -vvv
	Quiet      bool // -q
	LinkHeader bool // -e
	Absolute   bool // -S
	NoChecksum bool // -K
	Number     bool // -#
	Time       int  // how many -t
	Hex        int  // -x: 1, -xx: 2
	HexASCII   int  // -X: 1, -XX: 2
	ASCII      int  // -A: 1, -AA: 2
	Zone       *time.Location

	// Host and Port name addresses and ports; they are not asked if Numeric.
	Host  func(netip.Addr) string
	Port  func(port uint16, proto string) string
	Iface func(index uint32) string // of cooked captures; "" if not known
}

// Printer prints the packets of one capture.
type Printer struct {
	Options
	conns map[tcpConn]tcpBase
	first time.Time
	last  time.Time
	count int

	out   strings.Builder
	proto string // whose header is being read
}

// tcpConn is a connection, its lower end first; tcpBase are the sequence
// numbers that others are shown relative to.
type (
	tcpConn struct{ a, b netip.AddrPort }
	tcpBase struct{ seq, ack uint32 }
)

// New returns a printer.
func New(o Options) *Printer {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return &Printer{Options: o, conns: map[tcpConn]tcpBase{}}
}

// maxConns bounds what the printer remembers of connections.
const maxConns = 65536

// cutOff is the panic of a read behind the end of the captured bytes.
type cutOff struct{}

// view is the rest of a packet: the captured bytes, and how long it was.
type view struct {
	data []byte
	size int
}

func (v view) need(n int) {
	if n > len(v.data) {
		panic(cutOff{})
	}
}

// first returns the upper half of the first byte, -1 without one.
func (v view) first() int {
	if len(v.data) == 0 {
		return -1
	}
	return int(v.data[0] >> 4)
}

func (v view) u8(at int) int { v.need(at + 1); return int(v.data[at]) }
func (v view) u16(at int) int {
	v.need(at + 2)
	return int(v.data[at])<<8 | int(v.data[at+1])
}
func (v view) u32(at int) uint32 { return uint32(v.u16(at))<<16 | uint32(v.u16(at+2)) }

// from returns the view behind n bytes.
func (v view) from(n int) view {
	v.need(n)
	return view{v.data[n:], max(v.size-n, 0)}
}

// cut returns the view of the first n bytes.
func (v view) cut(n int) view {
	if n >= v.size {
		return v
	}
	return view{v.data[:min(n, len(v.data))], n}
}

func (p *Printer) printf(format string, args ...any) { fmt.Fprintf(&p.out, format, args...) }
func (p *Printer) print(s string)                    { p.out.WriteString(s) }

// Packet returns the lines of a packet.
func (p *Printer) Packet(pkt *pcap.Packet) string {
	p.out.Reset()
	p.count++
	if p.Number {
		p.printf("%5d  ", p.count)
	}
	p.stamp(pkt.Time)
	v := view{pkt.Data, max(pkt.Len, len(pkt.Data))}
	header := p.guard(v, pkt.Link)
	p.dump(pkt.Data, header)
	p.print("\n")
	return p.out.String()
}

// guard prints the headers; one that is cut off ends the line.
func (p *Printer) guard(v view, link pcap.Link) (header int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case cutOff:
			p.printf(" [|%s]", p.proto)
		default:
			panic(r)
		}
	}()
	header = linkHeader(link)
	p.link(v, link)
	return header
}

// stamp prints the time of a packet.
func (p *Printer) stamp(t time.Time) {
	t = t.In(p.Zone)
	if p.first.IsZero() {
		p.first, p.last = t, t
	}
	switch p.Time {
	case 0:
		p.print(t.Format("15:04:05.000000 "))
	case 1:
	case 2:
		p.printf("%d.%06d ", t.Unix(), t.Nanosecond()/1000)
	case 3:
		p.delta(t.Sub(p.last))
	case 4:
		p.print(t.Format("2006-01-02 15:04:05.000000 "))
	default:
		p.delta(t.Sub(p.first))
	}
	p.last = t
}

func (p *Printer) delta(d time.Duration) {
	sign := " "
	if d < 0 {
		sign, d = "-", -d
	}
	us := d.Microseconds()
	s := us / 1e6
	p.printf("%s%02d:%02d:%02d.%06d ", sign, s/3600, s/60%60, s%60, us%1e6)
}
