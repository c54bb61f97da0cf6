package dns

import (
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	mdns "github.com/miekg/dns"
)

// security parses types that carry keys and digests, and hands all others on.
func (r *rdataReader) security(rrtype uint16) Result {
	switch rrtype {
	case typeDS, typeCDS, typeDLV, typeTA:
		return r.delegationSigner()
	case typeDNSKEY, typeCDNSK, typeKEY, typeRKEY:
		return r.key(rrtype)
	case typeSSHFP:
		return r.sshFingerprint()
	case typeTLSA, typeSMIMEA:
		if res := firstError(r.uint8, r.uint8, r.uint8); res != resultOK {
			return res
		}
		return r.hex(-2)
	case typePGP:
		return r.base64()
	case typeRRSIG, typeSIG:
		return r.signature()
	case typeNSEC:
		if res := r.name(anyName); res != resultOK {
			return res
		}
		return r.typeMap()
	}
	return r.foreign(rrtype)
}

// RFC 4034 5.3
func (r *rdataReader) delegationSigner() Result {
	if res := firstError(r.uint16, r.algorithm); res != resultOK {
		return res
	}
	if res := r.mnemonic(digestNumber); res != resultOK {
		return res
	}
	switch r.buf[len(r.buf)-1] {
	case 1:
		return r.hex(20)
	case 2:
		return r.hex(32)
	case 4:
		return r.hex(48)
	}
	return r.hex(-2)
}

func (r *rdataReader) algorithm() Result { return r.mnemonic(algorithmNumber) }

// mnemonic reads a number of one octet or one of its names.
func (r *rdataReader) mnemonic(byName func(string) int) Result {
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	text := r.tok.text
	if len(text) > 0 && isDigit(int(text[0])) && len(text) < 13 {
		n, res := parseUint32(text)
		if res == resultOK && n > 0xff {
			res = ErrRange
		}
		if res != ErrBadNumber {
			r.buf = append(r.buf, byte(n))
			return r.giveBack(res)
		}
	}
	n := byName(strings.ToUpper(string(text)))
	if n < 0 {
		return r.giveBack(ErrUnknown)
	}
	r.buf = append(r.buf, byte(n))
	return resultOK
}

// algorithmNumber and digestNumber know the names of the IANA registries.
func algorithmNumber(name string) int {
	for n, s := range strings.Split("|RSAMD5|DH|DSA||RSASHA1|NSEC3DSA|NSEC3RSASHA1|RSASHA256||RSASHA512||ECCGOST|ECDSAP256SHA256|ECDSAP384SHA384|ED25519|ED448", "|") {
		if s == name && s != "" {
			return n
		}
	}
	switch name {
	case "ECDSA256":
		return 13
	case "ECDSA384":
		return 14
	case "INDIRECT":
		return 252
	case "PRIVATEDNS":
		return 253
	case "PRIVATEOID":
		return 254
	}
	return -1
}

func digestNumber(name string) int {
	switch name {
	case "SHA-1", "SHA1":
		return 1
	case "SHA-256", "SHA256":
		return 2
	case "GOST":
		return 3
	case "SHA-384", "SHA384":
		return 4
	}
	return -1
}

func protocolNumber(name string) int {
	switch name {
	case "NONE":
		return 0
	case "TLS":
		return 1
	case "EMAIL":
		return 2
	case "DNSSEC":
		return 3
	case "IPSEC":
		return 4
	case "ALL":
		return 255
	}
	return -1
}

// key reads a public key (RFC 4034 2.2). Flags are read as a number.
func (r *rdataReader) key(rrtype uint16) Result {
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	flags, res := parseUint32(r.tok.text)
	if res == resultOK && flags > 0xffff {
		res = ErrRange
	}
	if res == ErrBadNumber {
		res = "unknown flag"
	}
	if res == resultOK && rrtype == typeRKEY && flags != 0 {
		res = ErrFormErr
	}
	if res != resultOK {
		return r.giveBack(res)
	}
	r.buf = append(r.buf, byte(flags>>8), byte(flags))
	if res := r.mnemonic(protocolNumber); res != resultOK {
		return res
	}
	if res := r.algorithm(); res != resultOK {
		return res
	}
	if rrtype == typeKEY && flags&0xc000 == 0xc000 {
		return resultOK
	}
	return r.base64()
}

