package sim

import (
	"maps"
	"slices"
	"strings"
)

// screens takes what the terminals have shown since it was taken last, in the
// order of their names. It belongs to every action, so that how full a screen
// is never depends on who looks at it.
func (w *World) screens() (list []Screen) {
	for _, key := range slices.Sorted(maps.Keys(w.terms)) {
		term := w.terms[key]
		text, truncated := term.tty.TakeOutput()
		ended := term.shell.Ended()
		if ended {
			delete(w.terms, key)
		}
		if text == "" && !truncated && !ended {
			continue
		}
		on, name, _ := strings.Cut(key, ":")
		s := Screen{On: on, Term: name, Output: text, Truncated: truncated, Ended: ended}
		if !ended {
			_, s.Prompt = term.tty.Waiting()
		}
		list = append(list, s)
	}
	return list
}
