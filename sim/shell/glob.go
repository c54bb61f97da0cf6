package shell

import (
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/pattern"

	"mxlab/sim/host/vfs"
)

// pathnames does path name expansion and quote removal of one field (XCU
// 2.6.6). A pattern that matches nothing stays as it is.
func (s *Shell) pathnames(f []frag) ([]string, error) {
	plain, meta := "", false
	if len(f) == 1 {
		plain = f[0].text
	} else {
		var b strings.Builder
		for _, fr := range f {
			b.WriteString(fr.text)
		}
		plain = b.String()
	}
	for _, fr := range f {
		meta = meta || !fr.quoted && strings.ContainsAny(fr.text, "*?[(")
	}
	if !meta || s.opts.noglob {
		return []string{plain}, nil
	}
	var b strings.Builder
	for _, fr := range f {
		if fr.quoted {
			b.WriteString(pattern.QuoteMeta(fr.text, 0))
		} else {
			b.WriteString(fr.text)
		}
	}
	pat := b.String()
	if !pattern.HasMeta(pat, 0) && !(s.opts.extglob && strings.Contains(pat, "(")) {
		return []string{plain}, nil
	}
	names := s.glob(pat)
	if len(names) == 0 && !s.opts.nullglob {
		return []string{plain}, nil
	}
	return names, nil
}

// glob returns the paths that match, sorted. Each component of the pattern is
// matched against the directories the components before it gave.
func (s *Shell) glob(pat string) []string {
	found := []string{""}
	if strings.HasPrefix(pat, "/") {
		found = []string{"/"}
		pat = strings.TrimLeft(pat, "/")
	}
	for pat != "" {
		part, rest, more := strings.Cut(pat, "/")
		pat = strings.TrimLeft(rest, "/")
		var next []string
		for _, dir := range found {
			s.p.Step(1)
			next = append(next, s.globPart(dir, part, more)...)
		}
		found = next
		if more && pat == "" {
			for i := range found {
				found[i] += "/"
			}
		}
	}
	slices.Sort(found)
	return found
}

func (s *Shell) globPart(dir, part string, wantDir bool) (list []string) {
	fsys, cred := s.p.Host.FS, s.p.Cred
	fits := func(name string) {
		full := name
		if dir != "" {
			full = strings.TrimSuffix(dir, "/") + "/" + name
		}
		if wantDir {
			if info, err := fsys.Stat(vfs.Join(s.p.Cwd, full), cred); err != nil || !info.IsDir() {
				return
			}
		}
		list = append(list, full)
	}
	if !pattern.HasMeta(part, 0) && !(s.opts.extglob && strings.Contains(part, "(")) {
		name := unquotePattern(part)
		full := strings.TrimSuffix(dir, "/") + "/" + name
		if dir == "" {
			full = name
		}
		if _, err := fsys.Lstat(vfs.Join(s.p.Cwd, full), cred); err == nil {
			fits(name)
		}
		return list
	}
	mode := pattern.Filenames | pattern.EntireString | pattern.NoGlobStar | pattern.GlobLeadingDot
	if s.opts.nocaseglob {
		mode |= pattern.NoGlobCase
	}
	if s.opts.extglob {
		mode |= pattern.ExtendedOperators
	}
	negated := false
	if inner, ok := negatedPattern(part); ok && s.opts.extglob {
		part, negated = inner, true
	}
	expr, err := pattern.Regexp(part, mode)
	if err != nil {
		return nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil
	}
	at := s.p.Cwd
	if dir != "" {
		at = vfs.Join(s.p.Cwd, dir)
	}
	entries, err := fsys.ReadDir(at, cred)
	if err != nil {
		return nil
	}
	s.p.Step(len(entries) / 16)
	for _, e := range entries {
		if strings.HasPrefix(e.Name, ".") && !strings.HasPrefix(unquotePattern(part), ".") && !s.opts.dotglob {
			continue
		}
		if re.MatchString(e.Name) != negated {
			fits(e.Name)
		}
	}
	return list
}
