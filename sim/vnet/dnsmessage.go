package vnet

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"mxlab/sim/trace"
)

// DNSMessage is the payload of an event of a DNS message, in a datagram or on
// a connection. It is decoded only when somebody looks at it.
type DNSMessage Packet

// dnsKind tells query and reply apart by the QR bit (RFC 1035 4.1.1).
func dnsKind(b []byte) trace.Kind {
	if len(b) >= 3 && b[2]&0x80 != 0 {
		return trace.DNSReply
	}
	return trace.DNSQuery
}

// Message decodes the message.
func (m *DNSMessage) Message() (*dns.Msg, error) {
	b := m.Payload
	if m.Proto == ProtoTCP && len(b) >= 2 { // RFC 1035 4.2.2
		b = b[2:min(len(b), 2+int(binary.BigEndian.Uint16(b)))]
	}
	msg := new(dns.Msg)
	return msg, msg.Unpack(b)
}

// Label is "A www.example.kr" for a query and "NOERROR 1 answer" for a reply.
func (m *DNSMessage) Label() string {
	msg, err := m.Message()
	if err != nil {
		return "malformed DNS message, " + strconv.Itoa(m.Len) + " bytes"
	}
	question := ""
	if len(msg.Question) > 0 {
		q := msg.Question[0]
		question = dns.TypeToString[q.Qtype] + " " + q.Name
		if dns.TypeToString[q.Qtype] == "" {
			question = "TYPE" + strconv.Itoa(int(q.Qtype)) + " " + q.Name
		}
	}
	if !msg.Response {
		if msg.Opcode != dns.OpcodeQuery {
			question = dns.OpcodeToString[msg.Opcode] + " " + question
		}
		return question
	}
	rcode := dns.RcodeToString[msg.Rcode]
	if rcode == "" {
		rcode = "RCODE" + strconv.Itoa(msg.Rcode)
	}
	if len(msg.Answer) == 0 && len(msg.Ns) > 0 && msg.Rcode == dns.RcodeSuccess && msg.Ns[0].Header().Rrtype == dns.TypeNS {
		return "referral to " + msg.Ns[0].Header().Name + " for " + question
	}
	if len(msg.Answer) == 0 && msg.Rcode == dns.RcodeSuccess {
		return "NOERROR no data for " + question
	}
	return rcode + answerLabel(msg.Answer) + " for " + question
}

// maxAnswerLabel bounds what a label shows of an answer, in bytes.
const maxAnswerLabel = 40

// answerLabel is the data of the last record, behind which a chain of aliases
// ends, and how many there are besides; signatures do not count.
func answerLabel(answer []dns.RR) string {
	var last dns.RR
	n := -1
	for _, rr := range answer {
		if rr.Header().Rrtype != dns.TypeRRSIG {
			last = rr
			n++
		}
	}
	if last == nil {
		return ""
	}
	data := strings.TrimPrefix(last.String(), last.Header().String())
	if len(data) > maxAnswerLabel {
		data = strings.ToValidUTF8(data[:maxAnswerLabel], "") + "..."
	}
	if n > 0 {
		data += " and " + strconv.Itoa(n) + " more"
	}
	return " " + data
}

// Fields are the addresses, the header and all records in presentation format.
func (m *DNSMessage) Fields() []trace.Field {
	list := (*Packet)(m).Fields()
	msg, err := m.Message()
	if err != nil {
		return append(list, trace.Field{Name: "error", Value: err.Error()})
	}
	var flags []string
	for _, f := range []struct {
		set  bool
		name string
	}{{msg.Response, "qr"}, {msg.Authoritative, "aa"}, {msg.Truncated, "tc"}, {msg.RecursionDesired, "rd"},
		{msg.RecursionAvailable, "ra"}, {msg.AuthenticatedData, "ad"}, {msg.CheckingDisabled, "cd"}} {
		if f.set {
			flags = append(flags, f.name)
		}
	}
	list = append(list, trace.Field{Name: "id", Value: strconv.Itoa(int(msg.Id))}, trace.Field{Name: "flags", Value: strings.Join(flags, ",")})
	for _, s := range []struct {
		name string
		rrs  []dns.RR
	}{{"answer", msg.Answer}, {"authority", msg.Ns}, {"additional", msg.Extra}} {
		for _, rr := range s.rrs {
			if rr.Header().Rrtype != dns.TypeOPT {
				list = append(list, trace.Field{Name: s.name, Value: strings.ReplaceAll(rr.String(), "\t", " ")})
			}
		}
	}
	return list
}

// WireBytes is the message as sent; on a connection with its length before it.
func (m *DNSMessage) WireBytes() []byte { return m.Payload }
