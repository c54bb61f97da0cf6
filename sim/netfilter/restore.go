package netfilter

import (
	"fmt"
	"io"
	"io/fs"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

func fsMode(umask uint32) fs.FileMode { return fs.FileMode(umask) }

// restorer reads the text of iptables-restore.
//
// The lines between "*table" and COMMIT are read one by one and carried out at
// COMMIT, all or nothing. So a mistake in the grammar is found at its line,
// before anything has changed; what only carrying out shows (a chain that does
// not exist) is found at COMMIT, and names the line it belongs to. Tables that
// were committed before stay.
type restorer struct {
	fw       *Firewall
	fam      family
	names    *names
	name     string // of the program
	noflush  bool
	counters bool
	test     bool
	verbose  int
	only     string
	step     func(int)

	line  int
	table int // -1: none
	todo  []*command
	out   strings.Builder
	errs  strings.Builder
}

// restore carries out a whole text. It returns the exit status; out and errs
// have what is printed.
func (r *restorer) restore(text string) int {
	r.table = -1
	for rest := text; rest != ""; {
		line := rest
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			line, rest = rest[:i+1], rest[i+1:]
		} else {
			rest = ""
		}
		r.line++
		if r.step != nil {
			r.step(1)
		}
		if status := r.one(line); status != 0 {
			return status
		}
	}
	if r.table >= 0 {
		fmt.Fprintf(&r.errs, "%s: COMMIT expected at line %d\n", r.name, r.line+1)
		return 1
	}
	return 0
}

// one handles a line with its line end.
func (r *restorer) one(line string) int {
	inTable := r.table >= 0
	switch {
	case line[0] == '\n':
		return 0
	case line[0] == '#':
		if r.verbose > 0 {
			r.out.WriteString(line)
		}
		return 0
	case inTable && strings.TrimSuffix(line, "\n") == "COMMIT":
		return r.commit()
	case !inTable && line[0] == '*':
		return r.begin(strings.Trim(line[1:], " \t\n"))
	case inTable && line[0] == ':':
		return r.declare(line[1:])
	case inTable:
		return r.rule(line)
	}
	fmt.Fprintf(&r.errs, "%s: line %d failed\n", r.name, r.line)
	return 1
}

// fail prints an error of the grammar.
func (r *restorer) fail(err *Error) int {
	r.errs.WriteString(message(r.name, err, r.line))
	return err.Status()
}

func (r *restorer) begin(name string) int {
	index := tableIndex(name)
	if index < 0 {
		return r.fail(bad("%s: line %d table name '%s' invalid", r.name, r.line, name))
	}
	r.table, r.todo = index, nil
	return 0
}

// declare reads ":CHAIN POLICY [PACKETS:BYTES]".
func (r *restorer) declare(line string) int {
	f := strings.FieldsFunc(line, func(c rune) bool { return c == ' ' || c == '\t' || c == '\n' })
	if len(f) == 0 {
		return r.fail(bad("%s: line %d chain name invalid", r.name, r.line))
	}
	builtin := tableKinds[r.table].builtin(f[0])
	if !builtin {
		if err := checkName(f[0]); err != nil {
			return r.fail(err)
		}
	}
	if len(f) < 2 {
		return r.fail(bad("%s: line %d policy invalid", r.name, r.line))
	}
	r.todo = append(r.todo, &command{op: opDeclare, chain: f[0], policy: f[1], line: r.line})
	return 0
}

// rule reads a command line, with "[PACKETS:BYTES]" before it.
func (r *restorer) rule(line string) int {
	var packets, bytes uint64
	if line[0] == '[' {
		end := strings.IndexByte(line, ']')
		if end < 0 {
			return r.fail(bad("Bad line %d: need ]", r.line))
		}
		p, b, both := strings.Cut(line[1:end], ":")
		if !both {
			return r.fail(bad("Bad line %d: need ]", r.line))
		}
		packets, _ = leadingNumber(p)
		bytes, _ = leadingNumber(b)
		line = line[end+1:]
	}
	c, err := parse(words(line), r.fam, r.names, tableKinds[r.table].name, true)
	r.errs.WriteString(c.warnings)
	if err != nil {
		return r.fail(err)
	}
	if c.print != "" {
		r.out.WriteString(c.print)
		return 0
	}
	if c.skip {
		return 0
	}
	if r.counters && !c.rule.counters {
		c.rule.packets, c.rule.bytes = packets, bytes
	}
	c.line, c.verbose = r.line, max(c.verbose, r.verbose)
	r.todo = append(r.todo, c)
	return 0
}

// commit carries out the lines since "*table".
func (r *restorer) commit() int {
	index := r.table
	r.table = -1
	if r.test || r.only != "" && r.only != tableKinds[index].name {
		return 0
	}
	if r.fw.host != nil && r.notRoot() {
		return r.fail(errNotRoot)
	}
	old := r.fw.table(r.fam, index)
	t := old.clone()
	if !r.noflush {
		if r.verbose > 0 {
			r.out.WriteString((&command{op: opFlush, verbose: 1}).narrate(newTable(r.fam, index), r.names))
		}
		t = newTable(r.fam, index)
	}
	creates := len(r.todo) > 0
	for _, c := range r.todo {
		if r.step != nil {
			r.step(1)
		}
		if err := r.carryOut(t, c); err != nil {
			return r.refused(c, err)
		}
	}
	if creates || r.fw.tables[r.fam][index] != nil {
		r.fw.replace(t)
	}
	return 0
}

