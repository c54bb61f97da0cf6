package named

import (
	"encoding/binary"
	"net/netip"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// forwardUpdate passes an update that came to a secondary on to the primary, and
// the primary's answer back (RFC 2136 6, BIND ARM "allow-update-forwarding").
func (q *query) forwardUpdate(z *zone) {
	ok := allows(z.conf.AllowUpdateForwarding, q.peer.Addr(), q.key, &q.s.locals)
	if ok || !z.conf.AllowUpdateForwarding.IsNone() {
		q.logSigner(ok)
	}
	if !ok {
		q.deny(z.conf.AllowUpdateForwarding, failure, "update forwarding '"+dns.Display(q.req.name)+"/IN' denied")
		return
	}
	q.bareLogf(catUpdate, info, "forwarding update for zone '%s'", z.label())
	wire := append([]byte(nil), q.req.wire...)
	binary.BigEndian.PutUint16(wire, uint16(q.s.random().Uint32()))
	q.s.clock.Go("named: update forwarding", func(t *vtime.Task) {
		for _, p := range z.conf.Primaries.Servers {
			if reply := q.forwardTo(t, z, p.Addr, wire); reply != nil {
				binary.BigEndian.PutUint16(reply, q.req.id)
				q.sendWire(reply)
				return
			}
		}
		z.logf(catXferIn, warning, "forwarding dynamic update: could not reach any primary")
		q.send(&response{rcode: mdns.RcodeServerFailure})
	})
}

// forwardTo asks one primary over TCP; nil without an answer.
func (q *query) forwardTo(t *vtime.Task, z *zone, to netip.AddrPort, wire []byte) []byte {
	source := z.conf.TransferSource.Value
	if to.Addr().Is6() {
		source = z.conf.TransferSourceV6.Value
	}
	span := q.s.trace.Open(trace.Event{Kind: trace.Transfer, Node: q.s.host.Name,
		Data: trace.F("update of " + dns.Display(z.conf.Name) + " forwarded to " + to.Addr().String())})
	defer span.Leave()
	conn, err := q.s.host.Node.DialTCP(t, netip.AddrPortFrom(source.Addr(), 0), to, q.s.owner(), 15*time.Second)
	if err == nil {
		defer conn.Close()
		conn.SetReadTimeout(15 * time.Second)
		conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(wire))), wire...))
		var reply []byte
		if reply, err = readMessage(conn); err == nil && len(reply) >= 12 {
			rcode := dns.RcodeName(int(reply[3] & 15))
			z.logf(catXferIn, info, "forwarded dynamic update: primary %s returned: %s", hashPort(to), rcode)
			span.End(trace.OK, trace.Text(rcode))
			return reply
		}
	}
	z.logf(catXferIn, info, "could not forward dynamic update to %s: %s", hashPort(to), socketResult(err))
	span.End(trace.TempFail, trace.Text(socketResult(err)))
	return nil
}
