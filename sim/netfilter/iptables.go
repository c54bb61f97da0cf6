package netfilter

import (
	"fmt"
	"path"
	"strings"

	"mxlab/sim/host"
)

var errNotRoot = fail(kernel, "Could not fetch rule set generation id: Permission denied (you must be root)")

// runIptables is iptables(8).
func runIptables(p *host.Proc) int { return runTool(p, v4) }

// runIp6tables is ip6tables(8).
func runIp6tables(p *host.Proc) int { return runTool(p, v6) }

func runTool(p *host.Proc, f family) int {
	fw := Of(p.Host)
	n := &names{host: p.Host, task: p.Task}
	p.Step(1)
	c, err := parse(p.Args[1:], f, n, "filter", false)
	if err == nil && c.print != "" {
		p.Print(c.print)
		return 0
	}
	fmt.Fprint(p.Stderr, c.warnings)
	out := ""
	if err == nil {
		out, err = fw.execute(c, f, n, p.Cred.UID == 0)
	}
	p.Print(out)
	if err != nil {
		fmt.Fprint(p.Stderr, message(f.command(), err, 0))
		return err.Status()
	}
	if changes(c.op) {
		fw.changed(f.command() + " " + strings.Join(p.Args[1:], " "))
	}
	return 0
}

// changes reports whether a command alters a table.
func changes(o operation) bool { return o != opList && o != opListRules && o != opCheck }

// execute carries out a command line and returns what it prints. A command that
// fails has changed nothing.
func (fw *Firewall) execute(c *command, f family, n *names, root bool) (string, *Error) {
	index := tableIndex(c.table)
	if index < 0 {
		return "", fail(version, "table '%s' does not exist", c.table)
	}
	if !root {
		return "", errNotRoot
	}
	old := fw.table(f, index)
	var out strings.Builder
	if c.op == opList || c.op == opListRules {
		show := old.list
		if c.op == opListRules {
			show = old.listRules
		}
		text, err := show(c, n)
		if err != nil || !c.zero {
			return text, err
		}
		out.WriteString(text)
		c = &command{op: opZero, chain: c.chain, number: c.number}
		if c.number > 0 {
			c.op = opZeroNum
		}
	}
	t := old.clone()
	verbose := c.narrate(t, n)
	if err := t.apply(c, n); err != nil {
		if c.op == opFlush || c.op == opZero || err.kind != kernel || c.op.editsRule() {
			verbose = ""
		}
		return verbose, err
	}
	if c.op != opCheck && (fw.tables[f][index] != nil || c.creates()) {
		fw.replace(t)
	}
	return out.String() + verbose, nil
}

// creates reports whether the kernel makes the table for this command.
func (c *command) creates() bool {
	return c.op == opAppend || c.op == opInsert || c.op == opNew || c.op == opPolicy || c.op == opReplace
}

// narrate returns what -v prints about a command.
func (c *command) narrate(t *table, n *names) string {
	if c.verbose == 0 {
		return ""
	}
	var b strings.Builder
	verb := map[operation]string{opFlush: "Flushing", opZero: "Zeroing", opRemove: "Deleting"}[c.op]
	switch {
	case verb != "":
		for _, ch := range t.ordered() {
			if (c.chain == "" || c.chain == ch.name) && (c.op == opFlush || ch.policy == "" || c.op == opZero && ch.made) {
				fmt.Fprintf(&b, "%s chain `%s'\n", verb, ch.name)
			}
		}
	case c.op.editsRule():
		for _, r := range c.rules() {
			b.WriteString(r.describe(n))
		}
	}
	return b.String()
}

// runSave is iptables-save(8), ip6tables-save(8).
func runSave(f family) host.Program {
	return func(p *host.Proc) int {
		name := f.command() + "-save"
		counters, only, file := false, "", ""
		for args := p.Args[1:]; len(args) > 0; args = args[1:] {
			flag, value, has := strings.Cut(args[0], "=")
			switch flag {
			case "-c", "--counters", "--dump":
				counters = counters || flag != "--dump"
				continue
			case "-V", "--version":
				p.Printf("%s v%s (nf_tables)\n", name, release)
				return 0
			case "-4", "-6", "--ipv4", "--ipv6":
				continue
			case "-t", "--table", "-f", "--file", "-M", "--modprobe":
				if !has && len(args) > 1 {
					value, args = args[1], args[1:]
				} else if !has {
					return saveUsage(p, fmt.Sprintf("%s: option requires an argument -- '%s'\n", name, strings.TrimLeft(flag, "-")))
				}
				switch strings.TrimLeft(flag, "-")[0] {
				case 't':
					only = value
				case 'f':
					file = value
				}
				continue
			}
			if strings.HasPrefix(flag, "--") {
				return saveUsage(p, fmt.Sprintf("%s: unrecognized option '%s'\n", name, flag))
			}
			if strings.HasPrefix(flag, "-") && len(flag) > 1 {
				return saveUsage(p, fmt.Sprintf("%s: invalid option -- '%c'\n", name, flag[1]))
			}
			fmt.Fprint(p.Stderr, "Unknown arguments found on commandline\n")
			return 1
		}
		return saveTables(p, f, only, file, counters)
	}
}

func saveUsage(p *host.Proc, text string) int {
	fmt.Fprint(p.Stderr, text+"Look at manual page `iptables-save.8' for more information.\n")
	return 1
}

func saveTables(p *host.Proc, f family, only, file string, counters bool) int {
	if only != "" && tableIndex(only) < 0 {
		fmt.Fprintf(p.Stderr, "Table `%s' does not exist\n", only)
		return 1
	}
	if p.Cred.UID != 0 {
		fmt.Fprint(p.Stderr, message(f.command()+"-save", errNotRoot, 0))
		return errNotRoot.Status()
	}
	text := Of(p.Host).saved(p.Host, f, only, counters)
	if file == "" {
		p.Print(text)
		return 0
	}
	full := p.Path(file)
	if err := p.Host.FS.WriteFile(full, []byte(text), 0o666&^fsMode(p.Umask), p.Cred); err != nil {
		fmt.Fprintf(p.Stderr, "Couldn't open %s: %v\n", path.Clean(full), err)
		return 1
	}
	p.Wrote("write", full)
	return 0
}

// saveOrder is the order in which iptables-save prints the tables.
var saveOrder = [...]int{mangleTable, securityTable, rawTable, filterTable, natTable}

// saved returns the tables in use in the format of iptables-save.
func (fw *Firewall) saved(h *host.Host, f family, only string, counters bool) string {
	var b strings.Builder
	stamp := h.Now().Format("Mon Jan _2 15:04:05 2006")
	n := &names{host: h}
	for _, index := range saveOrder {
		t := fw.tables[f][index]
		if t == nil || only != "" && only != t.kind().name {
			continue
		}
		fmt.Fprintf(&b, "# Generated by %s-save v%s (nf_tables) on %s\n%s# Completed on %s\n", f.command(), release, stamp, t.save(n, counters), stamp)
	}
	return b.String()
}
