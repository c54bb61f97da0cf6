package postfix

import (
	"strings"

	"mxlab/sim/mail"
)

// Class is the address class of a recipient domain (ADDRESS_CLASS_README).
type Class int

// Address classes.
const (
	ClassDefault Class = iota
	ClassLocal
	ClassVirtualAlias
	ClassVirtualMailbox
	ClassRelay
)

// String names the class as Postfix's documents do.
func (c Class) String() string {
	return [...]string{"default", "local", "virtual alias", "virtual mailbox", "relay"}[c]
}

// Final reports whether mail for the class ends on this machine.
func (c Class) Final() bool {
	return c == ClassLocal || c == ClassVirtualAlias || c == ClassVirtualMailbox
}

// Resolution is where an address goes: what trivial-rewrite answers.
type Resolution struct {
	Recipient string // always user@domain
	Transport string // service in master.cf
	Nexthop   string // "example.com", "[192.0.2.1]:587"; the reason for transport error
	Class     Class
	Routed    bool   // the local part names another hop (a%b, a!b, "a@b")
	Invalid   bool   // bad address: 501 5.1.3
	Failed    bool   // a table did not answer: try later
	DecidedBy string // parameter that gave the transport or nexthop
}

// Router decides address classes, transports and next hops as trivial-rewrite
// does. Make one for each reading of the configuration.
type Router struct {
	cfg        *Config
	sys        *System
	delimiters string

	mydestination, virtualAliasDomains *MatchList
	virtualMailboxDomains, relayDomain *MatchList
	transport, relocated               *Maps
	senderTransport, senderRelayhost   *Maps
}

// NewRouter opens the lists and tables the configuration names.
func NewRouter(cfg *Config, sys *System) *Router {
	r := &Router{cfg: cfg, sys: sys, delimiters: cfg.Str("recipient_delimiter")}
	list := func(param string) *MatchList {
		return sys.OpenList(param, cfg.Str(param), cfg.ParentStyle(param))
	}
	r.mydestination = list("mydestination")
	r.virtualAliasDomains = list("virtual_alias_domains")
	r.virtualMailboxDomains = list("virtual_mailbox_domains")
	r.relayDomain = list("relay_domains")
	r.transport = sys.OpenMaps("transport_maps", cfg.Str("transport_maps"))
	r.relocated = sys.OpenMaps("relocated_maps", cfg.Str("relocated_maps"))
	r.senderTransport = sys.OpenMaps("sender_dependent_default_transport_maps", cfg.Str("sender_dependent_default_transport_maps"))
	r.senderRelayhost = sys.OpenMaps("sender_dependent_relayhost_maps", cfg.Str("sender_dependent_relayhost_maps"))
	return r
}

// origin is $myorigin; a file name stands for the file's first line (Debian).
func (r *Router) origin() string { return r.cfg.Origin() }

// Origin returns $myorigin, read from its file when it is a path, as Debian's
// Postfix does.
func (c *Config) Origin() string {
	v := c.Str("myorigin")
	if !strings.HasPrefix(v, "/") || c.Host.ReadFile == nil {
		return v
	}
	data, err := c.Host.ReadFile(v)
	if err != nil {
		return v
	}
	for _, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return line
		}
	}
	return v
}

// IsLocal reports whether a domain is delivered here: it matches mydestination,
// or is an address literal of an interface Postfix listens on.
func (r *Router) IsLocal(domain string) (bool, error) {
	domain = strings.ToLower(domain)
	if strings.HasSuffix(domain, ".") && !strings.HasSuffix(domain, "..") {
		domain = domain[:len(domain)-1]
	}
	if ok, err := r.mydestination.MatchString(domain); ok || err != nil {
		return ok, err
	}
	ip, ok := mail.ParseLiteral(domain)
	if !ok {
		return false, nil
	}
	for _, own := range r.cfg.OwnAddresses() {
		if own == ip {
			return true, nil
		}
	}
	for _, w := range r.cfg.List("proxy_interfaces") {
		if w == ip.String() {
			return true, nil
		}
	}
	return false, nil
}

