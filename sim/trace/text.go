package trace

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// AppendText appends the canonical one-line form of the event, without a line
// end:
//
//	SEQ SECONDS SPAN CAUSE KIND OUTCOME NODE[>PEER] [via LINK] [took SECONDS] LABEL [NAME=VALUE ...] [REL=SEQ ...]
//
// Values are quoted as Go strings where they hold anything but printable
// characters without blanks, so one event is always one line.
func (e *Event) AppendText(b []byte) []byte {
	b = fmt.Appendf(b, "%06d %d.%09d %d %d %s %s ", e.Seq, e.At/1e9, e.At%1e9, e.Span, e.Cause, e.Kind, e.Outcome)
	b = append(b, plain(e.Node)...)
	if e.Peer != "" {
		b = append(append(b, '>'), plain(e.Peer)...)
	}
	if e.Link != "" {
		b = append(append(b, " via "...), plain(e.Link)...)
	}
	if e.Took != 0 {
		b = fmt.Appendf(b, " took %d.%09d", e.Took/1e9, e.Took%1e9)
	}
	b = append(b, ' ')
	b = strconv.AppendQuote(b, e.Label())
	if e.Data != nil {
		for _, f := range e.Data.Fields() {
			b = append(append(append(b, ' '), f.Name...), '=')
			b = append(b, plain(f.Value)...)
		}
	}
	for _, r := range e.Refs {
		b = fmt.Appendf(b, " %s=%d", r.Rel, r.Seq)
	}
	return b
}

func plain(s string) string {
	if s == "" {
		return "-"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '"' || r >= 0x7f }) {
		return strconv.Quote(s)
	}
	return s
}

// String returns the canonical one-line form.
func (e *Event) String() string { return string(e.AppendText(nil)) }

// WriteText writes the whole log in canonical form, a line an event.
func (l *Log) WriteText(w io.Writer) error {
	bw := bufio.NewWriter(w)
	var line []byte
	var err error
	l.After(0, func(e *Event) bool {
		line = append(e.AppendText(line[:0]), '\n')
		_, err = bw.Write(line)
		return err == nil
	})
	if err != nil {
		return err
	}
	return bw.Flush()
}

// MarshalJSON gives the event with its rendered label and details; times are
// nanoseconds.
func (e *Event) MarshalJSON() ([]byte, error) {
	v := struct {
		Seq     uint64  `json:"seq"`
		At      int64   `json:"at"`
		Took    int64   `json:"took,omitempty"`
		Span    uint64  `json:"span,omitempty"`
		Cause   uint64  `json:"cause,omitempty"`
		Kind    string  `json:"kind"`
		Outcome string  `json:"outcome"`
		Node    string  `json:"node,omitempty"`
		Peer    string  `json:"peer,omitempty"`
		Link    string  `json:"link,omitempty"`
		Label   string  `json:"label"`
		Fields  []Field `json:"fields,omitempty"`
		Wire    []byte  `json:"wire,omitempty"`
		Refs    []Ref   `json:"refs,omitempty"`
	}{Seq: e.Seq, At: int64(e.At), Took: int64(e.Took), Span: e.Span, Cause: e.Cause, Kind: e.Kind.String(),
		Outcome: e.Outcome.String(), Node: e.Node, Peer: e.Peer, Link: e.Link, Label: e.Label(), Refs: e.Refs}
	if e.Data != nil {
		v.Fields = e.Data.Fields()
	}
	if w, ok := e.Data.(Wire); ok {
		v.Wire = w.WireBytes()
	}
	return json.Marshal(v)
}

// WriteJSON writes the whole log as one JSON array, an event a line.
func (l *Log) WriteJSON(w io.Writer) error {
	bw := bufio.NewWriter(w)
	sep := "[\n"
	var err error
	l.After(0, func(e *Event) bool {
		var b []byte
		if b, err = e.MarshalJSON(); err != nil {
			return false
		}
		bw.WriteString(sep)
		_, err = bw.Write(b)
		sep = ",\n"
		return err == nil
	})
	if err != nil {
		return err
	}
	if l.Len() == 0 {
		bw.WriteString("[")
	}
	bw.WriteString("\n]\n")
	return bw.Flush()
}
