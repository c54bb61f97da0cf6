package webui

import (
	"fmt"
	"strings"
	"time"

	"mxlab/sim"
)

// refresh makes the state anew and wakes the viewers. The caller holds the
// lock. busy is the ID of the command being done.
func (s *Session) refresh(busy string) {
	k, w := s.desk, s.world
	st := State{Now: int64(w.Now()), Last: uint64(w.Log().Len()), Busy: busy, Tasks: s.taskStates(), Hints: s.openedHints(), HintNext: s.nextHint(),
		Answers: s.answerStates(), Pending: k.watch.pending(), Terms: k.terminals(), Tickets: k.tickets, Unread: k.unread(s.read), Down: k.off, Undo: s.undoable(), Redo: s.redoable(), Marks: s.marks(), Hand: s.hand, Gateway: s.gatewayState()}
	if n := len(s.checks); n > 0 {
		st.Report = s.shown(&s.checks[n-1])
	}
	s.state = st
	s.stateN++
	s.wake()
}

// undoable says what undo would take back.
func (s *Session) undoable() *Text {
	for i := len(s.steps) - 1; i >= 0; i-- {
		if a := s.steps[i].Action; a != nil {
			t := actionText(a)
			return &t
		}
	}
	return nil
}

// actionText is an action in a few words.
func actionText(a *sim.Action) Text {
	short := func(text string) string { return shorten(strings.TrimSpace(text), 60) }
	switch {
	case a.Run != "":
		return textf("%[1]s에서 '%[2]s'", "'%[2]s' on %[1]s", a.On, short(a.Run))
	case a.Key != "":
		return textf("%[1]s에서 %[2]s 키", "key %[2]s on %[1]s", a.On, a.Key)
	case a.Write != "":
		return textf("%[1]s의 %[2]s 저장", "%[2]s saved on %[1]s", a.On, a.Write)
	case a.Portal != "":
		return textf("요청: %s %s", "request: %s %s", a.Portal, a.Request)
	case a.Mail != nil:
		return textf("메일 보내기: %s", "mail to %s", short(a.Mail.To))
	case a.Fetch != "":
		return textf("메일 가져오기: %s", "mail fetched for %s", a.Fetch)
	case a.Reboot != "":
		return textf("%s 다시 시작", "reboot of %s", a.Reboot)
	case a.Power != "":
		return powerText(a.On, a.Power)
	case a.Foreign != nil:
		return Text{"실제 클라이언트의 통신", "what a real client sent"}
	case a.Until != "":
		return Text{"시간 보내기", "time passed"}
	}
	d := time.Duration(a.Advance)
	return textf("시간 보내기: %s", "time passed: %s", d)
}

// maxMarks bounds the points of the timeline.
const maxMarks = 300

// noteMarks adds what an action put on the timeline.
func (k *desk) noteMarks(a *sim.Action, res *sim.Result) {
	seq := res.From + 1
	add := func(kind, label string) {
		if res.To > res.From {
			k.marks = append(k.marks, Mark{Seq: seq, Kind: kind, Label: label})
		}
	}
	switch {
	case a.Portal != "":
		add("portal", a.Portal+" "+a.Request)
	case a.Mail != nil:
		add("mail", a.Mail.To)
	case a.Advance != 0:
		add("advance", time.Duration(a.Advance).String())
	case a.Until != "":
		add("advance", (res.End - res.Start).Round(time.Second).String())
	}
}

// marks are the points of the timeline: of the desk, of the log, of checks.
func (s *Session) marks() []Mark {
	all := mergeMarks(s.desk.marks, s.desk.watch.marks)
	for _, c := range s.checks {
		if c.Report.Seq <= uint64(s.world.Log().Len()) {
			all = mergeMarks(all, []Mark{{Seq: c.Report.Seq, Kind: "check", Label: fmt.Sprintf("%d/%d", c.Report.Passed, c.Report.Total)}})
		}
	}
	if len(all) > maxMarks {
		all = all[len(all)-maxMarks:]
	}
	return all
}

// mergeMarks merges two lists in the order of Seq.
func mergeMarks(a, b []Mark) []Mark {
	out := make([]Mark, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0].Seq < a[0].Seq {
			out, b = append(out, b[0]), b[1:]
		} else {
			out, a = append(out, a[0]), a[1:]
		}
	}
	return append(append(out, a...), b...)
}
