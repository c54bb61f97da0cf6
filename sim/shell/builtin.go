package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mxlab/sim/host/vfs"
)

// builtinFunc runs a builtin and returns its status.
type builtinFunc func(s *Shell, args []string) int

// builtin finds a builtin by name.
func (s *Shell) builtin(name string) builtinFunc {
	if f, ok := posixBuiltins(name); ok {
		return f
	}
	if s.dialect == bash {
		if f, ok := bashBuiltins(name); ok {
			return f
		}
	}
	return nil
}

// posixBuiltins are those dash has, too.
func posixBuiltins(name string) (builtinFunc, bool) {
	switch name {
	case ":", "true":
		return func(*Shell, []string) int { return 0 }, true
	case "false":
		return func(*Shell, []string) int { return 1 }, true
	case ".":
		return source, true
	case "[", "test":
		return testBuiltin, true
	case "alias":
		return alias, true
	case "unalias":
		return unalias, true
	case "break", "continue":
		return leaveLoop, true
	case "cd":
		return cd, true
	case "command":
		return command, true
	case "echo":
		return echo, true
	case "eval":
		return eval, true
	case "exec":
		return execute, true
	case "exit":
		return exit, true
	case "export", "readonly", "local":
		return declareBuiltin, true
	case "getopts":
		return getopts, true
	case "hash", "bg":
		return func(*Shell, []string) int { return 0 }, true
	case "jobs":
		return jobsBuiltin, true
	case "fg":
		return foreground, true
	case "kill":
		return kill, true
	case "printf":
		return printfBuiltin, true
	case "pwd":
		return pwd, true
	case "read":
		return read, true
	case "return":
		return returnBuiltin, true
	case "set":
		return set, true
	case "shift":
		return shift, true
	case "times":
		return times, true
	case "trap":
		return trap, true
	case "type":
		return typeBuiltin, true
	case "ulimit":
		return ulimit, true
	case "umask":
		return umask, true
	case "unset":
		return unset, true
	case "wait":
		return wait, true
	}
	return nil, false
}

func bashBuiltins(name string) (builtinFunc, bool) {
	switch name {
	case "builtin":
		return builtinBuiltin, true
	case "declare", "typeset":
		return declareBuiltin, true
	case "dirs", "pushd", "popd":
		return directoryStack, true
	case "disown", "enable", "bind", "complete", "compgen", "compopt":
		return func(*Shell, []string) int { return 0 }, true
	case "help":
		return help, true
	case "history":
		return history, true
	case "let":
		return letBuiltin, true
	case "logout":
		return logout, true
	case "mapfile", "readarray":
		return mapfile, true
	case "shopt":
		return shopt, true
	case "source":
		return source, true
	}
	return nil, false
}

// specialBuiltin tells the special builtins of XCU 2.14.
func specialBuiltin(name string) bool {
	switch name {
	case ":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times", "trap", "unset":
		return true
	}
	return false
}

func declareBuiltin(s *Shell, args []string) int {
	d, _ := newDeclaration(args[0])
	var list []operand
	for _, a := range args[1:] {
		list = append(list, operandOf(a))
	}
	status, err := s.declare(d, list)
	if err != nil {
		s.expansionFailed(err)
		return s.status
	}
	return status
}

func eval(s *Shell, args []string) int {
	args = args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	s.status = 0
	return s.evalText(strings.Join(args, " "), "eval")
}

func execute(s *Shell, args []string) int {
	args = args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return 0
	}
	env := s.vars.environ()
	prog, argv, err := s.image(args, env)
	if err != nil {
		if s.dialect == bash {
			if vfs.ErrnoOf(err) == vfs.ENOENT && !strings.Contains(args[0], "/") {
				s.say("exec: %s: not found", args[0])
			} else {
				s.say("%s: %s", args[0], vfs.ErrnoOf(err).Error())
				s.say("exec: %s: cannot execute: %s", args[0], vfs.ErrnoOf(err).Error())
			}
		} else {
			s.say("exec: %s: not found", args[0])
		}
		status := 126
		if c := vfs.ErrnoOf(err); c == vfs.ENOENT || c == vfs.ENOTDIR {
			status = 127
		}
		if !s.interactive {
			s.exit(status)
		}
		return status
	}
	s.traps = map[string]string{}
	status := s.replace0(prog, argv, env)
	s.exit(status)
	s.ended = true
	return status
}

