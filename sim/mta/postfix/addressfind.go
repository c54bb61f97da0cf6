package postfix

import (
	"strings"

	"mxlab/sim/mail"
)

// FindStrategy says which parts of an address are looked up in a table.
type FindStrategy int

// Parts of an address, in the order in which they are tried.
const (
	FindFull             FindStrategy = 1 << iota // user+ext@domain
	FindNoExtension                               // user@domain
	FindLocalIfLocal                              // user+ext, user: when the domain is ours
	FindAtDomain                                  // @domain
	FindDomain                                    // domain
	FindParents                                   // parents as "example.com"
	FindDotParents                                // parents as ".example.com"
	FindLocalAt                                   // user+ext@, user@
	FindAddressTables    = FindFull | FindNoExtension | FindLocalIfLocal | FindAtDomain
	findAccessTables     = FindFull | FindNoExtension | FindDomain | FindLocalAt
	findTransportEntries = FindFull | FindNoExtension | FindDomain
)

// FindAddress looks up an address (internal form) the way Postfix's address
// tables are searched. extension is what was cut off the local part, with its
// delimiter, when the entry without it matched.
func (r *Router) FindAddress(m *Maps, address string, how FindStrategy) (value, extension string, found bool, err error) {
	if m.Empty() {
		return "", "", false, nil
	}
	local, domain := mail.SplitAddress(address)
	hasDomain := strings.Contains(address, "@")
	bare, ext := SplitExtension(local, r.delimiters)
	f := finder{maps: m}
	at := ""
	if hasDomain {
		at = "@" + domain
	}
	if how&FindFull != 0 {
		f.try(local, at, true, "")
	}
	if how&FindNoExtension != 0 && ext != "" {
		f.try(bare, at, false, ext)
	}
	if how&FindLocalIfLocal != 0 && hasDomain && !f.done() {
		ours, err := r.isOrigin(domain)
		if err != nil {
			return "", "", false, err
		}
		if ours {
			f.tryBoth(local, bare, ext, "")
		}
	}
	if hasDomain && how&FindAtDomain != 0 {
		f.key(at)
	}
	if hasDomain && how&FindDomain != 0 {
		f.domains(domain, how)
	}
	if hasDomain && how&FindLocalAt != 0 {
		f.tryBoth(local, bare, ext, "@")
	}
	return f.value, f.ext, f.found, f.err
}

func (r *Router) isOrigin(domain string) (bool, error) {
	if strings.EqualFold(domain, r.origin()) {
		return true, nil
	}
	return r.IsLocal(domain)
}

// finder tries keys until one is found or a table fails.
type finder struct {
	maps       *Maps
	value, ext string
	found      bool
	err        error
}

func (f *finder) done() bool { return f.found || f.err != nil }

func (f *finder) key(k string) {
	if !f.done() {
		f.value, f.found, f.err = f.maps.FindPart(k)
	}
}

// try looks up local+at, first quoted when that differs.
func (f *finder) try(local, at string, whole bool, ext string) {
	keys := []string{local + at}
	if q := mail.QuoteLocal(local); q != local && at != "" && local != "" {
		keys = []string{q + at, local + at}
	}
	for _, k := range keys {
		if f.done() {
			return
		}
		if whole {
			f.value, f.found, f.err = f.maps.Find(k)
		} else {
			f.key(k)
		}
		if f.found {
			f.ext = ext
		}
	}
}

func (f *finder) tryBoth(local, bare, ext, at string) {
	if f.done() {
		return
	}
	f.try(local, at, false, "")
	if ext != "" {
		f.try(bare, at, false, ext)
	}
}

func (f *finder) domains(domain string, how FindStrategy) {
	for name := domain; name != "" && !f.done(); {
		f.key(name)
		next := strings.IndexByte(name[1:], '.')
		if next < 0 || how&(FindParents|FindDotParents) == 0 {
			return
		}
		name = name[1+next:]
		if how&FindParents != 0 {
			name = name[1:]
		}
	}
}

// SplitExtension cuts "user+ext" at the first delimiter; extension keeps its
// delimiter. Reserved names and owner-list, list-request are not cut.
func SplitExtension(local, delimiters string) (bare, extension string) {
	if delimiters == "" || strings.EqualFold(local, "mailer-daemon") || strings.EqualFold(local, "double-bounce") {
		return local, ""
	}
	if strings.Contains(delimiters, "-") {
		low := strings.ToLower(local)
		if strings.HasPrefix(low, "owner-") || strings.HasSuffix(low, "-request") {
			return local, ""
		}
	}
	if i := strings.IndexAny(local, delimiters); i > 0 {
		return local[:i], local[i:]
	}
	return local, ""
}
