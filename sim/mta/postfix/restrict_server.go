package postfix

import (
	"strings"

	"mxlab/sim/mail"
)

// serverAccessRestrictions look at the mail exchangers, name servers or
// addresses of a name: check_sender_mx_access and so on.
func serverAccessRestrictions() map[string]restrictionFunc {
	t := map[string]restrictionFunc{}
	for word, rr := range map[string]mail.RRType{"mx": mail.TypeMX, "ns": mail.TypeNS, "a": mail.TypeA} {
		for _, who := range []string{"client", "reverse_client_hostname", "helo", "sender", "recipient"} {
			t["check_"+who+"_"+word+"_access"] = func(e *evaluation, r Restriction, _ subject) Verdict {
				name, sub, ok := e.serverSubject(who)
				if !ok {
					return Dunno
				}
				return e.forbidOK(e.serverAccess(r.Arg, name, rr, sub), r.Name, name)
			}
		}
	}
	return t
}

func (e *evaluation) serverSubject(who string) (name string, sub subject, ok bool) {
	c := e.s.Client
	switch who {
	case "client":
		return c.Name, subject{c.String(), classClient, "check_client_access"}, c.Name != "unknown"
	case "reverse_client_hostname":
		return c.Reverse, subject{c.Reverse, classReverse, "check_client_access"}, c.Reverse != "unknown"
	case "helo":
		return e.s.Helo, subject{e.s.Helo, classHelo, "check_helo_access"}, e.s.Helo != ""
	case "sender":
		return e.s.Sender, subject{e.s.Sender, classSender, "check_sender_access"}, e.s.Sender != ""
	}
	return e.s.Recipient, subject{e.s.Recipient, classRecipient, "check_recipient_access"}, e.s.Recipient != ""
}

// serverAccess finds the servers of a domain and looks up their names, then
// their addresses. A domain without MX is its own server; NS are searched up the
// tree. What cannot be looked up is not restricted.
func (e *evaluation) serverAccess(spec, name string, t mail.RRType, sub subject) Verdict {
	domain := name
	if i := strings.LastIndexByte(name, '@'); i >= 0 {
		domain = name[i+1:]
	}
	if strings.HasPrefix(domain, "[") {
		ip, ok := mail.ParseLiteral(domain)
		if !ok || t == mail.TypeNS {
			return Dunno
		}
		v, _ := e.addrSearch(spec, ip.String(), sub)
		return v
	}
	hosts, ok := e.serversOf(domain, name, t)
	if !ok {
		return Dunno
	}
	for _, h := range hosts {
		if mail.ValidHostAddr(h) {
			if v, found := e.addrSearch(spec, h, sub); found {
				return v
			}
			continue
		}
		if t != mail.TypeA {
			if v, found := e.domainSearch(spec, h, sub); found {
				return v
			}
		}
		addrs, outcome := e.addresses(h)
		if outcome != mail.DNSFound && t != mail.TypeA {
			e.p.sys.log(warnf("Unable to look up %s host %s for %s %s: %s", t, h, sub.class, sub.name, outcome.AddrinfoText()))
		}
		for _, a := range addrs {
			if v, found := e.addrSearch(spec, a.String(), sub); found {
				return v
			}
		}
	}
	return Dunno
}

func (e *evaluation) serversOf(domain, name string, t mail.RRType) ([]string, bool) {
	if t == mail.TypeA {
		return []string{domain}, true
	}
	for d := domain; ; {
		a := e.p.sys.dns(d, t)
		e.fact(FactDNS, d, string(t), a.Outcome.String())
		switch {
		case t == mail.TypeMX && a.IsNullMX():
			return nil, false
		case a.Outcome == mail.DNSFound:
			var hosts []string
			for _, r := range a.Records {
				hosts = append(hosts, r.Host)
			}
			return hosts, true
		case a.Outcome == mail.DNSTempFail:
			e.p.sys.log(warnf("Unable to look up %s host for %s: %s", t, d, a.Outcome.ErrorText()))
			return nil, false
		case t == mail.TypeMX:
			return []string{domain}, true
		}
		next := strings.IndexByte(d, '.')
		if next < 0 || next == len(d)-1 {
			e.p.sys.log(warnf("Unable to look up %s host for %s: %s", t, name, a.Outcome.ErrorText()))
			return nil, false
		}
		d = d[next+1:]
	}
}
