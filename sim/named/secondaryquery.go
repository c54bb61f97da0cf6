package named

import (
	"encoding/binary"
	"net/netip"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/vnet"
)

// address and key of the primary being asked.
func (d *secondary) target() (netip.AddrPort, string) {
	p := d.z.conf.Primaries.Servers[d.primary]
	key := p.Key
	if r := d.z.view.serverRule(p.Addr.Addr()); key == "" && r != nil {
		key = r.Key
	}
	return p.Addr, key
}

// source is transfer-source for the primary's family.
func (d *secondary) source() netip.AddrPort {
	if to, _ := d.target(); to.Addr().Is6() {
		return d.z.conf.TransferSourceV6.Value
	}
	return d.z.conf.TransferSource.Value
}

// ask sends the SOA question to the present primary.
func (d *secondary) ask() {
	s := d.z.server()
	to, key := d.target()
	d.id, d.tries = uint16(s.random().Uint32()), 0
	sock, err := s.host.Node.ListenUDP(netip.AddrPortFrom(d.source().Addr(), 0), s.owner(), d.receive)
	if err == nil {
		d.sock = sock
		err = sock.Connect(to)
	}
	if err != nil {
		d.cannot(err)
		return
	}
	sock.OnError(func(_ netip.AddrPort, err error) { d.cannot(err) })
	d.sendSOA(to, key)
}

func (d *secondary) sendSOA(to netip.AddrPort, key string) {
	s := d.z.server()
	d.tries++
	m := new(mdns.Msg)
	m.Id = d.id
	m.Question = []mdns.Question{{Name: d.z.conf.Name, Qtype: mdns.TypeSOA, Qclass: mdns.ClassINET}}
	if d.tries <= soaTries {
		m.SetEdns0(uint16(d.z.view.ednsSize()), false)
	}
	wire, err := m.Pack()
	if key != "" {
		wire, d.mac, err = s.signed(m, key, "", false)
	}
	if err == nil {
		err = d.sock.SendTo(to, wire)
	}
	if err != nil {
		d.cannot(err)
		return
	}
	s.clock.Arm(&d.wait, soaWait, func() {
		if d.tries < 2*soaTries {
			d.sendSOA(to, key)
			return
		}
		d.z.logf(catGeneral, info, "refresh: retry limit for primary %s exceeded (source %s)", hashPort(to), hashPort(d.source()))
		d.closeQuery()
		if d.z.conf.TryTCPRefresh.Value {
			d.startTransfer()
			return
		}
		d.nextPrimary()
	})
}

func (d *secondary) cannot(err error) {
	if d.sock == nil && !d.busy {
		return
	}
	to, _ := d.target()
	d.z.logf(catGeneral, info, "refresh: failure trying primary %s (source %s): %s", hashPort(to), hashPort(d.source()), socketResult(err))
	d.nextPrimary()
}

func (d *secondary) closeQuery() {
	d.wait.Stop()
	if d.sock != nil {
		d.sock.Close()
		d.sock = nil
	}
}

// receive takes the primary's SOA.
func (d *secondary) receive(g *vnet.Datagram) {
	if len(g.Payload) < 12 || binary.BigEndian.Uint16(g.Payload) != d.id || g.Payload[2]&0x80 == 0 {
		return
	}
	d.closeQuery()
	z := d.z
	to, _ := d.target()
	var m mdns.Msg
	if err := m.Unpack(g.Payload); err != nil {
		z.logf(catGeneral, info, "refresh: failure trying primary %s (source %s): FORMERR", hashPort(to), hashPort(d.source()))
		d.nextPrimary()
		return
	}
	soa := soaOf(&m, z.conf.Name)
	if why := d.signatureFault(g.Payload, &m); why != "" {
		z.logf(catGeneral, info, "refresh: failure trying primary %s (source %s): %s", hashPort(to), hashPort(d.source()), why)
		d.nextPrimary()
		return
	}
	switch {
	case m.Rcode != mdns.RcodeSuccess:
		z.logf(catGeneral, info, "refresh: unexpected rcode (%s) from primary %s (source %s)", dns.RcodeName(m.Rcode), hashPort(to), hashPort(d.source()))
		if m.Rcode == mdns.RcodeRefused { // perhaps only questions are
			d.startTransfer()
			return
		}
		d.nextPrimary()
	case !m.Authoritative:
		z.logf(catGeneral, info, "refresh: non-authoritative answer from primary %s (source %s)", hashPort(to), hashPort(d.source()))
		d.nextPrimary()
	case soa == nil:
		z.logf(catGeneral, info, "refresh: no SOA RR in answer from primary %s (source %s)", hashPort(to), hashPort(d.source()))
		d.nextPrimary()
	case z.data == nil || d.force || dns.SerialNewer(soa.Serial, z.data.Serial()):
		d.startTransfer()
	case soa.Serial == z.data.Serial():
		d.upToDate()
	default:
		z.logf(catGeneral, info, "serial number (%d) received from primary %s < ours (%d)", soa.Serial, hashPort(to), z.data.Serial())
		d.nextPrimary()
	}
}

// signatureFault is BIND's text of what is wrong with the signature of a reply, ""
// if nothing is.
func (d *secondary) signatureFault(wire []byte, m *mdns.Msg) string {
	if _, key := d.target(); key == "" {
		return ""
	}
	t := m.IsTsig()
	switch {
	case t == nil:
		return "expected a TSIG or SIG(0)"
	case t.Error != 0:
		return "tsig indicates error"
	}
	switch d.z.server().checkMAC(wire, t, d.mac, false) {
	case 0:
		return ""
	case mdns.RcodeBadTime:
		return "clocks are unsynchronized"
	}
	return "tsig verify failure"
}

func soaOf(m *mdns.Msg, name string) *mdns.SOA {
	for _, rr := range m.Answer {
		if soa, ok := rr.(*mdns.SOA); ok && equalNames(soa.Hdr.Name, name) {
			return soa
		}
	}
	return nil
}
