package spf

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mxlab/sim/mail"
)

// Result is the outcome of a check (RFC 7208 2.6).
type Result string

// Results.
const (
	None      Result = "none"      // no record, or no domain to check
	Neutral   Result = "neutral"   // the domain does not say
	Pass      Result = "pass"      // authorised
	Fail      Result = "fail"      // not authorised
	SoftFail  Result = "softfail"  // probably not authorised
	TempError Result = "temperror" // DNS failed: try later
	PermError Result = "permerror" // the record cannot be used
)

// Limits of RFC 7208 4.6.4.
const (
	MaxLookups     = 10 // terms that need DNS
	MaxVoidLookups = 2  // questions without an answer
	maxNames       = 10 // MX and PTR names a term looks at
)

// Query is what is checked.
type Query struct {
	IP       netip.Addr // the client
	Helo     string
	MailFrom string // reverse-path without brackets; empty: null, then Helo is checked
	Receiver string // name of the checking host, for %{r} and the header
	Now      time.Time
}

// Outcome is a result with its reasons.
type Outcome struct {
	Result      Result
	Identity    string // "mailfrom" or "helo"
	Domain      string // that was checked
	Sender      string // local@domain as macros see it
	Mechanism   string // term that decided, as written; "default" or "redirect" when none did
	Explanation string // the domain's own words for a fail (exp=); untrusted text
	Problem     string // reason of a temperror or permerror
	Lookups     int    // terms with DNS so far, out of MaxLookups
	Void        int    // void look-ups, out of MaxVoidLookups
	Steps       []Step
}

// checker is the state of one check.
type checker struct {
	q      Query
	lookup mail.LookupFunc
	sender string
	count  int
	void   int
	steps  []Step
	depth  int
	exp    string // explanation of the record that failed
}

// problem ends evaluation with temperror or permerror.
type problem struct {
	result Result
	text   string
}

func (p *problem) Error() string { return p.text }

func permError(format string, args ...any) *problem {
	return &problem{PermError, fmt.Sprintf(format, args...)}
}

// Check evaluates MAIL FROM, or HELO when the reverse-path is null (RFC 7208
// 2.3, 2.4).
func Check(q Query, lookup mail.LookupFunc) Outcome {
	q.IP = q.IP.Unmap()
	c := &checker{q: q, lookup: lookup, sender: q.MailFrom}
	out := Outcome{Identity: "mailfrom"}
	if q.MailFrom == "" {
		out.Identity, c.sender = "helo", "postmaster@"+q.Helo
	}
	local, domain := splitSender(c.sender)
	if local == "" { // RFC 7208 4.3
		local = "postmaster"
	}
	c.sender = local + "@" + domain
	out.Domain, out.Sender = domain, c.sender
	if !checkable(domain) {
		c.note(Step{Domain: domain, Kind: StepNoDomain})
		out.Result, out.Steps = None, c.steps
		return out
	}
	var p *problem
	out.Result, out.Mechanism, p = c.checkHost(strings.TrimSuffix(domain, "."))
	if p != nil {
		out.Result, out.Problem, out.Mechanism = p.result, p.text, ""
	}
	if out.Result == Fail {
		out.Explanation = c.exp
	}
	out.Lookups, out.Void, out.Steps = c.count, c.void, c.steps
	return out
}

// checkable: RFC 7208 4.3, labels of 1 to 63 octets, more than one.
func checkable(domain string) bool {
	domain = strings.TrimSuffix(domain, ".")
	return strings.Contains(domain, ".") && validName(domain) && !strings.HasPrefix(domain, "[")
}

func validName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for _, l := range strings.Split(name, ".") {
		if l == "" || len(l) > 63 || strings.ContainsAny(l, "\r\n\x00") {
			return false
		}
	}
	return true
}

