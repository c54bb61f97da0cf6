package config

import (
	"encoding/base64"
	"encoding/hex"
)

// TrustAnchor is a key or a DS record from which signatures are trusted (BIND ARM
// "trust-anchors"). The numbers are those of the record.
type TrustAnchor struct {
	Name    string // canonical
	DS      bool
	Numbers [3]uint16
	Data    string // a DNSKEY's in base64, a DS's in hexadecimal, without blanks
	Pos     Pos
}

// anchorsOf are those of the view, then of the server, and the older
// trusted-keys and managed-keys.
func anchorsOf(scopes ...*node) (anchors []TrustAnchor) {
	for _, s := range scopes {
		for _, name := range []string{"trust-anchors", "managed-keys", "trusted-keys"} {
			for _, list := range s.get(name).list() {
				for _, a := range list.list() {
					anchors = append(anchors, anchorOf(a))
				}
			}
		}
	}
	return anchors
}

func anchorOf(a *node) TrustAnchor {
	t := TrustAnchor{Name: keyName(a.field("name").str()), Pos: a.pos}
	for i, field := range []string{"rdata1", "rdata2", "rdata3"} {
		t.Numbers[i] = uint16(a.field(field).num)
	}
	switch lowerString(a.field("anchortype").str()) {
	case "static-ds", "initial-ds":
		t.DS = true
		b, _ := decodeHex(a.field("data").str(), 4096)
		t.Data = hex.EncodeToString(b)
	default:
		b, _ := decodeBase64(a.field("data").str(), 4096)
		t.Data = base64.StdEncoding.EncodeToString(b)
	}
	return t
}
