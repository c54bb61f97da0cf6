package postfix

import "mxlab/sim/mail"

// clientRestrictions look at the client's name, address, login and certificate.
func clientRestrictions() map[string]restrictionFunc {
	unknownName := func(e *evaluation, _ Restriction, _ subject) Verdict { return e.unknownClient() }
	sasl := func(e *evaluation, _ Restriction, _ subject) Verdict {
		e.fact(FactState, "sasl_username", e.s.SASLUser, "")
		return permit(e.s.SASLActive && e.s.SASLUser != "")
	}
	return map[string]restrictionFunc{
		"reject_unknown_client_hostname":         unknownName,
		"reject_unknown_client":                  unknownName,
		"reject_unknown_reverse_client_hostname": func(e *evaluation, _ Restriction, _ subject) Verdict { return e.unknownReverse() },
		"permit_mynetworks":                      func(e *evaluation, _ Restriction, sub subject) Verdict { return e.permitNetworks(sub) },
		"permit_inet_interfaces": func(e *evaluation, _ Restriction, _ subject) Verdict {
			for _, own := range e.p.cfg.OwnAddresses() {
				if own == e.s.Client.Addr.Unmap() {
					return OK
				}
			}
			return Dunno
		},
		"permit_sasl_authenticated":  sasl,
		"permit_tls_clientcerts":     func(*evaluation, Restriction, subject) Verdict { return Dunno },
		"permit_tls_all_clientcerts": func(*evaluation, Restriction, subject) Verdict { return Dunno },
		"check_ccert_access":         func(*evaluation, Restriction, subject) Verdict { return Dunno },
		"check_client_access": func(e *evaluation, r Restriction, _ subject) Verdict {
			return e.clientAccess(r.Arg, e.s.Client.Name, subject{e.s.Client.String(), classClient, "check_client_access"})
		},
		"check_reverse_client_hostname_access": func(e *evaluation, r Restriction, _ subject) Verdict {
			name := e.s.Client.Reverse
			v := e.clientAccess(r.Arg, name, subject{name, classReverse, "check_client_access"})
			return e.forbidOK(v, r.Name, name)
		},
		"check_sasl_access": func(e *evaluation, r Restriction, _ subject) Verdict {
			if !e.p.cfg.Bool("smtpd_sasl_auth_enable") {
				e.p.sys.log(warnf("restriction `check_sasl_access' ignored: no SASL support"))
				return Dunno
			}
			if e.s.SASLUser == "" {
				return Dunno
			}
			return e.access(r.Arg, e.s.SASLUser, subject{e.s.SASLUser, classSASL, ""})
		},
	}
}

// unknownClient: the address has no PTR record, or its name does not lead back
// to the address. A DNS failure gives 450 whatever the configured code.
func (e *evaluation) unknownClient() Verdict {
	c := e.s.Client
	e.fact(FactState, "client_name", c.Name, c.Reverse)
	if c.NameStatus == PeerOK {
		return Dunno
	}
	code := 450
	if c.NameStatus >= PeerPerm {
		code = int(e.p.cfg.Int("unknown_client_reject_code"))
	}
	return e.rejectf(code, "4.7.25", "Client host rejected: cannot find your hostname, [%s]", c.Addr.Unmap())
}

func (e *evaluation) unknownReverse() Verdict {
	c := e.s.Client
	e.fact(FactState, "reverse_client_name", c.Reverse, "")
	if c.ReverseStatus == PeerOK {
		return Dunno
	}
	code := 450
	if c.ReverseStatus == PeerPerm {
		code = int(e.p.cfg.Int("unknown_client_reject_code"))
	}
	return e.rejectf(code, "4.7.1", "Client host rejected: cannot find your reverse hostname, [%s]", c.Addr.Unmap())
}

func (e *evaluation) permitNetworks(sub subject) Verdict {
	c := e.s.Client
	ok, pattern, err := e.p.mynetworks.MatchClient(c.Name, c.Addr.Unmap().String())
	if err != nil {
		return e.lookupFailure(sub.name)
	}
	e.fact(FactMatch, "mynetworks", c.Addr.Unmap().String(), pattern)
	return permit(ok)
}

