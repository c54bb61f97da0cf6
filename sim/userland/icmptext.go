package userland

import (
	"fmt"

	"mxlab/sim/vnet"
)

// icmpText is what ping says about an ICMP error (RFC 792, RFC 4443).
func icmpText(r vnet.EchoReply, v6 bool) string {
	if v6 {
		return icmp6Text(r)
	}
	unreachable := map[uint8]string{
		0: "Destination Net Unreachable", 1: "Destination Host Unreachable", 2: "Destination Protocol Unreachable",
		3: "Destination Port Unreachable", 4: "Frag needed and DF set", 5: "Source Route Failed", 6: "Destination Net Unknown",
		7: "Destination Host Unknown", 9: "Destination Net Prohibited", 10: "Destination Host Prohibited",
		11: "Destination Net Unreachable for Type of Service", 12: "Destination Host Unreachable for Type of Service", 13: "Packet filtered",
		14: "Precedence Violation", 15: "Precedence Cutoff",
	}
	switch r.Type {
	case 3:
		if r.Code == 4 && r.MTU > 0 {
			return fmt.Sprintf("Frag needed and DF set (mtu = %d)", r.MTU)
		}
		if text, ok := unreachable[r.Code]; ok {
			return text
		}
		return fmt.Sprintf("Dest Unreachable, Bad Code: %d", r.Code)
	case 11:
		if r.Code == 1 {
			return "Frag reassembly time exceeded"
		}
		return "Time to live exceeded"
	}
	return fmt.Sprintf("Bad ICMP type: %d", r.Type)
}

func icmp6Text(r vnet.EchoReply) string {
	unreachable := map[uint8]string{0: "No route", 1: "Administratively prohibited", 2: "Beyond scope of source address",
		3: "Address unreachable", 4: "Port unreachable"}
	switch r.Type {
	case 1:
		if text, ok := unreachable[r.Code]; ok {
			return "Destination unreachable: " + text
		}
		return fmt.Sprintf("Destination unreachable: Unknown code %d", r.Code)
	case 2:
		return fmt.Sprintf("Packet too big: mtu=%d", r.MTU)
	case 3:
		return "Time exceeded: Hop limit"
	}
	return fmt.Sprintf("unknown icmp type: %d", r.Type)
}

// pingUsage is what ping prints for a wrong option.
const pingUsage = `
Usage
  ping [options] <destination>

Options:
  <destination>      dns name or ip address
  -a                 use audible ping
  -A                 use adaptive ping
  -B                 sticky source address
  -c <count>         stop after <count> replies
  -C                 call connect() syscall on socket creation
  -D                 print timestamps
  -d                 use SO_DEBUG socket option
  -e <identifier>    define identifier for ping session, default is random for
                     SOCK_RAW and kernel defined for SOCK_DGRAM
  -f                 flood ping
  -h                 print help and exit
  -I <interface>     either interface name or address
  -i <interval>      seconds between sending each packet
  -L                 suppress loopback of multicast packets
  -l <preload>       send <preload> number of packages while waiting replies
  -m <mark>          tag the packets going out
  -M <pmtud opt>     define mtu discovery, can be one of <do|dont|want>
  -n                 no dns name resolution
  -O                 report outstanding replies
  -p <pattern>       contents of padding byte
  -q                 quiet output
  -Q <tclass>        use quality of service <tclass> bits
  -s <size>          use <size> as number of data bytes to be sent
  -S <size>          use <size> as SO_SNDBUF socket option value
  -t <ttl>           define time to live
  -U                 print user-to-user latency
  -v                 verbose output
  -V                 print version and exit
  -w <deadline>      reply wait <deadline> in seconds
  -W <timeout>       time to wait for response

IPv4 options:
  -4                 use IPv4
  -b                 allow pinging broadcast
  -R                 record route
  -T <timestamp>     define timestamp, can be one of <tsonly|tsandaddr|tsprespec>

IPv6 options:
  -6                 use IPv6
  -F <flowlabel>     define flow label, default is random
  -N <nodeinfo opt>  use icmp6 node info query, try <help> as argument

For more details see ping(8).
`
