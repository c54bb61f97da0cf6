package userland

import (
	"fmt"
	"net/netip"
	"path"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// interfacesFile is where ifup looks for the interfaces of a Debian host.
const interfacesFile = "/etc/network/interfaces"

// netConfig is /etc/network/interfaces, see interfaces(5).
type netConfig struct {
	auto    []string
	stanzas []*netStanza
}

// netStanza is one "iface" paragraph.
type netStanza struct {
	name, family, method string
	options              []netOption
}

type netOption struct{ key, value string }

// spoken is an error whose text is printed as it stands, in the words of the
// tool it comes from.
type spoken string

// Error returns the text.
func (s spoken) Error() string { return string(s) }

func spokenf(format string, args ...any) error { return spoken(fmt.Sprintf(format, args...)) }

// maxSources bounds how deep "source" lines may nest.
const maxSources = 8

// readInterfaces reads the file and those it names. Warnings and the error are
// worded as ifup words them.
func readInterfaces(h *host.Host, file string) (c *netConfig, warnings []string, err error) {
	c = &netConfig{}
	err = c.read(h, file, 0, &warnings)
	if err != nil {
		err = fmt.Errorf("%w\ncouldn't read interfaces file %q", err, file)
	}
	return c, warnings, err
}

func (c *netConfig) read(h *host.Host, file string, depth int, warnings *[]string) error {
	data, err := h.FS.ReadFile(file, host.Root)
	if err != nil {
		return fmt.Errorf("couldn't open interfaces file %q: %s", file, systemText(err))
	}
	var current *netStanza
	number := 0
	for text := string(data); text != ""; {
		number++
		var line string
		line, text, _ = strings.Cut(text, "\n")
		first := number
		for strings.HasSuffix(line, "\\") && text != "" { // continued
			var more string
			more, text, _ = strings.Cut(text, "\n")
			line = line[:len(line)-1] + " " + more
			number++
		}
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		wrong := func(format string, args ...any) error {
			return fmt.Errorf("%s:%d: %s", file, first, fmt.Sprintf(format, args...))
		}
		switch word := words[0]; {
		case word == "auto" || strings.HasPrefix(word, "allow-"):
			c.auto, current = append(c.auto, words[1:]...), nil
		case word == "iface":
			if current, err = c.stanza(words, wrong, warnings); err != nil {
				return err
			}
		case word == "source" || word == "source-directory":
			current = nil
			if err := c.source(h, words, depth, warnings); err != nil {
				return err
			}
		case word == "mapping" || word == "rename" || strings.HasPrefix(word, "no-"):
			current = nil
		case current == nil:
			return wrong("misplaced option")
		case len(words) == 1:
			return wrong("option with empty value")
		default:
			value := strings.TrimSpace(strings.TrimSpace(line)[len(word):])
			current.options = append(current.options, netOption{word, value})
		}
	}
	return nil
}

// stanza reads an "iface" line.
func (c *netConfig) stanza(words []string, wrong func(string, ...any) error, warnings *[]string) (*netStanza, error) {
	s := &netStanza{}
	if len(words) < 2 {
		return nil, wrong("too few parameters for iface line")
	}
	s.name = words[1]
	if len(words) < 3 || words[2] != "inet" && words[2] != "inet6" {
		return nil, wrong("unknown or no address type and no inherits keyword specified")
	}
	s.family = words[2]
	known := map[string]bool{"static": true, "manual": true, "loopback": true, "dhcp": true, "auto": s.family == "inet6"}
	if len(words) < 4 || !known[words[3]] {
		return nil, wrong("unknown or no method and no inherits keyword specified")
	}
	s.method = words[3]
	if len(words) > 4 {
		*warnings = append(*warnings, wrong("extra parameter for the iface line not understood and ignored: %s", words[4]).Error())
	}
	c.stanzas = append(c.stanzas, s)
	return s, nil
}

// source reads the files a "source" or "source-directory" line names.
func (c *netConfig) source(h *host.Host, words []string, depth int, warnings *[]string) error {
	if len(words) < 2 || depth >= maxSources {
		return nil
	}
	dir, pattern := path.Split(words[1])
	if words[0] == "source-directory" {
		dir, pattern = words[1], "*"
	}
	entries, err := h.FS.ReadDir(path.Clean(dir), host.Root)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if ok, _ := path.Match(pattern, e.Name); ok {
			if err := c.read(h, path.Join(dir, e.Name), depth+1, warnings); err != nil {
				return err
			}
		}
	}
	return nil
}

