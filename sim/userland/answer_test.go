package userland

import (
	"encoding/binary"
	"io"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"
)

func readTCPQuery(c io.Reader) (*mdns.Msg, bool) {
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return nil, false
	}
	buf := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(c, buf); err != nil {
		return nil, false
	}
	q := new(mdns.Msg)
	return q, q.Unpack(buf) == nil
}

// zone answers from records in presentation form. A name of the form
// RCODE.test. is answered with that code; drop.test. not at all.
type zone struct{ records []mdns.RR }

func newZone(tb testing.TB, text string) *zone {
	tb.Helper()
	z := new(zone)
	p := mdns.NewZoneParser(strings.NewReader(text), ".", "")
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		z.records = append(z.records, rr)
	}
	if err := p.Err(); err != nil {
		tb.Fatal(err)
	}
	return z
}

func (z *zone) answer(q *mdns.Msg, tcp bool) [][]byte {
	if len(q.Question) != 1 {
		return pack(new(mdns.Msg).SetRcode(q, mdns.RcodeFormatError))
	}
	name, qtype := strings.ToLower(q.Question[0].Name), q.Question[0].Qtype
	m := new(mdns.Msg).SetReply(q)
	m.RecursionAvailable = q.RecursionDesired
	m.Compress = true
	if code, ok := strings.CutSuffix(name, ".test."); ok {
		if code == "drop" {
			return nil
		}
		m.Rcode = mdns.StringToRcode[strings.ToUpper(code)]
		return pack(z.withEDNS(q, m))
	}
	if q.Question[0].Qclass != mdns.ClassINET {
		m.Rcode = mdns.RcodeRefused
		return pack(z.withEDNS(q, m))
	}
	if qtype == mdns.TypeAXFR {
		return z.transfer(m, name)
	}
	found := z.fill(m, name, qtype)
	if !found && len(m.Answer) == 0 {
		m.Rcode = mdns.RcodeNameError
	}
	if len(m.Answer) == 0 {
		z.authority(m, name)
	}
	z.withEDNS(q, m)
	if wire := pack(m); tcp || len(wire[0]) <= 512 || q.IsEdns0() != nil && len(wire[0]) <= int(q.IsEdns0().UDPSize()) {
		return wire
	}
	m.Answer, m.Ns, m.Truncated = nil, nil, true
	return pack(m)
}

// fill puts the records of name into the answer, along CNAMEs.
func (z *zone) fill(m *mdns.Msg, name string, qtype uint16) (found bool) {
	for range 8 {
		next := ""
		for _, rr := range z.records {
			h := rr.Header()
			if strings.ToLower(h.Name) != name {
				continue
			}
			found = true
			if h.Rrtype == qtype || qtype == mdns.TypeANY {
				m.Answer = append(m.Answer, rr)
				if mx, ok := rr.(*mdns.MX); ok {
					z.additional(m, mx.Mx)
				}
			} else if c, ok := rr.(*mdns.CNAME); ok {
				m.Answer = append(m.Answer, rr)
				next = strings.ToLower(c.Target)
			}
		}
		if next == "" {
			return found
		}
		name = next
	}
	return found
}

func (z *zone) additional(m *mdns.Msg, name string) {
	for _, rr := range z.records {
		if rr.Header().Name == name && rr.Header().Rrtype == mdns.TypeA {
			m.Extra = append(m.Extra, rr)
		}
	}
}

func (z *zone) authority(m *mdns.Msg, name string) {
	for _, rr := range z.records {
		if rr.Header().Rrtype == mdns.TypeSOA && mdns.IsSubDomain(rr.Header().Name, name) {
			m.Ns = append(m.Ns, rr)
			return
		}
	}
}

func (z *zone) transfer(m *mdns.Msg, name string) [][]byte {
	var soa mdns.RR
	var rest []mdns.RR
	for _, rr := range z.records {
		if rr.Header().Rrtype == mdns.TypeSOA && strings.ToLower(rr.Header().Name) == name {
			soa = rr
		} else if mdns.IsSubDomain(name, rr.Header().Name) {
			rest = append(rest, rr)
		}
	}
	if soa == nil {
		m.Rcode = mdns.RcodeRefused
		return pack(m)
	}
	second := *m
	m.Answer = append([]mdns.RR{soa}, rest[:len(rest)/2]...)
	second.Answer = append(append([]mdns.RR{}, rest[len(rest)/2:]...), soa)
	second.Question = nil
	return append(pack(m), pack(&second)...)
}

