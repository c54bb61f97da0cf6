package netfilter

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// ufwRule is a rule of ufw(8). It stands in user.rules as a comment, its tuple,
// above the iptables rules it means.
type ufwRule struct {
	action   string // allow, deny, reject, limit
	log      string // "", "log", "log-all"
	proto    string // any, tcp, udp ...
	dport    string // any, or a port, range or list
	dst      string // an address or network; 0.0.0.0/0 or ::/0 for any
	sport    string
	src      string
	dapp     string // application profile of the destination, "" for none
	sapp     string
	out      bool
	forward  bool   // a route rule
	in, outw string // interfaces
	comment  string
	v6       bool
}

const (
	anyV4 = "0.0.0.0/0"
	anyV6 = "::/0"
)

func anywhere(a string) bool { return a == anyV4 || a == anyV6 }

// same reports whether two rules are about the same packets; the action, the
// logging and the comment may differ.
func (r ufwRule) same(o ufwRule) bool {
	r.action, r.log, r.comment = o.action, o.log, o.comment
	return r == o
}

// direction is the last word of a tuple, such as "in" or "in_eth0".
func (r ufwRule) direction() string {
	var parts []string
	if r.in != "" {
		parts = append(parts, "in_"+r.in)
	}
	if r.outw != "" {
		parts = append(parts, "out_"+r.outw)
	}
	switch {
	case parts != nil:
		return strings.Join(parts, "!")
	case r.out:
		return "out"
	}
	return "in"
}

// tuple returns the rule as a line of user.rules.
func (r ufwRule) tuple() string {
	action := r.action
	if r.log != "" {
		action += "_" + r.log
	}
	if r.forward {
		action = "route:" + action
	}
	t := fmt.Sprintf("### tuple ### %s %s %s %s %s %s", action, r.proto, r.dport, r.dst, r.sport, r.src)
	if r.dapp != "" || r.sapp != "" {
		name := func(s string) string {
			if s == "" {
				return "-"
			}
			return strings.ReplaceAll(s, " ", "%20")
		}
		t += " " + name(r.dapp) + " " + name(r.sapp)
	}
	t += " " + r.direction()
	if r.comment != "" {
		t += " comment=" + hex.EncodeToString([]byte(r.comment))
	}
	return t
}

// parseTuple reads a line of user.rules; ok is false for one that is no tuple.
func parseTuple(line string, v6 bool) (r ufwRule, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "### tuple ### ")
	if !ok {
		return r, false
	}
	f := strings.Fields(rest)
	if n := len(f); n > 0 && strings.HasPrefix(f[n-1], "comment=") {
		if b, err := hex.DecodeString(strings.TrimPrefix(f[n-1], "comment=")); err == nil {
			r.comment = string(b)
		}
		f = f[:n-1]
	}
	if len(f) != 7 && len(f) != 9 {
		return r, false
	}
	r.v6 = v6
	r.action, r.forward = strings.CutPrefix(f[0], "route:")
	r.action, r.log, _ = strings.Cut(r.action, "_")
	r.proto, r.dport, r.dst, r.sport, r.src = f[1], f[2], f[3], f[4], f[5]
	if len(f) == 9 {
		for i, app := range []*string{&r.dapp, &r.sapp} {
			if f[6+i] != "-" {
				*app = strings.ReplaceAll(f[6+i], "%20", " ")
			}
		}
	}
	for part := range strings.SplitSeq(f[len(f)-1], "!") {
		switch {
		case part == "out":
			r.out = true
		case strings.HasPrefix(part, "in_"):
			r.in = part[3:]
		case strings.HasPrefix(part, "out_"):
			r.outw = part[4:]
			r.out = r.in == ""
		}
	}
	return r, true
}

// chains returns the prefix of ufw's chains.
func (r ufwRule) chains() string {
	if r.v6 {
		return "ufw6"
	}
	return "ufw"
}

