package netfilter

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// ufwCommand is a run of ufw(8).
type ufwCommand struct {
	proc  *host.Proc
	state *ufwState
	force bool // --force: no questions
	dry   bool // --dry-run: nothing is written
}

// runUfw is ufw(8), the "uncomplicated firewall": a front-end that keeps its
// rules in /etc/ufw and turns them into iptables rules.
func runUfw(p *host.Proc) int {
	c := &ufwCommand{proc: p}
	args := p.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "--force", "-f":
			c.force = true
		case "--dry-run", "-n":
			c.dry = true
		case "--help", "-h":
			p.Print(ufwUsage)
			return 0
		case "--version":
			return c.version()
		default:
			return c.syntax()
		}
		args = args[1:]
	}
	switch {
	case len(args) == 0:
		c.fail("not enough args")
		p.Print(ufwUsage)
		return 1
	case args[0] == "version":
		return c.version()
	case args[0] == "help":
		p.Print(ufwUsage)
		return 0
	}
	if p.Cred.UID != 0 {
		return c.fail("You need to be root to run this script")
	}
	c.state = loadUfw(p.Host)
	c.state.written = func(path string) { p.Wrote("write", path) }
	return c.run(args[0], args[1:])
}

func (c *ufwCommand) version() int {
	c.proc.Print("ufw 0.36.2\nCopyright 2008-2023 Canonical Ltd.\n")
	return 0
}

func (c *ufwCommand) fail(format string, args ...any) int {
	fmt.Fprintf(c.proc.Stderr, "ERROR: "+format+"\n", args...)
	return 1
}

func (c *ufwCommand) syntax() int {
	c.fail("Invalid syntax")
	c.proc.Print(ufwUsage)
	return 1
}

func (c *ufwCommand) run(verb string, args []string) int {
	switch verb {
	case "enable", "disable", "reload", "reset":
		if len(args) > 0 {
			return c.syntax()
		}
	}
	switch verb {
	case "enable":
		return c.enable()
	case "disable":
		return c.disable()
	case "reload":
		return c.reload()
	case "reset":
		return c.reset()
	case "status":
		switch strings.Join(args, " ") {
		case "", "verbose", "numbered":
			c.showStatus(slices.Contains(args, "verbose"), slices.Contains(args, "numbered"))
			return 0
		}
		return c.syntax()
	case "default":
		return c.setDefault(args)
	case "logging":
		return c.logging(args)
	case "app":
		return runUfwApp(c, args)
	case "show":
		return c.show(args)
	case "rule", "route", "insert", "prepend", "delete", "allow", "deny", "reject", "limit":
		return c.rule(verb, args)
	}
	return c.syntax()
}

// ask asks for a "y", unless --force was given.
func (c *ufwCommand) ask(question string) bool {
	if c.force {
		return true
	}
	c.proc.Print(question)
	line := make([]byte, 0, 8)
	for b := make([]byte, 1); len(line) < 100; {
		n, err := c.proc.Stdin.Read(b)
		if n == 1 && b[0] != '\n' {
			line = append(line, b[0])
			continue
		}
		if n == 1 || err == io.EOF || err != nil {
			break
		}
	}
	answer := strings.ToLower(strings.TrimSpace(string(line)))
	if answer == "y" || answer == "yes" {
		return true
	}
	c.proc.Print("Aborted\n")
	return false
}

// enable asks first when the command comes over ssh, as the real one does.
func (c *ufwCommand) enable() int {
	if c.proc.Env.Get("SSH_CONNECTION") != "" && !c.ask("Command may disrupt existing ssh connections. Proceed with operation (y|n)? ") {
		return 0
	}
	c.state.enabled = true
	if err := c.apply(); err != nil {
		return c.fail("problem running ufw-init\n%v", err)
	}
	if err := c.state.saveConf(); err != nil {
		return c.fail("%v", err)
	}
	c.proc.Print("Firewall is active and enabled on system startup\n")
	return 0
}

func (c *ufwCommand) disable() int {
	c.state.enabled = false
	if err := c.state.saveConf(); err != nil {
		return c.fail("%v", err)
	}
	c.state.stop(Of(c.proc.Host))
	Of(c.proc.Host).changed("ufw disable")
	c.proc.Print("Firewall stopped and disabled on system startup\n")
	return 0
}

func (c *ufwCommand) reload() int {
	if !c.state.enabled {
		c.proc.Print("Firewall not enabled (skipping reload)\n")
		return 0
	}
	if err := c.apply(); err != nil {
		return c.fail("problem running ufw-init\n%v", err)
	}
	c.proc.Print("Firewall reloaded\n")
	return 0
}

