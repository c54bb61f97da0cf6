package postfix

import (
	"strings"

	"mxlab/sim/mail"
)

// maxRecursion bounds restriction classes that name themselves.
const maxRecursion = 100

// SMTPD is the access policy of one smtpd service: its restriction lists and
// the tables and lists they use, opened once as at the daemon's start.
type SMTPD struct {
	cfg    *Config
	sys    *System
	router *Router

	builtin map[string]restrictionFunc
	lists   map[string][]Restriction // by parameter
	classes map[string][]Restriction
	tables  map[string]*Maps

	mynetworks              *MatchList
	permitMXNetworks        *MatchList
	recipientMaps           recipientMaps
	rblReplies, senderLogin *Maps
	accessParents           bool
	tempfail                map[string]bool // *_tempfail_action: defer_if_permit
}

// recipientMaps are the tables that say which recipients exist.
type recipientMaps struct {
	local, virtualAlias, virtualMailbox, relay     *Maps
	canonical, senderCanonical, recipientCanonical *Maps
}

func restrictionParameters() []string {
	return []string{"smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions",
		"smtpd_relay_restrictions", "smtpd_recipient_restrictions", "smtpd_etrn_restrictions",
		"smtpd_data_restrictions", "smtpd_end_of_data_restrictions"}
}

// NewSMTPD reads the policy of a service. A fatal message means that smtpd ends
// at once and master throttles it.
func NewSMTPD(cfg *Config, sys *System) (*SMTPD, []Diagnostic) {
	p := &SMTPD{cfg: cfg, sys: sys, router: NewRouter(cfg, sys), builtin: builtinRestrictions(), lists: map[string][]Restriction{},
		classes: map[string][]Restriction{}, tables: map[string]*Maps{}, tempfail: map[string]bool{}}
	p.mynetworks = sys.OpenList("mynetworks", cfg.Str("mynetworks"), cfg.ParentStyle("mynetworks"))
	p.permitMXNetworks = sys.OpenList("permit_mx_backup_networks", cfg.Str("permit_mx_backup_networks"), cfg.ParentStyle("permit_mx_backup_networks"))
	p.accessParents = cfg.ParentStyle("smtpd_access_maps")
	open := func(param string) *Maps { return sys.OpenMaps(param, cfg.Str(param)) }
	p.recipientMaps = recipientMaps{
		local: open("local_recipient_maps"), virtualAlias: open("virtual_alias_maps"),
		virtualMailbox: open("virtual_mailbox_maps"), relay: open("relay_recipient_maps"), canonical: open("canonical_maps"),
		senderCanonical: open("sender_canonical_maps"), recipientCanonical: open("recipient_canonical_maps")}
	p.rblReplies, p.senderLogin = open("rbl_reply_maps"), open("smtpd_sender_login_maps")
	for _, param := range restrictionParameters() {
		p.lists[param] = p.parse(param)
	}
	var diags []Diagnostic
	for _, name := range cfg.List("smtpd_restriction_classes") {
		if cfg.Str(name) == "" {
			return p, append(diags, fatalf("restriction class `%s' needs a definition", name))
		}
		p.classes[name] = p.parse(name)
	}
	p.classes["reject_sender_login_mismatch"] = ParseRestrictions("reject_sender_login_mismatch",
		"reject_authenticated_sender_login_mismatch reject_unauthenticated_sender_login_mismatch", 0)
	for _, param := range restrictionParameters() {
		for _, r := range p.lists[param] {
			if argumentOf(r.key()) == argServer && r.Arg != "" && !strings.Contains(r.Arg, ":") {
				return p, append(diags, fatalf("need service transport:endpoint instead of \"%s\"", r.Arg))
			}
		}
	}
	if !hasRequired(p.lists["smtpd_recipient_restrictions"], p.classes, 0) && !hasRequired(p.lists["smtpd_relay_restrictions"], p.classes, 0) {
		return p, append(diags, openRelay())
	}
	for _, param := range []string{"unknown_helo_hostname_tempfail_action", "unknown_address_tempfail_action",
		"unverified_recipient_tempfail_action", "unverified_sender_tempfail_action"} {
		switch v := cfg.Str(param); v {
		case "defer", "defer_if_permit":
			p.tempfail[param] = v == "defer_if_permit"
		default:
			return p, append(diags, fatalf("bad configuration: %s = %s", param, v))
		}
	}
	return p, diags
}

// parse reads a restriction list and opens its tables.
func (p *SMTPD) parse(param string) []Restriction {
	line := 0
	if p.cfg.Main != nil {
		if e, ok := p.cfg.Main.Lookup(param); ok {
			line = e.Line
		}
	}
	list := ParseRestrictions(param, p.cfg.Str(param), line)
	for _, r := range list {
		if strings.Contains(r.Arg, ":") && (r.Name == "" || argumentOf(r.key()) == argTable) {
			p.table(r.Arg)
		}
	}
	return list
}

func (p *SMTPD) table(spec string) *Maps {
	m, ok := p.tables[spec]
	if !ok {
		m = p.sys.OpenMaps(spec, spec)
		p.tables[spec] = m
	}
	return m
}

// Router is the address router the policy uses.
func (p *SMTPD) Router() *Router { return p.router }

// CheckAddress reports whether smtpd takes an envelope address: "501 5.1.7" or
// "501 5.1.3" otherwise. The null address is fine here.
func (p *SMTPD) CheckAddress(a mail.Address) bool {
	return a.IsNull() || !p.router.ResolveEnvelope("", a.Internal()).Invalid
}

// NetworkList is the mynetworks list, for explanations.
func (p *SMTPD) NetworkList() *MatchList { return p.mynetworks }
