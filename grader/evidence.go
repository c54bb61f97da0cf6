package grader

import (
	"fmt"
	"strings"

	"mxlab/sim/trace"
)

// Evidence leads to a proof: an event of the graded world's trace, or a line of
// a file.
type Evidence struct {
	Label string `json:"label"`          // the event in brief, or the text of the file's line
	Seq   uint64 `json:"seq,omitempty"`  // in the trace of the graded fork; up to Report.Last it is also the student's
	Host  string `json:"host,omitempty"` // with File and Line
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
}

// cite adds events as evidence.
func (it *Item) cite(log *trace.Log, seqs ...uint64) {
	for _, seq := range seqs {
		if e := log.Get(seq); e != nil {
			it.Evidence = append(it.Evidence, Evidence{Label: brief(e), Seq: seq})
			it.citeFile(e)
		}
	}
}

// brief is an event as a line for people: when, where, what.
func brief(e *trace.Event) string {
	where := e.Node
	if e.Peer != "" && e.Peer != e.Node {
		where += ">" + e.Peer
	}
	return strings.TrimSpace(fmt.Sprintf("%.3f s %s %s: %s", e.At.Seconds(), where, e.Kind, e.Label()))
}

// citeFile adds the configuration line an event names in a field "file" or "at"
// of the form PATH:LINE.
func (it *Item) citeFile(e *trace.Event) {
	if e.Data == nil {
		return
	}
	for _, f := range e.Data.Fields() {
		if f.Name != "file" && f.Name != "at" {
			continue
		}
		path, num, ok := strings.Cut(f.Value, ":")
		var line int
		if ok {
			fmt.Sscan(num, &line)
		}
		ev := Evidence{Label: f.Value, Host: e.Node, File: path, Line: line}
		for _, have := range it.Evidence {
			if have == ev {
				return
			}
		}
		it.Evidence = append(it.Evidence, ev)
	}
}

// maxEvidence bounds the events cited by one check.
const maxEvidence = 6

// citeTrouble cites what went wrong after the event from: refusals, time-outs,
// failed look-ups and deliveries, the newest ones.
func (it *Item) citeTrouble(log *trace.Log, from uint64) {
	var seqs []uint64
	reply := uint64(0)
	log.After(from, func(e *trace.Event) bool {
		if isTrouble(e) {
			seqs = append(seqs, e.Seq)
		}
		if e.Kind == trace.DNSReply || e.Kind == trace.SMTPReply {
			reply = e.Seq
		}
		return true
	})
	if len(seqs) == 0 && reply != 0 { // everything worked, but the answer is not the one wanted
		seqs = append(seqs, reply)
	}
	if len(seqs) > maxEvidence {
		seqs = seqs[len(seqs)-maxEvidence:]
	}
	it.cite(log, seqs...)
}

func isTrouble(e *trace.Event) bool {
	switch e.Kind {
	case trace.SMTPReply, trace.POPReply:
		l := e.Label()
		return strings.HasPrefix(l, "4") || strings.HasPrefix(l, "5") || strings.HasPrefix(l, "-ERR")
	case trace.Policy, trace.Connect, trace.DNSLookup, trace.Config, trace.Drop, trace.Unit:
		return e.Outcome >= trace.TempFail
	case trace.End, trace.DNSCache:
		return e.Outcome >= trace.TempFail
	case trace.DNSReply: // the outcome is that of the packet, the label begins with the response code
		l := e.Label()
		return e.Outcome >= trace.TempFail || strings.HasPrefix(l, "NXDOMAIN ") || strings.HasPrefix(l, "SERVFAIL ") || strings.HasPrefix(l, "REFUSED ")
	}
	return false
}
