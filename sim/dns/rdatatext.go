package dns

import (
	"fmt"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"
)

// rdataText writes the rdata of a record. With an origin, names are relative to
// it where they lie below; commented spreads the SOA over lines as in files.
func rdataText(rr mdns.RR, origin string, commented bool) string {
	rel := func(name string) string { return relativeTarget(name, origin) }
	switch rr := rr.(type) {
	case *mdns.NS:
		return rel(rr.Ns)
	case *mdns.CNAME:
		return rel(rr.Target)
	case *mdns.DNAME:
		return rel(rr.Target)
	case *mdns.PTR:
		return rel(rr.Ptr)
	case *mdns.MX:
		return fmt.Sprintf("%d %s", rr.Preference, rel(rr.Mx))
	case *mdns.SRV:
		return fmt.Sprintf("%d %d %d %s", rr.Priority, rr.Weight, rr.Port, rel(rr.Target))
	case *mdns.SOA:
		return soaText(rr, rel, commented)
	case *mdns.RP:
		return rel(rr.Mbox) + " " + rel(rr.Txt)
	case *mdns.AFSDB:
		return fmt.Sprintf("%d %s", rr.Subtype, rel(rr.Hostname))
	case *mdns.TXT:
		return quotedTexts(rr.Txt)
	case *mdns.SPF:
		return quotedTexts(rr.Txt)
	case *mdns.HINFO:
		return quotedTexts([]string{rr.Cpu, rr.Os})
	case *mdns.CAA:
		return fmt.Sprintf("%d %s %s", rr.Flag, rr.Tag, quotedTexts([]string{rr.Value}))
	case *mdns.NAPTR:
		return fmt.Sprintf("%d %d %s %s", rr.Order, rr.Preference, quotedTexts([]string{rr.Flags, rr.Service, rr.Regexp}), rel(rr.Replacement))
	case *mdns.KX:
		return fmt.Sprintf("%d %s", rr.Preference, rel(rr.Exchanger))
	case *mdns.DS:
		return encoded(fmt.Sprintf("%d %d %d", rr.KeyTag, rr.Algorithm, rr.DigestType), strings.ToUpper(rr.Digest), 2, commented) + closing(" )", commented)
	case *mdns.SSHFP:
		return encoded(fmt.Sprintf("%d %d", rr.Algorithm, rr.Type), strings.ToUpper(rr.FingerPrint), 2, commented) + closing(" )", commented)
	case *mdns.TLSA:
		return encoded(fmt.Sprintf("%d %d %d", rr.Usage, rr.Selector, rr.MatchingType), strings.ToUpper(rr.Certificate), 2, commented) + closing(" )", commented)
	case *mdns.DNSKEY:
		head := fmt.Sprintf("%d %d %d", rr.Flags, rr.Protocol, rr.Algorithm)
		return encoded(head, rr.PublicKey, 4, commented) + closing(lineIndent+") ; "+keyWords(rr), commented)
	case *mdns.RRSIG:
		head := fmt.Sprintf("%s %d %d %d", TypeName(rr.TypeCovered), rr.Algorithm, rr.Labels, rr.OrigTtl)
		times := fmt.Sprintf("%s %s %d %s", mdns.TimeToString(rr.Expiration), mdns.TimeToString(rr.Inception), rr.KeyTag, fileName(rr.SignerName))
		if !commented {
			return encoded(head+" "+times, rr.Signature, 4, false)
		}
		return strings.Replace(encoded(head, rr.Signature, 4, true), lineIndent, lineIndent+times+lineIndent, 1) + " )"
	case *mdns.LOC:
		return locText(rr)
	case *mdns.NULL:
		return genericText(fmt.Sprintf("%X", rr.Data), commented)
	case *mdns.RFC3597:
		return genericText(strings.ToUpper(rr.Rdata), commented)
	}
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}

// relativeTarget shortens a name inside rdata. Unlike an owner, the origin itself
// stays complete there, and so does every name under the root.
func relativeTarget(name, origin string) string {
	if origin == "" || origin == "." || Canonical(name) == Canonical(origin) {
		return fileName(name)
	}
	return relativeName(name, origin)
}

