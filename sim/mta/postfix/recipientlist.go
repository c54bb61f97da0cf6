package postfix

import (
	"strings"

	"mxlab/sim/mail"
)

// listItem is one destination on the right-hand side of an alias, in a .forward
// file or an include file (aliases(5)).
type listItem struct {
	kind TargetKind // TargetAddress, TargetCommand, TargetFile or targetInclude
	text string
}

// parseRecipients reads destinations separated by commas or line ends. Quotes
// hold a command or name together; "#" begins a comment at the start of a line.
func parseRecipients(text string) []listItem {
	var out []listItem
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimLeft(line, spaces), "#") {
			continue
		}
		for _, word := range splitOutsideQuotes(line) {
			if item, ok := parseRecipient(strings.Trim(word, spaces)); ok {
				out = append(out, item)
			}
		}
	}
	return out
}

func splitOutsideQuotes(s string) []string {
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return append(out, s[min(start, len(s)):])
}

func parseRecipient(word string) (listItem, bool) {
	plain := word
	if len(plain) > 1 && plain[0] == '"' && plain[len(plain)-1] == '"' {
		plain = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(plain[1 : len(plain)-1])
	}
	if len(plain) > 2 && strings.HasPrefix(plain, `|"`) && strings.HasSuffix(plain, `"`) { // |"command args"
		plain = "|" + plain[2:len(plain)-1]
	}
	switch {
	case plain == "":
		return listItem{}, false
	case strings.HasPrefix(plain, "|"):
		return listItem{TargetCommand, strings.Trim(plain[1:], spaces)}, true
	case strings.HasPrefix(plain, "/"):
		return listItem{TargetFile, plain}, true
	case len(plain) > 9 && strings.EqualFold(plain[:9], ":include:"):
		return listItem{targetInclude, plain[9:]}, true
	}
	if i := strings.LastIndexByte(word, '<'); i >= 0 && strings.HasSuffix(word, ">") {
		word = word[i:]
	}
	word = strings.TrimPrefix(word, `\`) // "\user": no .forward; the alias loop test does the same
	a, err := mail.ParsePath(word)
	if err != nil {
		return listItem{TargetAddress, plain}, true
	}
	return listItem{TargetAddress, a.Internal()}, true
}