// heloRestrictions look at the name given with HELO or EHLO.
func heloRestrictions() map[string]restrictionFunc {
	invalid := func(e *evaluation, _ Restriction, _ subject) Verdict {
		return e.withHelo(func(name string) Verdict {
			if mail.ValidHostname(dropFinalDot(name)) || mail.ValidHostAddr(dropFinalDot(name)) {
				return Dunno
			}
			return e.rejectf(int(e.p.cfg.Int("invalid_hostname_reject_code")), "5.5.2", "<%s>: Helo command rejected: Invalid name", name)
		})
	}
	nonFQDN := func(e *evaluation, _ Restriction, _ subject) Verdict {
		return e.withHelo(func(name string) Verdict {
			if isFQDN(name) {
				return Dunno
			}
			return e.rejectf(int(e.p.cfg.Int("non_fqdn_reject_code")), "5.5.2", "<%s>: Helo command rejected: need fully-qualified hostname", name)
		})
	}
	unknown := func(e *evaluation, _ Restriction, _ subject) Verdict { return e.withHelo(e.unknownHelo) }
	return map[string]restrictionFunc{
		"reject_invalid_helo_hostname":  invalid,
		"reject_invalid_hostname":       invalid,
		"reject_non_fqdn_helo_hostname": nonFQDN,
		"reject_non_fqdn_hostname":      nonFQDN,
		"reject_unknown_helo_hostname":  unknown,
		"reject_unknown_hostname":       unknown,
		"check_helo_access": func(e *evaluation, r Restriction, _ subject) Verdict {
			if e.s.Helo == "" {
				return Dunno
			}
			return e.domainAccess(r.Arg, e.s.Helo, subject{e.s.Helo, classHelo, "check_helo_access"})
		},
		"permit_naked_ip_address": func(e *evaluation, r Restriction, _ subject) Verdict {
			e.p.sys.log(warnf("restriction %s is deprecated. Use permit_mynetworks or permit_sasl_authenticated instead", r.Name))
			return permit(mail.ValidHostAddr(e.s.Helo))
		},
	}
}

func isFQDN(name string) bool {
	name = dropFinalDot(name)
	for i := 0; i < len(name); i++ {
		if name[i] == '.' {
			return mail.ValidHostname(name)
		}
	}
	return false
}

// withHelo skips when no HELO was said, and checks address literals by their
// syntax only.
func (e *evaluation) withHelo(check func(name string) Verdict) Verdict {
	name := e.s.Helo
	switch {
	case name == "":
		return Dunno
	case name[0] != '[':
		return check(name)
	}
	if _, ok := mail.ParseLiteral(name); ok {
		return Dunno
	}
	return e.rejectf(int(e.p.cfg.Int("invalid_hostname_reject_code")), "5.5.2", "<%s>: Helo command rejected: invalid ip address", name)
}

// unknownHelo: the name has neither address nor MX record. A null MX is fine.
func (e *evaluation) unknownHelo(name string) Verdict {
	found, temp, _ := e.hasRecords(name, mail.TypeA, mail.TypeAAAA, mail.TypeMX)
	switch {
	case found:
		return Dunno
	case temp:
		return e.deferIfPermit(!e.p.tempfail["unknown_helo_hostname_tempfail_action"], 450, "4.7.1",
			"<%s>: Helo command rejected: Host not found", name)
	}
	return e.rejectf(int(e.p.cfg.Int("unknown_hostname_reject_code")), "4.7.1", "<%s>: Helo command rejected: Host not found", name)
}

// hasRecords asks for the types in order and stops at the first with records. A
// failure of any of them counts when none has records.
func (e *evaluation) hasRecords(name string, types ...mail.RRType) (found, temp, nullMX bool) {
	if !mail.ValidHostname(dropFinalDot(name)) {
		e.fact(FactDNS, name, string(types[0]), mail.DNSNotFound.String())
		return false, false, false
	}
	for _, t := range types {
		a := e.p.sys.dns(dropFinalDot(name), t)
		e.fact(FactDNS, name, string(t), a.Outcome.String())
		switch {
		case t == mail.TypeMX && a.IsNullMX():
			return true, false, true
		case a.Outcome == mail.DNSFound:
			return true, false, false
		case a.Outcome == mail.DNSTempFail:
			temp = true
		}
	}
	return false, temp, false
}
