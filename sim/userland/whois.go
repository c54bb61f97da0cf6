package userland

import (
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// whoisClient models whois(1) 5.5.17: a client of RFC 3912 that chooses the server
// by /etc/whois.conf, or else by the kind of the object. It leaves out the
// flags of particular servers, which are sent on as they are.
type whoisClient struct {
	p         *host.Proc
	server    string
	port      string
	verbose   bool
	recursion bool
	iana      bool // -I
	flags     []string
	query     string
}

// runWhois is the program.
func runWhois(p *host.Proc) int {
	w := &whoisClient{p: p, port: "43", recursion: true}
	w.options(p.Args[1:])
	if w.query == "" {
		w.usage()
	}
	if w.server == "" {
		w.server = w.choose()
	}
	if w.server == "" {
		fmt.Fprint(p.Stderr, "No whois server is known for this kind of object.\n")
		return 1
	}
	for range 4 {
		next := w.ask(w.server)
		if next == "" || !w.recursion {
			return 0
		}
		p.Printf("\n\nFound a referral to %s.\n\n", next)
		w.server = next
	}
	return 0
}

func (w *whoisClient) usage() {
	fmt.Fprint(w.p.Stderr, whoisUsage)
	w.p.Exit(1)
}

func (w *whoisClient) options(args []string) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		name, value, inline := strings.Cut(word, "=")
		take := func() string {
			if inline {
				return value
			}
			if len(word) > 2 && word[1] != '-' {
				return word[2:]
			}
			if i++; i >= len(args) {
				w.usage()
			}
			return args[i]
		}
		switch {
		case name == "--host" || strings.HasPrefix(word, "-h"):
			w.server = take()
		case name == "--port" || strings.HasPrefix(word, "-p"):
			w.port = take()
		case word == "--verbose":
			w.verbose = true
		case word == "--no-recursion":
			w.recursion = false
		case word == "--version":
			w.p.Print("Version 5.5.17.\n\nReport bugs to <md+whois@linux.it>.\n")
			w.p.Exit(0)
		case word == "--help":
			w.usage()
		case word == "-I":
			w.iana = true
		case word == "-H":
		case len(word) > 1 && word[0] == '-' && strings.ContainsRune("lLmMcxbBGdKrRa", rune(word[1])):
			w.flags = append(w.flags, word)
		case len(word) > 1 && word[0] == '-' && strings.ContainsRune("iTsgtvq", rune(word[1])):
			w.flags = append(w.flags, word[:2]+" "+take())
		case len(word) > 1 && word[0] == '-':
			badOption(w.p, word[1], whoisUsage, 1)
		default:
			w.query = strings.TrimSpace(w.query + " " + word)
		}
	}
	if w.iana && w.server == "" {
		w.server = "whois.iana.org"
	}
}

// choose finds the server for the query: the first pattern of /etc/whois.conf
// that matches, or what the kind of the object says.
func (w *whoisClient) choose() string {
	text, _ := w.p.Host.FS.ReadFile("/etc/whois.conf", host.Root)
	for row := range strings.Lines(string(text)) {
		row, _, _ = strings.Cut(row, "#")
		f := strings.Fields(row)
		if len(f) < 2 {
			continue
		}
		if re, err := regexp.Compile("(?i)" + f[0]); err == nil && re.MatchString(w.query) {
			return f[1]
		}
	}
	query := strings.ToLower(w.query)
	if a, err := netip.ParseAddr(query); err == nil {
		return registryOf(a)
	}
	if p, err := netip.ParsePrefix(query); err == nil {
		return registryOf(p.Addr())
	}
	if ok, _ := regexp.MatchString(`^as\d+$`, query); ok {
		return "whois.ripe.net"
	}
	dot := strings.LastIndexByte(query, '.')
	if dot < 0 {
		return "whois.iana.org"
	}
	return map[string]string{"com": "whois.verisign-grs.com", "net": "whois.verisign-grs.com", "org": "whois.publicinterestregistry.org",
		"kr": "whois.kr", "jp": "whois.jprs.jp", "de": "whois.denic.de", "eu": "whois.eu", "uk": "whois.nic.uk", "fr": "whois.nic.fr",
		"info": "whois.nic.info", "biz": "whois.nic.biz", "edu": "whois.educause.edu", "arpa": "whois.iana.org", "test": "", "io": "whois.nic.io",
	}[strings.TrimSuffix(query[dot+1:], ".")]
}

