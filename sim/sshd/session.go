package sshd

import (
	"fmt"
	"path"

	"mxlab/sim/host"
)

// flushDelay is how long output is collected into one packet, and flushSize
// how much of it.
const (
	flushDelay = 2_000_000 // ns
	flushSize  = 32 << 10
)

// session is the one session channel of a connection (RFC 4254 6).
type session struct {
	number  int // of systemd-logind
	opened  bool
	wantTTY bool
	term    string
	lang    string
	tty     *host.TTY
	left    bool // its login has been recorded as over
	shell   *host.Proc
	stdin   *inputStream
	out     []piece
	waiting int    // bytes in out
	done    func() // ends the work of a pending flush

	received uint32 // lines and keys so far
	told     bool   // the client knows that the terminal waits, with the prompt
	prompt   string
	secret   bool
}

// piece is output that has not been sent yet.
type piece struct {
	stderr bool
	data   []byte
}

// sessionMessage handles what comes after the login.
func (n *conn) sessionMessage(number byte, f *fields) error {
	switch number {
	case msgChannelOpen:
		n.opened = true
		n.send(message(msgChannelConfirm).number(0).number(0).number(0).number(flushSize))
	case msgChannelRequest:
		return n.channelRequest(f)
	case msgChannelData:
		n.input(f.text())
	case msgChannelEOF:
		if n.stdin != nil {
			n.stdin.end()
		}
	case msgChannelClose:
		n.close()
	case msgGlobalRequest:
		f.text()
		if f.flag() {
			n.send(message(msgRequestFailure))
		}
	case msgRequestSuccess, msgRequestFailure: // of a keepalive
	default:
		return fmt.Errorf("unexpected message %d", number)
	}
	return f.err
}

func (n *conn) channelRequest(f *fields) error {
	kind, reply := f.text(), f.flag()
	ok := true
	switch kind {
	case "env":
		if name, value := f.text(), f.text(); name == "LANG" {
			n.lang = value
		}
	case "pty-req":
		n.term = f.text()
		n.wantTTY = n.cfg.PermitTTY
		ok = n.wantTTY
	case "shell":
		ok = n.start("")
	case "exec":
		ok = n.start(f.text())
	default:
		ok = false
	}
	if reply && !n.closed {
		number := byte(msgChannelSuccess)
		if !ok {
			number = 100 // CHANNEL_FAILURE
		}
		n.send(message(number))
	}
	return f.err
}

// start runs the user's shell, or a command with it.
func (n *conn) start(command string) bool {
	h, u := n.s.h, n.login.user
	if !n.opened || n.shell != nil {
		return false
	}
	if n.cfg.ForceCommand != "none" {
		command = n.cfg.ForceCommand
	}
	env := n.env()
	spec := host.Spec{Args: []string{"-" + path.Base(u.Shell)}, Env: env, Cwd: u.Home, NewGroup: true}
	cred := h.Cred(u)
	spec.Cred = &cred
	if _, err := h.FS.Stat(u.Home, cred); err != nil {
		n.data(true, []byte("Could not chdir to home directory "+u.Home+": "+reason(err)+"\n"))
		spec.Cwd = "/"
	}
	if command != "" {
		spec.Args = []string{path.Base(u.Shell), "-c", command}
	}
	line := "notty"
	if n.wantTTY {
		n.openTTY(&spec, env)
		line = n.tty.Name
	} else {
		n.stdin = &inputStream{clock: h.Clock, hungry: n.tellWaiting}
		spec.Stdin = host.NewFD(n.stdin, nil, n.stdin)
		spec.Stdout, spec.Stderr = host.NewFD(nil, outputStream{n, false}, nil), host.NewFD(nil, outputStream{n, true}, nil)
	}
	n.proc.Title = fmt.Sprintf("sshd: %s@%s", u.Name, line)
	if command == "" && n.tty != nil {
		n.greet()
	}
	prog, argv, err := h.Image(append([]string{u.Shell}, spec.Args[1:]...), "", "/", cred)
	if err != nil {
		n.data(true, []byte(u.Shell+": "+reason(err)+"\n"))
		n.finish(1)
		return true
	}
	argv[0] = spec.Args[0]
	spec.Args = argv
	shell, err := h.Start(n.proc, prog, spec)
	if err != nil {
		n.data(true, []byte("fork: "+reason(err)+"\n"))
		n.finish(254)
		return true
	}
	n.shell = shell
	if n.tty != nil {
		n.tty.SetForeground(shell)
		h.LoggedIn(u.Name, n.tty.Name, n.from.Addr().String(), n.proc.PID)
	}
	shell.OnExit(func(p *host.Proc) { n.finish(p.Status()) })
	return true
}

// env is the environment of a session (ssh(1), ENVIRONMENT).
func (n *conn) env() *host.Env {
	local := n.c.Local()
	env := n.s.h.LoginEnv(n.login.user)
	env.Set("MAIL", "/var/mail/"+n.login.user.Name)
	env.Set("SSH_CLIENT", fmt.Sprintf("%s %d %d", n.from.Addr(), n.from.Port(), local.Port()))
	env.Set("SSH_CONNECTION", fmt.Sprintf("%s %d %s %d", n.from.Addr(), n.from.Port(), local.Addr(), local.Port()))
	if n.lang != "" {
		env.Set("LANG", n.lang)
	}
	return env
}

