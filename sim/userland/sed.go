package userland

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// sedder runs a script over its inputs.
type sedder struct {
	p       *host.Proc
	cmds    []*sedCommand
	quiet   bool
	out     *bufio.Writer
	each    bool // files are treated one by one: -i, -s
	lines   []string
	next    int
	noEnd   bool // the last line of the input has no line end
	n       int
	space   string
	hold    string
	subst   bool // since the last line or t
	appends []string
	lastRE  *regexp.Regexp
	quit    bool
	status  int
	files   map[string]*vfs.File
}

// runSed is sed(1).
func runSed(p *host.Proc) int {
	args := append([]string(nil), p.Args...)
	p2 := *p
	p2.Args = args
	suffix, inPlace := "", false
	for i, a := range args { // -i takes its value only when it is joined
		if i == 0 || a == "--" {
			continue
		}
		if strings.HasPrefix(a, "--in-place") {
			inPlace = true
			_, suffix, _ = strings.Cut(a, "=")
			args[i] = "-s"
		} else if len(a) > 1 && a[0] == '-' && a[1] != '-' {
			if j := strings.IndexByte(a, 'i'); j > 0 && !strings.ContainsAny(a[:j], "ef") {
				inPlace, suffix = true, a[j+1:]
				args[i] = a[:j] + "s"
			}
		}
	}
	f, ok := readFlags(&p2, "nrEsuze:f:l:", "quiet=n", "silent=n", "regexp-extended=E", "separate=s", "expression=e:", "file=f:", "posix", "unbuffered=u")
	if !ok {
		return 1
	}
	script, operands, status := sedScript(p, f)
	if status != 0 {
		return status
	}
	cmds, err := parseSed(script, f.has("r") || f.has("E"))
	if err != nil {
		p.Errorf("%v", err)
		return 1
	}
	s := &sedder{p: p, cmds: cmds, quiet: f.has("n"), each: f.has("s"), files: map[string]*vfs.File{}}
	defer s.closeFiles()
	if inPlace {
		return s.inPlace(operands, suffix)
	}
	s.out = bufio.NewWriter(p.Stdout)
	if s.each {
		for _, name := range operands {
			s.run([]string{name})
		}
	} else {
		s.run(operands)
	}
	if s.out.Flush() != nil {
		p.Errorf("couldn't write to output")
		return 4
	}
	return s.status
}

func sedScript(p *host.Proc, f *flags) (script string, operands []string, status int) {
	operands = f.operands
	var parts []string
	for _, o := range f.order {
		switch o.name {
		case "e":
			parts = append(parts, o.value)
		case "f":
			text, err := p.Host.FS.ReadFile(p.Path(o.value), p.Cred)
			if err != nil {
				p.Errorf("couldn't open file %s: %s", o.value, reason(err))
				return "", nil, 1
			}
			parts = append(parts, strings.TrimSuffix(string(text), "\n"))
		}
	}
	if len(parts) == 0 {
		if len(operands) == 0 {
			io.WriteString(p.Stderr, "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n")
			return "", nil, 1
		}
		parts, operands = operands[:1], operands[1:]
	}
	return strings.Join(parts, "\n"), operands, 0
}

// inPlace edits each file and, with a suffix, keeps the old one.
func (s *sedder) inPlace(operands []string, suffix string) int {
	p, fsys := s.p, s.p.Host.FS
	for _, name := range operands {
		info, err := fsys.Stat(p.Path(name), p.Cred)
		switch {
		case err != nil:
			p.Errorf("can't read %s: %s", name, reason(err))
			s.status = 2
			continue
		case !info.Mode().IsRegular():
			p.Errorf("couldn't edit %s: not a regular file", name)
			s.status = 4
			continue
		}
		var b strings.Builder
		s.out = bufio.NewWriter(&b)
		before := s.status
		s.status = 0
		s.run([]string{name})
		s.out.Flush()
		if s.status == 2 {
			continue
		}
		s.status = max(before, s.status)
		if !s.replaceFile(name, suffix, b.String(), info) {
			s.status = 4
			continue
		}
		p.Wrote("write", name)
		if s.quit {
			break
		}
	}
	return s.status
}

