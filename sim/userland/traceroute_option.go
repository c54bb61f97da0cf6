package userland

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// tracerouteValues are the options with a value and the value's name.
var tracerouteValues = [...][2]string{{"f", "first_ttl"}, {"g", "gate,..."}, {"i", "device"}, {"m", "max_ttl"}, {"N", "squeries"}, {"p", "port"},
	{"t", "tos"}, {"l", "flow_label"}, {"w", "MAX,HERE,NEAR"}, {"q", "nqueries"}, {"s", "src_addr"}, {"z", "sendwait"}, {"M", "name"}, {"P", "prot"},
	{"O", "OPTS,..."}}

// tracerouteLong are the long forms of options.
var tracerouteLong = [...][2]string{{"debug", "d"}, {"dont-fragment", "F"}, {"first", "f"}, {"gateway", "g"}, {"icmp", "I"}, {"tcp", "T"}, {"interface", "i"},
	{"max-hops", "m"}, {"sim-queries", "N"}, {"port", "p"}, {"tos", "t"}, {"flowlabel", "l"}, {"wait", "w"}, {"queries", "q"}, {"source", "s"},
	{"sendwait", "z"}, {"extensions", "e"}, {"as-path-lookups", "A"}, {"module", "M"}, {"options", "O"}, {"udp", "U"}, {"dccp", "D"},
	{"protocol", "P"}, {"version", "V"}}

func (t *traceroute) fail(format string, args ...any) {
	fmt.Fprintf(t.p.Stderr, format+"\n", args...)
	t.p.Exit(2)
}

// options takes the command line.
func (t *traceroute) options(args []string) {
	given := 0
	for i := 0; i < len(args); i++ {
		word := args[i]
		switch {
		case strings.HasPrefix(word, "--") && len(word) > 2:
			i = t.long(word[2:], args, i)
		case len(word) > 1 && word[0] == '-':
			i = t.short(word[1:], args, i)
		default:
			given++
			t.positional(given, word, i+1)
		}
	}
	if t.target == "" {
		t.fail("Specify \"host\" missing argument.")
	}
	if t.first < 1 || t.first > t.hops {
		t.fail("first hop out of range")
	}
}

// positional takes the host, then the length of the packets.
func (t *traceroute) positional(number int, word string, argc int) {
	switch number {
	case 1:
		t.target = word
	case 2:
		n, err := strconv.Atoi(word)
		if err != nil {
			t.fail("Cannot handle \"packetlen\" cmdline arg `%s' on position 2 (argc %d)", word, argc)
		}
		if n > 65000 {
			t.fail("too big packetlen %d specified", n)
		}
		t.length = max(n, 1)
	default:
		t.fail("Extra arg `%s' (position %d, argc %d)", word, number, argc)
	}
}

// long takes an option as --max-hops=5 and returns the index of the last word
// it has used.
func (t *traceroute) long(word string, args []string, i int) int {
	name, value, has := strings.Cut(word, "=")
	if name == "help" {
		t.p.Print(tracerouteUsage)
		t.p.Exit(0)
	}
	k := slices.IndexFunc(tracerouteLong[:], func(o [2]string) bool { return o[0] == name })
	if k < 0 {
		t.fail("Bad option `--%s' (argc %d)", name, i+1)
	}
	c := tracerouteLong[k][1]
	if !takesValue(c) {
		t.flag(c[0], i+1)
		return i
	}
	if !has {
		if i++; i >= len(args) {
			t.fail("Option `--%s' (argc %d) requires an argument: `--%s=%s'", name, i, name, valueName(c))
		}
		value = args[i]
	}
	t.value(c, value, i+1)
	return i
}

// short takes a word of one-letter options.
func (t *traceroute) short(word string, args []string, i int) int {
	for j := 0; j < len(word); j++ {
		c := word[j : j+1]
		if !takesValue(c) {
			t.flag(c[0], i+1)
			continue
		}
		value := word[j+1:]
		if value == "" {
			if i++; i >= len(args) {
				t.fail("Option `-%s' (argc %d) requires an argument: `-%s %s'", c, i, c, valueName(c))
			}
			value = args[i]
		}
		t.value(c, value, i+1)
		return i
	}
	return i
}

func valueName(c string) string {
	for _, v := range tracerouteValues {
		if v[0] == c {
			return v[1]
		}
	}
	return ""
}

func takesValue(c string) bool { return valueName(c) != "" }

