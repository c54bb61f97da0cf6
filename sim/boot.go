package sim

import (
	"errors"
	"fmt"
	"slices"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// build boots the student's hosts and does the faults.
//
// The other hosts are booted when the first packet reaches them or something is
// done on them: a host nobody has talked to costs next to nothing. Their boot
// stands for one long ago and leaves no event, so the trace does not show when
// it was.
func (w *World) build() error {
	b := &w.plan.Blueprint
	for i := range b.Hosts {
		if h := &b.Hosts[i]; len(h.Packages) > 0 {
			w.net.Node(h.Name).OnFirstPacket(func() { w.boot(i) })
		}
	}
	var fail error
	err := w.kernel.Do(maxEvents, func(t *vtime.Task) {
		for i := range b.Hosts {
			if h := &b.Hosts[i]; h.Mine || h.Terminal {
				w.boot(i)
			}
		}
		for i := range b.Faults {
			span := w.log.Open(trace.Event{Kind: trace.Action, Node: b.Faults[i].On, Data: actionLabel(&b.Faults[i])})
			res := w.perform(t, &b.Faults[i])
			if res.Err != "" {
				fail = fmt.Errorf("fault %d: %s", i+1, res.Err)
				return
			}
			t.Settle(settleTime)
			span.End(trace.OK, nil)
		}
	})
	if err == nil {
		err = fail
	}
	if err == nil && len(w.faults) > 0 {
		err = errors.New(w.faults[0])
	}
	return err
}

// boot makes a host from its disk and starts its units, if that has not been
// done yet.
func (w *World) boot(index int) *host.Host {
	spec := &w.plan.Blueprint.Hosts[index]
	if h := w.hosts[spec.Name]; h != nil {
		return h
	}
	h := host.New(host.Config{
		Name: spec.Name, Flavour: spec.Flavour, Clock: w.clock, Log: w.log, Node: w.net.Node(spec.Name), Limits: w.limits,
		Programs: w.plan.lib.programs, Shared: w.plan.lib.parsed,
		FS: vfs.New(w.plan.disks[index], vfs.Options{Now: w.clock.Now, MaxBytes: diskBytes, MaxInodes: diskInodes}),
	})
	w.hosts[spec.Name] = h
	h.OnBoot(func() { w.restoreNetwork(h, spec) })
	for _, name := range spec.Packages {
		if install := installers[name]; install != nil {
			install(h, w.plan.lib)
		}
	}
	for _, name := range spec.Disabled {
		if u := h.Unit(name); u != nil {
			u.Enabled = false
		}
	}
	outer := w.clock.SetScope(vtime.Scope{})
	h.SetQuiet(true)
	w.log.Mute(true)
	h.Boot()
	w.log.Mute(false)
	h.SetQuiet(false)
	w.clock.SetScope(outer)
	return h
}

// hostIndex returns a host's place in the blueprint, -1 if there is none.
func (w *World) hostIndex(name string) int {
	return slices.IndexFunc(w.plan.Blueprint.Hosts, func(h Host) bool { return h.Name == name })
}

// disk returns a host's disk for reading, without booting the host.
func (w *World) disk(name string) (*vfs.FS, error) {
	if h := w.hosts[name]; h != nil {
		return h.FS, nil
	}
	i := w.hostIndex(name)
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", ErrNoHost, name)
	}
	return vfs.New(w.plan.disks[i], vfs.Options{}), nil
}
