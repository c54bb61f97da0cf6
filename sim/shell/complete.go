package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// Completion is what Tab offers: the candidates replace line[Start:pos].
type Completion struct {
	Start      int
	Candidates []string // sorted; directories end in "/"
}

// maxCandidates bounds what is offered at once.
const maxCandidates = 500

// Complete completes the word of line that ends at pos (in bytes), for the shell
// process p or any process with its directory, credential and environment. At
// the beginning of a command it offers builtins, functions and programs,
// otherwise paths; after systemctl and service, names of units.
func Complete(p *host.Proc, line string, pos int) Completion {
	pos = min(max(pos, 0), len(line))
	start, command := wordStart(line[:pos])
	word := strings.ReplaceAll(line[start:pos], `\ `, " ")
	word = strings.TrimLeft(word, `"'`)
	c := Completion{Start: start}
	switch {
	case strings.HasPrefix(word, "$"):
		c.Candidates = completeVariable(p, word)
	case command && !strings.Contains(word, "/"):
		c.Candidates = completeCommand(p, word)
	default:
		if f := strings.Fields(line[:start]); len(f) > 0 && (f[0] == "systemctl" || f[0] == "service") {
			c.Candidates = completeUnit(p, word, f)
		}
		if c.Candidates == nil {
			c.Candidates = completePath(p, word, command)
		}
	}
	slices.Sort(c.Candidates)
	c.Candidates = slices.Compact(c.Candidates)
	c.Candidates = c.Candidates[:min(len(c.Candidates), maxCandidates)]
	return c
}

// wordStart finds where the last word begins, and whether it is a command word.
func wordStart(text string) (start int, command bool) {
	command = true
	quote := byte(0)
	fresh := true // at the beginning of a word
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\\':
			i++
			fresh = false
		case c == '\'' || c == '"':
			quote, fresh = c, false
		case strings.IndexByte(";|&(\n`", c) >= 0:
			start, command, fresh = i+1, true, true
		case c == '<' || c == '>':
			start, command, fresh = i+1, false, true
		case c == ' ' || c == '\t':
			if !fresh {
				word := text[start:i]
				command = command && (syntax.IsKeyword(word) || word == "sudo" || word == "exec" || strings.Contains(word, "="))
			}
			start, fresh = i+1, true
		default:
			fresh = false
		}
	}
	return start, command
}

func completeVariable(p *host.Proc, word string) (list []string) {
	names := p.Env.Names()
	if s, ok := p.Ctx.(*Shell); ok {
		names = s.vars.names()
	}
	for _, n := range names {
		if strings.HasPrefix(n, word[1:]) {
			list = append(list, "$"+n)
		}
	}
	return list
}

func completeCommand(p *host.Proc, word string) (list []string) {
	path := p.Env.Get("PATH")
	if s, ok := p.Ctx.(*Shell); ok {
		path = s.vars.get("PATH")
		for name := range s.funcs {
			if strings.HasPrefix(name, word) {
				list = append(list, name)
			}
		}
		for name := range s.aliases {
			if strings.HasPrefix(name, word) {
				list = append(list, name)
			}
		}
	}
	for _, name := range []string{"alias", "cd", "command", "echo", "eval", "exec", "exit", "export", "history", "jobs", "kill", "logout", "printf", "pwd",
		"read", "set", "source", "test", "type", "umask", "unalias", "unset", "wait"} {
		if strings.HasPrefix(name, word) {
			list = append(list, name)
		}
	}
	for dir := range strings.SplitSeq(path, ":") {
		entries, err := p.Host.FS.ReadDir(vfs.Join(p.Cwd, dir), p.Cred)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name, word) && len(list) < 4*maxCandidates {
				list = append(list, e.Name)
			}
		}
	}
	return list
}

func completeUnit(p *host.Proc, word string, before []string) (list []string) {
	if before[0] == "systemctl" && len(before) == 1 {
		for _, verb := range []string{"start", "stop", "restart", "reload", "status", "enable", "disable", "is-active", "is-enabled", "list-units", "daemon-reload"} {
			if strings.HasPrefix(verb, word) {
				list = append(list, verb)
			}
		}
		return list
	}
	for _, u := range p.Host.Units() {
		for _, name := range append([]string{u.Name}, u.Aliases...) {
			if strings.HasPrefix(name, word) {
				list = append(list, name)
			}
		}
	}
	return list
}

func completePath(p *host.Proc, word string, executable bool) (list []string) {
	dir, base := "", word
	if i := strings.LastIndexByte(word, '/'); i >= 0 {
		dir, base = word[:i+1], word[i+1:]
	}
	real := dir
	if strings.HasPrefix(dir, "~/") {
		real = p.Env.Get("HOME") + dir[1:]
	}
	at := vfs.Join(p.Cwd, real)
	if real == "" {
		at = p.Cwd
	}
	entries, err := p.Host.FS.ReadDir(at, p.Cred)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name, base) || strings.HasPrefix(e.Name, ".") && !strings.HasPrefix(base, ".") {
			continue
		}
		full := strings.TrimSuffix(at, "/") + "/" + e.Name
		info, err := p.Host.FS.Stat(full, p.Cred)
		isDir := err == nil && info.IsDir()
		if executable && !isDir && p.Host.FS.Access(full, vfs.MayExec, p.Cred) != nil {
			continue
		}
		name := dir + strings.ReplaceAll(e.Name, " ", `\ `)
		if isDir {
			name += "/"
		}
		list = append(list, name)
	}
	return list
}
