package config

// CheckOptions tell Check what it may look at.
type CheckOptions struct {
	Disk         Disk // for directories and files named by options; the zero value checks none
	NoDeprecated bool // no warnings about deprecated clauses
}

// Check examines what the grammar cannot: see the files check_*.go. ok is false when a message is an error.
func Check(t *Tree, opts CheckOptions) (messages []Message, ok bool) {
	return nil, true
}
