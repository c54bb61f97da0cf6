package userland

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/pcap"
	"mxlab/sim/pcap/filter"
	"mxlab/sim/vnet"
)

// live captures on an interface until the count, Ctrl+C or SIGTERM.
func (t *tcpdump) live() int {
	iface, status := t.device()
	if status != 0 {
		return status
	}
	if t.list {
		t.p.Printf("Data link types for %s (use option -y to set):\n  %s (%s)\n", t.iface, t.link.Name(), t.link.Description())
		return 0
	}
	if iface == nil {
		fmt.Fprintf(t.p.Stderr, "tcpdump: data link type %s\n", t.link.Name())
	}
	if err := t.compile(iface); err != nil {
		return t.fail("%s", err)
	}
	if err := t.create(); err != nil {
		return t.fail("%s", err)
	}
	if t.show.Verbose == 0 && t.out == nil {
		fmt.Fprint(t.p.Stderr, "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n")
	} else {
		fmt.Fprint(t.p.Stderr, "tcpdump: ")
	}
	fmt.Fprintf(t.p.Stderr, "listening on %s, link-type %s (%s), snapshot length %d bytes\n", t.iface, t.link.Name(), t.link.Description(), t.snap)
	t.capture(iface)
	return 0
}

// device finds the interface; nil stands for all. The default is the first one
// that is up.
func (t *tcpdump) device() (*vnet.Iface, int) {
	list := interfacesOf(t.p.Host)
	if t.iface == "" {
		t.iface = "any"
		for _, i := range append(list[1:len(list):len(list)], list[0]) {
			if i.up {
				t.iface = i.name
				break
			}
		}
	}
	if n, err := strconv.Atoi(t.iface); err == nil && n > 0 && n <= len(list) {
		t.iface = list[n%len(list)].name // the order of -D
	}
	at := slices.IndexFunc(list, func(i netInterface) bool { return i.name == t.iface })
	switch {
	case t.p.Cred.UID != 0:
		return nil, t.fail("%s: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)", t.iface)
	case t.iface == "any":
		t.link = pcap.LinuxSLL2
		return nil, 0
	case at < 0:
		return nil, t.fail("%s: No such device exists\n(No such device exists)", t.iface)
	case !list[at].up && !list[at].loopback:
		return nil, t.fail("%s: That device is not up", t.iface)
	}
	t.link = pcap.Ethernet
	return t.p.Host.Node.Iface(t.iface), 0
}

// capture shows what the tap sees. In the foreground of a terminal it goes on
// until Ctrl+C, while the terminal is free for what happens elsewhere.
func (t *tcpdump) capture(iface *vnet.Iface) {
	tap := t.p.Host.Node.Tap(iface)
	defer tap.Close()
	if own := t.ownSession(); own != nil {
		tap.Batch(own)
	}
	stopped := false
	t.p.OnSignal = func(s host.Signal) bool {
		if s != host.SIGINT && s != host.SIGTERM && s != host.SIGHUP {
			return false
		}
		stopped = true
		tap.Changed.Broadcast()
		return true
	}
	received := 0
	last := false
	for !last && !stopped {
		for _, s := range tap.Take() {
			pkt := t.frame(&s)
			if t.direction == "in" && s.Out || t.direction == "out" && !s.Out ||
				!t.pass.Match(&filter.Packet{Data: pkt.Data, Len: pkt.Len, Out: s.Out}) {
				continue
			}
			received++
			if !last {
				last = t.packet(pkt)
			}
		}
		if last || stopped || tap.Pending() {
			continue
		}
		if tty := t.p.TTY; tty != nil && slices.ContainsFunc(tty.Foreground(), func(f *host.Proc) bool { return f.PGID == t.p.PGID }) {
			tty.Linger(t.p.Task, &tap.Changed)
		} else {
			tap.Changed.Wait(t.p.Task)
		}
	}
	if stopped && t.out == nil {
		t.p.Print("\n")
	}
	fmt.Fprintf(t.p.Stderr, "%s captured\n%s received by filter\n%s dropped by kernel\n",
		packets(t.got), packets(received), packets(tap.Dropped()))
}

// ownSession returns a test for the packets of the ssh session in whose
// terminal the capture is shown, nil if it is not shown in one.
func (t *tcpdump) ownSession() func(*vnet.Packet) bool {
	f := strings.Fields(t.p.Env.Get("SSH_CONNECTION"))
	if len(f) != 4 || t.p.Stdout.TTY() == nil {
		return nil
	}
	client, server := endpoint(f[0], f[1]), endpoint(f[2], f[3])
	return func(p *vnet.Packet) bool {
		src, dst := netip.AddrPortFrom(p.Src, p.SrcPort), netip.AddrPortFrom(p.Dst, p.DstPort)
		return p.Proto == vnet.ProtoTCP && (src == client && dst == server || src == server && dst == client)
	}
}

// endpoint is an address and a port, the zero value if they are none.
func endpoint(addr, port string) netip.AddrPort {
	a, err := netip.ParseAddr(addr)
	n, perr := strconv.ParseUint(port, 10, 16)
	if err != nil || perr != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(n))
}

// frame is a sighting as the kernel hands it to libpcap; on "any" with the
// header of a cooked capture (LINKTYPE_LINUX_SLL2).
func (t *tcpdump) frame(s *vnet.Sighting) *pcap.Packet {
	data, wire := s.AppendFrame(nil)
	pkt := &pcap.Packet{Time: t.p.Host.Clock.Start().Add(s.At).In(t.show.Zone), Data: data, Len: wire, Link: t.link}
	if t.link != pcap.LinuxSLL2 {
		return pkt
	}
	index := 1 + slices.Index(t.p.Host.Node.Ifaces(), s.Iface)
	kind, hard := byte(0), uint16(1)
	switch {
	case s.Out:
		kind = 4
	case string(data[:6]) == "\xff\xff\xff\xff\xff\xff":
		kind = 1
	case data[0]&1 != 0:
		kind = 2
	}
	if s.Iface.Link() == nil {
		hard = 772 // ARPHRD_LOOPBACK
	}
	b := append([]byte{}, data[12], data[13], 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(index))
	b = binary.BigEndian.AppendUint16(b, hard)
	b = append(append(append(b, kind, 6), data[6:12]...), 0, 0)
	pkt.Data, pkt.Len = append(b, data[14:]...), wire+6
	return pkt
}

// packets is a number of packets in words.
func packets(n int) string {
	if n == 1 {
		return "1 packet"
	}
	return decimal(n) + " packets"
}

func decimal(n int) string { return strconv.Itoa(n) }
