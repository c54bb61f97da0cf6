package postfix

import (
	"strconv"
	"strings"

	"mxlab/sim/mail"
)

// access looks up a whole key (access(5)) and acts on the result.
func (e *evaluation) access(spec, key string, sub subject) Verdict {
	v, _ := e.lookupKey(spec, key, key, false, sub)
	return v
}

// lookupKey looks up one key; found tells whether the search ends here.
func (e *evaluation) lookupKey(spec, key, whole string, part bool, sub subject) (v Verdict, found bool) {
	m := e.p.table(spec)
	value, _, ok, err := m.find(key, part)
	e.fact(FactTable, spec, key, value)
	if err != nil {
		return e.result(spec, "451 4.3.5 Server configuration error", whole, sub), true
	}
	if !ok {
		return Dunno, false
	}
	return e.result(spec, value, whole, sub), true
}

// domainAccess looks up a name, then its parents: as "example.com" or
// ".example.com", by parent_domain_matches_subdomains.
func (e *evaluation) domainAccess(spec, name string, sub subject) Verdict {
	v, _ := e.domainSearch(spec, name, sub)
	return v
}

func (e *evaluation) domainSearch(spec, domain string, sub subject) (Verdict, bool) {
	for name := domain; name != ""; {
		if v, found := e.lookupKey(spec, name, domain, name != domain, sub); found {
			return v, true
		}
		if mail.ValidHostAddr(domain) {
			break
		}
		next := strings.IndexByte(name[1:], '.')
		if next < 0 {
			break
		}
		name = name[1+next:]
		if e.p.accessParents {
			name = name[1:]
		}
	}
	return Dunno, false
}

// addrSearch looks up an address, then its networks: 192.0.2.1, 192.0.2, 192.0,
// 192.
func (e *evaluation) addrSearch(spec, addr string, sub subject) (Verdict, bool) {
	delim := byte('.')
	if strings.Contains(addr, ":") {
		delim = ':'
	}
	for key := addr; ; {
		if v, found := e.lookupKey(spec, key, addr, key != addr, sub); found {
			return v, true
		}
		i := strings.LastIndexByte(key, delim)
		if i < 0 {
			return Dunno, false
		}
		key = key[:i]
	}
}

// clientAccess looks up a client's name, then its address.
func (e *evaluation) clientAccess(spec, name string, sub subject) Verdict {
	if v, found := e.domainSearch(spec, name, sub); found {
		return v
	}
	v, _ := e.addrSearch(spec, e.s.Client.Addr.Unmap().String(), sub)
	return v
}

// addressAccess looks up a mail address: user@domain, domain and parents,
// user@. An OK for a recipient with a second hop in its local part is not
// trusted.
func (e *evaluation) addressAccess(spec, address string, sub subject) Verdict {
	r := e.resolve(address)
	if r.Failed {
		return e.lookupFailure(address)
	}
	how := findAccessTables | FindDotParents
	if e.p.accessParents {
		how = findAccessTables | FindParents
	}
	value, _, found, err := e.p.router.FindAddress(e.p.table(spec), r.Recipient, how)
	e.fact(FactTable, spec, r.Recipient, value)
	if err != nil {
		return e.result(spec, "451 4.3.5 Server configuration error", r.Recipient, sub)
	}
	if !found {
		return Dunno
	}
	v := e.result(spec, value, r.Recipient, sub)
	if v == OK && r.Routed && sub.class == classRecipient && !e.p.cfg.Bool("allow_untrusted_routing") {
		return Dunno
	}
	return v
}

// forbidOK: names the sender chooses must not let mail through.
func (e *evaluation) forbidOK(v Verdict, restriction, target string) Verdict {
	if v != OK || e.effects.Discard {
		return v
	}
	e.p.sys.log(warnf("restriction %s returns OK for %s", restriction, target))
	e.p.sys.log(warnf("this is not allowed for security reasons"))
	e.p.sys.log(warnf("use DUNNO instead of OK if you want to make an exception"))
	return e.serverError()
}

// result acts on the right-hand side of an access table or the action of a
// policy server (access(5)).
func (e *evaluation) result(table, value, key string, sub subject) Verdict {
	action, text := value, ""
	if i := strings.IndexAny(value, " \t"); i >= 0 {
		action, text = value[:i], strings.TrimLeft(value[i:], spaces)
	}
	if v, done := e.refusalAction(strings.ToUpper(action), text, sub); done {
		return v
	}
	if v, done := e.sideAction(strings.ToUpper(action), text, table, key, sub); done {
		return v
	}
	switch {
	case strings.EqualFold(action, "OK"), strings.EqualFold(action, "RELAY"), isNumber(value):
		return OK
	case len(action) == 3 && text != "" && (action[0] == '4' || action[0] == '5') && isNumber(action):
		code, _ := strconv.Atoi(action)
		return e.textAction(code, mail.Enhanced{code / 100, 7, 1}, text, "Access denied", sub, e.rejectf)
	}
	return e.nested(table, value, sub)
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// refusalAction handles DUNNO, REJECT, DEFER and the two deferred forms.
func (e *evaluation) refusalAction(action, text string, sub subject) (Verdict, bool) {
	cfg := e.p.cfg
	switch action {
	case "DUNNO":
		return Dunno, true
	case "REJECT":
		return e.textAction(int(cfg.Int("access_map_reject_code")), mail.Enhanced{5, 7, 1}, text, "Access denied", sub, e.rejectf), true
	case "DEFER":
		return e.textAction(int(cfg.Int("access_map_defer_code")), mail.Enhanced{4, 7, 1}, text, "Access denied", sub, e.rejectf), true
	case "DEFER_IF_PERMIT":
		return e.textAction(int(cfg.Int("access_map_defer_code")), mail.Enhanced{4, 7, 1}, text, "Service unavailable", sub,
			func(code int, status, format string, args ...any) Verdict {
				return e.deferIfPermit(false, code, status, format, args...)
			}), true
	case "DEFER_IF_REJECT":
		return e.textAction(int(cfg.Int("access_map_defer_code")), mail.Enhanced{4, 7, 1}, text, "Service unavailable", sub, e.deferIfReject), true
	}
	return Dunno, false
}

func (e *evaluation) textAction(code int, status mail.Enhanced, text, fallback string, sub subject,
	act func(code int, status, format string, args ...any) Verdict) Verdict {
	status, text = mail.SplitStatus(status, text)
	if text == "" {
		text = fallback
	}
	return act(code, e.fixStatus(status, sub.class), "<%s>: %s rejected: %s", sub.name, sub.class, text)
}

// nested evaluates a right-hand side that is itself a list of restrictions or a
// restriction class.
func (e *evaluation) nested(table, value string, sub subject) Verdict {
	if strings.Contains(value, ":") {
		e.p.sys.log(warnf("access table %s has entry with lookup table: %s", table, value))
		e.p.sys.log(warnf("do not specify lookup tables inside SMTPD access maps"))
		e.p.sys.log(warnf("define a restriction class and specify its name instead."))
		return e.serverError()
	}
	if e.depth > maxRecursion {
		e.p.sys.log(warnf("access table %s entry %s causes unreasonable recursion", table, value))
		return e.serverError()
	}
	list := ParseRestrictions(table, value, 0)
	if len(list) == 0 {
		e.p.sys.log(warnf("access table %s entry %s has empty value", table, value))
		return OK
	}
	return e.list(list, sub)
}
