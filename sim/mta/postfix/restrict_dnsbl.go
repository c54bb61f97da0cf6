package postfix

import (
	"strconv"
	"strings"

	"mxlab/sim/mail"
)

// blockListRestrictions ask DNS block lists and welcome lists (RFC 5782).
func blockListRestrictions() map[string]restrictionFunc {
	rblClient := func(e *evaluation, r Restriction, _ subject) Verdict { return e.rejectListed(r.Arg) }
	domainOf := map[string]func(s Session) (name, class string){
		"client":         func(s Session) (string, string) { return s.Client.Name, classClient },
		"reverse_client": func(s Session) (string, string) { return s.Client.Reverse, classReverse },
		"helo":           func(s Session) (string, string) { return s.Helo, classHelo },
		"sender":         func(s Session) (string, string) { return s.Sender, classSender },
		"recipient":      func(s Session) (string, string) { return s.Recipient, classRecipient },
	}
	t := map[string]restrictionFunc{
		"reject_rbl_client": rblClient,
		"reject_rbl":        rblClient,
		"reject_maps_rbl": func(e *evaluation, _ Restriction, _ subject) Verdict {
			e.p.sys.log(warnf("support for restriction \"reject_maps_rbl\" will be removed from Postfix; use \"reject_rbl_client domain-name\" instead"))
			for _, list := range e.p.cfg.List("maps_rbl_domains") {
				if v := e.rejectListed(list); v != Dunno {
					return v
				}
			}
			return Dunno
		},
		"permit_dnswl_client": func(e *evaluation, r Restriction, _ subject) Verdict {
			return e.permitListed(r.Arg, mail.DNSBLName(e.s.Client.Addr, ""), e.s.Client.Addr.Unmap().String())
		},
		"permit_rhswl_client": func(e *evaluation, r Restriction, _ subject) Verdict {
			if e.s.Client.Name == "unknown" {
				return Dunno
			}
			return e.permitListed(r.Arg, e.s.Client.Name+".", e.s.Client.Name)
		},
	}
	for who, get := range domainOf {
		t["reject_rhsbl_"+who] = func(e *evaluation, r Restriction, _ subject) Verdict {
			name, class := get(e.s)
			if name == "" || name == "unknown" {
				return Dunno
			}
			return e.rejectListedDomain(r.Arg, name, class)
		}
	}
	return t
}

// listing is the answer of a list.
type listing struct {
	listed, failed bool
	reason         string
}

// ask looks up prefix+list; "list=filter" says which answers count. When listed,
// the TXT records are the reason, at most 500 octets.
func (e *evaluation) ask(prefix, list string) listing {
	domain, filterText, hasFilter := strings.Cut(list, "=")
	query := prefix + domain
	a := e.p.sys.dns(query, mail.TypeA)
	e.fact(FactDNS, query, string(mail.TypeA), answerText(a))
	switch a.Outcome {
	case mail.DNSTempFail:
		e.p.sys.log(warnf("%s: RBL lookup error: Host or domain name not found. Name service error for name=%s type=A: %s",
			query, query, a.Outcome.ErrorText()))
		return listing{failed: true}
	case mail.DNSFound:
	default:
		return listing{}
	}
	if hasFilter {
		f, err := mail.ParseDNSBLFilter(filterText)
		if err != nil {
			e.p.sys.log(warnf("%s", err))
			return listing{}
		}
		hit := false
		for _, r := range a.Records {
			hit = hit || f.Match(r.Addr)
		}
		if !hit {
			return listing{}
		}
	}
	return listing{listed: true, reason: e.listReason(query)}
}

func answerText(a mail.DNSAnswer) string {
	if a.Outcome != mail.DNSFound {
		return a.Outcome.String()
	}
	var out []string
	for _, r := range a.Records {
		out = append(out, r.Addr.String())
	}
	return strings.Join(out, " ")
}

func (e *evaluation) listReason(query string) string {
	const limit = 500
	t := e.p.sys.dns(query, mail.TypeTXT)
	var out []string
	for _, r := range t.Records {
		out = append(out, r.Text)
	}
	text := strings.Join(out, " / ")
	e.fact(FactDNS, query, string(mail.TypeTXT), text)
	if len(text) > limit {
		text = text[:limit]
	}
	return text
}

