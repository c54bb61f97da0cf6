package webui

import (
	"fmt"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/trace"
	"mxlab/sim/vnet"
)

// maxWire bounds the bytes shown of an event.
const maxWire = 64 << 10

// maxFields bounds the fields shown of an event, maxField one of them.
const (
	maxFields = 500
	maxField  = 4000
)

// event returns all about an event of the session's log or of the last check's
// fork.
func (s *Session) event(a *AskEvent) (*EventDetail, *Problem) {
	log, p := s.logOf(a.Epoch)
	if p != nil {
		return nil, p
	}
	e := log.Get(a.Seq)
	if e == nil {
		return nil, problemf(codeNotFound, "%d번 사건이 없습니다.", "there is no event %d", a.Seq)
	}
	d := &EventDetail{Row: rowOf(e), Label: strings.ToValidUTF8(e.Label(), "?")}
	if e.Data != nil {
		for i, f := range e.Data.Fields() {
			if i == maxFields {
				break
			}
			d.Fields = append(d.Fields, trace.Field{Name: f.Name, Value: shorten(f.Value, maxField)})
		}
		if w, ok := e.Data.(trace.Wire); ok {
			d.Wire = w.WireBytes()
			d.Wire = d.Wire[:min(len(d.Wire), maxWire)]
		}
	}
	d.Message, d.Parts = messageOf(e)
	d.Why = (&explainer{log: log, drawn: s.drawn}).why(e)
	return d, nil
}

// logOf returns the log of an epoch. That of a check's fork is made again if it
// is not at hand.
func (s *Session) logOf(epoch uint64) (*trace.Log, *Problem) {
	gone := problemf(codeGone, "그 기록은 더 이상 없습니다.", "that log is no longer there")
	s.mu.Lock()
	if epoch == s.epoch {
		defer s.mu.Unlock()
		return s.world.Log(), nil
	}
	n := len(s.checks)
	if n == 0 || s.checks[n-1].Epoch != epoch {
		s.mu.Unlock()
		return nil, gone
	}
	c, log, journal := s.checks[n-1], s.fork, s.world.Journal()
	same := c.In == s.epoch && c.Steps <= len(journal)
	s.mu.Unlock()
	if log != nil {
		return log, nil
	}
	if !same {
		return nil, gone
	}
	_, log, err := s.grade(journal[:c.Steps])
	if err != nil {
		return nil, failed(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == len(s.checks) {
		s.fork = log
	}
	return log, nil
}

// messageOf is what an event said in the form people read it, with the meaning
// of its bytes.
func messageOf(e *trace.Event) (string, []WirePart) {
	switch d := e.Data.(type) {
	case *vnet.DNSMessage:
		m, err := d.Message()
		if err != nil {
			return "", nil
		}
		return digText(m), dnsParts(d, m)
	case *vnet.Line:
		return readable(d.Payload), lineParts(d.Payload)
	case trace.Text:
		return string(d), nil
	}
	return "", nil
}

// readable is a payload as text: line ends as such, what is not text as dots.
func readable(b []byte) string {
	b = b[:min(len(b), maxWire)]
	text := strings.ReplaceAll(strings.ToValidUTF8(string(b), "."), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return '.'
		}
		return r
	}, text)
}

