package userland

import (
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// runXargs is xargs(1).
func runXargs(p *host.Proc) int {
	f, ok := readFlags(p, "+0n:I:i:L:rtd:P:p", "null=0", "max-args=n:", "replace=I:", "no-run-if-empty=r", "verbose=t", "delimiter=d:", "max-procs=P:")
	if !ok {
		return 1
	}
	text, err := readText(p, p.Stdin)
	if err != nil {
		p.Errorf("%v", err)
		return 1
	}
	var items []string
	switch {
	case f.has("0"):
		items = splitNonEmpty(string(text), "\x00")
	case f.has("d"):
		items = splitNonEmpty(strings.TrimSuffix(string(text), "\n"), strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(f.given["d"]))
	case f.has("I") || f.has("L"):
		for _, l := range splitNonEmpty(string(text), "\n") {
			if l = strings.TrimLeft(l, " \t"); l != "" {
				items = append(items, l)
			}
		}
	default:
		if items, ok = xargsWords(string(text)); !ok {
			p.Errorf("unmatched quote; by default quotes are special to xargs unless you use the -0 option")
			return 1
		}
	}
	command := f.operands
	if len(command) == 0 {
		command = []string{"echo"}
	}
	per := 5000
	if n, ok := f.given["n"]; ok {
		if per, err = strconv.Atoi(n); err != nil || per < 1 {
			p.Errorf("invalid number \"%s\" for -n option", n)
			return 1
		}
	}
	x := &xargs{p: p, trace: f.has("t")}
	if mark, ok := f.given["I"]; ok {
		for _, item := range items {
			list := make([]string, len(command))
			for i, c := range command {
				list[i] = strings.ReplaceAll(c, mark, item)
			}
			if !x.run(list) {
				break
			}
		}
		return x.status
	}
	if len(items) == 0 && !f.has("r") {
		x.run(command)
	}
	for len(items) > 0 {
		n := min(per, len(items))
		if !x.run(append(command[:len(command):len(command)], items[:n]...)) {
			break
		}
		items = items[n:]
	}
	return x.status
}

type xargs struct {
	p      *host.Proc
	trace  bool
	status int
}

// run runs one command; it reports whether to go on.
func (x *xargs) run(args []string) bool {
	x.p.Step(40)
	if x.trace {
		x.p.Stderr.Write([]byte(strings.Join(args, " ") + "\n"))
	}
	status, err := x.p.Run(host.Spec{Args: args, Stdin: host.NullFD()})
	switch {
	case err != nil:
		x.p.Errorf("%s: %s", args[0], reason(err))
		x.status = 127
		if reason(err) == "Permission denied" {
			x.status = 126
		}
		return false
	case status == 255:
		x.p.Errorf("%s: exited with status 255; aborting", args[0])
		x.status = 124
		return false
	case status != 0:
		x.status = 123
	}
	return true
}

func splitNonEmpty(text, sep string) (list []string) {
	for part := range strings.SplitSeq(text, sep) {
		if part != "" {
			list = append(list, part)
		}
	}
	return list
}

// xargsWords divides text at blanks, with quotes and backslashes.
func xargsWords(text string) (list []string, ok bool) {
	var b strings.Builder
	in, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			if c == '\n' {
				return nil, false
			}
			b.WriteByte(c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
			in = true
		case c == ' ' || c == '\t' || c == '\n':
			if in {
				list = append(list, b.String())
				b.Reset()
				in = false
			}
		default:
			b.WriteByte(c)
			in = true
		}
	}
	if in {
		list = append(list, b.String())
	}
	return list, quote == 0
}
