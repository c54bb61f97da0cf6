package postfix

import (
	"strings"

	"mxlab/sim/mail"
)

// senderRestrictions look at the envelope sender. All but check_sender_access
// skip the null sender.
func senderRestrictions() map[string]restrictionFunc {
	withSender := func(f func(e *evaluation, sender string) Verdict) restrictionFunc {
		return func(e *evaluation, _ Restriction, _ subject) Verdict {
			if e.s.Sender == "" {
				return Dunno
			}
			return f(e, e.s.Sender)
		}
	}
	unknownDomain := withSender(func(e *evaluation, a string) Verdict { return e.unknownDomain(a, classSender) })
	return map[string]restrictionFunc{
		"check_sender_access": func(e *evaluation, r Restriction, _ subject) Verdict {
			sub := subject{e.s.Sender, classSender, "check_sender_access"}
			switch {
			case !e.s.HasSender:
				return Dunno
			case e.s.Sender == "":
				return e.access(r.Arg, e.p.cfg.Str("smtpd_null_access_lookup_key"), sub)
			}
			return e.addressAccess(r.Arg, e.s.Sender, sub)
		},
		"reject_unknown_sender_domain": unknownDomain,
		"reject_unknown_address":       unknownDomain,
		"reject_non_fqdn_sender":       withSender(func(e *evaluation, a string) Verdict { return e.nonFQDN(a, classSender) }),
		"reject_unlisted_sender":       withSender(func(e *evaluation, a string) Verdict { return e.unlistedSender(a) }),
		"reject_unverified_sender":     withSender(func(e *evaluation, a string) Verdict { return e.unverified(a, classSender) }),
		"reject_authenticated_sender_login_mismatch": withSender(func(e *evaluation, a string) Verdict {
			return e.withSASL("reject_authenticated_sender_login_mismatch", func() Verdict { return e.loginMismatch(a, false) })
		}),
		"reject_known_sender_login_mismatch": withSender(func(e *evaluation, a string) Verdict {
			return e.withSASL("reject_known_sender_login_mismatch", func() Verdict {
				if e.s.SASLUser != "" {
					return e.loginMismatch(a, true)
				}
				return e.notLoggedIn(a)
			})
		}),
		"reject_unauthenticated_sender_login_mismatch": withSender(func(e *evaluation, a string) Verdict {
			return e.withSASL("reject_unauthenticated_sender_login_mismatch", func() Verdict { return e.notLoggedIn(a) })
		}),
	}
}

// recipientRestrictions look at the envelope recipient.
func recipientRestrictions() map[string]restrictionFunc {
	withRecipient := func(f func(e *evaluation, rcpt string) Verdict) restrictionFunc {
		return func(e *evaluation, _ Restriction, _ subject) Verdict {
			if e.s.Recipient == "" {
				return Dunno
			}
			return f(e, e.s.Recipient)
		}
	}
	return map[string]restrictionFunc{
		"check_recipient_access": func(e *evaluation, r Restriction, _ subject) Verdict {
			if e.s.Recipient == "" {
				return Dunno
			}
			return e.addressAccess(r.Arg, e.s.Recipient, subject{e.s.Recipient, classRecipient, "check_recipient_access"})
		},
		"reject_unauth_destination": withRecipient(func(e *evaluation, a string) Verdict {
			return e.unauthorized(a, int(e.p.cfg.Int("relay_domains_reject_code")), "5.7.1")
		}),
		"defer_unauth_destination": withRecipient(func(e *evaluation, a string) Verdict {
			return e.unauthorized(a, int(e.p.cfg.Int("relay_domains_reject_code"))-100, "4.7.1")
		}),
		"permit_auth_destination": withRecipient(func(e *evaluation, a string) Verdict {
			v, _ := e.authorized(a)
			return v
		}),
		"check_relay_domains":             withRecipient((*evaluation).relayDomains),
		"permit_mx_backup":                withRecipient((*evaluation).mxBackup),
		"reject_unknown_recipient_domain": withRecipient(func(e *evaluation, a string) Verdict { return e.unknownDomain(a, classRecipient) }),
		"reject_non_fqdn_recipient":       withRecipient(func(e *evaluation, a string) Verdict { return e.nonFQDN(a, classRecipient) }),
		"reject_unlisted_recipient":       withRecipient(func(e *evaluation, a string) Verdict { return e.unlistedRecipient(a) }),
		"check_recipient_maps":            withRecipient(func(e *evaluation, a string) Verdict { return e.unlistedRecipient(a) }),
		"reject_unverified_recipient":     withRecipient(func(e *evaluation, a string) Verdict { return e.unverified(a, classRecipient) }),
	}
}

// resolve asks the router and notes what it said.
func (e *evaluation) resolve(address string) Resolution {
	r := e.p.router.ResolveEnvelope(e.s.Sender, address)
	e.fact(FactClass, r.Recipient, r.Class.String(), r.DecidedBy)
	return r
}

// authorized is permit_auth_destination: OK for a destination this machine is
// the end for or relays for. A local part that names another hop is not trusted.
// failed is true when a table did not answer; the verdict is then the refusal.
func (e *evaluation) authorized(recipient string) (v Verdict, failed bool) {
	r := e.resolve(recipient)
	switch {
	case r.Failed:
		return e.lookupFailure(recipient), true
	case r.Routed && !e.p.cfg.Bool("allow_untrusted_routing"):
		return Dunno, false
	}
	return permit(r.Class.Final() || r.Class == ClassRelay), false
}

