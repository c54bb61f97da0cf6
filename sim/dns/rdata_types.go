package dns

import (
	"net/netip"
	"strconv"

	mdns "github.com/miekg/dns"
)

// known parses the rdata of a type in its own presentation format. Types a
// student never meets go through github.com/miekg/dns.
func (r *rdataReader) known(rrtype uint16) Result {
	if r.class != mdns.ClassINET && onlyInternet(rrtype) {
		if rrtype == typeA && r.class == mdns.ClassCHAOS {
			return r.addressChaos()
		}
		return ErrUnknown
	}
	switch rrtype {
	case typeA:
		return r.addressA()
	case typeAAAA:
		return r.addressAAAA()
	case typeNS:
		return r.name(hostName)
	case typePTR:
		if r.reverse {
			return r.name(hostName)
		}
		return r.name(anyName)
	case typeCNAME, typeDNAME, typeMB, typeMD, typeMF, typeMG, typeMR:
		return r.name(anyName)
	case typeSOA:
		return r.soa()
	case typeMX:
		return r.mx()
	case typeTXT, typeSPF, typeAVC, typeNINFO, typeRESINF, typeWALLET:
		return r.strings()
	case typeSRV:
		return firstError(r.uint16, r.uint16, r.uint16, r.hostName)
	case typeHINFO:
		return firstError(r.text, r.text)
	case typeCAA:
		return r.caa()
	case typeURI:
		return r.uri()
	case typeNAPTR:
		return r.naptr()
	case typeRP:
		return firstError(r.mailbox, r.anyName)
	case typeMINFO:
		return firstError(r.mailbox, r.mailbox)
	case typeAFSDB, typeRT:
		return firstError(r.uint16, r.hostName)
	case typeKX:
		return firstError(r.uint16, r.anyName)
	case typeX25:
		return r.text()
	case typeLOC:
		return r.loc()
	}
	return r.security(rrtype)
}

// onlyInternet reports types that exist in class IN alone.
func onlyInternet(rrtype uint16) bool {
	switch rrtype {
	case typeA, typeAAAA, typeSRV, typeKX, typeWKS, typeA6:
		return true
	}
	return false
}

// addressChaos reads a Chaosnet address: a domain and an octal number (RFC 1035
// section 3.4.1 speaks of the Internet's only; this is BIND's form).
func (r *rdataReader) addressChaos() Result {
	if res := r.name(hostName); res != resultOK {
		return res
	}
	switch res := r.token(tokString, false); res {
	case resultOK:
	case ErrUnexpectedToken:
		return ErrBadNumber
	default:
		return res
	}
	n, err := strconv.ParseUint(string(r.tok.text), 8, 32)
	switch {
	case err != nil:
		return r.giveBack(ErrBadNumber)
	case n > 0xffff:
		return r.giveBack(ErrRange)
	}
	r.buf = append(r.buf, byte(n>>8), byte(n))
	return resultOK
}

// firstError reads fields in turn and stops at the first that fails.
func firstError(fields ...func() Result) Result {
	for _, field := range fields {
		if res := field(); res != resultOK {
			return res
		}
	}
	return resultOK
}

func (r *rdataReader) hostName() Result { return r.name(hostName) }
func (r *rdataReader) mailbox() Result  { return r.name(mailboxName) }
func (r *rdataReader) anyName() Result  { return r.name(anyName) }

// RFC 1035 3.4.1
func (r *rdataReader) addressA() Result {
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	addr, ok := dottedQuad(r.tok.text)
	if !ok {
		return r.giveBack(ErrBadDottedQuad)
	}
	r.buf = append(r.buf, addr[:]...)
	return resultOK
}

// dottedQuad reads four decimal octets; leading zeros are refused as inet_pton
// refuses them.
func dottedQuad(text []byte) (addr [4]byte, ok bool) {
	field, digits, value := 0, 0, 0
	for _, c := range text {
		switch {
		case isDigit(int(c)):
			if digits > 0 && value == 0 {
				return addr, false
			}
			digits++
			if value = value*10 + int(c-'0'); value > 255 {
				return addr, false
			}
			addr[field] = byte(value)
		case c == '.' && digits > 0 && field < 3:
			field, digits, value = field+1, 0, 0
		default:
			return addr, false
		}
	}
	return addr, field == 3 && digits > 0
}

// RFC 3596 2.2
func (r *rdataReader) addressAAAA() Result {
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	addr, err := netip.ParseAddr(string(r.tok.text))
	if err != nil || addr.Is4() || addr.Zone() != "" {
		return r.giveBack(ErrBadAAAA)
	}
	octets := addr.As16()
	r.buf = append(r.buf, octets[:]...)
	return resultOK
}

