package dns

import (
	"math/rand/v2"
	"strings"
)

// baseZone is a correct zone that tests damage.
type baseZone struct{ origin, text string }

// baseZones are zones in the styles students copy from books.
func baseZones() []baseZone {
	return []baseZone{
		{"example.com", `$TTL 3600
@	IN	SOA	ns1.example.com. hostmaster.example.com. (
			2025112101	; serial
			3600		; refresh
			900		; retry
			1209600		; expire
			300 )		; negative TTL
	IN	NS	ns1.example.com.
	IN	NS	ns2
	IN	MX	10 mail.example.com.
	IN	MX	20 mail2
@	IN	TXT	"v=spf1 mx -all"
ns1	IN	A	192.0.2.1
ns2	IN	A	192.0.2.2
mail	IN	A	192.0.2.25
mail2	IN	A	192.0.2.26
www	IN	A	192.0.2.80
	IN	AAAA	2001:db8::80
ftp	IN	CNAME	www
_imap._tcp	IN	SRV	0 5 143 mail
*.wild	IN	A	192.0.2.99
`},
		{"corp.test", `; zone of corp.test
$ORIGIN corp.test.
$TTL 1d
corp.test.   IN   SOA   dns.corp.test. admin.corp.test. (
     20240101   ; serial number
     8h         ; refresh
     2h         ; retry
     4w         ; expire
     1d )       ; minimum
             IN   NS    dns.corp.test.
             IN   MX    5 mx
dns          IN   A     198.51.100.53
mx           IN   A     198.51.100.25
lab          IN   NS    ns.lab
ns.lab       IN   A     198.51.100.54
$ORIGIN dept.corp.test.
host1        IN   A     198.51.100.60
host2   600  IN   A     198.51.100.61
host3   IN 2h A     198.51.100.62
alias        CNAME host1
default._domainkey.corp.test. TXT ( "v=DKIM1; k=rsa; "
   "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ" )
`},
		{"2.0.192.in-addr.arpa", `$TTL 86400
@ IN SOA ns1.example.com. root.example.com. 7 10800 3600 604800 86400
@ IN NS ns1.example.com.
1 IN PTR ns1.example.com.
25 IN PTR mail.example.com.
$GENERATE 100-105 $ PTR host-$.example.com.
80.2.0.192.in-addr.arpa. IN PTR www.example.com.
`},
		{"school.example", `$TTL	604800
@	IN	SOA	school.example. root.school.example. (
			      2		; Serial
			 604800		; Refresh
			  86400		; Retry
			2419200		; Expire
			 604800 )	; Negative Cache TTL
;
@	IN	NS	ns.school.example.
@	IN	A	203.0.113.10
@	IN	AAAA	::1
@	IN	CAA	0 issue "ca.example.net"
ns	IN	A	203.0.113.10
mail	3600	IN	A	203.0.113.11
@	IN	MX	10	mail.school.example.
pc1	IN	HINFO	"PC" "Linux"
pc1	IN	A	203.0.113.20
pc1	IN	TXT	room 101 "second floor"
`},
		{"test", `test. 300 IN SOA a.test. b.test. 1 2 3 4 5
test. 300 IN NS a.test.
a.test. 300 IN A 192.0.2.1
b.test. IN A 192.0.2.2
c IN A 192.0.2.3
sub IN NS a
sub IN DS 12345 8 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
srv IN NAPTR 10 20 "s" "SIP+D2U" "" _sip._udp.test.
key IN SSHFP 1 1 0123456789abcdef0123456789abcdef01234567
old IN DNAME other.test.
rp IN RP joe.test. rp.test.
`},
	}
}

