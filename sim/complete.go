package sim

import (
	"mxlab/sim/host"
	"mxlab/sim/shell"
)

// Complete returns what Tab offers in a terminal for the word of line that ends
// at pos (in bytes): the candidates replace line[start:pos]. It changes
// nothing; a terminal not yet logged in completes as its login shell would.
func (w *World) Complete(hostName, term, line string, pos int) (start int, candidates []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := w.readable(hostName)
	if err != nil {
		return pos, nil
	}
	var p *host.Proc
	if t := w.findTerm(hostName, term); t != nil {
		p = w.loginShell(t)
	}
	if p == nil {
		login := w.spec(hostName).Login
		if login == "" {
			login = "root"
		}
		u, ok := h.User(login)
		if !ok {
			return pos, nil
		}
		p = &host.Proc{Host: h, Cwd: u.Home, Cred: h.Cred(u), Env: h.LoginEnv(u)}
	}
	c := shell.Complete(p, line, pos)
	return c.Start, c.Candidates
}