func (n *conn) openTTY(spec *host.Spec, env *host.Env) {
	n.tty = n.s.h.NewTTY()
	n.tty.Attach(&host.Far{Show: func(b []byte) { n.data(false, b) }, Wait: n.tellWaiting})
	env.Set("SSH_TTY", "/dev/"+n.tty.Name)
	env.Set("TERM", n.term)
	fd := n.tty.FD()
	spec.TTY, spec.Stdin, spec.Stdout, spec.Stderr = n.tty, fd, fd, fd
}

// greet shows the message of the day and the last login.
func (n *conn) greet() {
	h := n.s.h
	if motd, err := h.FS.ReadFile("/etc/motd", host.Root); err == nil && n.cfg.UsePAM {
		n.data(false, motd)
	}
	if last, ok := h.LastLogin(n.login.name); ok && n.cfg.PrintLastLog {
		from := ""
		if last.From != "" {
			from = " from " + last.From
		}
		n.data(false, []byte("Last login: "+last.Time.In(h.Zone).Format("Mon Jan _2 15:04:05 2006")+from+"\n"))
	}
}

// input takes what the client's terminal or standard input sends.
func (n *conn) input(text string) {
	n.received++
	n.told = false
	switch {
	case n.tty == nil:
		if n.stdin != nil {
			n.stdin.write(text)
		}
	case text == ctrlC:
		n.tty.Interrupt()
	case text == ctrlD:
		n.tty.EndInput()
	default:
		n.tty.Input(text)
	}
}

// data collects output.
func (n *conn) data(stderr bool, b []byte) {
	if n.closed || len(b) == 0 {
		return
	}
	if last := len(n.out) - 1; last >= 0 && n.out[last].stderr == stderr {
		n.out[last].data = append(n.out[last].data, b...)
	} else {
		n.out = append(n.out, piece{stderr, append([]byte(nil), b...)})
	}
	if n.waiting += len(b); n.waiting >= flushSize {
		n.flush()
		return
	}
	if n.done == nil {
		n.done = n.s.h.Clock.Work()
		n.s.h.Clock.After(flushDelay, n.flush)
	}
}

// flush sends what was collected.
func (n *conn) flush() {
	if n.done != nil {
		n.done()
		n.done = nil
	}
	if n.closed {
		return
	}
	for _, p := range n.out {
		for len(p.data) > 0 {
			k := min(len(p.data), flushSize)
			if p.stderr {
				n.send(message(msgChannelStderr).number(0).number(1).text(string(p.data[:k])))
			} else {
				n.send(message(msgChannelData).text(string(p.data[:k])))
			}
			p.data = p.data[k:]
		}
	}
	n.out, n.waiting = nil, 0
}

// tellWaiting tells the client that the terminal, or the reader of standard
// input, waits now. The count of what has been received lets the client know
// whether that was before or after its latest line.
func (n *conn) tellWaiting() {
	if n.closed {
		return
	}
	prompt, secret := "", false
	if n.tty != nil {
		_, prompt = n.tty.Waiting()
		secret = n.tty.Secret()
	}
	if n.told && prompt == n.prompt && secret == n.secret {
		return
	}
	n.flush()
	n.told, n.prompt, n.secret = true, prompt, secret
	n.send(message(msgWaiting).number(n.received).flag(secret).text(prompt))
}

// finish tells the client the exit status and closes the channel (RFC 4254
// 6.10).
func (n *conn) finish(status int) {
	n.flush()
	if n.closed {
		return
	}
	n.send(message(msgChannelRequest).text("exit-status").flag(false).number(uint32(status)))
	n.send(message(msgChannelEOF))
	n.send(message(msgChannelClose))
	n.leaveTTY()
}

// leaveTTY records the end of a login on a terminal.
func (n *conn) leaveTTY() {
	if n.tty != nil && !n.left {
		n.left = true
		n.s.h.LoggedOut(n.tty.Name, n.proc.PID)
	}
}

// logout writes what the end of a connection leaves in the logs.
func (n *conn) logout() {
	if n.stage != working || n.number < 0 {
		return
	}
	if n.cfg.UsePAM {
		n.log(host.Info, "pam_unix(sshd:session): session closed for user %s", n.login.name)
		n.s.h.Syslog(host.FacAuth, host.Info, "systemd-logind", logindPID, fmt.Sprintf("Session %d logged out. Waiting for processes to exit.", n.number))
		n.s.h.Syslog(host.FacAuth, host.Info, "systemd-logind", logindPID, fmt.Sprintf("Removed session %d.", n.number))
	}
	n.leaveTTY()
	n.number = -1
}

// endSession ends what runs on a session whose connection is over.
func (n *conn) endSession() {
	if n.done != nil {
		n.done()
		n.done = nil
	}
	n.logout()
	delete(n.s.sessions, n.from)
	if n.tty != nil {
		n.tty.Disconnect()
	}
	if n.stdin != nil {
		n.stdin.end()
	}
}
