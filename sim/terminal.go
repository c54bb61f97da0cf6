package sim

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/sshd"
	"mxlab/sim/vtime"
)

// terminal is a place where a student types.
//
// The console of a host (Action.Via empty) is there as long as the host has
// power. A terminal by way of another host is an ssh from there that stays open
// from action to action: it is a process on that host and a TCP connection over
// the virtual network, so it is slow, hangs and breaks as its packets are. When
// ssh has ended the terminal is over, and the next action opens a new one.
type terminal struct {
	key   termKey
	host  *host.Host // whose keyboard it is: Via, or On at the console
	tty   *host.TTY
	shell *host.Proc // login shell, or ssh
	cut   bool       // as told last
}

// termKey names a terminal: host, name, and the host ssh comes from.
type termKey struct{ on, term, via string }

func (k termKey) compare(l termKey) int {
	return cmp.Or(cmp.Compare(k.on, l.on), cmp.Compare(k.term, l.term), cmp.Compare(k.via, l.via))
}

// Errors of opening a terminal.
var (
	errNoShell = errors.New("login failed: no shell")
	errNoSSH   = errors.New("there is no ssh")
	errAsks    = errors.New("ssh asks something first; open the terminal and answer")
)

// terminalAction types into a terminal, which is opened first where needed.
// Output limits and times are those of one action.
func (w *World) terminalAction(t *vtime.Task, a *Action, res *Result) error {
	h, err := w.host(a.On)
	if err != nil {
		return err
	}
	if a.Via == "" && h.IsOff() {
		return fmt.Errorf("%s: %w", a.On, ErrOff)
	}
	key := termKey{a.On, a.Term, a.Via}
	term, fresh := w.terms[key], false
	if term == nil {
		if a.Key != "" && a.Key != "open" {
			return nil
		}
		if term, err = w.open(t, key); err != nil {
			return err
		}
		w.terms[key], fresh = term, true
	}
	switch {
	case term.shell.Ended():
	case a.Run != "" && fresh && a.Via != "" && w.loginShell(term) == nil:
		err = errAsks
	case a.Run != "":
		term.tty.Input(a.Run)
	case a.Key == "interrupt":
		term.tty.Interrupt()
	case a.Key == "eof":
		term.tty.EndInput()
	case a.Key == "hangup":
		term.tty.HangUp()
	}
	w.await(t, term)
	res.Output, res.Truncated = term.tty.TakeOutput()
	_, res.Prompt = term.tty.Waiting()
	res.Cut, term.cut = term.tty.Cut(), term.tty.Cut()
	if sh := w.loginShell(term); sh != nil {
		if st, ok := sh.Ctx.(interface{ LastStatus() int }); ok {
			res.Status = st.LastStatus()
		}
	}
	if term.shell.Ended() {
		res.Ended, res.Prompt, res.Status, res.Cut = true, "", term.shell.Status(), false
		delete(w.terms, key)
	}
	return err
}

// loginShell returns the shell a terminal's user types to: at the console its
// own, over ssh that of the session at the other end, nil while there is none.
func (w *World) loginShell(term *terminal) *host.Proc {
	if term.key.via == "" {
		return term.shell
	}
	c, ok := term.shell.Ctx.(interface{ Local() netip.AddrPort })
	if !ok || w.hosts[term.key.on] == nil {
		return nil
	}
	return sshd.Shell(w.hosts[term.key.on], c.Local())
}

// await waits until the terminal waits for input or its shell has ended. A
// command that takes too long or does too much is interrupted, one that cannot
// be interrupted is killed. One that waits for something that will not happen
// by itself (nc -l) stays in the foreground.
func (w *World) await(t *vtime.Task, term *terminal) {
	guard := w.clock.After(commandTime, term.tty.Interrupt)
	kill := w.clock.After(commandTime+time.Minute, func() { term.shell.Signal(host.SIGKILL) })
	defer guard.Stop()
	defer kill.Stop()
	err := t.Try(func() { term.tty.WaitIdle(t) })
	if errors.Is(err, vtime.ErrEventLimit) {
		term.tty.Write([]byte("Killed\n"))
		term.tty.Interrupt()
		if err := t.Try(func() { term.tty.WaitIdle(t) }); err != nil {
			term.shell.Signal(host.SIGKILL)
		}
	}
}

// open opens a terminal and waits until it waits for its user.
func (w *World) open(t *vtime.Task, key termKey) (*terminal, error) {
	at := cmp.Or(key.via, key.on)
	h, err := w.host(at)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{key.on, at} {
		if !w.spec(name).Terminal {
			return nil, fmt.Errorf("%s: %w", name, ErrNoTerminal)
		}
	}
	if h.IsOff() {
		return nil, fmt.Errorf("%s: %w", at, ErrOff)
	}
	u, ok := h.User(w.loginName(at))
	if !ok {
		return nil, fmt.Errorf("%w: no user %s", errNoShell, w.loginName(at))
	}
	cred := h.Cred(u)
	x, err := h.Resolve(u.Shell, "", "/", cred)
	if err != nil || x.Program == nil {
		return nil, errNoShell
	}
	args := []string{"-" + path.Base(u.Shell)}
	if key.via != "" {
		if x, err = h.Resolve("/usr/bin/ssh", "", "/", cred); err != nil || x.Program == nil {
			return nil, errNoSSH
		}
		args = []string{"ssh", w.loginName(key.on) + "@" + w.address(key.on)}
	}
	cwd := u.Home
	if _, err := h.FS.Stat(cwd, cred); err != nil {
		cwd = "/"
	}
	tty := h.NewTTY()
	fd := tty.FD()
	sh, err := h.Start(nil, x.Program, host.Spec{Args: args, Env: h.LoginEnv(u), Cwd: cwd, Cred: &cred, Stdin: fd, Stdout: fd, Stderr: fd, TTY: tty})
	if err != nil {
		return nil, err
	}
	term := &terminal{key: key, host: h, tty: tty, shell: sh}
	if key.via != "" {
		tty.SetForeground(sh)
		sh.OnExit(func(*host.Proc) { tty.HangUp() })
	} else {
		h.LoggedIn(u.Name, tty.Name, "", sh.PID)
		sh.OnExit(func(*host.Proc) {
			tty.HangUp()
			h.LoggedOut(tty.Name, sh.PID)
		})
	}
	w.await(t, term)
	return term, nil
}

// loginName is the user of a host's terminals.
func (w *World) loginName(name string) string { return cmp.Or(w.spec(name).Login, "root") }

// address is where the terminals of a host are reached: its first address.
func (w *World) address(name string) string {
	for _, i := range w.spec(name).Ifaces {
		for _, a := range i.Addrs {
			return a.Addr().String()
		}
	}
	return name
}

// findTerm returns the open terminal of a host and name, whatever its way in,
// nil if there is none.
func (w *World) findTerm(on, name string) (found *terminal) {
	for key, term := range w.terms {
		if key.on == on && key.term == name && (found == nil || key.compare(found.key) < 0) {
			found = term
		}
	}
	return found
}
