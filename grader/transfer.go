package grader

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/vnet"
)

// transferRecords bounds the records read of one transfer.
const transferRecords = 100_000

// axfr is what came of asking for a zone.
type axfr struct {
	records int
	whole   bool   // it began and ended with the SOA (RFC 5936 2.2)
	rcode   string // of a refusal
	err     error  // no answer, or the connection broke off
}

// transfer asks for the whole zone from each vantage. The server must at least
// answer for the zone, or a stopped one would pass.
func (p *probe) transfer(s *scenarios.TransferSpec) {
	server, err := p.address(s.Server, "")
	if err != nil {
		p.it.unreached(err)
		return
	}
	vantages := append(append([]string{}, s.Allowed...), s.Refused...)
	p.it.Vantage = p.places(vantages)
	p.it.Expected = wantedTransfer(p.places(s.Allowed), p.places(s.Refused))
	bad, alive := 0, true
	for i, from := range vantages {
		allowed := i < len(s.Allowed)
		m, err := p.w.Host(from).Ask(p.t, server, s.Zone, mdns.TypeSOA, false, false)
		if err != nil || m.Rcode != mdns.RcodeSuccess || !m.Authoritative {
			alive = false
			p.it.add(p.place(from), Fail, sim.Text{EN: "the server does not answer for the zone", KO: "서버가 이 영역에 대해 답하지 않습니다"})
			continue
		}
		before := uint64(p.w.Log().Len())
		got := p.axfr(from, server, s.Zone)
		status := Pass
		if got.whole != allowed {
			status, bad = Fail, bad+1
			p.it.citeTrouble(p.w.Log(), before)
		}
		p.it.add(p.place(from), status, got.text())
	}
	switch {
	case !alive:
		p.it.Actual = sim.Text{EN: "no answer", KO: "응답 없음"}
		p.it.say(Fail, "%s does not answer for %s.", "%s 서버가 %s 영역에 대해 답하지 않습니다.", p.place(s.Server), s.Zone)
		p.citeFailure(s.Server)
	case bad > 0:
		p.it.Actual = p.it.failing()
		p.it.say(Fail, "Who may transfer the zone %s is not as it should be.", "%s 영역의 전송 권한이 의도와 다릅니다.", s.Zone)
	default:
		p.it.say(Pass, "The zone %s goes only to those who may have it.", "%s 영역은 허용된 곳에만 전송됩니다.", s.Zone)
	}
}

func wantedTransfer(allowed, refused sim.Text) sim.Text {
	switch {
	case allowed.EN == "":
		return textf("refused to %s", "거절: %s", refused)
	case refused.EN == "":
		return textf("given to %s", "허용: %s", allowed)
	}
	return textf("given to %s, refused to %s", "허용: %s, 거절: %s", allowed, refused)
}

func (a axfr) text() sim.Text {
	switch {
	case a.whole:
		return textf("the whole zone, %d records", "영역 전체(레코드 %d개)", a.records)
	case a.rcode != "":
		return plain(a.rcode)
	case a.err != nil:
		return plain(a.err.Error())
	}
	return textf("broken off after %d records", "레코드 %d개 뒤에 끊김", a.records)
}

// failing words the parts that failed.
func (it *Item) failing() sim.Text {
	var list []sim.Text
	for _, part := range it.Parts {
		if part.Status != Pass {
			list = append(list, textf("%s: %s", "%s: %s", part.Name, part.Text))
		}
	}
	return joined(list)
}

// axfr asks for a zone over TCP and reads messages up to the second SOA.
func (p *probe) axfr(from string, server netip.Addr, zone string) (got axfr) {
	c, err := p.w.Host(from).Node.DialTCP(p.t, netip.AddrPort{}, netip.AddrPortFrom(server, 53), vnet.Owner{}, 30*time.Second)
	if err != nil {
		return axfr{err: err}
	}
	defer c.Close()
	c.SetReadTimeout(30 * time.Second)
	q := new(mdns.Msg).SetAxfr(mdns.Fqdn(zone))
	q.Id = uint16(p.run.probes + 1)
	wire, err := q.Pack()
	if err != nil {
		return axfr{err: err}
	}
	c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(wire))), wire...))
	for soas := 0; soas < 2 && got.records < transferRecords; {
		m, err := readMessage(c)
		switch {
		case err != nil:
			got.err = err
			return got
		case m.Rcode != mdns.RcodeSuccess:
			got.rcode = mdns.RcodeToString[m.Rcode]
			return got
		case len(m.Answer) == 0:
			return got
		}
		for _, rr := range m.Answer {
			got.records++
			if rr.Header().Rrtype == mdns.TypeSOA {
				soas++
			}
		}
		got.whole = soas == 2
	}
	return got
}

// readMessage reads one message of a TCP connection (RFC 1035 4.2.2).
func readMessage(r io.Reader) (*mdns.Msg, error) {
	var size [2]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	buf := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, err
	}
	m := new(mdns.Msg)
	if err := m.Unpack(buf); err != nil {
		return nil, fmt.Errorf("bad message: %w", err)
	}
	return m, nil
}
