// Package shell is the command language of a host's terminals and scripts: an
// evaluator of the POSIX shell command language (IEEE Std 1003.1-2017, XCU 2)
// with what students use of bash(1) 5.2, and with dash's words where a Debian
// sh is asked for. The grammar is read by mvdan.cc/sh/v3/syntax; expansion and
// evaluation are here, because every step must count against the limits of
// the world and every process must be one of the simulated host.
//
// A subshell, a stage of a pipeline, a background list and a command
// substitution are processes of their own (host.Start). An external command is
// found through host.Image and runs as a child inside a trace.Exec span. The
// shell knows no command but its builtins.
//
// Left out: process substitution, coprocesses, select, stopping of jobs
// (Ctrl+Z), /dev/tcp, name references, programmable completion.
package shell
