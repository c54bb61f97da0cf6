package mta

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vtime"
)

// command pipes the message into a shell command, as its user (local(8),
// "external command delivery"). The exit status decides: those of sysexits(3)
// have their meaning, others bounce.
func (a *attempt) command(r recipient, msg mail.Message, t postfix.Target) *mail.Failure {
	h := a.in.host
	cred := a.cred(t.User)
	name, ext := mail.SplitAddress(r.Addr)
	env := host.NewEnv("PATH", "/usr/bin:/bin", "SHELL", "/bin/sh", "HOME", t.User.Home, "USER", t.User.Name, "LOGNAME", t.User.Name,
		"RECIPIENT", r.Addr, "ORIGINAL_RECIPIENT", r.Orig, "SENDER", a.m.sender, "LOCAL", name, "DOMAIN", ext)
	parent, err := h.Daemon(host.Spec{Args: []string{"local"}, Env: env, Cred: &cred, Cwd: t.User.Home})
	if err != nil {
		return &mail.Failure{Status: mail.Enhanced{4, 3, 0}, Text: "unable to create a process: " + err.Error()}
	}
	defer parent.Exit(0)
	rd, wr := h.Pipe()
	out, outFD := h.NewBuffer()
	cmd := t.Command
	if raw, _, _ := a.p.cfg.Raw("mailbox_command"); cmd == raw {
		cmd = expandCommand(cmd, r, a.m.sender, t.User)
	}
	p, err := parent.Launch(host.Spec{Args: []string{"/bin/sh", "-c", cmd}, Stdin: rd, Stdout: outFD, Stderr: outFD})
	if err != nil {
		return &mail.Failure{Status: mail.Enhanced{5, 3, 0}, Text: "command execution failed: " + err.Error()}
	}
	parent.Hold(wr)
	feed := msg.Bytes()
	feeder, ferr := h.Start(parent, func(fp *host.Proc) int { fp.Stdout.Write(feed); return 0 }, host.Spec{Args: []string{"local"}, Stdout: wr})
	parent.Release(wr)
	if ferr != nil {
		p.Signal(host.SIGKILL)
	}
	late := false
	timer := h.Clock.After(a.p.cfg.Duration("command_time_limit"), func() {
		late = true
		p.Signal(host.SIGKILL)
	})
	status := wait(p, feeder, a.t)
	timer.Stop()
	if status == 0 {
		return nil
	}
	f := commandFailure(status, late, p.Signalled(), t.Command, strings.TrimSpace(string(out.Bytes())))
	return &f
}

// wait waits for the command, then ends the process that feeds it.
func wait(p, feeder *host.Proc, t *vtime.Task) int {
	defer func() {
		if feeder != nil {
			feeder.Signal(host.SIGKILL)
		}
	}()
	return p.Wait(t)
}

// expandCommand fills in $user, $home and the others in mailbox_command; in
// commands of aliases and .forward there is none.
func expandCommand(cmd string, r recipient, sender string, u postfix.User) string {
	local, domain := mail.SplitAddress(r.Addr)
	text, _, ok := postfix.Expand(cmd, func(name string) (string, bool) {
		switch name {
		case "user":
			return u.Name, true
		case "home":
			return u.Home, true
		case "local":
			return local, true
		case "domain":
			return domain, true
		case "recipient":
			return r.Addr, true
		case "sender":
			return sender, true
		case "extension", "shell", "recipient_delimiter":
			return "", true
		}
		return "$" + name, true
	})
	if !ok {
		return cmd
	}
	return text
}

// commandFailure is pipe_command's verdict on an exit status.
func commandFailure(status int, late bool, sig host.Signal, cmd, output string) mail.Failure {
	tail := ""
	if output != "" {
		tail = ". Command output: " + output
	}
	switch {
	case late:
		return mail.Failure{Status: mail.Enhanced{5, 3, 0}, Text: fmt.Sprintf("Command time limit exceeded: %q%s", cmd, tail)}
	case sig != 0:
		return mail.Failure{Status: mail.Enhanced{4, 3, 0}, Text: fmt.Sprintf("Command died with signal %d: %q%s", sig, cmd, tail)}
	}
	if e, text, ok := mail.ParseEnhanced(output); ok && e[0] != 2 {
		return mail.Failure{Status: e, Text: text}
	}
	if e, text, ok := sysexit(status); ok {
		return mail.Failure{Status: e, Text: text + tail}
	}
	return mail.Failure{Status: mail.Enhanced{5, 3, 0}, Text: fmt.Sprintf("Command died with status %d: %q%s", status, cmd, tail)}
}

// sysexit is the meaning of an exit status of sysexits(3).
func sysexit(status int) (mail.Enhanced, string, bool) {
	table := map[int]struct {
		e    mail.Enhanced
		text string
	}{
		64: {mail.Enhanced{5, 3, 0}, "command line usage error"}, 65: {mail.Enhanced{5, 6, 0}, "data format error"},
		66: {mail.Enhanced{5, 3, 0}, "cannot open input"}, 67: {mail.Enhanced{5, 1, 1}, "user unknown"},
		68: {mail.Enhanced{5, 1, 2}, "host name unknown"}, 69: {mail.Enhanced{5, 3, 0}, "service unavailable"},
		70: {mail.Enhanced{5, 3, 0}, "internal software error"}, 71: {mail.Enhanced{4, 3, 0}, "system resource problem"},
		72: {mail.Enhanced{5, 3, 0}, "critical OS file missing"}, 73: {mail.Enhanced{5, 2, 0}, "can't create user output file"},
		74: {mail.Enhanced{5, 3, 0}, "input/output error"}, 75: {mail.Enhanced{4, 3, 0}, "temporary failure"},
		76: {mail.Enhanced{5, 5, 0}, "remote error in protocol"}, 77: {mail.Enhanced{5, 7, 0}, "permission denied"},
		78: {mail.Enhanced{5, 3, 5}, "local configuration error"},
	}
	v, ok := table[status]
	return v.e, v.text, ok
}
