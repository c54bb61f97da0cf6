package sim

import (
	"mxlab/sim/dovecot"
	"mxlab/sim/host"
	"mxlab/sim/inetd"
	"mxlab/sim/mta"
	"mxlab/sim/named"
	"mxlab/sim/netfilter"
	"mxlab/sim/registry"
	"mxlab/sim/sshd"
)

// installers gives a host the daemons of a package of distro. nil: the package
// has none.
var installers = map[string]func(*host.Host, *Library){
	"bind9":          func(h *host.Host, l *Library) { named.Install(h, l.zones) },
	"bind":           func(h *host.Host, l *Library) { named.Install(h, l.zones) },
	"postfix":        func(h *host.Host, _ *Library) { mta.Install(h) },
	"dovecot":        func(h *host.Host, _ *Library) { dovecot.Install(h) },
	"whoisd":         func(h *host.Host, _ *Library) { registry.Install(h) },
	"openbsd-inetd":  func(h *host.Host, _ *Library) { inetd.Install(h) },
	"openssh-server": func(h *host.Host, _ *Library) { sshd.Install(h) },
	"iptables":       func(h *host.Host, _ *Library) { netfilter.Install(h) },
}
