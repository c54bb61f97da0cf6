package config

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// mutator changes configuration text the way a hurried student does.
type mutator struct {
	r     *rand.Rand
	donor string // a text to take lines from
}

// wrongValues are values that do not fit, or fit elsewhere.
var wrongValues = []string{"yes", "no", "maybe", "on", "off", "true", "1", "0", "-1", "65536", "99999", "4294967296", "0x10", "010",
	"any", "none", "localhost", "localnets", "\"\"", "\"any\"", "192.0.2.1", "192.0.2.256", "192.0.2", "192.0.2.0/24", "192.0.2.1/24",
	"192.0.2.0/33", "10/8", "2001:db8::1", "2001:db8::/129", "fe80::1%eth0", "*", "ns1.example.com", "\"ns1.example.com\"", "1d", "1h30m", "P1D",
	"5 minutes", "10%", "10m", "1.5", "master", "slave", "primary", "secondry", "hint", "forward", "hmac-md5", "hmac-sha256", "sha256",
	"\"not base64!\"", "\"AAA\"", "example..com", "\".\"", ".", "a.very.long.name.that.goes.on.and.on.example.com", "key", "key nokey",
	"!", "!any", "{ any; }", "{ }", "port 53", "port 99999", "IN", "CH", "first", "only", "unlimited", "default", "debug 99", "daemon"}

var foreignComments = []string{"; comment", "-- comment", "<!-- comment -->", "% comment", "' comment", "REM comment", "\"\"\" comment", "/* open",
	"*/", "// fine", "# fine", "/* fine */", "!comment", "/ comment", "//", "(* comment *)", "/* a /* b */ c */"}

var strangeCharacters = []string{"\x00", "\x01", "\x0b", "\x0c", "\r", "\x7f", "\u00a0", "\xff", "\ufeff", "\\", "'", "`", "\u201c", "\u201d", "\u3000",
	"=", ":", ",", "(", ")", "[", "]", "<", ">", "@", "$", "%", "&", "*", "+", "~", "?", "|", "^", "ㅁ", "；"}

// misplaced are statements that belong elsewhere, are old, or are unknown.
var misplaced = []string{"recursion no;", "directory \"/tmp\";", "type master;", "file \"x\";", "allow-query { any; };", "forwarders { 192.0.2.1; };",
	"masters { 192.0.2.1; };", "match-clients { any; };", "zone \"x\" { type hint; file \"x\"; };", "zone example.com { type forward; };", "options { };",
	"acl a { any; };", "acl any { none; };", "key k { algorithm hmac-sha256; secret \"AAAA\"; };", "key k { };", "include \"/nonexistent\";",
	"logging { channel c { file \"x\"; stderr; }; };", "logging { category nothing { nowhere; }; };", "controls { };", "view v { };",
	"view _default { };", "server 192.0.2.1 { keys { k; }; };", "auto-dnssec maintain;", "dnssec-enable yes;", "dnssec-lookaside auto;", "fetch-glue no;",
	"managed-keys { };", "trusted-keys { };", "allow-v6-synthesis { any; };", "listen-on port 53 any;", "notify master-only;", "max-zone-ttl 1;",
	"update-policy local;", "allow-update { any; };", "type slave;", "type forward;", "inline-signing yes;", "dnssec-policy default;", "key-directory \"/nonexistent\";",
	"forward only;", "in-view v;", "also-notify { list; };", "notify no;", "min-refresh-time 0;", "edns-udp-size 5000;", "version;", "pid-file none;",
	"rrset-order { order fixed; };", "dialup yes;", "check-names fail;", "check-names master fail;", "query-source port 53;", "transfer-source * port 53;",
	"listen-on { nothing; };", "blackhole { a; };", "}", "};", "{", "{ };", ";", "}; };", "\"", "zone", "zone \"\" { type master; file \"x\"; };",
	"zone \"a..b\" { type master; file \"x\"; };", "zone \"x\" CH { type master; file \"x\"; };", "zone x foo { type master; file \"x\"; };", "masters list { };",
	"primaries list { 192.0.2.1; nolist; };", "statistics-channels { inet * port 80; };", "tls t { };", "http h { };", "max-cache-size 10%;", "port 65535;"}

// mutate returns text with one mistake, or a few.
func (m *mutator) mutate(text string) string {
	for n := 1 + m.r.IntN(5)/4; n > 0; n-- {
		text = m.one(text)
	}
	return text
}

