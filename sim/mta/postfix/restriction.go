package postfix

import "strings"

// Restriction is one item of a restriction list such as
// smtpd_recipient_restrictions.
type Restriction struct {
	Name  string // as written (restriction classes are case-sensitive); empty for a bare "type:table"
	Arg   string // table, block list domain, policy server, number; empty without
	Param string // parameter or restriction class it stands in; a table's name for its results
	Index int    // position in the list, from 0
	Line  int    // in main.cf; 0 when it comes from a default or a table
}

// String writes the restriction as in main.cf.
func (r Restriction) String() string { return strings.TrimSpace(r.Name + " " + r.Arg) }

// key is the name as built-in restrictions are found: in lower case.
func (r Restriction) key() string { return strings.ToLower(r.Name) }

// argKind is what must follow a restriction's name.
type argKind int

const (
	argNone argKind = iota
	argTable
	argDomain
	argServer
	argNumber
)

// argumentOf tells what follows a restriction's name in Postfix 3.7.
func argumentOf(name string) argKind {
	switch {
	case strings.HasPrefix(name, "check_") && strings.HasSuffix(name, "_access"):
		return argTable
	case name == "check_policy_service":
		return argServer
	case name == "sleep":
		return argNumber
	}
	switch name {
	case "reject_rbl_client", "reject_rbl", "reject_rhsbl_client", "reject_rhsbl_reverse_client", "reject_rhsbl_helo",
		"reject_rhsbl_sender", "reject_rhsbl_recipient", "permit_dnswl_client", "permit_rhswl_client":
		return argDomain
	}
	return argNone
}

// ParseRestrictions reads a restriction list. It never fails: what a name means
// is found out when it is reached, as in Postfix.
func ParseRestrictions(param, value string, line int) []Restriction {
	words := cutWordsBraced(value)
	var out []Restriction
	for i := 0; i < len(words); i++ {
		r := Restriction{Name: words[i], Param: param, Index: len(out), Line: line}
		switch {
		case strings.Contains(words[i], ":"):
			r.Name, r.Arg = "", stripSearchBraces(words[i])
		case argumentOf(r.key()) != argNone && i+1 < len(words):
			i++
			r.Arg = words[i]
			if argumentOf(r.key()) == argTable {
				r.Arg = stripSearchBraces(r.Arg)
			}
		}
		out = append(out, r)
	}
	return out
}

// hasRequired reports whether a list ends relaying: one of the rejecting
// restrictions before any "permit", followed into restriction classes.
func hasRequired(list []Restriction, classes map[string][]Restriction, depth int) bool {
	for i := 0; i < len(list); i++ {
		switch r := list[i]; r.key() {
		case "warn_if_reject":
			i++
		case "permit":
			return false
		case "reject_unauth_destination", "defer_unauth_destination", "reject", "defer", "defer_if_permit", "check_relay_domains":
			return true
		default:
			if sub, ok := classes[r.Name]; ok && depth < maxRecursion && hasRequired(sub, classes, depth+1) {
				return true
			}
		}
	}
	return false
}

// openRelay is the message with which smtpd refuses to run.
func openRelay() Diagnostic {
	return fatalf("in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify at least one working instance of: " +
		"reject_unauth_destination, defer_unauth_destination, reject, defer, defer_if_permit or check_relay_domains")
}