// ResolveEnvelope is Resolve for an address as a client sent it: it is first
// brought to standard form, as smtpd does.
func (r *Router) ResolveEnvelope(sender, address string) Resolution {
	return r.Resolve(sender, r.Rewrite(address, true))
}

// Resolve decides where mail from sender to address goes (internal forms).
func (r *Router) Resolve(sender, address string) Resolution {
	recipient, local, failed := r.stripLocal(address)
	res := Resolution{Recipient: recipient, Failed: failed}
	if failed {
		return res
	}
	_, domain := mail.SplitAddress(recipient)
	if !r.validDomain(domain) || strings.HasPrefix(recipient, "-") && !r.cfg.Bool("allow_min_user") {
		res.Invalid = true
		return res
	}
	// Anything after the first routing character must be the domain itself.
	if i := strings.IndexAny(recipient, "@!%"); recipient[i+1:] != domain {
		res.Routed = true
	}
	if local {
		r.warnLocalTwice(domain)
		res.setTransport(r.cfg.Str("local_transport"), domain, "local_transport")
		res.Class = ClassLocal
	} else if !r.classify(&res, sender, domain) {
		res.Failed = true
		return res
	}
	r.applyTransportMaps(&res, domain)
	r.applyRelocated(&res)
	return res
}

func (r *Router) validDomain(domain string) bool {
	if strings.HasPrefix(domain, "[") {
		_, ok := mail.ParseLiteral(domain)
		return ok
	}
	return mail.ValidHostname(domain)
}

// setTransport reads "transport:nexthop"; without nexthop the given one stays.
func (res *Resolution) setTransport(spec, nexthop, param string) {
	name, hop, _ := strings.Cut(spec, ":")
	res.Transport, res.Nexthop, res.DecidedBy = name, nexthop, param
	if hop != "" {
		res.Nexthop = hop
	}
}

// stripLocal takes our own domains off the address until a foreign one or a
// plain name is left: user%other@here is user@other, "user@other"@here too.
func (r *Router) stripLocal(address string) (recipient string, local, failed bool) {
	addr, saved := address, ""
	hadDomain := false
	for round := 0; round <= len(address)+100; round++ {
		if strings.Contains(addr, "@") {
			addr = dropFinalDot(addr)
		}
		if strings.HasSuffix(addr, "@") && r.cfg.Bool("resolve_null_domain") {
			addr = addr[:len(addr)-1]
		}
		if i := strings.LastIndexByte(addr, '@'); i >= 0 {
			domain := addr[i+1:]
			if domain == "" && i > 0 { // "user@" left after our domain was taken off
				return addr, false, false
			}
			if domain != "" {
				ours, err := r.IsLocal(domain)
				if err != nil {
					return addr, false, true
				}
				if !ours {
					return addr, false, false
				}
			}
			addr, saved, hadDomain = addr[:i], domain, true
		}
		if r.hasRouting(addr) {
			addr = r.Rewrite(addr, true)
			continue
		}
		if addr == "" {
			addr = r.cfg.Str("empty_address_recipient")
			continue
		}
		if !hadDomain {
			addr += "@" + r.cfg.Str("myhostname")
			continue
		}
		if saved == "" {
			saved = r.cfg.Str("myhostname")
		}
		return addr + "@" + saved, true, false
	}
	r.sys.log(warnf("resolve_addr: <%s>: giving up after %d iterations", address, len(address)+100))
	return addr, false, true
}

func (r *Router) hasRouting(local string) bool {
	return strings.Contains(local, "@") ||
		strings.Contains(local, "!") && r.cfg.Bool("swap_bangpath") ||
		strings.Contains(local, "%") && r.cfg.Bool("allow_percent_hack")
}

// IsRelay reports whether mail for a domain is relayed: relay_domains and its
// subdomains.
func (r *Router) IsRelay(domain string) (bool, error) { return r.relayDomain.MatchDomain(domain) }
