package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"

	"mxlab/sim"
	"mxlab/webui/gateway"
)

type gatewayCmd struct {
	Scenario string   `arg:"" help:"Scenario id, network:NAME, or a path."`
	Seed     uint64   `help:"Seed of the student's parameters." default:"1"`
	Put      []string `placeholder:"HOST:LOCAL:REMOTE" sep:"none" help:"Copy a local file to a host first; can be repeated."`
	RunFirst []string `name:"run" placeholder:"HOST:COMMAND" sep:"none" help:"Run a shell command on a host first, as root; can be repeated."`
	Map      []string `placeholder:"MAP" sep:"none" help:"HOST:PORT/tcp|udp=ADDRESS:PORT: clients that connect to ADDRESS:PORT of this machine reach PORT of HOST; can be repeated. PORT alone is 127.0.0.1:PORT. Port 0 is any free one; before ready, a line HOST:PORT/tcp|udp ADDRESS:PORT tells which. own is the host's own address and port, for a machine whose loopback interface has it. With ,from=HOST behind, clients appear as that host."`
	From     string   `placeholder:"HOST" help:"Host of the network as which clients appear; by default outside, or else the first host that is a pc."`
	Stand    bool     `help:"Let the virtual clock stand while no client speaks; otherwise it keeps step with the real one."`
	Verbose  bool     `short:"v" help:"Log every connection."`
}

// Run serves until the process is told to end. It prints "ready" when all
// ports listen.
func (c *gatewayCmd) Run(a *app) error {
	maps, err := c.mappings()
	if err != nil {
		return usageError{err}
	}
	w, err := a.openWorld(c.Scenario, c.Seed)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := c.prepare(a, w); err != nil {
		return err
	}
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	g := gateway.New(w, gateway.Config{Log: slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level})), Pace: !c.Stand})
	defer g.Close()
	for _, m := range maps {
		if err := c.open(a, w, g, m); err != nil {
			return usageError{fmt.Errorf("gateway: %w", err)}
		}
	}
	fmt.Fprintln(a.stdout, "ready")
	<-a.ctx.Done()
	return nil
}

func (c *gatewayCmd) mappings() (list []gateway.Mapping, err error) {
	if len(c.Map) == 0 {
		return nil, fmt.Errorf("gateway: nothing to do: give at least one --map %s", gateway.Form)
	}
	for _, text := range c.Map {
		m, err := gateway.ParseMapping(text)
		if err != nil {
			return nil, fmt.Errorf("gateway: %w", err)
		}
		list = append(list, m)
	}
	return list, nil
}

// prepare copies files and runs commands.
func (c *gatewayCmd) prepare(a *app, w *sim.World) error {
	for _, spec := range c.Put {
		host, files, _ := strings.Cut(spec, ":")
		if err := known(w.Plan(), host); err != nil {
			return usageError{fmt.Errorf("gateway: --put %s: %w", spec, err)}
		}
		if err := put(w, host, files); err != nil {
			return usageError{fmt.Errorf("gateway: %w", err)}
		}
	}
	for _, spec := range c.RunFirst {
		host, command, ok := strings.Cut(spec, ":")
		if !ok {
			return usageError{fmt.Errorf("gateway: --run %s: want HOST:COMMAND", spec)}
		}
		if err := known(w.Plan(), host); err != nil {
			return usageError{fmt.Errorf("gateway: --run %s: %w", spec, err)}
		}
		stdout, stderr, st, err := w.Exec(host, []string{"/bin/sh", "-c", command})
		a.stderr.Write(stdout)
		a.stderr.Write(stderr)
		if err == nil && st != 0 {
			err = fmt.Errorf("exit status %d", st)
		}
		if err != nil {
			return fmt.Errorf("gateway: --run %s: %w", spec, err)
		}
	}
	return nil
}

// open opens one mapping, and tells where if that was left open.
func (c *gatewayCmd) open(a *app, w *sim.World, g *gateway.Gateway, m gateway.Mapping) error {
	if m.Reach.From == "" {
		m.Reach.From = c.From
	}
	if m.Reach.From == "" {
		m.Reach.From = gateway.DefaultFrom(w.Plan())
	}
	for _, host := range []string{m.Reach.From, m.Reach.To} {
		if err := known(w.Plan(), host); err != nil {
			return err
		}
	}
	peer, err := w.ForeignPeer(&m.Reach)
	if err != nil {
		return err
	}
	if m.Own {
		m.Listen = peer
	}
	if m.Public() {
		fmt.Fprintf(a.stderr, "mxlab: warning: %s can be reached from other machines\n", m.String())
	}
	addr, err := g.Open(m)
	if err == nil && m.Listen.Port() == 0 {
		fmt.Fprintf(a.stdout, "%s %s\n", m.Reach.String(), netip.MustParseAddrPort(addr.String()))
	}
	return err
}

// known reports a host that a plan does not have.
func known(p *sim.Plan, host string) error {
	if names := hostNames(p); !slices.Contains(names, host) {
		return fmt.Errorf("no host %q in %s; there are %s", host, p.Blueprint.Name, strings.Join(names, ", "))
	}
	return nil
}
