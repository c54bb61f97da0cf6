package netfilter

import (
	"errors"
	"fmt"
	"strings"

	"mxlab/sim/host"
)

// frame returns the chains into which ufw's rules are put: what the built-in
// chains jump to, and what the policies mean. c is "ufw" or "ufw6"; jumps says
// that the built-in chains do not jump there yet.
func (u *ufwState) frame(c string, jumps bool) string {
	var b strings.Builder
	policy := map[string]string{"ACCEPT": "ACCEPT", "DROP": "DROP", "REJECT": "DROP"}
	builtin := [...]string{"INPUT", "OUTPUT", "FORWARD"}
	groups := []string{"before-logging", "before", "after", "after-logging", "reject", "track"}
	b.WriteString("*filter\n")
	for i, d := range ufwDirections {
		fmt.Fprintf(&b, ":%s %s [0:0]\n", builtin[i], policy[u.policy[i]])
		for _, g := range append(groups, "skip-to-policy") {
			fmt.Fprintf(&b, ":%s-%s-%s - [0:0]\n", c, g, d)
		}
	}
	for i, d := range ufwDirections {
		for _, g := range groups {
			if !jumps {
				break
			}
			fmt.Fprintf(&b, "-A %s -j %s-%s-%s\n", builtin[i], c, g, d)
		}
		fmt.Fprintf(&b, "-A %s-skip-to-policy-%s -j %s\n", c, d, u.policy[i])
		switch u.policy[i] {
		case "REJECT":
			fmt.Fprintf(&b, "-A %s-reject-%s -j REJECT\n", c, d)
		case "ACCEPT":
			fmt.Fprintf(&b, "-A %s-track-%s -p tcp -m conntrack --ctstate NEW -j ACCEPT\n", c, d)
			fmt.Fprintf(&b, "-A %[1]s-track-%[2]s -p udp -m conntrack --ctstate NEW -j ACCEPT\n", c, d)
		}
	}
	b.WriteString("COMMIT\n")
	return b.String()
}

// beforeRules are the rules ahead of the user's: the loopback, known
// connections, the ICMP a host needs. A file /etc/ufw/before.rules takes their
// place.
func beforeRules(c string, v6 bool) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("*filter")
	for _, name := range []string{"before-input", "before-output", "before-forward", "not-local"} {
		line(":%s-%s - [0:0]", c, name)
	}
	line("-A %s-before-input -i lo -j ACCEPT", c)
	line("-A %s-before-output -o lo -j ACCEPT", c)
	for _, d := range ufwDirections {
		line("-A %s-before-%s -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", c, d)
	}
	line("-A %s-before-input -m conntrack --ctstate INVALID -j %[1]s-logging-deny", c)
	line("-A %s-before-input -m conntrack --ctstate INVALID -j DROP", c)
	types, proto := []string{"destination-unreachable", "time-exceeded", "parameter-problem", "echo-request"}, "-p icmp --icmp-type"
	if v6 {
		types, proto = []string{"destination-unreachable", "packet-too-big", "time-exceeded", "parameter-problem", "echo-request"}, "-p icmpv6 --icmpv6-type"
	}
	for _, d := range []string{"input", "forward"} {
		for _, t := range types {
			line("-A %s-before-%s %s %s -j ACCEPT", c, d, proto, t)
		}
	}
	if v6 {
		for _, t := range []string{"router-advertisement", "neighbour-solicitation", "neighbour-advertisement"} {
			line("-A %s-before-input %s %s -m hl --hl-eq 255 -j ACCEPT", c, proto, t)
		}
		line("COMMIT")
		return b.String()
	}
	line("-A %s-before-input -p udp --sport 67 --dport 68 -j ACCEPT", c)
	line("-A %s-before-input -j %[1]s-not-local", c)
	for _, t := range []string{"LOCAL", "MULTICAST", "BROADCAST"} {
		line("-A %s-not-local -m addrtype --dst-type %s -j RETURN", c, t)
	}
	line("-A %s-not-local -m limit --limit 3/min --limit-burst 10 -j %[1]s-logging-deny", c)
	line("-A %s-not-local -j DROP", c)
	line("-A %s-before-input -p udp -d 224.0.0.251 --dport 5353 -j ACCEPT", c)
	line("-A %s-before-input -p udp -d 239.255.255.250 --dport 1900 -j ACCEPT", c)
	line("COMMIT")
	return b.String()
}

