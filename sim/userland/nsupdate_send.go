package userland

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
)

// send carries out what was collected:
//
//  1. Without the command zone, the zone of the first name is asked for: by its SOA
//     record, at the server that was chosen, or the host's resolvers.
//  2. Without the command server, the primary in that SOA record is the server.
//  3. The update goes to the first server that answers.
func (n *nsupdate) send() {
	if len(n.prerequisites)+len(n.changes) == 0 && n.zone == "" {
		return
	}
	zone, primary := n.zone, ""
	if zone == "" || !n.chosen {
		var ok bool
		if zone, primary, ok = n.findZone(); !ok {
			return
		}
	}
	servers := n.servers
	if !n.chosen {
		addrs, _, err := n.p.Host.LookupAddrs(n.p.Task, strings.TrimSuffix(primary, "."), host.AnyFamily)
		if err != nil || len(addrs) == 0 {
			fmt.Fprintf(n.p.Stderr, "couldn't get address for '%s': not found\n", dns.Display(primary))
			n.end(1)
			return
		}
		for _, a := range addrs {
			servers = append(servers, netip.AddrPortFrom(a, n.port))
		}
	}
	n.deliver(zone, servers)
}

// end stops the program as nsupdate does when it cannot go on.
func (n *nsupdate) end(status int) {
	if n.terminal {
		n.failed = true
		return
	}
	n.p.Exit(status)
}

// firstName is the name whose zone is looked for.
func (n *nsupdate) firstName() string {
	switch {
	case n.zone != "":
		return n.zone
	case len(n.prerequisites) > 0:
		return n.prerequisites[0].Header().Name
	}
	return n.changes[0].Header().Name
}

// findZone asks for the SOA record of the zone that holds the name. A server may
// answer with a zone above, or with none, and then the parent's name is asked for.
func (n *nsupdate) findZone() (zone, primary string, ok bool) {
	servers := n.servers
	if !n.chosen {
		conf, _ := readIRS(n.p.Host)
		for _, a := range conf.servers {
			servers = append(servers, netip.AddrPortFrom(a, 53))
		}
	}
	for name := n.firstName(); ; name = dns.Parent(name) {
		m := n.askSOA(servers, name)
		if m == nil {
			return "", "", false
		}
		for _, section := range [2][]mdns.RR{m.Answer, m.Ns} {
			for _, rr := range section {
				if soa, isSOA := rr.(*mdns.SOA); isSOA {
					n.debugf("Found zone name: %s\nThe primary is: %s\n", dns.Display(soa.Hdr.Name), dns.Display(soa.Ns))
					return soa.Hdr.Name, soa.Ns, true
				}
			}
		}
		if name == "." {
			fmt.Fprint(n.p.Stderr, "response to SOA query didn't contain an SOA\n")
			n.end(1)
			return "", "", false
		}
	}
}

func (n *nsupdate) debugf(format string, args ...any) {
	if n.debug {
		fmt.Fprintf(n.p.Stderr, format, args...)
	}
}

// askSOA asks the servers, one after the other. A server that does not know the key
// is asked without it.
func (n *nsupdate) askSOA(servers []netip.AddrPort, name string) *mdns.Msg {
	for _, to := range servers {
		key := n.key
		for {
			m := new(mdns.Msg)
			m.Question = []mdns.Question{{Name: name, Qtype: mdns.TypeSOA, Qclass: n.class}}
			m.RecursionDesired = !n.chosen
			r, err := n.exchange(to, m, key)
			var bad signatureError
			if errors.As(err, &bad) && key != nil {
				key = nil
				continue
			}
			if err != nil {
				n.unreached(to, err)
				break
			}
			n.debugf("Reply from SOA query:\n%s", updateText(r.Msg, true))
			if r.Rcode != mdns.RcodeSuccess && r.Rcode != mdns.RcodeNameError {
				fmt.Fprint(n.p.Stderr, "response to SOA query was unsuccessful\n")
				n.end(1)
				return nil
			}
			return r.Msg
		}
	}
	fmt.Fprint(n.p.Stderr, "could not reach any name server\n")
	n.end(1)
	return nil
}

func (n *nsupdate) unreached(to netip.AddrPort, err error) {
	fmt.Fprintf(n.p.Stderr, "; Communication with %s failed: %s\n", hashText(to), resultText(err))
}

// hashText is address#port.
func hashText(a netip.AddrPort) string { return fmt.Sprintf("%s#%d", a.Addr(), a.Port()) }

