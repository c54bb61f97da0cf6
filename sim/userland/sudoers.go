package userland

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// sudoersFile is read by sudo(8), with what it includes.
const sudoersFile = "/etc/sudoers"

// sudoers is a policy: what sudoers(5) files say.
type sudoers struct {
	h        *host.Host
	rules    []sudoRule
	aliases  map[string][]sudoItem // "User_Alias NAME"
	defaults []sudoDefault
	problems []sudoProblem
	depth    int
	spots    map[string]sudoProblem // where an alias was defined, or first used
	used     map[string]bool
}

// sudoRule is one "users hosts = commands".
type sudoRule struct {
	users, hosts []sudoItem
	specs        []sudoSpec
}

// sudoSpec is one command with what goes with it.
type sudoSpec struct {
	runUsers, runGroups []sudoItem
	runas               bool // a (list) was given, here or before
	tags                []string
	command             sudoItem
}

// sudoItem is a member of a list.
type sudoItem struct {
	not  bool
	text string
}

func (i sudoItem) String() string {
	if i.not {
		return "!" + i.text
	}
	return i.text
}

type sudoDefault struct {
	binding string // ":kim", "" for all
	setting string // as -l shows it
}

// sudoProblem is a syntax error or a remark, with its place.
type sudoProblem struct {
	file      string
	line, col int
	text      string
	source    string // the line, "" if it is not shown
	width     int    // of the wrong word
}

// String is how sudo and visudo print it.
func (e sudoProblem) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s\n", e.file, e.line, e.col, e.text)
	if e.source != "" {
		s += e.source + "\n" + strings.Repeat(" ", e.col-1) + "^" + strings.Repeat("~", max(e.width-1, 0)) + "\n"
	}
	return s
}

// maxSudoers bounds the depth of includes.
const maxSudoers = 16

// readSudoers reads a policy. A line with an error is left out.
func readSudoers(h *host.Host, file string) (*sudoers, error) {
	s := &sudoers{h: h, aliases: map[string][]sudoItem{}, spots: map[string]sudoProblem{}, used: map[string]bool{}}
	text, err := h.FS.ReadFile(file, host.Root)
	if err != nil {
		return nil, err
	}
	s.text(file, string(text))
	return s, nil
}

// text reads a file's lines; a backslash at the end joins the next one.
func (s *sudoers) text(file, text string) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		start, line := i, lines[i]
		for strings.HasSuffix(line, "\\") && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, "\\") + lines[i]
		}
		p := &sudoersLine{s: s, file: file, number: start + 1, text: line}
		p.parse()
	}
}

// include reads another file, or all of a folder (sudoers(5) "Including other
// files"): names with a dot or a tilde at the end are left out.
func (s *sudoers) include(name string, dir bool) error {
	if s.depth >= maxSudoers {
		return nil
	}
	s.depth++
	defer func() { s.depth-- }()
	if !dir {
		text, err := s.h.FS.ReadFile(name, host.Root)
		if err == nil {
			s.text(name, string(text))
		}
		return err
	}
	entries, _ := s.h.FS.ReadDir(name, host.Root)
	for _, e := range entries {
		if strings.Contains(e.Name, ".") || strings.HasSuffix(e.Name, "~") {
			continue
		}
		file := path.Join(name, e.Name)
		if text, err := s.h.FS.ReadFile(file, host.Root); err == nil {
			s.text(file, string(text))
		}
	}
	return nil
}

// member decides a list: the last item that fits says yes or, with "!", no.
// Aliases of kind are followed.
func (s *sudoers) member(list []sudoItem, kind string, fits func(string) bool) (yes, said bool) {
	return s.memberAt(list, kind, fits, 0)
}

func (s *sudoers) memberAt(list []sudoItem, kind string, fits func(string) bool, depth int) (yes, said bool) {
	for _, i := range slices.Backward(list) {
		in, hit := false, i.text == "ALL" || fits(i.text)
		switch alias, ok := s.aliases[kind+" "+i.text]; {
		case hit:
			in = true
		case ok && depth < 8:
			in, hit = s.memberAt(alias, kind, fits, depth+1)
		}
		if hit {
			return in != i.not, true
		}
	}
	return false, false
}

