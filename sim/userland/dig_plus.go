package userland

import (
	"fmt"
	"strings"
	"time"
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
