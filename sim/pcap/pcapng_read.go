package pcap

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"time"
)

// maxBlock bounds a block of a pcapng file, maxSection its first one (libpcap's
// MAX_BLOCKSIZE and BT_SHB_INSANE_MAX).
const (
	maxBlock   = 16 << 20
	maxSection = 1 << 20
)

// maxInterfaces bounds the interfaces of a file.
const maxInterfaces = 65536

// ngReader reads a pcapng file behind the type of its first block.
type ngReader struct {
	r      io.Reader
	order  binary.ByteOrder
	ifaces []ngSource
}

// ngSource is an interface description.
type ngSource struct {
	name  string
	link  Link
	snap  uint32
	unit  uint64 // ticks a second
	start int64  // seconds to add
}

// open reads the section header and the blocks up to the first interface.
func (f *ngReader) open() (Link, int, error) {
	if err := f.section(); err != nil {
		return 0, 0, err
	}
	for len(f.ifaces) == 0 {
		kind, body, err := f.block()
		switch {
		case err == io.EOF:
			return 0, 0, Error("the capture file has no Interface Description Blocks")
		case err != nil:
			return 0, 0, err
		case kind == blockPacket || kind == blockSimple:
			return 0, 0, Error("the capture file has a packet block before any Interface Description Blocks")
		case kind == blockInterface:
			if err := f.describe(body); err != nil {
				return 0, 0, err
			}
		}
	}
	snap := int(f.ifaces[0].snap)
	if snap <= 0 || snap > MaxSnap {
		snap = MaxSnap
	}
	return f.ifaces[0].link, snap, nil
}

// section reads the rest of a section header block, whose type has been read.
func (f *ngReader) section() error {
	var head [8]byte
	if _, err := io.ReadFull(f.r, head[:]); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return Error("unknown file format")
		}
		return err
	}
	switch uint32(byteOrderMagic) {
	case binary.LittleEndian.Uint32(head[4:]):
		f.order = binary.LittleEndian
	case binary.BigEndian.Uint32(head[4:]):
		f.order = binary.BigEndian
	default:
		return Error("unknown file format")
	}
	size := f.order.Uint32(head[:])
	if size < 28 || size > maxSection || size%4 != 0 {
		return Error(fmt.Sprintf("Section Header Block in pcapng dump file has invalid length %d < _%d_ < %d (BT_SHB_INSANE_MAX)", 28, size, maxSection))
	}
	body := make([]byte, size-12)
	if n, err := io.ReadFull(f.r, body); err != nil {
		return cut("truncated pcapng dump file; tried to read %d bytes, only got %d", len(body), n, err)
	}
	if major := f.order.Uint16(body); major != 1 {
		return Error(fmt.Sprintf("unsupported pcapng savefile version %d.%d", major, f.order.Uint16(body[2:])))
	}
	f.ifaces = nil
	return nil
}

// block reads one block and returns its type and body.
func (f *ngReader) block() (kind uint32, body []byte, err error) {
	var head [8]byte
	if n, err := io.ReadFull(f.r, head[:4]); err != nil {
		if n == 0 && err == io.EOF {
			return 0, nil, io.EOF
		}
		return 0, nil, cut("truncated pcapng dump file; tried to read %d bytes, only got %d", 8, n, err)
	}
	if kind = f.order.Uint32(head[:]); kind == blockSection {
		return kind, nil, f.section()
	}
	if n, err := io.ReadFull(f.r, head[4:]); err != nil {
		return 0, nil, cut("truncated pcapng dump file; tried to read %d bytes, only got %d", 8, 4+n, err)
	}
	size := f.order.Uint32(head[4:])
	if size > maxBlock {
		return 0, nil, Error(fmt.Sprintf("pcapng block size %d > maximum %d", size, maxBlock))
	}
	if size < 12 {
		return 0, nil, Error(fmt.Sprintf("pcapng block size %d < minimum %d", size, 12))
	}
	if size%4 != 0 {
		return 0, nil, Error(fmt.Sprintf("block in pcapng dump file has a length of %d that is not a multiple of 4", size))
	}
	body = make([]byte, size-8)
	if n, err := io.ReadFull(f.r, body); err != nil {
		return 0, nil, cut("truncated pcapng dump file; tried to read %d bytes, only got %d", len(body), n, err)
	}
	if f.order.Uint32(body[len(body)-4:]) != size {
		return 0, nil, Error("block total length in trailer and header don't match")
	}
	return kind, body[:len(body)-4], nil
}

