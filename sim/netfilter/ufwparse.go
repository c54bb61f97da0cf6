package netfilter

import (
	"errors"
	"fmt"
	"strings"
)

// ufwRequest is a parsed rule of the command line. It makes a rule for IPv4, for
// IPv6, or for both.
type ufwRequest struct {
	rules    []ufwRule // without addresses of a family where they are "any"
	both     bool
	v6       bool
	warnings string
}

// parseUfwRule reads the words behind the action: the simple form "PORT[/PROTO]"
// or "APP", or the full one, "from ADDRESS port PORT to ADDRESS ...".
func (c *ufwCommand) parseUfwRule(action string, forward bool, words []string) (*ufwRequest, error) {
	r := ufwRule{action: action, proto: "any", dport: "any", sport: "any", dst: "any", src: "any", forward: forward}
	if n := len(words); n > 0 && words[n-1] == "comment" {
		return nil, fmt.Errorf("Option 'comment' missing required argument")
	}
	if n := len(words); n > 1 && words[n-2] == "comment" {
		r.comment, words = words[n-1], words[:n-2]
		if strings.Contains(r.comment, "'") {
			return nil, fmt.Errorf("Comment may not contain \"'\"")
		}
	}
	words, err := r.takeDirection(words)
	if err != nil {
		return nil, err
	}
	if len(words) > 0 && (words[0] == "log" || words[0] == "log-all") {
		r.log, words = words[0], words[1:]
	}
	if len(words) == 0 && r.in == "" && r.outw == "" {
		return nil, errUfwSyntax
	}
	req := &ufwRequest{both: true}
	if len(words) == 1 {
		return req, c.simple(req, r, words[0])
	}
	if len(words)%2 != 0 {
		return nil, fmt.Errorf("Wrong number of arguments")
	}
	return req, c.full(req, r, words)
}

var (
	errUfwSyntax = errors.New("Invalid syntax")
	errNoClause  = errors.New("Need 'to' or 'from' clause")
)

// takeDirection reads "in", "out" and "on INTERFACE".
func (r *ufwRule) takeDirection(words []string) ([]string, error) {
	for len(words) > 0 && (words[0] == "in" || words[0] == "out") {
		r.out = words[0] == "out"
		d := words[0]
		words = words[1:]
		if len(words) > 0 && words[0] == "on" {
			if len(words) < 2 || len(words[1]) > 15 || strings.Contains(words[1], "/") || words[1] == "" {
				return nil, fmt.Errorf("Invalid interface clause")
			}
			if d == "in" {
				r.in = words[1]
			} else {
				r.outw = words[1]
			}
			words = words[2:]
			if !r.forward {
				break
			}
			continue
		}
		if len(words) == 0 {
			return nil, fmt.Errorf("Invalid interface clause")
		}
		break
	}
	if r.forward {
		r.out = false
	}
	return words, nil
}

// simple reads a port, a service, or an application.
func (c *ufwCommand) simple(req *ufwRequest, r ufwRule, word string) error {
	if app, ok := ufwApps(c.proc.Host)[word]; ok {
		for _, p := range app.ports {
			one := r
			port, proto, has := strings.Cut(p, "/")
			one.dapp, one.dport = word, port
			if has {
				one.proto = proto
			}
			req.rules = append(req.rules, one)
		}
		return nil
	}
	port, proto, has := strings.Cut(word, "/")
	digits := port != "" && strings.Trim(port, "0123456789,:") == ""
	if has && proto != "tcp" && proto != "udp" || digits && !ufwPort(port) {
		return fmt.Errorf("Bad port")
	}
	if has {
		r.proto = proto
	}
	if !digits {
		p, protos := c.service(port)
		switch {
		case p == "":
			return fmt.Errorf("Could not find a profile matching '%s'", word)
		case has && protos != "any" && protos != proto:
			return fmt.Errorf("Protocol mismatch with specified protocol %s", proto)
		case !has:
			r.proto = protos
		}
		port = p
	}
	r.dport = port
	req.rules = []ufwRule{r}
	return checkMulti(r)
}

