package spf

import (
	"net/netip"
	"sort"
	"strings"

	"mxlab/sim/mail"
)

// try evaluates one mechanism (RFC 7208 5).
func (c *checker) try(t Term, domain string) (matched bool, p *problem) {
	step := Step{Domain: domain, Text: t.Text, Kind: StepMechanism}
	switch t.Name {
	case "all":
		matched = true
	case "ip4", "ip6":
		matched = t.Network.Contains(c.q.IP)
	default:
		if p = c.countTerm(&step); p != nil {
			return false, p
		}
		if step.Target, p = c.target(t.Domain, domain); p == nil {
			matched, p = c.query(t, &step)
		}
	}
	step.Matched = matched
	switch {
	case p != nil:
		step.Result = p.result
	case matched:
		step.Result = t.Qualifier.result()
	}
	if t.Name == "include" {
		// The steps inside come after the line that entered it.
		c.close(step)
		return matched, p
	}
	c.note(step)
	return matched, p
}

func (c *checker) query(t Term, step *Step) (bool, *problem) {
	switch t.Name {
	case "include":
		return c.include(step)
	case "a":
		return c.hasAddress(step, step.Target, t)
	case "mx":
		return c.exchangers(step, t)
	case "ptr":
		return c.pointer(step), nil
	}
	// exists: RFC 7208 5.7, an A record whatever the client's family.
	a, p := c.count1(step, step.Target, mail.TypeA)
	return a.Outcome == mail.DNSFound && p == nil, p
}

// include: RFC 7208 5.2. Only a pass of the other record matches; an error there
// or no record there is an error here.
func (c *checker) include(step *Step) (bool, *problem) {
	if !validName(step.Target) {
		return false, permError("include of %q, which is not a domain name", step.Target)
	}
	c.open(step)
	c.depth++
	result, _, p := c.checkHost(step.Target)
	c.depth--
	if p != nil {
		return false, p
	}
	step.Detail = string(result)
	if result == None {
		return false, permError("include of %s, which has no SPF record", step.Target)
	}
	return result == Pass, nil
}

// hasAddress compares the client with the addresses of name (RFC 7208 5.3).
func (c *checker) hasAddress(step *Step, name string, t Term) (bool, *problem) {
	rr, bits := mail.TypeA, t.CIDR4
	if !c.q.IP.Is4() {
		rr, bits = mail.TypeAAAA, t.CIDR6
	}
	answer, p := c.count1(step, name, rr)
	if p != nil {
		return false, p
	}
	for _, r := range answer.Records {
		if r.Addr.BitLen() == c.q.IP.BitLen() && netip.PrefixFrom(r.Addr, bits).Masked().Contains(c.q.IP) {
			return true, nil
		}
	}
	return false, nil
}

// exchangers: RFC 7208 5.4. More than ten MX names are an error.
func (c *checker) exchangers(step *Step, t Term) (bool, *problem) {
	answer, p := c.count1(step, step.Target, mail.TypeMX)
	if p != nil {
		return false, p
	}
	hosts := append([]mail.DNSRecord{}, answer.Records...)
	sort.SliceStable(hosts, func(i, j int) bool { return hosts[i].Preference < hosts[j].Preference })
	if len(hosts) > maxNames {
		return false, permError("%s has more than %d MX records", step.Target, maxNames)
	}
	for _, h := range hosts {
		if ok, p := c.hasAddress(step, h.Host, t); ok || p != nil {
			return ok, p
		}
	}
	return false, nil
}

// pointer: RFC 7208 5.5. DNS failures only make it not match.
func (c *checker) pointer(step *Step) bool {
	for _, name := range c.validatedNames(step) {
		if sameOrBelow(name, step.Target) {
			return true
		}
	}
	return false
}

// validatedNames are the names of the client's PTR records, the first ten, that
// lead back to its address.
func (c *checker) validatedNames(step *Step) []string {
	rr := mail.TypeA
	if !c.q.IP.Is4() {
		rr = mail.TypeAAAA
	}
	answer := c.ask(step, reverseName(c.q.IP), mail.TypePTR)
	var out []string
	for i, r := range answer.Records {
		if i == maxNames {
			break
		}
		for _, a := range c.ask(step, r.Host, rr).Records {
			if a.Addr == c.q.IP {
				out = append(out, r.Host)
				break
			}
		}
	}
	return out
}

// validatedName is %{p}: the domain itself if validated, else a name below it,
// else any, else "unknown" (RFC 7208 7.3).
func (c *checker) validatedName(domain string) string {
	step := Step{Domain: domain, Text: "%{p}", Kind: StepMacro}
	names := c.validatedNames(&step)
	c.note(step)
	for _, n := range names {
		if strings.EqualFold(n, domain) {
			return n
		}
	}
	for _, n := range names {
		if sameOrBelow(n, domain) {
			return n
		}
	}
	if len(names) > 0 {
		return names[0]
	}
	return "unknown"
}

func sameOrBelow(name, domain string) bool {
	name, domain = strings.ToLower(name), strings.ToLower(domain)
	return name == domain || strings.HasSuffix(name, "."+domain)
}

func reverseName(ip netip.Addr) string {
	if ip.Is4() {
		return mail.DNSBLName(ip, "in-addr.arpa")
	}
	return mail.DNSBLName(ip, "ip6.arpa")
}

// count1 asks and applies the rules for terms: a DNS failure is a temperror, an
// empty answer counts as void (RFC 7208 4.6.4, 5).
func (c *checker) count1(step *Step, name string, t mail.RRType) (mail.DNSAnswer, *problem) {
	a := c.ask(step, name, t)
	switch a.Outcome {
	case mail.DNSTempFail:
		return a, &problem{TempError, "DNS failure looking up " + name + " " + string(t)}
	case mail.DNSNoData, mail.DNSNotFound:
		if c.void++; c.void > MaxVoidLookups {
			return a, permError("too many void look-ups: more than %d questions had no answer", MaxVoidLookups)
		}
	}
	return a, nil
}

// ask looks up a name and notes it. Names DNS cannot hold do not exist.
func (c *checker) ask(step *Step, name string, t mail.RRType) mail.DNSAnswer {
	a := mail.DNSAnswer{Outcome: mail.DNSNotFound}
	if validName(name) {
		a = c.lookup(name, t)
	}
	step.Lookups = append(step.Lookups, Lookup{name, t, a.Outcome, answerTexts(a, t)})
	return a
}
