package postfix

import (
	"fmt"
	"strings"

	"mxlab/sim/mail"
)

// TargetKind is what local(8) does with a recipient in the end.
type TargetKind string

// Kinds of targets.
const (
	TargetMailbox   TargetKind = "mailbox"   // append to a file in mbox format: Path
	TargetMaildir   TargetKind = "maildir"   // new file below Path
	TargetCommand   TargetKind = "command"   // pipe into Command
	TargetFile      TargetKind = "file"      // append to Path, as User
	TargetAddress   TargetKind = "forward"   // hand back to the queue for Address
	TargetTransport TargetKind = "transport" // mailbox_transport: Address goes to that service
	TargetBounce    TargetKind = "bounce"    // undeliverable: Status and Text
	TargetDefer     TargetKind = "defer"     // try later: Status and Text
	TargetDiscard   TargetKind = "discard"   // already delivered to, or swallowed
	targetInclude   TargetKind = "include"
)

// Expansion is one step from a recipient to a target: an alias, .forward or
// include file.
type Expansion struct {
	Source string // "hash:/etc/aliases", "/home/bob/.forward", ":include:/path"
	Key    string // name looked up
	Value  string
}

// Target is one final destination.
type Target struct {
	Kind    TargetKind
	User    User   // account the delivery runs as; empty name: default_privs
	Path    string // of a mailbox, maildir (ends in "/") or file
	Command string
	Address string // recipient after expansion
	Owner   string // owner-NAME alias: becomes the envelope sender; empty: unchanged
	Status  mail.Enhanced
	Text    string // reason, or what the log says on success
	Via     []Expansion
}

// Local finds local(8)'s targets for recipients of local domains.
type Local struct {
	cfg     *Config
	sys     *System
	router  *Router
	aliases []aliasTable
}

type aliasTable struct {
	spec  string
	table Table
}

// NewLocal opens the alias tables.
func NewLocal(cfg *Config, sys *System, router *Router) *Local {
	l := &Local{cfg: cfg, sys: sys, router: router}
	for _, spec := range cutWordsBraced(cfg.Str("alias_maps")) {
		if !strings.Contains(spec, ":") {
			spec = cfg.Str("default_database_type") + ":" + spec
		}
		l.aliases = append(l.aliases, aliasTable{spec, sys.OpenTable(spec)})
	}
	return l
}

// maxExpansion bounds alias nesting, as in Postfix; maxTargets bounds the list.
const (
	maxExpansion = 100
	maxTargets   = 5000
)

// localState is the way to the current recipient.
type localState struct {
	l       *Local
	seen    map[string]bool // duplicate filter
	loops   map[string]bool // Delivered-To of the message, lower case
	targets []Target
}

// Expand follows aliases, includes and .forward files from a recipient (internal
// form) to its targets. deliveredTo are the message's Delivered-To fields, which
// stop forwarding loops.
func (l *Local) Expand(recipient string, deliveredTo []string) []Target {
	st := &localState{l: l, seen: map[string]bool{}, loops: map[string]bool{}}
	for _, d := range deliveredTo {
		st.loops[strings.ToLower(strings.TrimSpace(d))] = true
	}
	st.recipient(recipient, place{})
	return st.targets
}

// place is where in the expansion a recipient stands.
type place struct {
	via     []Expansion
	alias   string // alias being expanded: it does not expand itself again
	forward string // user whose .forward is read
	owner   string
	source  string // alias, forward or include: what may name commands and files
	user    User
}

func (p place) into(e Expansion, source string) place {
	p.via = append(append([]Expansion{}, p.via...), e)
	p.source = source
	return p
}

// duplicate reports whether something was done before (the duplicate filter).
func (st *localState) duplicate(what ...string) bool {
	key := strings.Join(what, "\x00")
	was := st.seen[key]
	st.seen[key] = true
	return was
}

