package postfix

import (
	"net/netip"
	"sort"
	"strings"

	"mxlab/sim/mail"
)

// mxBackup is permit_mx_backup: this machine is listed as a mail exchanger of
// the domain, but not as its best one, and the best ones are within
// permit_mx_backup_networks when that is set.
func (e *evaluation) mxBackup(recipient string) Verdict {
	if v, failed := e.authorized(recipient); failed || v == OK {
		return v
	}
	r := e.p.router.ResolveEnvelope(e.s.Sender, recipient)
	_, domain := mail.SplitAddress(r.Recipient)
	if r.Routed && !e.p.cfg.Bool("allow_untrusted_routing") || strings.HasPrefix(domain, "[") {
		return Dunno
	}
	a := e.p.sys.dns(domain, mail.TypeMX)
	e.fact(FactDNS, domain, string(mail.TypeMX), a.Outcome.String())
	if a.Outcome == mail.DNSTempFail {
		return e.deferIfReject(450, "4.4.4", "<%s>: %s rejected: Unable to look up mail exchanger information: %s",
			recipient, classRecipient, a.Outcome.ErrorText())
	}
	if a.Outcome != mail.DNSFound {
		return Dunno
	}
	best, rest := splitByPreference(a.Records)
	if e.isExchanger(best, recipient) || !e.isExchanger(rest, recipient) {
		return Dunno
	}
	if e.p.cfg.Str("permit_mx_backup_networks") != "" && !e.allWithin(best, recipient) {
		return Dunno
	}
	return OK
}

func splitByPreference(records []mail.DNSRecord) (best, rest []mail.DNSRecord) {
	sorted := append([]mail.DNSRecord{}, records...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Preference < sorted[j].Preference })
	for i, r := range sorted {
		if r.Preference != sorted[0].Preference {
			return sorted[:i], sorted[i:]
		}
	}
	return sorted, nil
}

// isExchanger: one of the hosts is this machine, by name or else by address.
func (e *evaluation) isExchanger(hosts []mail.DNSRecord, recipient string) bool {
	for _, h := range hosts {
		if ok, err := e.p.router.IsLocal(h.Host); ok && err == nil {
			return true
		}
	}
	for _, h := range hosts {
		addrs, outcome := e.addresses(h.Host)
		if outcome != mail.DNSFound {
			e.deferIfReject(450, "4.4.4", "<%s>: %s rejected: Unable to look up mail exchanger host %s: %s",
				recipient, classRecipient, h.Host, outcome.AddrinfoText())
			continue
		}
		for _, a := range addrs {
			for _, own := range e.p.cfg.OwnAddresses() {
				if a == own {
					return true
				}
			}
		}
	}
	return false
}

func (e *evaluation) allWithin(hosts []mail.DNSRecord, recipient string) bool {
	for _, h := range hosts {
		addrs, outcome := e.addresses(h.Host)
		if outcome != mail.DNSFound {
			e.deferIfReject(450, "4.4.4", "<%s>: %s rejected: Unable to look up host %s as mail exchanger: %s",
				recipient, classRecipient, h.Host, outcome.ErrorText())
			return false
		}
		for _, a := range addrs {
			if ok, _, err := e.p.permitMXNetworks.MatchClient(h.Host, a.String()); !ok || err != nil {
				return false
			}
		}
	}
	return true
}

// addresses looks up A, then AAAA when inet_protocols has IPv6.
func (e *evaluation) addresses(host string) ([]netip.Addr, mail.DNSOutcome) {
	var out []netip.Addr
	worst := mail.DNSNotFound
	protocols := strings.ToLower(e.p.cfg.Str("inet_protocols"))
	for _, q := range []struct {
		t    mail.RRType
		word string
	}{{mail.TypeA, "ipv4"}, {mail.TypeAAAA, "ipv6"}} {
		if !strings.Contains(protocols, "all") && !strings.Contains(protocols, q.word) {
			continue
		}
		a := e.p.sys.dns(host, q.t)
		e.fact(FactDNS, host, string(q.t), a.Outcome.String())
		for _, r := range a.Records {
			out = append(out, r.Addr)
		}
		if a.Outcome == mail.DNSTempFail || a.Outcome == mail.DNSNoData && worst != mail.DNSTempFail {
			worst = a.Outcome
		}
	}
	if len(out) > 0 {
		return out, mail.DNSFound
	}
	return nil, worst
}
