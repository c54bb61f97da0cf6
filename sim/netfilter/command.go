package netfilter

import "strings"

// operation is what a command line asks for: the letter of its command, or one
// of the variants with a rule number.
type operation byte

const (
	opAppend    operation = 'A'
	opCheck     operation = 'C'
	opDelete    operation = 'D'
	opDeleteNum operation = 'd'
	opReplace   operation = 'R'
	opInsert    operation = 'I'
	opList      operation = 'L'
	opListRules operation = 'S'
	opFlush     operation = 'F'
	opZero      operation = 'Z'
	opZeroNum   operation = 'z'
	opNew       operation = 'N'
	opRemove    operation = 'X'
	opRename    operation = 'E'
	opPolicy    operation = 'P'
	opDeclare   operation = ':' // a chain line of a restore file
)

func (o operation) editsRule() bool { return strings.IndexByte("ACDRI", byte(o)) >= 0 }

// command is a parsed command line of iptables.
type command struct {
	op          operation // 0: none
	zero        bool      // -Z beside -L or -S
	list        bool      // -L or -S beside -Z
	table       string
	tableGiven  bool
	chain       string
	newName     string
	policy      string
	number      int // of a rule, from 1; 0: none
	rule        *rule
	srcs, dsts  []network
	options     string // letters given, of those that are checked
	verbose     int
	numeric     bool
	exact       bool
	lineNumbers bool
	line        int    // in a restore file
	skip        bool   // a line for the other family
	print       string // -h, -V: what to print instead of doing anything
	warnings    string // for standard error
}

// checkedOptions are the options which not all commands take, in the order in
// which iptables looks at them.
const checkedOptions = "nsdpjvxio0cf"

// refused lists for each command the options it does not take.
var refused = map[operation]string{
	opInsert: "nx0", opAppend: "nx0", opReplace: "nx0", opDelete: "nx0c", opCheck: "nx0c",
	opDeleteNum: "nsdpjxio0cf", opFlush: "nsdpjxio0cf", opZero: "nsdpjxio0cf", opZeroNum: "nsdpjxio0cf", opNew: "nsdpjxio0cf",
	opRemove: "nsdpjxio0cf", opRename: "nsdpjxio0cf", opListRules: "nsdpjxio0cf", opPolicy: "nsdpjxio0f", opList: "sdpjiocf",
}

// checkOptions refuses options that do not go with the command.
func (c *command) checkOptions() *Error {
	for _, o := range []byte(checkedOptions) {
		if strings.IndexByte(c.options, o) >= 0 && strings.IndexByte(refused[c.op], o) >= 0 {
			return bad("Illegal option `-%c' with this command", o)
		}
	}
	return nil
}

// checkChain checks what depends on the name of the chain.
func (c *command) checkChain() *Error {
	if len(c.chain) >= maxName {
		return bad("chain name `%s' too long (must be under %d chars)", c.chain, maxName)
	}
	if !c.op.editsRule() {
		return nil
	}
	given := func(o byte) bool { return strings.IndexByte(c.options, o) >= 0 }
	switch {
	case given('o') && (c.chain == "PREROUTING" || c.chain == "INPUT"):
		return bad("Can't use -o with %s\n", c.chain)
	case given('i') && (c.chain == "POSTROUTING" || c.chain == "OUTPUT"):
		return bad("Can't use -i with %s\n", c.chain)
	}
	return nil
}

// maxName is XT_EXTENSION_MAXNAMELEN.
const maxName = 29

// checkName checks the name of a new chain.
func checkName(s string) *Error {
	switch {
	case s == "":
		return bad("chain name may not clash with target name")
	case s[0] == '-' || s[0] == '!':
		return bad("chain name not allowed to start with `%c'", s[0])
	case len(s) >= maxName:
		return bad("chain name `%s' too long (must be under %d chars)", s, maxName)
	case standardTarget(s) || lookup(targets[:], s, v4) != nil || lookup(targets[:], s, v6) != nil:
		return bad("chain name may not clash with target name")
	}
	if strings.ContainsAny(s, " \t\n\v\f\r") {
		return bad("Invalid chain name `%s'", s)
	}
	return nil
}

// standardTarget reports whether a name is a verdict.
func standardTarget(s string) bool {
	return s == "ACCEPT" || s == "DROP" || s == "RETURN" || s == "QUEUE"
}

// checkTarget checks the argument of -j and -g.
func checkTarget(s string) *Error {
	switch {
	case s == "":
		return bad("Invalid target name (too short)")
	case len(s) >= maxName:
		return bad("Invalid target name `%s' (%d chars max)", s, maxName-1)
	case strings.ContainsAny(s, " \t\n\v\f\r"):
		return bad("Invalid target name `%s'", s)
	}
	return nil
}