func (t *traceroute) flag(c byte, argc int) {
	switch c {
	case 'n':
		t.numeric = true
	case 'I':
		t.method = probeICMP
	case 'T':
		t.method, t.fixed = probeTCP, true
	case 'U':
		t.method, t.fixed = probeUDP, true
	case '4':
		t.family = host.IPv4
	case '6':
		t.family = host.IPv6
	case 'F':
		t.pathMTU = vnet.Probe
	case 'r':
		t.direct = true
	case 'A':
		t.asPath = true
	case 'd', 'e': // socket debugging, ICMP extensions: nothing to see here
	case 'D':
		t.fail("socket: Socket type not supported")
	case 'V':
		t.p.Print("Modern traceroute for Linux, version 2.1.2\nCopyright (c) 2016  Dmitry Butskoy,   License: GPL v2 or any later\n")
		t.p.Exit(0)
	default:
		t.fail("Bad option `-%c' (argc %d)", c, argc)
	}
}

func (t *traceroute) value(c, value string, argc int) {
	switch c {
	case "i":
		t.device = value
		return
	case "s":
		t.source = value
		return
	case "M":
		k := slices.Index([]string{"default", "icmp", "tcp", "udp"}, value)
		if k < 0 {
			t.fail("Unknown traceroute module %s", value)
		}
		t.method, t.fixed = [...]probeMethod{probeUDP, probeICMP, probeTCP, probeUDP}[k], k > 1
		return
	case "g", "P", "O":
		t.fail("option `-%s' is not available in the lab", c)
	case "w":
		t.patience(value)
		return
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || n != n || n < -1e9 || n > 1e9 {
		t.fail("Cannot handle `-%s' option with arg `%s' (argc %d)", c, value, argc)
	}
	switch c {
	case "f":
		t.first = int(n)
	case "m":
		if t.hops = int(n); n < 1 || n > 255 {
			t.fail("max hops cannot be more than 255")
		}
	case "q":
		if t.probes = int(n); n < 1 || n > 10 {
			t.fail("no more than 10 probes per hop")
		}
	case "p":
		t.port = uint16(n)
	}
}

// patience takes -w: the longest wait, and two factors that only matter where
// hops are asked at the same time.
func (t *traceroute) patience(value string) {
	parts := strings.Split(value, ",")
	most, err := strconv.ParseFloat(parts[0], 64)
	if err != nil || most != most {
		t.fail("Cannot handle `-w' option with arg `%s' (argc 1)", value)
	}
	if most < 0 || most > 24*3600 {
		t.fail("bad wait specifications `%s,0,0' used", parts[0])
	}
	t.wait = max(time.Duration(most*float64(time.Second)), time.Millisecond)
}

// tracerouteUsage is shortened to what the lab has.
const tracerouteUsage = `Usage:
  traceroute [ -46dFITnreAUDV ] [ -f first_ttl ] [ -g gate,... ] [ -i device ] [ -m max_ttl ] [ -N squeries ] [ -p port ] [ -t tos ] [ -l flow_label ] [ -w MAX,HERE,NEAR ] [ -q nqueries ] [ -s src_addr ] [ -z sendwait ] [ --fwmark=num ] host [ packetlen ]
Options:
  -4                          Use IPv4
  -6                          Use IPv6
  -F  --dont-fragment         Do not fragment packets
  -f first_ttl  --first=first_ttl
                              Start from the first_ttl hop (instead from 1)
  -I  --icmp                  Use ICMP ECHO for tracerouting
  -T  --tcp                   Use TCP SYN for tracerouting (default port is 80)
  -i device  --interface=device
                              Specify a network interface to operate with
  -m max_ttl  --max-hops=max_ttl
                              Set the max number of hops (max TTL to be
                              reached). Default is 30
  -n                          Do not resolve IP addresses to their domain names
  -p port  --port=port        Set the destination port to use
  -w MAX,HERE,NEAR  --wait=MAX,HERE,NEAR
                              Wait for a probe no more than MAX (default 5.0)
                              seconds
  -q nqueries  --queries=nqueries
                              Set the number of probes per each hop. Default is
                              3
  -r                          Bypass the normal routing and send directly to a
                              host on an attached network
  -s src_addr  --source=src_addr
                              Use source src_addr for outgoing packets
  -A  --as-path-lookups       Perform AS path lookups in routing registries and
                              print results directly after the corresponding
                              addresses
  -U  --udp                   Use UDP to particular port for tracerouting
                              (instead of increasing the port per each probe),
                              default port is 53
  -V  --version               Print version info and exit
  --help                      Read this help and exit

Arguments:
+     host          The host to traceroute to
      packetlen     The full packet length (default is the length of an IP
                    header plus 40). Can be ignored or increased to a minimal
                    allowed value
`