func (st *localState) add(p place, t Target) {
	switch t.Kind {
	case TargetMailbox, TargetMaildir, TargetCommand, TargetFile, TargetTransport:
		if st.duplicate(string(t.Kind), t.User.Name, t.Path, t.Command, t.Text) {
			return
		}
	}
	t.Via = p.via
	if t.Owner == "" {
		t.Owner = p.owner
	}
	st.targets = append(st.targets, t)
}

func (st *localState) fail(p place, kind TargetKind, address string, status mail.Enhanced, format string, args ...any) {
	st.add(p, Target{Kind: kind, Address: address, Status: status, Text: fmt.Sprintf(format, args...)})
}

// recipient delivers to one address of a local domain: loop test, alias with and
// without extension, .forward, mailbox.
func (st *localState) recipient(address string, p place) {
	local, _ := mail.SplitAddress(address)
	name := strings.ToLower(local)
	switch {
	case st.loops[strings.ToLower(address)]:
		st.fail(p, TargetBounce, address, mail.Enhanced{5, 4, 6}, "mail forwarding loop for %s", address)
		return
	case len(p.via) > maxExpansion || len(st.targets) > maxTargets:
		st.l.sys.log(warnf("alias database loop for %s", name))
		st.fail(p, TargetBounce, address, mail.Enhanced{5, 4, 6}, "alias database loop for %s", name)
		return
	case st.duplicate("recipient", fmt.Sprint(len(p.via)), name):
		return
	}
	bare, ext := SplitExtension(name, st.l.router.delimiters)
	for _, n := range []string{name, bare} {
		if n == bare && ext == "" && n != name {
			continue
		}
		if st.alias(n, address, p) {
			return
		}
		if ext == "" {
			break
		}
	}
	st.user(bare, ext, address, p)
}

// alias looks a name up in alias_maps; true when it was found or a table failed.
func (st *localState) alias(name, address string, p place) bool {
	if strings.EqualFold(p.alias, name) {
		return false
	}
	for _, t := range st.l.aliases {
		value, found, err := t.table.Lookup(name)
		if err != nil {
			st.l.sys.log(Diagnostic{Warning, err.Error()})
			st.l.sys.log(warnf("%s: lookup of '%s' failed", t.spec, name))
			st.fail(p, TargetDefer, address, mail.Enhanced{4, 3, 0}, "alias database unavailable")
			return true
		}
		if !found {
			continue
		}
		next := p.into(Expansion{t.spec, name, value}, "alias")
		next.alias, next.user = name, User{}
		next.owner = st.owner(name, p.owner)
		if st.items(value, address, next) == 0 {
			st.l.sys.log(warnf("no recipient in alias lookup result for %s", name))
			st.fail(p, TargetDefer, address, mail.Enhanced{4, 3, 0}, "alias database unavailable")
		}
		return true
	}
	return false
}

// owner: mail to a list with an owner-LIST alias goes out with that sender
// (owner_request_special).
func (st *localState) owner(name, inherited string) string {
	if !st.l.cfg.Bool("owner_request_special") {
		return inherited
	}
	for _, t := range st.l.aliases {
		if v, ok, err := t.table.Lookup("owner-" + name); ok && err == nil {
			owner := "owner-" + name
			if st.l.cfg.Bool("expand_owner_alias") {
				owner = strings.TrimSpace(v)
			}
			return st.l.router.Rewrite(owner, true)
		}
	}
	return inherited
}

// items delivers to every destination of a list and counts them.
func (st *localState) items(text, address string, p place) int {
	list := parseRecipients(text)
	for _, it := range list {
		switch it.kind {
		case targetInclude:
			st.include(it.text, address, p)
		case TargetCommand:
			st.restricted(p, "allow_mail_to_commands", Target{Kind: TargetCommand, Command: it.text, User: p.user, Address: address,
				Text: "delivered to command: " + it.text}, "mail to command is restricted")
		case TargetFile:
			st.restricted(p, "allow_mail_to_files", Target{Kind: TargetFile, Path: it.text, User: p.user, Address: address,
				Text: "delivered to file: " + it.text}, "mail to file is restricted")
		default:
			st.forwardTo(it.text, p)
		}
	}
	return len(list)
}

