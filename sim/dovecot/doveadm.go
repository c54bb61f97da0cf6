package dovecot

import (
	"fmt"
	"io"
	"strings"

	"mxlab/sim/dovecot/mailbox"
	"mxlab/sim/host"
)

// Exit statuses of doveadm (sysexits.h).
const (
	exUsage    = 64
	exNoUser   = 67
	exTempFail = 75
	exNoPerm   = 77
)

// doveadm is doveadm(1): reload, stop, who, user, auth test, mailbox list,
// mailbox status, pw -s PLAIN, config.
func doveadm(p *host.Proc) int {
	in := of(p.Host)
	args := p.Args[1:]
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "config":
		p.Args = append([]string{"doveconf"}, args...)
		return doveconf(p)
	case "pw":
		return doveadmPW(p, args)
	}
	if in == nil {
		p.Errorf("Fatal: Dovecot is not installed")
		return statusFatal
	}
	cfg, err := in.readConfig()
	if err != nil {
		fmt.Fprintf(p.Stderr, "%v\n", err)
		return statusFatal
	}
	if in.cfg == nil {
		in.cfg = cfg
	}
	switch verb {
	case "reload", "stop":
		p.Args = []string{"dovecot", verb}
		return dovecotCommand(p)
	case "who":
		return in.who(p)
	case "user":
		return in.userCommand(p, args)
	case "auth":
		return in.authTest(p, args)
	case "mailbox":
		return in.mailboxCommand(p, args)
	}
	io.WriteString(p.Stderr, "usage: doveadm [-Dv] [-f <formatter>] <command> [<args>]\n")
	return exUsage
}

// doveadmPW prints a password with its scheme.
func doveadmPW(p *host.Proc, args []string) int {
	scheme, password := "CRYPT", ""
	for ; len(args) > 1; args = args[2:] {
		switch args[0] {
		case "-s":
			scheme = strings.ToUpper(args[1])
		case "-p":
			password = args[1]
		}
	}
	if scheme != "PLAIN" && scheme != "CLEARTEXT" && scheme != "CLEAR" {
		fmt.Fprintf(p.Stderr, "doveadm(%s): Fatal: Unknown scheme: %s\n", p.Host.UserName(p.Cred.UID), scheme)
		return statusFatal
	}
	if password == "" {
		b, _ := io.ReadAll(io.LimitReader(p.Stdin, 1024))
		password, _, _ = strings.Cut(string(b), "\n")
	}
	p.Printf("{%s}%s\n", scheme, password)
	return 0
}

// who lists the users who are logged in.
func (in *Instance) who(p *host.Proc) int {
	type row struct {
		user, proto string
		pids, ips   []string
	}
	var rows []*row
next:
	for _, s := range in.sessions {
		if !s.mailing || s.proc == nil {
			continue
		}
		for _, r := range rows {
			if r.user == s.user && r.proto == s.proto {
				r.pids, r.ips = append(r.pids, fmt.Sprint(s.proc.PID)), append(r.ips, s.rip.String())
				continue next
			}
		}
		rows = append(rows, &row{s.user, s.proto, []string{fmt.Sprint(s.proc.PID)}, []string{s.rip.String()}})
	}
	p.Printf("%-20s %-2s %-5s %-7s %s\n", "username", "#", "proto", "(pids)", "(ips)")
	for _, r := range rows {
		p.Printf("%-20s %-2d %-5s (%s) (%s)\n", r.user, len(r.pids), r.proto, strings.Join(r.pids, " "), strings.Join(r.ips, " "))
	}
	return 0
}

// lookup asks the user databases for a user.
func (in *Instance) lookup(p *host.Proc, name string) (*session, bool) {
	r := &authRequest{service: "doveadm", user: name}
	a, v := in.lookupUser(r)
	s := &session{in: in, proto: "imap", user: name, acct: a}
	if v == granted {
		return s, true
	}
	fmt.Fprintf(p.Stderr, "doveadm(%s): Error: User doesn't exist\n", name)
	return s, false
}

// userCommand is doveadm user: the fields of the user database.
func (in *Instance) userCommand(p *host.Proc, args []string) int {
	if len(args) == 0 {
		io.WriteString(p.Stderr, "doveadm user [-a <userdb socket path>] [-x <auth info>] [-f field] [-e <value>] [-u] <user mask> [...]\n")
		return exUsage
	}
	a, v := in.lookupUser(&authRequest{service: "doveadm", user: args[0]})
	if v != granted {
		fmt.Fprintf(p.Stdout, "\nuserdb lookup: user %s doesn't exist\n", args[0])
		return exNoUser
	}
	p.Printf("field\tvalue\nuid\t%d\ngid\t%d\nhome\t%s\nmail\t%s\n", a.cred.UID, a.cred.GID, a.home, (&variables{user: args[0], home: a.home}).expand(in.mailLocation(&a)))
	return 0
}

