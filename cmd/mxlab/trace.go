package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mxlab/sim"
	"mxlab/sim/vnet"
)

type traceCmd struct {
	Submission string `arg:"" help:"Submission file."`
	Format     string `enum:"text,json,pcapng" default:"text" help:"text, json or pcapng (for Wireshark)."`
	Output     string `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output."`
	Host       string `placeholder:"H" help:"pcapng: only what this host's interfaces show."`
	Span       uint64 `placeholder:"N" help:"pcapng: only what belongs to event N, such as one look-up or one session."`
	From       string `placeholder:"D" help:"pcapng: not before this virtual time, such as 1m30s."`
	To         string `placeholder:"D" help:"pcapng: not after this virtual time."`
	Everywhere bool   `help:"pcapng: each packet on every interface it passed."`
}

func (c *traceCmd) Run(a *app) error {
	if c.Format != "pcapng" && (c.Host != "" || c.Span != 0 || c.From != "" || c.To != "" || c.Everywhere) {
		return usageError{fmt.Errorf("trace: --host, --span, --from, --to and --everywhere go with --format pcapng")}
	}
	s, err := readSubmission(c.Submission)
	if err != nil {
		return usageError{err}
	}
	subject, err := s.Subject(a.lib)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", c.Submission, err)}
	}
	o, err := c.choice(subject.Plan)
	if err != nil {
		return usageError{err}
	}
	w, err := subject.Plan.Replay(subject.Journal)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Submission, err)
	}
	defer w.Close()
	if c.Span > uint64(w.Log().Len()) {
		return usageError{fmt.Errorf("trace: no event %d, the last one is %d", c.Span, w.Log().Len())}
	}
	out, done, err := a.output(c.Output)
	if err != nil {
		return err
	}
	return done(c.write(out, w, o))
}

// choice is the part of the packets that is asked for.
func (c *traceCmd) choice(plan *sim.Plan) (o vnet.CaptureOptions, err error) {
	o = vnet.CaptureOptions{Node: c.Host, Span: c.Span, Everywhere: c.Everywhere}
	if c.Host != "" && !slices.Contains(hostNames(plan), c.Host) {
		return o, fmt.Errorf("trace: no host %q; there are %s", c.Host, strings.Join(hostNames(plan), ", "))
	}
	for _, t := range []struct {
		text string
		to   *time.Duration
	}{{c.From, &o.From}, {c.To, &o.To}} {
		if t.text == "" {
			continue
		}
		d, err := sim.ParseDuration(t.text)
		if err != nil {
			return o, fmt.Errorf("trace: %w", err)
		}
		*t.to = time.Duration(d)
	}
	return o, nil
}

func (c *traceCmd) write(out io.Writer, w *sim.World, o vnet.CaptureOptions) error {
	switch c.Format {
	case "json":
		return w.Log().WriteJSON(out)
	case "pcapng":
		return w.WriteCapture(out, o)
	}
	return w.Log().WriteText(out)
}
