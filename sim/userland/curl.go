package userland

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// curlTool models curl(1) 7.88 for fetching pages by HTTP/1.1 (RFC 9112): GET
// and HEAD, redirects, a chosen Host field. It leaves out TLS, sending data and
// the progress meter.
type curlTool struct {
	p        *host.Proc
	head     bool // -I
	include  bool // -i
	follow   bool // -L
	verbose  bool // -v
	silent   bool // -s
	showErr  bool // -S
	fail     bool // -f
	output   string
	method   string
	agent    string
	format   string // -w
	fields   []string
	family   host.Family
	timeout  time.Duration
	urls     []string
	response curlResponse
}

// curlResponse is the head of a response.
type curlResponse struct {
	proto  string
	status int
	fields []string // whole lines
}

// curlError is a failed transfer with curl's number for it.
type curlError struct {
	code int
	text string
}

func (e *curlError) Error() string { return e.text }

// runCurl is the program.
func runCurl(p *host.Proc) int {
	c := &curlTool{p: p, agent: "curl/7.88.1"}
	c.options(p.Args[1:])
	if len(c.urls) == 0 {
		fmt.Fprint(p.Stderr, "curl: no URL specified!\ncurl: try 'curl --help' or 'curl --manual' for more information\n")
		return 2
	}
	status := 0
	for _, u := range c.urls {
		status = 0
		if err := c.transfer(u, 0); err != nil {
			status = err.code
			if !c.silent || c.showErr {
				fmt.Fprintf(p.Stderr, "curl: (%d) %s\n", err.code, err.text)
			}
		}
		if c.format != "" {
			p.Print(strings.NewReplacer(`\n`, "\n", "%{http_code}", fmt.Sprintf("%03d", c.response.status), "%{response_code}",
				fmt.Sprintf("%03d", c.response.status)).Replace(c.format))
		}
	}
	return status
}

func (c *curlTool) options(args []string) {
	long := map[string]byte{"head": 'I', "include": 'i', "location": 'L', "verbose": 'v', "silent": 's', "show-error": 'S', "output": 'o',
		"header": 'H', "user-agent": 'A', "max-time": 'm', "connect-timeout": 'm', "request": 'X', "ipv4": '4', "ipv6": '6', "fail": 'f', "write-out": 'w'}
	for i := 0; i < len(args); i++ {
		word := args[i]
		group := strings.TrimPrefix(word, "-")
		if group == word || group == "" {
			c.urls = append(c.urls, word)
			continue
		}
		if name, ok := strings.CutPrefix(word, "--"); ok {
			if long[name] == 0 {
				c.wrong(word, "is unknown")
			}
			group = string(long[name])
		}
		for j := 0; j < len(group); j++ {
			if !strings.ContainsRune("oHAmXw", rune(group[j])) {
				c.flag(group[j], word)
				continue
			}
			value := group[j+1:]
			if value == "" {
				if i++; i >= len(args) {
					c.wrong(word, "requires parameter")
				}
				value = args[i]
			}
			c.valued(group[j], value)
			break
		}
	}
}

func (c *curlTool) wrong(option, text string) {
	fmt.Fprintf(c.p.Stderr, "curl: option %s: %s\ncurl: try 'curl --help' or 'curl --manual' for more information\n", option, text)
	c.p.Exit(2)
}

func (c *curlTool) flag(o byte, word string) {
	switch o {
	case 'I':
		c.head = true
	case 'i':
		c.include = true
	case 'L':
		c.follow = true
	case 'v':
		c.verbose = true
	case 's':
		c.silent = true
	case 'S':
		c.showErr = true
	case 'f':
		c.fail = true
	case '4':
		c.family = host.IPv4
	case '6':
		c.family = host.IPv6
	case 'k', 'g', 'N', '#':
	default:
		c.wrong(word, "is unknown")
	}
}

func (c *curlTool) valued(o byte, value string) {
	switch o {
	case 'o':
		c.output = value
	case 'H':
		c.fields = append(c.fields, value)
	case 'A':
		c.agent = value
	case 'X':
		c.method = value
	case 'w':
		c.format = value
	case 'm':
		f, err := strconv.ParseFloat(value, 64)
		if err != nil || f < 0 || f > 1e6 {
			c.wrong("-m", "expected a proper numerical parameter")
		}
		c.timeout = time.Duration(f * float64(time.Second))
	}
}

func (c *curlTool) note(format string, args ...any) {
	if c.verbose {
		fmt.Fprintf(c.p.Stderr, format+"\n", args...)
	}
}

