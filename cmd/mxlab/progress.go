package main

import (
	"fmt"
	"os"
)

// progress shows how far long work is on a terminal, and nothing elsewhere.
type progress struct {
	a           *app
	total, done int
	what        string
	on          bool
}

func (a *app) progress(total int, what string) *progress {
	f, ok := a.stderr.(*os.File)
	on := false
	if ok && total > 1 {
		info, err := f.Stat()
		on = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return &progress{a: a, total: total, what: what, on: on}
}

func (p *progress) step() {
	p.done++
	if p.on {
		fmt.Fprintf(p.a.stderr, "\r%d of %d %s", p.done, p.total, p.what)
	}
}

// clear empties the line, so that a result can be printed there.
func (p *progress) clear() {
	if p.on {
		fmt.Fprint(p.a.stderr, "\r\x1b[K")
	}
}

func (p *progress) end() {
	if p.on {
		fmt.Fprintln(p.a.stderr)
	}
}
