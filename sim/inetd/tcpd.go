package inetd

import (
	"fmt"
	"io"
	"net/netip"
	"path"
	"slices"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/tcpwrap"
)

// daemonDir is where the daemons behind tcpd are (REAL_DAEMON_DIR).
const daemonDir = "/usr/sbin"

// Programs returns the commands of this package by name.
func Programs() host.Programs {
	return host.Programs{"tcpd": runTcpd, "tcpdmatch": runTcpdmatch, "tcpdchk": runTcpdchk}
}

// rules reads the two access files. A file that is missing has no rules.
func rules(h *host.Host, dir string) (allow, deny []tcpwrap.Rule, problems []tcpwrap.Problem) {
	for i, file := range []string{path.Join(dir, "hosts.allow"), path.Join(dir, "hosts.deny")} {
		text, err := h.FS.ReadFile(file, host.Root)
		if err != nil {
			continue
		}
		list, bad := tcpwrap.Parse(file, string(text))
		problems = append(problems, bad...)
		if i == 0 {
			allow = list
		} else {
			deny = list
		}
	}
	return allow, deny, problems
}

// request describes a client for the rules; names are looked up on demand, and
// a name that does not lead back to the address is paranoid.
func request(p *host.Proc, daemon string, server, client netip.Addr) tcpwrap.Request {
	return tcpwrap.Request{Daemon: daemon, Server: server, Client: client,
		Name: func() string {
			name, err := p.Host.LookupName(p.Task, client)
			if err != nil || name == "" {
				return tcpwrap.Unknown
			}
			name = strings.TrimSuffix(name, ".")
			addrs, _, err := p.Host.LookupAddrs(p.Task, name, host.AnyFamily)
			if err != nil || !slices.Contains(addrs, client) {
				return tcpwrap.Paranoid
			}
			return name
		},
		File: func(name string) string {
			text, _ := p.Host.FS.ReadFile(name, host.Root)
			return string(text)
		}}
}

// runTcpd is tcpd(8): run in the place of the daemon whose name it is given.
func runTcpd(p *host.Proc) int {
	c := p.Stdin.Conn()
	if c == nil {
		return 0
	}
	daemon := p.Args[0]
	if !strings.HasPrefix(daemon, "/") {
		daemon = path.Join(daemonDir, daemon)
	}
	name := path.Base(daemon)
	log := func(sev host.Severity, format string, args ...any) {
		p.Host.Syslog(host.FacDaemon, sev, name, p.PID, fmt.Sprintf(format, args...))
	}
	q := request(p, name, c.Local().Addr(), c.Remote().Addr())
	allow, deny, problems := rules(p.Host, "/etc")
	for _, bad := range problems {
		log(host.Warning, "%s", bad.Error())
	}
	v := tcpwrap.Decide(allow, deny, q)
	if status, over := options(p, &q, v, log); over {
		return status
	}
	if !v.Granted {
		log(host.Warning, "refused connect from %s", q.Client)
		return 0
	}
	log(host.Info, "connect from %s", q.Client)
	prog, argv, err := p.Host.Image(append([]string{daemon}, p.Args[1:]...), "", "/", p.Cred)
	if err != nil {
		log(host.Err, "error: cannot execute %s: %s", daemon, vfs.ErrnoOf(err))
		return 1
	}
	child, err := p.Host.Start(p, prog, host.Spec{Args: argv})
	if err != nil {
		return 1
	}
	return child.Wait(p.Task)
}

// options carries out the options of the rule that decided: spawn runs a
// command beside, twist runs one in the daemon's place. over says that the
// client has been served.
func options(p *host.Proc, q *tcpwrap.Request, v tcpwrap.Verdict, log func(host.Severity, string, ...any)) (status int, over bool) {
	if v.Rule == nil {
		return 0, false
	}
	for _, o := range v.Rule.Options {
		switch o.Name {
		case "spawn":
			p.Run(host.Spec{Args: []string{"/bin/sh", "-c", q.Expand(o.Value, p.PID)}, Stdin: host.NullFD(), Stdout: host.NullFD(), Stderr: host.NullFD()})
		case "twist":
			log(host.Info, "twist %s to %s", q.Client, q.Expand(o.Value, p.PID))
			status, err := p.Run(host.Spec{Args: []string{"/bin/sh", "-c", q.Expand(o.Value, p.PID)}})
			if err != nil {
				status = 1
			}
			return status, true
		case "setenv":
			name, value, _ := strings.Cut(o.Value, " ")
			p.Env.Set(name, q.Expand(strings.TrimSpace(value), p.PID))
		case "banners":
			if text, err := p.Host.FS.ReadFile(path.Join(o.Value, q.Daemon), host.Root); err == nil {
				io.WriteString(p.Stdout, strings.ReplaceAll(q.Expand(string(text), p.PID), "\n", "\r\n"))
			}
		}
	}
	return 0, false
}

