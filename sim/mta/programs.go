package mta

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mta/postfix"
)

// Programs returns Postfix's commands.
func Programs() host.Programs {
	return host.Programs{
		"postfix": postfixCommand, "sendmail": sendmail, "mailq": mailq, "newaliases": newaliases,
		"postqueue": postqueue, "postsuper": postsuper, "postcat": postcat,
		"postmap": postmap, "postalias": postalias, "postconf": postconf,
	}
}

// instance returns the Postfix of the process's host; without one it says so.
func instance(p *host.Proc) *Instance {
	in := of(p.Host)
	if in == nil {
		p.Errorf("fatal: open %s/main.cf: No such file or directory", configDir)
	}
	return in
}

// begin reads the configuration for a command and prints what is wrong with
// it. It returns nil after a fatal message.
func begin(p *host.Proc, program string) *postfix.Config {
	cfg, diags := readConfig(p.Host, program)
	for _, d := range diags {
		fmt.Fprintf(p.Stderr, "%s: %s\n", program, d)
		if d.Severity == postfix.Fatal {
			return nil
		}
	}
	return cfg
}

// postfixCommand is postfix(1).
func postfixCommand(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return 1
	}
	if len(p.Args) < 2 {
		p.Errorf("fatal: usage: postfix [-c config_dir] [-Dv] command")
		return 1
	}
	if !p.Cred.IsRoot() {
		p.Errorf("fatal: use of this command is reserved for the superuser")
		return 1
	}
	say := func(format string, args ...any) {
		fmt.Fprintf(p.Stderr, "postfix/postfix-script: "+format+"\n", args...)
	}
	unit := p.Host.Unit("postfix")
	switch verb := p.Args[len(p.Args)-1]; verb {
	case "start", "start-fg":
		if begin(p, "postfix") == nil {
			return 1
		}
		if in.running {
			say("fatal: the Postfix mail system is already running")
			return 1
		}
		if err := unit.DoStart(); err != nil {
			return 1
		}
		say("starting the Postfix mail system")
	case "stop", "abort":
		if !in.running {
			say("fatal: the Postfix mail system is not running")
			return 1
		}
		say("stopping the Postfix mail system")
		unit.DoStop()
	case "reload":
		if begin(p, "postfix") == nil {
			return 1
		}
		if !in.running {
			say("fatal: the Postfix mail system is not running")
			return 1
		}
		say("refreshing the Postfix mail system")
		if unit.DoReload() != nil {
			return 1
		}
	case "status":
		if !in.running {
			say("the Postfix mail system is not running")
			return 1
		}
		say("the Postfix mail system is running: PID: %d", in.master.PID)
	case "check":
		if begin(p, "postfix") == nil {
			return 1
		}
	case "flush":
		if !in.running {
			say("fatal: the Postfix mail system is not running")
			return 1
		}
		in.runQueue(true, nil)
	default:
		say("fatal: unknown command: '%s'. Usage: postfix start (or stop, reload, abort, flush, check, status, set-permissions, upgrade-configuration, logrotate)", verb)
		return 1
	}
	return 0
}

// postsuper is postsuper(1): -d, -r, -h, -H with a queue id or ALL.
func postsuper(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return 1
	}
	if !p.Cred.IsRoot() {
		p.Errorf("fatal: use of this command is reserved for the superuser")
		return 1
	}
	if len(p.Args) < 3 {
		p.Errorf("fatal: usage: postsuper [-c config_dir] [-d queue_id (delete)] [-f queue_id (expire and force-bounce)] [-h queue_id (hold)] [-H queue_id (un-hold)] [-p (purge temporary files)] [-r queue_id (requeue)] [-s (structure fix)] [-S (redundant structure fix)] [-v (verbose)] [queue...]")
		return 1
	}
	verbs := map[string]string{"-d": "Deleted", "-h": "Placed on hold", "-H": "Released from hold", "-r": "Requeued"}
	word, ok := verbs[p.Args[1]]
	if !ok {
		p.Errorf("fatal: usage: postsuper [-d queue_id] [-h queue_id] [-H queue_id] [-r queue_id]")
		return 1
	}
	n := 0
	for _, m := range in.all() {
		p.Step(1)
		if p.Args[2] != "ALL" && p.Args[2] != m.id {
			continue
		}
		if in.super(p.Args[1], m) {
			n++
			if p.Args[1] == "-d" {
				p.Errorf("%s: removed", m.id)
				in.logf(host.Info, "postsuper", p.PID, "%s: removed", m.id)
			}
		}
	}
	if n > 0 {
		s := "s"
		if n == 1 {
			s = ""
		}
		p.Errorf("%s: %d message%s", word, n, s)
	}
	return 0
}

