package sim

import (
	"maps"
	"slices"
)

// screens takes what the terminals have shown since it was taken last, in the
// order of their names. It belongs to every action, so that how full a screen
// is never depends on who looks at it.
func (w *World) screens() (list []Screen) {
	for _, key := range slices.SortedFunc(maps.Keys(w.terms), termKey.compare) {
		term := w.terms[key]
		text, truncated := term.tty.TakeOutput()
		ended := term.shell.Ended()
		if ended {
			delete(w.terms, key)
		}
		cut := term.tty.Cut() && !ended
		if text == "" && !truncated && !ended && cut == term.cut {
			continue
		}
		term.cut = cut
		s := Screen{On: key.on, Term: key.term, Via: key.via, Output: text, Truncated: truncated, Ended: ended, Cut: cut}
		if !ended {
			_, s.Prompt = term.tty.Waiting()
		}
		list = append(list, s)
	}
	return list
}
