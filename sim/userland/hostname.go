package userland

import (
	"fmt"
	"net/netip"
	"strings"

	"mxlab/sim/host"
)

// runHostname is hostname(1). A new name is written to /etc/hostname, which is
// what the host's name is in the lab.
func runHostname(p *host.Proc) int {
	f, ok := readFlags(p, "fsdiIAbF:", "fqdn=f", "long=f", "short=s", "domain=d", "ip-address=i", "all-ip-addresses=I", "file=F:")
	if !ok {
		return 4
	}
	name := p.Host.Hostname()
	if len(f.operands) > 0 {
		if !p.Cred.IsRoot() {
			fmt.Fprintln(p.Stderr, "hostname: you must be root to change the host name")
			return 1
		}
		if err := p.Host.FS.WriteFile("/etc/hostname", []byte(f.operands[0]+"\n"), 0o644, p.Cred); err != nil {
			p.Errorf("%s", reason(err))
			return 1
		}
		p.Wrote("write", "/etc/hostname")
		return 0
	}
	short, _, _ := strings.Cut(name, ".")
	switch f.last("f", "s", "d", "i", "I", "A") {
	case "s":
		p.Print(short + "\n")
	case "I", "A":
		var list []string
		for _, i := range p.Host.Node.Ifaces() {
			for _, a := range i.Addrs() {
				if ip := a.Addr(); !ip.IsLoopback() && !ip.IsLinkLocalUnicast() {
					list = append(list, ip.String())
				}
			}
		}
		p.Print(strings.Join(list, " ") + " \n")
	case "i":
		addr, _, ok := ownEntry(p.Host, name)
		if !ok {
			p.Errorf("Name or service not known")
			return 1
		}
		p.Print(addr.String() + "\n")
	case "f", "d":
		full := name
		if _, canonical, ok := ownEntry(p.Host, name); ok {
			full = canonical
		} else if !strings.Contains(name, ".") {
			p.Errorf("Name or service not known")
			return 1
		}
		if f.last("f", "d") == "d" {
			_, full, _ = strings.Cut(full, ".")
		}
		p.Print(full + "\n")
	default:
		p.Print(name + "\n")
	}
	return 0
}

// ownEntry finds the host's own name in /etc/hosts, as gethostbyname(3) would.
func ownEntry(h *host.Host, name string) (addr netip.Addr, canonical string, ok bool) {
	for _, e := range h.ReadHosts() {
		for _, n := range e.Names {
			if strings.EqualFold(n, name) {
				return e.Addr, e.Names[0], true
			}
		}
	}
	return addr, "", false
}

// runUname is uname(1).
func runUname(p *host.Proc) int {
	f, ok := readFlags(p, "asnrvmpio", "all=a", "kernel-name=s", "nodename=n", "kernel-release=r", "kernel-version=v", "machine=m", "operating-system=o")
	if !ok {
		return 1
	}
	release, version := "6.1.0-28-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)"
	if p.Host.Flavour == host.RedHat {
		release, version = "4.18.0-553.el8_10.x86_64", "#1 SMP Fri May 24 13:05:10 UTC 2024"
	}
	var out []string
	for _, part := range []struct{ letter, text string }{{"s", "Linux"}, {"n", p.Host.Hostname()}, {"r", release}, {"v", version}, {"m", "x86_64"},
		{"p", "unknown"}, {"i", "unknown"}, {"o", "GNU/Linux"}} {
		if f.has(part.letter) || f.has("a") && part.text != "unknown" || len(f.given) == 0 && part.letter == "s" {
			out = append(out, part.text)
		}
	}
	p.Print(strings.Join(out, " ") + "\n")
	return 0
}
