package netfilter

import "strings"

// scanner walks over the words of a command line as getopt_long(3) does with
// RETURN_IN_ORDER: long options may be shortened as long as they are unique,
// letters may be joined, an argument that is no option is returned as itself.
// The set of long options grows while it runs, because -p, -m and -j bring
// their own.
type scanner struct {
	args  []string
	next  int    // index of the next argument
	rest  string // letters of args[next] that are still to be read
	long  []longOption
	short string // as in getopt(3), without "-:"
}

// longOption is a long option of the command itself or of an extension.
type longOption struct {
	name   string
	arg    arity
	letter byte      // of the command's own
	owner  *instance // of an extension's
	opt    *option
}

// arity says whether an option takes an argument.
type arity uint8

const (
	noArgument arity = iota
	needsArgument
	mayHaveArgument
)

// token is what the scanner found.
type token struct {
	kind  tokenKind
	opt   longOption
	value string
	has   bool // an argument was given
}

type tokenKind uint8

const (
	endOfOptions tokenKind = iota
	word                   // value
	known                  // opt, value
	unknown                // last() names it
	missing                // an option without its argument
)

// last returns the argument the scanner has just passed, as error messages name
// it.
func (s *scanner) last() string {
	if s.next == 0 || s.next > len(s.args) {
		return ""
	}
	return s.args[s.next-1]
}

// operand takes the next argument if it is no option, as the commands with
// optional arguments do.
func (s *scanner) operand() (string, bool) {
	if s.next < len(s.args) && !strings.HasPrefix(s.args[s.next], "-") && !strings.HasPrefix(s.args[s.next], "!") {
		s.next++
		return s.args[s.next-1], true
	}
	return "", false
}

// scan returns the next option or argument.
func (s *scanner) scan() token {
	if s.rest != "" {
		return s.letter()
	}
	if s.next >= len(s.args) {
		return token{}
	}
	a := s.args[s.next]
	switch {
	case a == "--":
		s.next++
		return token{}
	case strings.HasPrefix(a, "--"):
		return s.longName(a[2:])
	case len(a) > 1 && a[0] == '-':
		s.rest = a[1:]
		return s.letter()
	}
	s.next++
	return token{kind: word, value: a}
}

// longName reads --name or --name=value: an exact name wins, else a prefix that
// only one option has.
func (s *scanner) longName(a string) token {
	s.next++
	name, value, has := strings.Cut(a, "=")
	var found *longOption
	for i := range s.long {
		o := &s.long[i]
		if o.name == name {
			found = o
			break
		}
		if strings.HasPrefix(o.name, name) {
			if found != nil && !same(found, o) {
				found = &longOption{}
			} else if found == nil {
				found = o
			}
		}
	}
	if found == nil || found.name == "" || has && found.arg == noArgument {
		return token{kind: unknown}
	}
	t := token{kind: known, opt: *found, value: value, has: has}
	if !has && found.arg == needsArgument {
		if s.next >= len(s.args) {
			t.kind = missing
			return t
		}
		t.value, t.has = s.args[s.next], true
		s.next++
	}
	return t
}

// same reports whether two names mean one option.
func same(a, b *longOption) bool {
	return a.owner == b.owner && a.letter == b.letter && (a.opt == b.opt || a.opt != nil && b.opt != nil && a.opt.id() == b.opt.id())
}

// letter reads the next of joined letters.
func (s *scanner) letter() token {
	c := s.rest[0]
	s.rest = s.rest[1:]
	if s.rest == "" {
		s.next++
	}
	i := strings.IndexByte(s.short, c)
	if i < 0 || c == ':' {
		return token{kind: unknown}
	}
	t := token{kind: known, opt: longOption{letter: c}}
	spec := s.short[i+1:]
	if !strings.HasPrefix(spec, ":") {
		return t
	}
	if s.rest != "" {
		t.value, t.has, s.rest = s.rest, true, ""
		s.next++
		return t
	}
	if strings.HasPrefix(spec, "::") {
		return t
	}
	if s.next >= len(s.args) {
		t.kind = missing
		return t
	}
	t.value, t.has = s.args[s.next], true
	s.next++
	return t
}

// add gives the scanner the options of an extension, before those of earlier
// ones, as xtables_merge_options does.
func (s *scanner) add(i *instance, own int) {
	var list []longOption
	for k := range i.ext.options {
		o := &i.ext.options[k]
		arg := needsArgument
		if o.flag {
			arg = noArgument
		}
		list = append(list, longOption{name: o.name, arg: arg, owner: i, opt: o})
	}
	s.long = append(s.long[:own:own], append(list, s.long[own:]...)...)
}