// apply makes an enabled ufw take effect.
func (c *ufwCommand) apply() error {
	if !c.state.enabled || c.dry {
		return nil
	}
	fw := Of(c.proc.Host)
	if err := c.state.start(fw); err != nil {
		return err
	}
	fw.changed(strings.Join(c.proc.Args, " "))
	return nil
}

// reset disables ufw and forgets all rules; the files are kept under another
// name.
func (c *ufwCommand) reset() int {
	if !c.ask("Resetting all rules to installed defaults. Proceed with operation (y|n)? ") {
		return 0
	}
	u := c.state
	stamp := c.proc.Host.Now().Format("20060102_150405")
	for _, name := range []string{"user.rules", "before.rules", "after.rules", "user6.rules", "before6.rules", "after6.rules"} {
		path := "/etc/ufw/" + name
		text := u.read(path)
		if text == "" {
			continue
		}
		c.proc.Printf("Backing up '%s' to '%s.%s'\n", name, path, stamp)
		if err := u.write(path+"."+stamp, text, 0o640); err != nil {
			return c.fail("%v", err)
		}
		if !strings.HasPrefix(name, "user") {
			u.host.FS.RemoveAll(path, host.Root)
		}
	}
	c.proc.Print("\n")
	if u.enabled {
		u.stop(Of(c.proc.Host))
		Of(c.proc.Host).changed("ufw reset")
	}
	u.enabled, u.level, u.rules, u.rules6 = false, "low", nil, nil
	u.policy = [3]string{"DROP", "ACCEPT", "DROP"}
	return c.store(u.saveConf, u.saveDefaults, u.saveRules)
}

// store runs the functions that write files until one fails.
func (c *ufwCommand) store(steps ...func() error) int {
	if c.dry {
		return 0
	}
	for _, s := range steps {
		if err := s(); err != nil {
			return c.fail("%v", err)
		}
	}
	return 0
}

// setDefault is ufw default POLICY [DIRECTION].
func (c *ufwCommand) setDefault(args []string) int {
	direction := "incoming"
	if len(args) == 2 {
		direction = args[1]
	}
	if i, ok := map[string]int{"input": 0, "output": 1, "forward": 2}[direction]; ok {
		direction = policyWords[i]
	}
	which := slices.Index(policyWords[:], direction)
	if len(args) == 0 || len(args) > 2 || which < 0 {
		return c.syntax()
	}
	policy := map[string]string{"allow": "ACCEPT", "deny": "DROP", "reject": "REJECT"}[args[0]]
	if policy == "" {
		return c.syntax()
	}
	c.state.policy[which] = policy
	if status := c.store(c.state.saveDefaults, c.state.saveRules, c.apply); status != 0 {
		return status
	}
	c.proc.Printf("Default %s policy changed to '%s'\n(be sure to update your rules accordingly)\n", direction, args[0])
	return 0
}

func (c *ufwCommand) logging(args []string) int {
	if len(args) != 1 {
		return c.syntax()
	}
	level := args[0]
	switch level {
	case "on":
		if level = c.state.level; level == "off" {
			level = "low"
		}
	case "off", "low", "medium", "high", "full":
	default:
		return c.syntax()
	}
	c.state.level = level
	if status := c.store(c.state.saveConf, c.state.saveRules, c.apply); status != 0 {
		return status
	}
	if level == "off" {
		c.proc.Print("Logging disabled\n")
	} else {
		c.proc.Print("Logging enabled\n")
	}
	return 0
}

// rule is a command that adds or deletes a rule.
func (c *ufwCommand) rule(verb string, args []string) int {
	forward, remove, position := false, false, 0
	for verb == "rule" || verb == "route" || verb == "insert" || verb == "prepend" || verb == "delete" {
		switch verb {
		case "route":
			forward = true
		case "delete":
			remove = true
			if len(args) == 1 {
				if n, err := strconv.Atoi(args[0]); err == nil {
					return c.deleteNumber(n)
				}
			}
		case "prepend":
			position = -1
		case "insert":
			if len(args) < 2 {
				return c.syntax()
			}
			n, err := strconv.Atoi(args[0])
			switch {
			case err != nil:
				return c.fail("Insert position '%s' is not a valid position", args[0])
			case n == 0:
				return c.fail("Cannot insert rule at position '0'")
			}
			position, args = n, args[1:]
		}
		if len(args) == 0 {
			return c.syntax()
		}
		verb, args = args[0], args[1:]
	}
	if verb != "allow" && verb != "deny" && verb != "reject" && verb != "limit" {
		return c.syntax()
	}
	req, err := c.parseUfwRule(verb, forward, args)
	if errors.Is(err, errUfwSyntax) {
		return c.syntax()
	}
	if err != nil {
		return c.fail("%v", err)
	}
	fmt.Fprint(c.proc.Stderr, req.warnings)
	return c.change(req, remove, position)
}