// digText prints a message in dig's form.
func digText(m *mdns.Msg) string {
	var b strings.Builder
	status := mdns.RcodeToString[m.Rcode]
	if status == "" {
		status = "RESERVED" + strconv.Itoa(m.Rcode)
	}
	fmt.Fprintf(&b, ";; ->>HEADER<<- opcode: %s, status: %s, id: %d\n", mdns.OpcodeToString[m.Opcode], status, m.Id)
	var flags []string
	for _, f := range []struct {
		name string
		set  bool
	}{{"qr", m.Response}, {"aa", m.Authoritative}, {"tc", m.Truncated}, {"rd", m.RecursionDesired}, {"ra", m.RecursionAvailable},
		{"ad", m.AuthenticatedData}, {"cd", m.CheckingDisabled}} {
		if f.set {
			flags = append(flags, f.name)
		}
	}
	fmt.Fprintf(&b, ";; flags: %s; QUERY: %d, ANSWER: %d, AUTHORITY: %d, ADDITIONAL: %d\n", strings.Join(flags, " "), len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra))
	if opt := m.IsEdns0(); opt != nil {
		do := ""
		if opt.Do() {
			do = " do"
		}
		fmt.Fprintf(&b, "\n;; OPT PSEUDOSECTION:\n; EDNS: version: %d, flags:%s; udp: %d\n", opt.Version(), do, opt.UDPSize())
	}
	if len(m.Question) > 0 {
		b.WriteString(";; QUESTION SECTION:\n")
		for _, q := range m.Question {
			fmt.Fprintf(&b, ";%s\t\t%s\t%s\n", q.Name, mdns.Class(q.Qclass), mdns.Type(q.Qtype))
		}
	}
	for _, sec := range []struct {
		name string
		rrs  []mdns.RR
	}{{"ANSWER", m.Answer}, {"AUTHORITY", m.Ns}, {"ADDITIONAL", m.Extra}} {
		var lines []string
		for _, rr := range sec.rrs {
			if rr.Header().Rrtype != mdns.TypeOPT {
				lines = append(lines, rr.String())
			}
		}
		if len(lines) > 0 {
			fmt.Fprintf(&b, "\n;; %s SECTION:\n%s\n", sec.name, strings.Join(lines, "\n"))
		}
	}
	return b.String()
}

// dnsParts names the bytes of a DNS message (RFC 1035 4.1).
func dnsParts(d *vnet.DNSMessage, m *mdns.Msg) (parts []WirePart) {
	b, at := d.Payload, 0
	add := func(n int, name string) {
		if n > 0 && at+n <= len(b) {
			parts = append(parts, WirePart{at, at + n, name})
			at += n
		}
	}
	if d.Proto == vnet.ProtoTCP {
		add(2, "length")
	}
	base := at
	add(2, "ID")
	add(2, "flags, "+mdns.RcodeToString[m.Rcode])
	for _, n := range []string{"QDCOUNT", "ANCOUNT", "NSCOUNT", "ARCOUNT"} {
		add(2, n)
	}
	for _, q := range m.Question {
		_, end, err := mdns.UnpackDomainName(b[base:], at-base)
		if err != nil {
			return parts
		}
		add(base+end-at, "QNAME "+q.Name)
		add(2, "QTYPE "+mdns.Type(q.Qtype).String())
		add(2, "QCLASS "+mdns.Class(q.Qclass).String())
	}
	for _, rrs := range [][]mdns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range rrs {
			_, end, err := mdns.UnpackRR(b[base:], at-base)
			if err != nil {
				return parts
			}
			add(base+end-at, rr.Header().Name+" "+mdns.Type(rr.Header().Rrtype).String())
		}
	}
	return parts
}

// lineParts names the bytes of a line of a text protocol.
func lineParts(b []byte) (parts []WirePart) {
	at := 0
	for line := range strings.Lines(string(b[:min(len(b), maxWire)])) {
		if len(parts) >= 200 {
			break
		}
		text := strings.TrimRight(line, "\r\n")
		word, _, _ := strings.Cut(text, " ")
		if word != "" {
			parts = append(parts, WirePart{at, at + len(word), word})
		}
		if len(text) > len(word) {
			parts = append(parts, WirePart{at + len(word), at + len(text), strings.TrimSpace(text[len(word):])})
		}
		if len(line) > len(text) {
			parts = append(parts, WirePart{at + len(text), at + len(line), map[bool]string{true: "CRLF", false: "LF"}[strings.HasSuffix(line, "\r\n")]})
		}
		at += len(line)
	}
	return parts
}
