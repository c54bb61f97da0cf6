package named

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/named/config"
	"mxlab/sim/vnet"
)

const rndcUsage = `Usage: rndc [-b address] [-c config] [-s server] [-p port]
	[-k key-file ] [-y key] [-r] [-V] [-4 | -6] command

command is one of the following:

  dumpdb [-all|-cache|-zones|-adb|-bad|-expired|-fail] [view ...]
  flush [view]
  flushname name [view]
  flushtree name [view]
  freeze [zone [class [view]]]
  halt [-p]
  notify zone [class [view]]
  notrace
  querylog [ on | off ]
  reconfig
  recursing
  refresh zone [class [view]]
  reload [zone [class [view]]]
  retransfer zone [class [view]]
  scan
  secroots
  stats
  status
  stop [-p]
  sync [-clean] [zone [class [view]]]
  thaw [zone [class [view]]]
  trace [level]
  zonestatus zone [class [view]]

Version: ` + versionNumber + "\n"

// rndcCall is one call of rndc(8).
type rndcCall struct {
	p       *host.Proc
	conf    string // -c
	keyFile string // -k
	keyName string // -y
	server  string // -s
	port    uint16 // -p
	result  bool   // -r
	words   []string
	key     config.Key
}

// runRndc is the command rndc(8).
func runRndc(p *host.Proc) int {
	c := &rndcCall{p: p}
	if !c.arguments(p.Args[1:]) {
		fmt.Fprint(p.Stderr, rndcUsage)
		return 1
	}
	if !c.configure() {
		return 1
	}
	addr, ok := c.address()
	if !ok {
		return 1
	}
	conn, err := p.Host.Node.DialTCP(p.Task, netip.AddrPort{}, addr, vnet.Owner{PID: p.PID, Name: "rndc", UID: int(p.Cred.UID)}, 60*time.Second)
	if err != nil {
		fmt.Fprintf(p.Stderr, "rndc: connect failed: %s: %s\n", hashPort(addr), socketResult(err))
		return 1
	}
	defer conn.Close()
	conn.SetReadTimeout(controlTimeout)
	hello, ok := c.exchange(conn, "null", "")
	if !ok {
		return 1
	}
	reply, ok := c.exchange(conn, strings.Join(c.words, " "), hello.get("_ctrl", "_nonce"))
	if !ok {
		return 1
	}
	return c.show(reply)
}

func (c *rndcCall) arguments(args []string) bool {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		flag, value := args[0][1], args[0][2:]
		args = args[1:]
		if strings.IndexByte("bckspy", flag) >= 0 && value == "" {
			if len(args) == 0 {
				fmt.Fprintf(c.p.Stderr, "rndc: option requires an argument -- '%c'\n", flag)
				return false
			}
			value, args = args[0], args[1:]
		}
		switch flag {
		case 'c':
			c.conf = value
		case 'k':
			c.keyFile = value
		case 'y':
			c.keyName = value
		case 's':
			c.server = value
		case 'p':
			n, err := strconv.ParseUint(value, 10, 16)
			if err != nil || n == 0 {
				fmt.Fprintf(c.p.Stderr, "rndc: port '%s' out of range\n", value)
				return false
			}
			c.port = uint16(n)
		case 'r':
			c.result = true
		case 'b', 'V', 'q', 'M', 'm', '4', '6':
		default:
			fmt.Fprintf(c.p.Stderr, "rndc: invalid argument -%c\n", flag)
			return false
		}
	}
	c.words = args
	return len(args) > 0
}

// configure finds the key: in rndc.conf if there is one, otherwise in rndc.key.
func (c *rndcCall) configure() bool {
	p := c.p
	h := p.Host
	d := disk{fs: h.FS, cred: p.Cred, dir: p.Cwd}
	confFile, keyFile := strings.TrimSuffix(defaultKeyFile(h.Flavour), ".key")+".conf", defaultKeyFile(h.Flavour)
	if c.keyFile != "" {
		keyFile = c.keyFile
	}
	switch {
	case c.conf != "":
		if _, err := d.stat(c.conf); err != nil {
			fmt.Fprintf(p.Stderr, "rndc: %s does not exist\n", c.conf)
			return false
		}
		return c.fromConfig(d, c.conf)
	case c.keyFile == "" && exists(d, confFile):
		return c.fromConfig(d, confFile)
	case !exists(d, keyFile):
		fmt.Fprintf(p.Stderr, "rndc: neither %s nor %s was found\n", confFile, keyFile)
		return false
	}
	k, messages := config.ParseKeyFile(d.config(), keyFile)
	if k.Name == "" {
		return c.badConfig(messages)
	}
	c.key = k
	return true
}

func exists(d disk, name string) bool {
	_, err := d.stat(name)
	return err == nil
}

func (c *rndcCall) badConfig(messages []config.Message) bool {
	for _, m := range messages {
		fmt.Fprintf(c.p.Stderr, "rndc: error: %s\n", m)
	}
	fmt.Fprint(c.p.Stderr, "rndc: could not load rndc configuration\n")
	return false
}

