package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"mxlab/grader"
	"mxlab/sim"
)

type playCmd struct {
	Scenario string `arg:"" help:"Scenario id, network:NAME, or a path."`
	Actions  string `arg:"" help:"YAML file with a list of actions, or 'solution' for the scenario's own."`
	Seed     uint64 `help:"Seed of the student's parameters." default:"1"`
	Student  string `help:"Student's name or id, put into the submission."`
	Output   string `short:"o" placeholder:"SUBMISSION" help:"Save the journal as a submission."`
}

// maxActionsFile bounds an actions file.
const maxActionsFile = 4 << 20

func (c *playCmd) Run(a *app) error {
	d, plan, err := a.openPlan(c.Scenario, c.Seed)
	if err != nil {
		return err
	}
	actions := d.Scenario.Solution
	if c.Actions != "solution" {
		if actions, err = readActions(c.Actions); err != nil {
			return usageError{err}
		}
	}
	w, err := plan.World()
	if err != nil {
		return usageError{err}
	}
	defer w.Close()
	for i := range actions {
		if a.ctx.Err() != nil {
			break
		}
		res, err := w.Do(actions[i])
		if err != nil {
			return usageError{fmt.Errorf("%s: action %d: %w", c.Actions, i+1, err)}
		}
		a.transcript(plan, &actions[i], &res)
	}
	for _, f := range w.Faults() {
		fmt.Fprintln(a.stderr, "mxlab: internal error:", f)
	}
	if c.Output == "" {
		return nil
	}
	out, done, err := a.output(c.Output)
	if err != nil {
		return err
	}
	return done(grader.NewSubmission(c.Scenario, d, c.Student, w.Journal()).Write(out))
}

// readActions reads an actions file; its errors carry line and column.
func readActions(name string) ([]sim.Action, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if len(data) > maxActionsFile {
		return nil, fmt.Errorf("%s: has %d bytes, at most %d are allowed", name, len(data), maxActionsFile)
	}
	var list []sim.Action
	if err := yaml.Load(data, &list, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i := range list {
		if err := list[i].Validate(); err != nil {
			return nil, fmt.Errorf("%s: action %d: %w", name, i+1, err)
		}
	}
	return list, nil
}

// transcript prints one action and what came of it.
func (a *app) transcript(plan *sim.Plan, act *sim.Action, res *sim.Result) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "[%s] ", clockTime(plan.Blueprint.Start, res.Start))
	where := act.On
	if act.Via != "" {
		where += "@" + act.Via
	}
	switch {
	case act.Run != "":
		fmt.Fprintf(&b, "%s$ %s\n", where, strings.ReplaceAll(strings.TrimRight(act.Run, "\n"), "\n", "\n> "))
	case act.Key != "":
		fmt.Fprintf(&b, "%s: %s\n", where, act.Key)
	case act.Power != "":
		fmt.Fprintf(&b, "%s: power %s\n", where, act.Power)
	case act.Write != "":
		fmt.Fprintf(&b, "%s: saved %s (%d bytes)\n", act.On, act.Write, len(act.Text))
	case act.Portal != "":
		fmt.Fprintf(&b, "%s: %s\n", act.Portal, act.Request)
	case act.Mail != nil:
		fmt.Fprintf(&b, "mail from %s to %s: %s\n", act.Mail.From, act.Mail.To, act.Mail.Subject)
	case act.Fetch != "":
		fmt.Fprintf(&b, "mailbox of %s: %d message(s)\n", act.Fetch, len(res.Mails))
	case act.Reboot != "":
		fmt.Fprintf(&b, "%s: reboot\n", act.Reboot)
	default:
		fmt.Fprintf(&b, "%v pass\n", time.Duration(act.Advance))
	}
	if res.Output != "" {
		b.WriteString(res.Output)
		if !strings.HasSuffix(res.Output, "\n") {
			b.WriteByte('\n')
		}
	}
	if res.Truncated {
		b.WriteString("[output cut off]\n")
	}
	if res.Cut {
		fmt.Fprintf(&b, "[no answer from %s]\n", act.On)
	}
	if res.Message != nil {
		fmt.Fprintf(&b, "%s\n", res.Message.EN)
	}
	if res.Err != "" {
		fmt.Fprintf(&b, "error: %s\n", res.Err)
	}
	a.stdout.Write(b.Bytes())
}
