package named

import (
	"encoding/binary"
	"encoding/hex"
	"errors"

	mdns "github.com/miekg/dns"
)

// errFormat is a message that cannot be understood (FORMERR).
var errFormat = errors.New("FORMERR")

// errHeader is a message without even a header; it is not answered.
var errHeader = errors.New("message too short")

// Bits of the second word of the header (RFC 1035 4.1.1, RFC 4035 3).
const (
	flagQR = 1 << 15
	flagAA = 1 << 10
	flagTC = 1 << 9
	flagRD = 1 << 8
	flagRA = 1 << 7
	flagAD = 1 << 5
	flagCD = 1 << 4
)

const (
	optionNSID   = 3
	optionCookie = 10
	optionEDE    = 15
)

// request is a query as the server needs it. Queries are read without building
// a mdns.Msg: header, question, EDNS and TSIG are all that matters in most.
type request struct {
	id     uint16
	flags  uint16
	opcode int
	name   string
	qtype  uint16
	class  uint16
	asked  bool // there is a question

	edns    bool
	version uint8
	udpSize int
	do      bool
	cookie  []byte // client cookie and, behind it, the server's
	nsid    bool
	tsig    bool
	wire    []byte
}

func (r *request) recursionDesired() bool { return r.flags&flagRD != 0 }

// parse reads a message. What was understood before an error stands in r.
func (r *request) parse(b []byte) error {
	if len(b) < 12 {
		return errHeader
	}
	*r = request{wire: b, id: binary.BigEndian.Uint16(b), flags: binary.BigEndian.Uint16(b[2:])}
	r.opcode = int(r.flags>>11) & 15
	questions := binary.BigEndian.Uint16(b[4:])
	records := int(binary.BigEndian.Uint16(b[6:])) + int(binary.BigEndian.Uint16(b[8:])) + int(binary.BigEndian.Uint16(b[10:]))
	off := 12
	if questions > 1 {
		return errFormat
	}
	if questions == 1 {
		name, end, err := mdns.UnpackDomainName(b, off)
		if err != nil || end+4 > len(b) {
			return errFormat
		}
		r.name, r.asked = name, true
		r.qtype, r.class = binary.BigEndian.Uint16(b[end:]), binary.BigEndian.Uint16(b[end+2:])
		off = end + 4
	}
	for range records {
		end, err := r.record(b, off)
		if err != nil {
			return err
		}
		off = end
	}
	if off != len(b) {
		return errFormat
	}
	return nil
}

// record steps over one record and takes what it says of EDNS and TSIG.
func (r *request) record(b []byte, off int) (end int, err error) {
	root := off < len(b) && b[off] == 0
	if off = skipName(b, off); off < 0 || off+10 > len(b) {
		return 0, errFormat
	}
	rrtype, class := binary.BigEndian.Uint16(b[off:]), binary.BigEndian.Uint16(b[off+2:])
	ttl, size := binary.BigEndian.Uint32(b[off+4:]), int(binary.BigEndian.Uint16(b[off+8:]))
	data := off + 10
	if end = data + size; end > len(b) {
		return 0, errFormat
	}
	switch rrtype {
	case mdns.TypeOPT: // RFC 6891 6.1.1: at most one, at the root
		if r.edns || !root {
			return 0, errFormat
		}
		r.edns, r.version, r.udpSize, r.do = true, uint8(ttl>>16), int(class), ttl&0x8000 != 0
		return end, r.options(b[data:end])
	case mdns.TypeTSIG:
		r.tsig = true
	}
	return end, nil
}

func (r *request) options(b []byte) error {
	for len(b) > 0 {
		if len(b) < 4 {
			return errFormat
		}
		code, size := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if len(b) < 4+size {
			return errFormat
		}
		switch data := b[4 : 4+size]; code {
		case optionCookie: // RFC 7873 4: 8 octets, or 16 to 40
			if size != 8 && (size < 16 || size > 40) {
				return errFormat
			}
			r.cookie = data
		case optionNSID:
			r.nsid = true
		}
		b = b[4+size:]
	}
	return nil
}

// skipName returns the offset behind a name, -1 if there is none.
func skipName(b []byte, off int) int {
	for off < len(b) {
		switch c := b[off]; {
		case c == 0:
			return off + 1
		case c >= 0xc0:
			if off+2 > len(b) {
				return -1
			}
			return off + 2
		case c > 63:
			return -1
		default:
			off += 1 + int(c)
		}
	}
	return -1
}

// message decodes the whole request, for the few that need more than the
// question: NOTIFY, IXFR, signed ones.
func (r *request) message() (*mdns.Msg, error) {
	m := new(mdns.Msg)
	return m, m.Unpack(r.wire)
}

// Server cookies (RFC 9018): version, time and a hash over the client's part, the
// time and the client's address under the server's secret.
const serverCookieSize = 16

func (s *Server) serverCookie(client []byte, address []byte, at uint32) [serverCookieSize]byte {
	var c [serverCookieSize]byte
	c[0] = 1
	binary.BigEndian.PutUint32(c[4:], at)
	h := uint64(14695981039346656037) ^ s.secret
	mix := func(part []byte) {
		for _, x := range part {
			h = (h ^ uint64(x)) * 1099511628211
		}
	}
	mix(client)
	mix(c[:8])
	mix(address)
	h ^= h >> 29
	binary.BigEndian.PutUint64(c[8:], h*0x9e3779b97f4a7c15)
	return c
}

// cookieLifetime is how old a server cookie may be (RFC 9018 4.3).
const cookieLifetime = 3600

// cookieValid reports whether the request carries a cookie this server gave.
func (s *Server) cookieValid(r *request, address []byte) bool {
	if len(r.cookie) != 8+serverCookieSize {
		return false
	}
	at := binary.BigEndian.Uint32(r.cookie[12:])
	if age := int64(s.unixTime()) - int64(at); age < -300 || age > cookieLifetime {
		return false
	}
	want := s.serverCookie(r.cookie[:8], address, at)
	return string(r.cookie[8:]) == string(want[:])
}

func (s *Server) unixTime() uint32 { return uint32(s.clock.Now().Unix()) }

// cookieText is a cookie as dig prints it.
func cookieText(b []byte) string { return hex.EncodeToString(b) }