// transfer fetches one page and follows its redirects.
func (c *curlTool) transfer(address string, hops int) *curlError {
	c.p.Step(1)
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return &curlError{3, "URL using bad/illegal format or missing URL"}
	}
	if u.Scheme != "http" {
		return &curlError{1, fmt.Sprintf("Protocol \"%s\" not supported or disabled in libcurl", u.Scheme)}
	}
	conn, failure := c.connect(u)
	if failure != nil {
		return failure
	}
	defer conn.Close()
	location, failure := c.exchange(conn, u)
	if failure != nil || location == "" {
		return failure
	}
	next, err := u.Parse(location)
	if err != nil {
		return &curlError{3, "URL using bad/illegal format or missing URL"}
	}
	if hops >= 50 {
		return &curlError{47, "Maximum (50) redirects followed"}
	}
	c.note("* Issue another request to this URL: '%s'", next)
	return c.transfer(next.String(), hops+1)
}

func (c *curlTool) connect(u *url.URL) (*vnet.Conn, *curlError) {
	name, port := u.Hostname(), uint16(80)
	if u.Port() != "" {
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil {
			return nil, &curlError{3, "URL using bad/illegal format or missing URL"}
		}
		port = uint16(n)
	}
	start := c.p.Host.Clock.Since()
	addrs, _, err := lookupHost(c.p, name, c.family)
	if err != nil {
		c.note("* Could not resolve host: %s", name)
		return nil, &curlError{6, "Could not resolve host: " + name}
	}
	for _, a := range addrs {
		c.note("*   Trying %s...", netip.AddrPortFrom(a, port))
		var conn *vnet.Conn
		conn, err = c.p.Host.Node.DialTCP(c.p.Task, netip.AddrPort{}, netip.AddrPortFrom(a, port), socketOwner(c.p), c.timeout)
		if err == nil {
			c.note("* Connected to %s (%s) port %d (#0)", name, a, port)
			return conn, nil
		}
		c.note("* connect to %s port %d failed: %s", a, port, systemText(err))
	}
	took := (c.p.Host.Clock.Since() - start).Milliseconds()
	if err == vnet.ETIMEDOUT && c.timeout > 0 {
		return nil, &curlError{28, fmt.Sprintf("Connection timed out after %d milliseconds", took)}
	}
	return nil, &curlError{7, fmt.Sprintf("Failed to connect to %s port %d after %d ms: Couldn't connect to server", name, port, took)}
}

// exchange sends the request and handles the response. It returns where to go
// on, if there is a redirect to follow.
func (c *curlTool) exchange(conn *vnet.Conn, u *url.URL) (location string, failure *curlError) {
	request := c.request(u)
	for row := range strings.Lines(request) {
		c.note("> %s", strings.TrimRight(row, "\r\n"))
	}
	io.WriteString(conn, request)
	if conn.SetReadTimeout(5 * time.Minute); c.timeout > 0 {
		conn.SetReadTimeout(c.timeout)
	}
	r := bufio.NewReader(io.LimitReader(conn, 16*maxInput))
	if failure := c.readHead(r); failure != nil {
		return "", failure
	}
	for _, f := range c.response.fields {
		name, value, _ := strings.Cut(f, ":")
		if c.follow && c.response.status/100 == 3 && strings.EqualFold(name, "Location") {
			location = strings.TrimSpace(value)
		}
	}
	if c.fail && c.response.status >= 400 {
		return "", &curlError{22, fmt.Sprintf("The requested URL returned error: %d", c.response.status)}
	}
	if c.head {
		return location, nil
	}
	body, failure := c.readBody(r)
	if location == "" {
		if err := c.write(body); err != nil {
			return "", &curlError{23, "Failure writing output to destination"}
		}
	}
	c.note("* Closing connection 0")
	return location, failure
}

func (c *curlTool) request(u *url.URL) string {
	method := "GET"
	if c.head {
		method = "HEAD"
	}
	if c.method != "" {
		method = c.method
	}
	own := func(name string) (value string, ok bool) {
		for _, f := range c.fields {
			if n, v, _ := strings.Cut(f, ":"); strings.EqualFold(n, name) {
				return strings.TrimSpace(v), true
			}
		}
		return "", false
	}
	target := u.Host
	if v, ok := own("Host"); ok {
		target = v
	}
	text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: */*\r\n", method, u.RequestURI(), target, c.agent)
	for _, f := range c.fields {
		if n, _, _ := strings.Cut(f, ":"); !strings.EqualFold(n, "Host") {
			text += f + "\r\n"
		}
	}
	return text + "\r\n"
}

// write puts the body where -o says.
func (c *curlTool) write(body []byte) error {
	if c.output == "" || c.output == "-" {
		_, err := c.p.Stdout.Write(body)
		return err
	}
	return c.p.Host.FS.WriteFile(c.p.Path(c.output), body, 0o644, c.p.Cred)
}
