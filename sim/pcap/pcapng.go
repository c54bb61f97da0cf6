package pcap

import (
	"encoding/binary"
	"io"
)

// Block types and options (draft-ietf-opsawg-pcapng 4 and 11).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockSimple    = 3
	blockPacket    = 6
	byteOrderMagic = 0x1a2b3c4d

	optEnd      = 0
	optComment  = 1
	optName     = 2
	optTimeUnit = 9
	optTimeBase = 14
)

// NGWriter writes a pcapng file with times in nanoseconds.
type NGWriter struct {
	w      io.Writer
	ifaces map[ngInterface]uint32
	buf    []byte
	err    error
}

type ngInterface struct {
	name string
	link Link
}

// NewNGWriter writes the header of a file.
func NewNGWriter(w io.Writer) (*NGWriter, error) {
	f := &NGWriter{w: w, ifaces: map[ngInterface]uint32{}}
	f.block(blockSection, func(b []byte) []byte {
		b = binary.LittleEndian.AppendUint32(b, byteOrderMagic)
		b = binary.LittleEndian.AppendUint16(b, 1)
		b = binary.LittleEndian.AppendUint16(b, 0)
		return binary.LittleEndian.AppendUint64(b, 1<<64-1) // length not given
	})
	return f, f.err
}

// block writes one block with the body that fill appends.
func (f *NGWriter) block(kind uint32, fill func([]byte) []byte) {
	b := binary.LittleEndian.AppendUint32(f.buf[:0], kind)
	b = pad(fill(append(b, 0, 0, 0, 0)))
	size := uint32(len(b) + 4)
	binary.LittleEndian.PutUint32(b[4:], size)
	b = binary.LittleEndian.AppendUint32(b, size)
	f.buf = b
	if f.err == nil {
		_, f.err = f.w.Write(b)
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

// Interface describes an interface, unless that was done; its packets may
// follow.
func (f *NGWriter) Interface(name string, link Link) uint32 {
	key := ngInterface{name, link}
	n, ok := f.ifaces[key]
	if ok {
		return n
	}
	n = uint32(len(f.ifaces))
	f.ifaces[key] = n
	f.block(blockInterface, func(b []byte) []byte {
		b = binary.LittleEndian.AppendUint16(b, uint16(link))
		b = binary.LittleEndian.AppendUint16(b, 0)
		b = binary.LittleEndian.AppendUint32(b, MaxSnap)
		b = option(b, optName, name)
		b = option(b, optTimeUnit, "\x09") // nanoseconds
		return option(b, optEnd, "")
	})
	return n
}

// Write writes a packet, with its interface at that one's first packet.
func (f *NGWriter) Write(p *Packet) error {
	id, at := f.Interface(p.Iface, p.Link), uint64(p.Time.UnixNano())
	f.block(blockPacket, func(b []byte) []byte {
		b = binary.LittleEndian.AppendUint32(b, id)
		b = binary.LittleEndian.AppendUint32(b, uint32(at>>32))
		b = binary.LittleEndian.AppendUint32(b, uint32(at))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
		b = binary.LittleEndian.AppendUint32(b, uint32(max(p.Len, len(p.Data))))
		b = pad(append(b, p.Data...))
		if p.Comment != "" {
			b = option(b, optComment, p.Comment)
			b = option(b, optEnd, "")
		}
		return b
	})
	return f.err
}
