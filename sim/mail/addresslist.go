package mail

import (
	"fmt"
	netmail "net/mail"
	"strings"
)

// ParseAddressList reads an RFC 5322 address list as found in To:, Cc: and
// From:. Display names and comments are dropped, groups are flattened. Unlike
// net/mail it accepts names without a domain, which MTAs qualify later.
func ParseAddressList(value string) ([]Address, error) {
	parsed, err := (&netmail.AddressParser{}).ParseList(value)
	if err == nil {
		out := make([]Address, 0, len(parsed))
		for _, p := range parsed {
			local, domain := SplitAddress(p.Address)
			out = append(out, Address{local, domain})
		}
		return out, nil
	}
	return parseBareList(value)
}

// parseBareList handles lists with local names: "bob, Carol <carol>".
func parseBareList(value string) ([]Address, error) {
	var out []Address
	for _, item := range splitList(value) {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		if i := strings.LastIndexByte(item, '<'); i >= 0 && strings.HasSuffix(item, ">") {
			item = item[i:]
		}
		a, err := ParsePath(item)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", item, err)
		}
		if !a.IsNull() {
			out = append(out, a)
		}
	}
	return out, nil
}

// splitList cuts at commas outside quotes, brackets and comments, and drops the
// comments.
func splitList(s string) []string {
	var items []string
	var b strings.Builder
	quoted, comment := false, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			if comment == 0 {
				b.WriteString(s[i : i+2])
			}
			i++
			continue
		case c == '"' && comment == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			comment++
			continue
		case c == ')' && comment > 0:
			comment--
			continue
		case c == ',' && !quoted && comment == 0:
			items = append(items, b.String())
			b.Reset()
			continue
		}
		if comment == 0 {
			b.WriteByte(c)
		}
	}
	return append(items, b.String())
}
