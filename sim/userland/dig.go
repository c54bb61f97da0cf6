package userland

import (
	"fmt"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
)

// digVersion is the version Debian 12's dig names itself.
const digVersion = "9.18.49-1~deb12u3-Debian"

// dig models dig(1) of BIND 9.18. It leaves out DNS over TLS and HTTPS, +yaml,
// key files (-k) and the conversion of international names.
type dig struct {
	p           *host.Proc
	e           *lookups
	def         *lookup   // what each question starts from
	asked       []*lookup // in the order of the command line
	printCmd    bool      // +cmd
	short       bool      // +short
	comments    bool      // +comments given globally, which transfers follow
	question    bool      // likewise +question
	split       int
	keyText     string // -y
	keyFile     string // -k
	domain      string // +domain=
	batch       string // -f
	greeted     bool   // the first banner was made
	serverCount int
	argv        []string
}

// runDig is the program.
func runDig(p *host.Proc) int {
	d := &dig{p: p, printCmd: true, split: defaultSplit, argv: p.Args}
	no4, no6, rc := d.preparse(p.Args[1:])
	d.e = newLookups(p, d, 0, no4, no6)
	d.e.configure()
	d.def = newLookup(d.e.tries)
	d.def.ad, d.def.edns, d.def.sendCookie = true, 0, true
	if rc {
		d.readRC()
	}
	d.parse(p.Args[1:], asCommand)
	d.setupKey()
	if d.domain != "" {
		d.e.search, d.e.useSearch = []string{d.domain}, true
	}
	d.e.queue, d.asked = d.asked, nil
	d.e.run()
	if d.batch != "" {
		d.runBatch()
	}
	return d.e.exit
}

// readRC takes options from ~/.digrc.
func (d *dig) readRC() {
	home := d.p.Env.Get("HOME")
	if home == "" {
		return
	}
	text, err := d.p.Host.FS.ReadFile(home+"/.digrc", d.p.Cred)
	if err != nil {
		return
	}
	for row := range strings.Lines(string(text)) {
		d.parse(strings.Fields(row), asConfig)
	}
}

// runBatch works through the lines of the file of -f, "-" for standard input.
func (d *dig) runBatch() {
	var text []byte
	var err error
	if d.batch == "-" {
		text, err = drainInput(d.p, d.p.Stdin)
	} else {
		text, err = d.p.Host.FS.ReadFile(d.p.Path(d.batch), d.p.Cred)
	}
	if err != nil {
		fmt.Fprintf(d.p.Stderr, "%s: %s\n", d.batch, systemText(err))
		d.e.exit = max(d.e.exit, 8)
		d.e.fatalf("couldn't open specified batch file")
	}
	for row := range strings.Lines(string(text)) {
		if strings.ContainsAny(row[:1], "\r\n#;") {
			continue
		}
		d.p.Step(1)
		d.parse(strings.Fields(row), asBatch)
		d.e.queue, d.asked = d.asked, nil
		d.e.run()
	}
}

// greeting is the banner with the command line.
func (d *dig) greeting(args []string) string {
	if !d.printCmd {
		return ""
	}
	text := "; <<>> DiG " + digVersion + " <<>>"
	for _, a := range args {
		text += " " + a
	}
	text += "\n"
	if d.greeted {
		return text
	}
	d.greeted = true
	text = "\n" + text
	if n := d.serverCount; n == 1 {
		text += "; (1 server found)\n"
	} else if n > 1 {
		text += fmt.Sprintf("; (%d servers found)\n", n)
	}
	text += ";; global options:"
	if d.short {
		text += " +short"
	}
	return text + " +cmd\n"
}

func (d *dig) trying(string) {}

func (d *dig) errorf(format string, args ...any) { d.p.Printf(";; "+format+"\n", args...) }
func (d *dig) warnf(format string, args ...any)  { d.p.Printf(";; "+format+"\n", args...) }

func (d *dig) commentf(l *lookup, format string, args ...any) {
	if l.show.comments {
		d.warnf(format, args...)
	}
}

// received prints the statistics of a reply.
func (d *dig) received(q *query, size int) {
	l := q.l
	took, unit := q.took().Milliseconds(), "msec"
	if l.show.usec {
		took, unit = q.took().Microseconds(), "usec"
	}
	switch {
	case d.short:
	case l.show.stats:
		proto := "UDP"
		if l.tcp {
			proto = "TCP"
		}
		d.p.Printf(";; Query time: %d %s\n", took, unit)
		d.p.Printf(";; SERVER: %s(%s) (%s)\n", sockText(q.addr), q.server.arg, proto)
		d.p.Printf(";; WHEN: %s\n", d.p.Host.Now().Format("Mon Jan 02 15:04:05 MST 2006"))
		if t := &q.transfer; l.transfer {
			d.p.Printf(";; XFR size: %d records (messages %d, bytes %d)\n", t.records, t.messages, t.bytes)
		} else {
			d.p.Printf(";; MSG SIZE  rcvd: %d\n", size)
		}
		if d.e.key != nil && d.e.unverified {
			d.p.Print(";; WARNING -- Some TSIG could not be validated\n")
		}
		if d.e.key == nil && d.keyText != "" {
			d.p.Print(";; WARNING -- TSIG key was not used.\n")
		}
		d.p.Print("\n")
	case l.identify:
		if l.transfer {
			size = q.transfer.bytes
		}
		d.p.Printf(";; Received %d bytes from %s(%s) in %d %s\n\n", size, sockText(q.addr), q.server.arg, took, map[string]string{"msec": "ms", "usec": "us"}[unit])
	}
}

// shortLine is one record in the form of +short.
func (d *dig) shortLine(q *query, rr mdns.RR) string {
	l := q.l
	text := rdataText(rr, d.style(l).data)
	if l.trace || l.nsSearch {
		text = dns.TypeName(rr.Header().Rrtype) + " " + text
	}
	if l.identify {
		if l.show.usec {
			return text + fmt.Sprintf(" from server %s in %d us.\n", q.server.addr, q.took().Microseconds())
		}
		return text + fmt.Sprintf(" from server %s in %d ms.\n", q.server.addr, q.took().Milliseconds())
	}
	return text + "\n"
}