func (m *mutator) one(text string) string {
	lines := strings.SplitAfter(text, "\n")
	i := m.r.IntN(len(lines))
	switch m.r.IntN(24) {
	case 0:
		return m.atChar(text, func(c string) string { return "" })
	case 1:
		return m.atChar(text, func(c string) string { return c + c })
	case 2:
		if j := m.r.IntN(len(text) + 1); j > 0 && j < len(text) {
			return text[:j-1] + text[j:j+1] + text[j-1:j] + text[j+1:]
		}
	case 3:
		return m.atToken(text, func(t string) string { return "" })
	case 4:
		return m.atToken(text, func(t string) string { return t + " " + t })
	case 5:
		return m.swapTokens(text)
	case 6:
		lines[i] = ""
	case 7:
		lines[i] += lines[i]
	case 8:
		j := m.r.IntN(len(lines))
		lines[i], lines[j] = lines[j], lines[i]
	case 9, 10, 11:
		return m.atPunctuation(text, "")
	case 12:
		return m.atPunctuation(text, []string{";", "\"", "{", "}", "; ;", ",", ":"}[m.r.IntN(7)])
	case 13, 14:
		return m.misspell(text)
	case 15, 16:
		return m.atToken(text, func(string) string { return wrongValues[m.r.IntN(len(wrongValues))] })
	case 17:
		lines[i] = foreignComments[m.r.IntN(len(foreignComments))] + "\n" + lines[i]
	case 18:
		lines[i] = strings.TrimSuffix(lines[i], "\n") + " " + foreignComments[m.r.IntN(len(foreignComments))] + "\n"
	case 19:
		return m.atChar(text, func(c string) string { return c + strangeCharacters[m.r.IntN(len(strangeCharacters))] })
	case 20:
		lines[i] += "\t" + misplaced[m.r.IntN(len(misplaced))] + "\n"
	case 21:
		other := strings.SplitAfter(m.donor, "\n")
		lines[i] += other[m.r.IntN(len(other))]
	case 22:
		return m.randomOption(lines, i)
	case 23:
		return m.rare(text)
	}
	return strings.Join(lines, "")
}

// rare are the mistakes of a whole file: other quotes, cut off, other line ends.
func (m *mutator) rare(text string) string {
	switch m.r.IntN(6) {
	case 0:
		return strings.Replace(strings.Replace(text, "\"", "\u201c", 1), "\"", "\u201d", 1)
	case 1:
		return strings.Replace(text, "\"", "'", 2)
	case 2:
		return text[:m.r.IntN(len(text)+1)]
	case 3:
		return strings.ReplaceAll(text, "\n", "\r\n")
	case 4:
		return strings.TrimSpace(text)
	}
	return strings.ToUpper(text)
}

func (m *mutator) atChar(text string, change func(string) string) string {
	if text == "" {
		return text
	}
	i := m.r.IntN(len(text))
	return text[:i] + change(text[i:i+1]) + text[i+1:]
}

func (m *mutator) atPunctuation(text, replacement string) string {
	var at []int
	for i, c := range []byte(text) {
		if strings.IndexByte(";\"{}", c) >= 0 {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return text
	}
	i := at[m.r.IntN(len(at))]
	return text[:i] + replacement + text[i+1:]
}

// spans are the places of words, strings and punctuation.
func spans(text string) [][2]int {
	var out [][2]int
	for i := 0; i < len(text); {
		c := text[i]
		j := i + 1
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case strings.IndexByte("{};", c) >= 0:
		default:
			for j < len(text) && strings.IndexByte(" \t\r\n{};", text[j]) < 0 {
				j++
			}
		}
		out = append(out, [2]int{i, j})
		i = j
	}
	return out
}

func (m *mutator) atToken(text string, change func(string) string) string {
	s := spans(text)
	if len(s) == 0 {
		return text
	}
	t := s[m.r.IntN(len(s))]
	return text[:t[0]] + change(text[t[0]:t[1]]) + text[t[1]:]
}

func (m *mutator) swapTokens(text string) string {
	s := spans(text)
	if len(s) < 2 {
		return text
	}
	i := m.r.IntN(len(s) - 1)
	a, b := s[i], s[i+1]
	return text[:a[0]] + text[b[0]:b[1]] + text[a[1]:b[0]] + text[a[0]:a[1]] + text[b[1]:]
}

// misspell drops, doubles or swaps a letter of a word, or changes its case.
func (m *mutator) misspell(text string) string {
	return m.atToken(text, func(t string) string {
		if len(t) < 3 {
			return t + "x"
		}
		i := 1 + m.r.IntN(len(t)-2)
		switch m.r.IntN(4) {
		case 0:
			return t[:i] + t[i+1:]
		case 1:
			return t[:i] + t[i:i+1] + t[i:]
		case 2:
			return t[:i-1] + t[i:i+1] + t[i-1:i] + t[i+1:]
		}
		return strings.ToUpper(t)
	})
}

// randomOption adds a clause of any statement with a value of its grammar.
func (m *mutator) randomOption(lines []string, i int) string {
	sets := [][]clause{optionsClauses, viewClauses, zoneClauses, zoneOnlyClauses, topOrViewClauses, topClauses, serverClauses}
	set := sets[m.r.IntN(len(sets))]
	c := set[m.r.IntN(len(set))]
	value := "yes"
	if c.typ != nil {
		value = m.value(c.typ, 3)
	}
	lines[i] += "\t" + c.name + " " + value + ";\n"
	return strings.Join(lines, "")
}

