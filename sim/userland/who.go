package userland

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
)

// session is a login on a terminal, told by its first process.
type session struct {
	user, tty, from, what string
	since                 time.Time
}

// sessions lists the terminals in use. SSH_CONNECTION in the environment of the
// shell tells where from.
func sessions(h *host.Host) (list []session) {
	at := map[string]int{}
	for _, p := range h.Procs() {
		if p.TTY == nil {
			continue
		}
		i, known := at[p.TTY.Name]
		if !known {
			from, _, _ := strings.Cut(p.Env.Get("SSH_CONNECTION"), " ")
			at[p.TTY.Name] = len(list)
			list = append(list, session{user: h.UserName(p.Cred.UID), tty: p.TTY.Name, from: from, what: p.Command(), since: p.Started})
			continue
		}
		list[i].what = p.Command()
	}
	return list
}

func uptimeText(h *host.Host) string {
	d := h.Clock.Now().Sub(h.Booted())
	up := ""
	if days := int(d.Hours()) / 24; days > 0 {
		up = fmt.Sprintf("%d day", days)
		if days > 1 {
			up += "s"
		}
		up += ", "
	}
	if hours := int(d.Hours()) % 24; hours > 0 {
		up += fmt.Sprintf("%2d:%02d", hours, int(d.Minutes())%60)
	} else {
		up += fmt.Sprintf("%d min", int(d.Minutes())%60)
	}
	n := len(sessions(h))
	users := "users"
	if n == 1 {
		users = "user"
	}
	return fmt.Sprintf("up %s, %2d %s,  load average: 0.00, 0.00, 0.00", up, n, users)
}

// runUptime is uptime(1).
func runUptime(p *host.Proc) int {
	f, ok := readFlags(p, "ps", "pretty=p", "since=s")
	if !ok {
		return 1
	}
	if f.has("s") {
		p.Print(p.Host.Booted().In(p.Host.Zone).Format("2006-01-02 15:04:05") + "\n")
		return 0
	}
	p.Printf(" %s %s\n", p.Host.Now().Format("15:04:05"), uptimeText(p.Host))
	return 0
}

// runWho is who(1) and w(1).
func runWho(p *host.Proc) int {
	list := sessions(p.Host)
	if p.Name() == "w" {
		p.Printf(" %s %s\n", p.Host.Now().Format("15:04:05"), uptimeText(p.Host))
		p.Print("USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n")
		for _, s := range list {
			from := s.from
			if from == "" {
				from = "-"
			}
			p.Printf("%-8s %-8s %-16s %-8s 0.00s  0.00s  0.00s %s\n", shortUser(s.user), s.tty, from, s.since.In(p.Host.Zone).Format("15:04"), s.what)
		}
		return 0
	}
	if len(p.Args) == 3 { // who am i
		for _, s := range list {
			if p.TTY != nil && s.tty == p.TTY.Name {
				list = []session{s}
			}
		}
	}
	for _, s := range list {
		from := ""
		if s.from != "" {
			from = " (" + s.from + ")"
		}
		p.Printf("%-8s %-12s %s%s\n", s.user, s.tty, s.since.In(p.Host.Zone).Format("2006-01-02 15:04"), from)
	}
	return 0
}

// runWhoami is whoami(1).
func runWhoami(p *host.Proc) int {
	p.Print(p.Host.UserName(p.Cred.UID) + "\n")
	return 0
}

// runID is id(1).
func runID(p *host.Proc) int {
	f, ok := readFlags(p, "ugGnr", "user=u", "group=g", "groups=G", "name=n", "real=r")
	if !ok {
		return 1
	}
	cred := p.Cred
	if len(f.operands) > 0 {
		u, known := p.Host.User(f.operands[0])
		if !known {
			p.Errorf("‘%s’: no such user", f.operands[0])
			return 1
		}
		cred = p.Host.Cred(u)
	}
	groups := append([]uint32{cred.GID}, cred.Groups...)
	slices.Sort(groups[1:])
	groups = slices.Compact(groups)
	names := make([]string, len(groups))
	full := make([]string, len(groups))
	for i, g := range groups {
		names[i] = fmt.Sprint(g)
		if f.has("n") {
			names[i] = p.Host.GroupName(g)
		}
		full[i] = fmt.Sprintf("%d(%s)", g, p.Host.GroupName(g))
	}
	switch f.last("u", "g", "G") {
	case "u":
		if f.has("n") {
			p.Print(p.Host.UserName(cred.UID) + "\n")
		} else {
			p.Printf("%d\n", cred.UID)
		}
	case "g":
		p.Print(names[0] + "\n")
	case "G":
		p.Print(strings.Join(names, " ") + "\n")
	default:
		p.Printf("uid=%d(%s) gid=%d(%s) groups=%s\n", cred.UID, p.Host.UserName(cred.UID), cred.GID, p.Host.GroupName(cred.GID), strings.Join(full, ","))
	}
	return 0
}

// runGroups is groups(1).
func runGroups(p *host.Proc) int {
	show := func(gid uint32, more []uint32) string {
		list := []string{p.Host.GroupName(gid)}
		for _, g := range more {
			list = append(list, p.Host.GroupName(g))
		}
		return strings.Join(list, " ")
	}
	if len(p.Args) == 1 {
		p.Print(show(p.Cred.GID, p.Cred.Groups) + "\n")
		return 0
	}
	status := 0
	for _, name := range p.Args[1:] {
		u, known := p.Host.User(name)
		if !known {
			p.Errorf("‘%s’: no such user", name)
			status = 1
			continue
		}
		c := p.Host.Cred(u)
		p.Printf("%s : %s\n", name, show(c.GID, c.Groups))
	}
	return status
}