// soaText writes a SOA on one line, or over lines with the times in words.
func soaText(soa *mdns.SOA, rel func(string) string, commented bool) string {
	head := rel(soa.Ns) + " " + rel(soa.Mbox)
	if !commented {
		return fmt.Sprintf("%s %d %d %d %d %d", head, soa.Serial, soa.Refresh, soa.Retry, soa.Expire, soa.Minttl)
	}
	const indent = lineIndent
	var b strings.Builder
	b.WriteString(head + " (" + indent)
	fmt.Fprintf(&b, "%-10d ; serial%s", soa.Serial, indent)
	for _, field := range []struct {
		value uint32
		name  string
	}{{soa.Refresh, "refresh"}, {soa.Retry, "retry"}, {soa.Expire, "expire"}, {soa.Minttl, "minimum"}} {
		fmt.Fprintf(&b, "%-10d ; %s (%s)%s", field.value, field.name, TTLWords(field.value), indent)
	}
	return b.String() + ")"
}

// quotedTexts writes character-strings. The library keeps them with \DDD for
// unprintable octets and a backslash before quotes and backslashes, as BIND
// writes them.
func quotedTexts(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = `"` + t + `"`
	}
	return strings.Join(quoted, " ")
}

// lineIndent continues a record on the next line, at the column of the rdata.
const lineIndent = "\n\t\t\t\t"

// encoded writes hexadecimal or base64 text in words of BIND's length, spread
// over lines in parentheses if lines. unit is the number of digits that stay
// together.
func encoded(head, digits string, unit int, lines bool) string {
	word, gap := 58, " "
	if lines {
		head += " ("
		word, gap = 46, lineIndent
	}
	size := unit
	for size+unit < word {
		size += unit
	}
	var b strings.Builder
	b.WriteString(head)
	for len(digits) > 0 {
		n := min(size, len(digits))
		b.WriteString(gap + digits[:n])
		digits = digits[n:]
	}
	return b.String()
}

func closing(text string, lines bool) string {
	if lines {
		return text
	}
	return ""
}

// keyWords is BIND's comment on a DNSKEY (RFC 4034 section 2.1.1 and appendix B).
func keyWords(key *mdns.DNSKEY) string {
	kind := "ZSK"
	switch {
	case key.Flags&mdns.SEP != 0 && key.Flags&mdns.REVOKE != 0:
		kind = "revoked KSK"
	case key.Flags&mdns.SEP != 0:
		kind = "KSK"
	}
	algorithm, ok := mdns.AlgorithmToString[key.Algorithm]
	if !ok {
		algorithm = strconv.Itoa(int(key.Algorithm))
	}
	return fmt.Sprintf("%s; alg = %s ; key id = %d", kind, algorithm, key.KeyTag())
}

// locText writes a position (RFC 1876 section 3).
func locText(loc *mdns.LOC) string {
	angle := func(v uint32, positive, negative string) string {
		half, sign := v-1<<31, positive
		if v < 1<<31 {
			half, sign = 1<<31-v, negative
		}
		return fmt.Sprintf("%d %d %d.%03d %s", half/3600000, half/60000%60, half/1000%60, half%1000, sign)
	}
	precision := func(v uint8) string {
		value := uint64(v >> 4)
		for range v & 15 {
			value *= 10
		}
		if v&15 > 1 {
			return fmt.Sprintf("%dm", value/100)
		}
		return fmt.Sprintf("0.%02dm", value)
	}
	altitude, sign := int64(loc.Altitude)-10000000, ""
	if altitude < 0 {
		altitude, sign = -altitude, "-"
	}
	return fmt.Sprintf("%s %s %s%d.%02dm %s %s %s", angle(loc.Latitude, "N", "S"), angle(loc.Longitude, "E", "W"),
		sign, altitude/100, altitude%100, precision(loc.Size), precision(loc.HorizPre), precision(loc.VertPre))
}

// genericText is the form of RFC 3597 section 5 for any rdata.
func genericText(hex string, lines bool) string {
	head := `\# ` + strconv.Itoa(len(hex)/2)
	switch {
	case hex == "":
		return head
	case lines:
		return head + " ( " + hex + " )"
	}
	return head + " " + hex
}
