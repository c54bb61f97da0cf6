package host

import "errors"

// Limits bound what the commands of one world can use up. They are refilled at
// the beginning of each operation of a student (Refill), so that they bound
// the operation, not the session. A process that goes past a bound gets the
// error a real system would give.
type Limits struct {
	Steps     int64 // shell steps, loop iterations and lines handled by commands
	Output    int64 // bytes one operation may write to its terminal
	Processes int   // live processes of one host (RLIMIT_NPROC)
	Memory    int64 // bytes one process may hold in variables and buffers

	left int64
	told bool // that the operation has run out of steps
}

// ErrSteps is the reason a process is killed when the operation has used up
// its steps.
var ErrSteps = errors.New("step limit exceeded")

// NewLimits returns the default limits, filled.
func NewLimits() *Limits {
	l := &Limits{Steps: 2_000_000, Output: 1 << 20, Processes: 256, Memory: 16 << 20}
	l.Refill()
	return l
}

// Refill gives a new operation its steps.
func (l *Limits) Refill() { l.left, l.told = l.Steps, false }

// take uses n steps and reports whether there were enough.
func (l *Limits) take(n int64) bool {
	l.left -= n
	return l.left >= 0
}

// tell reports whether this is the first process the operation's limit ends:
// only that one says so.
func (l *Limits) tell() bool {
	first := !l.told
	l.told = true
	return first
}

// Exhaust takes all steps that are left: every process of the operation ends at
// its next step. It stops a fork bomb.
func (l *Limits) Exhaust() { l.left = -1 }