// mutations are the slips students make. Each changes one line of the zone.
func mutations() []func(r *rand.Rand, lines []string, i int) []string {
	edit := func(change func(r *rand.Rand, line string) string) func(*rand.Rand, []string, int) []string {
		return func(r *rand.Rand, lines []string, i int) []string {
			lines[i] = change(r, lines[i])
			return lines
		}
	}
	swap := func(old string, with ...string) func(*rand.Rand, []string, int) []string {
		return edit(func(r *rand.Rand, line string) string { return replaceOne(r, line, old, with[r.IntN(len(with))]) })
	}
	return []func(*rand.Rand, []string, int) []string{
		edit(deleteChar), edit(deleteChar), edit(doubleChar), edit(swapChars), edit(insertChar), edit(insertChar),
		edit(deleteField), edit(swapFields), edit(doubleField), edit(joinFields), edit(caseField), edit(mangleNumber),
		swap(".", ""), swap(".", "..", ",", ". ", " ."), swap("(", "", "((", "{", "["), swap(")", "", "))", "}", "]"),
		swap("\"", "", "'", "“", "\"\""), swap(";", "", "#", "//", "--"), swap("IN", "", "NI", "in", "CH", "I N", "1N"),
		swap("A", "AA", "AAAA", "a", "CNAME", "B"), swap("\t", "", " ", "\u00a0", "\u3000"), swap(" ", "", "\t", "\u00a0"),
		swap("CNAME", "CNANE", "NAME", "A", "MX"), swap("MX", "MX 10 10", "NX", "M X", "A", "mx"), swap("NS", "SN", "N", "NS NS"),
		swap("SOA", "SAO", "S0A", "soa", "SOA SOA"), swap("$TTL", "$TLL", "TTL", "$ TTL", "$ttl", "$TTL=", "#TTL"),
		swap("3600", "1h", "3600s", "1hour", "1x", "-1", "99999999999", "3,600"), swap("-", "_", "–", "--"),
		swap("@", "", "@.", "#", "example.com"), swap("192.0.2.", "192.0.2.300", "192.0.2", "192,0,2,", "192.0..", "0192.0.2."),
		swap("$", "", "\\$", "$$", "&"), swap("TXT", "TEXT", "TX", "SPF", "txt"), swap("PTR", "PRT", "A", "POINTER"),
		edit(func(_ *rand.Rand, l string) string { return " " + l }),
		edit(func(_ *rand.Rand, l string) string { return strings.TrimLeft(l, " \t") }),
		edit(func(_ *rand.Rand, l string) string { return l + "." }),
		edit(func(_ *rand.Rand, l string) string { return l + " extra" }),
		edit(func(_ *rand.Rand, l string) string { return "한글" + l }),
		edit(func(_ *rand.Rand, l string) string { return "; " + l }),
		func(_ *rand.Rand, l []string, i int) []string { return append(l[:i:i], l[i+1:]...) },
		func(_ *rand.Rand, l []string, i int) []string { return append(l[:i+1:i+1], l[i:]...) },
		func(r *rand.Rand, l []string, i int) []string {
			return append(append(l[:i:i], strayLines()[r.IntN(len(strayLines()))]), l[i:]...)
		},
		func(r *rand.Rand, l []string, i int) []string {
			j := r.IntN(len(l))
			l[i], l[j] = l[j], l[i]
			return l
		},
		func(_ *rand.Rand, l []string, i int) []string {
			if i+1 < len(l) {
				l[i] += " " + l[i+1]
				return append(l[:i+1:i+1], l[i+2:]...)
			}
			return l
		},
		func(r *rand.Rand, l []string, i int) []string {
			cut := r.IntN(len(l[i]) + 1)
			return append(append(l[:i:i], l[i][:cut], l[i][cut:]), l[i+1:]...)
		},
		func(_ *rand.Rand, l []string, i int) []string { return l[:i] },
	}
}

// strayLines are lines pasted from elsewhere.
func strayLines() []string {
	return []string{
		"www IN CNAME mail", "@ IN CNAME www", "www IN A 192.0.2.81", "www 600 IN A 192.0.2.82", "my_host IN A 192.0.2.83",
		"zone \"example.com\" { type master; };", "$INCLUDE missing.inc", "$ORIGIN example.net.", "$ORIGIN sub", "$TTL",
		"$GENERATE 1-3 h$ A 10.0.0.$", "$GENERATE 1-a h$ A 10.0.0.$", "sub IN NS ns.other.net.", "sub IN NS ns.sub",
		"@ IN MX 10 192.0.2.25", "@ IN NS 192.0.2.1", "@ IN MX 10 nowhere", "x IN A", "x IN", "x", "   ", "\t", "(", ")", "\"",
		"a b c d e", "nameserver 192.0.2.1", "192.0.2.1 www", "x IN TXT \"unclosed", "x IN TXT " + strings.Repeat("y", 256),
		strings.Repeat("z", 64) + " IN A 192.0.2.1", "a..b IN A 192.0.2.1", ".x IN A 192.0.2.1", "x IN AAAA 2001:db8::g",
		"x IN AAAA 192.0.2.1", "x IN SRV 1 2 mail", "x IN MX mail", "x IN MX 70000 mail", "x IN MX 10 mail extra", "x CH TXT hi",
		"x IN ANY 1", "x IN TYPE65280 \\# 2 0102", "x IN TYPE65280 \\# 3 0102", "x IN NAPTR 1 2 3", "x IN LOC 52 N 4 E 0",
		"$DATE 20240101", "$UNKNOWN x", "x 1w2d IN A 192.0.2.1", "x 4294967295 IN A 192.0.2.1", "x IN A 192.0.2.1 ; ok",
		"@ IN SOA a b 1 2 3 4 5", "x IN SOA a b 1 2 3 4 5", "www IN A 192.0.2.80", "*.x IN NS www", "x.*.y IN A 192.0.2.4",
		"x IN HINFO PC", "x IN TXT", "x IN TXT \"a\" \"b\" \\", "x\\ y IN A 192.0.2.1", "x IN CNAME a b", "x IN PTR",
		"\x00", "x IN A 192.0.2.1\r", "x IN DS 1 2 3 zz", "x IN SSHFP 1 1 12", "x IN CAA 0 issue", "x IN CAA 256 issue x",
	}
}