// signature reads a RRSIG (RFC 4034 3.2).
func (r *rdataReader) signature() Result {
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	covered, ok := ParseType(string(r.tok.text))
	if !ok {
		return r.giveBack(ErrUnknown)
	}
	r.buf = append(r.buf, byte(covered>>8), byte(covered))
	res := firstError(r.algorithm, r.uint8, r.uint32, r.moment, r.moment, r.uint16, r.anyName)
	if res != resultOK {
		return res
	}
	return r.base64()
}

// moment reads a time as YYYYMMDDHHMMSS or as seconds since 1970 (RFC 4034 3.2).
func (r *rdataReader) moment() Result {
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	text := string(r.tok.text)
	var seconds int64
	if len(text) == 14 {
		at, err := time.Parse("20060102150405", text)
		if err != nil {
			return r.giveBack(ErrSyntax)
		}
		seconds = at.Unix()
	} else {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return r.giveBack(ErrSyntax)
		}
		seconds = int64(n)
	}
	r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(seconds))
	return resultOK
}

// RFC 4255 3.2
func (r *rdataReader) sshFingerprint() Result {
	if res := firstError(r.uint8, r.uint8); res != resultOK {
		return res
	}
	switch r.buf[len(r.buf)-1] {
	case 1:
		return r.hex(20)
	case 2:
		return r.hex(32)
	}
	return r.hex(-1)
}

// hex reads hexadecimal digits over any number of tokens: exactly length octets,
// or with -1 any number, or with -2 at least one.
func (r *rdataReader) hex(length int) Result {
	start, half, high := len(r.buf), false, byte(0)
	for left := length; left != 0; {
		if res := r.token(tokString, length < 0); res != resultOK {
			return res
		}
		if r.tok.kind != tokString {
			r.lx.unget()
			break
		}
		for _, c := range r.tok.text {
			v := strings.IndexByte("0123456789abcdef", lower(c))
			if v < 0 {
				return ErrBadHex
			}
			if half = !half; half {
				high = byte(v)
				continue
			}
			r.buf = append(r.buf, high<<4|byte(v))
			switch {
			case left == 0:
				return ErrBadHex
			case left > 0:
				left--
			}
		}
	}
	switch {
	case half:
		return ErrBadHex
	case length == -2 && len(r.buf) == start:
		return ErrUnexpectedEnd
	}
	return resultOK
}

// foreign lets github.com/miekg/dns parse a type this package has no parser for.
func (r *rdataReader) foreign(rrtype uint16) Result {
	if _, ok := mdns.TypeToRR[rrtype]; !ok || isMeta(rrtype) || typeNames[rrtype] == "" || r.class != mdns.ClassINET {
		return ErrUnknown
	}
	var text strings.Builder
	text.WriteString(". 0 IN " + mdns.TypeToString[rrtype])
	for n := 0; ; n++ {
		if res := r.token(tokQString, n > 0); res != resultOK {
			return res
		}
		if r.tok.kind == tokEOL || r.tok.kind == tokEOF {
			break
		}
		text.WriteByte(' ')
		if r.tok.kind == tokQString {
			text.WriteString(`"` + strings.ReplaceAll(string(r.tok.text), `"`, `\"`) + `"`)
		} else {
			text.Write(r.tok.text)
		}
	}
	r.lx.unget()
	rr, ok := mdns.NewZoneParser(strings.NewReader(text.String()+"\n"), r.origin.text(), "").Next()
	if !ok || rr == nil {
		return ErrSyntax
	}
	return r.appendPacked(rr)
}

func (r *rdataReader) appendPacked(rr mdns.RR) Result {
	const header = 1 + 2 + 2 + 4 + 2 // root owner, type, class, TTL, length
	packed := make([]byte, mdns.Len(rr)+64)
	end, err := mdns.PackRR(rr, packed, 0, nil, false)
	if err != nil || end < header {
		return ErrSyntax
	}
	r.buf = append(r.buf, packed[header:end]...)
	return resultOK
}