// afterRules keep noise out of the log. A file /etc/ufw/after.rules takes their
// place.
func afterRules(c string, v6 bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*filter\n:%s-after-input - [0:0]\n", c)
	ports := []string{"udp --dport 137", "udp --dport 138", "tcp --dport 139", "tcp --dport 445", "udp --dport 67", "udp --dport 68"}
	if v6 {
		ports = []string{"udp --dport 546", "udp --dport 547"}
	}
	for _, p := range ports {
		fmt.Fprintf(&b, "-A %s-after-input -p %s -j %[1]s-skip-to-policy-input\n", c, p)
	}
	if !v6 {
		fmt.Fprintf(&b, "-A %s-after-input -m addrtype --dst-type BROADCAST -j %[1]s-skip-to-policy-input\n", c)
	}
	b.WriteString("COMMIT\n")
	return b.String()
}

// linkRules joins the user's chains to those of the frame.
func linkRules(c string) string {
	var b strings.Builder
	b.WriteString("*filter\n")
	for _, d := range ufwDirections {
		fmt.Fprintf(&b, "-A %s-before-%s -j %[1]s-user-%[2]s\n", c, d)
	}
	b.WriteString("COMMIT\n")
	return b.String()
}

// clear empties ufw's chains and removes those no built-in chain jumps to. What
// else is in the filter table stays. It reports whether the jumps are there.
func clearUfw(fw *Firewall, f family, c string) bool {
	t := fw.table(f, filterTable).clone()
	for name, ch := range t.chains {
		if strings.HasPrefix(name, c+"-") {
			ch.rules = nil
		}
	}
	for name := range t.chains {
		if strings.HasPrefix(name, c+"-") && t.references(name) == 0 {
			delete(t.chains, name)
		}
	}
	jumps := t.references(c+"-before-input") > 0
	if fw.tables[f][filterTable] != nil {
		fw.replace(t)
	}
	return jumps
}

// start puts ufw's rules into the packet filter.
func (u *ufwState) start(fw *Firewall) error {
	for _, f := range []family{v4, v6} {
		c, suffix, is6 := "ufw", "", f == v6
		if is6 {
			c, suffix = "ufw6", "6"
		}
		before, after := u.read("/etc/ufw/before"+suffix+".rules"), u.read("/etc/ufw/after"+suffix+".rules")
		if before == "" {
			before = beforeRules(c, is6)
		}
		if after == "" {
			after = afterRules(c, is6)
		}
		// The rules before the user's jump to the logging chains, so these are
		// made first.
		jumps := !clearUfw(fw, f, c)
		for _, text := range []string{u.frame(c, jumps), u.userRules(is6), before, after, linkRules(c)} {
			if err := u.restore(fw, f, text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *ufwState) restore(fw *Firewall, f family, text string) error {
	r := &restorer{fw: fw, fam: f, names: &names{host: u.host, privileged: true}, name: f.command() + "-restore", noflush: true}
	if r.restore(text) != 0 {
		return errors.New(strings.TrimSpace(r.errs.String()))
	}
	return nil
}

// stop takes the rules out and opens all policies; the chains stay, empty.
func (u *ufwState) stop(fw *Firewall) {
	for _, f := range []family{v4, v6} {
		c := [...]string{v4: "ufw", v6: "ufw6"}[f]
		if fw.tables[f][filterTable] == nil {
			continue
		}
		clearUfw(fw, f, c)
		t := fw.table(f, filterTable).clone()
		for _, ch := range t.chains {
			if ch.policy != "" {
				ch.policy = "ACCEPT"
			}
		}
		fw.replace(t)
	}
}

// ufwUnit is the unit that starts an enabled ufw at boot.
func ufwUnit(fw *Firewall) *host.Unit {
	return &host.Unit{
		Name: "ufw", Description: "Uncomplicated firewall", ExecStart: "/lib/ufw/ufw-init start quiet", Docs: "man:ufw(8)", Enabled: true,
		Start: func(*host.Unit) (*host.Proc, error) {
			u := loadUfw(fw.host)
			if !u.enabled {
				return nil, nil
			}
			return nil, u.start(fw)
		},
		Stop: func(*host.Unit) {
			if u := loadUfw(fw.host); u.enabled {
				u.stop(fw)
			}
		},
	}
}