// checkHost is check_host() of RFC 7208 4. It fetches the record of domain,
// checks its syntax as a whole, then tries the mechanisms from left to right; the
// first that matches decides. When none does, redirect takes over, else the
// result is neutral.
func (c *checker) checkHost(domain string) (Result, string, *problem) {
	record, result, p := c.fetch(domain)
	if p != nil || result != "" {
		return result, "", p
	}
	for _, t := range record.Terms {
		matched, p := c.try(t, domain)
		if p != nil {
			return "", "", p
		}
		if matched {
			if t.Qualifier.result() == Fail && c.depth == 0 {
				c.exp = c.explain(record.Exp, domain)
			}
			return t.Qualifier.result(), t.Text, nil
		}
	}
	if record.Redirect == "" {
		c.note(Step{Domain: domain, Kind: StepDefault, Result: Neutral})
		return Neutral, "default", nil
	}
	return c.redirect(record.Redirect, domain)
}

// fetch: RFC 7208 4.4, 4.5. result is set when there is nothing to evaluate.
func (c *checker) fetch(domain string) (Record, Result, *problem) {
	step := Step{Domain: domain, Kind: StepRecord}
	answer := c.ask(&step, domain, mail.TypeTXT)
	if answer.Outcome == mail.DNSTempFail {
		step.Result = TempError
		c.note(step)
		return Record{}, "", &problem{TempError, "DNS failure looking up " + domain + " TXT"}
	}
	var found []string
	for _, r := range answer.Records {
		if IsRecord(r.Text) {
			found = append(found, r.Text)
		}
	}
	switch len(found) {
	case 0:
		step.Result = None
		c.note(step)
		return Record{}, None, nil
	case 1:
	default:
		step.Result = PermError
		c.note(step)
		return Record{}, "", permError("%s has %d SPF records", domain, len(found))
	}
	step.Text = found[0]
	record, err := ParseRecord(found[0])
	if err != nil {
		step.Result = PermError
		c.note(step)
		return record, "", permError("syntax error in the record of %s: %v", domain, err)
	}
	c.note(step)
	return record, "", nil
}

// redirect: RFC 7208 6.1. A target without record is an error.
func (c *checker) redirect(spec, domain string) (Result, string, *problem) {
	step := Step{Domain: domain, Text: "redirect=" + spec, Kind: StepRedirect}
	if p := c.countTerm(&step); p != nil {
		return "", "", p
	}
	target, p := c.target(spec, domain)
	if p != nil {
		return "", "", p
	}
	step.Target = target
	c.note(step)
	if !validName(target) {
		return "", "", permError("redirect to %q, which is not a domain name", target)
	}
	result, by, p := c.checkHost(target)
	if p == nil && result == None {
		return "", "", permError("redirect to %s, which has no SPF record", target)
	}
	return result, by, p
}

// explain: RFC 7208 6.2. Any problem means no explanation.
func (c *checker) explain(spec, domain string) string {
	if spec == "" {
		return ""
	}
	target, p := c.target(spec, domain)
	if p != nil || !validName(target) {
		return ""
	}
	step := Step{Domain: domain, Text: "exp=" + spec, Kind: StepExplanation, Target: target}
	answer := c.ask(&step, target, mail.TypeTXT)
	text := ""
	if len(answer.Records) == 1 {
		text, _ = c.expand(answer.Records[0].Text, domain, true)
	}
	step.Detail = text
	c.note(step)
	return text
}

// target expands a domain-spec; names over 253 octets lose labels on the left
// (RFC 7208 7.3).
func (c *checker) target(spec, domain string) (string, *problem) {
	if spec == "" {
		return domain, nil
	}
	name, err := c.expand(spec, domain, false)
	if err != nil {
		return "", permError("%v", err)
	}
	name = strings.TrimSuffix(name, ".")
	for len(name) > 253 {
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			break
		}
		name = rest
	}
	return name, nil
}

// countTerm: RFC 7208 4.6.4, ten terms with DNS and no more.
func (c *checker) countTerm(step *Step) *problem {
	c.count++
	if c.count > MaxLookups {
		step.Result = PermError
		c.note(*step)
		return permError("too many DNS look-ups: more than %d terms need them", MaxLookups)
	}
	return nil
}
