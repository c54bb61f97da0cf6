package filter

import (
	"net/netip"
	"strconv"
	"strings"
)

// tokenKind is the class of a token of scanner.l.
type tokenKind uint8

const (
	tokEnd   tokenKind = iota
	tokWord            // a keyword or an operator; text tells which
	tokNum             // a number; value
	tokID              // a name
	tokHost            // 2 to 4 numbers with dots
	tokHost6           // an IPv6 address
	tokEther           // an Ethernet address
)

type token struct {
	kind  tokenKind
	text  string
	value uint32
}

// aliases are keywords with more than one spelling.
var aliases = map[string]string{"link": "ether", "ppp": "ether", "slip": "ether", "fddi": "ether", "tr": "ether", "wlan": "ether", "&&": "and", "||": "or", "not": "!", "==": "="}

// keywords are the words that cannot be names.
var keywords = words("and or not host net port portrange src dst gateway proto protochain less greater byte broadcast multicast mask inbound outbound len length " +
	"ether link ppp slip fddi tr wlan arp rarp ip ip6 tcp udp sctp icmp icmp6 igmp igrp pim vrrp carp ah esp " +
	"atalk aarp decnet lat sca moprc mopdl iso esis es-is isis is-is clnp stp ipx netbeui radio " +
	"vlan mpls pppoed pppoes geneve lane llc metac bcc oam oamf4 oamf4ec oamf4sc ilmic sc vpi vci connectmsg metaconnect " +
	"on ifname rset rulset rnr rulenum srnr subrulenum reason action type subtype dir ra ta addr1 addr2 addr3 addr4 address1 address2 address3 address4 " +
	"fisu lssu lsu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls iface ifindex")

func words(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// numbers are the names that stand for offsets and values.
var numbers = map[string]uint32{
	"icmptype": 0, "icmpcode": 1, "icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5, "icmp-echo": 8,
	"icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11, "icmp-paramprob": 12, "icmp-tstamp": 13, "icmp-tstampreply": 14,
	"icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
	"icmp6type": 0, "icmp6code": 1, "icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3, "icmp6-parameterproblem": 4,
	"icmp6-echo": 128, "icmp6-echoreply": 129, "icmp6-multicastlistenerquery": 130, "icmp6-multicastlistenerreportv1": 131,
	"icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133, "icmp6-routeradvert": 134, "icmp6-neighborsolicit": 135,
	"icmp6-neighboradvert": 136, "icmp6-redirect": 137, "icmp6-routerrenum": 138, "icmp6-nodeinformationquery": 139,
	"icmp6-nodeinformationresponse": 140, "icmp6-ineighbordiscoverysolicit": 141, "icmp6-ineighbordiscoveryadvert": 142,
	"icmp6-multicastlistenerreportv2": 143, "icmp6-homeagentdiscoveryrequest": 144, "icmp6-homeagentdiscoveryreply": 145,
	"icmp6-mobileprefixsolicit": 146, "icmp6-mobileprefixadvert": 147, "icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149,
	"icmp6-multicastrouteradvert": 151, "icmp6-multicastroutersolicit": 152, "icmp6-multicastrouterterm": 153,
	"tcpflags": 13, "tcp-fin": 1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8, "tcp-ack": 16, "tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,
}

// scan splits an expression into tokens, the last of which is tokEnd.
func scan(s string) (list []token) {
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return append(list, token{})
		}
		if len(list) > maxTokens {
			fail(syntaxError)
		}
		t, n := one(s)
		list = append(list, t)
		s = s[n:]
	}
}

// one reads the token at the beginning of s, the longest that fits.
func one(s string) (token, int) {
	for _, op := range []string{"&&", "||", ">=", "<=", "!=", "==", "<<", ">>"} {
		if strings.HasPrefix(s, op) {
			return token{kind: tokWord, text: canonical(op)}, 2
		}
	}
	if strings.IndexByte("!()[]:&|^+-*/%<>=", s[0]) >= 0 && (s[0] != ':' || !strings.HasPrefix(s, "::")) {
		return token{kind: tokWord, text: s[:1]}, 1
	}
	escaped := s[0] == '\\'
	if escaped {
		s = s[1:]
	}
	n := wordLength(s)
	if n == 0 {
		fail(syntaxError)
	}
	word := s[:n]
	if escaped {
		return token{kind: tokID, text: word}, n + 1
	}
	return classify(word), n
}

