package named

import (
	"errors"
	"fmt"

	"mxlab/sim/host"
)

// installed is the key under which a host keeps what its name servers share.
type installed struct{}

// Install gives the host the unit named. Zones and configurations that other
// worlds have parsed are taken from zones.
func Install(h *host.Host, zones *ZoneCache) {
	h.SetValue(installed{}, zones)
	u := &host.Unit{
		Name: "named", Description: "BIND Domain Name Server", ExecStart: "/usr/sbin/named -f $OPTIONS",
		Docs: "man:named(8)", Tags: []string{"named"}, Enabled: true,
		Start: func(u *host.Unit) (*host.Proc, error) {
			s, err := startUnit(u.Host, zones)
			if err != nil {
				return nil, err
			}
			return s.proc, nil
		},
		Reload: func(u *host.Unit) error { // rndc reload
			s, ok := u.Main().Ctx.(*Server)
			if !ok {
				return errors.New("connection refused")
			}
			if r := s.command("reload", false); r.err != "" {
				return errors.New(r.err)
			}
			return nil
		},
	}
	if h.Flavour == host.Debian {
		u.Aliases = []string{"bind9"}
	} else {
		u.Description = "Berkeley Internet Name Domain (DNS)"
		u.ExecStart = "/usr/sbin/named -u named -c ${NAMEDCONF} $OPTIONS"
	}
	h.AddUnit(u)
}

// zonesOf is the cache Install was given, a new one for a host without the unit.
func zonesOf(h *host.Host) *ZoneCache {
	if c, ok := h.Value(installed{}).(*ZoneCache); ok {
		return c
	}
	c := NewZoneCache()
	h.SetValue(installed{}, c)
	return c
}

// startUnit starts named as systemd does: as root, in /, with the options of the
// environment file.
func startUnit(h *host.Host, zones *ZoneCache) (*Server, error) {
	args := unitArguments(h)
	o, err := parseCommandLine(args, h.Flavour)
	if err == nil && (o.version || o.build) {
		err = usageError("no server was started")
	}
	if err != nil {
		return nil, &host.StartError{Status: 1, Err: err}
	}
	p, err := h.Daemon(host.Spec{Args: args})
	if err != nil {
		return nil, err
	}
	s := newServer(h, zones, p, o)
	if err := s.start(); err != nil {
		p.Exit(1)
		return nil, &host.StartError{Status: 1, PID: p.PID, Err: err}
	}
	return s, nil
}

// runNamed is the command named(8). In the foreground it runs until it is stopped;
// otherwise it leaves a daemon behind, of which the unit knows nothing.
func runNamed(p *host.Proc) int {
	h := p.Host
	o, err := parseCommandLine(p.Args, h.Flavour)
	switch {
	case err != nil:
		if _, extra := err.(usageError); extra && err.Error() != "extra command line arguments" {
			fmt.Fprint(p.Stderr, usageText)
			fmt.Fprintf(p.Stderr, "named: %s\n", err)
		} else {
			fmt.Fprintf(p.Stderr, "named: %s\n", err)
			fmt.Fprint(p.Stderr, usageText)
		}
		return 1
	case o.version:
		p.Print(versionLine + "\n")
		return 0
	case o.build:
		p.Print(versionLine + "\nrunning on " + kernelLine + "\nbuilt by make with defaults\n" + buildLines(h))
		return 0
	}
	if o.foreground {
		s := newServer(h, zonesOf(h), p, o)
		if s.start() != nil {
			return 1
		}
		for !s.stopped {
			s.done.Wait(p.Task)
		}
		return 0
	}
	d, err := h.Daemon(host.Spec{Args: p.Args, Cred: &p.Cred, Cwd: p.Cwd, Env: p.Env.Clone()})
	if err != nil {
		p.Errorf("fork(): %s", err)
		return 1
	}
	s := newServer(h, zonesOf(h), d, o)
	if s.start() != nil {
		d.Exit(1)
		return 1
	}
	return 0
}

// buildLines is the end of what named -V prints.
func buildLines(h *host.Host) string {
	key, state := defaultKeyFile(h.Flavour), "/run/named"
	return "compiled by GCC 12.2.0\nthreads support is enabled\n\ndefault paths:\n" +
		"  named configuration:  " + defaultConfig(h.Flavour) + "\n" +
		"  rndc key:             " + key + "\n" +
		"  named PID file:       " + state + "/named.pid\n" +
		"  named lock file:      " + state + "/named.lock\n"
}

// Programs are the commands that come with the daemon.
func Programs() host.Programs {
	return host.Programs{
		"named":              runNamed,
		"rndc":               runRndc,
		"rndc-confgen":       runRndcConfgen,
		"named-checkconf":    runCheckconf,
		"named-checkzone":    func(p *host.Proc) int { return runCheckzone(p, "named-checkzone") },
		"named-compilezone":  func(p *host.Proc) int { return runCheckzone(p, "named-compilezone") },
		"dnssec-keygen":      runDnssecKeygen,
		"dnssec-signzone":    runSignzone,
		"dnssec-dsfromkey":   runDsfromkey,
		"dnssec-verify":      runVerify,
		"named-journalprint": runJournalprint,
	}
}
