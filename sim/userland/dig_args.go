package userland

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

// argSource says where arguments come from.
type argSource uint8

const (
	asCommand argSource = iota
	asBatch             // a line of the file of -f
	asConfig            // a line of ~/.digrc
)

// digArgs is the state while arguments are read. Options before the first name
// apply to all questions, later ones to the question before them.
type digArgs struct {
	*dig
	args    []string
	source  argSource
	l       *lookup
	greeted bool // these arguments were put into a banner
	fresh   bool // the next name makes a new lookup
	open    bool // a bare word may be a type or class
}

// Options that take no value, and all options.
const (
	digFlags   = "46dhimnruv"
	digOptions = "46bcdfhikmnpqrtvyx"
)

// preparse looks at the options that must be known before anything else, and
// ends the process on unknown ones.
func (d *dig) preparse(args []string) (no4, no6, rc bool) {
	rc = true
	for i := 0; i < len(args); i++ {
		option, dash := strings.CutPrefix(args[i], "-")
		if !dash {
			continue
		}
		for option != "" && strings.ContainsRune(digFlags, rune(option[0])) {
			switch option[0] {
			case 'r':
				rc = false
			case '4':
				no6 = true
			case '6':
				no4 = true
			}
			if no4 && no6 {
				d.p.Errorf("only one of -4 and -6 allowed")
				d.p.Exit(1)
			}
			option = option[1:]
		}
		if option == "" && args[i] != "-" {
			continue
		}
		if option == "" || !strings.ContainsRune(digOptions, rune(option[0])) {
			d.invalid("-" + option)
		}
		if len(option) == 1 {
			if i++; i >= len(args) {
				d.invalid("-" + option)
			}
		}
	}
	return no4, no6, rc
}

// invalid reports an option and ends the process.
func (d *dig) invalid(option string) {
	fmt.Fprintf(d.p.Stderr, "Invalid option: %s\n%s", option, digUsage)
	d.p.Exit(1)
}

// parse reads arguments and collects the lookups they ask for.
func (d *dig) parse(args []string, source argSource) {
	a := &digArgs{dig: d, args: args, source: source, l: d.def, fresh: true, open: true}
	if source == asBatch {
		a.l, a.fresh = d.def.clone(true), false
		a.l.retries = d.def.retries
	}
	for i := 0; i < len(args); i++ {
		d.p.Step(1)
		word := args[i]
		switch {
		case strings.HasPrefix(word, "%"):
			i = len(args)
		case strings.HasPrefix(word, "@"):
			if !a.server(word[1:]) {
				return
			}
		case strings.HasPrefix(word, "+"):
			a.plus(word[1:])
		case strings.HasPrefix(word, "-"):
			next, has := "", i+1 < len(args)
			if has {
				next = args[i+1]
			}
			if a.dash(word[1:], next, has) {
				i++
			}
		default:
			a.word(word)
		}
	}
	if len(d.asked) == 0 && source != asConfig && (d.batch == "" || source == asBatch) {
		l := a.question()
		l.text, l.qtype, l.typeSet = ".", mdns.TypeNS, true
		a.add(l)
	}
}

// question returns the lookup that the next name belongs to.
func (a *digArgs) question() *lookup {
	if a.fresh {
		a.l = a.def.clone(true)
	}
	a.fresh = true
	return a.l
}

// server takes @server. For an unknown one in a batch the line is left out.
func (a *digArgs) server(name string) bool {
	list, failure := a.e.addresses(name)
	if failure != "" && a.source == asBatch {
		fmt.Fprintf(a.p.Stderr, "couldn't get address for '%s': %s: skipping lookup\n", name, failure)
		a.asked = nil
		return false
	}
	if failure != "" {
		a.e.fatalf("couldn't get address for '%s': %s", name, failure)
	}
	a.serverCount = len(list)
	a.l.servers = append(a.l.servers, list...)
	return true
}

// word takes an argument that is no option: a type, a class or a name.
func (a *digArgs) word(w string) {
	if a.open {
		if strings.EqualFold(w, "ixfr") {
			fmt.Fprint(a.p.Stderr, ";; Warning, ixfr requires a serial number\n")
			return
		}
		if t, serial, ok := a.parseType(w); ok {
			a.setType(t, serial, true)
			return
		}
		if c, ok := dns.ParseClass(w); ok {
			a.setClass(c)
			return
		}
	}
	if a.source == asConfig {
		return
	}
	l := a.question()
	l.text = w
	a.add(l)
}

// add takes a lookup the user asked for.
func (a *digArgs) add(l *lookup) {
	l.traceRoot = l.trace || l.nsSearch
	l.newSearch = true
	if !a.greeted {
		a.greeted = true
		l.cmdline = a.greeting(a.args)
	}
	a.asked = append(a.asked, l)
}