// value writes a value of a grammar, sometimes one that does not fit.
func (m *mutator) value(t *valueType, depth int) string {
	if m.r.IntN(20) == 0 || depth == 0 {
		return wrongValues[m.r.IntN(len(wrongValues))]
	}
	pick := func(s ...string) string { return s[m.r.IntN(len(s))] }
	switch t.kind {
	case kindVoid:
		return ""
	case kindUint, kindOptUint, kindPortRange:
		return pick("0", "1", "53", "100", "1000", "4096", "65535", "70000", "4000000000")
	case kindBool, kindBoolOrAuto:
		return pick("yes", "no", "true", "auto")
	case kindPercent:
		return pick("0%", "50%", "200%")
	case kindFixed:
		return pick("0.1", "1.25", "99")
	case kindDuration, kindDurationOrUnlimited:
		return pick("0", "1", "60", "1h", "1w2d", "P1D", "PT5M", "P1Y2M", "P2W", "unlimited", "100000000")
	case kindSize, kindSizeOrPercent:
		return pick("1", "10k", "1m", "2G", "10%")
	case kindEnum, kindMatchType:
		return pick(t.words...)
	case kindEnumOr:
		if m.r.IntN(2) == 0 {
			return pick(t.words...)
		}
		return m.value(t.of, depth-1)
	case kindKeyword, kindOptKeyword:
		return t.words[0] + " " + m.value(t.of, depth-1)
	case kindList:
		return "{ " + m.value(t.of, depth-1) + "; " + m.value(t.of, depth-1) + "; }"
	case kindTuple, kindLogFile, kindDnstapOutput, kindPolicyAction:
		return m.fields(t, depth)
	case kindMap, kindNamedMap, kindPrefixMap:
		return m.mapValue(t, depth)
	case kindNetAddr, kindSockAddr, kindQuerySource:
		return m.address(t)
	case kindRemoteElement, kindNamePort:
		return pick("192.0.2.1", "2001:db8::1", "192.0.2.1 port 53", "more", "more", "\"more\"")
	case kindQuoted, kindQuotedOrNone, kindServerID:
		return pick("\"x\"", "\"example.com\"", "\"/tmp\"", "\"AAAA\"", "\"01020304050607080910111213141516\"")
	case kindWord:
		return pick("default", "IN", "A", "order", "random", "cyclic", "ecdsap256sha256", "rsasha256")
	case kindString, kindSecret:
		return pick("\"x\"", "x", "example.com", "hmac-sha256", "k1", "more", "n0", "default_syslog", "queries", "AAAA", "A", "\"0102030405060708090a0b0c0d0e0f10\"", "TLSv1.2", "rsasha1", "default", ".")
	case kindPrefix, kindMatchElement:
		return pick("192.0.2.0/24", "192.0.2.1", "2001:db8::/32", "any", "none", "office", "!10/8", "key k1", "{ localhost; }")
	}
	return pick("\"x\"", "x", "\"example.com\"", "none", "\"/tmp/x\"", "default", "hmac-sha256")
}

func (m *mutator) address(t *valueType) string {
	var fits []string
	if t.addr&addrV4 != 0 {
		fits = append(fits, "192.0.2.1", "192.0.2.7")
	}
	if t.addr&addrV6 != 0 {
		fits = append(fits, "2001:db8::1", "::1")
	}
	if t.addr&addrWild != 0 {
		fits = append(fits, "*")
	}
	a := fits[m.r.IntN(len(fits))]
	if t.kind == kindNetAddr || m.r.IntN(3) > 0 {
		return a
	}
	return a + " port " + []string{"53", "1024", "5353", "70000"}[m.r.IntN(4)]
}

func (m *mutator) fields(t *valueType, depth int) string {
	var out []string
	for _, f := range t.fields {
		out = append(out, m.value(f.typ, depth-1))
	}
	return strings.Join(out, " ")
}

func (m *mutator) mapValue(t *valueType, depth int) string {
	name := ""
	switch t.kind {
	case kindNamedMap:
		name = "n" + strconv.Itoa(m.r.IntN(3)) + " "
	case kindPrefixMap:
		name = []string{"192.0.2.1", "2001:db8::/96", "64:ff9b::/96", "198.51.100.0/24"}[m.r.IntN(4)] + " "
	}
	var out strings.Builder
	for range 1 + m.r.IntN(2) {
		set := t.sets[m.r.IntN(len(t.sets))]
		c := set[m.r.IntN(len(set))]
		if c.typ != nil {
			out.WriteString(c.name + " " + m.value(c.typ, depth-1) + "; ")
		}
	}
	return name + "{ " + out.String() + "}"
}
