package mail

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Errors of address parsing. Every error of ParsePath and ParseMailbox wraps
// one of them.
var (
	ErrAddressSyntax = errors.New("address syntax")
	ErrDomainSyntax  = errors.New("domain syntax")
	ErrLiteralSyntax = errors.New("address literal syntax")
)

// Address is a mailbox in its internal form: quotes removed, the local part as
// the bytes it means. The zero value is the null reverse-path "<>".
type Address struct {
	Local  string // never quoted
	Domain string // empty for a local name such as "postmaster"; a literal keeps its brackets
}

// IsNull reports whether a is the null reverse-path.
func (a Address) IsNull() bool { return a.Local == "" && a.Domain == "" }

// Internal returns the form in which MTAs keep and compare addresses:
// local@domain without quotes, or only the local part.
func (a Address) Internal() string {
	if a.Domain == "" {
		return a.Local
	}
	return a.Local + "@" + a.Domain
}

// String returns the external form, the local part quoted where RFC 5321 4.1.2
// asks for it.
func (a Address) String() string {
	local := QuoteLocal(a.Local)
	if a.Local == "" && a.Domain != "" { // "@domain": Postfix's MAILER-DAEMON there
		return "@" + a.Domain
	}
	if a.Domain == "" {
		if a.Local == "" {
			return ""
		}
		return local
	}
	return local + "@" + a.Domain
}

// Literal returns the IP address of a domain literal such as [192.0.2.1] or
// [IPv6:2001:db8::1].
func (a Address) Literal() (netip.Addr, bool) { return ParseLiteral(a.Domain) }

// ParseLiteral reads an address literal with its brackets (RFC 5321 4.1.3).
func ParseLiteral(s string) (netip.Addr, bool) {
	if len(s) < 3 || s[0] != '[' || s[len(s)-1] != ']' {
		return netip.Addr{}, false
	}
	s = s[1 : len(s)-1]
	if len(s) > 5 && strings.EqualFold(s[:5], "ipv6:") {
		ip, err := netip.ParseAddr(s[5:])
		return ip, err == nil && ip.Is6() && ip.Zone() == ""
	}
	ip, err := netip.ParseAddr(s)
	return ip, err == nil && ip.Is4()
}

// SplitAddress cuts an internal address at its last "@". Without one the whole
// is the local part.
func SplitAddress(internal string) (local, domain string) {
	if i := strings.LastIndexByte(internal, '@'); i >= 0 {
		return internal[:i], internal[i+1:]
	}
	return internal, ""
}

// RouteForm names the historic ways to hide a second hop in a local part.
type RouteForm int

// Forms found by Address.RouteForm.
const (
	NoRoute     RouteForm = iota
	PercentHack           // user%other.example@relay
	BangPath              // other!user@relay
	AtInLocal             // "user@other.example"@relay
)

// RouteForm tells whether the local part carries a second address. Relay tests
// use these forms; RFC 5321 gives them no meaning.
func (a Address) RouteForm() RouteForm {
	switch {
	case strings.ContainsRune(a.Local, '@'):
		return AtInLocal
	case strings.ContainsRune(a.Local, '%'):
		return PercentHack
	case strings.ContainsRune(a.Local, '!'):
		return BangPath
	}
	return NoRoute
}

// Canonical returns a with the domain in lower case and a final dot removed, as
// MTAs compare it. The local part is left alone (RFC 5321 2.4).
func (a Address) Canonical() Address {
	d := strings.ToLower(a.Domain)
	if strings.HasSuffix(d, ".") && !strings.HasSuffix(d, "..") {
		d = d[:len(d)-1]
	}
	return Address{a.Local, d}
}

// ParsePath reads a reverse-path or forward-path as Postfix's smtpd accepts it:
// the angle brackets may be missing, a source route (RFC 5321 appendix C) is
// dropped, "<>" is the null path.
func ParsePath(s string) (Address, error) {
	if strings.HasPrefix(s, "<") {
		if !strings.HasSuffix(s, ">") {
			return Address{}, fmt.Errorf("%w: missing %q", ErrAddressSyntax, ">")
		}
		s = s[1 : len(s)-1]
	}
	// RFC 5321 4.1.1.3: "@a,@b:user@c" is "user@c".
	if strings.HasPrefix(s, "@") {
		if i := strings.IndexByte(s, ':'); i >= 0 {
			s = s[i+1:]
		}
	}
	if strings.TrimSpace(s) == "" {
		return Address{}, nil
	}
	return ParseMailbox(s)
}

// ParseMailbox reads local@domain in external form; the domain, or the local
// part before it, may be missing.
func ParseMailbox(s string) (Address, error) {
	local, rest, err := scanLocal(strings.TrimSpace(s))
	if err != nil {
		return Address{}, err
	}
	if rest == "" {
		return Address{Local: local}, nil
	}
	domain := rest[1:]
	if domain == "" {
		return Address{}, fmt.Errorf("%w: nothing after %q", ErrDomainSyntax, "@")
	}
	if domain[0] == '[' {
		if _, ok := ParseLiteral(domain); !ok {
			return Address{}, fmt.Errorf("%w: %q", ErrLiteralSyntax, domain)
		}
		return Address{local, domain}, nil
	}
	trimmed := Address{Domain: domain}.Canonical().Domain
	if !ValidHostname(trimmed) {
		return Address{}, fmt.Errorf("%w: %q", ErrDomainSyntax, domain)
	}
	return Address{local, domain}, nil
}

// scanLocal reads a dot-string or quoted string up to the last "@" outside
// quotes; rest begins with that "@" or is empty. As in Postfix, earlier ones are
// part of the local part: what they mean is found out when the address is routed.
func scanLocal(s string) (local, rest string, err error) {
	var b strings.Builder
	quoted := false
	end := -1 // in b, where the local part ends if the last "@" was the one before
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			i++
			if i == len(s) {
				return "", "", fmt.Errorf("%w: ends in a backslash", ErrAddressSyntax)
			}
			b.WriteByte(s[i])
		case c == '"':
			quoted = !quoted
		case quoted:
			b.WriteByte(c)
		case c == '@':
			end, rest = b.Len(), s[i:]
			if strings.HasPrefix(rest, "@[") {
				return b.String(), rest, nil
			}
			b.WriteByte(c)
		case c <= ' ' || c == 0x7f || strings.IndexByte("()<>,;:", c) >= 0:
			return "", "", fmt.Errorf("%w: character %q", ErrAddressSyntax, c)
		default:
			b.WriteByte(c)
		}
	}
	if quoted {
		return "", "", fmt.Errorf("%w: missing closing quote", ErrAddressSyntax)
	}
	if end < 0 {
		return b.String(), "", nil
	}
	return b.String()[:end], rest, nil
}

// QuoteLocal quotes a local part that is not a dot-string (RFC 5321 4.1.2).
func QuoteLocal(local string) string {
	if isDotString(local) {
		return local
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(local); i++ {
		if c := local[i]; c == '"' || c == '\\' || c == '\r' {
			b.WriteByte('\\')
		}
		b.WriteByte(local[i])
	}
	b.WriteByte('"')
	return b.String()
}

func isDotString(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '.' && !isAtext(c) {
			return false
		}
	}
	return true
}

// isAtext is RFC 5322 3.2.3, widened to UTF-8 by RFC 6531.
func isAtext(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c >= 0x80 || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}