// isUser reports whether a word of a user list means u.
func (s *sudoers) isUser(word string, u host.User) bool {
	switch {
	case strings.HasPrefix(word, "%#"):
		return slices.Contains(s.gidsOf(u), word[2:])
	case strings.HasPrefix(word, "%"):
		for _, g := range s.h.Groups() {
			if g.Name == word[1:] && (g.GID == u.GID || slices.Contains(g.Members, u.Name)) {
				return true
			}
		}
		return false
	case strings.HasPrefix(word, "#"):
		return word[1:] == strconv.FormatUint(uint64(u.UID), 10)
	}
	return word == u.Name
}

func (s *sudoers) gidsOf(u host.User) (list []string) {
	c := s.h.Cred(u)
	for _, g := range append([]uint32{c.GID}, c.Groups...) {
		list = append(list, strconv.FormatUint(uint64(g), 10))
	}
	return list
}

func (s *sudoers) isHost(word string) bool {
	for _, name := range []string{s.h.Hostname(), s.h.ShortName()} {
		if ok, _ := path.Match(word, name); ok {
			return true
		}
	}
	for _, ifc := range s.h.Node.Ifaces() {
		for _, a := range ifc.Addrs() {
			if word == a.Addr().String() || word == a.Masked().String() {
				return true
			}
		}
	}
	return false
}

// isCommand reports whether a command of a rule means this program with these
// arguments: a folder with a slash at its end means all in it; without
// arguments any are allowed, with "" none are.
func isCommand(word, file string, args []string) bool {
	pattern, want, hasArgs := strings.Cut(word, " ")
	if strings.HasSuffix(pattern, "/") {
		return path.Dir(file)+"/" == pattern
	}
	if ok, _ := path.Match(pattern, file); !ok {
		return false
	}
	if !hasArgs {
		return true
	}
	want = strings.TrimSpace(want)
	if want == `""` {
		return len(args) == 0
	}
	given := strings.Join(args, " ")
	ok, _ := path.Match(want, given)
	return ok || want == given
}

// rulesFor returns the specs that hold for a user on this host, in order.
func (s *sudoers) rulesFor(u host.User) (list []sudoSpec) {
	for _, r := range s.rules {
		users, _ := s.member(r.users, "User_Alias", func(w string) bool { return s.isUser(w, u) })
		hosts, _ := s.member(r.hosts, "Host_Alias", s.isHost)
		if users && hosts {
			list = append(list, r.specs...)
		}
	}
	return list
}

// allows decides whether u may run a program as target; the last spec that
// fits counts. noPassword says that no password is asked for.
func (s *sudoers) allows(u, target host.User, file string, args []string) (ok, noPassword bool) {
	for _, spec := range s.rulesFor(u) {
		as := target.UID == 0 && !spec.runas
		if spec.runas {
			as, _ = s.member(spec.runUsers, "Runas_Alias", func(w string) bool { return s.isUser(w, target) })
			if len(spec.runUsers) == 0 {
				as = target.Name == u.Name
			}
		}
		yes, said := s.member([]sudoItem{spec.command}, "Cmnd_Alias", func(w string) bool { return isCommand(w, file, args) })
		if as && said {
			ok, noPassword = yes, slices.Contains(spec.tags, "NOPASSWD")
		}
	}
	return ok, noPassword
}

// setting returns the value of a Defaults entry that holds for all: "!" if it
// is switched off.
func (s *sudoers) setting(name string) (value string, set bool) {
	for _, d := range s.defaults {
		word, v, _ := strings.Cut(d.setting, "=")
		switch {
		case d.binding != "":
		case strings.TrimPrefix(word, "!") == name && strings.HasPrefix(word, "!"):
			value, set = "!", true
		case word == name:
			value, set = strings.ReplaceAll(strings.Trim(v, `"`), `\:`, ":"), true
		}
	}
	return value, set
}
