package userland

import (
	"math"
	"strings"
	"unicode/utf8"

	"mxlab/sim/host/vfs"
)

func (a *awk) exec(n *awkNode) {
	a.p.Step(1)
	switch n.op {
	case "block":
		for _, s := range n.list {
			a.exec(s)
		}
	case "if":
		if a.truth(a.eval(n.list[0])) {
			a.exec(n.list[1])
		} else if len(n.list) > 2 {
			a.exec(n.list[2])
		}
	case "while":
		for a.truth(a.eval(n.list[0])) && a.round(n.list[1]) {
		}
	case "do":
		for a.round(n.list[1]) && a.truth(a.eval(n.list[0])) {
		}
	case "for":
		for a.exec(n.list[0]); a.truth(a.eval(n.list[1])) && a.round(n.list[3]); a.exec(n.list[2]) {
		}
	case "forin":
		m := a.array(n.text)
		for _, k := range sortedIndexes(m) {
			if _, ok := m[k]; !ok {
				continue
			}
			a.store(n.list[0], awkInput(k))
			if !a.round(n.list[1]) {
				break
			}
		}
	case "print", "printf":
		a.print(n)
	case "delete":
		if len(n.list) == 0 {
			clear(a.array(n.text))
		} else {
			delete(a.array(n.text), a.subscript(n.list))
		}
	case "next", "break", "continue":
		panic(awkFlow{kind: n.op})
	case "exit":
		if len(n.list) > 0 {
			a.status = int(a.eval(n.list[0]).num()) & 0xff
		}
		panic(awkFlow{kind: "exit"})
	case "return":
		f := awkFlow{kind: "return"}
		if len(n.list) > 0 {
			f.value = a.eval(n.list[0])
		}
		panic(f)
	default:
		a.eval(n)
	}
}

// round runs the body of a loop once; false means break.
func (a *awk) round(body *awkNode) (goOn bool) {
	defer func() {
		r := recover()
		if f, ok := r.(awkFlow); ok && (f.kind == "break" || f.kind == "continue") {
			goOn = f.kind == "continue"
			return
		}
		if r != nil {
			panic(r)
		}
	}()
	a.exec(body)
	return true
}

func (a *awk) print(n *awkNode) {
	args := n.list
	target := ""
	if n.text != "" {
		target = a.text(a.eval(args[len(args)-1]))
		args = args[:len(args)-1]
	}
	var b strings.Builder
	switch {
	case n.op == "printf":
		if len(args) == 0 {
			a.fail("printf: no format")
		}
		values := make([]awkValue, 0, len(args))
		for _, x := range args[1:] {
			values = append(values, a.eval(x))
		}
		b.WriteString(a.sprintf(a.text(a.eval(args[0])), values))
	case len(args) == 0:
		b.WriteString(a.record0() + a.vars["ORS"].s)
	default:
		for i, x := range args {
			if i > 0 {
				b.WriteString(a.vars["OFS"].s)
			}
			v := a.eval(x)
			if v.isNum {
				b.WriteString(a.number(v.n, "OFMT"))
			} else {
				b.WriteString(v.s)
			}
		}
		b.WriteString(a.vars["ORS"].s)
	}
	a.write(n.text, target, b.String())
}

func (a *awk) write(how, target, text string) {
	switch {
	case how == "" || target == "/dev/stdout":
		if _, err := a.out.WriteString(text); err != nil {
			a.p.Exit(2)
		}
	case how == "|":
		a.fail("output to a command is not supported")
	case target == "/dev/stderr":
		a.p.Stderr.Write([]byte(text))
	default:
		f := a.files[target]
		if f == nil {
			flags := vfs.O_WRONLY | vfs.O_CREATE | vfs.O_TRUNC
			if how == ">>" {
				flags = vfs.O_WRONLY | vfs.O_CREATE | vfs.O_APPEND
			}
			var err error
			if f, err = a.p.Open(target, flags); err != nil {
				a.fail("cannot open \"%s\" for output (%s)", target, reason(err))
			}
			a.files[target] = f
			a.p.Wrote("write", target)
		}
		f.Write([]byte(text))
	}
}

