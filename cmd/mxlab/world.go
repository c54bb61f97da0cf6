package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"mxlab/scenarios"
	"mxlab/sim"
)

// openPlan opens a scenario for a seed.
func (a *app) openPlan(name string, seed uint64) (*scenarios.Drawn, *sim.Plan, error) {
	set, err := scenarios.Open(name)
	if err != nil {
		return nil, nil, usageError{err}
	}
	d, err := set.Draw(seed)
	if err != nil {
		return nil, nil, usageError{err}
	}
	plan, err := a.lib.Compile(d.Blueprint)
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("%s: %w", name, err)}
	}
	return d, plan, nil
}

// openWorld makes the world of a scenario for a seed. It must be closed.
func (a *app) openWorld(name string, seed uint64) (*sim.World, error) {
	_, plan, err := a.openPlan(name, seed)
	if err != nil {
		return nil, err
	}
	w, err := plan.World()
	if err != nil {
		return nil, usageError{err}
	}
	return w, nil
}

type execCmd struct {
	Scenario string   `arg:"" help:"Scenario id, network:NAME, or a path."`
	Host     string   `arg:"" help:"Host to run the command on."`
	Command  []string `arg:"" optional:"" passthrough:"" help:"Command and arguments, after --."`
	Shell    string   `short:"c" placeholder:"STRING" help:"Run STRING by the host's shell instead."`
	Seed     uint64   `help:"Seed of the student's parameters." default:"1"`
	Put      []string `placeholder:"LOCAL:REMOTE" sep:"none" help:"Copy a local file to the host first; can be repeated."`
	Advance  string   `placeholder:"D" help:"Let virtual time pass first, such as 30s or 5d."`
}

func (c *execCmd) Run(a *app) error {
	args := c.Command
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	switch {
	case c.Shell != "" && len(args) > 0:
		return usageError{fmt.Errorf("exec: a command and -c exclude each other")}
	case c.Shell != "":
		args = []string{"/bin/sh", "-c", c.Shell}
	case len(args) == 0:
		return usageError{fmt.Errorf("exec: no command; write it after --")}
	}
	w, err := a.openWorld(c.Scenario, c.Seed)
	if err != nil {
		return err
	}
	defer w.Close()
	if !slices.Contains(hostNames(w.Plan()), c.Host) {
		return usageError{fmt.Errorf("exec: no host %q in %s; there are %s", c.Host, c.Scenario, strings.Join(hostNames(w.Plan()), ", "))}
	}
	for _, p := range c.Put {
		if err := put(w, c.Host, p); err != nil {
			return usageError{err}
		}
	}
	if c.Advance != "" {
		d, err := sim.ParseDuration(c.Advance)
		if err != nil {
			return usageError{err}
		}
		if _, err := w.Do(sim.Action{Advance: d}); err != nil {
			return usageError{err}
		}
	}
	stdout, stderr, st, err := w.Exec(c.Host, args)
	a.stdout.Write(stdout)
	a.stderr.Write(stderr)
	if err != nil {
		return err
	}
	if st != 0 {
		return status(st)
	}
	return nil
}

func hostNames(p *sim.Plan) (list []string) {
	for i := range p.Blueprint.Hosts {
		list = append(list, p.Blueprint.Hosts[i].Name)
	}
	return list
}

// put copies a local file to a host. The remote path is what follows the last
// colon.
func put(w *sim.World, host, spec string) error {
	i := strings.LastIndexByte(spec, ':')
	if i <= 0 || i == len(spec)-1 {
		return fmt.Errorf("--put %s: want LOCAL:REMOTE", spec)
	}
	data, err := os.ReadFile(spec[:i])
	if err != nil {
		return err
	}
	if err := w.Put(host, spec[i+1:], data); err != nil {
		return fmt.Errorf("--put %s: on host %s: %w", spec, host, err)
	}
	return nil
}

// clockTime formats a virtual time for transcripts.
func clockTime(start time.Time, at time.Duration) string {
	return start.Add(at).Format("2006-01-02 15:04:05")
}
