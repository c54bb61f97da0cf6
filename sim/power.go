package sim

import (
	"errors"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// ErrOff is the error of what needs a host that has no power.
var ErrOff = errors.New("the host is switched off")

// power works a host's power switch: "on"; "off", which takes it down in order;
// "reset", which switches it off hard and on again; "reboot".
func (w *World) power(t *vtime.Task, name, what string) error {
	h, err := w.host(name)
	if err != nil {
		return err
	}
	switch {
	case what == "on":
		h.PowerOn(t)
	case what == "off":
		h.PowerOff()
	case h.IsOff():
		h.PowerOn(t)
	case what == "reset":
		h.PullPlug()
		h.PowerOn(t)
	default:
		return h.Reboot(t)
	}
	return nil
}

// restoreNetwork gives a host that boots the addresses and routes of its
// configuration: what was set with ip(8) is gone.
func (w *World) restoreNetwork(h *host.Host, spec *Host) {
	for _, i := range spec.Ifaces {
		ifc := h.Node.Iface(i.Name)
		if ifc == nil {
			continue
		}
		ifc.SetDown(false)
		for _, a := range append(ifc.Addrs()[:0:0], ifc.Addrs()...) {
			ifc.DelAddr(a)
		}
	}
	for _, r := range h.Node.Routes() {
		h.Node.DelRoute(r)
	}
	for _, i := range spec.Ifaces {
		if ifc := h.Node.Iface(i.Name); ifc != nil {
			for _, a := range i.Addrs {
				ifc.AddAddr(a)
			}
		}
	}
	for _, r := range spec.Routes {
		h.Node.AddRoute(r)
	}
	h.Node.Forwarding = spec.Forward
}

// Off returns the hosts that are switched off, in the order of the blueprint.
func (w *World) Off() (list []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.plan.Blueprint.Hosts {
		if name := w.plan.Blueprint.Hosts[i].Name; w.net.Node(name).IsDown() {
			list = append(list, name)
		}
	}
	return list
}
