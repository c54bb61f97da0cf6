package postfix

import (
	"fmt"
	"strings"

	"mxlab/sim/mail"
)

// sideAction handles the results that do something to the message besides
// accepting or refusing it.
func (e *evaluation) sideAction(action, text, table, key string, sub subject) (Verdict, bool) {
	about := fmt.Sprintf("<%s>: %s", sub.name, sub.class)
	switch action {
	case "INFO", "WARN":
		e.logWhat(strings.ToLower(action), text)
		return Dunno, true
	case "HANGUP":
		e.effects.Hangup = true
		e.logWhat("hangup", text)
		e.reply = mail.NewReply(421, "4.7.0 connection dropped")
		return Reject, true
	case "HOLD":
		if !e.effects.Hold && e.canDelegate(table, action, sub) {
			e.effects.Hold = true
			e.logWhat("hold", about+" "+orElse(text, "triggers HOLD action"))
		}
		return Dunno, true
	case "DISCARD":
		if !e.canDelegate(table, action, sub) {
			return Dunno, true
		}
		e.effects.Discard = true
		e.logWhat("discard", about+" "+orElse(text, "triggers DISCARD action"))
		return OK, true
	case "FILTER", "REDIRECT", "BCC", "PREPEND":
		e.messageAction(action, text, table, key, about, sub)
		return Dunno, true
	}
	return Dunno, false
}

func orElse(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

func (e *evaluation) messageAction(action, text, table, key, about string, sub subject) {
	warn := func(format string) { e.p.sys.log(warnf(format, table, key)) }
	switch {
	case action != "PREPEND" && !e.canDelegate(table, action, sub):
	case action == "PREPEND" && e.stage == StageEndOfData:
		e.p.sys.log(warnf("access table %s: action PREPEND must be used before smtpd_end_of_data_restrictions", table))
	case action == "PREPEND" && !mail.IsHeaderLine(text):
		warn("access table %s entry \"%s\" requires header: text")
	case action == "PREPEND":
		e.effects.Prepend = append(e.effects.Prepend, text)
	case action == "FILTER" && text == "":
		warn("access table %s entry \"%s\" has FILTER entry without value")
	case action == "FILTER" && !strings.Contains(text, ":"):
		warn("access table %s entry \"%s\" requires transport:destination")
	case action == "FILTER":
		e.logWhat("filter", about+" triggers FILTER "+text)
		e.effects.Filter = text
	case !strings.Contains(text, "@"):
		warn("access table %s entry \"%s\" requires user@domain target")
	case action == "REDIRECT":
		e.logWhat("redirect", about+" triggers REDIRECT "+text)
		e.effects.Redirect = text
	default:
		e.logWhat("bcc", about+" triggers BCC "+text)
		e.effects.BCC = append(e.effects.BCC, text)
	}
}

// canDelegate: actions on the message make no sense for VRFY and ETRN.
func (e *evaluation) canDelegate(table, action string, sub subject) bool {
	switch e.stage {
	case StageVrfy, StageEtrn:
		e.p.sys.log(warnf("access table %s: with %s specified, action %s is unavailable", table, sub.class, action))
		return false
	}
	return true
}
