package dovecot

import (
	"fmt"
	"io"

	"mxlab/sim/host"
)

const dovecotUsage = `Usage: dovecot [-F] [-c <config file>] [-p] [-n] [-a] [--help] [--version]
       [--build-options] [--hostdomain] [reload] [stop]
`

// dovecotCommand is dovecot(1).
func dovecotCommand(p *host.Proc) int {
	in := of(p.Host)
	args := p.Args[1:]
	for len(args) > 0 && (args[0] == "-F" || args[0] == "-p") {
		args = args[1:]
	}
	verb := ""
	if len(args) > 0 {
		verb = args[0]
	}
	switch verb {
	case "--version":
		p.Printf("%s\n", version)
		return 0
	case "--help":
		p.Print(dovecotUsage)
		return 0
	case "-n", "-a":
		p.Args = []string{"doveconf", verb}
		return doveconf(p)
	}
	unit := p.Host.Unit("dovecot")
	if in == nil || unit == nil {
		p.Errorf("Fatal: Dovecot is not installed")
		return statusFatal
	}
	if !p.Cred.IsRoot() {
		io.WriteString(p.Stderr, "Fatal: Must be started as root\n")
		return statusFatal
	}
	switch verb {
	case "":
		if err := unit.DoStart(); err != nil {
			fmt.Fprintf(p.Stderr, "%v\n", err)
			return statusFatal
		}
	case "reload", "stop":
		if !in.running {
			io.WriteString(p.Stderr, "Fatal: Dovecot is not running (read from /run/dovecot/master.pid)\n")
			return statusFatal
		}
		if verb == "stop" {
			unit.DoStop()
		} else if err := unit.DoReload(); err != nil {
			fmt.Fprintf(p.Stderr, "%v\n", err)
			return statusFatal
		}
	default:
		if verb[0] == '-' {
			fmt.Fprintf(p.Stderr, "dovecot: invalid option -- '%s'\n", verb[1:])
		} else {
			fmt.Fprintf(p.Stderr, "Fatal: Unknown argument: %s\n", verb)
		}
		io.WriteString(p.Stderr, dovecotUsage)
		return statusFatal
	}
	return 0
}
