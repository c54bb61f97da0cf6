package userland

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
)

// hostTool models host(1) of BIND 9.18.
type hostTool struct {
	p            *host.Proc
	e            *lookups
	l            *lookup
	short        bool   // not -v
	defaults     bool   // no type asked for: A, AAAA and MX
	listed       bool   // a server was named
	printed      bool   // the server was printed
	failed       bool   // the exit status will be 1
	answered     bool   // a reply was shown
	addresses    bool   // -l lists addresses, name servers and pointers only
	listType     uint16 // what -l lists
	almostAll    bool   // -A
	tries, ndots int
	no4, no6     bool
	port         uint16
	timeout      time.Duration
}

// runHost is the program.
func runHost(p *host.Proc) int {
	h := &hostTool{p: p, short: true, defaults: true, addresses: true, failed: true, tries: 2, ndots: -1, port: 53, listType: mdns.TypeANY}
	h.l = newLookup(2)
	h.l.servfailStops, h.l.bestEffort, h.l.show.comments = false, false, false
	fatal := 1
	words := h.options(p.Args[1:], &fatal)
	if len(words) == 0 {
		h.usage()
	}
	h.e = newLookups(p, h, h.tries, h.no4, h.no6)
	h.e.fatalExit = fatal
	h.e.port, h.e.timeout, h.e.ndots = h.port, h.timeout, h.ndots
	h.e.configure()
	h.l.retries = h.tries
	if len(words) > 1 {
		h.e.setServer(words[1])
		h.listed = true
	} else {
		h.e.checkRA = true
	}
	if name, ok := reverseText(words[0], true); ok {
		h.l.text, h.l.qtype, h.defaults = name, mdns.TypePTR, false
	} else {
		h.l.text, h.e.useSearch = words[0], true
	}
	h.l.newSearch = true
	h.e.queue = []*lookup{h.l}
	h.e.run()
	if h.failed {
		return 1
	}
	return 0
}

func (h *hostTool) usage() {
	fmt.Fprint(h.p.Stderr, hostUsage)
	h.p.Exit(1)
}

// options takes the command line and returns the name and the server.
func (h *hostTool) options(args []string, fatal *int) (words []string) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "--" {
			return append(words, args[i+1:]...)
		}
		if len(word) < 2 || word[0] != '-' {
			return append(words, args[i:]...)
		}
		for j := 1; j < len(word); j++ {
			c := word[j]
			switch {
			case strings.ContainsRune("cmptNRW", rune(c)):
				value := word[j+1:]
				if j = len(word); value == "" {
					if i++; i >= len(args) {
						fmt.Fprintf(h.p.Stderr, "host: option requires an argument -- %c\n", c)
						h.usage()
					}
					value = args[i]
				}
				h.valued(c, value, fatal)
			case strings.ContainsRune("46aAdilnrsvVwCDTU", rune(c)):
				h.flag(c, fatal)
			default:
				fmt.Fprintf(h.p.Stderr, "host: illegal option -- %c\n", c)
				h.usage()
			}
		}
	}
	return words
}

func (h *hostTool) flag(c byte, fatal *int) {
	l := h.l
	switch c {
	case '4':
		h.no6 = true
	case '6':
		h.no4 = true
	case 'V':
		fmt.Fprintf(h.p.Stderr, "host %s\n", digVersion)
		h.p.Exit(0)
	case 'l':
		l.tcp, l.qtype, l.typeSet = true, mdns.TypeAXFR, true
		*fatal = 3
	case 'v', 'd':
		h.short = false
	case 'r':
		l.recurse = false
	case 'A', 'a':
		h.almostAll = h.almostAll || c == 'A'
		if !l.typeSet || l.qtype != mdns.TypeAXFR {
			l.qtype = mdns.TypeANY
		}
		h.listType, h.addresses, l.typeSet, h.short, h.defaults = mdns.TypeANY, false, true, false, false
	case 'w':
		h.timeout = 1000 * time.Hour
	case 'T':
		l.tcp, l.tcpSet = true, true
	case 'U':
		l.tcp, l.tcpSet = false, true
	case 'C':
		l.qtype, l.typeSet, l.class, l.classSet = mdns.TypeNS, true, mdns.ClassINET, true
		l.nsSearch, l.traceRoot, l.identifyLine, h.defaults = true, true, true, false
	case 's':
		l.servfailStops = true
	}
	if h.no4 && h.no6 {
		h.fatal(1, "only one of -4 and -6 allowed")
	}
}

func (h *hostTool) fatal(status int, format string, args ...any) {
	h.p.Errorf(format, args...)
	h.p.Exit(status)
}

func (h *hostTool) valued(c byte, value string, fatal *int) {
	l := h.l
	n, _ := strconv.Atoi(value)
	switch c {
	case 'c':
		class, ok := dns.ParseClass(value)
		if !ok {
			h.fatal(2, "invalid class: %s\n", value)
		}
		l.class, l.classSet, h.defaults = class, true, false
	case 'p':
		h.port = uint16(n)
	case 'N':
		h.ndots = n
	case 'R':
		h.tries = min(max(n+1, 2), 1000)
	case 'W':
		h.timeout = time.Duration(min(max(n, 1), 1<<31)) * time.Second
	case 't':
		h.setType(value)
	}
}

func (h *hostTool) setType(value string) {
	l := h.l
	var t uint16
	ok := true
	if len(value) >= 5 && strings.EqualFold(value[:5], "ixfr=") {
		n, _ := strconv.ParseUint(value[5:], 10, 32)
		t, l.serial = mdns.TypeIXFR, uint32(n)
	} else {
		t, ok = dns.ParseType(value)
	}
	if !ok {
		h.fatal(2, "invalid type: %s\n", value)
	}
	if !l.typeSet || l.qtype != mdns.TypeAXFR {
		l.qtype = t
	}
	l.typeSet = true
	switch t {
	case mdns.TypeAXFR:
		h.listType, h.short, l.tcp = mdns.TypeANY, false, true
	case mdns.TypeIXFR:
		l.tcp, h.listType = true, t
	case mdns.TypeANY:
		l.tcp = l.tcp || !l.tcpSet
	default:
		h.listType = t
	}
	h.addresses, h.defaults = false, false
}

func (h *hostTool) trying(name string) {
	if !h.short {
		h.p.Printf("Trying \"%s\"\n", name)
	}
}

func (h *hostTool) received(q *query, size int) {
	if !h.short {
		h.p.Printf("Received %d bytes from %s in %d ms\n", size, sockText(q.addr), q.took().Milliseconds())
	}
}

func (h *hostTool) errorf(format string, args ...any) { h.p.Printf(";; "+format+"\n", args...) }
func (h *hostTool) warnf(format string, args ...any)  { h.p.Printf(";; "+format+"\n", args...) }
func (h *hostTool) commentf(l *lookup, format string, args ...any) {
	if l.show.comments {
		h.warnf(format, args...)
	}
}
