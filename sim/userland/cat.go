package userland

import (
	"fmt"
	"io"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runCat is cat(1).
func runCat(p *host.Proc) int {
	f, ok := readFlags(p, "nbAEveTtsu", "number=n", "number-nonblank=b", "show-all=A", "show-ends=E", "show-tabs=T", "squeeze-blank=s", "show-nonprinting=v")
	if !ok {
		return 1
	}
	out := newOutput(p)
	c := &catter{f: f, out: out, ends: f.has("A") || f.has("E") || f.has("e"), tabs: f.has("A") || f.has("T") || f.has("t"),
		show: f.has("A") || f.has("v") || f.has("e") || f.has("t")}
	plain := len(f.given) == 0 || len(f.given) == 1 && f.has("u")
	refused := false
	status := eachInput(p, f.operands, func(name string, r io.Reader) error {
		if sameFile(r, p.Stdout) {
			p.Errorf("%s: input file is output file", name)
			refused = true
			return nil
		}
		if plain {
			return copyText(p, r, out)
		}
		return eachLine(p, r, c.line)
	})
	if refused {
		status = 1
	}
	return out.close(status)
}

// sameFile reports whether input and output are one file that is not empty:
// copying it to itself would go on until the disk is full.
func sameFile(in io.Reader, out *host.FD) bool {
	f, ok := in.(*vfs.File)
	to := out.File()
	if !ok || to == nil {
		return false
	}
	a, errA := f.Stat()
	b, errB := to.Stat()
	return errA == nil && errB == nil && a.Mode().IsRegular() && a.Ino == b.Ino && a.Mount == b.Mount && a.Size() > 0
}

// copyText copies as it comes, so that what was read from a pipe or terminal is
// seen at once.
func copyText(p *host.Proc, r io.Reader, out *output) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		p.Step(1 + n/256)
		if n > 0 {
			if _, werr := out.Write(buf[:n]); werr != nil {
				return nil // told by close
			}
			if werr := out.Flush(); werr != nil {
				return nil
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

type catter struct {
	f                *flags
	out              *output
	ends, tabs, show bool
	n                int
	blank            bool
}

func (c *catter) line(line string, ended bool) bool {
	if c.f.has("s") {
		if line == "" && c.blank {
			return true
		}
		c.blank = line == ""
	}
	if c.f.has("b") && line != "" || c.f.has("n") && !c.f.has("b") {
		c.n++
		fmt.Fprintf(c.out, "%6d\t", c.n)
	}
	if c.tabs {
		line = strings.ReplaceAll(line, "\t", "^I")
	}
	if c.show {
		line = visible(line)
	}
	c.out.WriteString(line)
	if ended {
		if c.ends {
			c.out.WriteString("$")
		}
		c.out.WriteString("\n")
	}
	return true
}

// visible writes control characters as ^X and bytes above 127 as M-x.
func visible(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 {
			b.WriteString("M-")
			c -= 0x80
		}
		switch {
		case c == 0x7f:
			b.WriteString("^?")
		case c < ' ' && (c != '\t' || s[i] >= 0x80):
			b.WriteString("^" + string(rune(c+64)))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
