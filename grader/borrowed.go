package grader

import (
	"net/netip"
	"time"

	"mxlab/scenarios"
	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
)

// borrowed makes an attempt with the source address of somebody who has no host
// in the network. Answers go to that address and not back to the host that
// borrowed it, so what counts is what the trace shows of the host meant: whether
// it discarded the packet or answered it.
func (p *probe) borrowed(f *scenarios.Flow, h *host.Host, to netip.AddrPort) (got, detail string) {
	as, err := netip.ParseAddr(f.As)
	if err != nil {
		return unreachable, err.Error()
	}
	ifaces := h.Node.Ifaces()
	own := netip.PrefixFrom(as, as.BitLen())
	for _, i := range ifaces {
		if len(i.Addrs()) == 0 || i.Addrs()[0].Addr().IsLoopback() {
			continue
		}
		if err := i.AddAddr(own); err != nil {
			return unreachable, err.Error()
		}
		defer i.DelAddr(own)
		break
	}
	before := uint64(p.w.Log().Len())
	c, err := h.Node.DialTCP(p.t, netip.AddrPortFrom(as, uint16(f.OwnPort)), to, vnet.Owner{}, 5*time.Second)
	if err == nil {
		c.Close()
	}
	return p.fate(before, f.To, as), ""
}

// fate tells what became of packets between a host and an address since an
// event of the trace.
func (p *probe) fate(before uint64, name string, as netip.Addr) string {
	got := unreachable
	p.w.Log().After(before, func(e *trace.Event) bool {
		if e.Node != name {
			return true
		}
		d, discarded := e.Data.(*vnet.Discard)
		switch pk := vnet.PacketOf(e.Data); {
		case discarded && e.Kind == trace.Drop && (d.Src == as || d.Dst == as):
			got = dropped
			if e.Outcome == trace.Refused {
				got = closed
			}
		case pk != nil && pk.Dst == as && pk.Proto == vnet.ProtoTCP:
			got = open
			if pk.Flags&vnet.RST != 0 {
				got = closed
			}
		default:
			return true
		}
		return false
	})
	return got
}
