package netfilter

import "mxlab/sim/host"

// Install gives a host its packet filter and the unit that loads the saved
// rules at boot: netfilter-persistent with /etc/iptables/rules.v4 and rules.v6
// on Debian, iptables with /etc/sysconfig/iptables on Red Hat; and ufw.
func Install(h *host.Host) {
	fw := Of(h)
	h.OnBoot(fw.reset)
	if h.Flavour == host.RedHat {
		h.AddUnit(sysconfigUnit(fw, v4))
		h.AddUnit(sysconfigUnit(fw, v6))
		return
	}
	h.AddUnit(persistentUnit(fw))
	h.AddUnit(ufwUnit(fw))
}

// Programs returns the commands of this package by name.
func Programs() host.Programs {
	return host.Programs{
		"iptables": runIptables, "ip6tables": runIp6tables,
		"iptables-save": runSave(v4), "ip6tables-save": runSave(v6),
		"iptables-restore": runRestore(v4), "ip6tables-restore": runRestore(v6),
		"netfilter-persistent": runPersistent, "ufw": runUfw,
	}
}
