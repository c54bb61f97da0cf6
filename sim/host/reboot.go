package host

import (
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// bootTime is how long a host is away during a reboot.
const bootTime = 20 * time.Second

// Reboot switches the host off and on again: all processes end, what was only
// in memory (sockets, packet filter, volatile directories) is gone, and enabled
// units start. It returns when the host is up.
func (h *Host) Reboot(t *vtime.Task) error {
	h.Log.Emit(trace.Event{Kind: trace.Unit, Node: h.Name, Outcome: trace.Warn, Data: trace.F("reboot")})
	for _, u := range h.units {
		u.DoStop()
	}
	for _, p := range h.Procs() {
		p.Signal(SIGKILL)
	}
	h.Node.Down()
	h.emptyVolatile()
	t.Sleep(bootTime)
	h.Node.Up()
	h.booted = h.Clock.Now()
	h.lastPID = 400
	h.journal = journal{}
	h.Syslog(FacKern, Info, "kernel", 0, "Linux version 6.1.0-37-amd64 (debian-kernel@lists.debian.org)")
	for _, fn := range h.onBoot {
		fn()
	}
	h.Boot()
	return nil
}

// emptyVolatile removes what a boot clears: the files below /tmp and the pid
// files below /run.
func (h *Host) emptyVolatile() {
	entries, err := h.FS.ReadDir("/tmp", Root)
	if err != nil {
		return
	}
	for _, e := range entries {
		h.FS.RemoveAll("/tmp/"+e.Name, Root)
	}
}
