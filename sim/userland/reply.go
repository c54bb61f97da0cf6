package userland

import (
	"encoding/binary"
	"encoding/hex"

	mdns "github.com/miekg/dns"
)

// reply is a DNS message as it came, or a query about to be sent.
type reply struct {
	*mdns.Msg
	wire   []byte
	counts [4]int // of the header: question, answer, authority, additional
	isSent bool
	cookie cookieState
}

type cookieState uint8

const (
	noCookie cookieState = iota
	goodCookie
	badCookie
)

// header reads a message's identifier, and whether it is a reply.
func messageHeader(wire []byte) (id uint16, response, ok bool) {
	if len(wire) < 12 {
		return 0, false, false
	}
	return binary.BigEndian.Uint16(wire), wire[2]&0x80 != 0, true
}

// parseReply reads a message. The error is miekg's.
func parseReply(wire []byte) (*reply, error) {
	r := &reply{Msg: new(mdns.Msg), wire: wire}
	if len(wire) >= 12 {
		for i := range r.counts {
			r.counts[i] = int(binary.BigEndian.Uint16(wire[4+2*i:]))
		}
	}
	if err := r.Unpack(wire); err != nil {
		return r, err
	}
	return r, nil
}

// sentReply wraps a query for printing.
func sentReply(l *lookup) *reply {
	r, err := parseReply(l.wire)
	if err != nil {
		r.Msg = l.request
	}
	r.isSent = true
	return r
}

// records returns the records of a section without the pseudo records.
func (r *reply) records(section []mdns.RR) []mdns.RR {
	list := make([]mdns.RR, 0, len(section))
	for _, rr := range section {
		switch rr.Header().Rrtype {
		case mdns.TypeOPT, mdns.TypeTSIG:
		default:
			list = append(list, rr)
		}
	}
	return list
}

// checkCookie compares the client cookie in the reply with the one that was
// sent, and keeps the server's for a repetition (RFC 7873 5.3).
func (e *lookups) checkCookie(l *lookup, m *reply) {
	opt := m.IsEdns0()
	if opt == nil {
		return
	}
	for _, o := range opt.Option {
		c, ok := o.(*mdns.EDNS0_COOKIE)
		if !ok {
			continue
		}
		got, _ := hex.DecodeString(c.Cookie)
		sent := e.cookie
		if l.cookie != "" {
			sent, _ = hex.DecodeString(l.cookie)
		}
		switch {
		case len(got) < 8 || len(sent) < 8:
			e.front.warnf("Warning: COOKIE bad token (too short)")
			m.cookie = badCookie
		case string(got[:8]) != string(sent[:8]):
			e.front.warnf("Warning: Client COOKIE mismatch")
			m.cookie = badCookie
		default:
			m.cookie = goodCookie
			l.cookie = c.Cookie
		}
		return
	}
}
