package userland

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	mdns "github.com/miekg/dns"
)

// plusOption is an option of the form +[no]keyword[=value]. dig takes it
// shortened to min; up to there case counts, behind it does not.
type plusOption struct {
	name, min string
	set       func(a *digArgs, on bool, value *string)
}

// plus takes one +option.
func (a *digArgs) plus(text string) {
	word, value, hasValue := strings.Cut(strings.TrimLeft(text, "="), "=")
	if word == "" {
		a.p.Printf(";; Invalid option %s\n", text)
		return
	}
	on := true
	if len(word) >= 2 && strings.EqualFold(word[:2], "no") {
		word, on = word[2:], false
	}
	var v *string
	if hasValue && value != "" {
		v = &value
	}
	if o := findPlus(word); o != nil {
		o.set(a, on, v)
		return
	}
	word, _, _ = strings.Cut(text, "=")
	a.invalid("+" + word)
}

func findPlus(word string) *plusOption {
	list := plusOptions()
	for i := range list {
		o := &list[i]
		if len(word) <= len(o.name) && strings.HasPrefix(word, o.min) && strings.EqualFold(word, o.name[:len(word)]) {
			return o
		}
	}
	return nil
}

// flag makes the setter of a simple switch of the lookup.
func digSwitch(field func(l *lookup) *bool) func(*digArgs, bool, *string) {
	return func(a *digArgs, on bool, _ *string) { *field(a.l) = on }
}

// number makes the setter of an option that needs a number up to limit.
func digNumber(name, what string, limit uint32, set func(a *digArgs, n uint32)) func(*digArgs, bool, *string) {
	return func(a *digArgs, on bool, value *string) {
		if !on || value == nil {
			a.refuse(name, on)
		}
		if n, ok := a.number(*value, limit, what); ok {
			set(a, n)
			return
		}
		a.unparsed(what)
	}
}

// refuse ends the process because of a missing value or a "no".
func (a *digArgs) refuse(name string, on bool) {
	if !on {
		name = "no" + name
	}
	a.invalid("+" + name)
}

// unparsed ends the process because of a value that cannot be read.
func (a *digArgs) unparsed(what string) {
	a.p.Errorf("Couldn't parse %s", what)
	a.p.Exit(max(a.e.exit, 10))
}

func plusIgnored(*digArgs, bool, *string) {}

// plusOptions lists them all.
func plusOptions() []plusOption {
	return append(plusFlags(), plusSpecial()...)
}