func (in *Instance) mailLocation(a *account) string {
	if a.mail != "" {
		return a.mail
	}
	return in.cfg.Str("mail_location")
}

// authTest is doveadm auth test USER PASSWORD.
func (in *Instance) authTest(p *host.Proc, args []string) int {
	if len(args) < 3 || args[0] != "test" {
		io.WriteString(p.Stderr, "doveadm auth test [-a <auth socket path>] [-x <auth info>] [-M <master user>] <user> [<password>]\n")
		return exUsage
	}
	if !in.running {
		fmt.Fprintf(p.Stderr, "doveadm(%s): Fatal: Couldn't connect to auth socket\n", args[1])
		return statusFatal
	}
	r := &authRequest{service: "doveadm", user: args[1], password: args[2]}
	if in.authUp() && in.authenticate(r) == granted {
		p.Printf("passdb: %s auth succeeded\nextra fields:\n  user=%s\n", args[1], r.user)
		return 0
	}
	p.Printf("passdb: %s auth failed\nextra fields:\n  user=%s\n", args[1], r.user)
	return exNoPerm
}

// mailboxCommand is doveadm mailbox list|status -u USER.
func (in *Instance) mailboxCommand(p *host.Proc, args []string) int {
	user := p.Host.UserName(p.Cred.UID)
	var rest []string
	for len(args) > 0 {
		if args[0] == "-u" && len(args) > 1 {
			user, args = args[1], args[2:]
			continue
		}
		rest, args = append(rest, args[0]), args[1:]
	}
	if len(rest) == 0 || rest[0] != "list" && rest[0] != "status" || rest[0] == "status" && len(rest) < 3 {
		io.WriteString(p.Stderr, "doveadm mailbox list [-u <user>] [<mailbox mask>]\ndoveadm mailbox status [-u <user>] <fields> <mailbox mask>\n")
		return exUsage
	}
	s, ok := in.lookup(p, user)
	if !ok {
		return exNoUser
	}
	store, err := in.adminStore(s)
	if err == nil {
		var folders []mailbox.Folder
		if folders, err = store.Folders(); err == nil {
			return in.printFolders(p, store, folders, rest)
		}
	}
	fmt.Fprintf(p.Stderr, "doveadm(%s): Error: %v\n", user, err)
	return exTempFail
}

func (in *Instance) adminStore(s *session) (*mailbox.Store, error) {
	if err := in.admit(&s.acct); err != nil {
		return nil, err
	}
	if in.rand == nil {
		in.rand = in.host.Clock.Rand("dovecot " + in.host.Name)
	}
	return s.openStore()
}

func (in *Instance) printFolders(p *host.Proc, store *mailbox.Store, folders []mailbox.Folder, args []string) int {
	mask := "*"
	if len(args) > 1 {
		mask = args[len(args)-1]
	}
	for _, f := range folders {
		if !matchFolder(f.Name, store.Separator()[0], mask) {
			continue
		}
		if args[0] == "list" {
			p.Printf("%s\n", f.Name)
			continue
		}
		box, err := store.Open(f.Name, true)
		if err != nil {
			fmt.Fprintf(p.Stderr, "doveadm: Error: Mailbox %s: %v\n", f.Name, err)
			return exTempFail
		}
		p.Printf("%s%s\n", f.Name, statusFields(box, args[1]))
	}
	return 0
}

// statusFields renders the fields that doveadm mailbox status is asked for.
func statusFields(box mailbox.Box, fields string) string {
	out := ""
	for _, name := range strings.Fields(fields) {
		n := 0
		for _, m := range box.Messages() {
			switch {
			case name == "messages", name == "unseen" && m.Flags&mailbox.Seen == 0, name == "recent" && m.Flags&mailbox.Recent != 0:
				n++
			case name == "vsize" && box.Stat(m) == nil:
				n += int(m.Size)
			}
		}
		switch name {
		case "uidnext":
			n = int(box.Next())
		case "uidvalidity":
			n = int(box.Validity())
		}
		out += fmt.Sprintf(" %s=%d", name, n)
	}
	return out
}