// fromConfig reads an rndc.conf(5): keys, and of its options the defaults for key,
// server and port.
func (c *rndcCall) fromConfig(d disk, name string) bool {
	b, err := d.read(name)
	if err != nil {
		return c.badConfig([]config.Message{{Severity: config.Error, Text: "open: " + name + ": " + resultText(err)}})
	}
	words := confWords(string(b))
	wanted := c.keyName
	for i, w := range words {
		if i+1 >= len(words) {
			break
		}
		switch w {
		case "default-key":
			if wanted == "" {
				wanted = words[i+1]
			}
		case "default-server":
			if c.server == "" {
				c.server = words[i+1]
			}
		case "default-port":
			if n, err := strconv.ParseUint(words[i+1], 10, 16); err == nil && c.port == 0 {
				c.port = uint16(n)
			}
		}
	}
	text := keyStatement(words, wanted)
	if text == "" {
		fmt.Fprintf(c.p.Stderr, "rndc: no key definition for name %s\n", wanted)
		return false
	}
	k, messages := config.ParseKeyFile(config.Disk{Read: func(string) ([]byte, error) { return []byte(text), nil }}, name)
	if k.Name == "" {
		return c.badConfig(messages)
	}
	c.key = k
	return true
}

// confWords splits a configuration into words; strings lose their quotes, comments
// go.
func confWords(text string) (words []string) {
	for line := range strings.Lines(text) {
		for _, sign := range []string{"//", "#"} {
			line, _, _ = strings.Cut(line, sign)
		}
		for i, part := range strings.Split(line, `"`) {
			if i%2 == 1 {
				words = append(words, part)
				continue
			}
			part = strings.NewReplacer("{", " { ", "}", " } ", ";", " ; ").Replace(part)
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

// keyStatement writes the key statement of the wanted name (any, if empty) anew.
func keyStatement(words []string, wanted string) string {
	for i := 0; i+2 < len(words); i++ {
		if words[i] != "key" || words[i+2] != "{" || wanted != "" && words[i+1] != wanted {
			continue
		}
		end := slices.Index(words[i:], "}")
		if end < 0 {
			return ""
		}
		var b strings.Builder
		fmt.Fprintf(&b, "key %q {", words[i+1])
		body := words[i+3 : i+end]
		for j := 0; j+1 < len(body); j++ {
			if body[j] == "algorithm" || body[j] == "secret" {
				fmt.Fprintf(&b, " %s %q;", body[j], body[j+1])
			}
		}
		b.WriteString(" };\n")
		return b.String()
	}
	return ""
}

// address finds the server's address.
func (c *rndcCall) address() (netip.AddrPort, bool) {
	port := c.port
	if port == 0 {
		port = 953
	}
	if c.server == "" || c.server == "localhost" {
		c.server = "127.0.0.1"
	}
	if a, err := netip.ParseAddr(c.server); err == nil {
		return netip.AddrPortFrom(a, port), true
	}
	addrs, _, err := c.p.Host.LookupAddrs(c.p.Task, c.server, host.AnyFamily)
	if err != nil || len(addrs) == 0 {
		fmt.Fprintf(c.p.Stderr, "rndc: couldn't get address for '%s': not found\n", c.server)
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(addrs[0], port), true
}

// exchange sends one message and reads its answer.
func (c *rndcCall) exchange(conn *vnet.Conn, command, nonce string) (controlTable, bool) {
	now := c.p.Host.Clock.Now().Unix()
	ctrl := controlTable{{name: "_ser", value: strconv.FormatInt(now&0xffff, 10)}, {name: "_tim", value: strconv.FormatInt(now, 10)},
		{name: "_exp", value: strconv.FormatInt(now+60, 10)}}
	if nonce != "" {
		ctrl = append(ctrl, controlEntry{name: "_nonce", value: nonce})
	}
	conn.Write(encodeControl(controlTable{{name: "_ctrl", table: ctrl}, {name: "_data", table: controlTable{{name: "type", value: command}}}}, c.key))
	b, err := readControl(conn)
	if err != nil {
		text := socketResult(err)
		if errors.Is(err, vnet.ErrDeadline) {
			text = "timed out"
		}
		if text != "unexpected error" {
			fmt.Fprintf(c.p.Stderr, "rndc: recv failed: %s\n", text)
			return nil, false
		}
		fmt.Fprint(c.p.Stderr, rndcClosed)
		return nil, false
	}
	t, err := decodeControl(b, c.key)
	if err != nil {
		fmt.Fprintf(c.p.Stderr, "rndc: parsing failed: %v\n", err)
		return nil, false
	}
	return t, true
}

const rndcClosed = `rndc: connection to remote host closed.
* This may indicate that the
* remote server is using an older
* version of the command protocol,
* this host is not authorized to connect,
* the clocks are not synchronized,
* the key signing algorithm is incorrect
* or the key is invalid.
`

// show prints the answer.
func (c *rndcCall) show(t controlTable) int {
	text := t.get("_data", "text")
	if why := t.get("_data", "err"); why != "" {
		fmt.Fprintf(c.p.Stderr, "rndc: '%s' failed: %s\n", c.words[0], why)
		if text != "" {
			fmt.Fprintln(c.p.Stderr, text)
		}
		if c.result {
			c.p.Print("1\n")
		}
		return 1
	}
	if text != "" {
		c.p.Print(text + "\n")
	}
	if c.result {
		c.p.Print("0\n")
	}
	return 0
}
