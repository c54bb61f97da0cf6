package userland

import (
	"fmt"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
)

// nslookup models nslookup(1) of BIND 9.18, with arguments and interactive.
type nslookup struct {
	p         *host.Proc
	e         *lookups
	class     string
	kind      string // type to ask for
	defaults  bool   // no type set: A and AAAA
	short     bool   // nodebug
	recurse   bool
	tcp       bool
	tcpSet    bool
	noFail    bool
	aMissing  bool // the question for A had no answer
	unreached bool // no server was reached
	failed    bool // a question failed
	over      bool // exit
}

// runNslookup is the program.
func runNslookup(p *host.Proc) int {
	n := &nslookup{p: p, class: "IN", kind: "A", defaults: true, short: true, recurse: true, noFail: true, unreached: true}
	n.e = newLookups(p, n, 0, false, false)
	n.e.checkRA, n.e.useSearch = true, true
	n.e.configure()
	if !n.arguments(p.Args[1:]) {
		n.interact()
	}
	n.e.run()
	p.Print("\n")
	if n.unreached || n.failed {
		return 1
	}
	return 0
}

// arguments takes the command line; it reports whether there was a name to look
// up.
func (n *nslookup) arguments(args []string) (asked bool) {
	named := false
	for i, word := range args {
		switch {
		case len(word) >= 4 && strings.EqualFold(word[:4], "-ver"):
			fmt.Fprintf(n.p.Stderr, "nslookup %s\n", digVersion)
			n.p.Exit(0)
		case len(word) > 1 && word[0] == '-':
			n.option(word[1:])
		case word == "-":
			named = true
		case !named:
			named, asked = true, true
			n.ask(word)
		default:
			if i+1 < len(args) {
				fmt.Fprint(n.p.Stderr, nslookupUsage)
				n.p.Exit(1)
			}
			n.e.setServer(word)
			n.e.checkRA = false
		}
	}
	return asked
}

// interact reads commands from the terminal or standard input.
func (n *nslookup) interact() {
	next := n.reader()
	for !n.over {
		n.p.Step(1)
		line, ok := next()
		if !ok {
			return
		}
		n.command(line)
		n.e.run()
	}
}

func (n *nslookup) reader() func() (string, bool) {
	if tty := n.p.Stdin.TTY(); tty != nil {
		return func() (string, bool) {
			line, err := tty.ReadLine(n.p.Task, "> ")
			return line, err == nil
		}
	}
	text, _ := drainInput(n.p, n.p.Stdin)
	rest := string(text)
	return func() (line string, ok bool) {
		if rest == "" {
			return "", false
		}
		line, rest, _ = strings.Cut(rest, "\n")
		return line, true
	}
}

// command runs one line.
func (n *nslookup) command(line string) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return
	}
	word := strings.ToLower(words[0])
	switch {
	case word == "set" && len(words) > 1:
		n.option(words[1])
	case word == "server" || word == "lserver":
		if len(words) > 1 {
			n.e.setServer(words[1])
		}
		n.e.checkRA = false
		n.showServers()
	case word == "exit":
		n.over = true
	case word == "help" || word == "?":
		n.p.Printf("The '%s' command is not yet implemented.\n", words[0])
	case word == "finger" || word == "root" || word == "ls" || word == "view":
		n.p.Printf("The '%s' command is not implemented.\n", words[0])
	default:
		n.ask(words[0])
	}
}

// ask queues a question.
func (n *nslookup) ask(name string) {
	n.aMissing = false
	l := newLookup(n.e.tries)
	l.qtype, _ = parseTypeOr(n.kind, mdns.TypeA)
	l.class = parseClassOr(n.class, mdns.ClassINET)
	l.text = name
	if reverse, ok := reverseText(name, true); ok {
		l.text, l.qtype = reverse, mdns.TypePTR
	}
	l.typeSet, l.classSet = true, true
	l.recurse, l.bestEffort, l.newSearch = n.recurse, false, true
	l.tcp = n.tcp || l.qtype == mdns.TypeANY && !n.tcpSet
	l.servfailStops = !n.noFail
	n.e.queue = append(n.e.queue, l)
}

func (n *nslookup) trying(string)                     {}
func (n *nslookup) received(*query, int)              {}
func (n *nslookup) errorf(format string, args ...any) { n.p.Printf(";; "+format+"\n", args...) }
func (n *nslookup) warnf(format string, args ...any)  { n.p.Printf(";; "+format+"\n", args...) }
func (n *nslookup) commentf(l *lookup, format string, args ...any) {
	if l.show.comments {
		n.warnf(format, args...)
	}
}

// showServers prints the default servers after "server".
func (n *nslookup) showServers() {
	for _, s := range n.e.servers {
		n.p.Printf("Default server: %s\nAddress: %s#%d\n", s.arg, s.addr, n.e.port)
	}
}

// showAll prints "set all".
func (n *nslookup) showAll() {
	n.showServers()
	pick := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	n.p.Print("\nSet options:\n")
	n.p.Printf("  %s\t\t\t%s\t\t%s\n", pick(n.tcp, "vc", "novc"), pick(n.short, "nodebug", "debug"), "nod2")
	n.p.Printf("  %s\t\t%s\n", pick(n.e.useSearch, "search", "nosearch"), pick(n.recurse, "recurse", "norecurse"))
	n.p.Printf("  timeout = %d\t\tretry = %d\tport = %d\tndots = %d\n", n.e.timeout/time.Second, n.e.tries, n.e.port, n.e.ndots)
	n.p.Printf("  querytype = %-8s\tclass = %s\n", n.kind, n.class)
	n.p.Printf("  srchlist = %s\n", strings.Join(n.e.search, "/"))
}