func pick(r *rand.Rand, line string) int { return r.IntN(len(line)) }

func deleteChar(r *rand.Rand, l string) string {
	if l == "" {
		return l
	}
	i := pick(r, l)
	return l[:i] + l[i+1:]
}

func doubleChar(r *rand.Rand, l string) string {
	if l == "" {
		return l
	}
	i := pick(r, l)
	return l[:i] + l[i:i+1] + l[i:]
}

func swapChars(r *rand.Rand, l string) string {
	if len(l) < 2 {
		return l
	}
	i := r.IntN(len(l) - 1)
	return l[:i] + l[i+1:i+2] + l[i:i+1] + l[i+2:]
}

func insertChar(r *rand.Rand, l string) string {
	const chars = `().;"'@$\ {}[]:,_-/0Aa*#<>=`
	i := r.IntN(len(l) + 1)
	j := r.IntN(len(chars))
	return l[:i] + chars[j:j+1] + l[i:]
}

func replaceOne(r *rand.Rand, l, old, with string) string {
	n := strings.Count(l, old)
	if n == 0 {
		return l
	}
	at := -1
	for range r.IntN(n) + 1 {
		at += 1 + strings.Index(l[at+1:], old)
	}
	return l[:at] + with + l[at+len(old):]
}

// onFields applies change to the words of a line and keeps its indentation.
func onFields(l string, change func(f []string) []string) string {
	f := strings.Fields(l)
	if len(f) < 2 {
		return l
	}
	indent := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
	return indent + strings.Join(change(f), " ")
}

func deleteField(r *rand.Rand, l string) string {
	return onFields(l, func(f []string) []string { i := r.IntN(len(f)); return append(f[:i:i], f[i+1:]...) })
}

func swapFields(r *rand.Rand, l string) string {
	return onFields(l, func(f []string) []string {
		i := r.IntN(len(f) - 1)
		f[i], f[i+1] = f[i+1], f[i]
		return f
	})
}

func doubleField(r *rand.Rand, l string) string {
	return onFields(l, func(f []string) []string { i := r.IntN(len(f)); return append(f[:i+1:i+1], f[i:]...) })
}

func joinFields(r *rand.Rand, l string) string {
	return onFields(l, func(f []string) []string {
		i := r.IntN(len(f) - 1)
		f[i] += f[i+1]
		return append(f[:i+1:i+1], f[i+2:]...)
	})
}

func caseField(r *rand.Rand, l string) string {
	return onFields(l, func(f []string) []string {
		i := r.IntN(len(f))
		if f[i] == strings.ToLower(f[i]) {
			f[i] = strings.ToUpper(f[i])
		} else {
			f[i] = strings.ToLower(f[i])
		}
		return f
	})
}

func mangleNumber(r *rand.Rand, l string) string {
	values := []string{"0", "-1", "1.5", "4294967296", "65536", "256", "ten", "1e3", "0x10", "1h30", "2w", "١", "10m5", "999"}
	return onFields(l, func(f []string) []string {
		for i := range f {
			if f[i][0] >= '0' && f[i][0] <= '9' {
				f[i] = values[r.IntN(len(values))]
				break
			}
		}
		return f
	})
}

// damage makes one to three slips in a zone.
func damage(r *rand.Rand, text string) string {
	all := mutations()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for range 1 + r.IntN(6)/4 + r.IntN(8)/7 {
		if len(lines) == 0 {
			break
		}
		lines = all[r.IntN(len(all))](r, lines, r.IntN(len(lines)))
	}
	out := strings.Join(lines, "\n")
	switch r.IntN(25) {
	case 0:
		return out // no newline at the end
	case 1:
		return strings.ReplaceAll(out, "\n", "\r\n") + "\r\n"
	}
	return out + "\n"
}