// service returns the port of a service and its protocol, "any" if it has both.
func (c *ufwCommand) service(name string) (port, proto string) {
	n := &names{host: c.proc.Host}
	t, isTCP := n.service(name, "tcp")
	u, isUDP := n.service(name, "udp")
	switch {
	case isTCP && isUDP:
		return fmt.Sprint(t), "any"
	case isTCP:
		return fmt.Sprint(t), "tcp"
	case isUDP:
		return fmt.Sprint(u), "udp"
	}
	return "", ""
}

func checkMulti(r ufwRule) error {
	if r.proto == "any" && strings.ContainsAny(r.dport+r.sport, ",:") {
		return fmt.Errorf("Must specify 'tcp' or 'udp' with multiple ports")
	}
	return nil
}

// full reads pairs of words.
func (c *ufwCommand) full(req *ufwRequest, r ufwRule, words []string) error {
	side, clause := "", r.in != "" || r.outw != ""
	v4seen, v6seen := false, false
	for len(words) > 0 {
		key, value := words[0], words[1]
		words = words[2:]
		switch key {
		case "proto":
			if strings.Trim(value, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || !strings.Contains(" tcp udp any esp ah gre ipv6 igmp vrrp ", " "+value+" ") {
				return fmt.Errorf("Unsupported protocol '%s'", value)
			}
			r.proto = value
		case "from", "to":
			side, clause = key, true
			if value == "any" {
				break
			}
			text, is6, changed, ok := ufwAddress(value)
			if !ok {
				return fmt.Errorf("Bad %s address", map[string]string{"from": "source", "to": "destination"}[key])
			}
			if changed {
				req.warnings = "WARN: Rule changed after normalization\n"
			}
			v4seen, v6seen = v4seen || !is6, v6seen || is6
			if key == "from" {
				r.src = text
			} else {
				r.dst = text
			}
		case "port", "app":
			if side == "" {
				return errNoClause
			}
			if err := c.sidePort(&r, side, key, value); err != nil {
				return err
			}
		default:
			if !clause {
				return errNoClause
			}
			return fmt.Errorf("Invalid token '%s'", key)
		}
	}
	switch {
	case !clause:
		return errNoClause
	case v4seen && v6seen:
		return fmt.Errorf("Mixed IP versions for 'from' and 'to'")
	}
	req.both, req.v6 = !v4seen && !v6seen, v6seen
	req.rules = c.withApps(r)
	for _, one := range req.rules {
		if err := checkMulti(one); err != nil {
			return err
		}
	}
	return nil
}

// sidePort sets the port or application of one side.
func (c *ufwCommand) sidePort(r *ufwRule, side, key, value string) error {
	port, app := &r.dport, &r.dapp
	if side == "from" {
		port, app = &r.sport, &r.sapp
	}
	if key == "app" {
		if _, ok := ufwApps(c.proc.Host)[value]; !ok {
			return fmt.Errorf("Could not find a profile matching '%s'", value)
		}
		*app = value
		return nil
	}
	if strings.Trim(value, "0123456789,:") == "" {
		if !ufwPort(value) {
			return fmt.Errorf("Bad port '%s'", value)
		}
		*port = value
		return nil
	}
	p, proto := c.service(value)
	if p == "" {
		return fmt.Errorf("Bad port '%s'", value)
	}
	*port = p
	if r.proto == "any" {
		r.proto = proto
	}
	return nil
}

// withApps returns a rule for each port of the applications of r.
func (c *ufwCommand) withApps(r ufwRule) []ufwRule {
	apps := ufwApps(c.proc.Host)
	list := []ufwRule{r}
	expand := func(name string, set func(*ufwRule, string)) {
		if name == "" {
			return
		}
		var next []ufwRule
		for _, one := range list {
			for _, p := range apps[name].ports {
				copied := one
				port, proto, has := strings.Cut(p, "/")
				if has {
					copied.proto = proto
				}
				set(&copied, port)
				next = append(next, copied)
			}
		}
		list = next
	}
	expand(r.dapp, func(o *ufwRule, port string) { o.dport = port })
	expand(r.sapp, func(o *ufwRule, port string) { o.sport = port })
	return list
}

// family returns the rule with its addresses of one family.
func (r ufwRule) family(v6 bool) ufwRule {
	any := anyV4
	if v6 {
		any = anyV6
	}
	r.v6 = v6
	if r.src == "any" {
		r.src = any
	}
	if r.dst == "any" {
		r.dst = any
	}
	return r
}
