package config

import (
	"net/netip"
	"time"
)

// ZoneType is a zone's type under its present name.
type ZoneType string

const (
	Primary        ZoneType = "primary"
	Secondary      ZoneType = "secondary"
	Mirror         ZoneType = "mirror"
	Hint           ZoneType = "hint"
	Stub           ZoneType = "stub"
	StaticStub     ZoneType = "static-stub"
	Forward        ZoneType = "forward"
	Redirect       ZoneType = "redirect"
	DelegationOnly ZoneType = "delegation-only"
	InView         ZoneType = "in-view" // defined in another view
)

// Zone is one zone with its effective options.
type Zone struct {
	Name     string // canonical: lower case with the final dot
	Text     string // the name as it is written
	Class    string
	Type     ZoneType
	TypeWord string // the type as it is written (master, primary)
	InView   string // of type InView: the other view
	Pos      Pos

	File     Setting[string] // empty: none
	Journal  Setting[string] // empty: the file's name with .jnl
	Database Setting[string] // empty: the usual one
	Format   Setting[string] // text or raw

	Primaries       ServerList
	AlsoNotify      ServerList
	ServerAddresses []netip.Addr // of type StaticStub
	ServerNames     []string
	Forward         Setting[string] // first or only; empty without forwarders
	Forwarders      ServerList      // Set and empty: never forward below this name

	AllowQuery            *ACL
	AllowQueryOn          *ACL
	AllowTransfer         *ACL
	AllowUpdate           *ACL
	AllowUpdateForwarding *ACL
	AllowNotify           *ACL // beside the primaries
	UpdatePolicy          []UpdateRule
	UpdatePolicyLocal     bool

	Notify           Setting[string] // yes, no, explicit, primary-only
	NotifyDelay      Setting[time.Duration]
	NotifyToSOA      Setting[bool]
	NotifySource     Setting[netip.AddrPort]
	NotifySourceV6   Setting[netip.AddrPort]
	TransferSource   Setting[netip.AddrPort]
	TransferSourceV6 Setting[netip.AddrPort]
	RequestIXFR      Setting[bool]
	ProvideIXFR      Setting[bool]
	MaxIXFRRatio     Setting[uint32] // percent of the zone's size a client's steps may have, 0: no limit
	// IXFRFromDifferences: changes of the zone's file, or by AXFR, go to the journal.
	IXFRFromDifferences Setting[bool]
	TryTCPRefresh       Setting[bool]
	MultiMaster         Setting[bool]

	MinRefresh         Setting[time.Duration]
	MaxRefresh         Setting[time.Duration]
	MinRetry           Setting[time.Duration]
	MaxRetry           Setting[time.Duration]
	MaxTransferTimeIn  Setting[time.Duration]
	MaxTransferTimeOut Setting[time.Duration]
	MaxTransferIdleIn  Setting[time.Duration]
	MaxTransferIdleOut Setting[time.Duration]

	Checks       ZoneChecks
	MaxZoneTTL   Setting[time.Duration] // with Default or Unlimited: no limit
	MaxRecords   Setting[uint32]
	Statistics   Setting[string] // full, terse, none
	SerialUpdate Setting[string] // increment, unixtime, date
	ZeroNoSOATTL Setting[bool]
	DNSSECPolicy Setting[string] // none when there is none
	InlineSign   Setting[bool]

	classWord string // as written, empty when not
	dlz       bool   // the data come from a DLZ module
}

// ZoneChecks are the checks done while a zone is loaded: fail, warn or ignore, and yes or no.
type ZoneChecks struct {
	Names, DupRecords, MX, MXCname, SRVCname, SPF Setting[string]
	Integrity, Sibling, Wildcard                  Setting[bool]
}

// UpdateRule is one rule of update-policy.
type UpdateRule struct {
	Grant    bool
	Identity string
	Match    string
	Name     string // empty: of the rule's kind
	Types    []string
	Pos      Pos
}

