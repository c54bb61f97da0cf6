package webui

import (
	"encoding/json"
	"fmt"
	"slices"

	"mxlab/sim/trace"
)

// undone holds what was taken back: for each undo all steps there were before
// it, the last undo last. It is forgotten when something else is done.
type undone [][]step

// maxUndone bounds the undos that can be done again.
const maxUndone = 50

func (u *undone) push(steps []step) {
	*u = append(slices.Clone(*u), steps)
	if len(*u) > maxUndone {
		*u = (*u)[1:]
	}
}

// pop returns the steps before the last undo, those that are now if there was
// none.
func (u *undone) pop(now []step) []step {
	if len(*u) == 0 {
		return now
	}
	last := len(*u) - 1
	steps := (*u)[last]
	*u = slices.Clone((*u)[:last])
	return steps
}

// did notes that a step was done. A terminal opened is no action: it stays open
// also after a redo.
func (u *undone) did(st *step) {
	if st.Action != nil {
		*u = nil
		return
	}
	for i, steps := range *u {
		(*u)[i] = append(slices.Clone(steps), *st)
	}
}

// actions returns how many of the steps are entries of the journal.
func actions(steps []step) (n int) {
	for i := range steps {
		if steps[i].Action != nil {
			n++
		}
	}
	return n
}

// keep is how many actions an undo leaves.
func (f *epochFact) keep(steps []step) int {
	if f.Keep != nil {
		return *f.Keep
	}
	return actions(steps) - 1
}

// withoutFrom takes back all but the first n actions; terminals opened stay.
func withoutFrom(steps []step, n int) (kept []step) {
	for i := range steps {
		if steps[i].Action != nil {
			if n--; n < 0 {
				continue
			}
		}
		kept = append(kept, steps[i])
	}
	return kept
}

// actionsBefore returns how many actions were over before the one that made an
// event, and the first of the others, nil if there is none. Event 0 stands for
// the last action's.
func actionsBefore(steps []step, seq uint64) (n int, first *step) {
	for i := range steps {
		st := &steps[i]
		switch {
		case st.Action == nil:
			continue
		case seq == 0:
			first = st
		case st.last >= seq:
			return n, st
		}
		n++
	}
	if first != nil {
		n--
	}
	return n, first
}

// undo takes back the action that made an event and all after it.
func (s *Session) undo(cmd string, from uint64) *Problem {
	s.mu.Lock()
	steps, again := s.steps, s.undone
	begun := s.desk.begun
	s.mu.Unlock()
	n, first := actionsBefore(steps, from)
	switch {
	case first == nil && from == 0:
		return problemf(codeFailed, "되돌릴 것이 없습니다.", "there is nothing to undo")
	case first == nil || from != 0 && from <= begun:
		return problemf(codeFailed, "%d번 사건은 실습에서 한 일로 생긴 것이 아니어서 되돌릴 수 없습니다.", "event %d was not made by anything done in this session", from)
	}
	what := actionText(first.Action)
	text := Text{"되돌렸습니다: " + what.Ko, "Undone: " + what.En}
	if more := actions(steps) - n - 1; more > 0 {
		text = Text{fmt.Sprintf("되돌렸습니다: %s 외 %d개", what.Ko, more), fmt.Sprintf("Undone: %s and %d more", what.En, more)}
	}
	again.push(steps)
	return s.begin(withoutFrom(steps, n), again, &text, func(e *epochFact) fact { e.Cmd, e.Keep = cmd, &n; return fact{Undo: e} })
}

// redo does again what the last undo took back.
func (s *Session) redo(cmd string) *Problem {
	s.mu.Lock()
	again := s.undone
	what := s.state.Redo
	s.mu.Unlock()
	if what == nil {
		return problemf(codeFailed, "다시 할 것이 없습니다.", "there is nothing to redo")
	}
	steps := again.pop(nil)
	text := Text{"다시 했습니다: " + what.Ko, "Done again: " + what.En}
	return s.begin(steps, again, &text, func(e *epochFact) fact { e.Cmd = cmd; return fact{Redo: e} })
}

// redoable says what redo would do first.
func (s *Session) redoable() *Text {
	if len(s.undone) == 0 {
		return nil
	}
	n := actions(s.steps)
	for _, st := range s.undone[len(s.undone)-1] {
		if st.Action == nil {
			continue
		}
		if n--; n < 0 {
			t := actionText(st.Action)
			return &t
		}
	}
	return nil
}

// restart begins anew.
func (s *Session) restart(cmd string) *Problem {
	return s.begin(nil, nil, &Text{"처음부터 다시 시작했습니다.", "Begun anew."}, func(e *epochFact) fact { e.Cmd = cmd; return fact{Restart: e} })
}

// begin starts a new epoch, whose world has done steps; undone is what could be
// done again then.
func (s *Session) begin(steps []step, undone undone, reason *Text, f func(*epochFact) fact) *Problem {
	if err := s.srv.enter(s.ctx); err != nil {
		return failed(err)
	}
	defer s.srv.leave()
	s.mu.Lock()
	old := s.world.Log()
	epoch := s.last + 1
	s.mu.Unlock()
	if p := s.note(f(&epochFact{Epoch: epoch})); p != nil {
		return p
	}
	if err := s.renew(steps); err != nil {
		return failed(err)
	}
	defer s.prepare()
	s.mu.Lock()
	defer s.mu.Unlock()
	keep := common(old, s.world.Log())
	for e := range s.keeps {
		s.keeps[e] = min(s.keeps[e], keep)
	}
	s.keeps[s.epoch] = keep
	s.epoch, s.last, s.reason, s.undone = epoch, epoch, reason, undone
	s.refresh("")
	return nil
}

// common returns how many events at the beginning of two logs are the same.
func common(a, b *trace.Log) uint64 {
	n := uint64(min(a.Len(), b.Len()))
	for seq := uint64(1); seq <= n; seq++ {
		x, errX := json.Marshal(rowOf(a.Get(seq)))
		y, errY := json.Marshal(rowOf(b.Get(seq)))
		if errX != nil || errY != nil || string(x) != string(y) {
			return seq - 1
		}
	}
	return n
}
