package userland

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

const (
	sudoUsage = `usage: sudo -h | -K | -k | -V
usage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]
usage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user] [-u user] [command [arg ...]]
usage: sudo [-ABbEHkNnPS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] [VAR=value] [-i | -s] [command [arg ...]]
usage: sudo -e [-ABkNnS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] file ...
`
	securePath  = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	sudoTimeout = 15 * time.Minute
	sudoTries   = 3
)

// sudo is a running sudo(8).
type sudo struct {
	p      *host.Proc
	f      *flags
	policy *sudoers
	me     host.User
	target host.User
}

// sudoTickets are the times at which passwords were given, by user and
// terminal.
type sudoTickets map[string]time.Time

type sudoKey struct{}

// runSudo is sudo(8).
func runSudo(p *host.Proc) int {
	f, ok := readFlags(p, "+ABbC:D:EeHg:hiKklNnPp:R:r:SsT:t:U:u:Vv", "user=u:", "group=g:", "login=i", "shell=s", "list=l", "non-interactive=n", "stdin=S",
		"validate=v", "reset-timestamp=k", "remove-timestamp=K", "prompt=p:", "background=b", "preserve-env=E", "set-home=H", "edit=e", "other-user=U:", "help=h", "version=V")
	if !ok || len(p.Args) == 1 {
		fmt.Fprint(p.Stderr, sudoUsage)
		return 1
	}
	if f.has("V") {
		p.Print("Sudo version 1.9.13p3\n")
		return 0
	}
	s := &sudo{p: p, f: f}
	if f.has("K") || f.has("k") && len(f.operands) == 0 {
		delete(s.tickets(), s.ticket())
		return 0
	}
	if me, ok := p.Host.User(p.Host.UserName(p.Cred.UID)); ok {
		s.me = me
	} else {
		p.Errorf("you do not exist in the passwd database")
		return 1
	}
	if status := s.begin(); status != 0 {
		return status
	}
	switch {
	case f.has("l"):
		return s.list()
	case f.has("v"):
		if !s.known() || !s.authenticate("validate") {
			return 1
		}
		return 0
	}
	return s.run()
}

// begin reads the policy and finds the target user.
func (s *sudo) begin() int {
	policy, err := readSudoers(s.p.Host, sudoersFile)
	if err != nil {
		s.p.Errorf("unable to open %s: %s\nsudo: no valid sudoers sources found, quitting\nsudo: error initializing audit plugin sudoers_audit", sudoersFile, reason(err))
		return 1
	}
	for _, e := range policy.problems {
		if e.line > 0 {
			fmt.Fprint(s.p.Stderr, e.String())
		}
	}
	s.policy = policy
	name := orText(s.f.given["u"], "root")
	if rest, ok := strings.CutPrefix(name, "#"); ok {
		n, _ := strconv.ParseUint(rest, 10, 32)
		name = s.p.Host.UserName(uint32(n))
	}
	target, ok := s.p.Host.User(name)
	if !ok {
		s.p.Errorf("unknown user %s", name)
		s.p.Errorf("error initializing audit plugin sudoers_audit")
		return 1
	}
	s.target = target
	return 0
}

// path is where commands are looked for.
func (s *sudo) path() string {
	if v, set := s.policy.setting("secure_path"); set && v != "!" {
		return v
	}
	if v := s.p.Env.Get("PATH"); v != "" {
		return v
	}
	return securePath
}

// run runs a command, or a shell.
func (s *sudo) run() int {
	words := s.f.operands
	extra := host.NewEnv()
	for len(words) > 0 && strings.Contains(words[0], "=") && !strings.HasPrefix(words[0], "=") && !strings.Contains(words[0], "/") {
		name, value, _ := strings.Cut(words[0], "=")
		extra.Set(name, value)
		words = words[1:]
	}
	file, argv, status := s.command(words)
	if status != 0 {
		return status
	}
	what := strings.Join(append([]string{file}, argv[1:]...), " ")
	if !s.known() {
		return s.refuse(s.me.Name+" is not in the sudoers file.", "user NOT in sudoers", what)
	}
	ok, free := s.policy.allows(s.me, s.target, file, argv[1:])
	if !(ok && free) && !s.authenticate(what) {
		return 1
	}
	if !ok {
		return s.refuse(fmt.Sprintf("Sorry, user %s is not allowed to execute '%s' as %s on %s.", s.me.Name, what, s.target.Name, s.p.Host.Hostname()), "command not allowed", what)
	}
	s.log("TTY=%s ; PWD=%s ; USER=%s ; COMMAND=%s", ttyName(s.p), s.p.Cwd, s.target.Name, what)
	s.pam("session opened for user %s(uid=%d) by %s(uid=%d)", s.target.Name, s.target.UID, s.me.Name, s.me.UID)
	env, cwd := s.env(), s.p.Cwd
	for _, n := range extra.Names() {
		env.Set(n, extra.Get(n))
	}
	if s.f.has("i") {
		cwd = s.target.Home
	}
	st, err := runAs(s.p, s.target, file, argv, env, cwd)
	s.pam("session closed for user %s", s.target.Name)
	if err != nil {
		s.p.Errorf("unable to execute %s: %s", file, reason(err))
		return 1
	}
	return st
}

