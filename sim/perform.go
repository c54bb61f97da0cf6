package sim

import (
	"fmt"
	"path"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// perform does one action. The caller settles afterwards.
func (w *World) perform(t *vtime.Task, a *Action) (res Result) {
	res.From, res.Start = uint64(w.log.Len()), w.clock.Since()
	var err error
	switch {
	case a.Run != "" || a.Key != "":
		err = w.terminalAction(t, a, &res)
	case a.Write != "":
		err = w.writeFile(a.On, a.Write, a.Text)
	case a.Portal != "":
		res.Message, err = w.askPortal(t, a.Portal, a.Request, a.With)
	case a.Mail != nil:
		res.Output, err = w.sendMail(t, a.Mail)
	case a.Fetch != "":
		res.Mails, res.Output, err = w.fetchMail(t, a.Fetch)
	case a.Advance != 0:
		t.Sleep(time.Duration(a.Advance))
	case a.Reboot != "":
		err = w.power(t, a.Reboot, "reboot")
	case a.Power != "":
		err = w.power(t, a.On, a.Power)
	case a.Until != "":
		w.passUntil(t, a.Until)
	}
	if err != nil {
		res.Err = err.Error()
		w.log.Emit(trace.Event{Kind: trace.Note, Outcome: trace.Fail, Node: a.On, Data: trace.F("action failed", "error", res.Err)})
	}
	return res
}

// host returns a host, booted. The baton is needed.
func (w *World) host(name string) (*host.Host, error) {
	i := w.hostIndex(name)
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", ErrNoHost, name)
	}
	return w.boot(i), nil
}

// writeFile saves a file as the editor does: as root, keeping the owner and
// mode of a file that exists.
func (w *World) writeFile(hostName, name, text string) error {
	h, err := w.host(hostName)
	if err != nil {
		return err
	}
	if h.IsOff() {
		return fmt.Errorf("%s: %w", hostName, ErrOff)
	}
	if _, err := h.FS.Stat(path.Dir(name), host.Root); err != nil {
		return err
	}
	if err := h.FS.WriteFile(name, []byte(text), 0o644, host.Root); err != nil {
		return err
	}
	if real, err := h.FS.Realpath(name, host.Root); err == nil {
		name = real
	}
	h.NoteWrite("write", name, "editor")
	return nil
}

// spec returns the blueprint's entry of a host.
func (w *World) spec(name string) *Host {
	if i := w.hostIndex(name); i >= 0 {
		return &w.plan.Blueprint.Hosts[i]
	}
	return nil
}

// Exec runs one command on a host without a terminal, as root, and returns what
// it printed. Unlike a terminal it needs no permission of the blueprint. args
// is run as it is; it is not recorded in the journal.
func (w *World) Exec(hostName string, args []string) (stdout, stderr []byte, status int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	opErr := w.operation(func(t *vtime.Task) {
		stdout, stderr, status, err = w.Run(t, hostName, args)
	})
	if err == nil {
		err = opErr
	}
	return stdout, stderr, status, err
}

// runCommand runs a command as root on h to its end, at most for commandTime.
func runCommand(t *vtime.Task, h *host.Host, args []string) (stdout, stderr []byte, status int, err error) {
	root, ok := h.User("root")
	if !ok {
		return nil, nil, 0, errNoShell
	}
	env := h.LoginEnv(root)
	outBuf, outFD := h.NewBuffer()
	errBuf, errFD := h.NewBuffer()
	parent, err := h.Daemon(host.Spec{Args: []string{"init"}, Env: env, Cwd: root.Home})
	if err != nil {
		return nil, nil, 0, err
	}
	defer parent.Exit(0)
	child, err := parent.Launch(host.Spec{Args: args, Stdout: outFD, Stderr: errFD})
	if err != nil {
		msg := fmt.Sprintf("%s: %v\n", args[0], err)
		status = 126
		if vfs.ErrnoOf(err) == vfs.ENOENT {
			msg, status = args[0]+": command not found\n", 127
		}
		return nil, []byte(msg), status, nil
	}
	kill := h.Clock.After(commandTime, func() { child.Signal(host.SIGKILL) })
	defer kill.Stop()
	if err := t.Try(func() { child.Wait(t) }); err != nil {
		child.Signal(host.SIGKILL)
		t.Yield()
		fmt.Fprintf(errBuf, "mxlab: %s: killed: %v\n", args[0], err)
		return outBuf.Bytes(), errBuf.Bytes(), 137, nil
	}
	return outBuf.Bytes(), errBuf.Bytes(), child.Status(), nil
}
