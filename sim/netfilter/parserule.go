package netfilter

import (
	"strconv"
	"strings"
)

// operation notes the command and its operands.
func (p *parser) operation(o operation, t token) *Error {
	c := &p.cmd
	if o == opNew {
		if err := checkName(t.value); err != nil {
			return err
		}
	}
	if err := p.choose(o); err != nil {
		return err
	}
	text, has := t.value, t.has
	if !has && strings.IndexByte("LSFZX", byte(o)) >= 0 {
		text, has = p.scan.operand()
	}
	c.chain = text
	switch o {
	case opDelete, opZero, opList, opListRules, opInsert, opReplace:
		return p.numbered(o, has)
	case opRename:
		if c.newName, has = p.scan.operand(); !has {
			return bad("-E requires old-chain-name and new-chain-name")
		}
	case opPolicy:
		if c.policy, has = p.scan.operand(); !has {
			return bad("-P requires a chain and a policy")
		}
	}
	return nil
}

// choose sets the command; only -Z goes together with another, -L or -S.
func (p *parser) choose(o operation) *Error {
	c := &p.cmd
	if p.inv {
		return bad("unexpected '!' flag")
	}
	lists := o == opList || o == opListRules
	switch {
	case c.op == 0:
		c.op = o
	case lists && (c.op == opZero || c.op == opZeroNum) && !c.list:
		c.op, c.zero = o, true
	case o == opZero && (c.op == opList || c.op == opListRules) && !c.zero:
		c.zero = true
	default:
		before := byte(c.op)
		if c.op == opDeleteNum || c.op == opZeroNum {
			before -= 'a' - 'A'
		}
		return bad("Cannot use -%c with -%c", o, before)
	}
	return nil
}

// numbered reads the rule number behind the chain.
func (p *parser) numbered(o operation, has bool) *Error {
	c := &p.cmd
	if !has && o != opDelete && o != opInsert && o != opReplace {
		return nil
	}
	text, has := p.scan.operand()
	if !has {
		switch o {
		case opInsert:
			c.number = 1
		case opReplace:
			return bad("-R requires a rule number")
		}
		return nil
	}
	v, err := strconv.ParseUint(strings.TrimLeft(text, " "), 0, 31)
	if err != nil || v == 0 {
		return bad("Invalid rule number `%s'", text)
	}
	c.number = int(v)
	switch {
	case o == opDelete:
		c.op = opDeleteNum
	case o == opZero && c.op == opZero:
		c.op = opZeroNum
	}
	return nil
}

// ruleOption handles an option that describes a rule.
func (p *parser) ruleOption(o byte, value string) *Error {
	r, flag := p.rule, o
	if o == 'g' {
		flag = 'j'
	}
	if o == 'm' {
		return p.match(value)
	}
	if o == 'f' && p.fam == v6 {
		return bad("`-f' is not supported in IPv6, use -m frag instead")
	}
	if o == 'i' || o == 'o' {
		if value == "" {
			return bad("Empty interface is likely to be undesired")
		}
	}
	if err := p.once(flag); err != nil {
		return err
	}
	switch o {
	case 'p':
		return p.setProtocol(p.scan.last()) // also -ptcp: iptables takes the whole argument
	case 's':
		p.srcText, r.src.inv = value, p.inv
	case 'd':
		p.dstText, r.dst.inv = value, p.inv
	case 'f':
		r.frag, r.fragInv = true, p.inv
	case 'i':
		return p.iface(&r.in, value)
	case 'o':
		return p.iface(&r.out, value)
	case 'g', 'j':
		if err := checkTarget(value); err != nil {
			return err
		}
		r.jump, r.jumpTo = value, o == 'g'
		if e := lookup(targets[:], value, p.fam); o == 'j' && e != nil {
			r.jump = ""
			p.use(e)
		}
	}
	return nil
}

func (p *parser) setProtocol(value string) *Error {
	p.protocol = strings.ToLower(value)
	n, err := parseProtocol(p.protocol)
	if err != nil {
		return err
	}
	if n == 0 && p.inv {
		return bad("rule would never match protocol")
	}
	p.rule.proto, p.rule.protoInv = n, p.inv
	return nil
}

func (p *parser) match(name string) *Error {
	if p.inv {
		return bad("unexpected ! flag before --match")
	}
	e := lookup(matches[:], name, p.fam)
	if e == nil {
		return bad("Couldn't load match `%s':No such file or directory\n", name)
	}
	p.use(e)
	return nil
}

// iface reads the name of an interface (IFNAMSIZ is 16).
func (p *parser) iface(spec *ifaceSpec, name string) *Error {
	if len(name) > 15 {
		return bad("interface name `%s' must be shorter than IFNAMSIZ (15)", name)
	}
	if strings.ContainsAny(name, "/ ") {
		p.in.warn("Warning: weird character in interface `%s' ('/' and ' ' are not allowed by the kernel).\n", name)
	}
	spec.name, spec.inv = name, p.inv
	return nil
}

// finish makes the checks that need the whole line, in iptables' order.
func (p *parser) finish() *Error {
	c, r := &p.cmd, p.rule
	if p.waitGrain && !p.waits {
		return bad("--wait-interval only makes sense with --wait\n")
	}
	if c.table == "nat" && (c.policy == "DROP" || r.jump == "DROP") {
		return bad("\nThe \"nat\" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n")
	}
	for _, m := range r.matches {
		if err := m.finish(&p.in); err != nil {
			return err
		}
	}
	if r.target != nil {
		if err := r.target.finish(&p.in); err != nil {
			return err
		}
	}
	switch {
	case p.scan.next < len(p.scan.args):
		return bad("unknown arguments found on commandline")
	case c.op == 0:
		return bad("no command specified")
	case p.inv:
		return bad("nothing appropriate following !")
	}
	r.matches = mergePorts(r.matches)
	if err := p.addresses(); err != nil {
		return err
	}
	if err := c.checkOptions(); err != nil {
		return err
	}
	return c.checkChain()
}

// addresses translates -s and -d; a list makes a rule for each combination.
func (p *parser) addresses() (err *Error) {
	c, r := &p.cmd, p.rule
	c.srcs, c.dsts = []network{{fam: p.fam}}, []network{{fam: p.fam}}
	if strings.IndexByte(c.options, 's') >= 0 {
		if c.srcs, err = parseNetworks(p.srcText, p.fam, p.names); err != nil {
			return err
		}
	}
	if strings.IndexByte(c.options, 'd') >= 0 {
		if c.dsts, err = parseNetworks(p.dstText, p.fam, p.names); err != nil {
			return err
		}
	}
	many := len(c.srcs) > 1 || len(c.dsts) > 1
	if many && (r.src.inv || r.dst.inv) {
		return bad("! not allowed with multiple source or destination IP addresses")
	}
	if c.op == opReplace && many {
		return bad("Replacement rule does not specify a unique address")
	}
	if len(c.srcs)*len(c.dsts) > maxAddresses {
		return bad("too many addresses")
	}
	return nil
}

// rules returns the rules the command describes, one for each combination of
// addresses.
func (c *command) rules() []*rule {
	list := make([]*rule, 0, len(c.srcs)*len(c.dsts))
	for _, s := range c.srcs {
		for _, d := range c.dsts {
			one := *c.rule
			s.inv, d.inv = c.rule.src.inv, c.rule.dst.inv
			one.src, one.dst = s, d
			list = append(list, &one)
		}
	}
	return list
}
