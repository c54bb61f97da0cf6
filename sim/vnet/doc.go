// Package vnet models the network of a world: hosts' IP stacks, links between
// them, routers, the filters of ISPs; UDP, TCP and ICMP over IPv4 and IPv6.
//
// Packets are values. When a packet is sent, its whole path is walked hop by
// hop through the routing tables of the nodes it meets (TTL, netfilter hooks,
// port filters, link latency and loss). The result is one trace event at the
// time of sending and, when the packet arrives, one timer. The destination's
// Prerouting and Input hooks run on arrival. Answers of the network (port
// unreachable, no route, a REJECT) are ICMP packets of their own, which can be
// filtered or lost as any other.
//
// Everything is event-driven in virtual time. Only [Node.DialTCP],
// [Conn.Read] and [Node.Echo] wait.
//
// What it follows: RFC 791, 8200 (IP), 792, 4443 (ICMP), 768 (UDP), 9293
// (TCP), and where those leave a choice the behaviour of a Linux host.
//
// A TCP write of up to 64 kB is one segment and one event, as a capture shows
// it on a host with segmentation offload. The ACK for it has no event; whether
// it would come back decides about retransmission.
//
// Captures are made of the trace, live ([Node.Tap]) or afterwards
// ([Net.WriteCapture]). An [Observer] adds what the trace leaves out: Ethernet,
// ARP and neighbour discovery, and those ACKs.
//
// Links have an MTU. What is larger goes in fragments, which are lost together
// and which a link may drop, or is refused with ICMP, from which the sender
// learns the path's MTU (mtu.go; RFC 1191, 8201). Bandwidth is a delay of
// transmission; loss is drawn from the world's seed, for each packet and for
// each fragment.
//
// What it leaves out: Ethernet and ARP as packets (a neighbour that does not
// answer fails after 3 s; [Iface.Neighbours] tells who was met), congestion
// control and queueing, overlapping or late fragments, limits on the rate of
// ICMP errors, link-local addresses, multicast, broadcast, dynamic routing
// protocols.
package vnet
