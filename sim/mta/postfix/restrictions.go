package postfix

// restrictionFunc evaluates one built-in restriction.
type restrictionFunc func(e *evaluation, r Restriction, sub subject) Verdict

// builtinRestrictions are the restrictions of Postfix 3.7 (SMTPD_ACCESS_README),
// with their old names.
func builtinRestrictions() map[string]restrictionFunc {
	t := map[string]restrictionFunc{}
	for _, group := range []map[string]restrictionFunc{genericRestrictions(), clientRestrictions(), heloRestrictions(),
		senderRestrictions(), recipientRestrictions(), serverAccessRestrictions(), blockListRestrictions()} {
		for name, f := range group {
			t[name] = f
		}
	}
	return t
}

// permit is the verdict of restrictions that accept when ok.
func permit(ok bool) Verdict {
	if ok {
		return OK
	}
	return Dunno
}

func genericRestrictions() map[string]restrictionFunc {
	return map[string]restrictionFunc{
		"permit": func(*evaluation, Restriction, subject) Verdict { return OK },
		"reject": func(e *evaluation, _ Restriction, sub subject) Verdict {
			return e.rejectf(int(e.p.cfg.Int("reject_code")), "5.7.1", "<%s>: %s rejected: Access denied", sub.name, sub.class)
		},
		"defer": func(e *evaluation, _ Restriction, sub subject) Verdict {
			return e.rejectf(int(e.p.cfg.Int("defer_code")), "4.3.2", "<%s>: %s rejected: Try again later", sub.name, sub.class)
		},
		"defer_if_permit": func(e *evaluation, _ Restriction, sub subject) Verdict {
			return e.deferIfPermit(false, 450, "4.7.0", "<%s>: %s rejected: defer_if_permit requested", sub.name, sub.class)
		},
		"defer_if_reject": func(e *evaluation, _ Restriction, sub subject) Verdict {
			return e.deferIfReject(450, "4.7.0", "<%s>: %s rejected: defer_if_reject requested", sub.name, sub.class)
		},
		"reject_unauth_pipelining": func(e *evaluation, _ Restriction, sub subject) Verdict {
			if !e.s.Pipelined {
				return Dunno
			}
			return e.rejectf(503, "5.5.0", "<%s>: %s rejected: Improper use of SMTP command pipelining", sub.name, sub.class)
		},
		"reject_plaintext_session": func(e *evaluation, _ Restriction, _ subject) Verdict {
			if e.s.TLS {
				return Dunno
			}
			return e.rejectf(int(e.p.cfg.Int("plaintext_reject_code")), "4.7.1", "Session encryption is required")
		},
		"check_policy_service": (*evaluation).policyService,
		"sleep":                func(*evaluation, Restriction, subject) Verdict { return Dunno },
		"reject_multi_recipient_bounce": func(e *evaluation, _ Restriction, sub subject) Verdict {
			if e.s.Sender != "" || !e.s.HasSender || e.s.Recipients <= 1 {
				return Dunno
			}
			return e.rejectf(int(e.p.cfg.Int("multi_recipient_bounce_reject_code")), "5.5.3",
				"<%s>: %s rejected: Multi-recipient bounce", sub.name, sub.class)
		},
		"check_etrn_access": func(e *evaluation, r Restriction, _ subject) Verdict {
			if e.s.ETRN == "" {
				return Dunno
			}
			return e.domainAccess(r.Arg, e.s.ETRN, subject{e.s.ETRN, classEtrn, "check_etrn_access"})
		},
	}
}
