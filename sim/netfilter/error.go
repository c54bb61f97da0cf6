package netfilter

import "fmt"

// fault is the kind of an error: it decides how a command prints it and with
// which status it exits.
type fault uint8

const (
	usage    fault = iota // a mistake in the command line: status 2, with a hint to --help
	argument              // a word that is no option: as usage, without the program's name
	answer                // what nft_strerror says: status 1
	other                 // another problem: status 1
	version               // a table the kernel does not have: status 3
	kernel                // the kernel refused the transaction: status 4
	silent                // status 2, nothing but the hint
)

// Error is an error of a command. Its text is what the real tool prints behind
// its name.
type Error struct {
	kind fault
	text string
}

func (e *Error) Error() string { return e.text }

// Status returns the exit status of the command.
func (e *Error) Status() int {
	return [...]int{usage: 2, argument: 2, answer: 1, other: 1, version: 3, kernel: 4, silent: 2}[e.kind]
}

func fail(kind fault, format string, args ...any) *Error {
	return &Error{kind: kind, text: fmt.Sprintf(format, args...)}
}

func bad(format string, args ...any) *Error { return fail(usage, format, args...) }

// Answers of the kernel that commands share.
var (
	errNoChain    = fail(answer, "No chain/target/match by that name.")
	errBadRule    = fail(answer, "Bad rule (does a matching rule exist in that chain?).")
	errChainThere = fail(answer, "Chain already exists.")
	errBadBuiltin = fail(answer, "Bad built-in chain name.")
	errBadPolicy  = fail(answer, "Bad policy name. Run `dmesg' for more information.")
	errInsertBig  = fail(answer, "Index of insertion too big.")
	errDeleteBig  = fail(answer, "Index of deletion too big.")
	errReplaceBig = fail(answer, "Index of replacement too big.")
)

// message returns what the program called name prints for err on standard
// error. line is the line of a restore file, 0 outside of one.
func message(name string, err *Error, line int) string {
	hint := fmt.Sprintf("Try `%s -h' or '%s --help' for more information.\n", name, name)
	if line > 0 {
		hint = fmt.Sprintf("Error occurred at line: %d\n", line) + hint
	}
	full := fmt.Sprintf("%s v%s (nf_tables): %s\n", name, release, err.text)
	switch err.kind {
	case argument:
		return err.text + "\n" + hint
	case silent:
		return hint
	case answer:
		return name + ": " + err.text + "\n"
	case usage:
		return full + hint
	case version:
		return full + fmt.Sprintf("Perhaps %s or your kernel needs to be upgraded.\n", name)
	}
	return full
}

// release is the version of iptables that is modelled.
const release = "1.8.9"
