package host

import (
	"errors"
	"fmt"
)

// Signal is a signal of signal(7).
type Signal int

const (
	SIGHUP  Signal = 1
	SIGINT  Signal = 2
	SIGQUIT Signal = 3
	SIGKILL Signal = 9
	SIGUSR1 Signal = 10
	SIGUSR2 Signal = 12
	SIGPIPE Signal = 13
	SIGALRM Signal = 14
	SIGTERM Signal = 15
	SIGCONT Signal = 18
	SIGSTOP Signal = 19
)

// signalled is the reason by which a signal ends a process.
type signalled struct{ sig Signal }

func (e signalled) Error() string { return fmt.Sprintf("signal %d", e.sig) }

// Signal sends a signal to the process.
func (p *Proc) Signal(sig Signal) {
	if p.ended || sig == 0 || p.halting(sig) {
		return
	}
	if sig != SIGKILL && sig != SIGSTOP && p.OnSignal != nil && p.OnSignal(sig) {
		return
	}
	if sig == SIGCONT || sig == SIGSTOP { // commands cannot be stopped
		return
	}
	if p.Task != nil {
		p.Task.Kill(signalled{sig})
		return
	}
	p.signal, p.status = sig, 128+int(sig)
	p.end(nil)
}

// SignalGroup sends a signal to all processes of a process group.
func (h *Host) SignalGroup(pgid int, sig Signal) {
	for _, p := range h.Procs() {
		if p.PGID == pgid {
			p.Signal(sig)
		}
	}
}

// Signalled returns the signal that ended the process, 0 if it is alive or ended
// by itself.
func (p *Proc) Signalled() Signal { return p.signal }

// SignalOf returns the signal because of which a task was unwound with err, 0
// if it was none.
func SignalOf(err error) Signal {
	var sig signalled
	if errors.As(err, &sig) {
		return sig.sig
	}
	return 0
}
