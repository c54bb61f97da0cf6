package userland

import "mxlab/sim/host"

// runTTY is tty(1).
func runTTY(p *host.Proc) int {
	t := p.Stdin.TTY()
	quiet := len(p.Args) > 1 && p.Args[1] == "-s"
	switch {
	case t == nil && quiet:
		return 1
	case t == nil:
		p.Print("not a tty\n")
		return 1
	case !quiet:
		p.Print("/dev/" + t.Name + "\n")
	}
	return 0
}
