package sshd

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strings"
)

// Bounds on what a peer may send.
const (
	maxIdentification = 255       // RFC 4253 4.2
	maxPacket         = 256 << 10 // as OpenSSH's PACKET_MAX_SIZE
)

// Sizes of a packet (RFC 4253 6).
const (
	blockSize  = 8
	minPadding = 4
	macSize    = 16 // the tag of chacha20-poly1305
)

var (
	errTooLong = errors.New("packet too long")
	errBanner  = errors.New("identification string too long")
)

// wire cuts one end's byte stream into the identification string and packets,
// and makes packets. After the key exchange packets are masked.
type wire struct {
	in      []byte
	length  int // of the packet whose length has been read, 0 if none
	sending *mask
	reading *mask
}

// mask is a stream of bytes XORed over a direction's packets; nil: none.
type mask struct {
	source *rand.ChaCha8
	word   uint64
	left   int // bytes of word not used yet
}

func newMask(key []byte) *mask { return &mask{source: rand.NewChaCha8(sha256.Sum256(key))} }

func (m *mask) apply(b []byte) {
	if m == nil {
		return
	}
	for i := range b {
		if m.left == 0 {
			m.word, m.left = m.source.Uint64(), 8
		}
		b[i] ^= byte(m.word)
		m.word >>= 8
		m.left--
	}
}

// identification takes the peer's first line, without its line end. ok is false
// as long as it is not complete.
func (w *wire) identification() (line string, ok bool, err error) {
	head, rest, found := bytes.Cut(w.in, []byte("\n"))
	if !found {
		if len(w.in) > maxIdentification {
			return "", false, errBanner
		}
		return "", false, nil
	}
	w.in = rest
	return strings.TrimSuffix(string(head), "\r"), true, nil
}

// packet makes a packet: its length, the length of the padding, body, padding,
// tag. With chacha20-poly1305 the length does not count for the block size.
func (w *wire) packet(body []byte) []byte {
	sealed := w.sending != nil
	counted := len(body) + 1
	if !sealed {
		counted += 4
	}
	padding := blockSize - counted%blockSize
	if padding < minPadding {
		padding += blockSize
	}
	length := 1 + len(body) + padding
	b := make([]byte, 0, 4+length+macSize)
	b = binary.BigEndian.AppendUint32(b, uint32(length))
	b = append(b, byte(padding))
	b = append(b, body...)
	b = append(b, make([]byte, padding)...)
	if sealed {
		b = append(b, make([]byte, macSize)...)
	}
	w.sending.apply(b)
	return b
}

// next takes the next complete packet's body from what has arrived. ok is false
// when there is none yet.
func (w *wire) next() (body []byte, ok bool, err error) {
	if w.length == 0 {
		if len(w.in) < 4 {
			return nil, false, nil
		}
		head := w.in[:4]
		w.reading.apply(head)
		length := binary.BigEndian.Uint32(head)
		if length < 1+minPadding || length > maxPacket {
			return nil, false, errTooLong
		}
		w.length = int(length)
	}
	total := 4 + w.length
	if w.reading != nil {
		total += macSize
	}
	if len(w.in) < total {
		return nil, false, nil
	}
	b := w.in[4:total]
	w.reading.apply(b)
	padding := int(b[0])
	if padding+1 >= w.length {
		return nil, false, errTooLong
	}
	body = b[1 : w.length-padding]
	w.in, w.length = w.in[total:], 0
	return body, true, nil
}
