package config

import (
	"strconv"
	"strings"
)

// zoneCheck holds what the checks of one zone share.
type zoneCheck struct {
	*viewCheck
	zone    *node // the statement
	o       *node // its options
	text    string
	kind    zoneTypes
	word    string     // the type as written
	name    domainName // empty when the name is none
	policy  *node      // the dnssec-policy in force
	ddns    bool       // updates by message are allowed to somebody
	signing bool       // inline-signing yes
}

// scope is the zone's options, then the view's, then the server's.
func (z *zoneCheck) scope() scope { return scope{z.o, z.view, z.options} }

var zoneTypeByWord = []struct {
	word string
	kind zoneTypes
}{
	{"master", zonePrimary}, {"primary", zonePrimary}, {"slave", zoneSecondary}, {"secondary", zoneSecondary},
	{"mirror", zoneMirror}, {"stub", zoneStub}, {"static-stub", zoneStaticStub}, {"forward", zoneForward},
	{"hint", zoneHint}, {"delegation-only", zoneDelegation}, {"redirect", zoneRedirect},
}

// checkZone checks one zone: what it is, then its options in the order of named-checkconf.
func (v *viewCheck) checkZone(n *node) {
	z := &zoneCheck{viewCheck: v, zone: n, o: n.field("options"), text: n.field("name").str()}
	if !z.checkType() || !z.checkClass() {
		return
	}
	z.checkName()
	if z.kind == zoneInView {
		z.checkInView()
		return
	}
	z.checkNonZero(z.o)
	z.findPolicy()
	z.checkAllowed()
	for _, name := range []string{"allow-notify", "allow-transfer", "allow-update", "allow-update-forwarding"} {
		z.acls.checkACLOption(name, z.scope())
	}
	z.checkNotify()
	z.checkPrimaries()
	z.checkSourcePorts(scope{z.o, z.options}, "transfer-source", "transfer-source-v6", "notify-source", "notify-source-v6",
		"parental-source", "parental-source-v6")
	z.checkParents()
	if z.kind == zoneMirror && (z.class != "IN" || !z.recursive()) {
		z.fail(z.o, "zone '%s': mirror zones cannot be used if recursion is disabled", z.text)
	}
	if z.kind&zonesSigned != 0 {
		z.checkUpdates()
		z.checkSigning()
	}
	z.checkDialup()
	z.checkForwarding()
	z.checkStaticStub()
	z.checkKeyDirectory()
	z.checkOptions(z.o, levelZone)
	z.checkFile()
}

func (z *zoneCheck) checkType() bool {
	if z.o.get("in-view") != nil {
		z.kind = zoneInView
		return true
	}
	n := z.o.get("type")
	if n == nil {
		z.fail(z.zone, "zone '%s': type not present", z.text)
		return false
	}
	z.word = n.text
	for _, t := range zoneTypeByWord {
		if equalFold(t.word, z.word) {
			z.kind = t.kind
		}
	}
	if z.kind == zoneDelegation && !z.opts.NoDeprecated {
		z.note(n, "'type delegation-only' is deprecated")
	}
	if z.kind == zoneRedirect && z.text != "." {
		z.fail(z.zone, "redirect zones must be called \".\"")
		return false
	}
	return true
}

func (z *zoneCheck) checkClass() bool {
	n := z.zone.field("class")
	if !n.isString() {
		return true
	}
	class, ok := parseClass(n.text)
	switch {
	case !ok:
		z.fail(n, "zone '%s': invalid class %s", z.text, n.text)
	case class != z.class:
		z.fail(n, "zone '%s': class '%s' does not match view/default class", z.text, n.text)
	default:
		return true
	}
	return false
}

// checkName checks the name and that no other zone of the view has it. Case and a final dot make no difference.
func (z *zoneCheck) checkName() {
	name, err := parseName(z.text)
	if err != nil {
		z.fail(z.zone, "zone '%s': is not a valid name", z.text)
		return
	}
	z.name = name
	id := zoneID{name, 3}
	switch z.kind {
	case zoneHint:
		id.role = 1
	case zoneRedirect:
		id.role = 2
	}
	if first := z.zones[id]; first != nil {
		z.fail(z.zone, "zone '%s': already exists previous definition: %s", name.display(), first.pos)
	} else {
		z.zones[id] = z.zone
	}
	view := z.viewCheck.name
	if z.view == nil {
		view = "_default"
	}
	switch z.kind {
	case zoneInView:
		target := z.o.get("in-view")
		if !z.inView[string(name)+"/"+z.class+"/"+target.text] {
			z.fail(target, "'in-view' zone '%s' does not exist in view '%s', or view '%s' is not yet defined", z.text, target.text, target.text)
		}
	case zoneForward, zoneRedirect, zoneDelegation:
	default:
		z.inView[string(name)+"/"+z.class+"/"+view] = true
	}
}

