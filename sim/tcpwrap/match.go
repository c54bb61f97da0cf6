package tcpwrap

import (
	"net/netip"
	"path"
	"strconv"
	"strings"
)

// What a name is when there is none, and when it does not lead back to the
// address.
const (
	Unknown  = "unknown"
	Paranoid = "paranoid"
)

// Request is a client that wants a service.
type Request struct {
	Daemon string     // name of the process
	Server netip.Addr // address it was reached at; the zero value matches nothing
	Client netip.Addr
	// Name returns the client's host name, Unknown or Paranoid. It is called
	// only when a pattern needs it. nil: Unknown.
	Name func() string
	// File returns the text of a file of patterns ("/path" in a list). nil:
	// there are none.
	File func(name string) string

	name string
}

// Verdict is the outcome.
type Verdict struct {
	Granted bool
	Rule    *Rule // that decided; nil: none did, and access is granted
}

// Decide applies hosts_access(5): the first rule of allow that fits grants, then
// the first of deny that fits denies, otherwise access is granted. The options
// allow and deny turn that around.
func Decide(allow, deny []Rule, q Request) Verdict {
	for i, rules := range [][]Rule{allow, deny} {
		for k := range rules {
			r := &rules[k]
			if q.list(r.Daemons, q.daemon) && q.list(r.Clients, q.client) {
				return Verdict{r.Grants(i == 0), r}
			}
		}
	}
	return Verdict{Granted: true}
}

// Grants reports what a rule that fits says; usual is what it says without
// options: true in hosts.allow, false in hosts.deny.
func (r *Rule) Grants(usual bool) bool {
	for _, o := range r.Options {
		switch o.Name {
		case "allow":
			return true
		case "deny":
			return false
		}
	}
	return usual
}

// list is hosts_access(5) "list_1 EXCEPT list_2": the first pattern that fits
// decides, unless what follows the next EXCEPT fits too.
func (q *Request) list(list string, fits func(string) bool) bool {
	return q.words(strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == '\r' }), fits)
}

func (q *Request) words(words []string, fits func(string) bool) bool {
	for i, w := range words {
		if strings.EqualFold(w, "EXCEPT") {
			return false
		}
		if !fits(w) {
			continue
		}
		for j, later := range words[i+1:] {
			if strings.EqualFold(later, "EXCEPT") {
				return !q.words(words[i+1:][j+1:], fits)
			}
		}
		return true
	}
	return false
}

// daemon matches a pattern of the first list: PROCESS or PROCESS@HOST.
func (q *Request) daemon(pattern string) bool {
	name, at, both := strings.Cut(pattern, "@")
	if !textMatch(name, q.Daemon) {
		return false
	}
	return !both || q.Server.IsValid() && hostMatch(at, q.Server, func() string { return Unknown })
}

// client matches a pattern of the second list: HOST or USER@HOST. User names
// are unknown.
func (q *Request) client(pattern string) bool {
	if user, at, both := strings.Cut(pattern, "@"); both && user != "" {
		if !strings.EqualFold(user, "ALL") && !strings.EqualFold(user, Unknown) {
			return false
		}
		pattern = at
	}
	if strings.HasPrefix(pattern, "/") {
		if q.File == nil {
			return false
		}
		for _, w := range strings.Fields(q.File(pattern)) {
			if !strings.HasPrefix(w, "/") && hostMatch(w, q.Client, q.clientName) {
				return true
			}
		}
		return false
	}
	return hostMatch(pattern, q.Client, q.clientName)
}

// clientName is the client's name, looked up once.
func (q *Request) clientName() string {
	if q.name == "" {
		q.name = Unknown
		if q.Name != nil {
			q.name = q.Name()
		}
	}
	return q.name
}

