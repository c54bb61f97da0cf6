package postfix

import (
	"bufio"
	"bytes"
	"errors"
	"net/netip"
	"strings"
)

// MatchList is a list of patterns such as mynetworks, mydestination or
// relay_domains: names, addresses, networks, type:table, /file/name, and "!" for
// exceptions. The first pattern that matches decides.
type MatchList struct {
	Param    string
	patterns []matchPattern
	parent   bool // a domain matches its subdomains without a leading dot
	sys      *System
	warned   map[string]bool
}

type matchPattern struct {
	text   string
	negate bool
	table  Table
	spec   string
}

// ErrMatch means that a pattern could not be evaluated; the reason is logged.
var ErrMatch = errors.New("list match problem")

const maxListFileNesting = 10

// OpenList reads the list in a parameter's value. A file that cannot be read and
// a table that cannot be opened fail when they are reached, not before.
func (s *System) OpenList(param, value string, parentStyle bool) *MatchList {
	l := &MatchList{Param: param, parent: parentStyle, sys: s, warned: map[string]bool{}}
	l.add(value, false, 0)
	return l
}

func (l *MatchList) add(value string, negate bool, depth int) {
	words := cutWordsBraced(value)
	for i, w := range words {
		if strings.HasPrefix(w, "#") {
			l.sys.log(warnf("%s: comment at end of line is not supported: %s", l.Param, strings.Join(words[i:], " ")))
			return
		}
		item := strings.TrimLeft(w, "!")
		neg := negate != ((len(w)-len(item))%2 == 1)
		switch {
		case item == "":
			l.sys.log(fatalf("%s: no pattern after '!'", l.Param))
		case strings.HasPrefix(item, "/"):
			l.addFile(item, neg, depth)
		case strings.Contains(item, ":") && !strings.HasPrefix(item, "[") && !looksLikeIPv6(item):
			l.patterns = append(l.patterns, matchPattern{item, neg, l.sys.OpenTable(item), item})
		default:
			l.patterns = append(l.patterns, matchPattern{text: strings.ToLower(item), negate: neg})
		}
	}
}

// looksLikeIPv6 keeps 2001:db8::/32 apart from type:table.
func looksLikeIPv6(s string) bool {
	addr, _, _ := strings.Cut(s, "/")
	ip, err := netip.ParseAddr(addr)
	return err == nil && ip.Is6()
}

func (l *MatchList) addFile(path string, negate bool, depth int) {
	f, err := l.sys.read(path)
	if err != nil || depth >= maxListFileNesting {
		text := "open file " + path + ": too many levels"
		if err != nil {
			text = "open file " + path + ": " + reason(err)
		}
		l.sys.log(Diagnostic{Error, text})
		spec := "non-existent:" + path
		l.patterns = append(l.patterns, matchPattern{path, negate, unavailable{&TableError{spec, text}}, spec})
		return
	}
	for sc := bufio.NewScanner(bytes.NewReader(f.Data)); sc.Scan(); {
		if !strings.HasPrefix(sc.Text(), "#") {
			l.add(sc.Text(), negate, depth+1)
		}
	}
}

// matcher compares one value with one pattern.
type matcher func(p matchPattern) (bool, error)

func (l *MatchList) match(ms ...matcher) (bool, string, error) {
	for _, p := range l.patterns {
		for _, m := range ms {
			hit, err := m(p)
			if err != nil {
				return false, p.text, err
			}
			if hit {
				return !p.negate, p.text, nil
			}
		}
	}
	return false, "", nil
}

// MatchString matches a word exactly (virtual_alias_domains ...).
func (l *MatchList) MatchString(s string) (bool, error) {
	ok, _, err := l.match(l.exact(strings.ToLower(s)))
	return ok, err
}

// MatchDomain matches a domain, and its parents as the list's style allows
// (mydestination matches exactly: use MatchString).
func (l *MatchList) MatchDomain(name string) (bool, error) {
	ok, _, err := l.match(l.domain(strings.ToLower(name)))
	return ok, err
}

// MatchClient matches a client's name or address (mynetworks and the like). The
// pattern that decided is returned for explanations.
func (l *MatchList) MatchClient(name, addr string) (ok bool, pattern string, err error) {
	return l.match(l.domain(strings.ToLower(name)), l.address(strings.ToLower(addr)))
}

func (l *MatchList) tableHas(p matchPattern, key string) (bool, error) {
	_, ok, err := p.table.Lookup(key)
	if err != nil {
		l.sys.log(Diagnostic{Warning, err.Error()})
		l.sys.log(warnf("%s: %s: table lookup problem", l.Param, p.spec))
		return false, ErrMatch
	}
	return ok, nil
}

func (l *MatchList) exact(s string) matcher {
	return func(p matchPattern) (bool, error) {
		if p.table != nil {
			return l.tableHas(p, s)
		}
		return s == p.text, nil
	}
}

func (l *MatchList) domain(name string) matcher {
	return func(p matchPattern) (bool, error) {
		if p.table == nil {
			return name == p.text || l.isParent(p.text, name), nil
		}
		for entry := name; entry != ""; {
			if entry == name || p.table.Fixed() {
				if ok, err := l.tableHas(p, entry); ok || err != nil {
					return ok, err
				}
			}
			next := strings.IndexByte(entry[1:], '.')
			if next < 0 {
				break
			}
			entry = entry[1+next:]
			if l.parent {
				entry = entry[1:]
			}
		}
		return false, nil
	}
}

func (l *MatchList) isParent(pattern, name string) bool {
	if l.parent {
		return pattern != "" && strings.HasSuffix(name, "."+pattern)
	}
	return strings.HasPrefix(pattern, ".") && strings.HasSuffix(name, pattern) && len(name) > len(pattern)
}

func (l *MatchList) address(addr string) matcher {
	ip, err := netip.ParseAddr(addr)
	return func(p matchPattern) (bool, error) {
		if err != nil {
			return false, nil
		}
		if p.table != nil {
			return l.tableHas(p, addr)
		}
		if p.text == addr || p.text == "["+addr+"]" {
			return true, nil
		}
		// Anything that is not a network of the address's family is a name.
		if strings.Contains(addr, ":") != strings.Contains(p.text, ":") || !strings.ContainsAny(p.text, ":/") ||
			strings.Trim(p.text, "0123456789abcdef:.[]/") != "" {
			return false, nil
		}
		net, problem := ParseNetwork(p.text)
		if problem != "" {
			l.warnOnce(problem)
			return false, ErrMatch
		}
		return net.Contains(ip), nil
	}
}

// warnOnce: Postfix says it for each look-up; a session's log would drown.
func (l *MatchList) warnOnce(problem string) {
	if !l.warned[problem] {
		l.warned[problem] = true
		l.sys.log(warnf("%s: %s", l.Param, problem))
	}
}

// ParentStyle reports whether parent_domain_matches_subdomains names the
// feature, so that "example.com" stands for its subdomains too.
func (c *Config) ParentStyle(feature string) bool {
	for _, w := range c.List("parent_domain_matches_subdomains") {
		if strings.EqualFold(w, feature) {
			return true
		}
	}
	return false
}
