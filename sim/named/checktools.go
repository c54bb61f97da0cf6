package named

import (
	"errors"
	"path"
	"strings"

	"mxlab/sim/dns"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/named/config"
)

// runCheckconf is the command named-checkconf(8), over the process's disk.
func runCheckconf(p *host.Proc) int {
	d := disk{fs: p.Host.FS, cred: p.Cred, dir: p.Cwd}
	r := checkconf(d, zonesOf(p.Host), p.Host.Flavour).Run(p.Args[1:])
	p.Print(r.Stdout)
	p.Stderr.Write([]byte(r.Stderr))
	return r.Status
}

func checkconf(d disk, zones *ZoneCache, f host.Flavour) config.CheckConf {
	return config.CheckConf{Disk: d.config(), Default: defaultConfig(f),
		LoadZone: func(z config.ZoneLoad) (stdout, stderr []string, result string) {
			at := d
			if z.Dir != "" {
				at.dir = vfs.Join(d.dir, z.Dir)
			}
			kind := dns.Primary
			if z.Hint {
				kind = dns.Hint
			}
			_, messages, err := zones.Load(zoneLoadOptions(z.Zone, kind, at))
			for _, m := range messages {
				stdout = append(stdout, m.Text)
			}
			if err == nil {
				return stdout, nil, ""
			}
			if !z.Hint {
				stdout = append(stdout, "zone "+dns.Display(z.Zone.Name)+"/"+z.Zone.Class+": not loaded due to errors.")
			}
			return stdout, nil, err.Error()
		}}
}

// runCheckzone is named-checkzone(8) and named-compilezone(8).
func runCheckzone(p *host.Proc, name string) int {
	d := disk{fs: p.Host.FS, cred: p.Cred, dir: p.Cwd}
	h := dns.CheckzoneHost{
		Read: func(file string) ([]byte, error) { return d.readZone(file) },
		Write: func(file string, data []byte) error {
			err := p.Host.FS.WriteFile(d.path(file), data, 0o644, p.Cred)
			if err == nil {
				p.Wrote("write", d.path(file))
			}
			return err
		},
		Chdir: func(dir string) error {
			if err := p.Host.FS.Access(d.path(dir), vfs.MayExec, p.Cred); err != nil {
				return err
			}
			d.dir = vfs.Join(d.dir, dir)
			return nil
		},
		Chroot: func(dir string) error {
			if !p.Cred.IsRoot() {
				return vfs.EPERM
			}
			if _, err := p.Host.FS.Stat(d.path(dir), p.Cred); err != nil {
				return err
			}
			d.root, d.dir = path.Clean(d.path(dir)), "/"
			return nil
		},
		LookupHost: func(name string) dns.HostLookup { return lookupHost(p, name) },
		Now:        p.Host.Clock.Now(),
	}
	if readsStdin(p.Args[1:]) {
		h.Stdin = readAll(p)
	}
	r := dns.CheckZone(name, p.Args[1:], h)
	p.Print(r.Stdout)
	p.Stderr.Write([]byte(r.Stderr))
	return r.Status
}

// readsStdin reports whether the zone is to come from standard input: it is named
// "-", or only the zone's name is given.
func readsStdin(args []string) bool {
	return len(args) > 0 && args[len(args)-1] == "-"
}

// maxStdin bounds a zone read from standard input.
const maxStdin = 16 << 20

func readAll(p *host.Proc) []byte {
	var all []byte
	buf := make([]byte, 4096)
	for len(all) < maxStdin {
		n, err := p.Stdin.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			break
		}
	}
	return all
}

// lookupHost asks the host's resolver, as getaddrinfo(3) does for named-checkzone.
func lookupHost(p *host.Proc, name string) dns.HostLookup {
	addrs, canonical, err := p.Host.LookupAddrs(p.Task, strings.TrimSuffix(name, "."), host.AnyFamily)
	if err != nil || len(addrs) == 0 {
		if errors.Is(err, host.ErrHostNotFound) || errors.Is(err, host.ErrNoData) {
			return dns.HostLookup{NoName: true}
		}
		return dns.HostLookup{Failure: "Temporary failure in name resolution"}
	}
	l := dns.HostLookup{Canonical: strings.TrimSuffix(canonical, ".")}
	for _, a := range addrs {
		l.Addresses = append(l.Addresses, a.String())
	}
	return l
}
