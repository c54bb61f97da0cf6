package shell

import (
	"slices"
	"strings"

	"mxlab/sim/host"
)

// onSignal is asked by the host what to do with a signal. It must not wait: a
// trap runs before the next statement.
func (s *Shell) onSignal(sig host.Signal) bool {
	if action, ok := s.traps[host.SignalName(sig)]; ok {
		if action != "" {
			s.pending = append(s.pending, sig)
		}
		return true
	}
	if s.interactive {
		return sig == host.SIGTERM || sig == host.SIGQUIT
	}
	return false
}

// runPending runs the traps of signals that have come.
func (s *Shell) runPending() {
	for len(s.pending) > 0 && !s.stopped() {
		sig := s.pending[0]
		s.pending = s.pending[1:]
		status := s.status
		s.evalText(s.traps[host.SignalName(sig)], "trap")
		if !s.stopped() {
			s.status = status
		}
	}
}

// trapName reads a condition: EXIT, 0, a signal's number or name.
func trapName(word string) (string, bool) {
	up := strings.ToUpper(word)
	switch up {
	case "EXIT", "0", "SIGEXIT":
		return "EXIT", true
	case "ERR", "DEBUG", "RETURN":
		return up, true
	}
	if sig, ok := host.ParseSignal(word); ok {
		return host.SignalName(sig), true
	}
	return "", false
}

// trap is XCU trap.
func trap(s *Shell, args []string) int {
	args = args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) > 0 && args[0] == "-l" {
		return s.killList(nil)
	}
	if len(args) == 0 || args[0] == "-p" {
		s.printTraps(args[min(len(args), 1):])
		return 0
	}
	action, reset := args[0], false
	if _, isCond := trapName(action); len(args) == 1 && isCond || action == "-" {
		reset = true
		if action == "-" {
			args = args[1:]
		}
	} else {
		args = args[1:]
	}
	if len(args) == 0 {
		s.fd(2).Write([]byte("trap: usage: trap [-lp] [[arg] signal_spec ...]\n"))
		return 2
	}
	status := 0
	for _, a := range args {
		name, ok := trapName(a)
		if !ok {
			if s.dialect == dash {
				s.say("trap: %s: bad trap", a)
			} else {
				s.say("trap: %s: invalid signal specification", a)
			}
			status = 1
			continue
		}
		if reset {
			delete(s.traps, name)
		} else {
			s.traps[name] = action
		}
	}
	return status
}

func (s *Shell) printTraps(only []string) {
	order := []string{"EXIT", "HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "PIPE", "ALRM", "TERM", "CONT", "STOP", "DEBUG", "ERR", "RETURN"}
	for _, name := range order {
		action, ok := s.traps[name]
		if !ok || len(only) > 0 && !slices.ContainsFunc(only, func(w string) bool { n, _ := trapName(w); return n == name }) {
			continue
		}
		shown := name
		if s.dialect == bash && name != "EXIT" && name != "DEBUG" && name != "ERR" && name != "RETURN" {
			shown = "SIG" + name
		}
		s.print("trap -- '" + strings.ReplaceAll(action, "'", `'\''`) + "' " + shown + "\n")
	}
}