// lines returns the iptables rules the rule means.
func (r ufwRule) lines() (list []string) {
	protos := []string{r.proto}
	if r.proto == "any" && (r.dport != "any" || r.sport != "any") {
		protos = []string{"tcp", "udp"}
	}
	chain := r.chains() + "-user-input"
	if r.forward {
		chain = r.chains() + "-user-forward"
	} else if r.out {
		chain = r.chains() + "-user-output"
	}
	suffix := ""
	if r.dapp != "" || r.sapp != "" {
		var names []string
		if r.dapp != "" {
			names = append(names, "dapp_"+strings.ReplaceAll(r.dapp, " ", "%20"))
		}
		if r.sapp != "" {
			names = append(names, "sapp_"+strings.ReplaceAll(r.sapp, " ", "%20"))
		}
		suffix = " -m comment --comment '" + strings.Join(names, ",") + "'"
	}
	for _, p := range protos {
		match := r.conditions(p)
		add := func(rest string) { list = append(list, "-A "+chain+match+rest) }
		if r.log != "" {
			list = append(list, r.logLines(chain, match)...)
		}
		limit := r.chains() + "-user-limit"
		switch {
		case r.action == "limit":
			add(" -m conntrack --ctstate NEW -m recent --set" + suffix)
			add(" -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j " + limit + suffix)
			add(" -j " + limit + "-accept" + suffix)
		case r.action == "reject" && p == "tcp":
			add(" -j REJECT --reject-with tcp-reset" + suffix)
		case r.action == "reject":
			add(" -j REJECT" + suffix)
		case r.action == "deny":
			add(" -j DROP" + suffix)
		default:
			add(" -j ACCEPT" + suffix)
		}
	}
	return list
}

// logLines returns the lines that log what the rule matches.
func (r ufwRule) logLines(chain, match string) []string {
	state := ""
	if r.log == "log" {
		state = " -m conntrack --ctstate NEW"
	}
	word := map[string]string{"allow": "ALLOW", "deny": "BLOCK", "reject": "BLOCK", "limit": "LIMIT"}[r.action]
	logging := strings.Replace(chain, "-user-", "-user-logging-", 1)
	return []string{
		"-A " + logging + match + state + ` -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW ` + word + `] "`,
		"-A " + logging + match + " -j RETURN", "-A " + chain + match + " -j " + logging,
	}
}

// conditions returns the rule's conditions in iptables' words, for one
// protocol.
func (r ufwRule) conditions(proto string) string {
	var b strings.Builder
	add := func(flag, value string) { b.WriteString(" " + flag + " " + value) }
	if r.in != "" {
		add("-i", r.in)
	}
	if r.outw != "" {
		add("-o", r.outw)
	}
	if proto != "any" {
		add("-p", proto)
	}
	if strings.Contains(r.dport+r.sport, ",") {
		if r.dport != "any" {
			add("-m multiport --dports", r.dport)
		}
		if r.sport != "any" {
			add("-m multiport --sports", r.sport)
		}
		r.dport, r.sport = "any", "any"
	}
	if !anywhere(r.dst) {
		add("-d", r.dst)
	}
	if r.dport != "any" {
		add("--dport", r.dport)
	}
	if !anywhere(r.src) {
		add("-s", r.src)
	}
	if r.sport != "any" {
		add("--sport", r.sport)
	}
	return b.String()
}

// command returns the rule as the words behind "ufw" that make it.
func (r ufwRule) command() string {
	var b strings.Builder
	if r.forward {
		b.WriteString("route ")
	}
	b.WriteString(r.action)
	simple := anywhere(r.src) && anywhere(r.dst) && r.sport == "any" && r.sapp == "" && r.in == "" && r.outw == "" && !r.forward
	switch {
	case r.in != "" && r.outw != "":
		b.WriteString(" in on " + r.in + " out on " + r.outw)
	case r.in != "":
		b.WriteString(" in on " + r.in)
	case r.outw != "":
		b.WriteString(" out on " + r.outw)
	case r.out:
		b.WriteString(" out")
	}
	if r.log != "" {
		b.WriteString(" " + r.log)
	}
	if simple && (r.dport != "any" || r.dapp != "") {
		switch {
		case r.dapp != "":
			b.WriteString(" " + quotedApp(r.dapp))
		case r.proto != "any":
			b.WriteString(" " + r.dport + "/" + r.proto)
		default:
			b.WriteString(" " + r.dport)
		}
	} else {
		b.WriteString(r.clauses())
	}
	if r.comment != "" {
		b.WriteString(" comment '" + r.comment + "'")
	}
	return b.String()
}

// clauses writes "from ... to ... port ... proto ...".
func (r ufwRule) clauses() string {
	s := ""
	side := func(word, addr, port, app string) {
		if anywhere(addr) && port == "any" && app == "" {
			return
		}
		if anywhere(addr) {
			addr = "any"
		}
		s += " " + word + " " + addr
		if app != "" {
			s += " app " + quotedApp(app)
		} else if port != "any" {
			s += " port " + port
		}
	}
	side("from", r.src, r.sport, r.sapp)
	side("to", r.dst, r.dport, r.dapp)
	if s == "" {
		s = " from any"
		if r.dst != "" && !r.forward && r.in == "" && r.outw == "" {
			s = " to any"
		}
	}
	if r.proto != "any" && r.dapp == "" && r.sapp == "" {
		s += " proto " + r.proto
	}
	return s
}

func quotedApp(name string) string {
	if strings.Contains(name, " ") {
		return "'" + name + "'"
	}
	return name
}