func (b *builder) zone(n *node, class string, outer scope) *Zone {
	own := n.field("options")
	s := append(scope{own}, outer...)
	in := scope{own}
	z := &Zone{Text: n.field("name").str(), Class: className(n.field("class"), class), Pos: n.pos}
	z.Name = keyName(z.Text)
	z.classWord = n.field("class").str()
	z.dlz = own.get("dlz") != nil
	if v := own.get("in-view"); v != nil {
		z.Type, z.InView = InView, v.text
		return z
	}
	z.TypeWord = own.get("type").str()
	z.Type = zoneTypeOf(z.TypeWord)
	z.File, z.Journal, z.Database = in.text("file", ""), in.text("journal", ""), in.text("database", "")
	z.Format = s.word("masterfile-format", "text")
	primaries := own.get("primaries")
	if primaries == nil {
		primaries = own.get("masters")
	}
	z.Primaries = b.remotes.resolve(primaries, "primaries", "masters")
	z.AlsoNotify = b.remotes.resolve(s.get("also-notify"), "primaries", "masters")
	for _, a := range own.get("server-addresses").list() {
		z.ServerAddresses = append(z.ServerAddresses, a.addr)
	}
	for _, name := range own.get("server-names").list() {
		z.ServerNames = append(z.ServerNames, keyName(name.text))
	}
	z.Forwarders = b.remotes.resolve(own.get("forwarders"))
	if z.Forwarders.Set && len(z.Forwarders.Servers) > 0 {
		z.Forward = in.word("forward", "first")
	}
	b.zoneAccess(z, s, in)
	zoneTransfers(z, s)
	zoneContents(z, s)
	return z
}

func zoneTypeOf(word string) ZoneType {
	switch t := lowerString(word); t {
	case "master":
		return Primary
	case "slave":
		return Secondary
	default:
		return ZoneType(t)
	}
}

func (b *builder) zoneAccess(z *Zone, s, in scope) {
	z.AllowQuery = b.acls.optionOr(s, "allow-query", anyACL)
	z.AllowQueryOn = b.acls.optionOr(s, "allow-query-on", anyACL)
	z.AllowTransfer = b.acls.optionOr(s, "allow-transfer", anyACL)
	z.AllowUpdate = b.acls.optionOr(s, "allow-update", noneACL)
	z.AllowUpdateForwarding = b.acls.optionOr(s, "allow-update-forwarding", noneACL)
	z.AllowNotify = b.acls.optionOr(s, "allow-notify", noneACL)
	policy := in.get("update-policy")
	z.UpdatePolicyLocal = policy.isString()
	for _, item := range policy.list() {
		r := UpdateRule{Grant: equalFold(item.field("mode").str(), "grant"), Identity: keyName(item.field("identity").str()),
			Match: lowerString(item.field("matchtype").str()), Pos: item.pos}
		if name := item.field("name"); name.isString() {
			r.Name = keyName(name.text)
		}
		for _, t := range item.field("types").list() {
			r.Types = append(r.Types, upperString(t.text))
		}
		z.UpdatePolicy = append(z.UpdatePolicy, r)
	}
}