// options calls fn for each option of a block.
func (f *ngReader) options(b []byte, fn func(code uint16, value []byte)) {
	for len(b) >= 4 {
		code, size := f.order.Uint16(b), int(f.order.Uint16(b[2:]))
		if b = b[4:]; code == optEnd || size > len(b) {
			return
		}
		fn(code, b[:size])
		b = b[min((size+3)&^3, len(b)):]
	}
}

// describe reads an interface description.
func (f *ngReader) describe(b []byte) error {
	if len(b) < 8 {
		return Error("block body length is less than the minimum for an Interface Description Block")
	}
	if len(f.ifaces) >= maxInterfaces {
		return Error("more than 65536 interfaces in the file")
	}
	s := ngSource{link: Link(f.order.Uint16(b)), snap: f.order.Uint32(b[4:]), unit: 1_000_000}
	f.options(b[8:], func(code uint16, value []byte) {
		switch {
		case code == optName:
			s.name = string(value)
		case code == optTimeUnit && len(value) == 1:
			s.unit = resolution(value[0])
		case code == optTimeBase && len(value) == 8:
			s.start = int64(f.order.Uint64(value))
		}
	})
	f.ifaces = append(f.ifaces, s)
	return nil
}

// resolution is if_tsresol: a negative power of 10, or with the high bit of 2.
func resolution(v byte) uint64 {
	if v&0x80 != 0 {
		return 1 << min(v&0x7f, 63)
	}
	unit := uint64(1)
	for range min(v, 19) {
		unit *= 10
	}
	return unit
}

// next returns the next packet.
func (f *ngReader) next() (*Packet, error) {
	for {
		kind, body, err := f.block()
		if err != nil {
			return nil, err
		}
		switch kind {
		case blockInterface:
			if err := f.describe(body); err != nil {
				return nil, err
			}
		case blockPacket:
			return f.enhanced(body)
		case blockSimple:
			return f.simple(body)
		}
	}
}

func (f *ngReader) enhanced(b []byte) (*Packet, error) {
	if len(b) < 20 {
		return nil, Error("block body length is less than the minimum for an Enhanced Packet Block")
	}
	id := f.order.Uint32(b)
	if id >= uint32(len(f.ifaces)) {
		return nil, Error(fmt.Sprintf("a packet arrived on interface %d, but there's no Interface Description Block for that interface", id))
	}
	s := &f.ifaces[id]
	size := f.order.Uint32(b[12:])
	if size > MaxSnap {
		return nil, Error(fmt.Sprintf("invalid packet capture length %d, bigger than maximum of %d", size, MaxSnap))
	}
	if int(size) > len(b)-20 {
		return nil, Error("block data is too short for an Enhanced Packet Block")
	}
	p := &Packet{Link: s.link, Iface: s.name, Len: int(f.order.Uint32(b[16:])), Data: b[20 : 20+size]}
	p.Time = s.time(uint64(f.order.Uint32(b[4:]))<<32 | uint64(f.order.Uint32(b[8:])))
	f.options(b[min(20+int(size+3)&^3, len(b)):], func(code uint16, value []byte) {
		if code == optComment {
			p.Comment = string(value)
		}
	})
	return p, nil
}

// time is a time stamp of the interface as a date.
func (s *ngSource) time(ticks uint64) time.Time {
	hi, lo := bits.Mul64(ticks%s.unit, 1_000_000_000)
	nano, _ := bits.Div64(hi, lo, s.unit)
	return time.Unix(int64(ticks/s.unit)+s.start, int64(nano)).UTC()
}

func (f *ngReader) simple(b []byte) (*Packet, error) {
	if len(f.ifaces) == 0 {
		return nil, Error("a packet arrived on interface 0, but there's no Interface Description Block for that interface")
	}
	if len(b) < 4 {
		return nil, Error("block body length is less than the minimum for a Simple Packet Block")
	}
	s := &f.ifaces[0]
	p := &Packet{Link: s.link, Iface: s.name, Len: int(f.order.Uint32(b)), Time: time.Unix(0, 0).UTC()}
	size := p.Len
	if s.snap > 0 {
		size = min(size, int(s.snap))
	}
	if size < 0 || size > len(b)-4 {
		return nil, Error("block data is too short for a Simple Packet Block")
	}
	p.Data = b[4 : 4+size]
	return p, nil
}