func exit(s *Shell, args []string) int {
	status := s.status
	if len(args) > 1 {
		n, err := parseNumber(args[1])
		if err != nil {
			if s.dialect == dash {
				s.say("exit: Illegal number: %s", args[1])
			} else {
				s.say("exit: %s: numeric argument required", args[1])
			}
			n = 2
		} else if len(args) > 2 {
			s.say("exit: too many arguments")
			return s.fatal(1)
		}
		status = int(n & 0xff)
	}
	s.exit(status)
	return s.status
}

func returnBuiltin(s *Shell, args []string) int {
	if len(s.calls) == 0 && s.depth == 0 && s.dialect == bash {
		s.say("return: can only `return' from a function or sourced script")
		return 2
	}
	status := s.status
	if len(args) > 1 {
		n, err := parseNumber(args[1])
		if err != nil {
			s.say("return: %s: numeric argument required", args[1])
			n = 2
		}
		status = int(n & 0xff)
	}
	s.flow = flowReturn
	return status
}

func leaveLoop(s *Shell, args []string) int {
	if s.loops == 0 {
		if s.dialect == bash {
			s.say("%s: only meaningful in a `for', `while', or `until' loop", args[0])
		}
		return 0
	}
	s.levels = 1
	if len(args) > 1 {
		n, err := parseNumber(args[1])
		switch {
		case err != nil:
			s.say("%s: %s: numeric argument required", args[0], args[1])
			s.fatal(128)
			return 128
		case n < 1:
			s.say("%s: %s: loop count out of range", args[0], args[1])
			s.levels, s.flow = s.loops, flowBreak
			return 1
		}
		s.levels = int(min(n, int64(s.loops)))
	}
	s.flow = flowBreak
	if args[0] == "continue" {
		s.flow = flowNext
	}
	return 0
}

// source runs a file in the current shell.
func source(s *Shell, args []string) int {
	if len(args) < 2 {
		if s.dialect == bash {
			s.say("%s: filename argument required", args[0])
			s.fd(2).Write([]byte(args[0] + ": usage: " + args[0] + " filename [arguments]\n"))
		}
		return 2
	}
	file := args[1]
	if !strings.Contains(file, "/") {
		for dir := range strings.SplitSeq(s.vars.get("PATH"), ":") {
			path := vfs.Join(s.p.Cwd, strings.TrimSuffix(orDefault(dir, "."), "/")+"/"+file)
			if info, err := s.p.Host.FS.Stat(path, s.p.Cred); err == nil && info.Mode().IsRegular() {
				file = path
				break
			}
		}
	}
	text, err := s.p.Host.FS.ReadFile(s.p.Path(file), s.p.Cred)
	if err != nil {
		if s.dialect == dash {
			s.say(".: cannot open %s: %s", args[1], dashReason(syntax.RdrIn, err))
			return s.fatal(2)
		}
		if vfs.ErrnoOf(err) == vfs.EISDIR {
			s.say("%s: %s: is a directory", args[0], args[1])
			return 1
		}
		s.say("%s: %s", args[1], vfs.ErrnoOf(err).Error())
		return 1
	}
	params, name, interactive, terse := s.params, s.name, s.interactive, s.terse
	if len(args) > 2 {
		s.params = args[2:]
	}
	s.name, s.interactive, s.terse = args[1], false, false
	s.status = 0
	status := s.evalText(string(text), "")
	s.name, s.interactive, s.terse = name, interactive, terse
	if len(args) > 2 {
		s.params = params
	}
	if s.flow == flowReturn {
		s.flow = onward
	}
	if s.flow == flowExit && interactive && s.status == 2 {
		s.flow = onward
	}
	return status
}

func builtinBuiltin(s *Shell, args []string) int {
	if len(args) < 2 {
		return 0
	}
	f := s.builtin(args[1])
	if f == nil {
		s.say("builtin: %s: not a shell builtin", args[1])
		return 1
	}
	return f(s, args[1:])
}

func help(s *Shell, args []string) int {
	s.print("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nThese shell commands are defined internally.  Type `help' to see this list.\n")
	return 0
}

func times(s *Shell, args []string) int {
	s.print("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n")
	return 0
}
