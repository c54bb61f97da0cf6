package sshd

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

func (r *configReader) set(name, value string) {
	if _, again := r.c.given[name]; !again {
		r.c.given[name] = value
	}
}

func (r *configReader) port(d directive, arg string) {
	n, err := strconv.ParseUint(arg, 10, 16)
	if err != nil || n == 0 {
		r.fail(d, "Badly formatted port number.")
		return
	}
	r.c.Ports = append(r.c.Ports, uint16(n))
}

func (r *configReader) listen(d directive, arg string) {
	if len(d.args) > 1 {
		r.fail(d, "bad ListenAddress syntax")
		return
	}
	if a, err := netip.ParseAddr(strings.Trim(arg, "[]")); err == nil {
		r.c.Listen = append(r.c.Listen, listenAddr{addr: a})
		return
	}
	name, port, both := strings.Cut(arg, ":")
	if i := strings.LastIndex(arg, "]:"); i > 0 {
		name, port, both = strings.Trim(arg[:i+1], "[]"), arg[i+2:], true
	}
	n := uint64(0)
	if both {
		var err error
		if n, err = strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			r.fail(d, "bad port number")
			return
		}
	}
	a, err := netip.ParseAddr(name)
	if err != nil {
		// DNS is not asked: it may be this host that answers.
		at := slices.IndexFunc(r.h.ReadHosts(), func(e host.HostsEntry) bool { return slices.Contains(e.Names, name) })
		if at < 0 {
			r.say("bad addr or host: %s (Name or service not known)", name)
			r.stop = true
			return
		}
		a = r.h.ReadHosts()[at].Addr
	}
	r.c.Listen = append(r.c.Listen, listenAddr{a, uint16(n)})
}

func (r *configReader) numberValue(d directive, name, arg string, least int) {
	n, err := strconv.ParseInt(arg, 10, 32)
	switch {
	case errors.Is(err, strconv.ErrRange):
		r.fail(d, "%s integer value too large.", d.word)
	case err != nil:
		r.fail(d, "%s integer value invalid.", d.word)
	case int(n) < least:
		r.fail(d, "%s integer value too small.", d.word)
	default:
		r.set(name, strconv.FormatInt(n, 10))
	}
}

// list appends to a keyword that adds up.
func (r *configReader) list(name string, d directive) {
	c := r.c
	for k, to := range map[string]*[]string{"allowusers": &c.AllowUsers, "denyusers": &c.DenyUsers, "allowgroups": &c.AllowGroups,
		"denygroups": &c.DenyGroups, "hostkey": &c.HostKeys, "acceptenv": &c.AcceptEnv} {
		if k == name {
			*to = append(*to, d.args...)
		}
	}
	switch name {
	case "authorizedkeysfile":
		if c.AuthorizedKeys == nil {
			c.AuthorizedKeys = d.args
		}
	case "acceptenv":
		if slices.ContainsFunc(d.args, func(s string) bool { return strings.Contains(s, "=") }) {
			r.fail(d, "Invalid environment name.")
		}
	case "subsystem":
		if len(d.args) < 2 {
			r.fail(d, "Missing subsystem command.")
			return
		}
		c.Subsystems = append(c.Subsystems, strings.Join(d.args, " "))
	}
}

// parseTime reads the time formats of sshd_config(5) into seconds.
func parseTime(s string) (seconds int, ok bool) {
	if s == "" {
		return 0, false
	}
	for s != "" {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi(s[:i])
		if err != nil || n > 1<<31 {
			return 0, false
		}
		unit := 1
		if i < len(s) {
			switch s[i] | 0x20 {
			case 's':
			case 'm':
				unit = 60
			case 'h':
				unit = 3600
			case 'd':
				unit = 24 * 3600
			case 'w':
				unit = 7 * 24 * 3600
			default:
				return 0, false
			}
			i++
		}
		if seconds += n * unit; seconds > 1<<31 {
			return 0, false
		}
		s = s[i:]
	}
	return seconds, true
}
