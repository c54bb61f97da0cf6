package userland

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// ifState is where ifup notes what it has configured.
const ifState = "/run/network/ifstate"

// BringUp configures the interfaces of a booting host as "ifup -a" does. What is
// wrong goes to the system log. The commands of "up" lines are returned, for
// they need a process.
func BringUp(h *host.Host) (commands []string) {
	say := func(text string) {
		for line := range strings.Lines(text) {
			h.Syslog(host.FacDaemon, host.Err, "ifup", 0, strings.TrimSuffix(line, "\n"))
		}
	}
	c, warnings, err := readInterfaces(h, interfacesFile)
	for _, w := range warnings {
		say(w)
	}
	if err != nil {
		say(err.Error())
		return nil
	}
	var done []string
	for _, name := range c.auto {
		failed := false
		for _, s := range c.of(name) {
			if err := s.raise(h.Node); err != nil {
				failed = true
				say(err.Error() + "\nfailed to bring up " + name)
				break
			}
			for _, command := range s.commands("up", "post-up") {
				if !addPlainRoute(h.Node, command) {
					commands = append(commands, command)
				}
			}
		}
		if !failed && !slices.Contains(done, name) {
			done = append(done, name)
		}
	}
	noteState(h, done)
	return commands
}

// addPlainRoute does "ip route add PREFIX via ADDRESS" at once, so that the
// route exists before the host's services start.
func addPlainRoute(node *vnet.Node, command string) bool {
	words := strings.Fields(command)
	if len(words) > 1 && words[0] == "ip" && words[1] == "-6" {
		words = slices.Delete(words, 1, 2)
	}
	if len(words) != 6 || strings.Join(words[:3], " ") != "ip route add" || words[4] != "via" {
		return false
	}
	t := &ipTool{p: &host.Proc{Stderr: host.NullFD()}}
	r, status := t.parseRoute(words[3:])
	return status == 0 && node.AddRoute(r) == nil
}

// noteState writes the list of configured interfaces.
func noteState(h *host.Host, names []string) {
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, "%s=%s\n", n, n)
	}
	if h.FS.MkdirAll("/run/network", 0o755, host.Root) == nil {
		h.FS.WriteFile(ifState, []byte(b.String()), 0o644, host.Root)
	}
}

// configured returns the interfaces ifup has configured.
func configured(h *host.Host) (names []string) {
	data, err := h.FS.ReadFile(ifState, host.Root)
	if err != nil { // nobody has changed anything since the host was made
		c, _, _ := readInterfaces(h, interfacesFile)
		return c.auto
	}
	for line := range strings.Lines(string(data)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), "=")
		names = append(names, name)
	}
	return names
}

// ifTool models ifup(8) and ifdown(8) of ifupdown 0.8.41. It leaves out DHCP,
// mappings, bridges and the scripts below /etc/network/if-*.d.
type ifTool struct {
	p      *host.Proc
	tool   string
	all    bool
	force  bool
	noAct  bool
	file   string
	names  []string
	state  []string
	config *netConfig
}

// runIfup is ifup and ifdown.
func runIfup(p *host.Proc) int {
	t := &ifTool{p: p, tool: p.Name(), file: interfacesFile}
	for i := 1; i < len(p.Args); i++ {
		switch word := p.Args[i]; word {
		case "-a", "--all":
			t.all = true
		case "--force":
			t.force = true
		case "-n", "--no-act":
			t.noAct = true
		case "-v", "--verbose", "--ignore-errors", "--no-mappings", "--no-scripts", "--no-loopback":
		case "-i", "--interfaces":
			if i++; i < len(p.Args) {
				t.file = p.Args[i]
			}
		case "-V", "--version":
			p.Printf("%s version 0.8.41\n", t.tool)
			return 0
		default:
			if strings.HasPrefix(word, "-") {
				fmt.Fprintf(p.Stderr, "%s: unrecognized option '%s'\n%s: Use --help for help\n", t.tool, word, t.tool)
				return 1
			}
			t.names = append(t.names, word)
		}
	}
	if !t.all && len(t.names) == 0 {
		fmt.Fprintf(p.Stderr, "%s: Use --help for help\n", t.tool)
		return 1
	}
	return t.run()
}

func (t *ifTool) say(text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(t.p.Stderr, "%s: %s\n", t.tool, strings.TrimSuffix(line, "\n"))
	}
}

