package sshd

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
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

func (r *configReader) set(name, value string) {
	if _, again := r.c.given[name]; !again {
		r.c.given[name] = value
	}
}

func (r *configReader) port(d directive, arg string) {
	n, err := strconv.ParseUint(arg, 10, 16)
	if err != nil || n == 0 {
		r.fail(d, "Badly formatted port number.")
		return
	}
	r.c.Ports = append(r.c.Ports, uint16(n))
}

func (r *configReader) listen(d directive, arg string) {
	if len(d.args) > 1 {
		r.fail(d, "bad ListenAddress syntax")
		return
	}
	if a, err := netip.ParseAddr(strings.Trim(arg, "[]")); err == nil {
		r.c.Listen = append(r.c.Listen, listenAddr{addr: a})
		return
	}
	name, port, both := strings.Cut(arg, ":")
	if i := strings.LastIndex(arg, "]:"); i > 0 {
		name, port, both = strings.Trim(arg[:i+1], "[]"), arg[i+2:], true
	}
	n := uint64(0)
	if both {
		var err error
		if n, err = strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			r.fail(d, "bad port number")
			return
		}
	}
	a, err := netip.ParseAddr(name)
	if err != nil {
		// DNS is not asked: it may be this host that answers.
		at := slices.IndexFunc(r.h.ReadHosts(), func(e host.HostsEntry) bool { return slices.Contains(e.Names, name) })
		if at < 0 {
			r.say("bad addr or host: %s (Name or service not known)", name)
			r.stop = true
			return
		}
		a = r.h.ReadHosts()[at].Addr
	}
	r.c.Listen = append(r.c.Listen, listenAddr{a, uint16(n)})
}

func (r *configReader) numberValue(d directive, name, arg string, least int) {
	n, err := strconv.ParseInt(arg, 10, 32)
	switch {
	case errors.Is(err, strconv.ErrRange):
		r.fail(d, "%s integer value too large.", d.word)
	case err != nil:
		r.fail(d, "%s integer value invalid.", d.word)
	case int(n) < least:
		r.fail(d, "%s integer value too small.", d.word)
	default:
		r.set(name, strconv.FormatInt(n, 10))
	}
}

// list appends to a keyword that adds up.
func (r *configReader) list(name string, d directive) {
	c := r.c
	for k, to := range map[string]*[]string{"allowusers": &c.AllowUsers, "denyusers": &c.DenyUsers, "allowgroups": &c.AllowGroups,
		"denygroups": &c.DenyGroups, "hostkey": &c.HostKeys, "acceptenv": &c.AcceptEnv} {
		if k == name {
			*to = append(*to, d.args...)
		}
	}
	switch name {
	case "authorizedkeysfile":
		if c.AuthorizedKeys == nil {
			c.AuthorizedKeys = d.args
		}
	case "acceptenv":
		if slices.ContainsFunc(d.args, func(s string) bool { return strings.Contains(s, "=") }) {
			r.fail(d, "Invalid environment name.")
		}
	case "subsystem":
		if len(d.args) < 2 {
			r.fail(d, "Missing subsystem command.")
			return
		}
		c.Subsystems = append(c.Subsystems, strings.Join(d.args, " "))
	}
}

// parseTime reads the time formats of sshd_config(5) into seconds.
func parseTime(s string) (seconds int, ok bool) {
	if s == "" {
		return 0, false
	}
	for s != "" {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi(s[:i])
		if err != nil || n > 1<<31 {
			return 0, false
		}
		unit := 1
		if i < len(s) {
			switch s[i] | 0x20 {
			case 's':
			case 'm':
				unit = 60
			case 'h':
				unit = 3600
			case 'd':
				unit = 24 * 3600
			case 'w':
				unit = 7 * 24 * 3600
			default:
				return 0, false
			}
			i++
		}
		if seconds += n * unit; seconds > 1<<31 {
			return 0, false
		}
		s = s[i:]
	}
	return seconds, true
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
