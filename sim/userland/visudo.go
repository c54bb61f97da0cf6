package userland

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"mxlab/sim/host"
)

// runVisudo is visudo(8) with -c. Without it the editor opens; what is saved is
// not checked then.
func runVisudo(p *host.Proc) int {
	f, ok := readFlags(p, "cf:hIOPqsVx:", "check=c", "file=f:", "quiet=q", "strict=s", "help=h")
	if !ok {
		return 1
	}
	file := sudoersFile
	if f.has("f") {
		file = f.given["f"]
	}
	if len(f.operands) > 0 {
		file = f.operands[0]
	}
	if !f.has("c") {
		if !p.Cred.IsRoot() {
			p.Errorf("%s: Permission denied", file)
			return 1
		}
		p.Args = []string{"visudo", file}
		return runEditor(p)
	}
	if _, err := p.Host.FS.ReadFile(p.Path(file), p.Cred); err != nil {
		fmt.Fprintf(p.Stderr, "visudo: %s: %s\n", file, reason(err))
		return 1
	}
	s, err := readSudoers(p.Host, p.Path(file))
	if err != nil {
		return 1
	}
	return s.report(p, p.Path(file), file, f.has("s"))
}

// report prints what visudo -c finds.
func (s *sudoers) report(p *host.Proc, full, file string, strict bool) int {
	status := 0
	for _, e := range s.problems {
		status = 1
		if e.line == 0 {
			fmt.Fprintf(p.Stderr, "visudo: %s: %s\n", e.file, e.text)
			continue
		}
		if e.file == full {
			e.file = file
		}
		fmt.Fprint(p.Stderr, e.String())
	}
	if status != 0 {
		return 1
	}
	for _, key := range slices.Sorted(maps.Keys(s.spots)) {
		kind, name, _ := strings.Cut(key, " ")
		at := s.spots[key]
		if at.file == full {
			at.file = file
		}
		_, defined := s.aliases[key]
		switch {
		case !defined:
			fmt.Fprintf(p.Stderr, "%s:%d:%d: %s \"%s\" referenced but not defined\n", at.file, at.line, at.col, kind, name)
			if strict {
				status = 1
			}
		case !s.used[key]:
			fmt.Fprintf(p.Stderr, "Warning: %s:%d:%d: unused %s \"%s\"\n", at.file, at.line, at.col, kind, name)
		}
	}
	if status == 0 {
		p.Printf("%s: parsed OK\n", file)
	}
	return status
}
