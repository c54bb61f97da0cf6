package userland

import (
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/host"
)

// runService is service(8), which hands on to systemctl.
func runService(p *host.Proc) int {
	args := p.Args[1:]
	if len(args) == 1 && args[0] == "--status-all" {
		units := slices.Clone(p.Host.Units())
		slices.SortFunc(units, func(a, b *host.Unit) int { return strings.Compare(a.Name, b.Name) })
		for _, u := range units {
			mark := "-"
			if st, _ := u.State(); st == host.Active {
				mark = "+"
			}
			p.Printf(" [ %s ]  %s\n", mark, u.Name)
		}
		return 0
	}
	if len(args) < 2 {
		fmt.Fprintln(p.Stderr, "Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]")
		return 1
	}
	verb := args[1]
	switch verb {
	case "start", "stop", "restart", "reload", "status", "force-reload", "try-restart":
	case "--full-restart":
		verb = "restart"
	case "save", "flush":
		// Other verbs are for the init script; this one hands all of them on.
		if args[0] == "netfilter-persistent" && p.Host.Flavour != host.RedHat {
			status, err := p.Run(host.Spec{Args: []string{"netfilter-persistent", verb}})
			if err == nil {
				return status
			}
		}
		fallthrough
	default:
		fmt.Fprintf(p.Stderr, "Usage: /etc/init.d/%s {start|stop|reload|restart|force-reload|status}\n", args[0])
		return 3
	}
	if p.Host.Flavour == host.RedHat {
		fmt.Fprintf(p.Stderr, "Redirecting to /bin/systemctl %s %s.service\n", verb, args[0])
	}
	p2 := *p
	p2.Args = []string{"systemctl", verb, args[0]}
	return runSystemctl(&p2)
}