// hostMatch matches a pattern for hosts, in the order of hosts_access.c.
func hostMatch(pattern string, a netip.Addr, name func() string) bool {
	a = a.Unmap()
	switch {
	case strings.EqualFold(pattern, "ALL"):
		return true
	case strings.HasPrefix(pattern, "@"): // NIS netgroups
		return false
	case strings.EqualFold(pattern, "KNOWN"):
		return a.IsValid() && name() != Unknown && name() != Paranoid
	case strings.EqualFold(pattern, "LOCAL"):
		n := name()
		return n != Unknown && n != Paranoid && !strings.Contains(n, ".")
	case strings.EqualFold(pattern, Unknown), strings.EqualFold(pattern, Paranoid):
		return strings.EqualFold(pattern, name())
	case strings.Contains(pattern, "/"):
		return netMatch(pattern, a)
	}
	if bare, ok := strings.CutPrefix(pattern, "["); ok {
		b, err := netip.ParseAddr(strings.TrimSuffix(bare, "]"))
		return err == nil && b.Unmap() == a
	}
	if textMatch(pattern, a.String()) {
		return true
	}
	if strings.Trim(pattern, "0123456789.") == "" { // can only be an address
		return false
	}
	return textMatch(pattern, name())
}

// textMatch matches names and addresses as text: ".tail", "head.", wildcards, or
// the same, whatever the case.
func textMatch(pattern, s string) bool {
	p, low := strings.ToLower(pattern), strings.ToLower(s)
	switch {
	case p == "all":
		return true
	case p == "known":
		return low != Unknown
	case strings.HasPrefix(p, ".") && len(p) > 1:
		return strings.HasSuffix(low, p)
	case strings.HasSuffix(p, ".") && len(p) > 1:
		return strings.HasPrefix(low, p)
	case strings.ContainsAny(p, "*?"):
		ok, err := path.Match(strings.NewReplacer("[", `\[`, `\`, `\\`).Replace(p), low)
		return ok && err == nil
	}
	return p == low
}

// netMatch matches "net/mask", "net/bits" and "[v6]/bits".
func netMatch(pattern string, a netip.Addr) bool {
	net, mask, _ := strings.Cut(pattern, "/")
	base, err := netip.ParseAddr(strings.Trim(net, "[]"))
	if err != nil || base.Is4() != a.Is4() {
		return false
	}
	if n, err := strconv.Atoi(mask); err == nil {
		block, err := base.Prefix(n)
		return err == nil && block.Contains(a)
	}
	m, err := netip.ParseAddr(mask)
	if err != nil || !m.Is4() || !base.Is4() {
		return false
	}
	b, w, x := base.As4(), m.As4(), a.As4()
	for i := range x {
		if x[i]&w[i] != b[i] {
			return false
		}
	}
	return true
}

// Expand replaces the %LETTER of a command of spawn or twist. What came from the
// client is cleaned of characters a shell would heed (hosts_access(5) "%
// EXPANSIONS").
func (q *Request) Expand(command string, pid int) string {
	var b strings.Builder
	for i := 0; i < len(command); i++ {
		if command[i] != '%' || i+1 == len(command) {
			b.WriteByte(command[i])
			continue
		}
		i++
		host := q.clientName()
		if host == Unknown || host == Paranoid {
			host = q.Client.String()
		}
		switch command[i] {
		case 'a':
			b.WriteString(clean(q.Client.String()))
		case 'A', 'H', 'N':
			b.WriteString(clean(q.Server.String()))
		case 'c', 'h':
			b.WriteString(clean(host))
		case 'n':
			b.WriteString(clean(q.clientName()))
		case 'd':
			b.WriteString(clean(q.Daemon))
		case 's':
			b.WriteString(clean(q.Daemon + "@" + q.Server.String()))
		case 'p':
			b.WriteString(strconv.Itoa(pid))
		case 'u':
			b.WriteString(Unknown)
		case '%':
			b.WriteByte('%')
		default:
			b.WriteByte(command[i])
		}
	}
	return b.String()
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("1234567890!@%-_=+:,./abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", r) {
			return r
		}
		return '_'
	}, s)
}
