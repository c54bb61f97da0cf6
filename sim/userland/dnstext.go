package userland

import (
	"encoding/hex"
	"fmt"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// rdataStyle says how the data of a record is written.
type rdataStyle struct {
	multiline bool
	comments  bool // +rrcomments
	noCrypto  bool
	unknown   bool // RFC 3597
	split     int  // characters a word of base64 or hex has, 0: one word
	expand    bool // IPv6 addresses in full
}

// plainRdata is the style of dns_rdata_totext: host, nslookup.
var plainRdata = rdataStyle{split: defaultSplit}

// defaultSplit is the width of a word of base64 or hex in BIND's output.
const defaultSplit = 56

// rdataText writes the data of rr as BIND does.
func rdataText(rr mdns.RR, s rdataStyle) string {
	if s.unknown {
		return unknownText(rr)
	}
	switch rr := rr.(type) {
	case *mdns.NS:
		return bindName(rr.Ns)
	case *mdns.CNAME:
		return bindName(rr.Target)
	case *mdns.DNAME:
		return bindName(rr.Target)
	case *mdns.PTR:
		return bindName(rr.Ptr)
	case *mdns.MX:
		return fmt.Sprintf("%d %s", rr.Preference, bindName(rr.Mx))
	case *mdns.SRV:
		return fmt.Sprintf("%d %d %d %s", rr.Priority, rr.Weight, rr.Port, bindName(rr.Target))
	case *mdns.SOA:
		return soaText(rr, s)
	case *mdns.AAAA:
		if s.expand && len(rr.AAAA) == 16 {
			return expandedIPv6(rr.AAAA)
		}
	case *mdns.LOC:
		return locationText(rr)
	case *mdns.RFC3597:
		return rawText(rr.Rdata)
	case *mdns.TSIG:
		return tsigText(rr)
	}
	if text, ok := securityText(rr, s); ok {
		return text
	}
	text := strings.TrimPrefix(rr.String(), rr.Header().String())
	return strings.TrimRight(text, " ")
}

func soaText(rr *mdns.SOA, s rdataStyle) string {
	names := bindName(rr.Ns) + " " + bindName(rr.Mbox)
	if !s.multiline {
		return fmt.Sprintf("%s %d %d %d %d %d", names, rr.Serial, rr.Refresh, rr.Retry, rr.Expire, rr.Minttl)
	}
	const pad = "\n\t\t\t\t"
	var b strings.Builder
	b.WriteString(names + " (")
	fmt.Fprintf(&b, pad+"%-10d ; serial", rr.Serial)
	for _, f := range []struct {
		name  string
		value uint32
	}{{"refresh", rr.Refresh}, {"retry", rr.Retry}, {"expire", rr.Expire}, {"minimum", rr.Minttl}} {
		fmt.Fprintf(&b, pad+"%-10d ; %s (%s)", f.value, f.name, dns.TTLWords(f.value))
	}
	b.WriteString(pad + ")")
	return b.String()
}

func expandedIPv6(a []byte) string {
	var parts []string
	for i := 0; i < 16; i += 2 {
		parts = append(parts, fmt.Sprintf("%02x%02x", a[i], a[i+1]))
	}
	return strings.Join(parts, ":")
}

// unknownText is the form of RFC 3597 section 5.
func unknownText(rr mdns.RR) string {
	var u mdns.RFC3597
	if r, ok := rr.(*mdns.RFC3597); ok {
		u = *r
	} else if u.ToRFC3597(rr) != nil {
		return `\# 0`
	}
	return rawText(u.Rdata)
}

func rawText(hexData string) string {
	if hexData == "" {
		return `\# 0`
	}
	return fmt.Sprintf(`\# %d %s`, len(hexData)/2, splitText(strings.ToUpper(hexData), defaultSplit))
}

// locationText is a LOC record (RFC 1876) in BIND's digits.
func locationText(rr *mdns.LOC) string {
	angle := func(v uint32, plus, minus string) string {
		d := int64(v) - 1<<31
		name := plus
		if d < 0 {
			d, name = -d, minus
		}
		return fmt.Sprintf("%d %d %d.%03d %s", d/3600000, d/60000%60, d/1000%60, d%1000, name)
	}
	size := func(b uint8) string {
		v := uint64(b >> 4)
		for range b & 15 {
			v *= 10
		}
		return fmt.Sprintf("%d.%02dm", v/100, v%100)
	}
	height := int64(rr.Altitude) - 10000000
	sign := ""
	if height < 0 {
		height, sign = -height, "-"
	}
	return fmt.Sprintf("%s %s %s%d.%02dm %s %s %s", angle(rr.Latitude, "N", "S"), angle(rr.Longitude, "E", "W"),
		sign, height/100, height%100, size(rr.Size), size(rr.HorizPre), size(rr.VertPre))
}

// splitText puts a blank after every width characters.
func splitText(s string, width int) string {
	if width <= 0 || len(s) <= width {
		return s
	}
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + " ")
		s = s[width:]
	}
	return b.String() + s
}

func tsigText(rr *mdns.TSIG) string {
	mac, _ := hex.DecodeString(rr.MAC)
	text := fmt.Sprintf("%s %d %d %d ", bindName(rr.Algorithm), rr.TimeSigned, rr.Fudge, len(mac))
	if len(mac) > 0 {
		text += base64Text(mac) + " "
	}
	text += fmt.Sprintf("%d %s %d", rr.OrigId, dns.TSIGErrorName(rr.Error), rr.OtherLen)
	return text + " " + strings.ToUpper(rr.OtherData)
}
