package sim

import (
	"path"
	"strings"

	"mxlab/sim/mta"
	"mxlab/sim/named"
)

// Diagnostic is one remark of a daemon's own checker.
type Diagnostic struct {
	File     string
	Line     int    // from 1, 0 if unknown
	Col      int    // from 1, 0 if unknown
	Severity string // "error" or "warning"
	Message  string // in the checker's words
}

// Lint returns what the checker of the daemon that reads a file says about it
// if it had the content text, and the command that would say so. command is
// empty where there is no checker.
func (w *World) Lint(hostName, name string, text []byte) (command string, list []Diagnostic, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := w.readable(hostName)
	if err != nil {
		return "", nil, err
	}
	if real, err := h.FS.Realpath(name, rootCred); err == nil {
		name = real
	}
	switch dir := path.Dir(name); {
	case h.Unit("postfix") != nil && dir == "/etc/postfix":
		found, ok := mta.Lint(h, name, text)
		if !ok {
			return "", nil, nil
		}
		for _, d := range found {
			sev := "warning"
			if d.Fatal {
				sev = "error"
			}
			list = append(list, Diagnostic{File: d.File, Line: d.Line, Severity: sev, Message: d.Message})
		}
		return "postfix check", list, nil
	case h.Unit("named") != nil && bindFile(name):
		for _, d := range named.Lint(h, name, text) {
			list = append(list, Diagnostic{File: d.File, Line: d.Line, Col: d.Col, Severity: string(d.Severity), Message: d.Message})
		}
		return "named-checkconf -z", list, nil
	}
	return "", nil, nil
}

// bindFile reports whether a file belongs to BIND by its place.
func bindFile(name string) bool {
	for _, dir := range []string{"/etc/bind/", "/var/named/", "/var/lib/bind/", "/var/cache/bind/"} {
		if strings.HasPrefix(name, dir) {
			return true
		}
	}
	return name == "/etc/named.conf" || strings.HasPrefix(name, "/etc/named.")
}
