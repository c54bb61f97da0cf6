package userland

import (
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net/netip"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// dnsPort is a socket towards one name server, over UDP or TCP, as the query
// tools use it: messages out, messages in, one at a time.
type dnsPort struct {
	p      *host.Proc
	local  netip.AddrPort
	remote netip.AddrPort
	udp    *vnet.UDPSocket
	tcp    *vnet.Conn
	queue  []*vnet.Datagram
	err    error
	signal vtime.Signal
}

func socketOwner(p *host.Proc) vnet.Owner {
	return vnet.Owner{PID: p.PID, Name: p.Name(), UID: int(p.Cred.UID)}
}

// anyAddr is the wildcard address of the family of a.
func anyAddr(a netip.Addr) netip.Addr {
	if a.Is6() {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// openUDP makes a UDP socket that is connected to remote. local may be the zero
// value. Errors are those of bind(2) and connect(2).
func openUDP(p *host.Proc, local, remote netip.AddrPort) (*dnsPort, error) {
	if !local.Addr().IsValid() {
		local = netip.AddrPortFrom(anyAddr(remote.Addr()), local.Port())
	}
	d := &dnsPort{p: p, remote: remote}
	sock, err := p.Host.Node.ListenUDP(local, socketOwner(p), func(m *vnet.Datagram) {
		if m.Src == remote && len(d.queue) < 64 {
			d.queue = append(d.queue, m)
			d.signal.Broadcast()
		}
	})
	if err != nil {
		return nil, err
	}
	sock.OnICMP(func(e vnet.ICMPError) {
		if e.Fatal { // the others are not told to a socket without IP_RECVERR
			d.err = e.Err
			d.signal.Broadcast()
		}
	})
	if err := sock.Connect(remote); err != nil {
		sock.Close()
		return nil, err
	}
	d.udp, d.local = sock, sock.Local()
	return d, nil
}

// openTCP connects to remote within timeout.
func openTCP(p *host.Proc, local, remote netip.AddrPort, timeout time.Duration) (*dnsPort, error) {
	c, err := p.Host.Node.DialTCP(p.Task, local, remote, socketOwner(p), timeout)
	if err != nil {
		return nil, err
	}
	return &dnsPort{p: p, remote: remote, tcp: c, local: c.Local()}, nil
}

// send sends one message, with the length in front on TCP (RFC 1035 4.2.2).
func (d *dnsPort) send(wire []byte) error {
	if d.udp != nil {
		return d.udp.SendTo(d.remote, wire)
	}
	_, err := d.tcp.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(wire))), wire...))
	return err
}

// receive waits for the next message, at most for timeout.
func (d *dnsPort) receive(timeout time.Duration) ([]byte, error) {
	if d.tcp != nil {
		return d.receiveTCP(timeout)
	}
	end := d.p.Host.Clock.Since() + timeout
	for len(d.queue) == 0 {
		if err := d.err; err != nil {
			d.err = nil
			return nil, err
		}
		left := end - d.p.Host.Clock.Since()
		if left <= 0 {
			return nil, vnet.ErrDeadline
		}
		d.signal.WaitFor(d.p.Task, left)
	}
	m := d.queue[0]
	d.queue = d.queue[1:]
	becauseOf(d.p.Host, m.Seq)
	return m.Payload, nil
}

func (d *dnsPort) receiveTCP(timeout time.Duration) ([]byte, error) {
	d.tcp.SetReadTimeout(timeout)
	var size [2]byte
	if _, err := io.ReadFull(d.tcp, size[:]); err != nil {
		return nil, err
	}
	buf := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(d.tcp, buf); err != nil {
		return nil, err
	}
	return buf, nil
}

func (d *dnsPort) close() {
	if d.udp != nil {
		d.udp.Close()
	}
	if d.tcp != nil {
		d.tcp.Close()
	}
}

// becauseOf makes the trace event seq the cause of what the process does next.
func becauseOf(h *host.Host, seq uint64) {
	if seq != 0 {
		s := h.Clock.Scope()
		s.Cause = seq
		h.Clock.SetScope(s)
	}
}

// resultText is the text BIND's tools have for a failed exchange (isc_result_t).
func resultText(err error) string {
	switch {
	case errors.Is(err, vnet.ErrDeadline), errors.Is(err, vnet.ETIMEDOUT):
		return "timed out"
	case errors.Is(err, vnet.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, vnet.ECONNRESET), errors.Is(err, vnet.EPIPE):
		return "connection reset"
	case errors.Is(err, vnet.EHOSTUNREACH):
		return "host unreachable"
	case errors.Is(err, vnet.ENETUNREACH), errors.Is(err, vnet.ENETDOWN):
		return "network unreachable"
	case errors.Is(err, vnet.EADDRNOTAVAIL):
		return "address not available"
	case errors.Is(err, vnet.EADDRINUSE):
		return "address in use"
	case errors.Is(err, vnet.EACCES), errors.Is(err, vnet.EPERM):
		return "permission denied"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "end of file"
	}
	return "failure"
}

type toolRandom struct{ name string }

// random returns the host's generator for a tool. It goes on from one run of
// the tool to the next.
func toolRand(h *host.Host, tool string) *rand.Rand {
	key := toolRandom{tool}
	r, _ := h.Value(key).(*rand.Rand)
	if r == nil {
		r = h.Clock.Rand(tool + " " + h.Name)
		h.SetValue(key, r)
	}
	return r
}

// emitLookup opens a trace span for a question of a query tool.
func openLookup(p *host.Proc, name string, qtype uint16) *trace.Span {
	return p.Host.Log.Open(trace.Event{Kind: trace.DNSLookup, Node: p.Host.Name, Data: &host.Question{Name: name, Type: qtype}})
}
