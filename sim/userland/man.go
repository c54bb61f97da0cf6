package userland

import (
	_ "embed"
	"strings"

	"mxlab/sim/host"
)

//go:embed manual.txt
var manual string

// page is an entry of the small manual.
type page struct{ name, section, synopsis, english, korean string }

// findPage looks a command up in the manual text: blocks divided by blank
// lines, each of "name(section)", synopsis, English and Korean line.
func findPage(name string) (page, bool) {
	for block := range strings.SplitSeq(manual, "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		if len(lines) != 4 {
			continue
		}
		title, section, _ := strings.Cut(strings.TrimSuffix(lines[0], ")"), "(")
		for alias := range strings.SplitSeq(title, ",") {
			if strings.TrimSpace(alias) == name {
				return page{name, section, lines[1], lines[2], lines[3]}, true
			}
		}
	}
	return page{}, false
}

// runMan is man(1) with our own short pages.
func runMan(p *host.Proc) int {
	var names []string
	for _, a := range p.Args[1:] {
		if !strings.HasPrefix(a, "-") && strings.Trim(a, "0123456789") != "" {
			names = append(names, a)
		}
	}
	if len(names) == 0 {
		p.Stderr.Write([]byte("What manual page do you want?\nFor example, try 'man man'.\n"))
		return 1
	}
	status := 0
	for _, name := range names {
		pg, ok := findPage(name)
		if !ok {
			p.Stderr.Write([]byte("No manual entry for " + name + "\n"))
			status = 16
			continue
		}
		text, head := pg.english, [3]string{"NAME", "SYNOPSIS", "DESCRIPTION"}
		if korean(p) {
			text, head = pg.korean, [3]string{"이름", "사용법", "설명"}
		}
		p.Printf("%s(%s)\n\n%s\n       %s\n\n%s\n       %s\n\n%s\n       %s\n", strings.ToUpper(name), pg.section, head[0], name, head[1], pg.synopsis, head[2], text)
	}
	return status
}
