package mta

import (
	"io"

	"mxlab/sim/host"
	"mxlab/sim/mta/postfix"
)

// postconf is postconf(1) on the process's disk.
func postconf(p *host.Proc) int {
	c := postfix.NewCommand("postconf", commandSystem(p), identity(p.Host), func(path string, data []byte) error {
		return p.Host.FS.WriteFile(path, data, 0o644, p.Cred)
	})
	c.Postconf(p.Args[1:])
	io.WriteString(p.Stdout, c.Stdout.String())
	io.WriteString(p.Stderr, c.Stderr.String())
	return c.Status
}
