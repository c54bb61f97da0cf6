package shell

import "strings"

// options are the flags of set(1).
type options struct {
	allexport, errexit, noglob, noexec, nounset, verbose, xtrace, noclobber, pipefail bool
	monitor, stdin, command                                                           bool
	expandAliases, nullglob, dotglob, extglob, globstar, nocaseglob, nocasematch      bool
}

// option is a flag with its letter (0: none) and its long name.
type option struct {
	letter byte
	name   string
	flag   func(*options) *bool
}

// setOptions is what set -o lists, in bash's order as far as we have them.
var setOptions = [...]option{
	{'a', "allexport", func(o *options) *bool { return &o.allexport }},
	{'e', "errexit", func(o *options) *bool { return &o.errexit }},
	{'m', "monitor", func(o *options) *bool { return &o.monitor }},
	{'C', "noclobber", func(o *options) *bool { return &o.noclobber }},
	{'n', "noexec", func(o *options) *bool { return &o.noexec }},
	{'f', "noglob", func(o *options) *bool { return &o.noglob }},
	{'u', "nounset", func(o *options) *bool { return &o.nounset }},
	{0, "pipefail", func(o *options) *bool { return &o.pipefail }},
	{'v', "verbose", func(o *options) *bool { return &o.verbose }},
	{'x', "xtrace", func(o *options) *bool { return &o.xtrace }},
}

// shoptOptions is what shopt lists.
var shoptOptions = [...]option{
	{0, "dotglob", func(o *options) *bool { return &o.dotglob }},
	{0, "expand_aliases", func(o *options) *bool { return &o.expandAliases }},
	{0, "extglob", func(o *options) *bool { return &o.extglob }},
	{0, "globstar", func(o *options) *bool { return &o.globstar }},
	{0, "nocaseglob", func(o *options) *bool { return &o.nocaseglob }},
	{0, "nocasematch", func(o *options) *bool { return &o.nocasematch }},
	{0, "nullglob", func(o *options) *bool { return &o.nullglob }},
}

func findOption(table []option, name string) *option {
	for i := range table {
		if table[i].name == name {
			return &table[i]
		}
	}
	return nil
}

// letters is the value of $-.
func (s *Shell) letters() string {
	var b strings.Builder
	if s.dialect == bash {
		b.WriteString("h")
	}
	for _, o := range setOptions {
		if o.letter != 0 && *o.flag(&s.opts) {
			b.WriteByte(o.letter)
		}
	}
	if s.interactive {
		b.WriteByte('i')
	}
	if s.dialect == bash {
		b.WriteByte('B')
	}
	if s.opts.command && s.dialect == bash {
		b.WriteByte('c')
	}
	if s.opts.stdin {
		b.WriteByte('s')
	}
	return b.String()
}

// setFlags reads options such as -eu, +x and -o pipefail at the beginning of
// args and returns the rest; sawArgs reports whether positional parameters are
// to be set ("--" was seen or operands follow).
func (s *Shell) setFlags(cmd string, args []string) (rest []string, sawArgs bool, status int) {
	for len(args) > 0 {
		a := args[0]
		if a == "--" {
			return args[1:], true, 0
		}
		if a == "-" {
			s.opts.xtrace, s.opts.verbose = false, false
			return args[1:], len(args) > 1, 0
		}
		if len(a) < 2 || a[0] != '-' && a[0] != '+' {
			break
		}
		args = args[1:]
		on := a[0] == '-'
		for i := 1; i < len(a); i++ {
			if a[i] == 'o' {
				if len(args) == 0 {
					s.listOptions(on)
					continue
				}
				o := findOption(setOptions[:], args[0])
				if o == nil {
					s.say("%s: %s: invalid option name", cmd, args[0])
					return nil, false, 2
				}
				*o.flag(&s.opts) = on
				args = args[1:]
				continue
			}
			if !s.setLetter(a[i], on) {
				s.say("%s: %c%c: invalid option", cmd, a[0], a[i])
				return nil, false, 2
			}
		}
	}
	return args, len(args) > 0, 0
}

func (s *Shell) setLetter(c byte, on bool) bool {
	for _, o := range setOptions {
		if o.letter == c {
			*o.flag(&s.opts) = on
			return true
		}
	}
	return strings.IndexByte("bhkptBEHPT", c) >= 0 // known to bash, without effect here
}

func (s *Shell) listOptions(human bool) {
	for _, o := range setOptions {
		on := *o.flag(&s.opts)
		switch {
		case human && on:
			s.print(pad(o.name, 15) + "\ton\n")
		case human:
			s.print(pad(o.name, 15) + "\toff\n")
		case on:
			s.print("set -o " + o.name + "\n")
		default:
			s.print("set +o " + o.name + "\n")
		}
	}
}

func pad(s string, n int) string {
	if len(s) < n {
		return s + strings.Repeat(" ", n-len(s))
	}
	return s
}
