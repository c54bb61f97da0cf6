package userland

import (
	"fmt"
	"regexp"
	"strings"

	"mxlab/sim/host"
)

// signalArgs takes a signal such as -9, -HUP, -s TERM off the arguments.
func signalArgs(args []string) (sig host.Signal, rest []string, bad string) {
	sig = host.SIGTERM
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "-s" && i+1 < len(args) || a == "--signal" && i+1 < len(args) {
			i++
			a = "-" + args[i]
		} else if v, ok := strings.CutPrefix(a, "--signal="); ok {
			a = "-" + v
		} else if len(a) < 2 || a[0] != '-' || !(a[1] >= '0' && a[1] <= '9' || a[1] >= 'A' && a[1] <= 'Z') {
			rest = append(rest, a)
			continue
		}
		s, ok := host.ParseSignal(a[1:])
		if !ok {
			return sig, nil, a[1:]
		}
		sig = s
	}
	return sig, rest, ""
}

// mayKill tells whether p may send a signal to q (kill(2)).
func mayKill(p, q *host.Proc) bool {
	return p.Cred.IsRoot() || p.Cred.UID == q.Cred.UID
}

// runKillall is killall(1): by the exact name.
func runKillall(p *host.Proc) int {
	sig, args, bad := signalArgs(p.Args[1:])
	if bad != "" {
		fmt.Fprintf(p.Stderr, "%s: unknown signal; killall -l lists signals.\n", bad)
		return 1
	}
	quiet := false
	var names []string
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			quiet = quiet || strings.Contains(a, "q")
			continue
		}
		names = append(names, a)
	}
	if len(names) == 0 {
		p.Stderr.Write([]byte("Usage: killall [OPTION]... [--] NAME...\n"))
		return 1
	}
	status := 0
	for _, name := range names {
		found := false
		for _, q := range p.Host.Procs() {
			if q.Name() != name || q == p {
				continue
			}
			if !mayKill(p, q) {
				fmt.Fprintf(p.Stderr, "%s(%d): Operation not permitted\n", name, q.PID)
				continue
			}
			found = true
			q.Signal(sig)
		}
		if !found {
			status = 1
			if !quiet {
				fmt.Fprintf(p.Stderr, "%s: no process found\n", name)
			}
		}
	}
	return status
}

// runPgrep is pgrep(1) and pkill(1): by a regular expression.
func runPgrep(p *host.Proc) int {
	kill := p.Name() == "pkill"
	sig, args, bad := host.SIGTERM, p.Args[1:], ""
	if kill {
		if sig, args, bad = signalArgs(args); bad != "" {
			p.Errorf("invalid signal: %s", bad)
			return 2
		}
	}
	p2 := *p
	p2.Args = append([]string{p.Args[0]}, args...)
	f, ok := readFlags(&p2, "flaxcu:nvid:e", "full=f", "list-name=l", "list-full=a", "exact=x", "count=c", "euid=u:", "newest=n", "ignore-case=i")
	if !ok {
		return 2
	}
	if len(f.operands) != 1 && !(len(f.operands) == 0 && f.has("u")) {
		p.Errorf("no matching criteria specified")
		fmt.Fprintf(p.Stderr, "Try `%s --help' for more information.\n", p.Name())
		return 2
	}
	pat := strings.Join(f.operands, "")
	if f.has("x") {
		pat = "^(" + pat + ")$"
	}
	var re *regexp.Regexp
	re, err := compilePOSIX(pat, true, f.has("i"))
	if err != nil {
		p.Errorf("%v", err)
		return 2
	}
	n := 0
	for _, q := range p.Host.Procs() {
		text := q.Name()
		if f.has("f") {
			text = q.Command()
		}
		if q == p || re.MatchString(text) == f.has("v") || f.has("u") && p.Host.UserName(q.Cred.UID) != f.given["u"] {
			continue
		}
		switch {
		case kill && !mayKill(p, q):
			p.Errorf("killing pid %d failed: Operation not permitted", q.PID)
			continue
		case kill:
			q.Signal(sig)
		case f.has("c"):
		case f.has("a"):
			p.Printf("%d %s\n", q.PID, q.Command())
		case f.has("l"):
			p.Printf("%d %s\n", q.PID, q.Name())
		default:
			p.Printf("%d\n", q.PID)
		}
		n++
	}
	if f.has("c") && !kill {
		p.Printf("%d\n", n)
	}
	if n == 0 {
		return 1
	}
	return 0
}

// runPidof is pidof(8): the newest first.
func runPidof(p *host.Proc) int {
	var list []string
	procs := p.Host.Procs()
	for _, name := range p.Args[1:] {
		if strings.HasPrefix(name, "-") {
			continue
		}
		for i := len(procs) - 1; i >= 0; i-- {
			if procs[i].Name() == name[strings.LastIndexByte(name, '/')+1:] && procs[i] != p {
				list = append(list, fmt.Sprint(procs[i].PID))
			}
		}
	}
	if len(list) == 0 {
		return 1
	}
	p.Print(strings.Join(list, " ") + "\n")
	return 0
}
