package sshd

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// maxIncludes bounds the depth of Include, as in OpenSSH.
const maxIncludes = 16

// configReader reads sshd_config as servconf.c does: an unknown keyword, or a
// number of arguments that is wrong, is counted and the file read on; a wrong
// value ends the program at once.
type configReader struct {
	h        *host.Host
	c        *config
	problems []string
	bad      int
	stop     bool
	match    *matchBlock // the one whose lines these are
	inMatch  bool        // the lines of a Match that holds are applied
}

func (r *configReader) say(format string, args ...any) {
	if len(r.problems) < 100 {
		r.problems = append(r.problems, fmt.Sprintf(format, args...))
	}
}

// fail reports a wrong value.
func (r *configReader) fail(d directive, format string, args ...any) {
	r.say("%s line %d: %s", d.file, d.line, fmt.Sprintf(format, args...))
	r.stop = true
}

// text reads a file's lines.
func (r *configReader) text(file, text string, depth int) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		if r.stop {
			return
		}
		d := directive{file: file, line: number}
		line = strings.Trim(line, " \t\r\n\f")
		if line == "" || line[0] == '#' {
			continue
		}
		i := strings.IndexAny(line, " \t=")
		if i == 0 { // servconf.c skips one leading "="
			line = strings.TrimLeft(line[1:], " \t")
			i = strings.IndexAny(line, " \t=")
		}
		if i < 0 {
			i = len(line)
		}
		d.word = line[:i]
		rest := strings.TrimLeft(line[i:], " \t")
		if after, ok := strings.CutPrefix(rest, "="); ok {
			rest = after
		}
		args, ok := splitArguments(rest)
		if !ok {
			r.say("%s line %d: invalid quotes", file, number)
			r.bad++
			continue
		}
		d.args = args
		r.line(d, depth)
	}
}

// splitArguments splits a line at blanks; quotes join, a "#" at a word's start
// begins a remark.
func splitArguments(s string) (list []string, ok bool) {
	for {
		s = strings.TrimLeft(s, " \t")
		if s == "" || s[0] == '#' {
			return list, true
		}
		var word strings.Builder
		for s != "" && s[0] != ' ' && s[0] != '\t' {
			if q := s[0]; q == '"' || q == '\'' {
				body, rest, found := strings.Cut(s[1:], string(q))
				if !found {
					return nil, false
				}
				word.WriteString(body)
				s = rest
				continue
			}
			word.WriteByte(s[0])
			s = s[1:]
		}
		list = append(list, word.String())
	}
}

// line handles a line: Include and Match here, the others by keyword.
func (r *configReader) line(d directive, depth int) {
	name := strings.ToLower(d.word)
	switch {
	case (name == "include" || name == "match") && len(d.args) == 0:
		r.say("%s line %d: no argument after keyword %q", d.file, d.line, d.word)
		r.bad++
	case name == "include":
		r.include(d, depth)
	case name == "match":
		r.beginMatch(d)
	case r.match != nil:
		r.matched(d)
	default:
		r.directive(d)
	}
}

func (r *configReader) include(d directive, depth int) {
	if depth >= maxIncludes {
		r.fail(d, "Too many recursive configuration includes")
		return
	}
	for _, pattern := range d.args {
		if !strings.HasPrefix(pattern, "/") {
			pattern = "/etc/ssh/" + pattern
		}
		for _, file := range r.glob(pattern) {
			text, err := r.h.FS.ReadFile(file, host.Root)
			if err == nil {
				r.text(file, string(text), depth+1)
			}
		}
	}
}

// glob lists the files of a pattern whose last part may have wildcards.
func (r *configReader) glob(pattern string) (list []string) {
	dir, base := path.Split(pattern)
	entries, err := r.h.FS.ReadDir(path.Clean(dir), host.Root)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if ok, _ := path.Match(base, e.Name); ok && !strings.HasPrefix(e.Name, ".") {
			list = append(list, path.Join(dir, e.Name))
		}
	}
	slices.Sort(list)
	return list
}

var matchAttributes = []string{"user", "group", "host", "address", "localaddress", "localport", "rdomain"}

func (r *configReader) beginMatch(d directive) {
	m := matchBlock{}
	for args := d.args; len(args) > 0; {
		name := strings.ToLower(args[0])
		switch {
		case name == "all" && len(d.args) == 1:
			m.conditions = append(m.conditions, [2]string{"all", ""})
			args = args[1:]
			continue
		case !slices.Contains(matchAttributes, name):
			r.say("Unsupported Match attribute %s", args[0])
			r.fail(d, "Bad Match condition")
			return
		case len(args) == 1:
			r.say("Missing Match criteria for %s", args[0])
			r.fail(d, "Bad Match condition")
			return
		}
		m.conditions = append(m.conditions, [2]string{name, args[1]})
		args = args[2:]
	}
	r.c.matches = append(r.c.matches, m)
	r.match = &r.c.matches[len(r.c.matches)-1]
}

// matched checks a line below a Match and keeps it.
func (r *configReader) matched(d directive) {
	k, known := keywords[strings.ToLower(d.word)]
	if known && !k.inMatch {
		r.fail(d, "Directive '%s' is not allowed within a Match block", d.word)
		return
	}
	trial := configReader{h: r.h, c: &config{given: map[string]string{}}, inMatch: true}
	trial.directive(d)
	r.problems, r.bad, r.stop = append(r.problems, trial.problems...), r.bad+trial.bad, trial.stop
	r.match.lines = append(r.match.lines, d)
}

// directive applies one line.
func (r *configReader) directive(d directive) {
	name := strings.ToLower(d.word)
	if name == "challengeresponseauthentication" { // its old name
		name = "kbdinteractiveauthentication"
	}
	k, known := keywords[name]
	switch {
	case !known && slices.Contains(deprecated, name):
		r.say("%s line %d: Deprecated option %s", d.file, d.line, d.word)
		return
	case !known:
		r.say("%s: line %d: Bad configuration option: %s", d.file, d.line, d.word)
		r.bad++
		return
	case len(d.args) == 0:
		r.say("%s line %d: no argument after keyword %q", d.file, d.line, d.word)
		r.bad++
		return
	case k.is != aList && k.is != anything && len(d.args) > 1 && name != "listenaddress":
		r.say("%s line %d: keyword %s extra arguments at end of line", d.file, d.line, d.word)
		r.bad++
		return
	}
	arg := d.args[0]
	switch k.is {
	case aPort:
		r.port(d, arg)
	case aListen:
		r.listen(d, arg)
	case aChoice:
		v := strings.ToLower(arg)
		if !slices.Contains(strings.Fields(k.choices), v) {
			r.fail(d, "unsupported option %q.", arg)
			return
		}
		r.set(name, v)
	case aNumber:
		r.numberValue(d, name, arg, k.min)
	case aTime:
		if s, ok := parseTime(arg); ok {
			r.set(name, strconv.Itoa(s))
		} else {
			r.fail(d, "invalid time value.")
		}
	case aLevel:
		if v := strings.ToUpper(arg); slices.Contains(strings.Fields(k.choices), v) {
			r.set(name, v)
		} else {
			r.fail(d, "unsupported %s '%s'", k.noun, arg)
		}
	case aList:
		r.list(name, d)
	default:
		r.set(name, strings.Join(d.args, " "))
	}
}

// reason is the text of strerror(3) for an error of the disk.
func reason(err error) string {
	if e := vfs.ErrnoOf(err); e != 0 {
		return e.Error()
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "No such file or directory"
	}
	return err.Error()
}
