package dns

import (
	"strings"

	mdns "github.com/miekg/dns"
)

// Canonical is the form in which names are compared and stored as keys: absolute
// and in lower case (RFC 4034 section 6.2).
func Canonical(name string) string { return lowerName(mdns.Fqdn(name)) }

// Parent is name without its leftmost label; the root's parent is the root.
func Parent(name string) string {
	if name == "." || name == "" {
		return "."
	}
	return parentName(name)
}

func parentName(name string) string {
	i, end := mdns.NextLabel(name, 0)
	if end {
		return "."
	}
	return name[i:]
}

// IsWithin reports whether name equals zone or lies below it, ignoring case.
func IsWithin(name, zone string) bool { return isWithin(Canonical(name), Canonical(zone)) }

// isWithin is IsWithin for canonical names.
func isWithin(name, zone string) bool {
	if zone == "." {
		return true
	}
	cut := len(name) - len(zone)
	if cut < 0 || name[cut:] != zone {
		return false
	}
	return cut == 0 || name[cut-1] == '.' && !escapedAt(name, cut-1)
}

// escapedAt reports whether the octet at i has a backslash of its own before it.
func escapedAt(name string, i int) bool {
	n := 0
	for i--; i >= 0 && name[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

// Absolute completes a name of a master file: "@" is the origin, and a name
// without final dot gets the origin appended. The error is a Result.
func Absolute(name, origin string) (string, error) {
	top, res := parseWireName(nil, []byte(mdns.Fqdn(origin)), rootName)
	if res != resultOK {
		return "", res
	}
	wire, res := parseWireName(nil, []byte(name), wireName(top))
	if res != resultOK {
		return "", res
	}
	return wireName(wire).text(), nil
}

// Display is a name as BIND's messages and logs show it: without final dot.
func Display(name string) string {
	wire, res := parseWireName(nil, []byte(name), rootName)
	if res != resultOK {
		return name
	}
	return wireName(wire).String()
}

// CompareNames orders names as RFC 4034 section 6.1 does, the order of zone
// dumps and transfers.
func CompareNames(a, b string) int {
	return strings.Compare(sortKeyOf(a), sortKeyOf(b))
}

func sortKeyOf(name string) string {
	wire, res := parseWireName(nil, []byte(name), rootName)
	if res != resultOK {
		return name
	}
	return wireName(wire).sortKey()
}
