package netfilter

import (
	"fmt"
	"strconv"
	"strings"
)

// parser reads one command line.
type parser struct {
	fam       family
	names     *names
	scan      scanner
	cmd       command
	rule      *rule
	in        input
	inv       bool // a "!" stands before the next option
	implied   bool // the match of the protocol has been loaded
	protocol  string
	srcText   string
	dstText   string
	waits     bool
	waitGrain bool
	restore   bool // the line stands in a restore file
}

const shortOptions = "A:C:D:R:I:L::S::M:F::Z::N:X::E:P:Vh::o:p:s:d:j:i:fbvw::W:nt:m:xc:g:46"

// ownOptions are the long options of iptables itself.
var ownOptions = []longOption{
	{name: "append", arg: needsArgument, letter: 'A'}, {name: "delete", arg: needsArgument, letter: 'D'},
	{name: "check", arg: needsArgument, letter: 'C'}, {name: "insert", arg: needsArgument, letter: 'I'},
	{name: "replace", arg: needsArgument, letter: 'R'}, {name: "list", arg: mayHaveArgument, letter: 'L'},
	{name: "list-rules", arg: mayHaveArgument, letter: 'S'}, {name: "flush", arg: mayHaveArgument, letter: 'F'},
	{name: "zero", arg: mayHaveArgument, letter: 'Z'}, {name: "new-chain", arg: needsArgument, letter: 'N'},
	{name: "delete-chain", arg: mayHaveArgument, letter: 'X'}, {name: "rename-chain", arg: needsArgument, letter: 'E'},
	{name: "policy", arg: needsArgument, letter: 'P'}, {name: "source", arg: needsArgument, letter: 's'},
	{name: "destination", arg: needsArgument, letter: 'd'}, {name: "src", arg: needsArgument, letter: 's'},
	{name: "dst", arg: needsArgument, letter: 'd'}, {name: "protocol", arg: needsArgument, letter: 'p'},
	{name: "in-interface", arg: needsArgument, letter: 'i'}, {name: "jump", arg: needsArgument, letter: 'j'},
	{name: "table", arg: needsArgument, letter: 't'}, {name: "match", arg: needsArgument, letter: 'm'},
	{name: "numeric", letter: 'n'}, {name: "out-interface", arg: needsArgument, letter: 'o'}, {name: "verbose", letter: 'v'},
	{name: "wait", arg: mayHaveArgument, letter: 'w'}, {name: "wait-interval", arg: needsArgument, letter: 'W'}, {name: "exact", letter: 'x'},
	{name: "fragments", letter: 'f'}, {name: "version", letter: 'V'}, {name: "help", arg: mayHaveArgument, letter: 'h'},
	{name: "line-numbers", letter: '0'}, {name: "modprobe", arg: needsArgument, letter: 'M'},
	{name: "set-counters", arg: needsArgument, letter: 'c'}, {name: "goto", arg: needsArgument, letter: 'g'},
	{name: "ipv4", letter: '4'}, {name: "ipv6", letter: '6'},
}

// parse reads the arguments of a command line (without the program's name).
// table is the one that is used when the line names none. The command is never
// nil: after an error it has the warnings that were printed before.
func parse(args []string, f family, n *names, table string, restore bool) (*command, *Error) {
	p := &parser{fam: f, names: n, restore: restore, rule: &rule{src: network{fam: f}, dst: network{fam: f}}}
	p.cmd.table, p.cmd.rule = table, p.rule
	p.scan = scanner{args: args, long: ownOptions, short: shortOptions}
	p.in = input{fam: f, names: n, rule: p.rule, more: p.scan.operand}
	err := p.run()
	p.cmd.warnings = p.in.warnings
	return &p.cmd, err
}

// run takes token after token to the end of the line.
func (p *parser) run() *Error {
	for {
		t := p.scan.scan()
		if t.kind == endOfOptions {
			return p.finish()
		}
		if t.kind == word && t.value == "!" {
			if p.inv {
				return bad("multiple consecutive ! not allowed")
			}
			p.inv = true
			continue
		}
		again, err := p.take(t)
		if err != nil || p.cmd.print != "" || p.cmd.skip {
			return err
		}
		if !again {
			p.inv = false
		}
	}
}

// take handles one token. again says that the scanner has more options now and
// is to read the same argument anew.
func (p *parser) take(t token) (again bool, err *Error) {
	switch {
	case t.kind == word:
		return false, fail(argument, "Bad argument `%s'", t.value)
	case t.kind == known && t.opt.owner == nil && t.opt.letter != 'b':
		return false, p.own(t.opt.letter, t)
	case t.kind == known && t.opt.owner != nil:
		if !t.opt.owner.done {
			return false, t.opt.owner.set(&p.in, t.opt.opt, t.value, p.inv)
		}
	}
	if e := p.impliedMatch(); e != nil {
		p.implied = true
		p.use(e)
		p.scan.next = max(p.scan.next-1, 0)
		return true, nil
	}
	if t.kind == missing {
		return false, bad("option \"%s\" requires an argument", p.scan.last())
	}
	if t.kind == known && t.opt.letter == 'b' { // a letter of getopt's list that nothing handles
		return false, bad("Unknown arg \"(null)\"")
	}
	return false, bad("unknown option \"%s\"", p.scan.last())
}

