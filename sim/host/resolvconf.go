package host

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ResolvConf is resolver(5)'s configuration in /etc/resolv.conf.
type ResolvConf struct {
	Servers  []netip.Addr // at most 3; 127.0.0.1 if the file names none
	Search   []string     // at most 6
	NDots    int
	Timeout  time.Duration
	Attempts int
	Rotate   bool
	UseTCP   bool
}

// ReadResolvConf reads /etc/resolv.conf as glibc does: lines it does not
// understand are ignored, also an address with garbage behind it. A missing
// file means the defaults.
func (h *Host) ReadResolvConf() ResolvConf {
	c := fileAs(h, "/etc/resolv.conf", parseResolvConf)
	if c.Search == nil {
		if _, rest, ok := strings.Cut(h.Hostname(), "."); ok {
			c.Search = []string{rest}
		}
	}
	return c
}

func parseResolvConf(text string) ResolvConf {
	c := ResolvConf{NDots: 1, Timeout: 5 * time.Second, Attempts: 2}
	for line := range strings.Lines(text) {
		if line[0] == '#' || line[0] == ';' {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 2 || !strings.HasPrefix(line, f[0]) { // a keyword starts in the first column
			continue
		}
		switch f[0] {
		case "nameserver":
			if a, err := netip.ParseAddr(f[1]); err == nil && len(c.Servers) < 3 {
				c.Servers = append(c.Servers, a)
			}
		case "search":
			c.Search = f[1:min(len(f), 7)]
		case "domain":
			c.Search = f[1:2]
		case "options":
			c.options(f[1:])
		}
	}
	if len(c.Servers) == 0 {
		c.Servers = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	return c
}

func (c *ResolvConf) options(words []string) {
	for _, w := range words {
		name, value, _ := strings.Cut(w, ":")
		n, err := strconv.Atoi(value)
		switch {
		case name == "rotate":
			c.Rotate = true
		case name == "use-vc":
			c.UseTCP = true
		case err != nil || n < 0:
		case name == "ndots":
			c.NDots = min(n, 15)
		case name == "timeout":
			c.Timeout = time.Duration(min(max(n, 1), 30)) * time.Second
		case name == "attempts":
			c.Attempts = min(max(n, 1), 5)
		}
	}
}

// HostsEntry is a line of hosts(5).
type HostsEntry struct {
	Addr  netip.Addr
	Names []string // the canonical one first
}

// ReadHosts reads /etc/hosts.
func (h *Host) ReadHosts() []HostsEntry { return fileAs(h, "/etc/hosts", parseHosts) }

func parseHosts(text string) (list []HostsEntry) {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		if a, err := netip.ParseAddr(f[0]); err == nil {
			list = append(list, HostsEntry{a, f[1:]})
		}
	}
	return list
}

// service is a line of services(5).
type service struct {
	names []string
	port  uint16
	proto string
}

func parseServices(text string) (list []service) {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		num, proto, ok := strings.Cut(f[1], "/")
		n, err := strconv.ParseUint(num, 10, 16)
		if ok && err == nil {
			list = append(list, service{append(f[:1:1], f[2:]...), uint16(n), proto})
		}
	}
	return list
}

// ServicePort returns the port of a service of services(5), 0 if unknown.
func (h *Host) ServicePort(name, proto string) uint16 {
	for _, s := range fileAs(h, "/etc/services", parseServices) {
		if s.proto == proto && slices.Contains(s.names, name) {
			return s.port
		}
	}
	return 0
}
