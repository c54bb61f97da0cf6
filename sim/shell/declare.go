package shell

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// declaration is what export, readonly, local, declare and typeset do to each
// operand.
type declaration struct {
	word     string
	local    bool
	export   bool
	readonly bool
	integer  bool
	indexed  bool
	assoc    bool
	remove   bool // -n, or + options: take the attribute away
	print    bool
	funcs    bool
	global   bool
}

// operand is NAME, NAME=value, or an assignment of the syntax tree.
type operand struct {
	name   string
	value  string
	set    bool
	add    bool
	assign *syntax.Assign
}

func newDeclaration(word string) (declaration, bool) {
	d := declaration{word: word}
	switch word {
	case "export":
		d.export = true
	case "readonly":
		d.readonly = true
	case "local":
		d.local = true
	case "declare", "typeset":
	default:
		return d, false
	}
	return d, true
}

func operandOf(w string) operand {
	name, value, set := strings.Cut(w, "=")
	add := set && strings.HasSuffix(name, "+")
	return operand{name: strings.TrimSuffix(name, "+"), value: value, set: set, add: add}
}

// declare reads the options among the operands and applies the rest.
func (s *Shell) declare(d declaration, list []operand) (int, error) {
	for len(list) > 0 {
		o := list[0]
		if o.assign != nil || o.set || len(o.name) < 2 || o.name[0] != '-' && o.name[0] != '+' {
			break
		}
		list = list[1:]
		if o.name == "--" {
			break
		}
		if !d.options(o.name) {
			s.say("%s: %s: invalid option", d.word, o.name)
			return 2, nil
		}
	}
	if d.word == "local" && len(s.calls) == 0 {
		s.say("local: can only be used in a function")
		return 1, nil
	}
	if (d.word == "declare" || d.word == "typeset") && len(s.calls) > 0 && !d.global {
		d.local = true
	}
	if d.funcs {
		return s.listFunctions(list), nil
	}
	if len(list) == 0 {
		s.listDeclared(d)
		return 0, nil
	}
	status := 0
	for _, o := range list {
		s.p.Step(1)
		st, err := s.declareOne(d, o)
		if err != nil {
			return 1, err
		}
		status = max(status, st)
	}
	return status, nil
}

func (d *declaration) options(word string) bool {
	for _, c := range word[1:] {
		switch c {
		case 'x':
			d.export = true
		case 'r':
			d.readonly = true
		case 'i':
			d.integer = true
		case 'a':
			d.indexed = true
		case 'A':
			d.assoc = true
		case 'p':
			d.print = true
		case 'g':
			d.global = true
		case 'f', 'F':
			d.funcs = true
		case 'n':
			d.remove = true
		case 'l', 'u', 't':
		default:
			return false
		}
	}
	d.remove = d.remove || word[0] == '+'
	return true
}

func (s *Shell) declareOne(d declaration, o operand) (int, error) {
	if !syntax.ValidName(o.name) {
		text := o.name
		if o.set {
			text += "=" + o.value
		}
		if s.dialect == dash {
			s.say("%s: %s: bad variable name", d.word, o.name)
			return s.fatal(2), nil
		}
		s.say("%s: `%s': not a valid identifier", d.word, text)
		return 1, nil
	}
	if d.print {
		v := s.vars.find(o.name)
		if v == nil {
			s.say("%s: %s: not found", d.word, o.name)
			return 1, nil
		}
		s.print(declareLine(o.name, v))
		return 0, nil
	}
	if v := s.vars.find(o.name); v != nil && v.readonly && (o.set || o.assign != nil || d.local) {
		return 1, s.assignError(o.name, errReadonly)
	}
	v := s.vars.declare(o.name, d.local)
	if d.assoc && v.assoc == nil && v.indexed == nil {
		v.assoc = map[string]string{}
	}
	if d.indexed && v.indexed == nil && v.assoc == nil {
		v.indexed = map[int]string{}
		if v.set {
			v.indexed[0] = v.value
		}
	}
	if d.integer {
		v.integer = !d.remove
	}
	var err error
	switch {
	case o.assign != nil:
		err = s.runAssign(o.assign)
	case o.set:
		err = s.assignIndexed(o.name, nil, o.value, o.add)
	}
	if err != nil {
		return 1, s.assignError(o.name, err)
	}
	if d.export {
		v.exported = !d.remove
	}
	if d.readonly && !d.remove {
		v.readonly = true
	}
	return 0, nil
}

// declareLine is the line declare -p prints.
func declareLine(name string, v *variable) string {
	flags := attributes(v)
	if flags == "" {
		flags = "-"
	}
	line := "declare -" + flags + " " + name
	switch {
	case v.isArray():
		var parts []string
		keys, values := v.keys(), v.elements()
		for i, k := range keys {
			parts = append(parts, fmt.Sprintf("[%s]=%s", k, doubleQuote(values[i])))
		}
		space := ""
		if v.assoc != nil && len(parts) > 0 {
			space = " "
		}
		line += "=(" + strings.Join(parts, " ") + space + ")"
	case v.set:
		line += "=" + doubleQuote(v.value)
	}
	return line + "\n"
}

func doubleQuote(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(v) + `"`
}

// listDeclared prints all variables that have the attributes.
func (s *Shell) listDeclared(d declaration) {
	for _, name := range s.vars.names() {
		s.p.Step(1)
		v := s.vars.find(name)
		if d.export && !v.exported || d.readonly && !v.readonly || d.integer && !v.integer || d.indexed && v.indexed == nil || d.assoc && v.assoc == nil {
			continue
		}
		if s.dialect == dash {
			s.print(d.word + " " + name + "=" + quoteAlways(v.text()) + "\n")
			continue
		}
		if d.word == "local" || (d.word == "declare" || d.word == "typeset") && !d.print && !d.export && !d.readonly {
			if v.set && !v.isArray() {
				s.print(name + "=" + quoteIfNotEmpty(v.value) + "\n")
			}
			continue
		}
		s.print(declareLine(name, v))
	}
}

func (s *Shell) listFunctions(list []operand) int {
	status := 0
	for _, o := range list {
		f := s.funcs[o.name]
		if f == nil {
			status = 1
			continue
		}
		s.print(f.text(o.name))
	}
	return status
}

// text prints a function the way type and declare -f do.
func (f *function) text(name string) string {
	var b strings.Builder
	b.WriteString(name + " () \n")
	block, ok := f.body.Cmd.(*syntax.Block)
	if !ok {
		block = &syntax.Block{Stmts: []*syntax.Stmt{f.body}}
	}
	b.WriteString("{ \n")
	for i, st := range block.Stmts {
		var one strings.Builder
		if err := syntax.NewPrinter(syntax.Indent(4)).Print(&one, st); err != nil {
			break
		}
		text := strings.TrimRight(one.String(), "\n")
		if i < len(block.Stmts)-1 && !strings.HasSuffix(text, "&") {
			text += ";"
		}
		b.WriteString("    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n")
	}
	return b.String() + "}\n"
}