func (t *ifTool) run() int {
	c, warnings, err := readInterfaces(t.p.Host, t.file)
	for _, w := range warnings {
		t.say(w)
	}
	if err != nil {
		t.say(err.Error())
		return 1
	}
	if t.p.Cred.UID != 0 && !t.noAct {
		t.say("failed to open lockfile /run/network/.lock: Permission denied")
		return 1
	}
	t.config, t.state = c, configured(t.p.Host)
	names, status := t.names, 0
	if t.all {
		if names = c.auto; t.tool == "ifdown" {
			names = slices.Clone(t.state)
		}
	}
	for _, name := range names {
		t.p.Step(1)
		if t.tool == "ifdown" {
			status = max(status, t.down(name))
		} else {
			status = max(status, t.up(name))
		}
	}
	if !t.noAct {
		noteState(t.p.Host, t.state)
	}
	return status
}

// up configures an interface.
func (t *ifTool) up(name string) int {
	stanzas := t.config.of(name)
	switch {
	case slices.Contains(t.state, name) && !t.force:
		t.say(fmt.Sprintf("interface %s already configured", name))
		return 0
	case len(stanzas) == 0:
		t.say("unknown interface " + name)
		return 1
	case t.noAct:
		return 0
	}
	for _, s := range stanzas {
		ok := t.commands(s, "pre-up")
		if ok {
			if err := s.raise(t.p.Host.Node); err != nil {
				if ok = false; strings.HasPrefix(err.Error(), "missing") {
					t.say(err.Error())
				} else {
					fmt.Fprintln(t.p.Stderr, err)
				}
			}
		}
		if !ok || !t.commands(s, "up", "post-up") {
			t.say("failed to bring up " + name)
			return 1
		}
	}
	if !slices.Contains(t.state, name) {
		t.state = append(t.state, name)
	}
	return 0
}

// down takes an interface's configuration away.
func (t *ifTool) down(name string) int {
	stanzas := t.config.of(name)
	switch {
	case !slices.Contains(t.state, name) && !t.force:
		t.say(fmt.Sprintf("interface %s not configured", name))
		return 0
	case len(stanzas) == 0:
		t.say("unknown interface " + name)
		return 1
	case t.noAct:
		return 0
	}
	for _, s := range stanzas {
		t.commands(s, "pre-down", "down")
		s.lower(t.p.Host.Node)
		t.commands(s, "post-down")
	}
	t.state = slices.DeleteFunc(t.state, func(n string) bool { return n == name })
	return 0
}

// commands runs the commands of a step and reports whether all succeeded.
func (t *ifTool) commands(s *netStanza, keys ...string) bool {
	for _, command := range s.commands(keys...) {
		status, err := t.p.Run(host.Spec{Args: []string{"/bin/sh", "-c", command}})
		if err != nil || status != 0 {
			return false
		}
	}
	return true
}

// InterfaceSpec is an interface with its addresses and the routes over it.
type InterfaceSpec struct {
	Name   string
	Addrs  []netip.Prefix
	Routes []vnet.Route
}

// InterfacesText is the file for a host with these interfaces; default
// routes are their gateways.
func InterfacesText(ifaces []InterfaceSpec) string {
	var b strings.Builder
	b.WriteString("# This file describes the network interfaces of this host, see interfaces(5).\nauto lo\niface lo inet loopback\n")
	for _, i := range ifaces {
		fmt.Fprintf(&b, "\nauto %s\n", i.Name)
		for _, p := range i.Addrs {
			family, six := "inet", ""
			if p.Addr().Is6() {
				family, six = "inet6", "-6 "
			}
			fmt.Fprintf(&b, "iface %s %s static\n\taddress %s\n", i.Name, family, p)
			for _, r := range i.Routes {
				first := slices.IndexFunc(i.Addrs, func(q netip.Prefix) bool { return q.Contains(r.Via) })
				switch {
				case first < 0 || i.Addrs[first] != p:
				case r.Dst.Bits() == 0:
					fmt.Fprintf(&b, "\tgateway %s\n", r.Via)
				default:
					fmt.Fprintf(&b, "\tup ip %sroute add %s via %s\n", six, r.Dst, r.Via)
				}
			}
		}
	}
	return b.String()
}