func (z *zone) withEDNS(q, m *mdns.Msg) *mdns.Msg {
	o := q.IsEdns0()
	if o == nil {
		return m
	}
	r := &mdns.OPT{Hdr: mdns.RR_Header{Name: ".", Rrtype: mdns.TypeOPT, Class: 1232, Ttl: o.Hdr.Ttl & 0x8000}}
	for _, x := range o.Option {
		switch x := x.(type) {
		case *mdns.EDNS0_COOKIE:
			r.Option = append(r.Option, &mdns.EDNS0_COOKIE{Code: mdns.EDNS0COOKIE, Cookie: x.Cookie[:min(16, len(x.Cookie))] + "010000006b021b73ba317cbcd3990303"})
		case *mdns.EDNS0_NSID:
			r.Option = append(r.Option, &mdns.EDNS0_NSID{Code: mdns.EDNS0NSID, Nsid: "6e7331"})
		case *mdns.EDNS0_SUBNET:
			r.Option = append(r.Option, x)
		}
	}
	if m.Rcode == mdns.RcodeServerFailure {
		r.Option = append(r.Option, &mdns.EDNS0_EDE{InfoCode: 22, ExtraText: "At delegation lame.com"})
	}
	m.Extra = append(m.Extra, r)
	return m
}

func pack(m *mdns.Msg) [][]byte {
	wire, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return [][]byte{wire}
}

const sampleZone = `
. 518400 IN NS localhost.
local.example. 3600 IN SOA localhost. root.local.example. 7 3600 900 1209600 300
local.example. 3600 IN NS localhost.
local.example. 3600 IN A 203.0.113.81
example.com. 3600 IN SOA ns1.example.com. hostmaster.example.com. 2025112101 3600 900 1209600 300
example.com. 3600 IN NS ns1.example.com.
example.com. 3600 IN NS ns2.example.com.
example.com. 3600 IN A 203.0.113.80
example.com. 3600 IN MX 10 mail.example.com.
example.com. 3600 IN MX 20 mail.example.net.
example.com. 3600 IN TXT "v=spf1 mx -all"
example.com. 86400 IN CAA 0 issue "letsencrypt.org"
example.com. 3600 IN DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
example.com. 3600 IN RRSIG A 13 2 3600 20260301000000 20260201000000 370 example.com. mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
sub.example.com. 3600 IN DS 370 13 2 BE74359954660069D5C63D200C39F5603827D7DD02B56F120EE9F3A86764247C
www.example.com. 3600 IN A 203.0.113.80
www6.example.com. 3600 IN AAAA 2001:db8::80
ns1.example.com. 3600 IN A 203.0.113.10
mail.example.com. 3600 IN A 203.0.113.25
ftp.example.com. 3600 IN CNAME www.example.com.
_sip._tcp.example.com. 3600 IN SRV 10 60 5060 sip.example.com.
a-very-long-host-name-for-columns.example.com. 172800 IN A 203.0.113.90
odd.example.com. 60 IN TXT "semi;colon \"quoted\" back\\slash \001\200" "two"
odd2.example.com. 60 IN PTR we\032ird\$na\.me\;x.example.com.
odd3.example.com. 60 IN TYPE65280 \# 4 0a0b0c0d
odd4.example.com. 60 IN NAPTR 100 10 "S" "SIP+D2U" "" _sip._udp.example.com.
odd5.example.com. 60 IN SSHFP 1 1 123456789abcdef67890123456789abcdef67890
odd6.example.com. 60 IN TLSA 3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971
odd7.example.com. 60 IN HINFO "PC" "Linux"
odd8.example.com. 60 IN LOC 51 30 12.748 N 0 7 39.612 W 0.00m 0.00m 0.00m 0.00m
odd9.example.com. 60 IN NSEC host.example.com. A MX RRSIG NSEC TYPE1234
big.example.com. 3600 IN TXT "record 01 of a set too large for one UDP datagram xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
big.example.com. 3600 IN TXT "record 02 of a set too large for one UDP datagram xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
big.example.com. 3600 IN TXT "record 03 of a set too large for one UDP datagram xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
big.example.com. 3600 IN TXT "record 04 of a set too large for one UDP datagram xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
big.example.com. 3600 IN TXT "record 05 of a set too large for one UDP datagram xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
113.0.203.in-addr.arpa. 3600 IN SOA ns1.example.com. hostmaster.example.com. 2025112101 3600 900 1209600 300
113.0.203.in-addr.arpa. 3600 IN NS ns1.example.com.
25.113.0.203.in-addr.arpa. 3600 IN PTR mail.example.com.
100.113.0.203.in-addr.arpa. 3600 IN PTR client.example.com.
`
