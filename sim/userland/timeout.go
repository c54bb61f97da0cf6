package userland

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// Statuses of timeout(1).
const (
	timeoutExpired = 124
	timeoutFailed  = 125
)

// timeoutTool models timeout(1): it runs a command and sends it a signal when
// its time is over. It leaves out stopped children.
type timeoutTool struct {
	p        *host.Proc
	signal   host.Signal
	kill     time.Duration // -k
	preserve bool
	verbose  bool
}

// runTimeout is the program.
func runTimeout(p *host.Proc) int {
	t := &timeoutTool{p: p, signal: host.SIGTERM}
	f, ok := readFlags(p, "+k:s:v", "kill-after=k:", "signal=s:", "preserve-status", "foreground", "verbose=v")
	if !ok {
		return timeoutFailed
	}
	t.preserve, t.verbose = f.has("preserve-status"), f.has("v")
	if f.has("s") {
		if t.signal, ok = host.ParseSignal(f.given["s"]); !ok {
			p.Errorf("‘%s’: invalid signal", f.given["s"])
			return timeoutFailed
		}
	}
	if f.has("k") {
		if t.kill, ok = timeoutInterval(f.given["k"]); !ok {
			return t.badInterval(f.given["k"])
		}
	}
	if len(f.operands) < 2 {
		fmt.Fprintf(p.Stderr, "timeout: missing operand\nTry 'timeout --help' for more information.\n")
		return timeoutFailed
	}
	limit, ok := timeoutInterval(f.operands[0])
	if !ok {
		return t.badInterval(f.operands[0])
	}
	return t.run(limit, f.operands[1:])
}

func (t *timeoutTool) badInterval(text string) int {
	t.p.Errorf("invalid time interval ‘%s’\nTry 'timeout --help' for more information.", text)
	return timeoutFailed
}

func (t *timeoutTool) run(limit time.Duration, args []string) int {
	child, err := t.p.Launch(host.Spec{Args: args})
	if err != nil {
		t.p.Errorf("failed to run command ‘%s’: %s", args[0], reason(err))
		if vfs.ErrnoOf(err) == vfs.ENOENT {
			return 127
		}
		return 126
	}
	expired := false
	send := func(sig host.Signal) func() {
		return func() {
			expired = true
			if t.verbose {
				t.p.Errorf("sending signal %s to command ‘%s’", host.SignalName(sig), args[0])
			}
			child.Signal(sig)
		}
	}
	clock := t.p.Host.Clock
	if limit > 0 {
		defer clock.After(limit, send(t.signal)).Stop()
		if t.kill > 0 {
			defer clock.After(limit+t.kill, send(host.SIGKILL)).Stop()
		}
	}
	t.p.OnSignal = func(s host.Signal) bool {
		if s == host.SIGINT { // the terminal has told the command as well
			return true
		}
		child.Signal(s)
		return true
	}
	status := child.Wait(t.p.Task)
	if expired && !t.preserve && status != 137 {
		return timeoutExpired
	}
	return status
}

// timeoutInterval reads a number with an optional s, m, h or d.
func timeoutInterval(text string) (time.Duration, bool) {
	unit := time.Second
	if n := len(text); n > 0 {
		if u, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[text[n-1]]; ok {
			text, unit = text[:n-1], u
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v < 0 || v != v || strings.ContainsAny(text, "xXnN") {
		return 0, false
	}
	const year = 366 * 24 * time.Hour
	return time.Duration(min(v*float64(unit), float64(100*year))), true
}
