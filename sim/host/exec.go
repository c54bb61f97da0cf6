package host

import (
	"path"
	"slices"
	"strings"

	"mxlab/sim/host/vfs"
)

// programMagic begins the file of a command; the command's name follows.
const programMagic = "\x7fELF\x02\x01\x01\x00mxlab:"

// ProgramFile returns the content of the executable file of a command.
func ProgramFile(name string) []byte { return []byte(programMagic + name + "\n") }

// Resolve finds the file a command word means: itself if it has a slash,
// otherwise the first executable of that name in the directories of searchPath
// (colon separated). It returns the path, and the program's name or, for a
// script, its interpreter line without "#!".
//
// Errors: ENOENT when there is none, EACCES when it may not be executed,
// ENOEXEC when it is neither a program nor a script.
func (h *Host) Resolve(word, searchPath, cwd string, c vfs.Cred) (Executable, error) {
	if strings.Contains(word, "/") {
		return h.executable(vfs.Join(cwd, word), c)
	}
	var denied error
	for dir := range strings.SplitSeq(searchPath, ":") {
		if dir == "" {
			dir = cwd
		}
		x, err := h.executable(vfs.Join(cwd, path.Join(dir, word)), c)
		if err == nil {
			return x, nil
		}
		if vfs.ErrnoOf(err) != vfs.ENOENT && vfs.ErrnoOf(err) != vfs.ENOTDIR {
			denied = err
		}
	}
	if denied != nil {
		return Executable{}, denied
	}
	return Executable{}, vfs.ENOENT
}

// Executable is a file that can be run.
type Executable struct {
	Path    string
	Program Program // nil for a script
	Script  string  // the interpreter line of a script, "/bin/sh" if it has none
}

func (h *Host) executable(file string, c vfs.Cred) (Executable, error) {
	info, err := h.FS.Stat(file, c)
	if err != nil {
		return Executable{}, err
	}
	if info.IsDir() {
		return Executable{}, vfs.EACCES
	}
	if err := h.FS.Access(file, vfs.MayExec, c); err != nil {
		return Executable{}, err
	}
	head, err := h.FS.ReadFile(file, Root)
	if err != nil {
		return Executable{}, err
	}
	text := string(head[:min(len(head), 256)])
	if name, ok := strings.CutPrefix(text, programMagic); ok {
		name, _, _ = strings.Cut(name, "\n")
		if prog := h.programs[name]; prog != nil {
			return Executable{Path: file, Program: prog}, nil
		}
		return Executable{}, vfs.ENOEXEC
	}
	if line, ok := strings.CutPrefix(text, "#!"); ok {
		line, _, _ = strings.Cut(line, "\n")
		return Executable{Path: file, Script: strings.TrimSpace(line)}, nil
	}
	if strings.ContainsRune(text, 0) {
		return Executable{}, vfs.ENOEXEC
	}
	return Executable{Path: file, Script: "/bin/sh"}, nil
}

// Run finds and starts the command args[0] as a child, waits for it and returns
// its status; for programs that run others. Scripts are run by their
// interpreter.
func (p *Proc) Run(s Spec) (int, error) {
	child, err := p.Launch(s)
	if err != nil {
		return 127, err
	}
	return child.Wait(p.Task), nil
}

// Launch finds and starts a command as a child without waiting for it.
func (p *Proc) Launch(s Spec) (*Proc, error) {
	env, cwd, cred := s.Env, s.Cwd, p.Cred
	if env == nil {
		env = p.Env
	}
	if cwd == "" {
		cwd = p.Cwd
	}
	if s.Cred != nil {
		cred = *s.Cred
	}
	search, ok := env.Lookup("PATH")
	if !ok {
		search = "/bin:/usr/bin" // confstr(3) _CS_PATH, as execvp(3)
	}
	prog, argv, err := p.Host.Image(s.Args, search, cwd, cred)
	if err != nil {
		return nil, err
	}
	s.Args = argv
	return p.Host.Start(p, prog, s)
}

// maxInterpreters is how many scripts may be each other's interpreter
// (execve(2), "Interpreter scripts").
const maxInterpreters = 5

// Image finds what execve(2) of args would run: a program and its arguments,
// which for a script are those of its interpreter. Errors are those of Resolve,
// and ELOOP.
func (h *Host) Image(args []string, searchPath, cwd string, c vfs.Cred) (Program, []string, error) {
	for range maxInterpreters {
		x, err := h.Resolve(args[0], searchPath, cwd, c)
		if err != nil {
			return nil, nil, err
		}
		if x.Program != nil {
			return x.Program, args, nil
		}
		interp := strings.Fields(x.Script)
		if len(interp) == 0 {
			return nil, nil, vfs.ENOEXEC
		}
		args = slices.Concat(interp, []string{x.Path}, args[1:])
	}
	return nil, nil, vfs.ELOOP
}
