package userland

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// optText is the OPT pseudo section (RFC 6891).
func optText(m *reply) string {
	o := m.IsEdns0()
	if o == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, ";; OPT PSEUDOSECTION:\n; EDNS: version: %d, flags:", o.Version())
	if o.Hdr.Ttl&0x8000 != 0 {
		b.WriteString(" do")
	}
	if o.Hdr.Ttl&0x4000 != 0 {
		b.WriteString(" co")
	}
	if rest := o.Hdr.Ttl & 0x3fff; rest != 0 {
		fmt.Fprintf(&b, "; MBZ: 0x%04x, udp: %d\n", rest, o.UDPSize())
	} else {
		fmt.Fprintf(&b, "; udp: %d\n", o.UDPSize())
	}
	for _, x := range optionList(m.wire, o) {
		b.WriteString(x.text(m.cookie))
	}
	return b.String()
}

// optionList returns the options as they are in the packet, or where that
// cannot be had, from the parsed record.
func optionList(wire []byte, o *mdns.OPT) []ednsOption {
	packed := make([]byte, len(wire)+mdns.Len(o)+16)
	end, err := mdns.PackRR(o, packed, 0, nil, false)
	if err != nil || end < 11 {
		return nil
	}
	var list []ednsOption
	for data := packed[11:end]; len(data) >= 4; {
		n := int(binary.BigEndian.Uint16(data[2:]))
		if len(data) < 4+n {
			break
		}
		list = append(list, ednsOption{binary.BigEndian.Uint16(data), data[4 : 4+n]})
		data = data[4+n:]
	}
	return list
}

// text is the line of one option.
func (x ednsOption) text(cookie cookieState) string {
	d := x.data
	switch x.code {
	case mdns.EDNS0NSID:
		return "; NSID:" + hexAndText(d) + "\n"
	case mdns.EDNS0COOKIE:
		return "; COOKIE:" + cookieText(d, cookie) + "\n"
	case mdns.EDNS0SUBNET:
		if text, ok := subnetText(d); ok {
			return "; CLIENT-SUBNET: " + text + "\n"
		}
		return "; CLIENT-SUBNET:" + hexAndText(d) + "\n"
	case mdns.EDNS0EXPIRE:
		if len(d) == 4 {
			n := binary.BigEndian.Uint32(d)
			return fmt.Sprintf("; EXPIRE: %d (%s)\n", n, dns.TTLWords(n))
		}
		return "; EXPIRE:" + hexAndText(d) + "\n"
	case mdns.EDNS0TCPKEEPALIVE:
		if len(d) == 2 {
			n := binary.BigEndian.Uint16(d)
			return fmt.Sprintf("; TCP KEEPALIVE: %d.%d secs\n", n/10, n%10)
		}
		return "; TCP KEEPALIVE:" + hexAndText(d) + "\n"
	case mdns.EDNS0PADDING:
		if len(d) > 0 {
			return fmt.Sprintf("; PAD: (%d bytes)\n", len(d))
		}
		return "; PAD:\n"
	case mdns.EDNS0EDE:
		return edeText(d)
	}
	return fmt.Sprintf("; OPT=%d:", x.code) + hexAndText(d) + "\n"
}

func cookieText(d []byte, state cookieState) string {
	if len(d) == 0 {
		return ""
	}
	text := " " + hex.EncodeToString(d)
	switch {
	case state == goodCookie && len(d) >= 16:
		text += " (good)"
	case state == goodCookie:
		text += " (echoed)"
	case state == badCookie:
		text += " (bad)"
	}
	return text
}

func hexAndText(d []byte) string {
	if len(d) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte(' ')
	for _, c := range d {
		fmt.Fprintf(&b, "%02x ", c)
	}
	return b.String() + `("` + printable(d) + `")`
}

// printable replaces what is not printable ASCII by dots.
func printable(d []byte) string {
	text := []byte(nil)
	for _, c := range d {
		if c < ' ' || c > '~' {
			c = '.'
		}
		text = append(text, c)
	}
	return string(text)
}

// subnetText is address/source/scope (RFC 7871).
func subnetText(d []byte) (string, bool) {
	if len(d) < 4 {
		return "", false
	}
	family, source, scope := binary.BigEndian.Uint16(d), int(d[2]), int(d[3])
	size := map[uint16]int{1: 4, 2: 16}[family]
	if family == 0 && len(d) == 4 {
		return "0/0/0", true
	}
	if size == 0 || source > size*8 || scope > size*8 || len(d)-4 != (source+7)/8 {
		return "", false
	}
	raw := make([]byte, size)
	copy(raw, d[4:])
	addr, _ := netip.AddrFromSlice(raw)
	return fmt.Sprintf("%s/%d/%d", addr, source, scope), true
}

// edeText is an extended DNS error (RFC 8914).
func edeText(d []byte) string {
	switch len(d) {
	case 0:
		return "; EDE:\n"
	case 1:
		return fmt.Sprintf("; EDE: %02x (\"%s\")\n", d[0], printable(d))
	}
	code := binary.BigEndian.Uint16(d)
	text := fmt.Sprintf("; EDE: %d", code)
	names := [...]string{"Other", "Unsupported DNSKEY Algorithm", "Unsupported DS Digest Type", "Stale Answer", "Forged Answer",
		"DNSSEC Indeterminate", "DNSSEC Bogus", "Signature Expired", "Signature Not Yet Valid", "DNSKEY Missing", "RRSIGs Missing",
		"No Zone Key Bit Set", "NSEC Missing", "Cached Error", "Not Ready", "Blocked", "Censored", "Filtered", "Prohibited",
		"Stale NXDOMAIN Answer", "Not Authoritative", "Not Supported", "No Reachable Authority", "Network Error", "Invalid Data"}
	if int(code) < len(names) {
		text += " (" + names[code] + ")"
	}
	if extra := string(d[2:]); extra != "" {
		text += ": (" + extra + ")"
	}
	return text + "\n"
}
