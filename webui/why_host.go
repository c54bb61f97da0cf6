package webui

import (
	"strings"

	"mxlab/sim/trace"
)

// config explains what became of a configuration or zone that was read.
func (x *explainer) config(e *trace.Event) *Why {
	label, at := e.Label(), field(e, "at")
	message := field(e, "error")
	if message == "" {
		message = field(e, "message")
	}
	_, thing, _ := strings.Cut(label, " ")
	var w *Why
	switch {
	case e.Outcome >= trace.TempFail && at != "":
		w = verdict("%s{은는} %s{을를} 받아들이지 않았습니다. %s: %s", "%s refused %s. %s: %s", x.node(e.Node), thing, at, message)
	case e.Outcome >= trace.TempFail:
		w = verdict("%s{은는} %s{을를} 받아들이지 않았습니다: %s", "%s refused %s: %s", x.node(e.Node), thing, firstOf(message, label))
	case message != "":
		w = verdict("%s{을를} 읽었으나 경고가 있습니다. %s: %s", "%s was read, with a warning. %s: %s", thing, at, message)
	default:
		w = verdict("%s{이가} %s{을를} 읽었습니다.", "%s has read %s.", x.node(e.Node), thing)
	}
	if e.Outcome >= trace.TempFail {
		w.rule("named, postfix: reload", "실행 중이던 데몬은 예전 설정으로 계속 동작하고, 시작하던 데몬은 시작하지 못합니다.",
			"A daemon that was running goes on with what it had; one that was starting does not start.")
		w.Rule.Name = thing
	}
	if at != "" {
		x.file(w, e.Node, at)
	} else {
		x.file(w, e.Node, field(e, "file"))
	}
	if edit := x.ref(e, trace.CausedByEdit); edit != nil {
		w.to(edit, "이 파일을 바꾼 때", "When this file was changed")
	}
	return w
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// unit explains a unit that failed: by the configuration it refused.
func (x *explainer) unit(e *trace.Event) *Why {
	if e.Outcome < trace.TempFail {
		return nil
	}
	verb, name, _ := strings.Cut(e.Label(), " ")
	w := verdict("%s의 %s{이가} 시작하지 못했습니다: %s", "%[2]s did not start on %[1]s: %[3]s", x.node(e.Node), name, firstOf(field(e, "error"), "-"))
	switch verb {
	case "died":
		w = verdict("%s의 %s{이가} 죽었습니다(%s).", "%[2]s died on %[1]s (%[3]s).", x.node(e.Node), name, field(e, "result"))
	case "reload":
		w = verdict("%s의 %s{이가} 설정을 다시 읽지 못했습니다: %s", "%[2]s could not reload on %[1]s: %[3]s", x.node(e.Node), name, firstOf(field(e, "error"), "-"))
	}
	var cause *trace.Event
	x.before(e.Seq, func(c *trace.Event) bool {
		if c.Kind == trace.Config && c.Node == e.Node && c.Outcome >= trace.TempFail && c.At == e.At {
			cause = c
		}
		return cause == nil && c.At == e.At
	})
	if cause != nil {
		w.to(cause, "까닭: %s", "The reason: %s", shorten(cause.Label(), 60))
		if inner := x.config(cause); inner != nil {
			w.Verdict = Text{w.Verdict.Ko + " " + inner.Verdict.Ko, w.Verdict.En + " " + inner.Verdict.En}
			for _, l := range inner.Links {
				if l.Host != "" {
					w.Links = append(w.Links, l)
				}
			}
		}
	}
	return w.rule("systemctl status "+name, "실패한 유닛은 고친 뒤 직접 다시 시작해야 합니다.", "A failed unit must be started again by hand once the cause is gone.")
}

// portal explains an answer of the people outside.
func (x *explainer) portal(e *trace.Event) *Why {
	text, isAnswer := strings.CutPrefix(e.Label(), "answer: ")
	switch {
	case !isAnswer:
		return nil
	case e.Outcome == trace.OK:
		return verdict("%s{이가} 요청을 처리했습니다: %s", "%s has done what was asked: %s", x.node(e.Node), text)
	}
	w := verdict("%s{이가} 요청을 거절했습니다: %s", "%s refused the request: %s", x.node(e.Node), text)
	x.before(e.Seq, func(p *trace.Event) bool {
		if p.Kind == trace.Policy && p.Outcome >= trace.TempFail {
			w.to(p, "점검에서 드러난 것: %s", "What the test found: %s", shorten(p.Label(), 60))
		}
		return p.Kind != trace.Portal
	})
	return w
}

// fileWrite says whether a daemon has read what was saved.
func (x *explainer) fileWrite(e *trace.Event) *Why {
	file := field(e, "path")
	w := verdict("%s의 %s{이가} 바뀌었습니다.", "%[2]s on %[1]s was changed.", x.node(e.Node), file)
	var reader *trace.Event
	x.log.After(e.Seq, func(c *trace.Event) bool {
		for _, r := range c.Refs {
			if r.Rel == trace.CausedByEdit && r.Seq == e.Seq {
				reader = c
			}
		}
		return reader == nil && c.Seq < e.Seq+maxSearch
	})
	if reader != nil {
		w.to(reader, "데몬이 읽은 때: %s", "When the daemon read it: %s", shorten(reader.Label(), 60))
	}
	return x.file(w, e.Node, file)
}