// replaceFile writes a new file and renames it over the old one, as sed does,
// so that the directory must be writable.
func (s *sedder) replaceFile(name, suffix, text string, info vfs.Info) bool {
	p, fsys := s.p, s.p.Host.FS
	full := p.Path(name)
	dir := full[:strings.LastIndexByte(full, '/')+1]
	tmp := fmt.Sprintf("%ssed%06d", dir, p.PID)
	if err := fsys.WriteFile(tmp, []byte(text), vfs.FileMode(0o600), p.Cred); err != nil {
		p.Errorf("couldn't open temporary file %s: %s", strings.TrimPrefix(tmp, p.Cwd+"/"), reason(err))
		fsys.Unlink(tmp, p.Cred)
		return false
	}
	fsys.Chown(tmp, int(info.UID), int(info.GID), p.Cred)
	fsys.Chmod(tmp, vfs.FileMode(vfs.UnixMode(info.Mode())&0o7777), p.Cred)
	if suffix != "" {
		backup := full + suffix
		if strings.Contains(suffix, "*") {
			backup = dir + strings.ReplaceAll(suffix, "*", full[len(dir):])
		}
		fsys.Rename(full, backup, p.Cred)
	}
	if err := fsys.Rename(tmp, full, p.Cred); err != nil {
		p.Errorf("cannot rename %s: %s", tmp, reason(err))
		fsys.Unlink(tmp, p.Cred)
		return false
	}
	return true
}

// run reads the inputs and applies the script to every line.
func (s *sedder) run(names []string) {
	s.lines, s.next, s.noEnd = nil, 0, false
	if s.each {
		s.n = 0
	}
	size := int64(0)
	for _, name := range orStdin(names) {
		r, done, err := openText(s.p, name)
		if err == nil {
			err = eachLine(s.p, r, func(line string, ended bool) bool {
				s.lines = append(s.lines, line)
				s.noEnd = !ended
				size += int64(len(line)) + 16
				return size < s.p.Host.Limits.Memory
			})
			done()
		}
		if err != nil {
			text := reason(err)
			if errors.Is(err, vfs.EISDIR) {
				s.p.Errorf("couldn't edit %s: not a regular file", name)
				s.p.Errorf("read error on %s: %s", name, text)
			} else {
				s.p.Errorf("can't read %s: %s", name, text)
			}
			s.status = 2
		}
	}
	for s.next < len(s.lines) && !s.quit {
		s.space = s.lines[s.next]
		s.next++
		s.n++
		s.cycle()
	}
}

func (s *sedder) last() bool { return s.next >= len(s.lines) }

// write puts out a line; the last one lacks its line end if the input's did.
func (s *sedder) write(line string) {
	s.out.WriteString(line)
	if !(s.noEnd && s.last()) {
		s.out.WriteByte('\n')
	}
}

// matchesAddress tells whether one address selects the present line.
func (s *sedder) matchesAddress(a *sedAddress) bool {
	switch a.kind {
	case 'n':
		return s.n == a.n
	case '$':
		return s.last()
	case '~':
		if a.step <= 0 {
			return s.n == a.n
		}
		return s.n >= a.n && (s.n-a.n)%a.step == 0
	case '/':
		re := a.re
		if a.empty {
			re = s.lastRE
		}
		if re == nil {
			return false
		}
		s.lastRE = re
		return re.MatchString(s.space)
	}
	return false
}

// selected applies a command's addresses. A range begins where the first one
// matches and ends where the second does, at the earliest on the next line.
func (s *sedder) selected(c *sedCommand) bool {
	ok := true
	switch {
	case c.a1 == nil:
	case c.a2 == nil:
		ok = s.matchesAddress(c.a1)
	case c.inRange:
		switch c.a2.kind {
		case 'n', '+':
			if s.n >= c.end {
				c.inRange = false
			}
			if s.n > c.end {
				ok = s.matchesAddress(c.a1)
				if ok {
					s.openRange(c)
				}
			}
		default:
			c.inRange = !s.matchesAddress(c.a2)
		}
	case c.a1.kind == 'n' && c.a1.n == 0 && s.n == 1:
		c.inRange = !s.matchesAddress(c.a2)
	default:
		if ok = s.matchesAddress(c.a1); ok {
			s.openRange(c)
		}
	}
	return ok != c.negate
}

func (s *sedder) openRange(c *sedCommand) {
	switch c.a2.kind {
	case 'n':
		c.end = c.a2.n
		c.inRange = c.end > s.n
	case '+':
		c.end = s.n + c.a2.n
		c.inRange = c.a2.n > 0
	case '~':
		c.inRange = !s.matchesAddress(c.a2)
	default:
		c.inRange = true
	}
}
