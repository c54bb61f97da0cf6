package webui

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"mxlab/sim"
)

// maxQueue bounds the commands of a session that wait.
const maxQueue = 256

// maxLines bounds the lines of one input.
const maxLines = 200

var commandID = regexp.MustCompile(`^[0-9A-Za-z_-]{8,64}$`)

// submit takes a command for doing, unless it is known. It returns why it is
// refused at once; such a refusal is not kept.
func (s *Session) submit(c *Command) *Problem {
	if !commandID.MatchString(c.ID) {
		return problemf(codeBadRequest, "명령 번호의 형식이 잘못되었습니다: %.80q", "bad form of a command's id: %.80q", c.ID)
	}
	if n := c.fields(); n != 1 {
		return problemf(codeBadRequest, "명령에는 할 일이 하나 있어야 하는데 %d개입니다.", "a command does one thing, this one has %d", n)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return problemf(codeGone, "실습이 닫혔습니다.", "the session is closed")
	case s.results.get(c.ID) != nil || s.results.waiting[c.ID]:
		return nil
	}
	select {
	case s.queue <- c:
		s.results.waiting[c.ID] = true
		return nil
	default:
		return problemf(codeLimit, "처리를 기다리는 명령이 %d개입니다. 잠시 뒤에 다시 시도하십시오.", "%d commands are waiting; try again in a while", maxQueue)
	}
}

func (c *Command) fields() (n int) {
	for _, set := range []bool{c.Input != nil, c.Key != nil, c.Write != nil, c.Portal != nil, c.Mail != nil, c.Advance != nil, c.Answer != nil,
		c.Fetch != nil, c.Reboot != nil, c.Power != nil, c.Open != nil, c.Check != nil, c.Hint != nil, c.Undo != nil, c.Redo != nil, c.Restart != nil, c.Hand != nil, c.Gateway != nil} {
		if set {
			n++
		}
	}
	return n
}

// perform does one command on the session's goroutine. A check goes on in the
// background and gives its result later.
func (s *Session) perform(c *Command) {
	s.mu.Lock()
	s.used = time.Now()
	s.acted = s.used
	s.refresh(c.ID)
	s.mu.Unlock()
	if c.Check != nil {
		s.startCheck(c.ID)
		return
	}
	s.finish(s.do(c))
}

// finish keeps and announces the result of a command.
func (s *Session) finish(res *Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	res.Now = int64(s.world.Now())
	s.results.put(res)
	s.used = time.Now()
	s.refresh("")
}

func (s *Session) do(c *Command) *Result {
	var p *Problem
	switch {
	case c.Undo != nil:
		p = s.undo(c.ID, c.Undo.From)
	case c.Redo != nil:
		p = s.redo(c.ID)
	case c.Restart != nil:
		p = s.restart(c.ID)
	case c.Hand != nil:
		s.mu.Lock()
		s.hand = c.Hand.Up
		s.mu.Unlock()
	case c.Gateway != nil:
		p = s.switchGateway(c.Gateway)
	case c.Hint != nil:
		p = s.openHint(c.ID)
	case c.Answer != nil:
		p = s.answer(c.ID, *c.Answer)
	default:
		return s.act(c)
	}
	return &Result{ID: c.ID, Error: p}
}

// act does a command that acts on the world.
func (s *Session) act(c *Command) *Result {
	steps, p := s.stepsOf(c)
	if p == nil {
		for i := range steps {
			steps[i].Cmd = c.ID
		}
		p = s.note(fact{Do: &doFact{Cmd: c.ID, Steps: steps}})
	}
	if p != nil {
		return &Result{ID: c.ID, Error: p}
	}
	done := map[string]*Result{}
	for i := range steps {
		res, p := s.desk.playLocked(s, &steps[i])
		steps[i].last = uint64(s.world.Log().Len())
		addResult(done, &steps[i], res, p)
		s.mu.Lock()
		s.steps = append(s.steps, steps[i])
		s.undone.did(&steps[i])
		s.refresh(c.ID)
		s.mu.Unlock()
	}
	if n := actions(s.steps); n%prepareEvery < len(steps) {
		s.prepare()
	}
	if r := done[c.ID]; r != nil {
		return r
	}
	return &Result{ID: c.ID}
}

// addResult adds what a step brought to the result of its command.
func addResult(done map[string]*Result, st *step, res *sim.Result, p *Problem) {
	r := done[st.Cmd]
	if r == nil {
		r = &Result{ID: st.Cmd}
		done[st.Cmd] = r
	}
	if p != nil && r.Error == nil {
		r.Error = p
	}
	if st.Open != nil {
		r.Term = st.Term
	}
	if res == nil {
		return
	}
	if r.From == 0 && res.To > res.From {
		r.From = res.From + 1
	}
	if res.To > res.From {
		r.To = res.To
	}
	r.Now = int64(res.End)
	r.Note = noteOf(st.Action, res)
}

// noteOf is a remark on what an action brought.
func noteOf(a *sim.Action, res *sim.Result) *Text {
	switch {
	case res.Err != "":
		return nil
	case res.Message != nil:
		t := textOf(*res.Message)
		return &t
	case a.Mail != nil:
		lines := strings.Split(strings.TrimSpace(res.Output), "\n")
		for _, l := range slices.Backward(lines) {
			if i := strings.Index(l, "250 "); i >= 0 && strings.Contains(strings.ToLower(l), "queued") {
				t := textf("서버가 메일을 받았습니다: %s", "The server took the mail: %s", l[i:])
				return &t
			}
		}
	}
	return nil
}