func zoneTransfers(z *Zone, s scope) {
	z.Notify = s.word("notify", "yes")
	if z.Notify.Value == "master-only" {
		z.Notify.Value = "primary-only"
	}
	z.NotifyDelay = s.span("notify-delay", 5, time.Second)
	z.NotifyToSOA = s.bool("notify-to-soa", false)
	z.NotifySource = s.socket("notify-source", netip.IPv4Unspecified())
	z.NotifySourceV6 = s.socket("notify-source-v6", netip.IPv6Unspecified())
	z.TransferSource = s.socket("transfer-source", netip.IPv4Unspecified())
	z.TransferSourceV6 = s.socket("transfer-source-v6", netip.IPv6Unspecified())
	z.RequestIXFR = s.bool("request-ixfr", true)
	z.ProvideIXFR = s.bool("provide-ixfr", true)
	z.MaxIXFRRatio = Setting[uint32]{Value: 100}
	if n := s.get("max-ixfr-ratio"); n != nil && n.kind == nodePercent {
		z.MaxIXFRRatio = Setting[uint32]{uint32(n.num), n.pos}
	} else if n != nil {
		z.MaxIXFRRatio = Setting[uint32]{0, n.pos}
	}
	z.IXFRFromDifferences = ixfrFromDifferences(z, s)
	z.TryTCPRefresh = s.bool("try-tcp-refresh", true)
	z.MultiMaster = s.bool("multi-master", false)
	z.MinRefresh = s.span("min-refresh-time", 300, time.Second)
	z.MaxRefresh = s.span("max-refresh-time", 2419200, time.Second)
	z.MinRetry = s.span("min-retry-time", 500, time.Second)
	z.MaxRetry = s.span("max-retry-time", 1209600, time.Second)
	z.MaxTransferTimeIn = s.span("max-transfer-time-in", 120, time.Minute)
	z.MaxTransferTimeOut = s.span("max-transfer-time-out", 120, time.Minute)
	z.MaxTransferIdleIn = s.span("max-transfer-idle-in", 60, time.Minute)
	z.MaxTransferIdleOut = s.span("max-transfer-idle-out", 60, time.Minute)
}

// ixfrFromDifferences is yes or no, or the role of the zones it holds for.
func ixfrFromDifferences(z *Zone, s scope) Setting[bool] {
	w := s.word("ixfr-from-differences", "no")
	on := w.Value == "yes"
	switch w.Value {
	case "primary", "master":
		on = z.Type == Primary
	case "secondary", "slave":
		on = z.Type == Secondary || z.Type == Mirror
	}
	return Setting[bool]{on, w.Pos}
}

func zoneContents(z *Zone, s scope) {
	role, mode := "primary", "fail"
	if z.Type == Secondary || z.Type == Mirror || z.Type == Stub {
		role, mode = "secondary", "warn"
	}
	z.Checks = ZoneChecks{
		Names:      checkNamesFor(s, mode, role),
		DupRecords: s.word("check-dup-records", "warn"),
		MX:         s.word("check-mx", "warn"),
		MXCname:    s.word("check-mx-cname", "warn"),
		SRVCname:   s.word("check-srv-cname", "warn"),
		SPF:        s.word("check-spf", "warn"),
		Integrity:  s.bool("check-integrity", true),
		Sibling:    s.bool("check-sibling", true),
		Wildcard:   s.bool("check-wildcard", true),
	}
	z.MaxZoneTTL = s.duration("max-zone-ttl", 0)
	z.MaxRecords = s.uint("max-records", 0)
	z.Statistics = s.word("zone-statistics", "terse")
	switch z.Statistics.Value {
	case "yes":
		z.Statistics.Value = "full"
	case "no":
		z.Statistics.Value = "none"
	}
	z.SerialUpdate = s.word("serial-update-method", "increment")
	z.ZeroNoSOATTL = s.bool("zero-no-soa-ttl", true)
	z.DNSSECPolicy = s.text("dnssec-policy", "none")
	z.InlineSign = s.bool("inline-signing", false)
}

// checkNamesFor finds the mode of check-names: in a zone a plain mode, outside one with the role it is for. The old
// names of the roles count as well.
func checkNamesFor(s scope, otherwise, role string) Setting[string] {
	for _, n := range s {
		v := n.get("check-names")
		if v.isString() {
			return Setting[string]{lowerString(v.text), v.pos}
		}
		for _, item := range v.list() {
			r := lowerString(item.field("type").str())
			if r == role || r == "master" && role == "primary" || r == "slave" && role == "secondary" {
				return Setting[string]{lowerString(item.field("mode").str()), item.pos}
			}
		}
	}
	return Setting[string]{Value: otherwise}
}
