package host

// halt is what a process stopped by SIGSTOP has still to do.
type halt struct {
	signals []Signal
	later   []func()
}

// maxHeld bounds what waits for a stopped process, as a socket's buffer does.
const maxHeld = 256

// Stopped reports whether SIGSTOP has stopped the process. Only daemons without a
// task can be stopped in the lab.
func (p *Proc) Stopped() bool { return p != nil && p.halted != nil }

// WhenRunning calls fn now, or once SIGCONT lets a stopped process go on. What
// does not fit into the queue is lost; it reports whether fn is not.
func (p *Proc) WhenRunning(fn func()) bool {
	switch {
	case p.halted == nil:
		fn()
	case len(p.halted.later) < maxHeld:
		p.halted.later = append(p.halted.later, fn)
	default:
		return false
	}
	return true
}

// halting takes the signals that stop a daemon and let it go on, and keeps others
// for a stopped one until then (signal(7)). It reports whether that was all.
func (p *Proc) halting(sig Signal) bool {
	if p.Task != nil || sig == SIGKILL {
		return false
	}
	switch {
	case sig == SIGSTOP:
		if p.halted == nil {
			p.halted = &halt{}
		}
		return true
	case sig == SIGCONT:
		h := p.halted
		p.halted = nil
		if h == nil {
			return false
		}
		for _, s := range h.signals {
			p.Signal(s)
		}
		for _, fn := range h.later {
			if !p.ended {
				fn()
			}
		}
		return false
	case p.halted != nil:
		if len(p.halted.signals) < maxHeld {
			p.halted.signals = append(p.halted.signals, sig)
		}
		return true
	}
	return false
}
