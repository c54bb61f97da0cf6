package postfix

import (
	"slices"
	"strings"

	"mxlab/sim/mail"
)

// Cleanup rewrites envelopes as cleanup(8) does: canonical maps for senders and
// recipients, then virtual aliases for recipients.
type Cleanup struct {
	cfg    *Config
	sys    *System
	router *Router

	canonical, senderCanonical, recipientCanonical *Maps
	virtualAlias                                   *Maps
}

// NewCleanup opens the tables.
func NewCleanup(cfg *Config, sys *System, router *Router) *Cleanup {
	open := func(param string) *Maps { return sys.OpenMaps(param, cfg.Str(param)) }
	return &Cleanup{cfg, sys, router, open("canonical_maps"), open("sender_canonical_maps"), open("recipient_canonical_maps"), open("virtual_alias_maps")}
}

// Sender returns the rewritten envelope sender; the null sender stays. An error
// means that a table did not answer: the message is refused for now
// ("451 4.3.0 Error: queue file write error").
func (c *Cleanup) Sender(sender string) (string, error) {
	if sender == "" {
		return "", nil
	}
	return c.mapped(c.router.Rewrite(sender, true), "envelope_sender", c.senderCanonical, c.canonical)
}

// mapped applies canonical tables, one after the other, each at most until it
// maps an address to itself.
func (c *Cleanup) mapped(addr, class string, tables ...*Maps) (string, error) {
	for _, m := range tables {
		classes := "canonical_classes"
		if m != c.canonical {
			classes = strings.TrimSuffix(m.Title, "_maps") + "_classes"
		}
		if m.Empty() || !slices.Contains(c.cfg.List(classes), class) && knownParameter(classes) {
			continue
		}
		for round := 0; round < maxExpansion; round++ {
			value, ext, found, err := c.router.FindAddress(m, addr, FindAddressTables)
			if err != nil {
				c.sys.log(warnf("%s lookup problem for %s", m.Title, addr))
				return addr, err
			}
			if !found {
				break
			}
			next := c.result(value, addr, ext, "canonical")
			if len(next) != 1 || strings.EqualFold(next[0], addr) {
				break
			}
			addr = next[0]
		}
	}
	return addr, nil
}

func knownParameter(name string) bool {
	_, ok := LookupParameter(name)
	return ok
}

// Recipients returns the addresses a recipient stands for, in order and without
// repeats, and how they were found. A loop is reported and the address kept.
func (c *Cleanup) Recipients(recipient string) ([]string, []Expansion, error) {
	addr := c.router.Rewrite(recipient, true)
	addr, err := c.mapped(addr, "envelope_recipient", c.recipientCanonical, c.canonical)
	if err != nil {
		return nil, nil, err
	}
	if c.virtualAlias.Empty() {
		return []string{addr}, nil, nil
	}
	return c.aliases(addr)
}

// aliases: each address is looked up; its results are looked up in turn, until
// an address is not listed or maps to itself (virtual(5)).
func (c *Cleanup) aliases(start string) (out []string, how []Expansion, err error) {
	limit := int(c.cfg.Int("virtual_alias_expansion_limit"))
	depth := map[string]int{strings.ToLower(start): 0}
	for pending := []string{start}; len(pending) > 0; {
		addr := pending[0]
		pending = pending[1:]
		value, ext, found, err := c.router.FindAddress(c.virtualAlias, addr, FindAddressTables)
		if err != nil {
			c.sys.log(warnf("virtual_alias_maps map lookup problem for %s -- message not accepted, try again later", start))
			return nil, nil, err
		}
		if !found {
			out = appendOnce(out, addr)
			continue
		}
		how = append(how, Expansion{"virtual_alias_maps", addr, value})
		if len(how) > limit {
			c.sys.log(warnf("unreasonable virtual_alias_maps map expansion size for %s -- message not accepted, try again later", start))
			return nil, how, ErrTable
		}
		var next []string
		for _, to := range c.result(value, addr, ext, "virtual") {
			if strings.EqualFold(to, addr) {
				out = appendOnce(out, to)
				continue
			}
			if d, seen := depth[strings.ToLower(to)]; seen {
				if d < depth[strings.ToLower(addr)] { // back to where it came from
					c.sys.log(warnf("unreasonable virtual_alias_maps map nesting for %s -- message not accepted, try again later", start))
					return nil, how, ErrTable
				}
				continue
			}
			depth[strings.ToLower(to)] = depth[strings.ToLower(addr)] + 1
			next = append(next, to)
		}
		pending = append(next, pending...)
	}
	return out, how, nil
}

func appendOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// result reads a right-hand side: addresses, or "@domain" for "same user at".
// feature names the list in propagate_unmatched_extensions.
func (c *Cleanup) result(value, from, ext, feature string) []string {
	local, _ := mail.SplitAddress(from)
	if ext != "" {
		local = strings.TrimSuffix(local, ext)
	}
	propagate := ext != "" && slices.Contains(c.cfg.List("propagate_unmatched_extensions"), feature)
	var out []string
	for _, it := range parseRecipients(value) {
		to := it.text
		if strings.HasPrefix(to, "@") {
			to = local + to
		}
		to = c.router.Rewrite(to, true)
		if propagate {
			l, d := mail.SplitAddress(to)
			to = mail.Address{Local: l + ext, Domain: d}.Internal()
		}
		out = append(out, to)
	}
	return out
}