func plusFlags() []plusOption {
	return []plusOption{
		{"aaonly", "aa", digSwitch(func(l *lookup) *bool { return &l.aa })},
		{"aaflag", "aa", digSwitch(func(l *lookup) *bool { return &l.aa })},
		{"additional", "add", digSwitch(func(l *lookup) *bool { return &l.show.additional })},
		{"adflag", "ad", digSwitch(func(l *lookup) *bool { return &l.ad })},
		{"answer", "an", digSwitch(func(l *lookup) *bool { return &l.show.answer })},
		{"authority", "au", digSwitch(func(l *lookup) *bool { return &l.show.authority })},
		{"badcookie", "ba", digSwitch(func(l *lookup) *bool { return &l.badCookie })},
		{"besteffort", "be", digSwitch(func(l *lookup) *bool { return &l.bestEffort })},
		{"cdflag", "cd", digSwitch(func(l *lookup) *bool { return &l.cd })},
		{"coflag", "co", digSwitch(func(l *lookup) *bool { return &l.compact })},
		{"ednsnegotiation", "ednsn", digSwitch(func(l *lookup) *bool { return &l.ednsNegotiation })},
		{"expandaaaa", "expa", digSwitch(func(l *lookup) *bool { return &l.show.expandAAAA })},
		{"expire", "expi", digSwitch(func(l *lookup) *bool { return &l.expire })},
		{"fail", "fa", digSwitch(func(l *lookup) *bool { return &l.servfailStops })},
		{"header-only", "he", digSwitch(func(l *lookup) *bool { return &l.headerOnly })},
		{"identify", "ide", digSwitch(func(l *lookup) *bool { return &l.identify })},
		{"idnin", "idni", plusIgnored},
		{"idnout", "idno", plusIgnored},
		{"ignore", "i", digSwitch(func(l *lookup) *bool { return &l.ignoreTC })},
		{"keepalive", "keepa", digSwitch(func(l *lookup) *bool { return &l.keepalive })},
		{"multiline", "mu", digSwitch(func(l *lookup) *bool { return &l.show.multiline })},
		{"onesoa", "on", digSwitch(func(l *lookup) *bool { return &l.show.oneSOA })},
		{"qr", "qr", digSwitch(func(l *lookup) *bool { return &l.show.query })},
		{"raflag", "ra", digSwitch(func(l *lookup) *bool { return &l.ra })},
		{"rdflag", "rd", digSwitch(func(l *lookup) *bool { return &l.recurse })},
		{"recurse", "rec", digSwitch(func(l *lookup) *bool { return &l.recurse })},
		{"showbadcookie", "showb", digSwitch(func(l *lookup) *bool { return &l.showBadCookie })},
		{"stats", "st", digSwitch(func(l *lookup) *bool { return &l.show.stats })},
		{"tcflag", "tcf", digSwitch(func(l *lookup) *bool { return &l.tc })},
		{"unknownformat", "unk", digSwitch(func(l *lookup) *bool { return &l.show.unknown })},
		{"zflag", "z", digSwitch(func(l *lookup) *bool { return &l.z })},
		{"cl", "cl", func(a *digArgs, on bool, _ *string) { a.l.show.noClass = !on }},
		{"class", "cl", func(a *digArgs, on bool, _ *string) { a.l.show.noClass = !on }},
		{"crypto", "cr", func(a *digArgs, on bool, _ *string) { a.l.show.noCrypto = !on }},
		{"ttlid", "ttl", func(a *digArgs, on bool, _ *string) { a.l.show.noTTL = !on }},
		{"cmd", "cm", func(a *digArgs, on bool, _ *string) { a.printCmd = on }},
		{"keepopen", "keepo", func(a *digArgs, on bool, _ *string) { a.e.keepOpen = on }},
		{"defname", "de", setSearch},
		{"search", "se", setSearch},
		{"tcp", "tcp", setTCP},
		{"vc", "v", setTCP},
	}
}

func setSearch(a *digArgs, on bool, _ *string) {
	if !a.l.trace {
		a.e.useSearch = on
	}
}

func setTCP(a *digArgs, on bool, _ *string) {
	if a.source == asCommand {
		a.l.tcp, a.l.tcpSet = on, true
	}
}

func plusSpecial() []plusOption {
	return []plusOption{
		{"all", "al", func(a *digArgs, on bool, _ *string) {
			s := &a.l.show
			s.question, s.authority, s.answer, s.additional, s.comments, s.stats, a.printCmd = on, on, on, on, on, on, on
		}},
		{"bufsize", "bu", setBufsize},
		{"comments", "com", func(a *digArgs, on bool, _ *string) {
			if a.l.show.comments = on; a.l == a.def {
				a.comments = on
			}
		}},
		{"question", "qu", func(a *digArgs, on bool, _ *string) {
			if a.l.show.question = on; a.l == a.def {
				a.dig.question = on
			}
		}},
		{"cookie", "coo", setCookie},
		{"do", "do", setDNSSEC},
		{"dnssec", "dnss", setDNSSEC},
		{"domain", "do", func(a *digArgs, on bool, value *string) {
			if !on || value == nil {
				a.refuse("domain", on)
			}
			a.domain = *value
		}},
		{"edns", "edns", setEDNS},
		{"ednsflags", "ednsf", setEDNSFlags},
		{"ednsopt", "ednso", setEDNSOption},
		{"ndots", "nd", digNumber("ndots", "ndots", 256, func(a *digArgs, n uint32) { a.e.ndots = int(n) })},
		{"nsid", "nsi", func(a *digArgs, on bool, _ *string) { a.withEDNS(on); a.l.nsid = on }},
		{"nssearch", "nss", setNSSearch},
		{"opcode", "op", setOpcode},
		{"padding", "p", digNumber("padding", "padding", 512, func(a *digArgs, n uint32) { a.withEDNS(true); a.l.padding = int(n) })},
		{"qid", "qi", func(a *digArgs, on bool, value *string) {
			if a.l.id = -1; on {
				digNumber("qid", "qid", 65535, func(a *digArgs, n uint32) { a.l.id = int(n) })(a, on, value)
			}
		}},
		{"retry", "ret", digNumber("retry", "retries", 0xfffffffe, setTries(1))},
		{"retries", "ret", digNumber("retries", "retries", 0xfffffffe, setTries(1))},
		{"tries", "tri", digNumber("tries", "tries", 0xffffffff, setTries(0))},
		{"timeout", "ti", digNumber("timeout", "timeout", 0xffff, func(a *digArgs, n uint32) { a.e.timeout = time.Duration(max(n, 1)) * time.Second })},
		{"rrcomments", "rr", func(a *digArgs, on bool, _ *string) {
			if a.l.show.rrComments = -1; on {
				a.l.show.rrComments = 1
			}
		}},
		{"short", "shor", setShort},
		{"showsearch", "shows", func(a *digArgs, on bool, _ *string) {
			if !a.l.trace {
				a.e.showSearch, a.e.useSearch = on, on
			}
		}},
		{"split", "sp", setSplit},
		{"subnet", "su", setSubnet},
		{"trace", "tra", setTrace},
		{"ttlunits", "ttlu", func(a *digArgs, on bool, _ *string) { a.l.show.noTTL, a.l.show.ttlUnits = false, on }},
		{"sigchase", "si", plusDeprecated("sigchase")},
		{"topdown", "to", plusDeprecated("topdown")},
		{"trusted-key", "tru", plusDeprecated("trusted-key")},
		{"unexpected", "une", plusDeprecated("unexpected")},
		{"mapped", "ma", plusDeprecated("mapped")},
	}
}

