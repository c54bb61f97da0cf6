package userland

import (
	"math"
	"strconv"
	"strings"
)

func awkString(s string) awkValue  { return awkValue{s: s, defined: true} }
func awkNumber(n float64) awkValue { return awkValue{n: n, isNum: true, defined: true} }

// awkInput is a value from outside: a number if it looks like one.
func awkInput(s string) awkValue {
	t := strings.TrimSpace(s)
	if t != "" && awkNumberPrefix(t) == t {
		n, _ := strconv.ParseFloat(t, 64)
		return awkValue{s: s, n: n, strnum: true, defined: true}
	}
	return awkString(s)
}

func (a *awk) text(v awkValue) string {
	if !v.isNum {
		return v.s
	}
	return a.number(v.n, "CONVFMT")
}

func (a *awk) number(n float64, format string) string {
	if n == math.Trunc(n) && math.Abs(n) < 1e16 {
		return strconv.FormatInt(int64(n), 10)
	}
	return a.sprintf(a.vars[format].s, []awkValue{awkNumber(n)})
}

func (v awkValue) num() float64 {
	if v.isNum || v.strnum {
		return v.n
	}
	n, _ := strconv.ParseFloat(awkNumberPrefix(strings.TrimLeft(v.s, " \t\n")), 64)
	return n
}

func (a *awk) truth(v awkValue) bool {
	if v.isNum || v.strnum {
		return v.n != 0
	}
	return v.s != ""
}

func awkBool(b bool) awkValue {
	if b {
		return awkNumber(1)
	}
	return awkNumber(0)
}

// compare compares as numbers if both sides are numeric, else as strings.
func (a *awk) compare(x, y awkValue) int {
	numeric := func(v awkValue) bool { return v.isNum || v.strnum || !v.defined }
	if numeric(x) && numeric(y) {
		switch {
		case x.num() < y.num():
			return -1
		case x.num() > y.num():
			return 1
		}
		return 0
	}
	return strings.Compare(a.text(x), a.text(y))
}

func (a *awk) get(name string) awkValue {
	if n := len(a.locals); n > 0 {
		if v, ok := a.locals[n-1][name]; ok {
			s, _ := v.(awkValue)
			return s
		}
	}
	if name == "NF" {
		a.splitFields()
	}
	return a.vars[name]
}

func (a *awk) set(name string, v awkValue) {
	v.defined = true
	if n := len(a.locals); n > 0 {
		if _, ok := a.locals[n-1][name]; ok {
			a.locals[n-1][name] = v
			return
		}
	}
	if name == "NF" {
		a.splitFields()
		n := min(max(int(v.num()), 0), 100_000)
		for len(a.fields) < n {
			a.fields = append(a.fields, "")
		}
		a.fields, a.rebuilt = a.fields[:n], true
	}
	a.vars[name] = v
}

func (a *awk) field(n float64) awkValue {
	if n < 0 || n > 1e6 {
		a.fail("trying to access out of range field %d", int(n))
	}
	i := int(n)
	if i == 0 {
		return awkInput(a.record0())
	}
	a.splitFields()
	if i > len(a.fields) {
		return awkValue{}
	}
	return awkInput(a.fields[i-1])
}

func (a *awk) setField(n float64, text string) {
	if n < 0 || n > 1e5 {
		a.fail("trying to access out of range field %d", int(n))
	}
	if n == 0 {
		a.line, a.split, a.rebuilt = text, false, false
		return
	}
	a.splitFields()
	for len(a.fields) < int(n) {
		a.fields = append(a.fields, "")
	}
	a.fields[int(n)-1] = text
	a.vars["NF"] = awkNumber(float64(len(a.fields)))
	a.rebuilt = true
}

// subscript joins the parts of an index by SUBSEP.
func (a *awk) subscript(list []*awkNode) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = a.text(a.eval(n))
	}
	return strings.Join(parts, a.vars["SUBSEP"].s)
}

