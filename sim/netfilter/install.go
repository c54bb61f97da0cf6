package netfilter

import "mxlab/sim/host"

// Install gives a host its packet filter.
func Install(h *host.Host) {}

// Programs returns the commands of this package by name.
func Programs() host.Programs { return host.Programs{} }