func plusDeprecated(name string) func(*digArgs, bool, *string) {
	return func(a *digArgs, _ bool, _ *string) { fmt.Fprintf(a.p.Stderr, ";; +%s option is deprecated", name) }
}

func setTries(more int) func(*digArgs, uint32) {
	return func(a *digArgs, n uint32) { a.l.retries = max(int(min(n, 1000))+more, 1) }
}

// withEDNS switches EDNS on for an option that needs it.
func (a *digArgs) withEDNS(on bool) {
	if on && a.l.edns == -1 {
		a.l.edns = 0
	}
}

func setBufsize(a *digArgs, on bool, value *string) {
	if on && value == nil {
		a.l.udpSize = defaultUDPSize
		return
	}
	if !on {
		a.refuse("bufsize", on)
	}
	n, ok := a.number(*value, 65535, "buffer size")
	if !ok {
		a.unparsed("buffer size")
	}
	a.l.udpSize = int(n)
}

func setCookie(a *digArgs, on bool, value *string) {
	a.withEDNS(on)
	a.l.sendCookie, a.l.cookie = on, ""
	if value == nil {
		return
	}
	if len(*value) >= 256 {
		a.p.Errorf("COOKIE data too large")
		a.p.Exit(10)
	}
	if _, err := hex.DecodeString(*value); err != nil {
		a.e.fatalf("isc_hex_decodestring: bad hex encoding")
	}
	a.l.cookie = *value
}

func setDNSSEC(a *digArgs, on bool, _ *string) {
	a.withEDNS(on)
	a.l.dnssec = on
}

func setEDNS(a *digArgs, on bool, value *string) {
	switch {
	case !on:
		a.l.edns = -1
	case value == nil:
		a.l.edns = 0
	default:
		n, ok := a.number(*value, 255, "edns")
		if !ok {
			a.unparsed("edns")
		}
		a.l.edns = int(n)
	}
}

func setEDNSFlags(a *digArgs, on bool, value *string) {
	if a.l.ednsFlags = 0; !on || value == nil {
		return
	}
	n, problem := parseUint(*value, 0xffff, 0)
	if problem != "" {
		a.p.Printf("invalid ednsflags '%s': %s\n", *value, problem)
		a.unparsed("ednsflags")
	}
	a.withEDNS(true)
	a.l.ednsFlags = uint16(n)
}