func (a *awk) store(target *awkNode, v awkValue) {
	v.defined = true
	switch target.op {
	case "var":
		a.set(target.text, v)
	case "field":
		a.setField(a.eval(target.list[0]).num(), a.text(v))
	case "index":
		m, k := a.array(target.text), a.subscript(target.list)
		if _, ok := m[k]; !ok {
			a.grow(len(k) + 48)
		}
		a.grow(len(v.s) - len(m[k].s))
		m[k] = v
	}
}

func (a *awk) eval(n *awkNode) awkValue {
	a.p.Step(1)
	switch n.op {
	case "num":
		return awkNumber(n.num)
	case "str":
		return awkString(n.text)
	case "re":
		return awkBool(n.re.MatchString(a.record0()))
	case "var":
		return a.get(n.text)
	case "field":
		return a.field(a.eval(n.list[0]).num())
	case "index":
		m, k := a.array(n.text), a.subscript(n.list)
		v, ok := m[k]
		if !ok { // a reference makes the element
			a.grow(len(k) + 48)
			m[k] = awkValue{}
		}
		return v
	case "group":
		v := awkValue{}
		for _, c := range n.list {
			v = a.eval(c)
		}
		return v
	case "assign":
		v := a.eval(n.list[1])
		if n.text != "" {
			v = awkNumber(arithmetic(a, n.text, a.eval(n.list[0]).num(), v.num()))
		}
		a.store(n.list[0], v)
		return v
	case "?":
		if a.truth(a.eval(n.list[0])) {
			return a.eval(n.list[1])
		}
		return a.eval(n.list[2])
	case "||":
		return awkBool(a.truth(a.eval(n.list[0])) || a.truth(a.eval(n.list[1])))
	case "&&":
		return awkBool(a.truth(a.eval(n.list[0])) && a.truth(a.eval(n.list[1])))
	case "in":
		_, ok := a.array(n.text)[a.subscript(n.list)]
		return awkBool(ok)
	case "call":
		return a.call(n)
	case "getline":
		a.fail("getline is not supported")
	}
	return a.operator(n)
}

func (a *awk) operator(n *awkNode) awkValue {
	x := a.eval(n.list[0])
	switch n.op {
	case "unary!":
		return awkBool(!a.truth(x))
	case "unary-":
		return awkNumber(-x.num())
	case "unary+":
		return awkNumber(x.num())
	case "pre++", "pre--", "post++", "post--":
		step := 1.0
		if strings.HasSuffix(n.op, "--") {
			step = -1
		}
		after := awkNumber(x.num() + step)
		a.store(n.list[0], after)
		if n.op[:3] == "pre" {
			return after
		}
		return awkNumber(x.num())
	}
	if n.op == "~" || n.op == "!~" {
		return awkBool(a.matches(a.text(x), n.list[1]) == (n.op == "~"))
	}
	y := a.eval(n.list[1])
	switch n.op {
	case "concat":
		s := a.text(x) + a.text(y)
		if int64(len(s)) > a.p.Host.Limits.Memory/4 {
			a.fail("out of memory")
		}
		a.p.Step(len(s) / 1024)
		return awkString(s)
	case "<":
		return awkBool(a.compare(x, y) < 0)
	case "<=":
		return awkBool(a.compare(x, y) <= 0)
	case "==":
		return awkBool(a.compare(x, y) == 0)
	case "!=":
		return awkBool(a.compare(x, y) != 0)
	case ">":
		return awkBool(a.compare(x, y) > 0)
	case ">=":
		return awkBool(a.compare(x, y) >= 0)
	}
	return awkNumber(arithmetic(a, n.op, x.num(), y.num()))
}

func (a *awk) matches(text string, pat *awkNode) bool {
	if pat.op == "re" {
		return pat.re.MatchString(text)
	}
	return a.regex(a.text(a.eval(pat))).MatchString(text)
}

func arithmetic(a *awk, op string, x, y float64) float64 {
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "/", "%":
		if y == 0 {
			what := "division by zero"
			if op == "%" {
				what = "division by zero in %"
			}
			a.fail("%s", what)
		}
		if op == "%" {
			return math.Mod(x, y)
		}
		return x / y
	}
	return math.Pow(x, y)
}
