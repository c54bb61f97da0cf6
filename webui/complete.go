package webui

import (
	"unicode/utf16"

	"mxlab/sim"
)

// maxWords bounds the completions offered.
const maxWords = 200

// complete offers words for the word before the cursor.
func (s *Session) complete(w *sim.World, a *AskComplete) (*Completions, *Problem) {
	host, term, p := s.terminalName(a.Term)
	if p != nil {
		return nil, p
	}
	units := utf16.Encode([]rune(a.Line))
	if a.Pos < 0 || a.Pos > len(units) || len(a.Line) > 4096 {
		return nil, problemf(codeBadRequest, "커서 위치가 줄 밖입니다.", "the cursor is outside the line")
	}
	before := string(utf16.Decode(units[:a.Pos]))
	start, words := w.Complete(host, term, before, len(before))
	out := &Completions{From: len(utf16.Encode([]rune(before[:min(start, len(before))]))), Words: []string{}}
	out.Words = append(out.Words, words[:min(len(words), maxWords)]...)
	return out, nil
}
