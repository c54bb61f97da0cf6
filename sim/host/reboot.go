package host

import (
	"fmt"
	"io/fs"
	"strings"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// bootTime is how long a host takes to come up.
const bootTime = 20 * time.Second

// What survives a host being off is what is on its disk: files, which units are
// enabled, saved rules, queues. Processes, sockets, the packet filter's rules,
// addresses and routes set by hand, and what is below /tmp and /run are gone.

// Reboot takes the host down in order and switches it on again. It returns when
// the host is up.
func (h *Host) Reboot(t *vtime.Task) error {
	h.Log.Emit(trace.Event{Kind: trace.Unit, Node: h.Name, Outcome: trace.Warn, Data: trace.F("reboot")})
	h.shutDown()
	h.PowerOn(t)
	return nil
}

// PowerOff takes the host down in order and switches it off (poweroff(8)).
func (h *Host) PowerOff() {
	if h.IsOff() {
		return
	}
	h.Log.Emit(trace.Event{Kind: trace.Unit, Node: h.Name, Outcome: trace.Warn, Data: trace.F("power off")})
	h.shutDown()
}

// PullPlug switches the host off without a word to anybody: nothing is stopped
// in order, peers are not told.
func (h *Host) PullPlug() {
	if h.IsOff() {
		return
	}
	h.Log.Emit(trace.Event{Kind: trace.Unit, Node: h.Name, Outcome: trace.Warn, Data: trace.F("power cut")})
	h.Node.Down()
	h.quiet = true
	h.stopAll()
	h.quiet = false
	h.emptyVolatile()
}

// IsOff reports whether the host is switched off.
func (h *Host) IsOff() bool { return h.Node.IsDown() }

// PowerOn boots a host that is off and returns when it is up.
func (h *Host) PowerOn(t *vtime.Task) {
	if !h.IsOff() || h.booting {
		return
	}
	h.booting = true
	t.Sleep(bootTime)
	h.booting = false
	h.Node.Up()
	h.booted = h.Clock.Now()
	h.lastPID, h.ttys, h.plan = 400, 0, nil
	h.journal = journal{}
	h.Syslog(FacKern, Info, "kernel", 0, "Linux version "+kernelRelease+" (debian-kernel@lists.debian.org)")
	h.noteBoot(false)
	for _, fn := range h.onBoot {
		fn()
	}
	h.Boot()
}

// shutDown stops units and processes in order and switches off.
func (h *Host) shutDown() {
	if h.IsOff() {
		return
	}
	h.noteBoot(true)
	h.stopAll()
	h.Node.Down()
	h.emptyVolatile()
}

func (h *Host) stopAll() {
	h.plan.cancel()
	for _, u := range h.units {
		u.DoStop()
	}
	for _, p := range h.Procs() {
		p.Signal(SIGKILL)
	}
}

// emptyVolatile removes what is only in memory: all below /tmp, and the files
// below /run. Its folders stay: systemd makes them again (tmpfiles.d(5)).
func (h *Host) emptyVolatile() {
	entries, _ := h.FS.ReadDir("/tmp", Root)
	for _, e := range entries {
		h.FS.RemoveAll("/tmp/"+e.Name, Root)
	}
	h.emptyFolder("/run", 8)
}

func (h *Host) emptyFolder(dir string, depth int) {
	entries, _ := h.FS.ReadDir(dir, Root)
	for _, e := range entries {
		name := dir + "/" + e.Name
		info, err := h.FS.Lstat(name, Root)
		switch {
		case err != nil:
		case info.IsDir() && depth > 0:
			h.emptyFolder(name, depth-1)
		case info.Mode().Type() == fs.ModeSymlink:
		default:
			h.FS.Unlink(name, Root)
		}
	}
}

// ShutdownPlan is a shutdown that is to come (shutdown(8)).
type ShutdownPlan struct {
	Word  string // "reboot", "poweroff", "halt"
	At    time.Time
	timer *vtime.Timer
}

func (s *ShutdownPlan) cancel() {
	if s != nil {
		s.timer.Stop()
	}
}

// Plan returns the shutdown that is to come, nil if there is none.
func (h *Host) Plan() *ShutdownPlan { return h.plan }

// nologinFile keeps people out while a shutdown is near (nologin(5)).
const nologinFile = "/run/nologin"

// nologinTime is how long before a shutdown that begins.
const nologinTime = 5 * time.Minute

// ScheduleShutdown plans a shutdown in d, in the place of one that was planned;
// 0 does it now. It goes on after the calling process has ended.
func (h *Host) ScheduleShutdown(word string, d time.Duration) {
	h.CancelShutdown()
	if d <= 0 {
		h.goDown(word)
		return
	}
	h.plan = &ShutdownPlan{Word: word, At: h.Clock.Now().Add(d)}
	h.plan.timer = h.Clock.After(d, func() { h.goDown(word) })
	if d <= nologinTime {
		h.FS.WriteFile(nologinFile, []byte("\"System is going down. Unprivileged users are not permitted to log in anymore. For technical details, see pam_nologin(8).\"\n"), 0o644, Root)
	}
}

// CancelShutdown gives a planned shutdown up and reports whether there was one.
func (h *Host) CancelShutdown() bool {
	if h.plan == nil {
		return false
	}
	h.plan.cancel()
	h.plan = nil
	h.FS.Unlink(nologinFile, Root)
	return true
}

// goDown does a shutdown in a task of its own, which outlives all processes.
func (h *Host) goDown(word string) {
	done := h.Clock.Work()
	task := h.Clock.Go(word, func(t *vtime.Task) {
		if word == "reboot" {
			h.Reboot(t)
		} else {
			h.PowerOff()
		}
	})
	task.OnEnd(func(error) { done() })
}

// Wall shows a text on all terminals but one (wall(1)).
func (h *Host) Wall(from, text string, but *TTY) {
	head := fmt.Sprintf("\nBroadcast message from %s (%s):\n\n", from, h.Now().Format("Mon 2006-01-02 15:04:05 MST"))
	shown := map[*TTY]bool{}
	for _, p := range h.Procs() {
		if p.TTY != nil && p.TTY != but && !shown[p.TTY] {
			shown[p.TTY] = true
			p.TTY.Notice(head + strings.TrimRight(text, "\n") + "\n\n")
		}
	}
}
