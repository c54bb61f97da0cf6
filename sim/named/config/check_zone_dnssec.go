package config

import "io/fs"

// checkUpdates checks who may change a zone by message.
func (z *zoneCheck) checkUpdates() {
	policy := z.o.get("update-policy")
	if policy != nil {
		if z.o.get("allow-update") != nil {
			z.fail(policy, "zone '%s': 'allow-update' is ignored when 'update-policy' is present", z.text)
		} else {
			z.checkUpdatePolicy(policy)
		}
		z.ddns = true
		return
	}
	n := z.scope().get("allow-update")
	if n == nil {
		return
	}
	if !z.acls.expand(n) {
		z.fail(n, "acl expansion failed: %s", z.acls.fault)
		return
	}
	z.ddns = !isNoneList(n)
}

// checkSigning checks the options about signatures of a primary or secondary zone.
func (z *zoneCheck) checkSigning() {
	inline := z.o.get("inline-signing")
	z.signing = z.inlineSigning()
	if z.policy != nil {
		if !z.ddns && !z.signing {
			how := ""
			if z.kind == zonePrimary {
				how = " without a configured 'allow-update' or 'update-policy'"
			}
			z.fail(z.policy, "'inline-signing yes;' must also be configured explicitly for zones using dnssec-policy%s. "+
				"See https://kb.isc.org/docs/dnssec-policy-requires-dynamic-dns-or-inline-signing", how)
		}
		if z.ddns && inline == nil {
			z.note(z.zone, "'inline-signing' default changed to 'yes' in 9.20. Before upgrading, explicitly set "+
				"'inline-signing no;' to your dnssec-policy or zone configuration")
		}
	}
	z.checkAutoDNSSEC()
	if n := z.o.get("sig-signing-type"); n != nil && (n.num < 0xff00 || n.num > 0xffff) {
		z.fail(n, "sig-signing-type: %d out of range [%d..%d]", n.num, 0xff00, 0xffff)
	}
	for _, rule := range []struct {
		name              string
		needsInline, bare bool // in a secondary zone; not with a policy
	}{
		{"dnssec-dnskey-kskonly", true, true}, {"dnssec-secure-to-insecure", false, true},
		{"dnssec-loadkeys-interval", true, false}, {"update-check-ksk", true, true}, {"dnssec-update-mode", false, true},
	} {
		n := z.o.get(rule.name)
		if n != nil && rule.needsInline && z.kind == zoneSecondary && !z.signing {
			z.fail(n, "%s: requires inline-signing when used in secondary zone", rule.name)
		}
		if n != nil && rule.bare && z.policy != nil {
			z.fail(n, "%s: cannot be configured if dnssec-policy is also set", rule.name)
		}
	}
}

func (z *zoneCheck) checkAutoDNSSEC() {
	n := z.o.get("auto-dnssec")
	if n == nil {
		return
	}
	z.note(n, "'auto-dnssec' option is deprecated and will be removed in BIND 9.19. Please migrate to dnssec-policy")
	if equalFold(n.text, "off") {
		return
	}
	if !z.ddns && !z.signing && z.policy == nil {
		how := ""
		if z.kind == zonePrimary {
			how = " dynamic DNS or"
		}
		z.fail(n, "'auto-dnssec %s;' requires%s inline-signing to be configured for the zone", n.text, how)
	}
	if z.policy != nil {
		z.fail(n, "'auto-dnssec %s;' cannot be configured if dnssec-policy is also set", n.text)
	}
}

// checkKeyDirectory warns about a missing key directory, and refuses two policies for one zone's keys.
func (z *zoneCheck) checkKeyDirectory() {
	n := z.scope().get("key-directory")
	dir := "(null)"
	if n != nil {
		dir = n.text
		z.checkDirectory(n)
	}
	policy := z.scope().get("dnssec-policy")
	if z.name == "" || policy == nil || policy.text == "none" {
		return
	}
	id := lowerString(z.name.display() + "/" + dir)
	first := z.keyDirs[id]
	if first == nil {
		z.keyDirs[id] = z.zone
		return
	}
	other := first.field("options").get("dnssec-policy")
	if other == nil || other.text == "none" || other.text == policy.text {
		return
	}
	z.fail(z.zone, "key-directory '%s' already in use by zone %s with policy %s: %s", z.name.display()+"/"+dir,
		first.field("name").str(), other.text, first.pos)
}

func (z *zoneCheck) checkDirectory(n *node) {
	if z.opts.Disk.Stat == nil {
		return
	}
	info, err := z.opts.Disk.Stat(within(z.dir, n.text))
	switch {
	case err == nil && info.IsDir():
	case err == nil:
		z.note(n, "key-directory: '%s' is not a directory", n.text)
	case isNotExist(err):
		z.note(n, "key-directory: '%s' does not exist", n.text)
	default:
		z.failSoftly(n, "key-directory: '%s' %s", n.text, resultOf(err))
	}
}

func isNotExist(err error) bool { return resultOf(err) == errFileNotFound || err == fs.ErrNotExist }

// checkUpdatePolicy checks the rules of update-policy.
func (z *zoneCheck) checkUpdatePolicy(policy *node) {
	for _, rule := range policy.list() {
		identity, match, name := rule.field("identity"), lowerString(rule.field("matchtype").str()), rule.field("name")
		id, idErr := parseName(identity.text)
		if idErr != nil {
			z.fail(identity, "'%s' is not a valid name", identity.text)
		}
		target := "."
		if name.isString() {
			target = name.text
		}
		if idErr == nil {
			z.checkUpdateTarget(identity, name, id, match, target)
		}
		for _, t := range rule.field("types").list() {
			z.checkUpdateType(t)
		}
	}
}

// checkUpdateTarget checks the name of a rule, which for many kinds of rule is a mere placeholder.
func (z *zoneCheck) checkUpdateTarget(identity, n *node, id domainName, match, target string) {
	name, err := parseName(target)
	if err != nil {
		z.fail(n, "'%s' is not a valid name", target)
		return
	}
	if match == "wildcard" && (len(name) < 2 || name[:2] != "*.") {
		z.fail(identity, "'%s' is not a wildcard", target)
	}
	switch match {
	case "self", "selfsub", "selfwild":
		if id != name && name != "." {
			z.fail(identity, "identity and name fields are not the same")
		}
	case "krb5-self", "ms-self", "krb5-selfsub", "ms-selfsub", "tcp-self", "6to4-self":
		if name != "." {
			z.fail(identity, "name field not set to placeholder value '.'")
		}
	default:
		if isRRType(target) {
			z.fail(identity, "missing name field type '%s' found", target)
		}
	}
}

// checkUpdateType checks a record type with an optional count (ptr(1)).
func (z *zoneCheck) checkUpdateType(n *node) {
	name := n.text
	for i := range name {
		if name[i] != '(' {
			continue
		}
		count, rest := leadingUint(name[i+1:])
		if count > 0xffff || rest != ")" {
			z.fail(n, "'%s' is not a valid count", name[i:])
		}
		name = name[:i]
		break
	}
	if !isRRType(name) {
		z.fail(n, "'%s' is not a valid type", name)
	}
}