// registryOf is the regional registry that mostly holds an address's block.
func registryOf(a netip.Addr) string {
	if a.Is6() {
		return "whois.iana.org"
	}
	first := int(a.As4()[0])
	apnic := []int{1, 14, 27, 36, 39, 42, 43, 49, 58, 59, 60, 61, 101, 103, 106, 133, 150, 153, 163, 171, 175, 180, 182, 183, 202, 203, 210, 211}
	ripe := []int{2, 5, 31, 37, 46, 62, 109, 141, 145, 151, 176, 178, 185, 188, 193, 194, 195, 212, 213, 217}
	switch {
	case slices.Contains(apnic, first), first >= 110 && first <= 126, first >= 218 && first <= 223:
		return "whois.apnic.net"
	case slices.Contains(ripe, first), first >= 77 && first <= 95:
		return "whois.ripe.net"
	case first == 177 || first == 179 || first == 181 || first >= 186 && first <= 191 || first == 200 || first == 201:
		return "whois.lacnic.net"
	case first == 41 || first == 102 || first == 105 || first == 154 || first == 196 || first == 197:
		return "whois.afrinic.net"
	}
	return "whois.arin.net"
}

// referral finds the server a reply sends to.
func referral(text string) string {
	re := regexp.MustCompile(`(?im)^(?:ReferralServer:\s*r?whois://|refer:\s+|\s*Registrar WHOIS Server:\s*)([a-z0-9.-]+)`)
	if m := re.FindStringSubmatch(text); m != nil {
		return strings.TrimRight(m[1], ".")
	}
	return ""
}

func (w *whoisClient) fail(status int, format string, args ...any) {
	fmt.Fprintf(w.p.Stderr, format+"\n", args...)
	w.p.Exit(status)
}

// ask prints a server's reply and returns the server it refers to.
func (w *whoisClient) ask(server string) (next string) {
	query := strings.Join(append(slices.Clone(w.flags), w.query), " ")
	if w.verbose {
		w.p.Printf("Using server %s.\nQuery string: \"%s\"\n\n", server, query)
	}
	port, ok := servicePort(w.p.Host, w.port, "tcp")
	if !ok {
		w.fail(2, "getaddrinfo(%s): Servname not supported for ai_socktype", server)
	}
	addrs, _, err := lookupHost(w.p, server, host.AnyFamily)
	if err != nil {
		w.fail(2, "getaddrinfo(%s): %s", server, gaiText(err))
	}
	var c *vnet.Conn
	for _, a := range addrs {
		c, err = w.p.Host.Node.DialTCP(w.p.Task, netip.AddrPort{}, netip.AddrPortFrom(a, port), socketOwner(w.p), time.Minute)
		if err == nil {
			break
		}
	}
	if err == vnet.ETIMEDOUT {
		w.fail(7, "Timeout.")
	}
	if err != nil {
		w.fail(2, "connect: %s", systemText(err))
	}
	defer c.Close()
	io.WriteString(c, query+"\r\n")
	c.SetReadTimeout(time.Minute)
	text, err := drainInput(w.p, c)
	if err == vnet.ErrDeadline {
		w.fail(7, "Timeout.")
	}
	shown := strings.ReplaceAll(string(text), "\r", "")
	w.p.Print(shown)
	if next = referral(shown); next == server {
		return ""
	}
	return next
}
