// Command mxlab is a lab for learning how DNS and mail work: a small Internet
// in one process, broken by scenarios, repaired by students, checked by a
// grader. Without a command it serves the lab to a browser.
//
// This package is flags and wiring only.
//
// The randomness of TLS inside a world comes from the world's seed, so that a
// session with it can be replayed; without the setting below crypto/tls would
// take it from the machine.
//
//go:debug cryptocustomrand=1
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"mxlab/sim"
)

// Exit statuses of the command.
const (
	exitDone  = 0
	exitFail  = 1 // the thing asked for failed
	exitUsage = 2 // usage, or input that cannot be read
)

type cli struct {
	Serve     serveCmd     `cmd:"" default:"withargs" help:"Serve the lab to a browser (the default command)."`
	Scenarios scenariosCmd `cmd:"" help:"List the scenarios."`
	Exec      execCmd      `cmd:"" help:"Run one command on a host of a fresh world."`
	Play      playCmd      `cmd:"" help:"Do a list of actions and print the transcript."`
	Grade     gradeCmd     `cmd:"" help:"Grade submissions."`
	Verify    verifyCmd    `cmd:"" help:"Test the checks of scenarios: untouched 0, solution 100, wrong fixes caught."`
	Trace     traceCmd     `cmd:"" help:"Print the trace of a submission."`
	Gateway   gatewayCmd   `cmd:"" help:"Let real programs talk with virtual hosts."`
	Lint      lintCmd      `cmd:"" help:"Check scenario and network files."`
}

// app is what commands work with.
type app struct {
	ctx            context.Context
	lib            *sim.Library
	stdout, stderr io.Writer
}

// usageError makes the command end with exitUsage; failure with exitFail and
// status with the status it holds, both without a message of their own.
type usageError struct{ err error }
type status int

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }
func (s status) Error() string     { return fmt.Sprintf("exit status %d", int(s)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("mxlab"), kong.Description("A lab for learning how DNS and mail really work."),
		kong.Writers(stdout, stderr), kong.Exit(func(n int) { exited = n }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"formats": formats()})
	if err != nil {
		fmt.Fprintln(stderr, "mxlab:", err)
		return exitUsage
	}
	kctx, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintln(stderr, "mxlab:", err)
		return exitUsage
	}
	a := &app{ctx: ctx, lib: sim.NewLibrary(), stdout: stdout, stderr: stderr}
	return exitCode(kctx.Run(a), stderr)
}

// exitCode prints an error and says how the process ends.
func exitCode(err error, stderr io.Writer) int {
	var st status
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &st):
		return int(st)
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, "mxlab:", err)
		return exitUsage
	}
	fmt.Fprintln(stderr, "mxlab:", err)
	return exitFail
}
