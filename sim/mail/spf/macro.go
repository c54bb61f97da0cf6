package spf

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// piece is literal text or a macro of a macro-string (RFC 7208 7.1).
type piece struct {
	literal string
	letter  byte // lower case; 0: literal
	escape  bool // upper case letter: URL-escape the value
	keep    int  // right-hand parts to keep; 0: all
	reverse bool
	delims  string
}

// parseMacros reads a macro-string. explanation allows blanks and the letters c,
// r and t (RFC 7208 6.2, 7.2).
func parseMacros(s string, explanation bool) ([]piece, error) {
	var out []piece
	for i := 0; i < len(s); {
		c := s[i]
		if c != '%' {
			if c < '!' && !(explanation && c == ' ') || c > '~' {
				return nil, fmt.Errorf("character %q is not allowed", c)
			}
			out = append(out, piece{literal: s[i : i+1]})
			i++
			continue
		}
		if i+1 >= len(s) {
			return nil, errors.New("\"%\" at the end")
		}
		switch s[i+1] {
		case '%':
			out = append(out, piece{literal: "%"})
		case '_':
			out = append(out, piece{literal: " "})
		case '-':
			out = append(out, piece{literal: "%20"})
		case '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil, errors.New("macro without \"}\"")
			}
			p, err := parseMacro(s[i+2:i+end], explanation)
			if err != nil {
				return nil, err
			}
			out = append(out, p)
			i += end + 1
			continue
		default:
			return nil, fmt.Errorf("%q is not a macro", s[i:i+2])
		}
		i += 2
	}
	return out, nil
}

// parseMacro reads the inside of %{...}: letter, digits, "r", delimiters.
func parseMacro(s string, explanation bool) (piece, error) {
	bad := fmt.Errorf("%q is not a macro", "%{"+s+"}")
	if s == "" {
		return piece{}, bad
	}
	letters := "slodiphv"
	if explanation {
		letters += "crt"
	}
	p := piece{letter: s[0] | 0x20, escape: s[0] < 'a'}
	if !isAlpha(s[0]) || strings.IndexByte(letters, p.letter) < 0 {
		return piece{}, bad
	}
	rest := s[1:]
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if digits > 0 {
		n, err := strconv.Atoi(rest[:digits])
		if err != nil || n == 0 {
			return piece{}, bad
		}
		p.keep, rest = n, rest[digits:]
	}
	if rest != "" && rest[0]|0x20 == 'r' {
		p.reverse, rest = true, rest[1:]
	}
	if strings.Trim(rest, ".-+,/_=") != "" {
		return piece{}, bad
	}
	p.delims = rest
	return p, nil
}

// checkDomainSpec: RFC 7208 7.1, a macro-string that ends in a macro or in "."
// and a top label.
func checkDomainSpec(s string) error {
	pieces, err := parseMacros(s, false)
	if err != nil {
		return err
	}
	if len(pieces) == 0 {
		return errors.New("empty domain")
	}
	if pieces[len(pieces)-1].letter != 0 || strings.HasSuffix(s, "%%") || strings.HasSuffix(s, "%_") || strings.HasSuffix(s, "%-") {
		return nil
	}
	name := strings.TrimSuffix(s, ".")
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || !isTopLabel(name[dot+1:]) {
		return fmt.Errorf("%q does not end in a top-level label", s)
	}
	return nil
}

func isTopLabel(s string) bool {
	if s == "" || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	letter := false
	for i := 0; i < len(s); i++ {
		if !isAlnum(s[i]) && s[i] != '-' {
			return false
		}
		letter = letter || !(s[i] >= '0' && s[i] <= '9')
	}
	return letter
}

// expand fills in a macro-string that was checked before.
func (c *checker) expand(s, domain string, explanation bool) (string, error) {
	pieces, err := parseMacros(s, explanation)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.letter == 0 {
			b.WriteString(p.literal)
			continue
		}
		v := p.transform(c.macroValue(p.letter, domain))
		if p.escape {
			v = urlEscape(v)
		}
		b.WriteString(v)
	}
	return b.String(), nil
}

func (c *checker) macroValue(letter byte, domain string) string {
	local, senderDomain := splitSender(c.sender)
	switch letter {
	case 's':
		return local + "@" + senderDomain
	case 'l':
		return local
	case 'o':
		return senderDomain
	case 'd':
		return domain
	case 'i':
		return dotted(c.q.IP)
	case 'p':
		return c.validatedName(domain)
	case 'v':
		if c.q.IP.Is4() {
			return "in-addr"
		}
		return "ip6"
	case 'h':
		return c.q.Helo
	case 'c':
		return c.q.IP.String()
	case 'r':
		if c.q.Receiver == "" {
			return "unknown"
		}
		return c.q.Receiver
	}
	return strconv.FormatInt(c.q.Now.Unix(), 10) // t
}

// dotted is %{i}: IPv6 as nibbles.
func dotted(ip netip.Addr) string {
	if ip.Is4() {
		return ip.String()
	}
	var parts []string
	for _, b := range ip.As16() {
		parts = append(parts, fmt.Sprintf("%X", b>>4), fmt.Sprintf("%X", b&0xf))
	}
	return strings.Join(parts, ".")
}

// transform splits at the delimiters, reverses, keeps the right-hand parts and
// joins with dots.
func (p piece) transform(v string) string {
	if p.keep == 0 && !p.reverse && p.delims == "" {
		return v
	}
	delims := p.delims
	if delims == "" {
		delims = "."
	}
	var parts []string
	start := 0
	for i := 0; i <= len(v); i++ {
		if i == len(v) || strings.IndexByte(delims, v[i]) >= 0 {
			parts = append(parts, v[start:i])
			start = i + 1
		}
	}
	if p.reverse {
		for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
			parts[i], parts[j] = parts[j], parts[i]
		}
	}
	if p.keep > 0 && p.keep < len(parts) {
		parts = parts[len(parts)-p.keep:]
	}
	return strings.Join(parts, ".")
}

func urlEscape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; isAlnum(c) || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func splitSender(s string) (local, domain string) {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return "postmaster", s
}
