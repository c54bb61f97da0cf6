package userland

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/pcap"
	"mxlab/sim/pcap/describe"
	"mxlab/sim/pcap/filter"
	"mxlab/sim/vnet"
)

// tcpdump models tcpdump(8) 4.99 with libpcap 1.10: it shows what passes the
// host's interfaces, or what a file holds, and writes files that Wireshark
// opens. It leaves out the rotation of files, monitor mode and compiled filters
// (-d).
type tcpdump struct {
	p         *host.Proc
	show      describe.Options
	iface     string
	read      string
	write     string
	filter    string
	expr      string
	direction string
	count     int
	snap      int
	short     bool // -N
	onlyCount bool
	print     bool // --print with -w
	list      bool

	link    pcap.Link
	pass    *filter.Filter
	out     *pcap.Writer
	printer *describe.Printer
	names   *tcpdumpNames
	got     int
}

// runTcpdump is the program.
func runTcpdump(p *host.Proc) int {
	t := &tcpdump{p: p, snap: pcap.MaxSnap}
	if err := t.options(p.Args[1:]); err != nil {
		return t.fail("%s", err)
	}
	t.names = newTcpdumpNames(t)
	t.show.Zone = p.Host.Now().Location()
	t.show.Host, t.show.Port, t.show.Iface = t.names.host, t.names.port, t.names.iface
	if t.filter != "" {
		text, err := p.Host.FS.ReadFile(p.Path(t.filter), p.Cred)
		if err != nil {
			return t.fail("can't open %s: %s", t.filter, reason(err))
		}
		t.expr = string(text)
	}
	t.printer = describe.New(t.show)
	if t.read != "" {
		return t.fromFile()
	}
	return t.live()
}

func (t *tcpdump) fail(format string, args ...any) int {
	fmt.Fprintf(t.p.Stderr, "tcpdump: "+format+"\n", args...)
	return 1
}

// tcpdumpLong are the long options and what they stand for.
var tcpdumpLong = map[string]string{"interface=": "i", "snapshot-length=": "s", "list-interfaces": "D", "absolute-tcp-sequence-numbers": "S",
	"dont-verify-checksums": "K", "no-promiscuous-mode": "p", "packet-buffered": "U", "number": "#", "direction=": "Q", "buffer-size=": "B",
	"help": "h", "version": "version", "print": "print", "count": "count", "immediate-mode": "l", "linktype=": "y", "list-data-link-types": "L",
	"relinquish-privileges=": "Z", "micro": "l", "nano": "l", "time-stamp-precision=": "B"}

// options takes the command line; what is no option, wherever it stands, is the
// filter.
func (t *tcpdump) options(args []string) error {
	var expr []string
	for len(args) > 0 {
		a := args[0]
		args = args[1:]
		if a == "--" {
			expr = append(expr, args...)
			break
		}
		if len(a) < 2 || a[0] != '-' {
			expr = append(expr, a)
			continue
		}
		var err error
		if strings.HasPrefix(a, "--") {
			args, err = t.long(a[2:], args)
		} else {
			args, err = t.letters(a[1:], args)
		}
		if err != nil {
			return err
		}
	}
	t.expr = strings.Join(expr, " ")
	return nil
}

func (t *tcpdump) usage(format string, args ...any) {
	fmt.Fprintf(t.p.Stderr, format, args...)
	fmt.Fprint(t.p.Stderr, tcpdumpUsage)
	t.p.Exit(1)
}

func (t *tcpdump) long(name string, rest []string) ([]string, error) {
	name, value, given := strings.Cut(name, "=")
	letter, takes := tcpdumpLong[name+"="]
	if !takes {
		if letter = tcpdumpLong[name]; letter == "" {
			t.usage("tcpdump: unrecognized option '--%s'\n", name)
		}
		return rest, t.flag(letter)
	}
	if !given {
		if len(rest) == 0 {
			t.usage("tcpdump: option '--%s' requires an argument\n", name)
		}
		value, rest = rest[0], rest[1:]
	}
	return rest, t.valued(letter, value)
}

func (t *tcpdump) letters(word string, rest []string) ([]string, error) {
	for i := range len(word) {
		c := word[i : i+1]
		if !strings.Contains("BcCEFGijMQrsTVwWyzZ", c) {
			if err := t.flag(c); err != nil {
				return rest, err
			}
			continue
		}
		value := word[i+1:]
		if value == "" {
			if len(rest) == 0 {
				t.usage("tcpdump: option requires an argument -- '%s'\n", c)
			}
			value, rest = rest[0], rest[1:]
		}
		return rest, t.valued(c, value)
	}
	return rest, nil
}

