package netfilter

import (
	"fmt"
	"strings"
)

// show prints ufw status.
func (c *ufwCommand) showStatus(verbose, numbered bool) {
	u, p := c.state, c.proc
	if !u.enabled {
		p.Print("Status: inactive\n")
		return
	}
	p.Print("Status: active\n")
	if verbose {
		c.showDefaults()
	}
	all := append(append([]ufwRule{}, u.rules...), u.rules6...)
	if len(all) == 0 {
		return
	}
	indent := ""
	if numbered {
		indent = "     "
	}
	p.Printf("\n%s%-26s %-12s%s\n%[1]s%-26[5]s %-12[6]s%[7]s\n", indent, "To", "Action", "From", "--", "------", "----")
	var in, out, fwd strings.Builder
	for i, r := range all {
		row := r.row(verbose, numbered)
		switch {
		case numbered:
			fmt.Fprintf(&in, "[%2d] %s", i+1, row)
		case r.forward:
			fwd.WriteString(row)
		case r.out:
			out.WriteString(row)
		default:
			in.WriteString(row)
		}
	}
	for _, block := range []string{in.String(), out.String(), fwd.String()} {
		if block != "" {
			p.Print(block + "\n")
		}
	}
}

// showDefaults prints what verbose adds.
func (c *ufwCommand) showDefaults() {
	u := c.state
	level := "on (" + u.level + ")"
	if u.level == "off" {
		level = "off"
	}
	words := [3]string{}
	for i, v := range u.policy {
		words[i] = map[string]string{"ACCEPT": "allow", "DROP": "deny", "REJECT": "reject"}[v]
	}
	if !c.proc.Host.Node.Forwarding {
		words[2] = "disabled"
	}
	c.proc.Printf("Logging: %s\nDefault: %s (incoming), %s (outgoing), %s (routed)\nNew profiles: skip\n", level, words[0], words[1], words[2])
}

// row returns the rule as a line of status.
func (r ufwRule) row(verbose, numbered bool) string {
	direction := "IN"
	if r.forward {
		direction = "FWD"
	} else if r.out {
		direction = "OUT"
	}
	action := strings.ToUpper(r.action)
	if verbose || numbered || direction != "IN" {
		action += " " + direction
	}
	var notes []string
	if r.log != "" {
		notes = append(notes, r.log)
	}
	if numbered && direction == "OUT" {
		notes = append(notes, "out")
	}
	line := fmt.Sprintf("%-26s %-12s%-26s", r.end(true, verbose), action, r.end(false, verbose))
	if notes != nil {
		line += " (" + strings.Join(notes, ", ") + ")"
	}
	if r.comment != "" {
		line += " # " + r.comment
	}
	return line + "\n"
}

// end describes the destination or the source: address, port or application,
// interface.
func (r ufwRule) end(to, verbose bool) string {
	addr, port, app, iface := r.src, r.sport, r.sapp, r.in
	if to {
		addr, port, app, iface = r.dst, r.dport, r.dapp, r.in
		if r.forward {
			iface = r.outw
		}
	} else if !r.forward {
		iface = r.outw
	}
	six := ""
	if r.v6 && r.src == anyV6 && r.dst == anyV6 {
		six = " (v6)"
	}
	var words []string
	if !anywhere(addr) {
		words = append(words, addr)
	}
	text := port
	if port != "any" && r.proto != "any" {
		text += "/" + r.proto
	}
	switch {
	case app != "" && verbose:
		words = append(words, text+" ("+app+six+")")
	case app != "":
		words = append(words, app+six)
	case port != "any":
		words = append(words, text+six)
	case anywhere(addr):
		proto := ""
		if r.proto != "any" && r.src == r.dst && r.dport == r.sport {
			proto = "/" + r.proto
		}
		words = append(words, "Anywhere"+proto+six)
	case r.proto != "any" && r.dport == "any" && r.sport == "any":
		words[0] += "/" + r.proto
	}
	if iface != "" {
		words = append(words, "on "+iface)
	}
	return strings.Join(words, " ")
}

// show is ufw show added, and show raw.
func (c *ufwCommand) show(args []string) int {
	switch strings.Join(args, " ") {
	case "added":
		c.proc.Print("Added user rules (see 'ufw status' for running firewall):\n")
		seen := map[string]bool{}
		for _, r := range append(append([]ufwRule{}, c.state.rules...), c.state.rules6...) {
			if line := "ufw " + r.command() + "\n"; !seen[line] {
				seen[line] = true
				c.proc.Print(line)
			}
		}
		if len(seen) == 0 {
			c.proc.Print("(None)\n")
		}
		return 0
	case "raw":
		n := &names{host: c.proc.Host}
		for _, f := range []family{v4, v6} {
			c.proc.Print(map[family]string{v4: "IPV4 (raw):\n", v6: "\n\nIPV6:\n"}[f])
			text, _ := Of(c.proc.Host).table(f, filterTable).list(&command{op: opList, numeric: true, verbose: 1, exact: true}, n)
			c.proc.Print(text)
		}
		return 0
	}
	return c.syntax()
}
