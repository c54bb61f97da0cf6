package dovecot

import "mxlab/sim/host"

// Install is being written.
func Install(h *host.Host) {}

// Programs is being written.
func Programs() host.Programs { return nil }
