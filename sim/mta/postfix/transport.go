package postfix

import "strings"

// classify sets class, transport and next hop for a domain that is not local.
func (r *Router) classify(res *Resolution, sender, domain string) bool {
	r.warnTwice(domain)
	match := func(l *MatchList, subdomains bool) (bool, bool) {
		var ok bool
		var err error
		if subdomains {
			ok, err = l.MatchDomain(domain)
		} else {
			ok, err = l.MatchString(domain)
		}
		if err != nil {
			r.sys.log(warnf("%s lookup failure", l.Param))
		}
		return ok, err == nil
	}
	if ok, fine := match(r.virtualAliasDomains, false); !fine {
		return false
	} else if ok {
		res.Class, res.Transport, res.DecidedBy = ClassVirtualAlias, "error", "virtual_alias_domains"
		res.Nexthop = "5.1.1 User unknown" + r.tableHint(" in virtual alias table")
		return true
	}
	if ok, fine := match(r.virtualMailboxDomains, false); !fine {
		return false
	} else if ok {
		res.Class = ClassVirtualMailbox
		res.setTransport(r.cfg.Str("virtual_transport"), domain, "virtual_transport")
		return true
	}
	ok, fine := match(r.relayDomain, true)
	if !fine {
		return false
	}
	spec, param := r.cfg.Str("relay_transport"), "relay_transport"
	if ok {
		res.Class = ClassRelay
	} else if spec, param, fine = r.defaultTransport(sender); !fine {
		return false
	}
	hop, hopParam, fine := r.relayhost(sender)
	if !fine {
		return false
	}
	if hop == "" {
		hop = domain
	} else {
		param = hopParam
	}
	res.setTransport(spec, hop, param)
	return true
}

func (r *Router) tableHint(text string) string {
	if r.cfg.Bool("show_user_unknown_table_name") {
		return text
	}
	return ""
}

// warnTwice logs Postfix's advice about a domain in two classes.
func (r *Router) warnTwice(domain string) {
	if !r.cfg.Bool("helpful_warnings") {
		return
	}
	alias, _ := r.virtualAliasDomains.MatchString(domain)
	mailbox, _ := r.virtualMailboxDomains.MatchString(domain)
	relay, _ := r.relayDomain.MatchDomain(domain)
	say := func(a, b string) { r.sys.log(warnf("do not list domain %s in BOTH %s and %s", domain, a, b)) }
	switch {
	case alias && mailbox:
		say("virtual_alias_domains", "virtual_mailbox_domains")
	case alias && relay:
		say("virtual_alias_domains", "relay_domains")
	case mailbox && relay:
		say("virtual_mailbox_domains", "relay_domains")
	}
}

// warnLocalTwice is the same for a domain of mydestination.
func (r *Router) warnLocalTwice(domain string) {
	if !r.cfg.Bool("helpful_warnings") {
		return
	}
	for _, l := range []*MatchList{r.virtualAliasDomains, r.virtualMailboxDomains} {
		if ok, err := l.MatchString(domain); ok && err == nil {
			r.sys.log(warnf("do not list domain %s in BOTH mydestination and %s", domain, l.Param))
		}
	}
}

func (r *Router) defaultTransport(sender string) (spec, param string, ok bool) {
	v, found, ok := r.bySender(r.senderTransport, sender)
	if !ok {
		return "", "", false
	}
	if found {
		return v, "sender_dependent_default_transport_maps", true
	}
	return r.cfg.Str("default_transport"), "default_transport", true
}

// relayhost: the sender's entry goes before relayhost; DUNNO there means "as if
// not listed".
func (r *Router) relayhost(sender string) (hop, param string, ok bool) {
	v, found, ok := r.bySender(r.senderRelayhost, sender)
	if !ok {
		return "", "", false
	}
	if found {
		return v, "sender_dependent_relayhost_maps", true
	}
	return r.cfg.Str("relayhost"), "relayhost", true
}

func (r *Router) bySender(m *Maps, sender string) (value string, found, ok bool) {
	if m.Empty() {
		return "", false, true
	}
	key := sender
	if key == "" {
		key = "<>"
	}
	v, _, found, err := r.FindAddress(m, key, FindAddressTables)
	if err != nil {
		r.sys.log(warnf("%s lookup failure", m.Title))
		return "", false, false
	}
	if strings.EqualFold(v, "DUNNO") {
		return "", false, true
	}
	return v, found, true
}

// applyTransportMaps lets transport(5) override. An entry without transport
// keeps the transport, one without next hop means the recipient's domain.
func (r *Router) applyTransportMaps(res *Resolution, domain string) {
	if r.transport.Empty() || res.Class == ClassVirtualAlias {
		return
	}
	how := findTransportEntries | FindDotParents
	if r.cfg.ParentStyle("transport_maps") {
		how = findTransportEntries | FindParents
	}
	v, _, found, err := r.FindAddress(r.transport, res.Recipient, how)
	if err == nil && !found {
		v, found, err = r.transport.FindPart("*")
	}
	if err != nil {
		r.sys.log(warnf("transport_maps lookup failure"))
		res.Failed = true
		return
	}
	if !found {
		return
	}
	name, hop, _ := strings.Cut(v, ":")
	switch {
	case name == "" && hop == "": // ":" keeps everything as main.cf says
		return
	case hop != "":
		res.Nexthop = hop
	case name != "" && name != "error" && name != "retry":
		res.Nexthop = domain
	case name == "error" || name == "retry":
		res.Nexthop = "Address is undeliverable"
	}
	if name != "" {
		res.Transport = name
	}
	res.DecidedBy = "transport_maps"
}

func (r *Router) applyRelocated(res *Resolution) {
	if r.relocated.Empty() || res.Failed {
		return
	}
	v, _, found, err := r.FindAddress(r.relocated, res.Recipient, FindAddressTables)
	switch {
	case err != nil:
		r.sys.log(warnf("relocated_maps lookup failure"))
		res.Failed = true
	case found:
		res.Transport, res.DecidedBy = "error", "relocated_maps"
		res.Nexthop = "5.1.6 User has moved to " + v
	}
}

// NextHop is a destination of the smtp and relay transports.
type NextHop struct {
	Host   string // domain, host name or address without brackets
	Port   string // "smtp", "587" ...; empty: 25
	Direct bool   // in brackets: no MX look-up
}

// ParseNextHop reads "example.com", "[mail.example.com]", "[192.0.2.1]:587",
// "example.com:submission".
func ParseNextHop(s string) NextHop {
	var h NextHop
	if strings.HasPrefix(s, "[") {
		inner, rest, ok := strings.Cut(s[1:], "]")
		if ok {
			h.Direct = true
			h.Host = inner
			if len(inner) > 5 && strings.EqualFold(inner[:5], "ipv6:") {
				h.Host = inner[5:]
			}
			h.Port = strings.TrimPrefix(rest, ":")
			return h
		}
	}
	h.Host = s
	if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.Count(s, ":") == 1 {
		h.Host, h.Port = s[:i], s[i+1:]
	}
	return h
}