// of returns the paragraphs of an interface.
func (c *netConfig) of(name string) (list []*netStanza) {
	for _, s := range c.stanzas {
		if s.name == name {
			list = append(list, s)
		}
	}
	return list
}

// option is the value of an option, "" if there is none.
func (s *netStanza) option(key string) string {
	for _, o := range s.options {
		if o.key == key {
			return o.value
		}
	}
	return ""
}

// commands are those to be run at a step: "up", "down".
func (s *netStanza) commands(keys ...string) (list []string) {
	for _, o := range s.options {
		for _, k := range keys {
			if o.key == k {
				list = append(list, o.value)
			}
		}
	}
	return list
}

// prefix is the address with its length; a netmask counts, and without one the
// class of the address.
func (s *netStanza) prefix() (netip.Prefix, error) {
	text := s.option("address")
	if p, err := netip.ParsePrefix(text); err == nil {
		return p, nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, spokenf("Error: any valid prefix is expected rather than %q.", text)
	}
	bits := a.BitLen()
	switch mask := s.option("netmask"); {
	case mask != "":
		if bits, err = maskBits(mask); err != nil {
			return netip.Prefix{}, spokenf("Error: any valid prefix is expected rather than %q.", text+"/"+mask)
		}
	case a.Is4() && a.As4()[0] < 128:
		bits = 8
	case a.Is4() && a.As4()[0] < 192:
		bits = 16
	case a.Is4():
		bits = 24
	}
	return netip.PrefixFrom(a, bits), nil
}

// maskBits reads a netmask, dotted or as a length.
func maskBits(mask string) (int, error) {
	if n, err := strconv.Atoi(mask); err == nil && n >= 0 && n <= 128 {
		return n, nil
	}
	a, err := netip.ParseAddr(mask)
	if err != nil || !a.Is4() {
		return 0, strconv.ErrSyntax
	}
	for n := range 33 {
		if netmaskOf(n) == a.String() {
			return n, nil
		}
	}
	return 0, strconv.ErrSyntax
}

// raise gives the interface what its paragraph says, without the commands of
// "up". The error is what ip(8) or ifup prints.
func (s *netStanza) raise(node *vnet.Node) error {
	iface := node.Iface(s.name)
	if iface == nil {
		return spokenf("Cannot find device %q", s.name)
	}
	if s.method == "static" {
		if s.option("address") == "" {
			return spokenf("missing required variable: address\nmissing required configuration variables for interface %s/%s", s.name, s.family)
		}
		p, err := s.prefix()
		if err != nil {
			return err
		}
		if (s.family == "inet") != p.Addr().Is4() {
			return spokenf("Error: %s prefix is expected rather than %q.", s.family, p)
		}
		if err := iface.AddAddr(p); err != nil {
			return spokenf("RTNETLINK answers: %s", systemText(err))
		}
	}
	if s.method == "dhcp" {
		return spokenf("No DHCP client software found!")
	}
	if text := s.option("mtu"); text != "" {
		n, err := strconv.Atoi(text)
		if err == nil {
			err = iface.SetMTU(n)
		}
		if err != nil {
			return spokenf("Error: argument %q is wrong: Invalid \"mtu\" value", text)
		}
	}
	iface.SetDown(false)
	return s.raiseGateway(node)
}

func (s *netStanza) raiseGateway(node *vnet.Node) error {
	text := s.option("gateway")
	if text == "" || s.method != "static" {
		return nil
	}
	gw, err := netip.ParseAddr(text)
	if err != nil {
		return spokenf("Error: %s address is expected rather than %q.", s.family, text)
	}
	dst, _ := parseDestination("default", gw.Is6())
	err = node.AddRoute(vnet.Route{Dst: dst, Via: gw, Dev: s.name, OnLink: node.Iface(s.name) != nil && !onSubnet(node.Iface(s.name), gw)})
	if err != nil {
		return spokenf("RTNETLINK answers: %s", systemText(err))
	}
	return nil
}

// onSubnet reports whether an address is in a subnet of the interface. For a
// gateway that is not, ifup's "onlink" matters.
func onSubnet(i *vnet.Iface, a netip.Addr) bool {
	for _, p := range i.Addrs() {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// lower takes the interface's addresses of the family, and with the last of
// them the interface itself.
func (s *netStanza) lower(node *vnet.Node) {
	iface := node.Iface(s.name)
	if iface == nil || s.method == "loopback" {
		return
	}
	for _, p := range append([]netip.Prefix(nil), iface.Addrs()...) {
		if p.Addr().Is4() == (s.family == "inet") {
			iface.DelAddr(p)
		}
	}
	iface.SetDown(true)
}