func setEDNSOption(a *digArgs, on bool, value *string) {
	if !on {
		a.l.ednsOptions = nil
		return
	}
	if value == nil {
		a.p.Errorf("ednsopt no code point specified")
		a.p.Exit(10)
	}
	name, data, _ := strings.Cut(*value, ":")
	if len(a.l.ednsOptions) >= 100 {
		a.e.fatalf("too many ednsopts")
	}
	code, known := map[string]uint32{"LLQ": 1, "UL": 2, "NSID": 3, "DAU": 5, "DHU": 6, "N3U": 7, "ECS": 8, "EXPIRE": 9, "COOKIE": 10,
		"KEEPALIVE": 11, "PADDING": 12, "PAD": 12, "CHAIN": 13, "KEY-TAG": 14, "EDE": 15, "CLIENT-TAG": 16, "SERVER-TAG": 17,
		"DEVICEID": 26946}[strings.ToUpper(name)]
	if !known {
		var ok bool
		if code, ok = a.number(name, 65535, "ednsopt"); !ok {
			a.e.fatalf("bad edns code point: %s", name)
		}
	}
	raw, err := hex.DecodeString(data)
	if err != nil {
		a.e.fatalf("isc_hex_decodestring: bad hex encoding")
	}
	a.l.ednsOptions = append(a.l.ednsOptions[:len(a.l.ednsOptions):len(a.l.ednsOptions)], ednsOption{uint16(code), raw})
}

func setNSSearch(a *digArgs, on bool, _ *string) {
	l := a.l
	if l.nsSearch = on; !on {
		return
	}
	l.traceRoot, l.recurse, l.identify, a.short = true, true, true, true
	l.show.stats, l.show.comments, l.show.additional, l.show.authority, l.show.question = false, false, false, false, false
	l.qtype, l.typeSet, l.show.rrComments = mdns.TypeNS, true, 0
}

func setOpcode(a *digArgs, on bool, value *string) {
	if a.l.opcode = 0; !on {
		return
	}
	if value == nil {
		a.refuse("opcode", on)
	}
	for op := range 16 {
		if strings.EqualFold(opcodeText(op), *value) {
			a.l.opcode = op
			return
		}
	}
	n, ok := a.number(*value, 15, "opcode")
	if !ok {
		a.unparsed("opcode")
	}
	a.l.opcode = int(n)
}

func setShort(a *digArgs, on bool, _ *string) {
	if a.short = on; !on {
		return
	}
	a.printCmd = false
	s := &a.l.show
	s.additional, s.answer, s.authority, s.question, s.comments, s.stats, s.rrComments = false, true, false, false, false, false, -1
}

func setSplit(a *digArgs, on bool, value *string) {
	switch {
	case value != nil && !on:
		a.refuse("split", on)
	case !on:
		a.split = 0
	case value != nil:
		n, ok := a.number(*value, 1023, "split")
		if n%4 != 0 {
			n = (n + 3) / 4 * 4
			fmt.Fprintf(a.p.Stderr, ";; Warning, split must be a multiple of 4; adjusting to %d\n", n)
		}
		if !ok {
			a.unparsed("split")
		}
		a.split = int(n)
	}
}

func setSubnet(a *digArgs, on bool, value *string) {
	if a.l.subnet = nil; !on {
		return
	}
	if value == nil {
		a.refuse("subnet", on)
	}
	a.withEDNS(true)
	if *value == "0" {
		p := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		a.l.subnet = &p
		return
	}
	text, bitsText, hasBits := strings.Cut(*value, "/")
	bits := 128
	if hasBits {
		n, problem := parseUint(bitsText, 0xffffffff, 10)
		if problem != "" {
			a.e.fatalf("invalid prefix length in '%s': %s\n", *value, problem)
		}
		bits = int(min(n, 128))
	}
	addr, err := netip.ParseAddr(text)
	for i := 0; err != nil && hasBits && i < 3; i++ {
		text += ".0"
		addr, err = netip.ParseAddr(text)
	}
	if err != nil {
		a.e.fatalf("invalid address '%s'", *value)
	}
	p := netip.PrefixFrom(addr, min(bits, addr.BitLen()))
	a.l.subnet = &p
}

func setTrace(a *digArgs, on bool, _ *string) {
	l := a.l
	if l.trace, l.traceRoot = on, on; !on {
		return
	}
	l.recurse, l.identify, l.dnssec, l.sendCookie = true, true, true, true
	l.show.comments, l.show.rrComments, l.show.stats, l.show.additional, l.show.authority, l.show.question = false, 0, false, false, true, false
	a.e.useSearch = false
}