// parseType reads a type, or ixfr=SERIAL.
func (a *digArgs) parseType(w string) (t uint16, serial uint32, ok bool) {
	if len(w) >= 5 && strings.EqualFold(w[:5], "ixfr=") {
		n, good := a.number(w[5:], 0xffffffff, "serial number")
		if !good {
			a.e.fatalf("Couldn't parse serial number")
		}
		return mdns.TypeIXFR, n, true
	}
	t, ok = dns.ParseType(w)
	return t, 0, ok
}

func (a *digArgs) setType(t uint16, serial uint32, bare bool) {
	l := a.l
	if l.typeSet {
		fmt.Fprint(a.p.Stderr, ";; Warning, extra type option\n")
	}
	l.qtype, l.serial = t, serial
	if bare || a.source != asConfig {
		l.typeSet = true
	}
	switch t {
	case mdns.TypeIXFR, mdns.TypeAXFR:
		l.show.question, l.show.comments = a.dig.question, a.comments
	}
	if (t == mdns.TypeIXFR || t == mdns.TypeANY) && !l.tcpSet {
		l.tcp = true
	}
}

func (a *digArgs) setClass(c uint16) {
	if a.l.classSet {
		fmt.Fprint(a.p.Stderr, ";; Warning, extra class option\n")
	}
	a.l.class, a.l.classSet = c, true
}

// dash takes an option; it reports whether the next argument was its value.
func (a *digArgs) dash(option, next string, has bool) bool {
	for option != "" && strings.ContainsRune(digFlags, rune(option[0])) {
		switch option[0] {
		case 'h':
			a.p.Print(digHelp)
			a.p.Exit(0)
		case 'v':
			fmt.Fprintf(a.p.Stderr, "DiG %s\n", digVersion)
			a.p.Exit(0)
		case 'u':
			a.l.show.usec = true
		}
		if option = option[1:]; option == "" {
			return false
		}
	}
	value, fromNext := next, true
	if len(option) > 1 {
		value, fromNext = option[1:], false
	}
	if option == "" || fromNext && !has {
		a.invalid("-" + option)
	}
	a.valued(option[0], value)
	return fromNext
}

// valued takes an option with its value.
func (a *digArgs) valued(option byte, value string) {
	switch option {
	case 'b':
		a.bind(value)
	case 'c':
		a.open = false
		if c, ok := dns.ParseClass(value); ok {
			a.setClass(c)
		} else {
			fmt.Fprintf(a.p.Stderr, ";; Warning, ignoring invalid class %s\n", value)
		}
	case 'f':
		a.batch = value
	case 'k':
		a.keyFile = value
	case 'p':
		n, ok := a.number(value, 65535, "port number")
		if !ok {
			a.e.fatalf("Couldn't parse port number")
		}
		a.e.port = uint16(n)
	case 'q':
		if a.source != asConfig {
			l := a.question()
			l.text = value
			a.add(l)
		}
	case 't':
		a.open = false
		if t, serial, ok := a.parseType(value); ok && !strings.EqualFold(value, "ixfr") {
			a.setType(t, serial, false)
		} else {
			fmt.Fprintf(a.p.Stderr, ";; Warning, ignoring invalid type %s\n", value)
		}
	case 'y':
		a.key(value)
	case 'x':
		l := a.question()
		l.text, _ = reverseText(value, false)
		if !l.typeSet {
			l.qtype = mdns.TypePTR
		}
		a.add(l)
	default:
		a.invalid("-" + string(option))
	}
}

// bind takes -b address[#port].
func (a *digArgs) bind(value string) {
	text, portText, hasPort := strings.Cut(value, "#")
	port := uint32(0)
	if hasPort {
		var ok bool
		if port, ok = a.number(portText, 65535, "port number"); !ok {
			a.e.fatalf("Couldn't parse port number")
		}
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || !a.e.usable(addr) {
		a.e.fatalf("invalid address %s", value)
	}
	a.e.source = netip.AddrPortFrom(addr, uint16(port))
	a.e.no4, a.e.no6 = addr.Is6(), addr.Is4()
}

// number reads a decimal number as BIND's parse_uint, with its complaint.
func (a *digArgs) number(text string, limit uint32, what string) (uint32, bool) {
	n, problem := parseUint(text, limit, 10)
	if problem != "" {
		a.p.Printf("invalid %s '%s': %s\n", what, text, problem)
		return 0, false
	}
	return n, true
}

// parseUint reads a number; the problem is BIND's text.
func parseUint(text string, limit uint32, base int) (uint32, string) {
	if text == "" || !isAlnum(text[0]) {
		return 0, "not a valid number"
	}
	if base == 0 && len(text) > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') {
		text, base = text[2:], 16
	} else if base == 0 && text[0] == '0' && len(text) > 1 {
		base = 8
	} else if base == 0 {
		base = 10
	}
	n, err := strconv.ParseUint(text, base, 64)
	if numErr, ok := err.(*strconv.NumError); ok && numErr.Err == strconv.ErrRange || err == nil && n > uint64(limit) {
		return 0, "out of range"
	}
	if err != nil || strings.Contains(text, "_") {
		return 0, "not a valid number"
	}
	return uint32(n), ""
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
