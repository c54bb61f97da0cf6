package main

import (
	"encoding/json"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"mxlab/grader"
	"mxlab/scenarios"
)

type scenariosCmd struct {
	JSON bool `help:"Print as JSON."`
}

func (c *scenariosCmd) Run(a *app) error {
	type entry struct {
		ID      string         `json:"id"`
		Network string         `json:"network"`
		Level   int            `json:"level"`
		Minutes int            `json:"minutes"`
		Title   scenarios.Text `json:"title"`
		Summary scenarios.Text `json:"summary"`
		// Objectives say what a student can do afterwards.
		Objectives []scenarios.Text `json:"objectives"`
	}
	var list []entry
	for _, id := range scenarios.Builtin() {
		s, err := scenarios.Open(id)
		if err != nil {
			return err
		}
		list = append(list, entry{id, s.Head.Network, s.Head.Level, s.Head.Minutes, s.Head.Title, s.Head.Summary, s.Head.Objectives})
	}
	if c.JSON {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(list)
	}
	t := table.NewWriter()
	t.SetOutputMirror(a.stdout)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"id", "level", "min", "title", "제목"})
	for _, e := range list {
		t.AppendRow(table.Row{e.ID, e.Level, e.Minutes, e.Title.EN, e.Title.KO})
	}
	t.Render()
	fmt.Fprintf(a.stdout, "Networks: %s (as network:NAME)\n", joinWords(scenarios.Networks()))
	return nil
}

func joinWords(list []string) string {
	s := ""
	for i, w := range list {
		if i > 0 {
			s += ", "
		}
		s += w
	}
	return s
}

type lintCmd struct {
	Files []string `arg:"" help:"Scenario files, network folders, or ids of built-in ones."`
}

func (c *lintCmd) Run(a *app) error {
	bad := 0
	for _, f := range c.Files {
		for _, p := range scenarios.Lint(f) {
			fmt.Fprintln(a.stdout, p)
			bad++
		}
	}
	if bad > 0 {
		return status(exitFail)
	}
	return nil
}

type verifyCmd struct {
	Scenarios []string `arg:"" optional:"" help:"Scenarios; all built-in ones if none is named."`
	Seeds     int      `default:"20" help:"Number of students' seeds to try."`
	Verbose   bool     `short:"v" help:"Print every result, not only failures and a summary."`
}

func (c *verifyCmd) Run(a *app) error {
	names := c.Scenarios
	if len(names) == 0 {
		names = scenarios.Builtin()
	}
	var seeds []uint64
	for i := range c.Seeds {
		seeds = append(seeds, uint64(i+1))
	}
	failed := 0
	bar := a.progress(len(names)*len(seeds), "students' draws verified")
	for _, name := range names {
		n, bad := 0, 0
		for _, seed := range seeds {
			err := grader.Verify(a.ctx, a.lib, name, []uint64{seed}, func(f grader.Finding) {
				n++
				if !f.OK {
					bad++
				}
				c.print(a, bar, f)
			})
			if a.ctx.Err() != nil {
				bar.end()
				return fmt.Errorf("interrupted in %s after %d results, %d wrong", name, n, failed+bad)
			}
			if err != nil {
				return usageError{err}
			}
			bar.step()
		}
		bar.clear()
		fmt.Fprintf(a.stdout, "%s: %d results over %d seeds, %d wrong\n", name, n, len(seeds), bad)
		failed += bad
	}
	bar.end()
	if failed > 0 {
		return status(exitFail)
	}
	return nil
}

// print prints a finding that is wrong, and any if asked for.
func (c *verifyCmd) print(a *app, bar *progress, f grader.Finding) {
	word := "ok  "
	switch {
	case !f.OK:
		word = "FAIL"
	case !c.Verbose:
		return
	}
	bar.clear()
	fmt.Fprintf(a.stdout, "%s %s seed %d %s: score %g, want %s %s\n", word, f.Scenario, f.Seed, f.Case, f.Score, f.Want, f.Detail)
}
