package shell

import (
	"strings"
)

// tilde expands a leading ~ or ~user, adds it quoted, and returns the rest.
func (x *expander) tilde(text string, more bool) string {
	name, rest := text[1:], ""
	if i := strings.IndexByte(name, '/'); i >= 0 {
		name, rest = name[:i], name[i:]
	} else if more {
		return text
	}
	dir, ok := x.s.homeOf(name)
	if !ok {
		return text
	}
	x.add(dir, true)
	return rest
}

func (s *Shell) homeOf(name string) (string, bool) {
	switch name {
	case "":
		if v := s.vars.find("HOME"); v.isSet() {
			return v.text(), true
		}
		u, ok := s.p.Host.User(s.p.Host.UserName(s.p.Cred.UID))
		return u.Home, ok
	case "+":
		return s.vars.get("PWD"), s.vars.get("PWD") != ""
	case "-":
		return s.vars.get("OLDPWD"), s.vars.get("OLDPWD") != ""
	}
	u, ok := s.p.Host.User(name)
	return u.Home, ok
}
