package userland

import (
	"fmt"
	"io"
	"unicode/utf8"

	"mxlab/sim/host"
)

// counts is what wc counts.
type counts struct{ lines, words, chars, bytes, longest int }

// runWc is wc(1).
func runWc(p *host.Proc) int {
	f, ok := readFlags(p, "lwcmL", "lines=l", "words=w", "bytes=c", "chars=m", "max-line-length=L")
	if !ok {
		return 1
	}
	if len(f.given) == 0 {
		f.given["l"], f.given["w"], f.given["c"] = "", "", ""
	}
	type row struct {
		name string
		c    counts
	}
	var rows []row
	var total counts
	status := 0
	width := 1
	for _, name := range orStdin(f.operands) {
		c, err := countFile(p, name)
		if err != nil {
			p.Errorf("%s: %s", name, reason(err))
			status = 1
			if reason(err) != "Is a directory" {
				continue
			}
			width = 7
		}
		if name == "-" && (len(f.operands) == 0 || len(f.operands) > 1) {
			width = 7
		}
		total.lines, total.words, total.chars, total.bytes = total.lines+c.lines, total.words+c.words, total.chars+c.chars, total.bytes+c.bytes
		total.longest = max(total.longest, c.longest)
		rows = append(rows, row{name, c})
	}
	if len(f.operands) == 0 {
		rows[0].name = ""
	}
	if len(f.operands) > 1 {
		rows = append(rows, row{"total", total})
	}
	width = max(width, len(fmt.Sprint(total.bytes)))
	if len(f.given) == 1 && len(f.operands) <= 1 {
		width = 1
	}
	for _, r := range rows {
		line := ""
		for _, col := range []struct {
			name string
			n    int
		}{{"l", r.c.lines}, {"w", r.c.words}, {"m", r.c.chars}, {"c", r.c.bytes}, {"L", r.c.longest}} {
			if f.has(col.name) {
				if line != "" {
					line += " "
				}
				line += fmt.Sprintf("%*d", width, col.n)
			}
		}
		if r.name != "" {
			line += " " + r.name
		}
		p.Print(line + "\n")
	}
	return status
}

func countFile(p *host.Proc, name string) (c counts, err error) {
	r, done, err := openText(p, name)
	if err != nil {
		return c, err
	}
	defer done()
	inWord, column := false, 0
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		p.Step(1 + n/256)
		c.bytes += n
		for _, b := range buf[:n] {
			if utf8.RuneStart(b) {
				c.chars++
				column++
			}
			space := b == ' ' || b >= '\t' && b <= '\r'
			if b == '\n' {
				c.lines++
				c.longest = max(c.longest, column-1)
				column = 0
			}
			if !space && !inWord {
				c.words++
			}
			inWord = !space
		}
		if err == io.EOF {
			c.longest = max(c.longest, column)
			return c, nil
		}
		if err != nil {
			return c, err
		}
	}
}
