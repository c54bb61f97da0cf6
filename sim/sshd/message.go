package sshd

import (
	"encoding/binary"
	"errors"
)

// Message numbers of RFC 4250 4.1.2.
const (
	msgDisconnect     = 1
	msgServiceRequest = 5
	msgServiceAccept  = 6
	msgKexInit        = 20
	msgNewKeys        = 21
	msgKexECDHInit    = 30 // RFC 5656 4
	msgKexECDHReply   = 31
	msgAuthRequest    = 50
	msgAuthFailure    = 51
	msgAuthSuccess    = 52
	msgAuthBanner     = 53
	msgGlobalRequest  = 80
	msgRequestSuccess = 81
	msgRequestFailure = 82
	msgChannelOpen    = 90
	msgChannelConfirm = 91
	msgChannelData    = 94
	msgChannelStderr  = 95 // EXTENDED_DATA
	msgChannelEOF     = 96
	msgChannelClose   = 97
	msgChannelRequest = 98
	msgChannelSuccess = 99
	msgWaiting        = 192 // private: the terminal waits for its user
)

// Reasons of a disconnect (RFC 4253 11.1).
const (
	reasonTooMany = 2  // as OpenSSH says "Too many authentication failures"
	reasonByUser  = 11 // BY_APPLICATION
)

// Control characters a terminal takes.
const (
	ctrlC = "\x03"
	ctrlD = "\x04"
)

var errShort = errors.New("message ends too early")

// builder makes the body of a message (RFC 4251 5).
type builder []byte

func message(number byte) builder { return builder{number} }

func (b builder) text(s string) builder {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}

func (b builder) number(n uint32) builder { return binary.BigEndian.AppendUint32(b, n) }

func (b builder) flag(on bool) builder {
	if on {
		return append(b, 1)
	}
	return append(b, 0)
}

// fields reads the body of a message. After the first error all reads give zero
// values.
type fields struct {
	rest []byte
	err  error
}

func (f *fields) take(n uint32) []byte {
	if f.err != nil || uint64(n) > uint64(len(f.rest)) {
		f.err = errShort
		return nil
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}

func (f *fields) number() uint32 {
	if b := f.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (f *fields) text() string { return string(f.take(f.number())) }

func (f *fields) flag() bool {
	b := f.take(1)
	return b != nil && b[0] != 0
}
