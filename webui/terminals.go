package webui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim"
	"mxlab/sim/trace"
)

// terminalName splits a terminal's ID, "HOST/N", into the host and the world's
// name of the terminal. The first terminal of a host has no name there.
func (s *Session) terminalName(id string) (host, term string, p *Problem) {
	host, num, ok := strings.Cut(id, "/")
	n, err := strconv.Atoi(num)
	switch {
	case !ok || err != nil || n < 1 || strconv.Itoa(n) != num:
		return "", "", problemf(codeBadRequest, "터미널 이름은 '호스트/번호' 형식입니다: %.80q", "a terminal's name has the form HOST/N, not %.80q", id)
	case n > maxTerms:
		return "", "", problemf(codeLimit, "한 호스트에 터미널은 %d개까지 열 수 있습니다.", "a host has at most %d terminals", maxTerms)
	}
	if p := s.hasTerminal(host); p != nil {
		return "", "", p
	}
	if n == 1 {
		return host, "", nil
	}
	return host, num, nil
}

func (s *Session) hasTerminal(host string) *Problem {
	for _, h := range s.drawn.Blueprint.Hosts {
		if h.Name == host && h.Terminal {
			return nil
		}
		if h.Name == host {
			return problemf(codeForbidden, "%s 호스트에는 로그인할 수 없습니다.", "you have no login on %s", host)
		}
	}
	return problemf(codeNotFound, "없는 호스트입니다: %.80q", "no such host: %.80q", host)
}

// openSteps opens a terminal under the next free number.
func (s *Session) openSteps(o *OpenAction) ([]step, *Problem) {
	if p := s.hasTerminal(o.Host); p != nil {
		return nil, p
	}
	user, _ := s.desk.greeting(o.Host)
	switch {
	case o.User != "" && o.User != user:
		return nil, problemf(codeFailed, "%s 호스트에는 %s 계정으로만 로그인할 수 있습니다.", "the login on %s is %s only", o.Host, user)
	case o.Via != "" && !slices.Contains(waysOf(s.desk.blueprint(o.Host)), o.Via):
		return nil, problemf(codeFailed, "이 호스트에는 콘솔로만 들어갈 수 있습니다.", "this host is reached by its console only")
	}
	for n := 1; n <= maxTerms; n++ {
		id := fmt.Sprintf("%s/%d", o.Host, n)
		if s.desk.terms[id] == nil {
			return s.desk.opening(id, o), nil
		}
	}
	return nil, problemf(codeLimit, "한 호스트에 터미널은 %d개까지 열 수 있습니다.", "a host has at most %d terminals", maxTerms)
}

// editedFile returns the file an editor was called for by an action on a host,
// "" if none was: the page opens it.
func editedFile(log *trace.Log, res *sim.Result, host string) (file string) {
	log.After(res.From, func(e *trace.Event) bool {
		if e.Kind == trace.Note && e.Node == host && e.Seq <= res.To && field(e, "path") != "" {
			file = field(e, "path")
		}
		return e.Seq < res.To
	})
	return file
}

// field returns a field of an event's payload, "" if it has none of the name.
func field(e *trace.Event, name string) string {
	if e.Data == nil {
		return ""
	}
	for _, f := range e.Data.Fields() {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// lastPortalAnswer returns the answer of a portal among the events of an action.
func lastPortalAnswer(log *trace.Log, res *sim.Result) (answer *trace.Event) {
	log.After(res.From, func(e *trace.Event) bool {
		if e.Kind == trace.Portal && e.Seq <= res.To && e.Outcome != trace.Neutral {
			answer = e
		}
		return e.Seq < res.To
	})
	return answer
}
