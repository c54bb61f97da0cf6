package sshd

import (
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

// configFile is what the server reads.
const configFile = "/etc/ssh/sshd_config"

// config is what sshd_config(5) says. The first value of a keyword counts.
type config struct {
	Ports          []uint16
	Listen         []listenAddr
	Family         string
	PermitRoot     string // yes, no, prohibit-password, forced-commands-only
	Password       bool
	Pubkey         bool
	KbdInteractive bool
	EmptyPasswords bool
	UsePAM         bool
	MaxAuthTries   int
	LoginGrace     time.Duration
	AliveInterval  time.Duration
	AliveCount     int
	AllowUsers     []string
	DenyUsers      []string
	AllowGroups    []string
	DenyGroups     []string
	AuthorizedKeys []string
	HostKeys       []string
	Banner         string
	PrintMotd      bool
	PrintLastLog   bool
	PermitTTY      bool
	StrictModes    bool
	LogLevel       string
	ForceCommand   string
	given          map[string]string // other keywords: their text, for -T
	matches        []matchBlock
	Subsystems     []string
	AcceptEnv      []string
}

// listenAddr is a ListenAddress; without a port those of Port count.
type listenAddr struct {
	addr netip.Addr
	port uint16
}

// matchBlock is a Match with the lines that follow it.
type matchBlock struct {
	conditions [][2]string // attribute, patterns
	lines      []directive
}

// directive is a line of a configuration file.
type directive struct {
	file string
	line int
	word string // keyword as written
	args []string
}

// readConfig reads the server's configuration as it starts. problems are the
// lines it prints; fatal says that it ends with them.
func readConfig(h *host.Host, file string) (c *config, problems []string, fatal bool) {
	r := &configReader{h: h, c: &config{given: map[string]string{}}}
	text, err := h.FS.ReadFile(file, host.Root)
	if err != nil {
		return nil, []string{file + ": " + reason(err)}, true
	}
	r.text(file, string(text), 0)
	switch {
	case r.stop:
		return nil, r.problems, true
	case r.bad > 0:
		r.say("%s: terminating, %d bad configuration options", file, r.bad)
		return nil, r.problems, true
	}
	r.c.defaults()
	return r.c, r.problems, false
}

// parsedConfig is what readConfig returns.
type parsedConfig struct {
	c        *config
	problems []string
	fatal    bool
}

// usualConfig is readConfig of the usual file. A file that says all by itself
// is parsed once for all hosts of the process.
func usualConfig(h *host.Host) (*config, []string, bool) {
	text, err := h.FS.ReadFile(configFile, host.Root)
	if err != nil || !alone(h, string(text)) {
		return readConfig(h, configFile)
	}
	p := h.Shared("sshd_config", string(text), func() any {
		c, problems, fatal := readConfig(h, configFile)
		return &parsedConfig{c, problems, fatal}
	}).(*parsedConfig)
	return p.c, p.problems, p.fatal
}

// alone reports that what a file says does not depend on other files: none are
// included, and no names have to be looked up.
func alone(h *host.Host, text string) bool {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0][0] == '#' {
			continue
		}
		word := strings.ToLower(f[0])
		if strings.HasPrefix(word, "listenaddress") || word[0] == '=' || strings.HasPrefix(word, "include") && (len(f) != 2 || len((&configReader{h: h}).glob(f[1])) > 0) {
			return false
		}
	}
	return true
}

// defaults fills what was not said (sshd_config(5), and Debian's own: UsePAM is
// set by the file of the package).
func (c *config) defaults() {
	word := func(name, value string) string {
		if v, ok := c.given[name]; ok {
			return v
		}
		c.given[name] = value
		return value
	}
	yes := func(name, value string) bool { return word(name, value) == "yes" }
	if len(c.Ports) == 0 {
		c.Ports = []uint16{22}
	}
	c.Family = word("addressfamily", "any")
	c.PermitRoot = word("permitrootlogin", "prohibit-password")
	c.Password = yes("passwordauthentication", "yes")
	c.Pubkey = yes("pubkeyauthentication", "yes")
	c.KbdInteractive = yes("kbdinteractiveauthentication", "yes")
	c.EmptyPasswords = yes("permitemptypasswords", "no")
	c.UsePAM = yes("usepam", "no")
	c.MaxAuthTries, _ = strconv.Atoi(word("maxauthtries", "6"))
	c.LoginGrace = seconds(word("logingracetime", "120"))
	c.AliveInterval = seconds(word("clientaliveinterval", "0"))
	c.AliveCount, _ = strconv.Atoi(word("clientalivecountmax", "3"))
	c.Banner = word("banner", "none")
	c.PrintMotd = yes("printmotd", "yes")
	c.PrintLastLog = yes("printlastlog", "yes")
	c.PermitTTY = yes("permittty", "yes")
	c.StrictModes = yes("strictmodes", "yes")
	c.LogLevel = word("loglevel", "INFO")
	c.ForceCommand = word("forcecommand", "none")
	if len(c.AuthorizedKeys) == 0 {
		c.AuthorizedKeys = []string{".ssh/authorized_keys", ".ssh/authorized_keys2"}
	}
	if len(c.HostKeys) == 0 {
		c.HostKeys = []string{hostKeyFile}
	}
}

