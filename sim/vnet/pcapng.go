package vnet

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"mxlab/sim/trace"
)

// Block types, options and the link type of pcapng
// (draft-ietf-opsawg-pcapng 4 and 11, LINKTYPE_RAW).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6
	byteOrderMagic = 0x1a2b3c4d
	linkRaw        = 101

	optEnd      = 0
	optComment  = 1
	optName     = 2
	optTimeUnit = 9
)

// WriteCapture writes the packets of a log as a pcapng file: each packet once,
// as its sender put it on the first link of its way, with the event's number as
// comment. start is the date at virtual time 0. An interface stands for a link;
// "lo" is the loopback.
func WriteCapture(w io.Writer, log *trace.Log, start time.Time) error {
	bw := bufio.NewWriter(w)
	c := capture{w: bw, ifaces: map[string]uint32{}}
	c.block(blockSection, func(b []byte) []byte {
		b = binary.LittleEndian.AppendUint32(b, byteOrderMagic)
		b = binary.LittleEndian.AppendUint16(b, 1)
		b = binary.LittleEndian.AppendUint16(b, 0)
		return binary.LittleEndian.AppendUint64(b, 1<<64-1) // length not given
	})
	log.After(0, func(e *trace.Event) bool {
		if p := PacketOf(e.Data); p != nil && p.Src.IsValid() && p.Dst.IsValid() {
			c.packet(e, p, start)
		}
		return c.err == nil
	})
	if c.err != nil {
		return c.err
	}
	return bw.Flush()
}

// capture writes blocks.
type capture struct {
	w      io.Writer
	ifaces map[string]uint32
	buf    []byte
	err    error
}

// block writes one block with the body that fill appends.
func (c *capture) block(kind uint32, fill func([]byte) []byte) {
	b := binary.LittleEndian.AppendUint32(c.buf[:0], kind)
	b = pad(fill(append(b, 0, 0, 0, 0)))
	size := uint32(len(b) + 4)
	binary.LittleEndian.PutUint32(b[4:], size)
	b = binary.LittleEndian.AppendUint32(b, size)
	c.buf = b
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
}

// pad fills up to a multiple of four bytes.
func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func option(b []byte, code uint16, value string) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

// iface returns the number of the interface of a link, describing it at its
// first use.
func (c *capture) iface(link string) uint32 {
	if n, ok := c.ifaces[link]; ok {
		return n
	}
	n := uint32(len(c.ifaces))
	c.ifaces[link] = n
	c.block(blockInterface, func(b []byte) []byte {
		b = binary.LittleEndian.AppendUint16(b, linkRaw)
		b = binary.LittleEndian.AppendUint16(b, 0)
		b = binary.LittleEndian.AppendUint32(b, 0) // packets are not cut
		b = option(b, optName, link)
		b = option(b, optTimeUnit, "\x09") // nanoseconds
		return option(b, optEnd, "")
	})
	return n
}

func (c *capture) packet(e *trace.Event, p *Packet, start time.Time) {
	link, _, _ := strings.Cut(e.Link, ",")
	if link == "" {
		link = "lo"
	}
	id := c.iface(link)
	at := uint64(start.Add(e.At).UnixNano())
	data := p.AppendIP(nil)
	c.block(blockPacket, func(b []byte) []byte {
		b = binary.LittleEndian.AppendUint32(b, id)
		b = binary.LittleEndian.AppendUint32(b, uint32(at>>32))
		b = binary.LittleEndian.AppendUint32(b, uint32(at))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
		b = binary.LittleEndian.AppendUint32(b, max(uint32(len(data)), wireLength(data)))
		b = pad(append(b, data...))
		b = option(b, optComment, fmt.Sprintf("event %d, %s, %s", e.Seq, e.Node, e.Outcome))
		return option(b, optEnd, "")
	})
}

// wireLength is the length that the IP header gives (RFC 791 3.1, RFC 8200 3).
func wireLength(b []byte) uint32 {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		return uint32(binary.BigEndian.Uint16(b[2:]))
	case len(b) >= 40 && b[0]>>4 == 6:
		return 40 + uint32(binary.BigEndian.Uint16(b[4:]))
	}
	return uint32(len(b))
}
