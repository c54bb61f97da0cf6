package postfix

import (
	"net/netip"
	"slices"
	"sort"
	"strings"

	"mxlab/sim/mail"
)

// ServerAddress is a server smtp(8) may connect to.
type ServerAddress struct {
	Host       string
	Addr       netip.Addr
	Preference uint16
}

// SMTPClient holds what smtp(8) needs to find servers.
type SMTPClient struct {
	cfg  *Config
	sys  *System
	rand func(n int) int // in [0,n); orders servers of equal preference; nil: as found
}

// NewSMTPClient makes the finder for one smtp service. random must come from the
// world's seeded source.
func NewSMTPClient(cfg *Config, sys *System, random func(n int) int) *SMTPClient {
	return &SMTPClient{cfg, sys, random}
}

// Servers returns the servers for a next hop in the order in which they are
// tried, or the failure for the whole destination. Nexthop forms are those of
// ParseNextHop; without brackets MX records decide (RFC 5321 5.1).
func (c *SMTPClient) Servers(nexthop string) ([]ServerAddress, *mail.Failure) {
	h := ParseNextHop(nexthop)
	if h.Direct {
		list, failure := c.hostAddresses(h.Host, 0)
		return c.order(list), failure
	}
	mx := c.sys.dns(h.Host, mail.TypeMX)
	switch {
	case mx.IsNullMX():
		return nil, ptr(mail.NullMXFailure(h.Host))
	case mx.Outcome == mail.DNSTempFail:
		return nil, ptr(mail.NameFailure(h.Host, mail.TypeMX, mx.Outcome))
	case mx.Outcome != mail.DNSFound:
		// No MX: the domain's own address, unless that is this host.
		list, failure := c.hostAddresses(h.Host, 0)
		if failure == nil && c.hasOwn(list) {
			return nil, ptr(mail.LoopFailure(h.Host))
		}
		return c.order(list), failure
	}
	return c.exchangers(h.Host, mx.Records)
}

// exchangers looks up every MX host. When this host is among them, it and all of
// equal or lower precedence are dropped: mail must move towards the best.
func (c *SMTPClient) exchangers(domain string, records []mail.DNSRecord) ([]ServerAddress, *mail.Failure) {
	sorted := slices.Clone(records)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Preference < sorted[j].Preference })
	var list []ServerAddress
	var last *mail.Failure
	for _, r := range sorted {
		if mail.ValidHostAddr(r.Host) {
			c.sys.log(warnf("numeric domain name in resource data of MX record for %s: %s", domain, r.Host))
		}
		addrs, failure := c.hostAddresses(r.Host, r.Preference)
		if failure != nil {
			last = failure
		}
		list = append(list, addrs...)
	}
	if len(list) == 0 {
		c.sys.log(warnf("no MX host for %s has a valid address record", domain))
		if c.cfg.Bool("smtp_defer_if_no_mx_address_found") && last != nil {
			last.Status[0] = 4
		}
		return nil, last
	}
	best := list[0].Preference
	for i, s := range list {
		if !c.isOwn(s.Addr) {
			continue
		}
		for j := range list {
			if list[j].Preference == s.Preference {
				i = j
				break
			}
		}
		if list = list[:i]; len(list) > 0 {
			break
		}
		if best != sorted[0].Preference {
			return nil, &mail.Failure{Status: mail.Enhanced{4, 4, 4}, Text: "unable to find primary relay for " + domain}
		}
		return nil, ptr(mail.LoopFailure(domain))
	}
	return c.order(list), nil
}

// hostAddresses looks up A and AAAA as inet_protocols allows; an address stands
// for itself.
func (c *SMTPClient) hostAddresses(host string, preference uint16) ([]ServerAddress, *mail.Failure) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []ServerAddress{{host, ip, preference}}, nil
	}
	protocols := strings.ToLower(c.cfg.Str("inet_protocols"))
	var list []ServerAddress
	var failure *mail.Failure
	for _, q := range []struct {
		t    mail.RRType
		word string
	}{{mail.TypeA, "ipv4"}, {mail.TypeAAAA, "ipv6"}} {
		if !strings.Contains(protocols, "all") && !strings.Contains(protocols, q.word) {
			continue
		}
		a := c.sys.dns(host, q.t)
		for _, r := range a.Records {
			list = append(list, ServerAddress{host, r.Addr, preference})
		}
		if a.Outcome == mail.DNSFound {
			continue
		}
		if failure == nil || !failure.Temporary() {
			failure = ptr(mail.NameFailure(host, q.t, a.Outcome))
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	return nil, failure
}

// order shuffles servers of equal preference (smtp_randomize_addresses), puts
// the preferred address family first among them (smtp_address_preference), and
// keeps at most smtp_mx_address_limit, of both families if there are both
// (smtp_balance_inet_protocols).
func (c *SMTPClient) order(list []ServerAddress) []ServerAddress {
	if c.rand != nil && c.cfg.Bool("smtp_randomize_addresses") {
		for i := len(list) - 1; i > 0; i-- {
			j := c.rand(i + 1)
			list[i], list[j] = list[j], list[i]
		}
	}
	prefer := strings.ToLower(strings.TrimSpace(c.cfg.Str("smtp_address_preference")))
	rank := func(s ServerAddress) int {
		if prefer == "ipv6" && s.Addr.Is4() || prefer == "ipv4" && s.Addr.Is6() {
			return 1
		}
		return 0
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Preference != list[j].Preference {
			return list[i].Preference < list[j].Preference
		}
		return rank(list[i]) < rank(list[j])
	})
	if limit := int(c.cfg.Int("smtp_mx_address_limit")); limit > 0 && len(list) > limit {
		if c.cfg.Bool("smtp_balance_inet_protocols") {
			list = balance(list, limit)
		}
		list = list[:min(limit, len(list))]
	}
	return list
}

// balance drops addresses beyond the limit from the family that has more than
// its half.
func balance(list []ServerAddress, limit int) []ServerAddress {
	var six int
	for _, s := range list {
		if s.Addr.Is6() {
			six++
		}
	}
	keep6 := limit - min(len(list)-six, limit-min(six, limit/2))
	keep4 := limit - keep6
	var kept []ServerAddress
	for _, s := range list {
		left := &keep4
		if s.Addr.Is6() {
			left = &keep6
		}
		if *left > 0 {
			*left--
			kept = append(kept, s)
		}
	}
	return kept
}

func (c *SMTPClient) hasOwn(list []ServerAddress) bool {
	return slices.ContainsFunc(list, func(s ServerAddress) bool { return c.isOwn(s.Addr) })
}

// isOwn: an address Postfix listens on, or one of a proxy in front of it.
func (c *SMTPClient) isOwn(ip netip.Addr) bool {
	return slices.Contains(c.cfg.OwnAddresses(), ip) || slices.Contains(c.cfg.List("proxy_interfaces"), ip.String())
}

func ptr(f mail.Failure) *mail.Failure { return &f }