func seconds(s string) time.Duration {
	n, _ := strconv.Atoi(s)
	return time.Duration(n) * time.Second
}

// addresses returns the sockets to listen on, in order.
func (c *config) addresses() (list []netip.AddrPort) {
	listen := c.Listen
	if len(listen) == 0 {
		if c.Family != "inet6" {
			listen = append(listen, listenAddr{addr: netip.IPv4Unspecified()})
		}
		if c.Family != "inet" {
			listen = append(listen, listenAddr{addr: netip.IPv6Unspecified()})
		}
	}
	for _, l := range listen {
		ports := c.Ports
		if l.port != 0 {
			ports = []uint16{l.port}
		}
		for _, p := range ports {
			if at := netip.AddrPortFrom(l.addr, p); !slices.Contains(list, at) {
				list = append(list, at)
			}
		}
	}
	return list
}

// forUser returns the configuration with the Match blocks that hold for a login
// (sshd_config(5) Match): in them, too, the first value counts, and it counts
// before those of the main part.
func (c *config) forUser(h *host.Host, user string, local, remote netip.AddrPort) *config {
	r := &configReader{h: h, c: &config{given: map[string]string{}}, inMatch: true}
	for _, m := range c.matches {
		if m.holds(h, user, local, remote) {
			for _, d := range m.lines {
				r.directive(d)
			}
		}
	}
	over := r.c
	if len(over.given) == 0 && len(over.AllowUsers)+len(over.DenyUsers)+len(over.AllowGroups)+len(over.DenyGroups)+len(over.AuthorizedKeys) == 0 {
		return c
	}
	merged := *c
	merged.given = map[string]string{}
	for k, v := range c.given {
		merged.given[k] = v
	}
	for k, v := range over.given {
		merged.given[k] = v
	}
	for _, l := range []struct{ to, from *[]string }{{&merged.AllowUsers, &over.AllowUsers}, {&merged.DenyUsers, &over.DenyUsers},
		{&merged.AllowGroups, &over.AllowGroups}, {&merged.DenyGroups, &over.DenyGroups}, {&merged.AuthorizedKeys, &over.AuthorizedKeys}} {
		if len(*l.from) > 0 {
			*l.to = *l.from
		}
	}
	merged.defaults()
	return &merged
}

func (m *matchBlock) holds(h *host.Host, user string, local, remote netip.AddrPort) bool {
	for _, c := range m.conditions {
		ok := false
		switch c[0] {
		case "all":
			ok = true
		case "user":
			ok = matchList(c[1], user)
		case "group":
			for _, g := range groupsOf(h, user) {
				ok = ok || matchList(c[1], g)
			}
		case "address", "host":
			ok = matchAddress(c[1], remote.Addr())
		case "localaddress":
			ok = matchAddress(c[1], local.Addr())
		case "localport":
			ok = matchList(c[1], strconv.Itoa(int(local.Port())))
		}
		if !ok {
			return false
		}
	}
	return true
}

func groupsOf(h *host.Host, user string) (names []string) {
	u, ok := h.User(user)
	if !ok {
		return nil
	}
	cred := h.Cred(u)
	for _, g := range append([]uint32{cred.GID}, cred.Groups...) {
		names = append(names, h.GroupName(g))
	}
	return names
}

// matchList is a pattern list of ssh_config(5): comma separated, "!" forbids.
func matchList(patterns, s string) (found bool) {
	for p := range strings.SplitSeq(patterns, ",") {
		not := strings.HasPrefix(p, "!")
		if matchWord(strings.TrimPrefix(p, "!"), s) {
			if not {
				return false
			}
			found = true
		}
	}
	return found
}

// matchWord matches the wildcards "*" and "?".
func matchWord(pattern, s string) bool {
	ok, _ := path.Match(strings.NewReplacer(`\`, `\\`, `[`, `\[`).Replace(pattern), s)
	return ok
}

// matchAddress is matchList for addresses, which may be in CIDR form.
func matchAddress(patterns string, a netip.Addr) (found bool) {
	for p := range strings.SplitSeq(patterns, ",") {
		not := strings.HasPrefix(p, "!")
		word := strings.TrimPrefix(p, "!")
		ok := matchWord(word, a.String())
		if block, err := netip.ParsePrefix(word); err == nil {
			ok = block.Contains(a)
		}
		if ok && not {
			return false
		}
		found = found || ok
	}
	return found
}

// matchUser is a pattern of AllowUsers and DenyUsers: USER or USER@HOST.
func matchUser(patterns []string, user string, from netip.Addr) bool {
	for _, p := range patterns {
		name, at, both := strings.Cut(p, "@")
		if matchWord(name, user) && (!both || matchAddress(at, from)) {
			return true
		}
	}
	return false
}