// stepsOf turns a command into steps.
func (s *Session) stepsOf(c *Command) ([]step, *Problem) {
	one := func(a sim.Action) ([]step, *Problem) {
		if err := a.Validate(); err != nil {
			return nil, badRequest(err)
		}
		return []step{{Action: &a}}, nil
	}
	switch {
	case c.Input != nil:
		return s.inputSteps(c.Input)
	case c.Key != nil:
		return s.keySteps(c.Key)
	case c.Open != nil:
		return s.openSteps(c.Open)
	case c.Write != nil:
		if p := s.conflict(c.Write); p != nil {
			return nil, p
		}
		return one(sim.Action{On: c.Write.Host, Write: c.Write.Path, Text: c.Write.Text})
	case c.Portal != nil:
		return one(sim.Action{Portal: c.Portal.Portal, Request: c.Portal.Request, With: c.Portal.With})
	case c.Mail != nil:
		return one(sim.Action{Mail: s.mail(c.Mail)})
	case c.Fetch != nil:
		return one(sim.Action{Fetch: c.Fetch.Account})
	case c.Reboot != nil:
		return one(sim.Action{Reboot: c.Reboot.Host})
	case c.Power != nil:
		return one(sim.Action{On: c.Power.Host, Power: c.Power.To})
	}
	return s.advanceSteps(c.Advance)
}

// mail is the message to be sent. Via names the machine of the mail program,
// which the account already has; another name is a server to send through.
func (s *Session) mail(m *MailAction) *sim.Mail {
	out := &sim.Mail{From: m.From, To: m.To, Subject: m.Subject, Body: m.Body, Via: m.Via}
	for _, b := range s.drawn.Blueprint.Boxes {
		if strings.EqualFold(b.Address, m.From) && b.Host == m.Via {
			out.Via = ""
		}
	}
	return out
}

// inputSteps makes one entry of the journal for each line, so that the prompts
// between them are seen.
func (s *Session) inputSteps(in *InputAction) ([]step, *Problem) {
	host, term, p := s.terminalName(in.Term)
	if p != nil {
		return nil, p
	}
	if len(in.Lines) == 0 || len(in.Lines) > maxLines {
		return nil, problemf(codeLimit, "한 번에 입력할 수 있는 줄은 1~%d줄입니다.", "an input has 1 to %d lines", maxLines)
	}
	var steps []step
	for _, l := range in.Lines {
		if strings.ContainsAny(l, "\r\n\x00") {
			return nil, problemf(codeBadRequest, "입력한 줄 안에 줄 바꿈이 있습니다.", "an input line holds a line end")
		}
		a := sim.Action{On: host, Term: term, Via: s.desk.from(in.Term), Run: l + "\n"}
		if err := a.Validate(); err != nil {
			return nil, badRequest(err)
		}
		steps = append(steps, step{Term: in.Term, Line: l, Action: &a})
	}
	return steps, nil
}

func (s *Session) keySteps(k *KeyAction) ([]step, *Problem) {
	host, term, p := s.terminalName(k.Term)
	if p != nil {
		return nil, p
	}
	if k.Key == "suspend" {
		return nil, problemf(codeFailed, "이 터미널에서는 Ctrl+Z로 작업을 멈출 수 없습니다. Ctrl+C를 쓰십시오.", "this terminal cannot stop a job with Ctrl+Z; use Ctrl+C")
	}
	a := sim.Action{On: host, Term: term, Via: s.desk.from(k.Term), Key: k.Key}
	if err := a.Validate(); err != nil {
		return nil, badRequest(err)
	}
	return []step{{Term: k.Term, Action: &a}}, nil
}

// conflict refuses to save over a file that changed since it was opened.
func (s *Session) conflict(w *WriteAction) *Problem {
	if w.Base == "" {
		return nil
	}
	now := missingVersion
	if b, err := s.world.ReadFile(w.Host, w.Path); err == nil {
		now = version(b)
	}
	if now == w.Base {
		return nil
	}
	return problemf(codeConflict, "%s 파일이 열어 본 뒤에 바뀌었습니다.", "%s was changed since it was opened", w.Path)
}

// maxAdvance is the longest time let pass at once.
const maxAdvance = 60 * 24 * time.Hour

func (s *Session) advanceSteps(a *AdvanceAction) ([]step, *Problem) {
	d := time.Duration(a.For)
	switch {
	case a.Until != "" && a.For != 0:
		return nil, badRequest(errors.New("advance has for and until"))
	case a.Until != "":
		until := &sim.Action{Until: a.Until}
		if err := until.Validate(); err != nil {
			return nil, badRequest(err)
		}
		return []step{{Action: until}}, nil
	case d <= 0 || d > maxAdvance:
		return nil, problemf(codeLimit, "흐르게 할 수 있는 시간은 60일까지입니다.", "time can pass for up to 60 days at once")
	}
	return []step{{Action: &sim.Action{Advance: sim.Duration(d)}}}, nil
}
