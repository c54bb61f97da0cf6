package userland

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"mxlab/sim/host/vfs"
)

// cycle runs the script over the pattern space once, and again without reading
// after D.
func (s *sedder) cycle() {
	for again := true; again; {
		again = false
		print := !s.quiet
		for pc := 0; pc < len(s.cmds); pc++ {
			s.p.Step(1)
			c := s.cmds[pc]
			if c.name == '}' || c.name == ':' {
				continue
			}
			if !s.selected(c) {
				if c.name == '{' {
					pc = c.jump
				}
				continue
			}
			switch next := s.exec(c); next {
			case sedGo:
			case sedJump:
				pc = c.jump - 1
			case sedDelete:
				print = false
				pc = len(s.cmds)
			case sedRestart:
				print, again = false, true
				pc = len(s.cmds)
			case sedEnd:
				pc = len(s.cmds)
			}
		}
		if print {
			s.write(s.space)
		}
		s.flushAppends()
		s.subst = false
	}
}

// What the cycle does after a command.
const (
	sedGo = iota
	sedJump
	sedDelete  // start the next cycle without printing
	sedRestart // start over with what is in the pattern space
	sedEnd     // end the cycle: print, then quit
)

func (s *sedder) flushAppends() {
	for _, text := range s.appends {
		s.out.WriteString(text)
	}
	s.appends = nil
}

func (s *sedder) exec(c *sedCommand) int {
	switch c.name {
	case 's':
		s.substitute(c)
	case 'p':
		s.write(s.space)
	case 'P':
		first, _, _ := strings.Cut(s.space, "\n")
		s.write(first)
	case 'd':
		return sedDelete
	case 'D':
		_, rest, ok := strings.Cut(s.space, "\n")
		if !ok {
			return sedDelete
		}
		s.space = rest
		return sedRestart
	case 'q':
		s.quit, s.status = true, max(s.status, c.nth)
		return sedEnd
	case 'Q':
		s.quit, s.status = true, max(s.status, c.nth)
		return sedDelete
	case '=':
		fmt.Fprintf(s.out, "%d\n", s.n)
	case 'a':
		s.appends = append(s.appends, c.text+"\n")
	case 'i':
		s.out.WriteString(c.text + "\n")
	case 'c':
		if c.a2 == nil || !c.inRange || c.negate {
			s.out.WriteString(c.text + "\n")
		}
		return sedDelete
	case 'r':
		if text, err := s.p.Host.FS.ReadFile(s.p.Path(c.text), s.p.Cred); err == nil {
			s.appends = append(s.appends, string(text))
		}
	case 'w':
		s.toFile(c.text, s.space)
	case 'y':
		s.space = strings.Map(func(r rune) rune {
			if to, ok := c.table[r]; ok {
				return to
			}
			return r
		}, s.space)
	case 'n':
		if s.last() {
			s.quit = true
			return sedEnd
		}
		if !s.quiet {
			s.write(s.space)
		}
		s.flushAppends()
		s.space = s.lines[s.next]
		s.next++
		s.n++
	case 'N':
		if s.last() {
			s.quit = true
			return sedEnd
		}
		s.flushAppends()
		s.grow(&s.space, s.lines[s.next])
		s.next++
		s.n++
	case 'b':
		return sedJump
	case 't', 'T':
		if s.subst == (c.name == 't') {
			s.subst = false
			return sedJump
		}
		s.subst = false
	default:
		s.holding(c)
	}
	return sedGo
}

// holding runs the commands on the hold space.
func (s *sedder) holding(c *sedCommand) {
	switch c.name {
	case 'g':
		s.space = s.hold
	case 'G':
		s.grow(&s.space, s.hold)
	case 'h':
		s.hold = s.space
	case 'H':
		s.grow(&s.hold, s.space)
	case 'x':
		s.space, s.hold = s.hold, s.space
	case 'l':
		fmt.Fprintf(s.out, "%s$\n", strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`).Replace(s.space))
	}
}

// grow appends a line to a space, within the memory of a process.
func (s *sedder) grow(space *string, line string) {
	if int64(len(*space)+len(line)) > s.p.Host.Limits.Memory/4 {
		s.p.Errorf("couldn't re-allocate memory")
		s.out.Flush()
		s.p.Exit(4)
	}
	s.p.Step(1 + len(*space)/4096)
	*space += "\n" + line
}

func (s *sedder) toFile(name, line string) {
	switch name {
	case "/dev/stdout":
		s.out.WriteString(line + "\n")
		return
	case "/dev/stderr":
		s.p.Stderr.Write([]byte(line + "\n"))
		return
	}
	f := s.files[name]
	if f == nil {
		var err error
		if f, err = s.p.Open(name, vfs.O_WRONLY|vfs.O_CREATE|vfs.O_TRUNC); err != nil {
			s.p.Errorf("couldn't open file %s: %s", name, reason(err))
			s.p.Exit(4)
		}
		s.files[name] = f
	}
	f.Write([]byte(line + "\n"))
}

func (s *sedder) closeFiles() {
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		s.files[name].Close()
		s.p.Wrote("write", name)
	}
}

// substitute is the s command.
func (s *sedder) substitute(c *sedCommand) {
	re := c.re
	if c.lastRE {
		re = s.lastRE
	}
	if re == nil {
		s.p.Errorf("no previous regular expression")
		s.out.Flush()
		s.p.Exit(1)
	}
	s.lastRE = re
	n := -1
	if !c.global {
		n = max(c.nth, 1)
	}
	locs := re.FindAllStringSubmatchIndex(s.space, n)
	if len(locs) == 0 || len(locs) < c.nth {
		return
	}
	var b strings.Builder
	last := 0
	for i, loc := range locs {
		if c.nth > 0 && i+1 < c.nth {
			continue
		}
		b.WriteString(s.space[last:loc[0]])
		b.WriteString(expandPieces(c.with, s.space, loc))
		last = loc[1]
		if int64(b.Len()) > s.p.Host.Limits.Memory/4 {
			s.p.Errorf("couldn't re-allocate memory")
			s.p.Exit(4)
		}
	}
	b.WriteString(s.space[last:])
	s.space, s.subst = b.String(), true
	if c.print {
		s.write(s.space)
	}
	if c.text != "" {
		s.toFile(c.text, s.space)
	}
}

// expandPieces builds a replacement: \U, \L, \E change the case of what follows,
// \u and \l of one character.
func expandPieces(list []sedPiece, src string, loc []int) string {
	var b strings.Builder
	var fold, once byte
	for _, piece := range list {
		if piece.fold != 0 {
			switch piece.fold {
			case 'u', 'l':
				once = piece.fold
			case 'E':
				fold = 0
			default:
				fold = piece.fold
			}
			continue
		}
		text := piece.text
		if g := piece.group; g >= 0 {
			text = ""
			if 2*g+1 < len(loc) && loc[2*g] >= 0 {
				text = src[loc[2*g]:loc[2*g+1]]
			}
		}
		switch fold {
		case 'U':
			text = strings.ToUpper(text)
		case 'L':
			text = strings.ToLower(text)
		}
		if once != 0 && text != "" {
			if once == 'u' {
				text = strings.ToUpper(text[:1]) + text[1:]
			} else {
				text = strings.ToLower(text[:1]) + text[1:]
			}
			once = 0
		}
		b.WriteString(text)
	}
	return b.String()
}