// super does one of postsuper's actions and reports whether it applied.
func (in *Instance) super(flag string, m *message) bool {
	switch {
	case flag == "-d":
		in.remove(m)
	case flag == "-h" && m.dir != "hold":
		in.move(m, "hold")
	case flag == "-H" && m.dir == "hold":
		in.move(m, "deferred")
		m.next = in.host.Clock.Now()
	case flag == "-r":
		if in.running {
			in.activate(m)
		}
	default:
		return false
	}
	if in.running {
		in.schedule()
	}
	return true
}

// all returns the messages in the queue, also while Postfix does not run.
func (in *Instance) all() []*message {
	if in.running {
		return in.queue.sorted()
	}
	q := queue{messages: map[string]*message{}}
	for _, dir := range append([]string{"maildrop"}, queueDirs...) {
		entries, _ := in.host.FS.ReadDir(spool+"/"+dir, host.Root)
		for _, e := range entries {
			b, err := in.host.FS.ReadFile(spool+"/"+dir+"/"+e.Name, host.Root)
			if err != nil {
				continue
			}
			if m, err := decode(e.Name, b); err == nil {
				m.dir = dir
				q.messages[m.id] = m
			}
		}
	}
	return q.sorted()
}

// postcat is postcat(1) for queue ids (-q) and files.
func postcat(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return 1
	}
	status := 0
	args := p.Args[1:]
	byID := false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		byID = byID || strings.Contains(args[0], "q")
		args = args[1:]
	}
	for _, name := range args {
		m := in.find(p, name, byID)
		if m == nil {
			p.Errorf("fatal: open queue file %s: No such file or directory", name)
			status = 1
			continue
		}
		p.Printf("*** ENVELOPE RECORDS %s/%s ***\n", m.dir, m.id)
		p.Printf("message_arrival_time: %s\nsender: %s\n", m.arrival.In(p.Host.Zone).Format("Mon Jan _2 15:04:05 2006"), m.sender)
		for _, r := range m.rcpts {
			if r.Orig != "" {
				p.Printf("original_recipient: %s\n", r.Orig)
			}
			p.Printf("recipient: %s\n", r.Addr)
		}
		p.Printf("*** MESSAGE CONTENTS %s/%s ***\n%s*** HEADER EXTRACTED %s/%s ***\n*** MESSAGE FILE END %s/%s ***\n", m.dir, m.id, m.data, m.dir, m.id, m.dir, m.id)
	}
	return status
}

func (in *Instance) find(p *host.Proc, name string, byID bool) *message {
	if byID {
		for _, m := range in.all() {
			if m.id == name {
				return m
			}
		}
		return nil
	}
	path := p.Path(name)
	b, err := in.host.FS.ReadFile(path, p.Cred)
	if err != nil {
		return nil
	}
	parts := strings.Split(path, "/")
	m, err := decode(parts[len(parts)-1], b)
	if err != nil {
		return nil
	}
	if len(parts) > 1 {
		m.dir = parts[len(parts)-2]
	}
	return m
}