// deliver sends the update. Whatever becomes of it, the next one begins anew.
func (n *nsupdate) deliver(zone string, servers []netip.AddrPort) {
	m := &mdns.Msg{Answer: n.prerequisites, Ns: n.changes}
	m.Opcode = mdns.OpcodeUpdate
	m.Question = []mdns.Question{{Name: zone, Qtype: mdns.TypeSOA, Qclass: n.class}}
	n.prerequisites, n.changes = nil, nil
	for _, to := range servers {
		n.debugf("Sending update to %s\n", hashText(to))
		r, err := n.exchange(to, m.Copy(), n.key)
		var bad signatureError
		switch {
		case errors.As(err, &bad):
			fmt.Fprintf(n.p.Stderr, "; TSIG error with server: %s\n", string(bad))
			n.failed = true
		case err != nil:
			n.unreached(to, err)
			continue
		}
		n.result(r)
		return
	}
	n.failed = true
}

// result prints what the server said.
func (n *nsupdate) result(r *reply) {
	n.answer = r
	if r.Rcode != mdns.RcodeSuccess {
		n.failed = true
		detail := ""
		if t := r.IsTsig(); t != nil && t.Error != 0 {
			detail = "(" + dns.TSIGErrorName(t.Error) + ")"
		}
		fmt.Fprintf(n.p.Stderr, "update failed: %s%s\n", dns.RcodeName(r.Rcode), detail)
	}
	n.debugf("\nReply from update query:\n%s\n", updateText(r.Msg, true))
}

// signatureError is what is wrong with the signature of a reply, in BIND's words.
type signatureError string

func (e signatureError) Error() string { return string(e) }

// exchange sends a message and waits for its answer. Over UDP it is sent several
// times; a long one, or all with -v, goes over TCP. With a signatureError there is a
// reply as well.
func (n *nsupdate) exchange(to netip.AddrPort, m *mdns.Msg, key *tsigKey) (*reply, error) {
	m.Id = uint16(toolRand(n.p.Host, "nsupdate").Uint32())
	wire, mac, err := n.pack(m, key)
	if err != nil {
		return nil, err
	}
	if n.debug && m.Opcode == mdns.OpcodeUpdate {
		n.debugf("Outgoing update query:\n%s\n\n", strings.TrimSuffix(updateText(shownUpdate(wire, m), true), "\n"))
	}
	var span = openLookup(n.p, m.Question[0].Name, mdns.TypeSOA)
	defer span.Leave()
	var port *dnsPort
	tcp := n.tcp || len(wire) > mdns.MinMsgSize
	if tcp {
		port, err = openTCP(n.p, n.source, to, min(n.wait, 60*time.Second))
	} else {
		port, err = openUDP(n.p, n.source, to)
	}
	if err != nil {
		return nil, err
	}
	defer port.close()
	tries, wait := n.retries+1, n.udpWait
	if tcp {
		tries, wait = 1, n.wait
	}
	for range tries {
		if err = port.send(wire); err != nil {
			return nil, err
		}
		var b []byte
		for {
			if b, err = port.receive(wait); err != nil {
				break
			}
			if id, isReply, ok := messageHeader(b); ok && isReply && id == m.Id {
				return n.verified(b, key, mac)
			}
		}
		if resultText(err) != "timed out" {
			return nil, err
		}
	}
	return nil, err
}

// shownUpdate is the message as it goes out, without the zone section, which BIND
// does not show here.
func shownUpdate(wire []byte, m *mdns.Msg) *mdns.Msg {
	shown := new(mdns.Msg)
	if shown.Unpack(wire) != nil {
		return m
	}
	return shown
}

// pack makes the wire form, signed if there is a key.
func (n *nsupdate) pack(m *mdns.Msg, key *tsigKey) (wire []byte, mac string, err error) {
	if key == nil {
		wire, err = m.Pack()
		return wire, "", err
	}
	m.SetTsig(key.name, key.algorithm, 300, n.p.Host.Clock.Now().Unix())
	return mdns.TsigGenerate(m, key.secret, "", false)
}

// verified reads a reply and checks its signature.
func (n *nsupdate) verified(b []byte, key *tsigKey, mac string) (*reply, error) {
	r, err := parseReply(b)
	if err != nil || key == nil {
		return r, err
	}
	t := r.IsTsig()
	switch {
	case t == nil:
		return r, signatureError("expected a TSIG or SIG(0)")
	case t.Error != 0:
		return r, signatureError("tsig indicates error")
	}
	err = mdns.TsigVerify(append([]byte(nil), b...), key.secret, mac, false)
	if errors.Is(err, mdns.ErrTime) { // by the world's clock instead
		err = nil
		if d := n.p.Host.Clock.Now().Unix() - int64(t.TimeSigned); max(d, -d) > int64(t.Fudge) {
			return r, signatureError("clocks are unsynchronized")
		}
	}
	if err != nil {
		return r, signatureError("tsig verify failure")
	}
	return r, nil
}
