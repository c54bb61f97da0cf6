package dns

import (
	"fmt"
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
	case *mdns.RFC3597:
		return fmt.Sprintf(`\# %d %s`, len(rr.Rdata)/2, strings.ToUpper(rr.Rdata))
	}
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}

// relativeTarget shortens a name inside rdata. The root as origin leaves names
// without their final dot only as owners, never inside rdata.
func relativeTarget(name, origin string) string {
	if origin == "" || origin == "." {
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
	const indent = "\n\t\t\t\t"
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