func (a *awk) call(n *awkNode) awkValue {
	if f := a.prog.funcs[n.text]; f != nil {
		return a.callFunction(f, n)
	}
	args := n.list
	arg := func(i int) awkValue {
		if i >= len(args) {
			return awkValue{}
		}
		return a.eval(args[i])
	}
	switch n.text {
	case "length":
		if len(args) == 0 {
			return awkNumber(float64(utf8.RuneCountInString(a.record0())))
		}
		if m, ok := a.arrays[args[0].text]; ok && args[0].op == "var" {
			return awkNumber(float64(len(m)))
		}
		return awkNumber(float64(utf8.RuneCountInString(a.text(arg(0)))))
	case "substr":
		return awkString(substring([]rune(a.text(arg(0))), arg(1).num(), len(args) > 2, arg(2).num()))
	case "index":
		s, t := a.text(arg(0)), a.text(arg(1))
		i := strings.Index(s, t)
		if i < 0 {
			return awkNumber(0)
		}
		return awkNumber(float64(utf8.RuneCountInString(s[:i]) + 1))
	case "split":
		return a.splitCall(args)
	case "sub", "gsub":
		return a.subCall(n.text == "gsub", args)
	case "match":
		loc := a.pattern(args[1]).FindStringIndex(a.text(arg(0)))
		start, length := 0.0, -1.0
		if loc != nil {
			start, length = float64(loc[0]+1), float64(loc[1]-loc[0])
		}
		a.vars["RSTART"], a.vars["RLENGTH"] = awkNumber(start), awkNumber(length)
		return awkNumber(start)
	case "sprintf":
		var values []awkValue
		for i := 1; i < len(args); i++ {
			values = append(values, arg(i))
		}
		return awkString(a.sprintf(a.text(arg(0)), values))
	case "toupper":
		return awkString(strings.ToUpper(a.text(arg(0))))
	case "tolower":
		return awkString(strings.ToLower(a.text(arg(0))))
	case "system", "fflush", "close":
		if n.text == "system" {
			a.fail("system() is not supported")
		}
		return awkNumber(0)
	case "rand":
		if a.random == nil {
			a.random = a.p.Host.Clock.Rand("awk")
		}
		return awkNumber(a.random.Float64())
	case "srand", "systime":
		return awkNumber(float64(a.p.Host.Clock.Now().Unix()))
	}
	return a.mathCall(n, arg(0).num(), arg(1).num())
}

func (a *awk) mathCall(n *awkNode, x, y float64) awkValue {
	switch n.text {
	case "int":
		return awkNumber(math.Trunc(x))
	case "sqrt":
		return awkNumber(math.Sqrt(x))
	case "exp":
		return awkNumber(math.Exp(x))
	case "log":
		return awkNumber(math.Log(x))
	case "sin":
		return awkNumber(math.Sin(x))
	case "cos":
		return awkNumber(math.Cos(x))
	case "atan2":
		return awkNumber(math.Atan2(x, y))
	}
	a.fail("function %s never defined", n.text)
	return awkValue{}
}

// substring is substr(): characters from 1, rounded, cut at the ends.
func substring(rs []rune, start float64, hasLen bool, length float64) string {
	from := math.Round(start)
	to := float64(len(rs)) + 1
	if hasLen {
		to = math.Min(to, from+math.Round(length))
	}
	from = math.Max(from, 1)
	if !(to > from) {
		return ""
	}
	return string(rs[int(from)-1 : int(to)-1])
}

func (a *awk) splitCall(args []*awkNode) awkValue {
	if len(args) < 2 || args[1].op != "var" {
		a.fail("split: second argument must be an array")
	}
	sep := a.vars["FS"].s
	text := a.text(a.eval(args[0]))
	if len(args) > 2 {
		if sep = args[2].text; args[2].op != "re" {
			sep = a.text(a.eval(args[2]))
		} else if len(sep) == 1 {
			sep = "[" + sep + "]"
		}
	}
	parts := a.divide(text, sep)
	m := a.array(args[1].text)
	clear(m)
	for i, part := range parts {
		a.grow(len(part) + 64)
		m[a.number(float64(i+1), "CONVFMT")] = awkInput(part)
	}
	return awkNumber(float64(len(parts)))
}

func (a *awk) callFunction(f *awkFunc, n *awkNode) (v awkValue) {
	if a.depth++; a.depth > maxAwkNesting {
		a.fail("function call nesting too deep")
	}
	frame := map[string]any{}
	for i, name := range f.params {
		frame[name] = awkValue{}
		if i >= len(n.list) {
			continue
		}
		if x := n.list[i]; x.op == "var" && (a.arrays[x.text] != nil || a.isLocalArray(x.text)) {
			frame[name] = a.array(x.text)
			continue
		}
		frame[name] = a.eval(n.list[i])
	}
	a.locals = append(a.locals, frame)
	depth := len(a.locals)
	defer func() {
		a.locals = a.locals[:depth-1]
		a.depth--
		r := recover()
		if fl, ok := r.(awkFlow); ok && fl.kind == "return" {
			v = fl.value
			return
		}
		if r != nil {
			panic(r)
		}
	}()
	a.exec(f.body)
	return awkValue{}
}

func (a *awk) isLocalArray(name string) bool {
	if n := len(a.locals); n > 0 {
		_, ok := a.locals[n-1][name].(map[string]awkValue)
		return ok
	}
	return false
}
