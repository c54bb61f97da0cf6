package postfix

import "strings"

// Client evaluates smtpd_client_restrictions when a client connects. With
// smtpd_delay_reject it is called by Rcpt instead.
func (c *Checker) Client(s Session) Decision {
	e := c.begin(StageConnect, s)
	return e.decision(e.client())
}

func (e *evaluation) client() Verdict {
	e.ifPermit.active = false
	e.fresh()
	v := e.list(e.p.lists["smtpd_client_restrictions"], subject{e.s.Client.String(), classClient, "check_client_access"})
	e.permitAfterClient = e.ifPermit.active
	return v
}

// Helo evaluates smtpd_helo_restrictions for the name in the session.
func (c *Checker) Helo(s Session, stage Stage) Decision {
	e := c.begin(stage, s)
	return e.decision(e.helo())
}

func (e *evaluation) helo() Verdict {
	if e.s.Helo == "" {
		return Dunno
	}
	e.ifPermit.active = e.permitAfterClient
	e.fresh()
	v := e.list(e.p.lists["smtpd_helo_restrictions"], subject{e.s.Helo, classHelo, "check_helo_access"})
	e.permitAfterHelo = e.ifPermit.active
	return v
}

// Mail evaluates smtpd_sender_restrictions.
func (c *Checker) Mail(s Session) Decision {
	e := c.begin(StageMail, s)
	return e.decision(e.mail())
}

func (e *evaluation) mail() Verdict {
	if !e.s.HasSender {
		return Dunno
	}
	e.ifPermit.active = e.permitAfterClient || e.permitAfterHelo
	e.senderChecked = false
	e.fresh()
	v := e.list(e.p.lists["smtpd_sender_restrictions"], subject{e.s.Sender, classSender, "check_sender_access"})
	e.permitAfterSender = e.ifPermit.active
	if v != Reject && e.p.cfg.Bool("smtpd_reject_unlisted_sender") && !e.senderChecked && !e.effects.Discard && e.s.Sender != "" {
		v = e.implied("reject_unlisted_sender", "smtpd_reject_unlisted_sender", subject{e.s.Sender, classSender, ""})
	}
	return v
}

// implied evaluates a restriction that a yes/no parameter adds to a list.
func (e *evaluation) implied(name, param string, sub subject) Verdict {
	return e.one(Restriction{Name: name, Param: param}, sub)
}

// Rcpt evaluates everything that decides about a recipient: the delayed lists
// first, then relay and recipient restrictions in the order of
// smtpd_relay_before_recipient_restrictions, then whether the recipient exists.
// A bare "postmaster" is always accepted (RFC 5321 4.5.1).
func (c *Checker) Rcpt(s Session) Decision { return c.recipient(StageRcpt, s) }

func (c *Checker) recipient(stage Stage, s Session) Decision {
	e := c.begin(stage, s)
	if strings.EqualFold(s.Recipient, "postmaster") {
		return e.decision(Dunno)
	}
	e.recipientChecked = false
	if e.DelayReject() {
		for _, f := range []func() Verdict{e.client, e.helo, e.mail} {
			if v := f(); v == Reject {
				return e.decision(v)
			}
		}
	}
	e.ifPermit.active = e.permitAfterSender
	e.fresh()
	order := []string{"smtpd_recipient_restrictions", "smtpd_relay_restrictions"}
	if e.p.cfg.Bool("smtpd_relay_before_recipient_restrictions") {
		order[0], order[1] = order[1], order[0]
	}
	sub := subject{s.Recipient, classRecipient, "check_recipient_access"}
	var v Verdict
	for _, param := range order {
		if v = e.list(e.p.lists[param], sub); v == Reject {
			return e.decision(v)
		}
	}
	if v = e.settle(v); v != Reject && e.p.cfg.Bool("smtpd_reject_unlisted_recipient") && !e.recipientChecked && !e.effects.Discard {
		accepted := e.by
		if w := e.implied("reject_unlisted_recipient", "smtpd_reject_unlisted_recipient", sub); w == Reject {
			e.by = Restriction{Name: "reject_unlisted_recipient", Param: "smtpd_reject_unlisted_recipient"}
			return e.decision(w)
		}
		e.by = accepted
	}
	return e.decision(v)
}

// Data evaluates smtpd_data_restrictions; EndOfData
// smtpd_end_of_data_restrictions. With several recipients they see none.
func (c *Checker) Data(s Session) Decision {
	return c.afterRecipients(StageData, s, "smtpd_data_restrictions", subject{"DATA", classData, ""})
}

// EndOfData evaluates smtpd_end_of_data_restrictions.
func (c *Checker) EndOfData(s Session) Decision {
	return c.afterRecipients(StageEndOfData, s, "smtpd_end_of_data_restrictions", subject{"END-OF-MESSAGE", classEndOfData, ""})
}

func (c *Checker) afterRecipients(stage Stage, s Session, param string, sub subject) Decision {
	if s.Recipients > 1 {
		s.Recipient = ""
	}
	e := c.begin(stage, s)
	e.ifPermit.active = false
	e.fresh()
	return e.decision(e.settle(e.list(e.p.lists[param], sub)))
}

// Etrn evaluates smtpd_etrn_restrictions.
func (c *Checker) Etrn(s Session) Decision {
	e := c.begin(StageEtrn, s)
	if e.DelayReject() {
		for _, f := range []func() Verdict{e.client, e.helo} {
			if v := f(); v == Reject {
				return e.decision(v)
			}
		}
	}
	e.ifPermit.active = e.permitAfterClient || e.permitAfterHelo
	e.fresh()
	v := e.list(e.p.lists["smtpd_etrn_restrictions"], subject{s.ETRN, classEtrn, "check_etrn_access"})
	return e.decision(e.settle(v))
}

// Evaluate runs the check of a stage.
func (c *Checker) Evaluate(stage Stage, s Session) Decision {
	switch stage {
	case StageConnect:
		return c.Client(s)
	case StageHelo, StageEhlo:
		return c.Helo(s, stage)
	case StageMail:
		return c.Mail(s)
	case StageRcpt, StageVrfy:
		return c.recipient(stage, s)
	case StageData:
		return c.Data(s)
	case StageEndOfData:
		return c.EndOfData(s)
	}
	return c.Etrn(s)
}
