package netfilter

import (
	"strconv"
	"strings"
)

// writer collects the text of rules. numeric says that addresses and ports are
// not translated into names.
type writer struct {
	strings.Builder
	names   *names
	numeric bool
	proto   string // of the rule, for the names of its ports
}

func newWriter(n *names, numeric bool) *writer { return &writer{names: n, numeric: numeric} }

// words writes each word with a blank before it.
func (w *writer) words(list ...string) {
	for _, s := range list {
		w.WriteByte(' ')
		w.WriteString(s)
	}
}

// flag writes an option, with "!" before it if it is inverted.
func (w *writer) flag(inv bool, name string) {
	if inv {
		w.WriteString(" !")
	}
	w.words(name)
}

// option writes an option and its value.
func (w *writer) option(inv bool, name, value string) {
	w.flag(inv, name)
	w.words(value)
}

// quoted writes a text that may hold any characters, in quotes where needed, so
// that iptables-restore reads it back.
func (w *writer) quoted(s string) {
	w.words(quote(s))
}

func quote(s string) string {
	plain := s != ""
	for _, c := range []byte(s) {
		if !(c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, `'`, `\'`).Replace(s) + `"`
}

// number writes a counter as -L -v does: exact, or in five columns with K, M, G
// or T.
func number(n uint64, exact, padded bool) string {
	text := strconv.FormatUint(n, 10)
	width := 5
	if exact {
		width = 8
	} else if n > 99999 {
		for _, unit := range []string{"K", "M", "G", "T"} {
			n = (n + 500) / 1000
			if n <= 9999 || unit == "T" {
				text = strconv.FormatUint(n, 10) + unit
				break
			}
		}
	}
	if padded && len(text) < width {
		text = strings.Repeat(" ", width-len(text)) + text
	}
	return text + " "
}
