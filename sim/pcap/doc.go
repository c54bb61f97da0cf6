// Package pcap reads and writes the files in which captures of packets are
// kept: pcap (draft-ietf-opsawg-pcap), as tcpdump -w writes it, and pcapng
// (draft-ietf-opsawg-pcapng) with interface names and comments.
//
// Files may come from anywhere: what is read is bounded, and an error says what
// libpcap 1.10 says of the file.
//
// It leaves out the custom, statistics, name resolution and secrets blocks of
// pcapng, which readers skip and the writer does not write.
package pcap

import "time"

// Packet is a captured packet.
type Packet struct {
	Time    time.Time
	Data    []byte // from the link header on
	Len     int    // length on the wire; larger than len(Data) if it was cut
	Link    Link   // what the link header is
	Iface   string // pcapng: name of the interface, "" if not given
	Comment string // pcapng
}

// Link is a LINKTYPE_ value.
type Link uint16

// Link types that are known by name.
const (
	Null      Link = 0
	Ethernet  Link = 1
	Raw       Link = 101
	LinuxSLL  Link = 113
	IPv4      Link = 228
	IPv6      Link = 229
	LinuxSLL2 Link = 276
)

var linkNames = map[Link][2]string{
	Null: {"NULL", "BSD loopback"}, Ethernet: {"EN10MB", "Ethernet"}, Raw: {"RAW", "Raw IP"}, LinuxSLL: {"LINUX_SLL", "Linux cooked v1"},
	IPv4: {"IPV4", "Raw IPv4"}, IPv6: {"IPV6", "Raw IPv6"}, LinuxSLL2: {"LINUX_SLL2", "Linux cooked v2"},
}

// Name returns the name after DLT_, "" if it is not known here.
func (l Link) Name() string { return linkNames[l][0] }

// Description returns what libpcap says of the link type.
func (l Link) Description() string { return linkNames[l][1] }

// MaxSnap is the largest length of a captured packet (MAXIMUM_SNAPLEN).
const MaxSnap = 262144