func (z *zoneCheck) checkInView() {
	allowed := 1
	for _, name := range []string{"forward", "forwarders"} {
		if z.o.get(name) != nil {
			allowed++
		}
	}
	if len(z.o.block.clauses) > allowed {
		z.fail(z.zone, "zone '%s': 'in-view' used with incompatible zone options", z.text)
	}
}

// findPolicy finds the DNSSEC policy in force; the name none means none.
func (z *zoneCheck) findPolicy() {
	n := z.scope().get("dnssec-policy")
	if n == nil || n.text == "none" {
		return
	}
	known := n.text == "default" || n.text == "insecure"
	for _, def := range z.top.get("dnssec-policy").list() {
		known = known || def.field("name").str() == n.text
	}
	if !known {
		z.fail(z.zone, "zone '%s': option 'dnssec-policy %s' has no matching dnssec-policy config", z.text, n.text)
		return
	}
	z.policy = n
	if ttl := z.scope().get("max-zone-ttl"); ttl != nil {
		z.note(ttl, "zone '%s': option 'max-zone-ttl' is ignored when used together with 'dnssec-policy'", z.text)
	}
}

// checkAllowed checks each option against the zone's type.
func (z *zoneCheck) checkAllowed() {
	for _, set := range zoneMap.sets {
		for _, c := range set {
			if n := z.o.get(c.name); n != nil && c.zones&z.kind == 0 {
				z.failSoftly(n, "option '%s' is not allowed in '%s' zone '%s'", c.name, z.word, z.text)
			}
		}
	}
}

// checkForwarding checks forward and forwarders, and warns where a private reverse zone would fall back to the Internet.
func (z *zoneCheck) checkForwarding() {
	var global *node
	if z.name == "." {
		global = z.viewCheck.scope().get("forwarders")
	}
	z.checkForward(z.o, global)
	private := z.name.privateReverse()
	if z.kind != zoneForward || private == "" || z.o.get("forward") != nil {
		return
	}
	if n := z.viewCheck.scope().get("forward"); n == nil || equalFold(n.text, "first") {
		z.note(z.zone, "inherited 'forward first;' for %s zone '%s' - did you want 'forward only;'?", private, z.text)
	}
}

func (z *zoneCheck) checkStaticStub() {
	if z.kind != zoneStaticStub {
		return
	}
	for _, n := range z.o.get("server-addresses").list() {
		if n.addr.Zone() != "" {
			z.fail(n, "scoped address is not allowed for static stub server-addresses")
		}
	}
	for _, n := range z.o.get("server-names").list() {
		if z.name == "" {
			return
		}
		name, err := parseName(n.text)
		if err != nil {
			z.fail(z.zone, "server-name '%s' is not a valid name", n.text)
		} else if name.within(z.name) {
			z.fail(z.zone, "server-name '%s' must not be a subdomain of zone name '%s'", n.text, z.text)
		}
	}
}

// checkFile checks that the zone has its file, and that no file to be written is shared. Names that differ in case only
// count as one file.
func (z *zoneCheck) checkFile() {
	dlz, database, file := z.o.get("dlz"), z.o.get("database"), z.o.get("file")
	if dlz != nil && database != nil {
		z.fail(z.zone, "zone '%s': cannot specify both 'dlz' and 'database'", z.text)
		return
	}
	if dlz != nil || database != nil && database.text != "rbt" && database.text != "rbt64" {
		return
	}
	if file == nil {
		if z.kind&(zonePrimary|zoneHint) != 0 || z.kind == zoneSecondary && z.inlineSigning() {
			z.fail(z.zone, "zone '%s': missing 'file' entry", z.text)
		}
		return
	}
	writable := z.kind&(zoneSecondary|zoneMirror) != 0 || z.ddns || z.policy != nil
	if !writable && z.kind&(zonePrimary|zoneHint) == 0 {
		return
	}
	fold := lowerString(file.text)
	first, used := z.files[fold]
	switch {
	case !used:
		z.files[fold] = writeable{file, writable}
	case writable || first.writable:
		z.fail(file, "writeable file '%s': already in use: %s", file.text, first.at.pos)
	}
}

func (z *zoneCheck) inlineSigning() bool { n := z.o.get("inline-signing"); return n.isBool() && n.flag }

// privateReverse tells reverse zones of private addresses: rfc1918 (RFC 1918) or ula (RFC 4193), else nothing.
func (n domainName) privateReverse() string {
	for _, below := range []string{"c.f.ip6.arpa.", "d.f.ip6.arpa."} {
		if n.within(domainName(below)) {
			return "ula"
		}
	}
	if n.within("10.in-addr.arpa.") || n.within("168.192.in-addr.arpa.") {
		return "rfc1918"
	}
	for i := 16; i < 32; i++ {
		if n.within(domainName(strconv.Itoa(i) + ".172.in-addr.arpa.")) {
			return "rfc1918"
		}
	}
	return ""
}

// within reports whether n is zone or below it.
func (n domainName) within(zone domainName) bool {
	return n == zone || n != "" && (zone == "." || strings.HasSuffix(string(n), "."+string(zone)))
}
