package userland

import (
	"encoding/base64"
	"fmt"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

func base64Text(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// securityText writes the records whose data BIND breaks into words: keys,
// digests and signatures (RFC 4034, 4255, 6698, 7929).
func securityText(rr mdns.RR, s rdataStyle) (string, bool) {
	switch rr := rr.(type) {
	case *mdns.DNSKEY:
		return keyText(rr, s), true
	case *mdns.CDNSKEY:
		return keyText(&rr.DNSKEY, s), true
	case *mdns.DS:
		return digestText(rr, s), true
	case *mdns.CDS:
		return digestText(&rr.DS, s), true
	case *mdns.RRSIG:
		return signatureText(rr, s), true
	case *mdns.SSHFP:
		return fmt.Sprintf("%d %d ", rr.Algorithm, rr.Type) + block(strings.ToUpper(rr.FingerPrint), s), true
	case *mdns.TLSA:
		return fmt.Sprintf("%d %d %d ", rr.Usage, rr.Selector, rr.MatchingType) + block(strings.ToUpper(rr.Certificate), s), true
	case *mdns.OPENPGPKEY:
		return block(rr.PublicKey, s), true
	}
	return "", false
}

// block writes base64 or hex in words; on several lines in the multi-line form.
func block(text string, s rdataStyle) string {
	switch {
	case s.noCrypto:
		return "[omitted]"
	case s.multiline:
		const pad = "\n\t\t\t\t"
		return "(" + pad + strings.ReplaceAll(splitText(text, 44), " ", pad) + pad + ")"
	}
	return splitText(text, s.split)
}

func digestText(rr *mdns.DS, s rdataStyle) string {
	text := fmt.Sprintf("%d %d %d ", rr.KeyTag, rr.Algorithm, rr.DigestType) + block(strings.ToUpper(rr.Digest), s)
	if body, ok := strings.CutSuffix(text, "\n\t\t\t\t)"); ok {
		return body + " )"
	}
	return text
}

func keyText(rr *mdns.DNSKEY, s rdataStyle) string {
	text := fmt.Sprintf("%d %d %d ", rr.Flags, rr.Protocol, rr.Algorithm)
	if s.noCrypto {
		text += fmt.Sprintf("[key id = %d]", rr.KeyTag())
	} else {
		text += block(rr.PublicKey, s)
	}
	if !s.comments {
		return text
	}
	role := "ZSK"
	if rr.Flags&mdns.SEP != 0 {
		role = "KSK"
	}
	alg := mdns.AlgorithmToString[rr.Algorithm]
	if alg == "" {
		alg = fmt.Sprint(rr.Algorithm)
	}
	if s.multiline {
		return text + fmt.Sprintf(" ; %s; alg = %s ; key id = %d", role, alg, rr.KeyTag())
	}
	return text + fmt.Sprintf("  ; %s; alg = %s ; key id = %d", role, alg, rr.KeyTag())
}

func signatureText(rr *mdns.RRSIG, s rdataStyle) string {
	head := fmt.Sprintf("%s %d %d %d ", dns.TypeName(rr.TypeCovered), rr.Algorithm, rr.Labels, rr.OrigTtl)
	dates := mdns.TimeToString(rr.Expiration) + " " + mdns.TimeToString(rr.Inception)
	tail := fmt.Sprintf(" %d %s", rr.KeyTag, bindName(rr.SignerName))
	signature := rr.Signature
	if s.noCrypto {
		signature = "[omitted]"
	}
	if !s.multiline {
		return head + dates + tail + " " + splitText(signature, s.split)
	}
	const pad = "\n\t\t\t\t"
	return head + "(" + pad + dates + tail + pad + strings.ReplaceAll(splitText(signature, 44), " ", pad) + " )"
}

func decodeBase64(s string) ([]byte, error) { return base64.StdEncoding.DecodeString(s) }
