package vnet

import "net/netip"

// Point is one of netfilter's hook points.
type Point uint8

// The points in the order a forwarded and a local packet pass them.
const (
	Prerouting  Point = iota // arrived, before the routing decision
	Input                    // for this node
	Forward                  // through this node
	Output                   // from this node
	Postrouting              // leaving, after the routing decision
)

var pointNames = [...]string{"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"}

// String returns netfilter's name, such as "PREROUTING".
func (p Point) String() string {
	if int(p) < len(pointNames) {
		return pointNames[p]
	}
	return "?"
}

// Action is what a filter does with a packet.
type Action uint8

const (
	Accept Action = iota // let it pass
	Drop                 // discard it silently
	Reject               // discard it and tell the sender
)

// RejectWith is the answer of a Reject, with the names of iptables'
// --reject-with. The same value serves IPv4 and IPv6.
type RejectWith uint8

const (
	PortUnreachable RejectWith = iota // icmp-port-unreachable, the default
	NetUnreachable
	HostUnreachable
	ProtoUnreachable
	NetProhibited
	HostProhibited
	AdminProhibited
	TCPReset // tcp-reset; for packets that are not TCP it counts as PortUnreachable
)

var rejectNames = [...]string{"icmp-port-unreachable", "icmp-net-unreachable", "icmp-host-unreachable",
	"icmp-proto-unreachable", "icmp-net-prohibited", "icmp-host-prohibited", "icmp-admin-prohibited", "tcp-reset"}

// String returns the name iptables uses for IPv4.
func (r RejectWith) String() string {
	if int(r) < len(rejectNames) {
		return rejectNames[r]
	}
	return "?"
}

// Verdict is a filter's decision. Its zero value accepts.
type Verdict struct {
	Action Action
	With   RejectWith // for Reject
	Rule   string     // what decided, for the trace, such as `INPUT 3: -p tcp --dport 25 -j DROP`
}

// Hook decides about a packet at a point of a node. It runs as a callback and
// may rewrite addresses and ports of the packet and of the packet an ICMP error
// quotes (NAT), but not the payload. in is nil for packets the node sends itself, out is
// nil at Prerouting and Input. The ACK of a TCP segment, which has no event of
// its own, passes the hooks as well, with Event 0.
type Hook func(at Point, p *Packet, in, out *Iface) Verdict

// SetHook installs the node's netfilter. With nil everything passes, at no
// cost.
func (nd *Node) SetHook(h Hook) { nd.hook = h }

// PortFilter is an ISP's filter on a router, such as "customers may not send
// to port 25". It looks at packets the router forwards.
type PortFilter struct {
	Name      string         // shown in the trace
	Proto     uint8          // ProtoTCP, ProtoUDP; 0 for both
	Port      uint16         // destination port; 0 for all
	Inbound   bool           // packets towards a customer
	Outbound  bool           // packets from a customer
	Customers []netip.Prefix // none: everybody
	Except    []netip.Addr   // customers that are not filtered (a business line)
	Action    Action         // Drop or Reject; Accept switches the filter off
	With      RejectWith
}
