package dns

import (
	"fmt"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"
)

// signedIndent continues a record in the style of dnssec-signzone.
const signedIndent = "\n\t\t\t\t\t"

// signed writes one record in the style of dnssec-signzone.
func (w *zoneWriter) signed(rr mdns.RR, set RRset) {
	at := 0
	if !w.sameName {
		name := fileName(w.owner)
		w.out.WriteString(name)
		at = len(name)
	}
	at = column(&w.out, at, 24)
	ttl := strconv.FormatUint(uint64(set.TTL), 10)
	w.out.WriteString(ttl)
	at = column(&w.out, at+len(ttl), 32)
	typeName := TypeName(set.Type)
	if !w.sameName {
		typeName = w.class + " " + typeName
	}
	w.sameName = true
	w.out.WriteString(typeName)
	column(&w.out, at+len(typeName), 40)
	w.out.WriteString(signedData(rr) + "\n")
}

// signedData is the rdata, the long ones over several lines.
func signedData(rr mdns.RR) string {
	switch rr := rr.(type) {
	case *mdns.RRSIG:
		return fmt.Sprintf("%s %d %d %d (", TypeName(rr.TypeCovered), rr.Algorithm, rr.Labels, rr.OrigTtl) + signedIndent +
			fmt.Sprintf("%s %s %d %s", mdns.TimeToString(rr.Expiration), mdns.TimeToString(rr.Inception), rr.KeyTag, fileName(rr.SignerName)) +
			inLines(rr.Signature) + " )"
	case *mdns.DNSKEY:
		return fmt.Sprintf("%d %d %d (", rr.Flags, rr.Protocol, rr.Algorithm) + inLines(rr.PublicKey) + signedIndent + ") ; " + keyWords(rr)
	case *mdns.NSEC3:
		salt := rr.Salt
		if salt == "" {
			salt = "-"
		}
		types := make([]string, len(rr.TypeBitMap))
		for i, t := range rr.TypeBitMap {
			types[i] = TypeName(t)
		}
		text := fmt.Sprintf("%d %d %d %s (", rr.Hash, rr.Flags, rr.Iterations, strings.ToUpper(salt)) + signedIndent + strings.ToUpper(rr.NextDomain)
		if len(types) > 0 {
			text += signedIndent + strings.Join(types, " ")
		}
		return text + " )"
	}
	return strings.ReplaceAll(rdataText(rr, "", true), lineIndent, signedIndent)
}

// inLines writes base64 text in lines of 36 digits.
func inLines(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		n := min(36, len(text))
		b.WriteString(signedIndent + text[:n])
		text = text[n:]
	}
	return b.String()
}
