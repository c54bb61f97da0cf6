package userland

import (
	"fmt"
	"path"
	"strings"
	"time"

	"mxlab/sim/host"
)

// authDelay is what a wrong password costs (pam_unix(8)).
const authDelay = 2 * time.Second

// ttyName is the terminal of a process in log lines.
func ttyName(p *host.Proc) string {
	if p.TTY == nil {
		return "?"
	}
	return p.TTY.Name
}

// runSu is su(1).
func runSu(p *host.Proc) int {
	f, ok := readFlags(p, "+c:fg:G:hlmpPs:V", "command=c:", "login=l", "preserve-environment=p", "shell=s:", "pty=P", "help=h", "session-command=c:", "group=g:")
	if !ok {
		return 1
	}
	login, args := f.has("l"), f.operands
	if len(args) > 0 && args[0] == "-" {
		login, args = true, args[1:]
	}
	name := "root"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	// Options may also follow the name; "-" alone and the rest go to the shell.
	command, hasCommand := f.given["c"], f.has("c")
	shell := f.given["s"]
	for len(args) > 1 && (args[0] == "-c" || args[0] == "-s") {
		if args[0] == "-c" {
			command, hasCommand = args[1], true
		} else {
			shell = args[1]
		}
		args = args[2:]
	}
	u, known := p.Host.User(name)
	if !known {
		p.Errorf("user %s does not exist or the user entry does not contain all the required fields", name)
		return 1
	}
	me := p.Host.UserName(p.Cred.UID)
	if !p.Cred.IsRoot() && !suPassword(p, me, u) {
		p.Errorf("Authentication failure")
		return 1
	}
	if shell == "" {
		shell = u.Shell
		if (f.has("m") || f.has("p")) && p.Env.Get("SHELL") != "" {
			shell = p.Env.Get("SHELL")
		}
	}
	return suShell(p, me, u, shell, login, f.has("m") || f.has("p"), hasCommand, command, args)
}

// suPassword asks for the password of u.
func suPassword(p *host.Proc, me string, u host.User) bool {
	password, _ := readSecret(p, "Password: ")
	if s, ok := p.Host.Shadow(u.Name); ok && s.Accepts(password) {
		return true
	}
	log := func(format string, args ...any) {
		p.Host.Syslog(host.FacAuth, host.Notice, "su", p.PID, fmt.Sprintf(format, args...))
	}
	log("pam_unix(su:auth): authentication failure; logname=%s uid=%d euid=0 tty=/dev/%s ruser=%s rhost=  user=%s", me, p.Cred.UID, ttyName(p), me, u.Name)
	p.Host.LoginFailed(u.Name, ttyName(p), "", p.PID)
	p.Task.Sleep(authDelay)
	log("FAILED SU (to %s) %s on %s", u.Name, me, ttyName(p))
	return false
}

// suShell runs the shell of u.
func suShell(p *host.Proc, me string, u host.User, shell string, login, keep, hasCommand bool, command string, args []string) int {
	env, cwd := p.Env.Clone(), p.Cwd
	switch {
	case login:
		term := p.Env.Get("TERM")
		env, cwd = p.Host.LoginEnv(u), u.Home
		if term != "" {
			env.Set("TERM", term)
		}
		if _, err := p.Host.FS.Stat(cwd, p.Host.Cred(u)); err != nil {
			fmt.Fprintf(p.Stderr, "su: warning: cannot change directory to %s: %s\n", cwd, reason(err))
			cwd = p.Cwd
		}
	case !keep:
		env.Set("HOME", u.Home)
		env.Set("SHELL", shell)
		if u.UID != 0 {
			env.Set("USER", u.Name)
			env.Set("LOGNAME", u.Name)
		}
	}
	argv := []string{path.Base(shell)}
	if login {
		argv[0] = "-" + argv[0]
	}
	if hasCommand {
		argv = append(argv, "-c", command)
	}
	log := func(format string, args ...any) {
		p.Host.Syslog(host.FacAuth, host.Info, "su", p.PID, fmt.Sprintf(format, args...))
	}
	log("(to %s) %s on %s", u.Name, me, ttyName(p))
	log("pam_unix(su:session): session opened for user %s(uid=%d) by %s(uid=%d)", u.Name, u.UID, me, p.Cred.UID)
	status, err := runAs(p, u, shell, append(argv, args...), env, cwd)
	log("pam_unix(su:session): session closed for user %s", u.Name)
	if err != nil {
		p.Errorf("failed to execute %s: %s", shell, reason(err))
		if strings.Contains(reason(err), "No such file") {
			return 127
		}
		return 126
	}
	return status
}

// runAs runs a program file as another user and waits for it.
func runAs(p *host.Proc, u host.User, file string, argv []string, env *host.Env, cwd string) (int, error) {
	cred := p.Host.Cred(u)
	prog, args, err := p.Host.Image(append([]string{file}, argv[1:]...), env.Get("PATH"), cwd, cred)
	if err != nil {
		return 0, err
	}
	if len(args) == len(argv) {
		args[0] = argv[0]
	}
	child, err := p.Host.Start(p, prog, host.Spec{Args: args, Env: env, Cwd: cwd, Cred: &cred})
	if err != nil {
		return 0, err
	}
	return child.Wait(p.Task), nil
}

// runNologin is nologin(8).
func runNologin(p *host.Proc) int {
	p.Print("This account is currently not available.\n")
	return 1
}
