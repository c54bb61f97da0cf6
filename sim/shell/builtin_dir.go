package shell

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"mxlab/sim/host/vfs"
)

// cd changes the working directory (XCU cd): logical by default, -P physical.
func cd(s *Shell, args []string) int {
	args, physical := args[1:], false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		switch args[0] {
		case "-P":
			physical = true
		case "-L":
			physical = false
		case "--":
			args = args[1:]
			goto operands
		default:
			s.say("cd: %s: invalid option", args[0])
			fmt.Fprintln(s.fd(2), "cd: usage: cd [-L|[-P [-e]] [-@]] [dir]")
			return 2
		}
		args = args[1:]
	}
operands:
	if len(args) > 1 && s.dialect == bash {
		s.say("cd: too many arguments")
		return 1
	}
	dir, show := "", false
	switch {
	case len(args) == 0:
		if dir = s.vars.get("HOME"); dir == "" {
			s.say("cd: HOME not set")
			return 1
		}
	case args[0] == "-":
		if dir = s.vars.get("OLDPWD"); dir == "" {
			s.say("cd: OLDPWD not set")
			return 1
		}
		show = true
	default:
		dir = args[0]
	}
	if found, ok := s.searchCDPATH(dir); ok {
		dir, show = found, true
	}
	return s.chdir("cd", dir, physical, show)
}

func (s *Shell) searchCDPATH(dir string) (string, bool) {
	if strings.HasPrefix(dir, "/") || strings.HasPrefix(dir, "./") || strings.HasPrefix(dir, "../") || dir == "." || dir == ".." || dir == "" {
		return "", false
	}
	for base := range strings.SplitSeq(s.vars.get("CDPATH"), ":") {
		if base == "" || base == "." {
			continue
		}
		full := path.Join(base, dir)
		if info, err := s.p.Host.FS.Stat(s.p.Path(full), s.p.Cred); err == nil && info.IsDir() {
			return full, true
		}
	}
	return "", false
}

func (s *Shell) chdir(cmd, dir string, physical, show bool) int {
	if dir == "" {
		return 0
	}
	fail := func(err error) int {
		if s.dialect == dash {
			s.say("cd: can't cd to %s", dir)
			return 2
		}
		s.say("%s: %s: %s", cmd, dir, vfs.ErrnoOf(err).Error())
		return 1
	}
	full := vfs.Join(s.p.Cwd, dir)
	info, err := s.p.Host.FS.Stat(full, s.p.Cred)
	if err != nil {
		return fail(err)
	}
	if !info.IsDir() {
		return fail(vfs.ENOTDIR)
	}
	if err := s.p.Host.FS.Access(full, vfs.MayExec, s.p.Cred); err != nil {
		return fail(err)
	}
	to := path.Clean(full)
	if physical {
		if to, err = s.p.Host.FS.Realpath(full, s.p.Cred); err != nil {
			return fail(err)
		}
	} else if i, err := s.p.Host.FS.Stat(to, s.p.Cred); err != nil || !i.IsDir() {
		to, _ = s.p.Host.FS.Realpath(full, s.p.Cred)
	}
	s.vars.set("OLDPWD", s.p.Cwd)
	s.vars.declare("OLDPWD", false).exported = true
	s.p.Cwd = to
	s.vars.set("PWD", to)
	s.vars.declare("PWD", false).exported = true
	if show {
		s.print(to + "\n")
	}
	return 0
}

func pwd(s *Shell, args []string) int {
	dir := s.p.Cwd
	if slices.Contains(args, "-P") {
		if real, err := s.p.Host.FS.Realpath(dir, s.p.Cred); err == nil {
			dir = real
		}
	}
	s.print(dir + "\n")
	return 0
}

// directoryStack is pushd, popd and dirs with the directory stack in the array
// DIRSTACK, without rotation.
func directoryStack(s *Shell, args []string) int {
	v := s.vars.declare("DIRSTACK", false)
	stack := v.elements()
	switch {
	case args[0] == "pushd" && len(args) > 1:
		old := s.p.Cwd
		if s.chdir("pushd", args[1], false, false) != 0 {
			return 1
		}
		stack = append([]string{old}, stack...)
	case args[0] == "pushd" && len(stack) == 0:
		s.say("pushd: no other directory")
		return 1
	case args[0] == "pushd":
		old := s.p.Cwd
		if s.chdir("pushd", stack[0], false, false) != 0 {
			return 1
		}
		stack[0] = old
	case args[0] == "popd" && len(stack) == 0:
		s.say("popd: directory stack empty")
		return 1
	case args[0] == "popd":
		if s.chdir("popd", stack[0], false, false) != 0 {
			return 1
		}
		stack = stack[1:]
	}
	if len(stack) > 1000 {
		return 1
	}
	v.indexed, v.set = map[int]string{}, true
	for i, d := range stack {
		v.indexed[i] = d
	}
	shown := append([]string{s.p.Cwd}, stack...)
	for i := range shown {
		shown[i] = s.abbreviated(shown[i])
	}
	s.print(strings.Join(shown, " ") + "\n")
	return 0
}

// abbreviated writes the home directory as ~.
func (s *Shell) abbreviated(dir string) string {
	home := s.vars.get("HOME")
	switch {
	case home == "" || home == "/":
		return dir
	case dir == home:
		return "~"
	case strings.HasPrefix(dir, home+"/"):
		return "~" + dir[len(home):]
	}
	return dir
}

func umask(s *Shell, args []string) int {
	symbolic := false
	args = args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		symbolic = symbolic || args[0] == "-S"
		args = args[1:]
	}
	if len(args) > 0 {
		var n uint32
		if _, err := fmt.Sscanf(args[0], "%o", &n); err != nil || n > 0o777 || strings.Trim(args[0], "01234567") != "" {
			s.say("umask: %s: octal number out of range", args[0])
			return 1
		}
		s.p.Umask = n
		return 0
	}
	if symbolic {
		m := 0o777 &^ s.p.Umask
		part := func(bits uint32) string {
			out := ""
			for i, c := range "rwx" {
				if bits>>(2-i)&1 != 0 {
					out += string(c)
				}
			}
			return out
		}
		s.print(fmt.Sprintf("u=%s,g=%s,o=%s\n", part(m>>6&7), part(m>>3&7), part(m&7)))
		return 0
	}
	s.print(fmt.Sprintf("%04o\n", s.p.Umask))
	return 0
}

// ulimit shows limits; they cannot be changed.
func ulimit(s *Shell, args []string) int {
	if len(args) > 1 && args[1] == "-a" {
		s.print(fmt.Sprintf("%-31s (-c) %d\n%-31s (-n) %d\n%-31s (-u) %d\n", "core file size              (blocks,", 0, "open files", 1024, "max user processes", s.p.Host.Limits.Processes))
		return 0
	}
	if len(args) > 2 {
		return 0
	}
	switch {
	case len(args) > 1 && args[1] == "-n":
		s.print("1024\n")
	case len(args) > 1 && args[1] == "-u":
		s.print(itoa(s.p.Host.Limits.Processes) + "\n")
	case len(args) > 1 && args[1] == "-c":
		s.print("0\n")
	default:
		s.print("unlimited\n")
	}
	return 0
}