func (e *evaluation) unauthorized(recipient string, code int, status string) Verdict {
	v, failed := e.authorized(recipient)
	if failed {
		return v
	}
	if v == OK {
		return Dunno
	}
	return e.rejectf(code, status, "<%s>: Relay access denied", recipient)
}

func (e *evaluation) relayDomains(recipient string) Verdict {
	e.p.sys.log(warnf("support for restriction \"check_relay_domains\" will be removed from Postfix; use \"reject_unauth_destination\" instead"))
	if ok, err := e.p.router.relayDomain.MatchDomain(e.s.Client.Name); ok && err == nil {
		return OK
	}
	if v, failed := e.authorized(recipient); failed || v == OK {
		return v
	}
	return e.rejectf(int(e.p.cfg.Int("relay_domains_reject_code")), "5.7.1", "<%s>: %s rejected: Relay access denied", recipient, classRecipient)
}

// nonFQDN: the address needs a domain with a dot. Literals pass.
func (e *evaluation) nonFQDN(address, class string) Verdict {
	_, domain := mail.SplitAddress(address)
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") || isFQDN(domain) {
		return Dunno
	}
	return e.rejectf(int(e.p.cfg.Int("non_fqdn_reject_code")), "4.5.2", "<%s>: %s rejected: need fully-qualified address", address, class)
}

// unknownDomain: the address's domain has neither MX nor address record. Domains
// this machine is the end for are not looked up.
func (e *evaluation) unknownDomain(address, class string) Verdict {
	r := e.resolve(address)
	if r.Failed {
		return e.lookupFailure(address)
	}
	_, domain := mail.SplitAddress(r.Recipient)
	if r.Class.Final() || strings.HasPrefix(domain, "[") {
		return Dunno
	}
	status, nullCode, nullStatus := "4.1.2", 556, "4.1.10"
	if class == classSender {
		status, nullCode, nullStatus = "4.1.8", 550, "4.7.27"
	}
	found, temp, nullMX := e.hasRecords(domain, mail.TypeMX, mail.TypeA, mail.TypeAAAA)
	switch {
	case nullMX:
		return e.rejectf(nullCode, nullStatus, "<%s>: %s rejected: Domain %s does not accept mail (nullMX)", address, class, domain)
	case found:
		return Dunno
	case temp:
		return e.deferIfPermit(!e.p.tempfail["unknown_address_tempfail_action"], 450, status,
			"<%s>: %s rejected: Domain not found", address, class)
	}
	return e.rejectf(int(e.p.cfg.Int("unknown_address_reject_code")), status, "<%s>: %s rejected: Domain not found", address, class)
}

// unverified: the lab has no verify service, so its look-up fails.
func (e *evaluation) unverified(address, class string) Verdict {
	param, status := "unverified_recipient_tempfail_action", "4.1.1"
	if class == classSender {
		param, status = "unverified_sender_tempfail_action", "4.1.0"
	}
	e.p.sys.log(warnf("%s service failure", e.p.cfg.Str("address_verify_service_name")))
	return e.deferIfPermit(!e.p.tempfail[param], 450, status, "<%s>: %s rejected: address verification problem", address, class)
}

func (e *evaluation) withSASL(name string, f func() Verdict) Verdict {
	if !e.p.cfg.Bool("smtpd_sasl_auth_enable") {
		e.p.sys.log(warnf("restriction `%s' ignored: no SASL support", name))
		return Dunno
	}
	return f()
}

// loginMismatch: a logged-in client must own the sender address
// (smtpd_sender_login_maps).
func (e *evaluation) loginMismatch(sender string, allowUnlisted bool) Verdict {
	if e.s.SASLUser == "" || e.p.senderLogin.Empty() {
		return Dunno
	}
	r := e.resolve(sender)
	owners, _, found, err := e.p.router.FindAddress(e.p.senderLogin, r.Recipient, FindAddressTables)
	e.fact(FactTable, "smtpd_sender_login_maps", r.Recipient, owners)
	if err != nil || r.Failed {
		return e.lookupFailure(sender)
	}
	if !found && allowUnlisted {
		return Dunno
	}
	for _, o := range cutWords(owners) {
		if strings.EqualFold(o, e.s.SASLUser) {
			return Dunno
		}
	}
	return e.rejectf(553, "5.7.1", "<%s>: Sender address rejected: not owned by user %s", sender, e.s.SASLUser)
}

func (e *evaluation) notLoggedIn(sender string) Verdict {
	if e.s.SASLUser != "" || e.p.senderLogin.Empty() {
		return Dunno
	}
	r := e.resolve(sender)
	owners, _, found, err := e.p.router.FindAddress(e.p.senderLogin, r.Recipient, FindAddressTables)
	e.fact(FactTable, "smtpd_sender_login_maps", r.Recipient, owners)
	if err != nil || r.Failed {
		return e.lookupFailure(sender)
	}
	if !found {
		return Dunno
	}
	return e.rejectf(553, "5.7.1", "<%s>: Sender address rejected: not logged in", sender)
}
