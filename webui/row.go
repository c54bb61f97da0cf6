package webui

import (
	"strings"
	"unicode/utf8"

	"mxlab/sim/trace"
)

// rowOf is the summary of an event.
func rowOf(e *trace.Event) Row {
	return Row{Seq: e.Seq, At: int64(e.At), Took: int64(e.Took), Span: e.Span, Cause: e.Cause, Kind: e.Kind.String(), Outcome: e.Outcome.String(),
		Node: e.Node, Peer: e.Peer, Link: e.Link, Label: shorten(e.Label(), MaxLabel), Refs: e.Refs}
}

// shorten cuts a label at a character and makes it one line.
func shorten(s string, limit int) string {
	s = strings.ToValidUTF8(s, "?")
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = strings.Join(strings.Fields(s), " ")
	}
	if len(s) <= limit {
		return s
	}
	cut := limit - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
