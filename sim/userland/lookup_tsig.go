package userland

import (
	"errors"
	"net/netip"

	mdns "github.com/miekg/dns"
)

// tsigKey is a shared key of RFC 8945.
type tsigKey struct {
	name, algorithm, secret string // secret in base64
	requestMAC              string // MAC of the last message signed or verified
	messages                int
}

// sign adds a TSIG record with the world's time.
func (e *lookups) sign(l *lookup, wire []byte) []byte {
	l.request.SetTsig(e.key.name, e.key.algorithm, 300, e.p.Host.Clock.Now().Unix())
	signed, mac, err := mdns.TsigGenerate(l.request, e.key.secret, "", false)
	if err != nil {
		e.fatalf("dns_message_renderend: %s", err)
	}
	e.key.requestMAC, e.key.messages = mac, 0
	return signed
}

// verify checks the TSIG of a reply and returns BIND's text of what is wrong.
func (e *lookups) verify(m *reply) string {
	t := m.IsTsig()
	if t == nil {
		return "expected a TSIG or SIG(0)"
	}
	err := mdns.TsigVerify(append([]byte(nil), m.wire...), e.key.secret, e.key.requestMAC, e.key.messages > 0)
	e.key.messages++
	// Package dns checks the time against the real clock, after the MAC.
	if errors.Is(err, mdns.ErrTime) {
		now := uint64(e.p.Host.Clock.Now().Unix())
		if d := int64(now - t.TimeSigned); max(d, -d) <= int64(t.Fudge) {
			err = nil
		}
	}
	e.key.requestMAC = t.MAC
	switch {
	case err == nil && t.Error == 0:
		return ""
	case t.Error != 0:
		return "tsig indicates error"
	case errors.Is(err, mdns.ErrTime):
		return "clocks are unsynchronized"
	}
	return "tsig verify failure"
}

// subnetOption is EDNS client subnet (RFC 7871) for a prefix.
func subnetOption(p netip.Prefix) mdns.EDNS0 {
	family := uint16(1)
	if p.Addr().Is6() {
		family = 2
	}
	data := []byte{byte(family >> 8), byte(family), byte(p.Bits()), 0}
	addr := p.Masked().Addr().AsSlice()
	data = append(data, addr[:(p.Bits()+7)/8]...)
	return &mdns.EDNS0_LOCAL{Code: mdns.EDNS0SUBNET, Data: data}
}
