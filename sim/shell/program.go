package shell

import (
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// Programs returns the shells, and those of their builtins that also exist as
// files in /bin.
func Programs() host.Programs {
	return host.Programs{
		"bash": func(p *host.Proc) int { return run(p, bash) },
		"dash": func(p *host.Proc) int { return run(p, dash) },
		"sh": func(p *host.Proc) int {
			if p.Host.Flavour == host.RedHat {
				return run(p, bash)
			}
			return run(p, dash)
		},
		"echo":   asFile,
		"printf": asFile,
		"test":   asFile,
		"[":      asFile,
		"true":   asFile,
		"false":  asFile,
		"pwd":    asFile,
		"kill":   asFile,
	}
}

// asFile runs a builtin as a command of its own.
func asFile(p *host.Proc) int {
	s := newShell(p, bash)
	p.OnSignal = nil
	s.asFile = true
	name := p.Name()
	args := append([]string{name}, p.Args[1:]...)
	f := s.builtin(name)
	if f == nil {
		return 127
	}
	return f(s, args)
}

// invocation is what a shell's command line asks for (bash(1) OPTIONS).
type invocation struct {
	command     string
	hasCommand  bool
	interactive bool
	login       bool
	stdin       bool
	file        string
}

// run is the program sh, bash or dash.
func run(p *host.Proc, d dialect) int {
	s := newShell(p, d)
	inv, status, ok := s.options(p.Args)
	if !ok {
		return status
	}
	s.login = inv.login
	switch {
	case inv.hasCommand:
		s.opts.command = true
		s.base = 0
		s.runText(inv.command, "-c")
		return s.finish()
	case inv.file != "":
		return s.runFile(inv.file)
	case inv.interactive || p.Stdin.TTY() != nil && !inv.stdin:
		return s.interact()
	}
	s.opts.stdin = true
	return s.runInput()
}

// options reads the command line and sets $0 and the positional parameters.
func (s *Shell) options(argv []string) (inv invocation, status int, ok bool) {
	inv.login = strings.HasPrefix(argv[0], "-")
	args := argv[1:]
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		a := args[0]
		args = args[1:]
		if a == "--" {
			break
		}
		if strings.HasPrefix(a, "--") {
			switch a {
			case "--login":
				inv.login = true
			case "--norc", "--noprofile", "--posix":
			case "--version":
				s.print("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n")
				return inv, 0, false
			default:
				fmt.Fprintf(s.fd(2), "%s: %s: invalid option\n", s.name, a)
				return inv, 2, false
			}
			continue
		}
		for i := 1; i < len(a); i++ {
			switch c := a[i]; {
			case c == 'c':
				inv.hasCommand = true
			case c == 'i':
				inv.interactive = true
			case c == 'l':
				inv.login = true
			case c == 's':
				inv.stdin = true
			case c == 'o' && len(args) > 0:
				if o := findOption(setOptions[:], args[0]); o != nil {
					*o.flag(&s.opts) = a[0] == '-'
				}
				args = args[1:]
			case !s.setLetter(c, a[0] == '-'):
				fmt.Fprintf(s.fd(2), "%s: -%c: invalid option\n", s.name, c)
				return inv, 2, false
			}
		}
	}
	if inv.hasCommand {
		if len(args) == 0 {
			if s.dialect == dash {
				fmt.Fprintf(s.fd(2), "%s: 0: -c requires an argument\n", s.name)
			} else {
				fmt.Fprintf(s.fd(2), "%s: -c: option requires an argument\n", s.name)
			}
			return inv, 2, false
		}
		inv.command, args = args[0], args[1:]
		if len(args) > 0 {
			s.arg0, args = args[0], args[1:]
			s.name = s.arg0
		}
	} else if len(args) > 0 && !inv.stdin {
		inv.file, args = args[0], args[1:]
	}
	s.params = args
	return inv, 0, true
}

// runFile runs a script.
func (s *Shell) runFile(file string) int {
	path := s.p.Path(file)
	text, err := s.p.Host.FS.ReadFile(path, s.p.Cred)
	if err != nil && vfs.ErrnoOf(err) == vfs.ENOENT && !strings.Contains(file, "/") && s.dialect == bash {
		if x, e := s.p.Host.Resolve(file, s.vars.get("PATH"), s.p.Cwd, s.p.Cred); e == nil {
			text, err = s.p.Host.FS.ReadFile(x.Path, s.p.Cred)
		}
	}
	if err != nil {
		status := 127
		if vfs.ErrnoOf(err) != vfs.ENOENT {
			status = 126
		}
		if s.dialect == dash {
			fmt.Fprintf(s.fd(2), "%s: 0: cannot open %s: %s\n", s.name, file, dashReason(syntax.RdrIn, err))
			return min(status, 2)
		}
		if vfs.ErrnoOf(err) == vfs.EISDIR {
			fmt.Fprintf(s.fd(2), "%s: %s: Is a directory\n", s.name, file)
			return 126
		}
		fmt.Fprintf(s.fd(2), "%s: %s: %s\n", s.name, file, vfs.ErrnoOf(err).Error())
		return status
	}
	if strings.IndexByte(string(text[:min(len(text), 256)]), 0) >= 0 {
		fmt.Fprintf(s.fd(2), "%s: %s: cannot execute binary file\n", file, file)
		return 126
	}
	s.name, s.arg0 = file, file
	s.p.Title = strings.Join(s.p.Args, " ")
	s.runText(string(text), "")
	return s.finish()
}

// scriptInput is a script on standard input: the shell and the `read` of its
// commands take lines from it in turn.
type scriptInput struct{ rest string }

func (in *scriptInput) next() (line string, more bool) {
	if in.rest == "" {
		return "", false
	}
	i := strings.IndexByte(in.rest, '\n')
	if i < 0 {
		i = len(in.rest) - 1
	}
	line, in.rest = in.rest[:i+1], in.rest[i+1:]
	return line, true
}

// runInput runs a script from standard input, command by command.
func (s *Shell) runInput() int {
	text, err := io.ReadAll(io.LimitReader(s.fd(0), maxSource+1))
	if err != nil {
		return 1
	}
	s.input = &scriptInput{rest: string(text)}
	read := 0
	for !s.stopped() {
		src, start := "", read
		for {
			line, more := s.input.next()
			if !more {
				break
			}
			src += line
			read++
			if strings.TrimSpace(src) == "" {
				continue
			}
			_, err := s.parseAll(src)
			if !isIncomplete(src, err) {
				break
			}
		}
		if src == "" {
			break
		}
		s.base = start
		s.runText(src, "")
	}
	return s.finish()
}