// runTcpdmatch is tcpdmatch(8): it predicts what the files say to a client.
func runTcpdmatch(p *host.Proc) int {
	dir, words := "/etc", []string{}
	for i := 1; i < len(p.Args); i++ {
		switch a := p.Args[i]; {
		case a == "-d":
			dir = p.Cwd
		case a == "-i":
			i++
		default:
			words = append(words, a)
		}
	}
	if len(words) != 2 {
		fmt.Fprintf(p.Stderr, "usage: %s [-d] [-i inet_conf] daemon[@host] [user@]host\n\t-d: use allow/deny files in current directory\n\t-i: location of inetd.conf file\n", p.Args[0])
		return 1
	}
	daemon, at, _ := strings.Cut(words[0], "@")
	server, _ := netip.ParseAddr(at)
	client := words[1][strings.LastIndexByte(words[1], '@')+1:]
	addrs, named := clientAddrs(p, client)
	allow, deny, problems := rules(p.Host, dir)
	for _, bad := range problems {
		fmt.Fprintln(p.Stderr, bad.Error())
	}
	if len(addrs) == 0 {
		fmt.Fprintf(p.Stderr, "error: %s: host not found\n", client)
		return 1
	}
	for i, a := range addrs {
		if i > 0 {
			p.Print("\n")
		}
		q := request(p, daemon, server, a)
		if named {
			q.Name = func() string { return client }
			p.Printf("client:   hostname %s\n", client)
		}
		if a.IsValid() {
			p.Printf("client:   address  %s\n", a)
		}
		if server.IsValid() {
			p.Printf("server:   address  %s\n", server)
		}
		p.Printf("server:   process  %s\n", daemon)
		p.Printf("access:   %s\n", access(tcpwrap.Decide(allow, deny, q)))
	}
	return 0
}

// clientAddrs are the addresses a client may come from, none if it is unknown;
// named says that it was given by name.
func clientAddrs(p *host.Proc, client string) (addrs []netip.Addr, named bool) {
	if a, err := netip.ParseAddr(strings.Trim(client, "[]")); err == nil {
		return []netip.Addr{a}, false
	}
	if list, _, err := p.Host.LookupAddrs(p.Task, client, host.AnyFamily); err == nil {
		return list, true
	}
	if client == tcpwrap.Unknown || client == tcpwrap.Paranoid {
		return []netip.Addr{{}}, true
	}
	return nil, false
}

// access is the last word on a connection: with "twist" something else than the
// daemon would serve it.
func access(v tcpwrap.Verdict) string {
	switch {
	case v.Rule != nil && slices.ContainsFunc(v.Rule.Options, func(o tcpwrap.Option) bool { return o.Name == "twist" }):
		return "delegated"
	case v.Granted:
		return "granted"
	}
	return "denied"
}

// runTcpdchk is tcpdchk(8): it prints what is wrong with the files, with -v
// also the rules.
func runTcpdchk(p *host.Proc) int {
	dir, verbose := "/etc", false
	for _, a := range p.Args[1:] {
		switch a {
		case "-d":
			dir = p.Cwd
		case "-v":
			verbose = true
		case "-a":
		default:
			fmt.Fprintf(p.Stderr, "usage: %s [-a] [-d] [-i inet_conf] [-v]\n\t-a: report rules with implicit \"ALLOW\" at end\n\t-d: use allow/deny files in current directory\n\t-i: location of inetd.conf file\n\t-v: list all rules\n", p.Args[0])
			return 1
		}
	}
	allow, deny, problems := rules(p.Host, dir)
	for _, bad := range problems {
		fmt.Fprintln(p.Stderr, bad.Error())
	}
	if !verbose {
		return 0
	}
	p.Printf("Using network configuration file: %s\n", configFile)
	for i, list := range [][]tcpwrap.Rule{allow, deny} {
		for k := range list {
			r := &list[k]
			p.Printf("\n>>> Rule %s line %d:\ndaemons:  %s\nclients:  %s\n", r.File, r.Line, spaced(r.Daemons), spaced(r.Clients))
			for _, o := range r.Options {
				if o.Name != "allow" && o.Name != "deny" {
					p.Printf("option:   %s\n", strings.TrimSpace(o.Name+" "+o.Value))
				}
			}
			access := "denied"
			if r.Grants(i == 0) {
				access = "granted"
			}
			p.Printf("access:   %s\n", access)
		}
	}
	return 0
}

// spaced writes a list with single blanks.
func spaced(list string) string {
	return strings.Join(strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' }), " ")
}