func canonical(s string) string {
	if a, ok := aliases[s]; ok {
		return a
	}
	return s
}

// wordLength returns the length of the name, number or address at the beginning
// of s. Colons belong to it only in addresses.
func wordLength(s string) int {
	if n := span(s, "0123456789abcdefABCDEF:.-"); n > 0 {
		for ; n > 1; n-- { // the longest beginning that is an address
			if w := s[:n]; strings.Contains(w, ":") && (n == len(s) || !wordByte(s[n])) && (isEther(w) || isHost6(w)) {
				return n
			}
		}
	}
	n := 0
	for n < len(s) && (wordByte(s[n]) || s[n] == '-' || s[n] == '_' || s[n] == '.') {
		n++
	}
	for n > 0 && (s[n-1] == '-' || s[n-1] == '_') { // a name ends in a letter, digit or dot
		n--
	}
	if n > 0 && !wordByte(s[0]) {
		return 0
	}
	return n
}

func span(s, set string) int {
	n := 0
	for n < len(s) && strings.IndexByte(set, s[n]) >= 0 {
		n++
	}
	return n
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isHost6(w string) bool {
	a, err := netip.ParseAddr(w)
	return err == nil && a.Is6() && a.Zone() == ""
}

func isEther(w string) bool {
	_, ok := etherAddr(w)
	return ok
}

// etherAddr reads an Ethernet address: six numbers with colons, dots or dashes.
func etherAddr(w string) (mac [6]byte, ok bool) {
	parts := strings.FieldsFunc(w, func(r rune) bool { return r == ':' || r == '-' || r == '.' })
	if len(parts) == 1 && len(w) == 12 {
		parts = []string{w[:2], w[2:4], w[4:6], w[6:8], w[8:10], w[10:]}
	}
	if len(parts) != 6 {
		return mac, false
	}
	size := len(parts) - 1
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 16, 8)
		if err != nil || len(p) > 2 {
			return mac, false
		}
		mac[i] = byte(v)
		size += len(p)
	}
	return mac, size == len(w) || len(w) == 12
}

func classify(w string) token {
	if strings.Contains(w, ":") {
		if isEther(w) {
			return token{kind: tokEther, text: w}
		}
		return token{kind: tokHost6, text: w}
	}
	if v, ok := numbers[w]; ok {
		return token{kind: tokNum, value: v, text: w}
	}
	if keywords[w] {
		if w == "length" {
			w = "len"
		}
		return token{kind: tokWord, text: canonical(w)}
	}
	if span(w, "0123456789") == len(w) || len(w) > 2 && w[0] == '0' && (w[1] == 'x' || w[1] == 'X') && span(w[2:], "0123456789abcdefABCDEF") == len(w)-2 {
		v, err := strconv.ParseUint(w, 0, 32)
		if err != nil {
			if w[0] == '0' && strings.ContainsAny(w, "89") && !strings.ContainsAny(w, "xX") {
				fail("number %s contains non-octal digit", w)
			}
			fail(syntaxError)
		}
		return token{kind: tokNum, value: uint32(v), text: w}
	}
	if parts := strings.Split(w, "."); len(parts) >= 2 && len(parts) <= 4 && digitsAll(parts) {
		return token{kind: tokHost, text: w}
	}
	if strings.ContainsAny(w, ".-") && isEther(w) {
		return token{kind: tokEther, text: w}
	}
	return token{kind: tokID, text: w}
}

func digitsAll(parts []string) bool {
	for _, p := range parts {
		if p == "" || span(p, "0123456789") != len(p) {
			return false
		}
	}
	return true
}
