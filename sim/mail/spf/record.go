package spf

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Qualifier is the result a matching mechanism gives (RFC 7208 4.6.2).
type Qualifier byte

// result returns what the qualifier stands for.
func (q Qualifier) result() Result {
	switch q {
	case '-':
		return Fail
	case '~':
		return SoftFail
	case '?':
		return Neutral
	}
	return Pass
}

// Term is one mechanism of a record.
type Term struct {
	Text      string // as written
	Qualifier Qualifier
	Name      string // all, include, a, mx, ptr, ip4, ip6, exists
	Domain    string // domain-spec, unexpanded; empty: the current domain
	CIDR4     int    // prefix lengths of a and mx
	CIDR6     int
	Network   netip.Prefix // of ip4 and ip6
}

// Record is a parsed SPF record.
type Record struct {
	Text     string
	Terms    []Term
	Redirect string // domain-spec of redirect=; empty without
	Exp      string // domain-spec of exp=; empty without
}

// SyntaxError is a mistake in a record; the whole record is then void
// (RFC 7208 4.6).
type SyntaxError struct {
	Term   string
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%q: %s", e.Term, e.Reason) }

// IsRecord reports whether a TXT record is an SPF record: "v=spf1" and then a
// blank or nothing (RFC 7208 4.5).
func IsRecord(txt string) bool {
	return len(txt) >= 6 && strings.EqualFold(txt[:6], "v=spf1") && (len(txt) == 6 || txt[6] == ' ')
}

// ParseRecord reads a record. Every term is checked, also those after "all".
func ParseRecord(text string) (Record, error) {
	r := Record{Text: text}
	seen := map[string]bool{}
	for _, word := range strings.Split(text[6:], " ") {
		if word == "" {
			continue
		}
		name, value, isModifier := cutModifier(word)
		if !isModifier {
			t, err := parseMechanism(word)
			if err != nil {
				return r, err
			}
			r.Terms = append(r.Terms, t)
			continue
		}
		if err := r.modifier(word, name, value, seen); err != nil {
			return r, err
		}
	}
	return r, nil
}

// cutModifier recognises name=value. A "/" or ":" before the "=" makes it a
// mechanism (RFC 7208 4.6.1).
func cutModifier(word string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(word, "=")
	if !ok || name == "" || !isAlpha(name[0]) {
		return "", "", false
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !isAlnum(c) && c != '-' && c != '_' && c != '.' {
			return "", "", false
		}
	}
	return strings.ToLower(name), value, true
}

// modifier: RFC 7208 6, redirect and exp once at most; unknown ones are ignored
// when their value is a macro-string.
func (r *Record) modifier(word, name, value string, seen map[string]bool) error {
	if name != "redirect" && name != "exp" {
		if _, err := parseMacros(value, false); err != nil {
			return &SyntaxError{word, err.Error()}
		}
		return nil
	}
	if seen[name] {
		return &SyntaxError{word, "modifier given twice"}
	}
	seen[name] = true
	if err := checkDomainSpec(value); err != nil {
		return &SyntaxError{word, err.Error()}
	}
	if name == "redirect" {
		r.Redirect = value
	} else {
		r.Exp = value
	}
	return nil
}

var cidrSuffix = regexp.MustCompile(`^(.*?)(/[0-9]*)?(//[0-9]*)?$`)

// parseMechanism: RFC 7208 5.
func parseMechanism(word string) (Term, error) {
	t := Term{Text: word, Qualifier: '+', CIDR4: 32, CIDR6: 128}
	fail := func(format string, args ...any) (Term, error) {
		return Term{}, &SyntaxError{word, fmt.Sprintf(format, args...)}
	}
	rest := word
	if strings.IndexByte("+-?~", rest[0]) >= 0 {
		t.Qualifier, rest = Qualifier(rest[0]), rest[1:]
	}
	end := strings.IndexAny(rest, ":/")
	if end < 0 {
		end = len(rest)
	}
	t.Name, rest = strings.ToLower(rest[:end]), rest[end:]
	hasArg := strings.HasPrefix(rest, ":")
	arg := strings.TrimPrefix(rest, ":")
	switch t.Name {
	case "all":
		if rest != "" {
			return fail("\"all\" takes no argument")
		}
		return t, nil
	case "ip4", "ip6":
		return parseNetwork(t, hasArg, arg)
	case "a", "mx":
		m := cidrSuffix.FindStringSubmatch(rest)
		var err error
		if rest, err = m[1], t.setCIDR(m[2], m[3]); err != nil {
			return fail("%v", err)
		}
		if rest == "" {
			return t, nil
		}
		arg = rest[1:]
	case "include", "exists":
		if !hasArg {
			return fail("a domain is required")
		}
	case "ptr":
		if rest == "" {
			return t, nil
		}
		if !hasArg {
			return fail("a prefix length is not allowed")
		}
	default:
		return fail("unknown mechanism")
	}
	t.Domain = arg
	if err := checkDomainSpec(arg); err != nil {
		return fail("%v", err)
	}
	return t, nil
}

// setCIDR reads "/24" and "//64".
func (t *Term) setCIDR(v4, v6 string) error {
	for _, c := range []struct {
		text string
		max  int
		to   *int
	}{{strings.TrimPrefix(v4, "/"), 32, &t.CIDR4}, {strings.TrimPrefix(v6, "//"), 128, &t.CIDR6}} {
		given := c.to == &t.CIDR4 && v4 != "" || c.to == &t.CIDR6 && v6 != ""
		if !given {
			continue
		}
		n, ok := prefixLength(c.text, c.max)
		if !ok {
			return fmt.Errorf("bad prefix length %q", c.text)
		}
		*c.to = n
	}
	return nil
}

// prefixLength: no leading zero, no sign.
func prefixLength(s string, limit int) (int, bool) {
	if s == "" || len(s) > 3 || len(s) > 1 && s[0] == '0' {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= limit
}

// parseNetwork: RFC 7208 5.6. Host bits may be set.
func parseNetwork(t Term, hasArg bool, arg string) (Term, error) {
	addr, length, hasLength := strings.Cut(arg, "/")
	ip, err := netip.ParseAddr(addr)
	if !hasArg || err != nil || ip.Zone() != "" || ip.Is4() != (t.Name == "ip4") {
		return Term{}, &SyntaxError{t.Text, "bad address"}
	}
	bits := ip.BitLen()
	if hasLength {
		var ok bool
		if bits, ok = prefixLength(length, bits); !ok {
			return Term{}, &SyntaxError{t.Text, fmt.Sprintf("bad prefix length %q", length)}
		}
	}
	t.Network = netip.PrefixFrom(ip, bits).Masked()
	return t, nil
}

func isAlpha(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isAlnum(c byte) bool { return isAlpha(c) || c >= '0' && c <= '9' }
