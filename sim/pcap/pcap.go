package pcap

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// Magic numbers of pcap files, by the resolution of their times, and of pcapng.
const (
	magicMicro = 0xa1b2c3d4
	magicNano  = 0xa1b23c4d
	magicNG    = 0x0a0d0d0a
)

// Writer writes a pcap file with times in microseconds.
type Writer struct {
	w   io.Writer
	buf []byte
}

// NewWriter writes the header of a file of packets with that link type, of
// which at most snap bytes are kept.
func NewWriter(w io.Writer, link Link, snap int) (*Writer, error) {
	b := binary.LittleEndian.AppendUint32(nil, magicMicro)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...) // UTC, exact
	b = binary.LittleEndian.AppendUint32(b, uint32(snap))
	b = binary.LittleEndian.AppendUint32(b, uint32(link))
	_, err := w.Write(b)
	return &Writer{w: w}, err
}

// Write writes a packet.
func (w *Writer) Write(p *Packet) error {
	b := binary.LittleEndian.AppendUint32(w.buf[:0], uint32(p.Time.Unix()))
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Time.Nanosecond()/1000))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(max(p.Len, len(p.Data))))
	w.buf = append(b, p.Data...)
	_, err := w.w.Write(w.buf)
	return err
}

// Reader reads a pcap or pcapng file.
type Reader struct {
	r     io.Reader
	order binary.ByteOrder
	nano  bool
	link  Link
	snap  int
	ng    *ngReader
}

// Error is what libpcap says of a bad file.
type Error string

func (e Error) Error() string { return string(e) }

// NewReader reads the header of a file. Errors are of type Error, or of r.
func NewReader(r io.Reader) (*Reader, error) {
	head := make([]byte, 24)
	if n, err := io.ReadFull(r, head[:4]); err != nil {
		return nil, cut("truncated dump file; tried to read %d file header bytes, only got %d", 4, n, err)
	}
	f := &Reader{r: r}
	switch binary.LittleEndian.Uint32(head) {
	case magicMicro:
		f.order = binary.LittleEndian
	case magicNano:
		f.order, f.nano = binary.LittleEndian, true
	case magicNG:
		f.ng = &ngReader{r: r}
		link, snap, err := f.ng.open()
		f.link, f.snap = link, snap
		return f, err
	default:
		switch binary.BigEndian.Uint32(head) {
		case magicMicro:
			f.order = binary.BigEndian
		case magicNano:
			f.order, f.nano = binary.BigEndian, true
		default:
			return nil, Error("unknown file format")
		}
	}
	if n, err := io.ReadFull(r, head[4:]); err != nil {
		return nil, cut("truncated dump file; tried to read %d file header bytes, only got %d", 24, n, err)
	}
	major, minor := f.order.Uint16(head[4:]), f.order.Uint16(head[6:])
	if major < 2 {
		return nil, Error("archaic pcap savefile format")
	}
	if major > 2 || minor != 4 && minor != 3 && minor != 2 && minor != 543 {
		return nil, Error(fmt.Sprintf("unsupported pcap savefile version %d.%d", major, minor))
	}
	f.snap, f.link = int(f.order.Uint32(head[16:])), Link(f.order.Uint32(head[20:])&0xffff)
	if f.snap <= 0 || f.snap > MaxSnap {
		f.snap = MaxSnap
	}
	return f, nil
}

// cut is the error of a file that ends too early.
func cut(format string, want, got int, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return Error(fmt.Sprintf(format, want, got))
	}
	return err
}

// Link returns the link type of the file, of pcapng that of its first
// interface.
func (f *Reader) Link() Link { return f.link }

// Snap returns how much of a packet is kept at most.
func (f *Reader) Snap() int { return f.snap }

// Next returns the next packet, io.EOF at the end, or an Error.
func (f *Reader) Next() (*Packet, error) {
	if f.ng != nil {
		return f.ng.next()
	}
	var head [16]byte
	if n, err := io.ReadFull(f.r, head[:]); err != nil {
		if n == 0 && err == io.EOF {
			return nil, io.EOF
		}
		return nil, cut("truncated dump file; tried to read %d header bytes, only got %d", 16, n, err)
	}
	size := f.order.Uint32(head[8:])
	if size > MaxSnap {
		return nil, Error(fmt.Sprintf("invalid packet capture length %d, bigger than snaplen of %d", size, f.snap))
	}
	p := &Packet{Link: f.link, Len: int(f.order.Uint32(head[12:])), Data: make([]byte, size)}
	if n, err := io.ReadFull(f.r, p.Data); err != nil {
		return nil, cut("truncated dump file; tried to read %d captured bytes, only got %d", int(size), n, err)
	}
	part := int64(f.order.Uint32(head[4:]))
	if !f.nano {
		part *= 1000
	}
	p.Time = time.Unix(int64(f.order.Uint32(head[:])), part).UTC()
	return p, nil
}
