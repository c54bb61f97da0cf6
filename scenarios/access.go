package scenarios

import (
	"errors"
	"fmt"
	"slices"

	"mxlab/sim"
)

// sshServer is the package of what terminals by ssh need.
const sshServer = "openssh-server"

// checkVia checks that the terminals of a host can be reached by ssh from where
// it says, and installs the server they need.
func (b *builder) checkVia(h *sim.Host) error {
	from := b.hosts[h.Via]
	switch {
	case h.Via == "":
		return nil
	case from == nil:
		return fmt.Errorf("no host %q", h.Via)
	case from == h:
		return errors.New("via names another host")
	case !h.Terminal || !from.Terminal:
		return fmt.Errorf("%s and %s need terminal: true", h.Name, h.Via)
	}
	if !slices.Contains(h.Packages, sshServer) {
		h.Packages = append(slices.Clone(h.Packages), sshServer)
	}
	return nil
}

// terminal sets the way to the terminals of a host.
func (b *builder) terminal(name, via string) {
	h := b.hosts[name]
	if h == nil {
		b.scErr(at("terminals", name), "no host %q", name)
		return
	}
	h.Via, h.SSHFirst = via, via != ""
	if err := b.checkVia(h); err != nil {
		b.scErr(at("terminals", name), "%v", err)
	}
}
