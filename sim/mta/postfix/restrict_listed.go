package postfix

import (
	"fmt"
	"strings"

	"mxlab/sim/mail"
)

func (e *evaluation) unlistedRecipient(recipient string) Verdict {
	if e.recipientChecked {
		return Dunno
	}
	e.recipientChecked = e.warn == 0
	return e.unlisted(recipient, classRecipient)
}

func (e *evaluation) unlistedSender(sender string) Verdict {
	if e.senderChecked {
		return Dunno
	}
	e.senderChecked = e.warn == 0
	return e.unlisted(sender, classSender)
}

// unlisted refuses an address that does not exist in its address class: what
// rewrites it (canonical, virtual alias) is looked at first, then the class's
// recipient table. A class without table accepts everything.
func (e *evaluation) unlisted(address, class string) Verdict {
	r := e.resolve(address)
	if r.Failed {
		return e.lookupFailure(address)
	}
	m := e.p.recipientMaps
	rewriting := []*Maps{m.recipientCanonical, m.canonical, m.virtualAlias}
	status := "5.1.1"
	if class == classSender {
		rewriting = append([]*Maps{m.senderCanonical}, rewriting...)
		status = "5.1.0"
	}
	for _, t := range rewriting {
		if hit, v, failed := e.listedIn(t, r.Recipient, address); failed {
			return v
		} else if hit {
			return Dunno
		}
	}
	if v, done := e.undeliverable(r, address, class, status); done {
		return v
	}
	table, code, hint := e.recipientTable(r)
	if table.Empty() {
		return Dunno
	}
	hit, v, failed := e.listedIn(table, r.Recipient, address)
	if failed {
		return v
	}
	if hit {
		return Dunno
	}
	return e.rejectf(code, status, "<%s>: %s rejected: User unknown%s", address, class, e.p.router.tableHint(" in "+hint+" table"))
}

func (e *evaluation) listedIn(t *Maps, key, address string) (hit bool, v Verdict, failed bool) {
	if t.Empty() {
		return false, Dunno, false
	}
	value, _, found, err := e.p.router.FindAddress(t, key, FindAddressTables)
	e.fact(FactTable, t.Title, key, value)
	if err != nil {
		return false, e.lookupFailure(address), true
	}
	return found, Dunno, false
}

// undeliverable: addresses that go to the error or retry transport are refused
// with its text.
func (e *evaluation) undeliverable(r Resolution, address, class, status string) (Verdict, bool) {
	if r.Transport != "error" && r.Transport != "retry" {
		return Dunno, false
	}
	code := 550
	switch {
	case r.Transport == "retry":
		code, status = 450, "4"+status[1:]
	case r.Class == ClassVirtualAlias:
		code = int(e.p.cfg.Int("unknown_virtual_alias_reject_code"))
	}
	def, _, _ := mail.ParseEnhanced(status)
	enh, text := mail.SplitStatus(def, r.Nexthop)
	return e.rejectf(code, e.fixStatus(enh, class), "<%s>: %s rejected: %s", address, class, text), true
}

func (e *evaluation) recipientTable(r Resolution) (table *Maps, code int, hint string) {
	m := e.p.recipientMaps
	switch r.Class {
	case ClassLocal:
		local, _ := mail.SplitAddress(r.Recipient)
		for _, reserved := range []string{e.p.cfg.Str("double_bounce_sender"), "postmaster", "MAILER-DAEMON"} {
			if strings.EqualFold(local, reserved) {
				return nil, 0, ""
			}
		}
		return m.local, int(e.p.cfg.Int("unknown_local_recipient_reject_code")), "local recipient"
	case ClassVirtualMailbox:
		return m.virtualMailbox, int(e.p.cfg.Int("unknown_virtual_mailbox_reject_code")), "virtual mailbox"
	case ClassRelay:
		return m.relay, int(e.p.cfg.Int("unknown_relay_recipient_reject_code")), "relay recipient"
	}
	return nil, 0, ""
}

// fixStatus replaces an address status (X.1.Y) by the one that fits what is
// refused: a sender's must not speak of the recipient.
func (e *evaluation) fixStatus(status mail.Enhanced, class string) string {
	if status[1] != 1 {
		return mail.EnhancedString(status)
	}
	sender := map[int]int{2: 8, 3: 7, 7: 7, 8: 8}
	recipient := map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 3, 8: 2}
	fixed := mail.Enhanced{4, 1, 0}
	switch class {
	case classSender:
		fixed[2] = sender[status[2]]
	case classRecipient:
		fixed[2] = recipient[status[2]]
	default:
		fixed[1] = 0
	}
	if fixed[1] != status[1] || fixed[2] != status[2] {
		e.p.sys.log(Diagnostic{Info, fmt.Sprintf("mapping DSN status %s into %s status %d.%d.%d",
			mail.EnhancedString(status), class, status[0], fixed[1], fixed[2])})
	}
	return mail.EnhancedString(fixed)
}