// RFC 1035 3.3.13; the four times may have units.
func (r *rdataReader) soa() Result {
	if res := firstError(r.hostName, r.mailbox, r.uint32); res != resultOK {
		return res
	}
	for range 4 {
		if res := r.token(tokString, false); res != resultOK {
			return res
		}
		n, res := parseCounter(r.tok.text)
		if res != resultOK {
			return r.giveBack(res)
		}
		r.buf = append(r.buf, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return resultOK
}

func (r *rdataReader) uint32() Result { return r.number(0xffffffff, 4) }

// RFC 1035 3.3.9, with check-mx for an address in place of a name.
func (r *rdataReader) mx() Result {
	if res := r.uint16(); res != resultOK {
		return res
	}
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	if r.ld.opts.CheckMX != Ignore && looksLikeAddress(r.tok.text) {
		if r.ld.opts.CheckMX == Fail {
			return r.giveBack(ErrMXIsAddress)
		}
		file, line := r.lx.cur.name, r.lx.line()
		r.ld.warnf(file, line, "%s:%d: warning: '%s': %s", file, line, r.tok.text, ErrMXIsAddress)
	}
	return r.nameToken(hostName)
}

// looksLikeAddress reports an IPv4 or IPv6 address, with or without a final dot.
func looksLikeAddress(text []byte) bool {
	if n := len(text); n > 0 && text[n-1] == '.' {
		text = text[:n-1]
	}
	if _, ok := dottedQuad(text); ok {
		return true
	}
	addr, err := netip.ParseAddr(string(text))
	return err == nil && addr.Is6() && addr.Zone() == ""
}

// strings reads one or more character-strings (RFC 1035 3.3.14).
func (r *rdataReader) strings() Result {
	count := 0
	if r.escaped {
		if res := r.appendText([]byte("#")); res != resultOK {
			return res
		}
		count++
	}
	for {
		if res := r.token(tokQString, true); res != resultOK {
			return res
		}
		if r.tok.kind != tokString && r.tok.kind != tokQString {
			break
		}
		if res := r.giveBack(r.appendText(r.tok.text)); res != resultOK {
			return res
		}
		count++
	}
	r.lx.unget()
	if count == 0 {
		return ErrUnexpectedEnd
	}
	return resultOK
}

// RFC 8659 4.1
func (r *rdataReader) caa() Result {
	if res := r.uint8(); res != resultOK {
		return res
	}
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	for _, c := range r.tok.text {
		if !isBorder(c) {
			return r.giveBack(ErrSyntax)
		}
	}
	if len(r.tok.text) > 255 {
		return ErrRange
	}
	r.buf = append(append(r.buf, byte(len(r.tok.text))), r.tok.text...)
	if res := r.token(tokQString, false); res != resultOK {
		return res
	}
	var res Result
	r.buf, res = unescape(r.buf, r.tok.text)
	return res
}

// RFC 7553 4.4
func (r *rdataReader) uri() Result {
	if res := firstError(r.uint16, r.uint16); res != resultOK {
		return res
	}
	if res := r.token(tokQString, false); res != resultOK {
		return res
	}
	if r.tok.kind != tokQString {
		return r.giveBack(ErrSyntax)
	}
	var res Result
	r.buf, res = unescape(r.buf, r.tok.text)
	return r.giveBack(res)
}

// RFC 3403 4.1; the regular expression field must be well formed.
func (r *rdataReader) naptr() Result {
	if res := firstError(r.uint16, r.uint16, r.text, r.text); res != resultOK {
		return res
	}
	start := len(r.buf)
	if res := r.text(); res != resultOK {
		return res
	}
	if !validSubstitution(string(r.buf[start+1:])) {
		return r.giveBack(ErrSyntax)
	}
	return r.name(anyName)
}

// validSubstitution reports whether s is empty or has the form of RFC 3402 3.2:
// delimiter, expression, delimiter, replacement, delimiter, flags.
func validSubstitution(s string) bool {
	if s == "" {
		return true
	}
	delimiter := s[0]
	if isDigit(int(delimiter)) || delimiter == '\\' || delimiter == 'i' || delimiter == 0 {
		return false
	}
	part, groups, highest := 0, 0, 0
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == 0:
			return false
		case c == delimiter:
			if part++; part > 2 {
				return false
			}
		case part == 2 && c != 'i':
			return false
		case c == '\\':
			if i++; i == len(s) || s[i] == 0 || part == 1 && s[i] == '0' {
				return false
			}
			if part == 1 && isDigit(int(s[i])) {
				highest = max(highest, int(s[i]-'0'))
			}
		case part == 0 && c == '(':
			groups++
		}
	}
	return part == 2 && highest <= groups
}