func (r *restorer) notRoot() bool { return r.names.task != nil && !r.root() }

func (r *restorer) root() bool { return r.names.privileged }

func (r *restorer) carryOut(t *table, c *command) *Error {
	if c.op == opList || c.op == opListRules {
		show := t.list
		if c.op == opListRules {
			show = t.listRules
		}
		text, err := show(c, r.names)
		r.out.WriteString(text)
		return err
	}
	r.out.WriteString(c.narrate(t, r.names))
	return t.apply(c, r.names)
}

// refused prints an error of carrying out.
func (r *restorer) refused(c *command, err *Error) int {
	switch err.kind {
	case answer:
		fmt.Fprintf(&r.errs, "%s: line %d failed: %s\n", r.name, c.line, strings.TrimSuffix(err.text, " Run `dmesg' for more information."))
		return err.Status()
	case kernel:
		r.errs.WriteString(message(r.name, err, 0))
		return err.Status()
	}
	return r.fail(err)
}

// runRestore is iptables-restore(8), ip6tables-restore(8).
func runRestore(f family) host.Program {
	return func(p *host.Proc) int {
		n := &names{host: p.Host, task: p.Task, privileged: p.Cred.UID == 0}
		r := &restorer{fw: Of(p.Host), fam: f, names: n, name: f.command() + "-restore", step: p.Step}
		file, status := r.options(p)
		if status >= 0 {
			return status
		}
		var text []byte
		var err error
		if file != "" {
			text, err = p.Host.FS.ReadFile(p.Path(file), p.Cred)
		} else {
			text, err = io.ReadAll(io.LimitReader(p.Stdin, maxText))
		}
		if err != nil {
			fmt.Fprintf(p.Stderr, "Can't open %s: %v\n", file, vfs.ErrnoOf(err))
			return 1
		}
		status = r.restore(string(text))
		p.Print(r.out.String())
		fmt.Fprint(p.Stderr, r.errs.String())
		if status == 0 && !r.test {
			r.fw.changed(r.name)
		}
		return status
	}
}

// maxText bounds a restore file.
const maxText = 4 << 20

const restoreHelp = `Usage: %[1]s [-c] [-v] [-V] [-t] [-h] [-n] [-T table] [-M command] [-4] [-6] [file]
	   [ --counters ]
	   [ --verbose ]
	   [ --version]
	   [ --test ]
	   [ --help ]
	   [ --noflush ]
	   [ --table=<TABLE> ]
	   [ --modprobe=<command> ]
	   [ --ipv4 ]
	   [ --ipv6 ]
`

// options reads the command line; a status of 0 or more ends the program.
func (r *restorer) options(p *host.Proc) (file string, status int) {
	long := map[string]byte{"counters": 'c', "verbose": 'v', "version": 'V', "test": 't', "help": 'h', "noflush": 'n', "table": 'T',
		"modprobe": 'M', "ipv4": '4', "ipv6": '6', "wait": 'w', "wait-interval": 'W'}
	var operands []string
	args := p.Args[1:]
	for len(args) > 0 {
		a := args[0]
		args = args[1:]
		letters, value, has := strings.TrimPrefix(a, "-"), "", false
		switch {
		case strings.HasPrefix(a, "--"):
			var name string
			name, value, has = strings.Cut(a[2:], "=")
			c, ok := long[name]
			if !ok {
				fmt.Fprintf(p.Stderr, "%s: unrecognized option '%s'\nTry `%s -h' for more information.\n", r.name, a, r.name)
				return "", 1
			}
			letters = string(c)
		case len(a) < 2 || a[0] != '-':
			operands = append(operands, a)
			continue
		}
		for i := 0; i < len(letters); i++ {
			c := letters[i]
			if strings.IndexByte("TM", c) >= 0 && !has {
				if value = letters[i+1:]; value == "" && len(args) > 0 {
					value, args = args[0], args[1:]
				}
				letters = letters[:i+1]
			}
			if status := r.option(p, c, value); status >= 0 {
				return "", status
			}
		}
	}
	if len(operands) > 1 {
		fmt.Fprint(p.Stderr, "Unknown arguments found on commandline\n")
		return "", 1
	}
	if len(operands) == 1 {
		file = operands[0]
	}
	return file, -1
}

func (r *restorer) option(p *host.Proc, c byte, value string) int {
	switch c {
	case 'c':
		r.counters = true
	case 'v':
		r.verbose++
	case 't':
		r.test = true
	case 'n':
		r.noflush = true
	case 'T':
		r.only = value
	case 'V':
		p.Printf("%s v%s (nf_tables)\n", r.name, release)
		return 0
	case 'h':
		fmt.Fprintf(p.Stderr, restoreHelp, r.name)
		return 0
	case 'M', '4', '6', 'w', 'W':
	default:
		fmt.Fprintf(p.Stderr, "%s: invalid option -- '%c'\nTry `%s -h' for more information.\n", r.name, c, r.name)
		return 1
	}
	return -1
}