func (e *evaluation) rejectListed(list string) Verdict {
	l := e.ask(mail.DNSBLName(e.s.Client.Addr, ""), list)
	if !l.listed {
		return Dunno
	}
	return e.listedReply(l, list, e.s.Client.Addr.Unmap().String(), classClient)
}

// rejectListedDomain asks about the domain of a name or address. Literals and
// names that end in digits are not asked about.
func (e *evaluation) rejectListedDomain(list, what, class string) Verdict {
	domain := what
	if i := strings.LastIndexByte(what, '@'); i >= 0 {
		domain = what[i+1:]
	}
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	if isNumber(last) || !mail.ValidHostname(domain) {
		return Dunno
	}
	l := e.ask(domain+".", list)
	if !l.listed {
		return Dunno
	}
	return e.listedReply(l, list, what, class)
}

// permitListed never lets mail to a foreign destination through.
func (e *evaluation) permitListed(list, prefix, what string) Verdict {
	if e.stage == StageRcpt && e.s.Recipient != "" {
		if v, failed := e.authorized(e.s.Recipient); failed {
			return v
		} else if v != OK {
			return Dunno
		}
	}
	l := e.ask(prefix, list)
	if l.failed {
		return e.deferIfReject(450, "4.7.1", "<%s>: %s rejected: Service unavailable", what, classClient)
	}
	return permit(l.listed)
}

// listedReply fills in rbl_reply_maps or default_rbl_reply.
func (e *evaluation) listedReply(l listing, list, what, class string) Verdict {
	template, _, err := e.p.rblReplies.Find(list)
	if err != nil {
		return e.serverError()
	}
	fallback, _, _ := e.p.cfg.Raw("default_rbl_reply")
	if template == "" {
		template = fallback
	}
	domain, _, _ := strings.Cut(list, "=")
	values := map[string]string{
		"rbl_code": strconv.FormatInt(e.p.cfg.Int("maps_rbl_reject_code"), 10), "rbl_domain": domain,
		"rbl_reason": l.reason, "rbl_txt": l.reason, "rbl_what": what, "rbl_class": class,
	}
	text, _, ok := Expand(template, e.values(values))
	if !ok && template != fallback {
		e.p.sys.log(warnf("rbl_reject_reply: bad rbl reply template for domain %s: %s", list, template))
		text, _, _ = Expand(fallback, e.values(values))
	}
	if len(text) < 4 || text[0] != '4' && text[0] != '5' || !isNumber(text[:3]) || text[3] != ' ' {
		e.p.sys.log(warnf("rbl response code configuration error: %s", text))
		return e.rejectf(450, "4.7.1", "Service unavailable")
	}
	code, _ := strconv.Atoi(text[:3])
	status, rest := mail.SplitStatus(mail.Enhanced{4, 7, 1}, text[4:])
	return e.rejectf(code, e.fixStatus(status, class), "%s", orElse(rest, "Service unavailable"))
}

// values are the attributes replies may name: those given, then those of the
// session (postconf(5), default_rbl_reply).
func (e *evaluation) values(extra map[string]string) func(string) (string, bool) {
	c := e.s.Client
	_, senderDomain := mail.SplitAddress(e.s.Sender)
	_, recipientDomain := mail.SplitAddress(e.s.Recipient)
	session := map[string]string{
		"client": c.String(), "client_address": c.Addr.Unmap().String(), "client_name": c.Name,
		"reverse_client_name": c.Reverse, "helo_name": e.s.Helo, "sender": orElse(e.s.Sender, "<>"),
		"sender_domain": senderDomain, "sender_name": strings.TrimSuffix(e.s.Sender, "@"+senderDomain),
		"recipient": e.s.Recipient, "recipient_domain": recipientDomain,
		"recipient_name": strings.TrimSuffix(e.s.Recipient, "@"+recipientDomain),
	}
	return func(name string) (string, bool) {
		if v, ok := extra[name]; ok {
			return v, true
		}
		if v, ok := session[name]; ok {
			return v, true
		}
		if _, _, known := e.p.cfg.Raw(name); known {
			return e.p.cfg.Str(name), true
		}
		return "", false
	}
}