// restricted: aliases and .forward may name commands and files, include files
// only when allow_mail_to_* says so.
func (st *localState) restricted(p place, param string, t Target, refusal string) {
	for _, w := range st.l.cfg.List(param) {
		if w == p.source {
			st.add(p, t)
			return
		}
	}
	st.fail(p, TargetBounce, t.Address, mail.Enhanced{5, 7, 1}, "%s", refusal)
}

func (st *localState) include(file, address string, p place) {
	bad := func(format string, args ...any) {
		st.l.sys.log(warnf(format, args...))
		st.fail(p, TargetBounce, address, mail.Enhanced{5, 3, 5}, "mail system configuration error")
	}
	if !strings.HasPrefix(file, "/") {
		bad(":include:%s uses a relative path", file)
		return
	}
	if len(p.via) > maxExpansion {
		st.fail(p, TargetBounce, address, mail.Enhanced{5, 4, 6}, "alias database loop for %s", file)
		return
	}
	f, err := st.l.sys.read(file)
	if err != nil {
		bad("unable to lookup :include: file %s: %s", file, reason(err))
		return
	}
	st.items(string(f.Data), address, p.into(Expansion{":include:" + file, "", string(f.Data)}, "include"))
}

// forwardTo sends on to an address: here and now when it is local, else through
// the queue.
func (st *localState) forwardTo(address string, p place) {
	full := st.l.router.Rewrite(address, true)
	r := st.l.router.Resolve("", full)
	switch {
	case r.Failed:
		st.fail(p, TargetDefer, full, mail.Enhanced{4, 3, 0}, "address resolver failure")
	case r.Invalid:
		st.fail(p, TargetBounce, full, mail.Enhanced{5, 1, 3}, "bad recipient address syntax: %s", full)
	case r.Class == ClassLocal && r.Transport == "local":
		st.recipient(r.Recipient, p)
	default:
		if !st.duplicate("forward", full) {
			st.add(p, Target{Kind: TargetAddress, Address: full, Text: "forwarded as " + full})
		}
	}
}

// user delivers to an account: .forward, then the mailbox; without account to
// luser_relay, else it bounces.
func (st *localState) user(name, ext, address string, p place) {
	var u User
	known := false
	if st.l.sys.User != nil {
		u, known = st.l.sys.User(name)
	}
	if known && p.forward != name && st.dotForward(u, ext, address, p) {
		return
	}
	if !known {
		st.unknown(name, address, p)
		return
	}
	st.add(p, st.l.mailbox(u, address))
}

func (st *localState) unknown(name, address string, p place) {
	if t := st.l.cfg.Str("fallback_transport"); t != "" {
		st.add(p, Target{Kind: TargetTransport, Address: address, Text: t})
		return
	}
	if relay := st.l.cfg.Str("luser_relay"); relay != "" {
		relay, _, _ = Expand(relay, func(n string) (string, bool) {
			switch n {
			case "user", "local":
				return name, true
			case "recipient":
				return address, true
			case "domain":
				_, d := mail.SplitAddress(address)
				return d, true
			}
			return "", false
		})
		st.forwardTo(relay, p.into(Expansion{"luser_relay", name, relay}, "alias"))
		return
	}
	if name == "mailer-daemon" || name == "postmaster" {
		st.l.sys.log(warnf("required alias not found: %s", name))
		st.add(p, Target{Kind: TargetDiscard, Address: address, Status: mail.Enhanced{2, 0, 0}, Text: "discarded"})
		return
	}
	st.fail(p, TargetBounce, address, mail.Enhanced{5, 1, 1}, "unknown user: \"%s\"", name)
}
