package grader

import (
	"bufio"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// The outcomes of an attempt to talk to somebody.
const (
	open        = "open"
	closed      = "closed"
	dropped     = "dropped"
	blocked     = "blocked"     // closed or dropped
	unreachable = "unreachable" // the network knows no way
	elsewhere   = "elsewhere"   // open, but not the one meant
)

var flowWords = map[string]sim.Text{
	open: {EN: "open", KO: "열림"}, closed: {EN: "refused", KO: "거부"}, dropped: {EN: "no answer", KO: "응답 없음"},
	blocked: {EN: "refused or no answer", KO: "거부 또는 응답 없음"}, unreachable: {EN: "unreachable", KO: "도달할 수 없음"},
	elsewhere: {EN: "another server answers", KO: "다른 서버가 응답"},
}

// flows tries every flow of the check.
func (p *probe) flows(s *scenarios.FlowSpec) {
	wrong, seen := 0, map[string]bool{}
	var from, want []sim.Text
	for i := range s.Flows {
		f := &s.Flows[i]
		before := uint64(p.w.Log().Len())
		got, detail := p.flow(f)
		status := Pass
		if !asWanted(f, got) {
			status = Fail
			wrong++
			if wrong == 1 {
				p.it.citeTrouble(p.w.Log(), before)
			}
		}
		name, state := p.flowName(f), flowWords[got]
		if detail != "" {
			state = textf("%s (%s)", "%s(%s)", state, detail)
		}
		p.it.add(name, status, state)
		if !seen[f.From] {
			seen[f.From] = true
			from = append(from, p.place(f.From))
		}
		if status != Pass {
			want = append(want, textf("%s: %s", "%s: %s", name, flowWords[wantOf(f)]))
		}
	}
	p.it.Vantage = joined(from)
	if len(s.Flows) == 1 {
		p.sayFlow(wrong == 0, want)
		return
	}
	if wrong == 0 {
		p.it.say(Pass, "All %d connections are as they should be.", "연결 %d가지가 모두 의도한 대로입니다.", len(s.Flows))
		return
	}
	p.it.Expected, p.it.Actual = joined(want), p.it.failing()
	p.it.say(Fail, "%d of %d connections are not as they should be.", "연결 %[2]d가지 중 %[1]d가지가 의도와 다릅니다.", wrong, len(s.Flows))
}

// sayFlow words the result of a single flow, which needs no list of parts.
func (p *probe) sayFlow(right bool, want []sim.Text) {
	part := p.it.Parts[0]
	p.it.Actual = textf("%s: %s", "%s: %s", part.Name, part.Text)
	if right {
		p.it.say(Pass, "The connection is as it should be.", "연결이 의도한 대로입니다.")
	} else {
		p.it.Expected, p.it.Parts = want[0], nil
		p.it.say(Fail, "The connection is not as it should be (%s).", "연결이 의도와 다릅니다(%s).", p.it.Actual)
	}
}

func (p *probe) flowName(f *scenarios.Flow) sim.Text {
	to := p.place(f.To)
	if protoOf(f) == "icmp" {
		return textf("ping %s -> %s", "ping %s -> %s", p.place(f.From), to)
	}
	if f.As != "" {
		return textf("%s -> %s %d/%s", "%s -> %s %d/%s", f.As, to, f.Port, protoOf(f))
	}
	if f.OwnPort != 0 {
		return textf("%s, from port %d -> %s %d/%s", "%s(%d번 포트에서) -> %s %d/%s", p.place(f.From), f.OwnPort, to, f.Port, protoOf(f))
	}
	return textf("%s -> %s %d/%s", "%s -> %s %d/%s", p.place(f.From), to, f.Port, protoOf(f))
}

func protoOf(f *scenarios.Flow) string {
	if f.Proto == "" {
		return "tcp"
	}
	return f.Proto
}

func wantOf(f *scenarios.Flow) string {
	if f.Want == "" {
		return open
	}
	return f.Want
}

func asWanted(f *scenarios.Flow, got string) bool {
	if want := wantOf(f); want != blocked {
		return got == want
	}
	return got == closed || got == dropped
}

// flow makes one attempt and says what came of it, and what the server or the
// system said.
func (p *probe) flow(f *scenarios.Flow) (got, detail string) {
	h := p.w.Host(f.From)
	to, err := p.address(f.To, f.Family)
	if err != nil {
		return unreachable, err.Error()
	}
	switch protoOf(f) {
	case "icmp":
		return p.echo(h, to)
	case "udp":
		return p.datagram(h, netip.AddrPortFrom(to, uint16(f.Port)))
	}
	if f.As != "" {
		return p.borrowed(f, h, netip.AddrPortFrom(to, uint16(f.Port)))
	}
	before := uint64(p.w.Log().Len())
	c, err := h.Node.DialTCP(p.t, netip.AddrPortFrom(netip.Addr{}, uint16(f.OwnPort)), netip.AddrPortFrom(to, uint16(f.Port)), vnet.Owner{}, 30*time.Second)
	if err != nil {
		return p.failure(before, err), err.Error()
	}
	defer c.Close()
	if f.Greets != "" {
		c.SetReadTimeout(time.Minute)
		line, err := bufio.NewReader(c).ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		switch {
		case err != nil && line == "":
			return elsewhere, err.Error()
		case !strings.HasPrefix(line, f.Greets):
			return elsewhere, line
		}
		detail = line
	}
	if f.Reaches != "" && !p.taken(before, f.Reaches) {
		return elsewhere, ""
	}
	return open, detail
}

// failure tells a refusal from silence. An ICMP error counts as a refusal only
// if a filter sent it: a router that knows no way sends one too.
func (p *probe) failure(before uint64, err error) string {
	switch {
	case errors.Is(err, vnet.ECONNREFUSED):
		return closed
	case errors.Is(err, vnet.ETIMEDOUT):
		return dropped
	}
	filtered := false
	p.w.Log().After(before, func(e *trace.Event) bool {
		d, ok := e.Data.(*vnet.Discard)
		filtered = filtered || e.Kind == trace.Drop && e.Outcome == trace.Refused && ok && strings.Contains(d.With, "prohibited")
		return !filtered
	})
	if filtered {
		return closed
	}
	return unreachable
}

// taken reports whether the host accepted a connection.
func (p *probe) taken(before uint64, name string) (yes bool) {
	p.w.Log().After(before, func(e *trace.Event) bool {
		yes = e.Kind == trace.Accept && e.Node == name
		return !yes
	})
	return yes
}

// echo pings three times.
func (p *probe) echo(h *host.Host, to netip.Addr) (got, detail string) {
	var err error
	for i := range 3 {
		before := uint64(p.w.Log().Len())
		r := h.Node.Echo(p.t, to, vnet.EchoOptions{Seq: uint16(i + 1), Timeout: 3 * time.Second})
		if err = r.Err; err == nil {
			return open, ""
		}
		if errno := vnet.Errno(""); errors.As(err, &errno) && !errno.Timeout() {
			return p.failure(before, err), err.Error()
		}
	}
	return dropped, ""
}

// datagram sends a UDP datagram, on port 53 a question, up to three times. What
// is neither answered nor refused is open if it was lost nowhere on its way.
func (p *probe) datagram(h *host.Host, to netip.AddrPort) (got, detail string) {
	local := netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	if to.Addr().Is6() {
		local = netip.AddrPortFrom(netip.IPv6Unspecified(), 0)
	}
	var heard vtime.Signal
	answered, refusal := false, error(nil)
	sock, err := h.Node.ListenUDP(local, vnet.Owner{}, func(d *vnet.Datagram) {
		answered = answered || d.Src == to
		heard.Broadcast()
	})
	if err != nil {
		return unreachable, err.Error()
	}
	defer sock.Close()
	sock.OnError(func(_ netip.AddrPort, err error) {
		refusal = err
		heard.Broadcast()
	})
	sock.OnICMP(func(e vnet.ICMPError) {
		refusal = e.Err
		heard.Broadcast()
	})
	before := uint64(p.w.Log().Len())
	for range 3 {
		if err := sock.SendTo(to, payload(to.Port())); err != nil {
			return p.failure(before, err), err.Error()
		}
		heard.WaitFor(p.t, 5*time.Second)
		switch {
		case answered:
			return open, ""
		case refusal != nil:
			return p.failure(before, refusal), refusal.Error()
		}
	}
	if p.lost(before, sock.Local().Port()) {
		return dropped, ""
	}
	return open, ""
}

// payload is what a datagram to a port says.
func payload(port uint16) []byte {
	if port != 53 {
		return []byte{0}
	}
	q := new(mdns.Msg).SetQuestion(".", mdns.TypeNS)
	q.Id = 1
	wire, err := q.Pack()
	if err != nil {
		panic(fmt.Sprintf("a fixed question does not pack: %v", err))
	}
	return wire
}

// lost reports whether a datagram of the local port, or the answer to one, was
// discarded on its way.
func (p *probe) lost(before uint64, port uint16) (yes bool) {
	p.w.Log().After(before, func(e *trace.Event) bool {
		if d, ok := e.Data.(*vnet.Discard); ok && e.Kind == trace.Drop {
			yes = d.SrcPort == port || d.DstPort == port
		}
		return !yes
	})
	return yes
}
