package mta

import (
	"fmt"
	"io"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mta/postfix"
)

// Programs returns Postfix's commands.
func Programs() host.Programs {
	return host.Programs{
		"postfix": postfixCommand, "sendmail": sendmail, "mailq": sendmail, "newaliases": sendmail,
		"postqueue": postqueue, "postsuper": postsuper, "postcat": postcat,
		"postmap": postmap, "postalias": postalias, "postconf": postconf,
	}
}

// tool prepares a command that works on files with the rights of its user.
func tool(p *host.Proc, name string) *postfix.Command {
	sys := &postfix.System{
		ReadFile: func(path string) (postfix.File, error) { return readFile(p.Host, p.Path(path), p.Cred) },
		Now:      p.Host.Clock.Now,
		User:     func(name string) (postfix.User, bool) { return user(p.Host, name) },
		Log:      func(d postfix.Diagnostic) { fmt.Fprintf(p.Stderr, "%s: %s\n", name, d) },
	}
	return postfix.NewCommand(name, sys, identity(p.Host), func(path string, data []byte) error {
		path = p.Path(path)
		err := p.Host.FS.WriteFile(path, data, vfs.FileMode(0o666&^p.Umask), p.Cred)
		if err == nil {
			p.Wrote("write", path)
		}
		return err
	})
}

func finish(p *host.Proc, c *postfix.Command) int {
	io.WriteString(p.Stdout, c.Stdout.String())
	io.WriteString(p.Stderr, c.Stderr.String())
	return c.Status
}

// postconf is postconf(1).
func postconf(p *host.Proc) int {
	c := tool(p, "postconf")
	c.Postconf(p.Args[1:])
	return finish(p, c)
}

// postmap is postmap(1).
func postmap(p *host.Proc) int {
	if of(p.Host) != nil && begin(p, "postmap", "postmap") == nil {
		return 1
	}
	c := tool(p, "postmap")
	c.Postmap(p.Args[1:])
	return finish(p, c)
}

// postalias is postalias(1).
func postalias(p *host.Proc) int {
	if of(p.Host) != nil && begin(p, "postalias", "postalias") == nil {
		return 1
	}
	c := tool(p, "postalias")
	c.Postalias(p.Args[1:])
	return finish(p, c)
}

// newaliases is newaliases(1): it rebuilds alias_database.
func newaliases(p *host.Proc) int {
	cfg := begin(p, "postalias", "newaliases")
	if cfg == nil {
		return 1
	}
	c := tool(p, "postalias")
	c.Newaliases(cfg)
	return finish(p, c)
}