// command finds the program and its arguments.
func (s *sudo) command(words []string) (file string, argv []string, status int) {
	shell := orText(s.p.Env.Get("SHELL"), s.me.Shell)
	if s.f.has("i") {
		shell = s.target.Shell
	}
	switch {
	case s.f.has("i") || s.f.has("s"):
		argv = []string{path.Base(shell)}
		if s.f.has("i") {
			argv[0] = "-" + argv[0]
		}
		if len(words) > 0 {
			argv = append(argv, "-c", shellWords(words))
		}
		return shell, argv, 0
	case len(words) == 0:
		fmt.Fprint(s.p.Stderr, sudoUsage)
		return "", nil, 1
	}
	x, err := s.p.Host.Resolve(words[0], s.path(), s.p.Cwd, host.Root)
	if err != nil {
		s.p.Errorf("%s: command not found", words[0])
		return "", nil, 1
	}
	return x.Path, words, 0
}

// shellWords quotes words as sudo -s does for its shell.
func shellWords(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		for _, r := range w {
			if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-$", r) || r > 127) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// env is the environment of the command (env_reset).
func (s *sudo) env() *host.Env {
	env := s.p.Host.LoginEnv(s.target)
	if s.f.has("E") {
		env = s.p.Env.Clone()
	}
	if !s.f.has("i") {
		env.Set("PATH", s.path())
		env.Set("SHELL", s.target.Shell)
	}
	if t := s.p.Env.Get("TERM"); t != "" {
		env.Set("TERM", t)
	}
	env.Set("SUDO_USER", s.me.Name)
	env.Set("SUDO_UID", strconv.FormatUint(uint64(s.me.UID), 10))
	env.Set("SUDO_GID", strconv.FormatUint(uint64(s.me.GID), 10))
	env.Set("SUDO_COMMAND", strings.Join(s.f.operands, " "))
	return env
}

// known reports whether the policy says anything about the user.
func (s *sudo) known() bool { return s.me.UID == 0 || len(s.policy.rulesFor(s.me)) > 0 }

func (s *sudo) log(format string, args ...any) {
	s.p.Host.Syslog(host.FacAuth, host.Notice, "sudo", 0, fmt.Sprintf("%8s : ", s.me.Name)+fmt.Sprintf(format, args...))
}

func (s *sudo) pam(format string, args ...any) {
	s.p.Host.Syslog(host.FacAuth, host.Info, "sudo", 0, "pam_unix(sudo:session): "+fmt.Sprintf(format, args...))
}

// refuse says no. Who is not in sudoers is asked for a password first.
func (s *sudo) refuse(text, why, what string) int {
	if why == "user NOT in sudoers" && !s.authenticate(what) {
		return 1
	}
	fmt.Fprintln(s.p.Stderr, text)
	s.log("%s ; TTY=%s ; PWD=%s ; USER=%s ; COMMAND=%s", why, ttyName(s.p), s.p.Cwd, s.target.Name, what)
	return 1
}

// list is sudo -l.
func (s *sudo) list() int {
	if s.f.has("U") {
		u, ok := s.p.Host.User(s.f.given["U"])
		if !ok {
			s.p.Errorf("unknown user %s", s.f.given["U"])
			return 1
		}
		s.me = u
	} else if !s.authenticate("list") {
		return 1
	}
	rules := s.policy.rulesFor(s.me)
	if len(rules) == 0 {
		fmt.Fprintf(s.p.Stderr, "User %s is not allowed to run sudo on %s.\n", s.me.Name, s.p.Host.ShortName())
		return 1
	}
	if len(s.f.operands) > 0 {
		x, err := s.p.Host.Resolve(s.f.operands[0], s.path(), s.p.Cwd, host.Root)
		if ok, _ := s.policy.allows(s.me, s.target, x.Path, s.f.operands[1:]); err != nil || !ok {
			return 1
		}
		s.p.Print(strings.Join(append([]string{x.Path}, s.f.operands[1:]...), " ") + "\n")
		return 0
	}
	if len(s.policy.defaults) > 0 {
		var shown []string
		for _, d := range s.policy.defaults {
			if d.binding == "" {
				shown = append(shown, d.setting)
			}
		}
		s.p.Printf("Matching Defaults entries for %s on %s:\n    %s\n\n", s.me.Name, s.p.Host.ShortName(), strings.Join(shown, ", "))
	}
	s.p.Printf("User %s may run the following commands on %s:\n", s.me.Name, s.p.Host.ShortName())
	s.printSpecs(rules)
	return 0
}

// printSpecs prints rules, those with the same Runas and tags in one line.
func (s *sudo) printSpecs(rules []sudoSpec) {
	line, before := "", ""
	flush := func() {
		if line != "" {
			s.p.Print("    " + line + "\n")
		}
	}
	for _, r := range rules {
		head := "(root)"
		if r.runas {
			head = "(" + itemsText(r.runUsers)
			if len(r.runUsers) == 0 {
				head = "(" + s.me.Name
			}
			if len(r.runGroups) > 0 {
				head += " : " + itemsText(r.runGroups)
			}
			head += ")"
		}
		for _, t := range r.tags {
			head += " " + t + ":"
		}
		if head == before && !slices.Contains([]string{"ALL"}, r.command.text) {
			line += ", " + r.command.String()
			continue
		}
		flush()
		line, before = head+" "+r.command.String(), head
	}
	flush()
}

func itemsText(list []sudoItem) string {
	var words []string
	for _, i := range list {
		words = append(words, i.String())
	}
	return strings.Join(words, ", ")
}