// impliedMatch returns the match that -p brings when an option is not known,
// once.
func (p *parser) impliedMatch() *extension {
	if p.protocol == "" || p.implied {
		return nil
	}
	name := protocolText(p.rule.proto)
	switch {
	case p.rule.proto == 1:
		name = "icmp"
	case p.rule.proto == 58:
		name = "icmp6"
	}
	return lookup(matches[:], name, p.fam)
}

// use puts an extension into the rule and its options into the scanner.
func (p *parser) use(e *extension) {
	i := newInstance(e, p.fam)
	if e.target {
		p.rule.target = i
	} else {
		for _, m := range p.rule.matches {
			if m.ext == e {
				m.done = true
			}
		}
		p.rule.matches = append(p.rule.matches, i)
	}
	p.scan.add(i, len(ownOptions))
}

// once notes an option that may be given only once.
func (p *parser) once(o byte) *Error {
	if strings.IndexByte(p.cmd.options, o) >= 0 {
		return bad("multiple -%c flags not allowed", o)
	}
	p.cmd.options += string(o)
	if p.inv && strings.IndexByte("sdpiof", o) < 0 {
		return bad("cannot have ! before -%c", o)
	}
	return nil
}

// own handles an option of iptables itself.
func (p *parser) own(o byte, t token) *Error {
	if strings.IndexByte("ACDRILSFZNXEP", o) >= 0 {
		return p.operation(operation(o), t)
	}
	switch o {
	case 'p', 's', 'd', 'j', 'g', 'i', 'o', 'f', 'm':
		return p.ruleOption(o, t.value)
	case 'n', 'x', '0', 'v':
		return p.listOption(o)
	case 't':
		if p.inv {
			return bad("unexpected ! flag before --table")
		}
		if p.restore {
			return bad("The -t option cannot be used in %s.\n", p.fam.command()+"-restore")
		}
		p.cmd.table, p.cmd.tableGiven = t.value, true
	case 'c':
		return p.counters(t.value)
	case 'w':
		return p.wait(t)
	case 'W':
		p.waitGrain = true
		p.in.warn("Ignoring deprecated --wait-interval option.\n")
	case '4', '6':
		if (o == '4') == (p.fam == v4) {
			return nil
		}
		if !p.restore {
			return fail(silent, "")
		}
		p.cmd.skip = true
	case 'V':
		p.cmd.print = fmt.Sprintf("%s v%s (nf_tables)\n", p.fam.command(), release)
		if p.inv {
			p.cmd.print = fmt.Sprintf("Not %s v%s (nf_tables) ;-)\n", p.fam.command(), release)
		}
	case 'h':
		p.cmd.print = p.help(t)
	}
	return nil
}

func (p *parser) listOption(o byte) *Error {
	if o != 'v' || p.cmd.verbose == 0 {
		if err := p.once(o); err != nil {
			return err
		}
	}
	switch o {
	case 'n':
		p.cmd.numeric = true
	case 'x':
		p.cmd.exact = true
	case '0':
		p.cmd.lineNumbers = true
	case 'v':
		p.cmd.verbose++
	}
	return nil
}

func (p *parser) wait(t token) *Error {
	if p.restore {
		return bad("You cannot use `-w' from iptables-restore")
	}
	p.waits = true
	text, has := t.value, t.has
	if !has {
		text, has = p.scan.operand()
	}
	if has {
		if _, err := strconv.ParseInt(text, 10, 32); err != nil {
			return bad("wait seconds not numeric")
		}
	}
	return nil
}

// counters reads -c PACKETS BYTES, or PACKETS,BYTES.
func (p *parser) counters(text string) *Error {
	if err := p.once('c'); err != nil {
		return err
	}
	packets, bytes, both := strings.Cut(text, ",")
	if !both {
		if bytes, both = p.scan.operand(); !both {
			return bad("-c requires packet and byte counter")
		}
	}
	var ok bool
	if p.rule.packets, ok = leadingNumber(packets); !ok {
		return bad("-c packet counter not numeric")
	}
	if p.rule.bytes, ok = leadingNumber(bytes); !ok {
		return bad("-c byte counter not numeric")
	}
	p.rule.counters = true
	return nil
}

// leadingNumber reads the digits at the beginning of s, as sscanf(3) does.
func leadingNumber(s string) (uint64, bool) {
	s = strings.TrimLeft(s, " \t\n")
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	v, err := strconv.ParseUint(s[:end], 10, 64)
	return v, err == nil
}
