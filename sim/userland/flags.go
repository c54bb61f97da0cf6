package userland

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// flags are the options of a command line, read the way getopt_long(3) does for
// the GNU tools: options may stand behind operands, letters may be joined.
type flags struct {
	given    map[string]string // last value by letter or long name
	order    []flagValue
	operands []string
}

type flagValue struct{ name, value string }

func (f *flags) has(name string) bool {
	_, ok := f.given[name]
	return ok
}

// last returns which of the names was given last, "" if none was.
func (f *flags) last(names ...string) string {
	for i := len(f.order) - 1; i >= 0; i-- {
		for _, n := range names {
			if f.order[i].name == n {
				return n
			}
		}
	}
	return ""
}

// values returns all values of an option that may be repeated.
func (f *flags) values(name string) (list []string) {
	for _, v := range f.order {
		if v.name == name {
			list = append(list, v.value)
		}
	}
	return list
}

func (f *flags) add(name, value string) {
	f.given[name] = value
	f.order = append(f.order, flagValue{name, value})
}

// readFlags parses the arguments of p. letters lists the options, each with ":"
// behind it if it takes a value. long lists "name=letter" and "name=letter:"
// pairs; a name without a letter stands for itself. A leading "+" in letters
// stops at the first operand. After an error, which has been printed, ok is
// false.
func readFlags(p *host.Proc, letters string, long ...string) (f *flags, ok bool) {
	f = &flags{given: map[string]string{}}
	stop := strings.HasPrefix(letters, "+")
	letters = strings.TrimPrefix(letters, "+")
	fail := func(format string, args ...any) (*flags, bool) {
		p.Errorf(format, args...)
		fmt.Fprintf(p.Stderr, "Try '%s --help' for more information.\n", p.Name())
		return nil, false
	}
	args := p.Args[1:]
	for len(args) > 0 {
		a := args[0]
		args = args[1:]
		switch {
		case a == "--":
			f.operands = append(f.operands, args...)
			return f, true
		case strings.HasPrefix(a, "--"):
			name, value, hasValue := strings.Cut(a[2:], "=")
			target, takes, err := findLong(long, name)
			switch {
			case err != "":
				return fail("%s '--%s'", err, name)
			case takes && !hasValue && len(args) == 0:
				return fail("option '--%s' requires an argument", name)
			case takes && !hasValue:
				value, args = args[0], args[1:]
			case !takes && hasValue:
				return fail("option '--%s' doesn't allow an argument", name)
			}
			f.add(target, value)
		case len(a) > 1 && a[0] == '-':
			for i := 1; i < len(a); i++ {
				c := a[i : i+1]
				j := strings.Index(letters, c)
				if j < 0 || c == ":" {
					return fail("invalid option -- '%s'", c)
				}
				if j+1 == len(letters) || letters[j+1] != ':' {
					f.add(c, "")
					continue
				}
				value := a[i+1:]
				if value == "" {
					if len(args) == 0 {
						return fail("option requires an argument -- '%s'", c)
					}
					value, args = args[0], args[1:]
				}
				f.add(c, value)
				break
			}
		default:
			f.operands = append(f.operands, a)
			if stop {
				f.operands = append(f.operands, args...)
				return f, true
			}
		}
	}
	return f, true
}

// findLong finds a long option by its name or an unambiguous beginning.
func findLong(long []string, name string) (target string, takes bool, err string) {
	for _, exact := range []bool{true, false} {
		for _, l := range long {
			full, letter, _ := strings.Cut(l, "=")
			full, takesOwn := strings.CutSuffix(full, ":")
			if full != name && (exact || !strings.HasPrefix(full, name)) {
				continue
			}
			letter, takes := strings.CutSuffix(letter, ":")
			if letter == "" {
				letter = full
			}
			return letter, takes || takesOwn, ""
		}
	}
	return "", false, "unrecognized option"
}

// reason is the strerror(3) text of a failed file operation.
func reason(err error) string { return vfs.ErrnoOf(err).Error() }

// missingOperand is GNU's message for a command without its operands.
func missingOperand(p *host.Proc) int {
	p.Errorf("missing operand")
	fmt.Fprintf(p.Stderr, "Try '%s --help' for more information.\n", p.Name())
	return 1
}

func missingAfter(p *host.Proc, what, after string) int {
	if what != "" {
		p.Errorf("missing %s operand after '%s'", what, after)
	} else {
		p.Errorf("missing operand after ‘%s’", after)
	}
	fmt.Fprintf(p.Stderr, "Try '%s --help' for more information.\n", p.Name())
	return 1
}
