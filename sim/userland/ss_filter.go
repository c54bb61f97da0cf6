package userland

import (
	"fmt"
	"net/netip"
	"strings"

	"mxlab/sim/host"
)

// ssFilter is what stands behind ss's options: a state, and comparisons of
// ports and addresses, all of which must hold (or, with "or", one).
type ssFilter struct {
	set   bool
	state string
	tests []func(*socketRow) bool
	any   bool // "or" instead of "and"
}

// ssStates are the names of states in filters.
func ssStates(name string) string {
	return map[string]string{"established": "ESTAB", "syn-sent": "SYN-SENT", "syn-recv": "SYN-RECV", "fin-wait-1": "FIN-WAIT-1",
		"fin-wait-2": "FIN-WAIT-2", "time-wait": "TIME-WAIT", "closed": "UNCONN", "close-wait": "CLOSE-WAIT", "last-ack": "LAST-ACK",
		"listening": "LISTEN", "listen": "LISTEN", "closing": "CLOSING", "all": "all", "connected": "connected"}[name]
}

// parse reads a filter; it returns what ss says about a wrong one.
func (f *ssFilter) parse(h *host.Host, words []string) string {
	f.set = true
	words = strings.Fields(strings.NewReplacer("(", " ", ")", " ", "=:", "= :").Replace(strings.Join(words, " ")))
	for len(words) > 0 {
		switch word := words[0]; word {
		case "state":
			if len(words) < 2 || ssStates(words[1]) == "" {
				return "ss: wrong state name: " + strings.Join(words[1:min(2, len(words))], "")
			}
			f.state = ssStates(words[1])
			words = words[2:]
		case "and", "&&", "&":
			words = words[1:]
		case "or", "||", "|":
			f.any = true
			words = words[1:]
		case "sport", "dport", "src", "dst":
			rest, problem := f.compare(h, word, words[1:])
			if problem != "" {
				return problem
			}
			words = rest
		default:
			return fmt.Sprintf("ss: bison bellows (while parsing filter): \"syntax error!\" Sorry.\n%s", strings.TrimRight(ssUsage, "\n"))
		}
	}
	return ""
}

// compare reads "sport = :25" and the like.
func (f *ssFilter) compare(h *host.Host, what string, words []string) (rest []string, problem string) {
	negate := false
	if len(words) > 0 {
		switch words[0] {
		case "=", "==", "eq":
			words = words[1:]
		case "!=", "ne", "neq":
			negate, words = true, words[1:]
		}
	}
	if len(words) == 0 {
		return nil, "Error: an inet prefix is expected rather than \"\"."
	}
	value := words[0]
	var test func(*socketRow) bool
	if what == "sport" || what == "dport" {
		port, ok := servicePort(h, strings.TrimPrefix(value, ":"), "tcp")
		if !ok {
			return nil, "Error: \"" + strings.TrimPrefix(value, ":") + "\" does not look like a port."
		}
		test = func(r *socketRow) bool {
			if what == "sport" {
				return r.Local.Port() == port
			}
			return r.Peer.Port() == port
		}
	} else {
		prefix, err := netip.ParsePrefix(value)
		if a, aerr := netip.ParseAddr(value); aerr == nil {
			prefix, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Sprintf("Error: an inet prefix is expected rather than \"%s\".", value)
		}
		test = func(r *socketRow) bool {
			a := r.Local.Addr()
			if what == "dst" {
				a = r.Peer.Addr()
			}
			return a.IsValid() && prefix.Contains(a.Unmap())
		}
	}
	f.tests = append(f.tests, func(r *socketRow) bool { return test(r) != negate })
	return words[1:], ""
}

func (f *ssFilter) match(r *socketRow) bool {
	switch f.state {
	case "", "all":
	case "connected":
		if r.State == "LISTEN" || r.State == "UNCONN" {
			return false
		}
	default:
		if r.State != f.state {
			return false
		}
	}
	for _, test := range f.tests {
		if ok := test(r); ok == f.any {
			return ok
		}
	}
	return !f.any || len(f.tests) == 0
}