func (t *tcpdump) flag(c string) error {
	counts := map[string]*int{"v": &t.show.Verbose, "t": &t.show.Time, "x": &t.show.Hex, "X": &t.show.HexASCII, "A": &t.show.ASCII}
	switches := map[string]*bool{"n": &t.show.Numeric, "q": &t.show.Quiet, "e": &t.show.LinkHeader, "S": &t.show.Absolute, "K": &t.show.NoChecksum,
		"#": &t.show.Number, "N": &t.short, "L": &t.list, "count": &t.onlyCount, "print": &t.print}
	switch {
	case counts[c] != nil:
		*counts[c]++
	case switches[c] != nil:
		*switches[c] = true
	case strings.Contains("abflpOuUHI", c):
	case c == "D":
		t.interfaces()
		t.p.Exit(0)
	case c == "h":
		t.p.Print(tcpdumpUsage)
		t.p.Exit(0)
	case c == "version":
		version, _, _ := strings.Cut(tcpdumpUsage, "Usage")
		t.p.Print(version)
		t.p.Exit(0)
	case c == "d" || c == "Y":
		return errors.New("-" + c + " is not supported in the lab")
	default:
		t.usage("tcpdump: invalid option -- '%s'\n", c)
	}
	return nil
}

func (t *tcpdump) valued(c, value string) error {
	texts := map[string]*string{"i": &t.iface, "r": &t.read, "w": &t.write, "F": &t.filter}
	n, err := strconv.Atoi(value)
	switch c {
	case "i", "r", "w", "F":
		*texts[c] = value
	case "c":
		if err != nil || n <= 0 {
			return errors.New("invalid packet count " + value)
		}
		t.count = n
	case "s":
		if err != nil || n < 0 || n > pcap.MaxSnap {
			return fmt.Errorf("invalid snaplen %s (must be >= 0 and <= %d)", value, pcap.MaxSnap)
		}
		if n == 0 {
			n = pcap.MaxSnap
		}
		t.snap = n
	case "Q":
		if value != "in" && value != "out" && value != "inout" {
			return fmt.Errorf("unknown capture direction '%s'", value)
		}
		t.direction = value
	case "y":
		if value != "EN10MB" && value != "LINUX_SLL2" {
			return errors.New("invalid data link type " + value)
		}
	case "C", "G", "W", "V", "E", "M", "T", "z":
		return errors.New("-" + c + " is not supported in the lab")
	}
	return nil
}

// interfaces is -D: those that are up first, then "any" and lo.
func (t *tcpdump) interfaces() {
	var up, down []string
	for _, i := range interfacesOf(t.p.Host) {
		switch {
		case i.loopback:
		case i.up:
			up = append(up, i.name+" [Up, Running, Connected]")
		default:
			down = append(down, i.name+" [none]")
		}
	}
	up = append(up, "any (Pseudo-device that captures on all interfaces) [Up, Running]", "lo [Up, Running, Loopback]")
	for i, text := range append(up, down...) {
		t.p.Printf("%d.%s\n", i+1, text)
	}
}

// compile compiles the filter.
func (t *tcpdump) compile(iface *vnet.Iface) error {
	o := filter.Options{Link: t.link, Live: t.read == "", Names: filter.Names{Host: t.names.addrs, Port: t.names.number}}
	if iface != nil {
		o.Local = iface.Addrs()
	}
	var err error
	t.pass, err = filter.Compile(t.expr, o)
	return err
}

// create opens the file of -w; "-" is standard output.
func (t *tcpdump) create() error {
	if t.write == "" {
		return nil
	}
	var w io.Writer = t.p.Stdout
	if t.write != "-" {
		f, err := t.p.Open(t.write, vfs.O_WRONLY|vfs.O_CREATE|vfs.O_TRUNC)
		if err != nil {
			return fmt.Errorf("%s: %s", t.write, reason(err))
		}
		w = t.p.Hold(host.FileFD(f))
	}
	var err error
	if t.out, err = pcap.NewWriter(w, t.link, t.snap); err != nil {
		return fmt.Errorf("%s: %s", t.write, reason(err))
	}
	return nil
}

// packet shows or writes a packet that has passed the filter; it reports
// whether that was the last one.
func (t *tcpdump) packet(pkt *pcap.Packet) (last bool) {
	t.p.Step(1)
	t.got++
	if len(pkt.Data) > t.snap {
		pkt.Data = pkt.Data[:t.snap]
	}
	if t.out != nil {
		if err := t.out.Write(pkt); err != nil {
			t.p.Exit(t.fail("Unable to write output file: %s", reason(err)))
		}
	}
	if (t.out == nil || t.print) && !t.onlyCount {
		if _, err := io.WriteString(t.p.Stdout, t.printer.Packet(pkt)); err != nil {
			t.p.Exit(1)
		}
	}
	return t.count > 0 && t.got >= t.count
}

const tcpdumpUsage = `tcpdump version 4.99.3
libpcap version 1.10.3 (with TPACKET_V3)
OpenSSL 3.0.15 3 Sep 2024
Usage: tcpdump [-AbdDefhHIJKlLnNOpqStuUvxX#] [ -B size ] [ -c count ] [--count]
		[ -C file_size ] [ -E algo:secret ] [ -F file ] [ -G seconds ]
		[ -i interface ] [ --immediate-mode ] [ -j tstamptype ]
		[ -M secret ] [ --number ] [ --print ] [ -Q in|out|inout ]
		[ -r file ] [ -s snaplen ] [ -T type ] [ --version ]
		[ -V file ] [ -w file ] [ -W filecount ] [ -y datalinktype ]
		[ --time-stamp-precision precision ] [ --micro ] [ --nano ]
		[ -z postrotate-command ] [ -Z user ] [ expression ]
`