// newaliases is newaliases(1): it rebuilds alias_database.
func newaliases(p *host.Proc) int {
	cfg := begin(p, "newaliases")
	if cfg == nil {
		return 1
	}
	status := 0
	for _, spec := range cfg.List("alias_database") {
		kind, name, ok := strings.Cut(spec, ":")
		if !ok {
			kind, name = "hash", spec
		}
		status |= buildTable(p, "postalias", kind, name, true)
	}
	return status
}

func postmap(p *host.Proc) int   { return tableCommand(p, false) }
func postalias(p *host.Proc) int { return tableCommand(p, true) }

// tableCommand is postmap(1) and postalias(1): build an index, or ask a table
// with -q.
func tableCommand(p *host.Proc, aliases bool) int {
	if begin(p, p.Name()) == nil {
		return 1
	}
	query, args := "", p.Args[1:]
	if len(args) >= 2 && args[0] == "-q" {
		query, args = args[1], args[2:]
	}
	if len(args) == 0 {
		p.Errorf("fatal: usage: %s [-Nbfhimnoprsvw] [-c config_dir] [-d key] [-q key] [map_type:]file...", p.Name())
		return 1
	}
	status := 0
	for _, spec := range args {
		kind, name, ok := strings.Cut(spec, ":")
		if !ok {
			kind, name = "hash", spec
		}
		if query == "" {
			status |= buildTable(p, p.Name(), kind, name, aliases)
			continue
		}
		if value, found := askTable(p, kind+":"+p.Path(name), query); found {
			p.Printf("%s\n", value)
			return 0
		}
		status = 1
	}
	return status
}

func askTable(p *host.Proc, spec, key string) (string, bool) {
	sys := commandSystem(p)
	value, found, err := sys.OpenTable(spec).Lookup(key)
	return value, found && err == nil
}

// commandSystem is the machine as a command of the process's user sees it.
func commandSystem(p *host.Proc) *postfix.System {
	return &postfix.System{
		ReadFile: func(path string) (postfix.File, error) {
			b, err := p.Host.FS.ReadFile(path, p.Cred)
			if err != nil {
				return postfix.File{}, err
			}
			info, err := p.Host.FS.Stat(path, p.Cred)
			return postfix.File{Data: b, Modified: info.ModTime()}, err
		},
		Now: p.Host.Clock.Now,
		Log: func(d postfix.Diagnostic) { fmt.Fprintf(p.Stderr, "%s: %s\n", p.Name(), d) },
	}
}

func buildTable(p *host.Proc, program, kind, name string, aliases bool) int {
	path := p.Path(name)
	complain := func(d postfix.Diagnostic) { fmt.Fprintf(p.Stderr, "%s: %s\n", program, d) }
	switch kind {
	case "hash", "btree", "lmdb", "dbm", "cdb":
	case "texthash", "cidr", "regexp", "pcre", "inline", "static":
		return 0
	default:
		complain(postfix.Diagnostic{Severity: postfix.Fatal, Text: "unsupported dictionary type: " + kind})
		return 1
	}
	data, err := p.Host.FS.ReadFile(path, p.Cred)
	if err != nil {
		complain(postfix.Diagnostic{Severity: postfix.Fatal, Text: fmt.Sprintf("open %s: %v", name, vfs.ErrnoOf(err))})
		return 1
	}
	parse := postfix.ParseTableText
	if aliases {
		parse = postfix.ParseAliases
	}
	records, diags := parse(path, data)
	index, more := postfix.BuildIndex(postfix.IndexPath(kind, path), records)
	for _, d := range append(diags, more...) {
		complain(d)
	}
	if err := p.Host.FS.WriteFile(postfix.IndexPath(kind, path), index, 0o644, p.Cred); err != nil {
		complain(postfix.Diagnostic{Severity: postfix.Fatal, Text: fmt.Sprintf("open database %s: %v", postfix.IndexPath(kind, path), vfs.ErrnoOf(err))})
		return 1
	}
	return 0
}
