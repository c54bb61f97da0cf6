package sim

import (
	"errors"

	"mxlab/sim/host"
	"mxlab/sim/userland"
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
// configuration: what was set with ip(8) is gone. On Debian that is
// /etc/network/interfaces; other hosts come up as they were at first.
func (w *World) restoreNetwork(h *host.Host, spec *Host) {
	h.Node.Unconfigure()
	h.Node.Forwarding = spec.Forward
	if spec.Flavour == host.Debian {
		for _, command := range userland.BringUp(h) {
			args := []string{"/bin/sh", "-c", "PATH=/usr/sbin:/usr/bin:/sbin:/bin; " + command}
			if prog, argv, err := h.Image(args, "", "/", host.Root); err == nil {
				h.Start(nil, prog, host.Spec{Args: argv, Cwd: "/"})
			}
		}
		return
	}
	for _, i := range spec.Ifaces {
		ifc := h.Node.Iface(i.Name)
		ifc.SetDown(false)
		for _, a := range i.Addrs {
			ifc.AddAddr(a)
		}
	}
	for _, r := range spec.Routes {
		h.Node.AddRoute(r)
	}
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
