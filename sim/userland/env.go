package userland

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runSleep is sleep(1).
func runSleep(p *host.Proc) int {
	if len(p.Args) < 2 {
		return missingOperand(p)
	}
	var total time.Duration
	for _, a := range p.Args[1:] {
		unit, text := time.Second, a
		if n := len(a); n > 1 {
			if u, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[a[n-1]]; ok {
				unit, text = u, a[:n-1]
			}
		}
		x, err := strconv.ParseFloat(text, 64)
		if text == "infinity" {
			x, err = 1e6, nil
		}
		if err != nil || x < 0 || x != x {
			p.Errorf("invalid time interval ‘%s’", a)
			p.Stderr.Write([]byte("Try 'sleep --help' for more information.\n"))
			return 1
		}
		total += time.Duration(min(x*float64(unit), 1e18))
	}
	p.Task.Sleep(total)
	return 0
}

// runWhich is which(1).
func runWhich(p *host.Proc) int {
	status := 0
	for _, name := range p.Args[1:] {
		if name == "-a" {
			continue
		}
		x, err := p.Host.Resolve(name, p.Env.Get("PATH"), p.Cwd, p.Cred)
		if err != nil {
			status = 1
			continue
		}
		p.Print(x.Path + "\n")
	}
	return status
}

// runWhereis is whereis(1) for binaries and configuration.
func runWhereis(p *host.Proc) int {
	for _, name := range p.Args[1:] {
		if strings.HasPrefix(name, "-") {
			continue
		}
		line := name + ":"
		for _, dir := range []string{"/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin", "/etc", "/usr/lib"} {
			file := dir + "/" + name
			if _, err := p.Host.FS.Stat(file, p.Cred); err == nil {
				if real, err := p.Host.FS.Realpath(dir, p.Cred); err == nil && real == dir {
					line += " " + file
				}
			}
		}
		p.Print(line + "\n")
	}
	return 0
}

// runEnv is env(1).
func runEnv(p *host.Proc) int {
	f, ok := readFlags(p, "+iu:0", "ignore-environment=i", "unset=u:")
	if !ok {
		return 125
	}
	env := p.Env.Clone()
	if f.has("i") {
		env = host.NewEnv()
	}
	for _, name := range f.values("u") {
		env.Unset(name)
	}
	args := f.operands
	for len(args) > 0 && strings.Contains(args[0], "=") {
		name, value, _ := strings.Cut(args[0], "=")
		env.Set(name, value)
		args = args[1:]
	}
	if len(args) == 0 {
		for _, name := range env.Names() {
			p.Print(name + "=" + env.Get(name) + "\n")
		}
		return 0
	}
	return runOther(p, args, env)
}

// runOther runs another command for env and nohup and returns its status.
func runOther(p *host.Proc, args []string, env *host.Env) int {
	status, err := p.Run(host.Spec{Args: args, Env: env})
	if err != nil {
		p.Errorf("‘%s’: %s", args[0], reason(err))
		if vfs.ErrnoOf(err) == vfs.ENOENT {
			return 127
		}
		return 126
	}
	return status
}

// runPrintenv is printenv(1).
func runPrintenv(p *host.Proc) int {
	if len(p.Args) == 1 {
		for _, name := range p.Env.Names() {
			p.Print(name + "=" + p.Env.Get(name) + "\n")
		}
		return 0
	}
	status := 0
	for _, name := range p.Args[1:] {
		v, ok := p.Env.Lookup(name)
		if !ok {
			status = 1
			continue
		}
		p.Print(v + "\n")
	}
	return status
}

// runClear is clear(1) and reset(1).
func runClear(p *host.Proc) int {
	p.Print("\x1b[H\x1b[2J\x1b[3J")
	return 0
}

// runNohup is nohup(1): the command does not mind SIGHUP, and its output goes
// to nohup.out instead of a terminal.
func runNohup(p *host.Proc) int {
	if len(p.Args) < 2 {
		return missingOperand(p)
	}
	p.OnSignal = func(sig host.Signal) bool { return sig == host.SIGHUP }
	spec := host.Spec{Args: p.Args[1:]}
	if p.Stdout.TTY() != nil {
		f, err := p.Open("nohup.out", vfs.O_WRONLY|vfs.O_CREATE|vfs.O_APPEND)
		if err != nil {
			p.Errorf("failed to open 'nohup.out': %s", reason(err))
			return 125
		}
		fmt.Fprintln(p.Stderr, "nohup: ignoring input and appending output to 'nohup.out'")
		spec.Stdout, spec.Stdin = p.Hold(host.FileFD(f)), host.NullFD()
	}
	child, err := p.Launch(spec)
	if err != nil {
		p.Errorf("failed to run command '%s': %s", p.Args[1], reason(err))
		return 127
	}
	child.OnSignal = p.OnSignal
	return child.Wait(p.Task)
}
