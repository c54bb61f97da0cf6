package dovecot

import (
	"errors"
	"fmt"
	"strings"

	"mxlab/sim/dovecot/config"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// doveconfOptions are those of doveconf(1) this one knows.
type doveconfOptions struct {
	file     string
	scope    config.Scope
	scoped   bool // -n, -a or -d was given
	noNames  bool // -h
	settings []string
}

// doveconf is doveconf(1): -n, -a, -d, -c FILE, -h, setting names.
func doveconf(p *host.Proc) int {
	o, ok := doveconfArgs(p)
	if !ok {
		return statusFatal
	}
	if len(o.settings) == 0 {
		p.Printf("# %s: %s\n# Pigeonhole version 0.5.19 (4eae2f79)\n", version, o.file)
	}
	cfg, err := config.Parse(p.Path(o.file), files(p.Host, p.Cred))
	if errno := vfs.Errno(0); errors.As(err, &errno) {
		err = fmt.Errorf("open(%s) failed: %w", o.file, errno)
	}
	fatal := func(err error) int {
		fmt.Fprintf(p.Stderr, "doveconf: Fatal: %v\n", err)
		return statusFatal
	}
	if cfg == nil {
		return fatal(err)
	}
	fault := cfg.Check(func(name string) bool { _, ok := p.Host.User(name); return ok })
	for _, w := range cfg.Warnings {
		fmt.Fprintf(p.Stderr, "doveconf: Warning: %s\n", w)
	}
	status := doveconfPrint(p, cfg, o)
	if e := (*config.Error)(nil); err == nil && errors.As(fault, &e) {
		fmt.Fprintf(p.Stderr, "doveconf: Error: %s\n", e.Text)
		err = fault
	}
	if err != nil {
		return fatal(err)
	}
	return status
}

func doveconfArgs(p *host.Proc) (o doveconfOptions, ok bool) {
	o = doveconfOptions{file: mainFile}
	for args := p.Args[1:]; len(args) > 0; args = args[1:] {
		switch a := args[0]; {
		case a == "-n":
			o.scope, o.scoped = config.Changed, true
		case a == "-a":
			o.scope, o.scoped = config.All, true
		case a == "-d":
			o.scope, o.scoped = config.Defaults, true
		case a == "-h":
			o.noNames = true
		case a == "-c" && len(args) > 1:
			o.file, args = args[1], args[1:]
		case a == "-P" || a == "-S" || a == "-N":
		case strings.HasPrefix(a, "-"):
			fmt.Fprintf(p.Stderr, "doveconf: invalid option -- '%s'\n", a[1:2])
			return o, false
		default:
			o.settings = append(o.settings, a)
		}
	}
	return o, true
}

func doveconfPrint(p *host.Proc, cfg *config.Config, o doveconfOptions) int {
	if len(o.settings) == 0 {
		system := "Debian 12.11 "
		if p.Host.Flavour == host.RedHat {
			system = "Red Hat Enterprise Linux "
		}
		p.Printf("# OS: Linux 6.1.0-37-amd64 x86_64 %s\n# Hostname: %s\n", system, p.Host.Hostname())
		if o.scope != config.Changed {
			p.Print("# NOTE: Send doveconf -n output instead when asking for help.\n")
		}
		cfg.Print(p.Stdout, o.scope)
		return 0
	}
	for _, name := range o.settings {
		if cfg.PrintSections(p.Stdout, name, o.scope) {
			continue
		}
		v, ok := cfg.Lookup(name)
		switch {
		case !ok:
			fmt.Fprintf(p.Stderr, "doveconf: Fatal: Unknown setting: %s\n", name)
			return statusFatal
		case o.noNames:
			p.Printf("%s\n", v)
		default:
			p.Printf("%s = %s\n", name, v)
		}
	}
	return 0
}
