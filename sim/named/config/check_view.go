package config

import "strings"

// viewCheck holds what the checks of one view share.
type viewCheck struct {
	*checker
	view  *node  // the view's options, nil without views
	name  string // empty without views
	class string
	zones map[zoneID]*node
	acls  *aclExpander
}

// zoneID is what must be unique among the zones of a view: a hint and a redirect zone may have the name of another.
type zoneID struct {
	name domainName
	role byte // 1 hint, 2 redirect, 3 the rest
}

// scope is the view's options, then the server's.
func (v *viewCheck) scope() scope { return scope{v.view, v.options} }

// nearest is the view's options if there is a view, otherwise the server's, which may be missing.
func (v *viewCheck) nearest() *node {
	if v.view != nil {
		return v.view
	}
	return v.options
}

// checkView checks one view, or the whole server when it has none.
func (c *checker) checkView(view *node, name, class string) {
	v := &viewCheck{checker: c, view: view, name: name, class: class, zones: map[zoneID]*node{}, acls: c.expander()}
	if class != "IN" && v.recursive() && v.nearest() != nil {
		c.note(v.nearest(), "recursion will be disabled for non-IN view '%s'", name)
	}
	statements := view
	if view == nil {
		statements = c.top
	}
	for _, z := range statements.get("zone").list() {
		v.checkZone(z)
	}
	if near := v.nearest(); near != nil {
		v.checkListedZones("response-policy zone", near.get("response-policy"), true)
		v.checkListedZones("catalog zone", near.get("catalog-zones"), false)
		v.checkCatalog(near.get("catalog-zones"))
		c.checkForward(near, nil)
	}
	for _, o := range []*node{c.options, view} {
		c.checkNonZero(o)
	}
	if near := v.nearest(); near != nil {
		c.checkDualStack(near)
		c.checkOrder(near)
	}
	keys := map[domainName]*node{}
	if !c.checkKeys(c.top.get("key").list(), keys) || !c.checkKeys(view.get("key").list(), keys) {
		return
	}
	c.checkServers(view, keys)
	v.checkAnchors()
	if view != nil {
		c.checkOptions(view, levelView)
	} else {
		c.checkOptions(c.top, levelTop)
	}
	v.checkDnstap()
	v.checkViewACLs()
	v.checkRecursionACLs()
	v.checkDNS64()
	v.checkRateLimit()
	for _, n := range statements.get("plugin").list() {
		v.checkPlugin(n)
	}
}

// pluginDirectory holds the plugins of Debian's build.
const pluginDirectory = "/usr/lib/x86_64-linux-gnu/bind/"

// checkPlugin checks that a plugin's module is there; what the module makes of its parameters is not known here.
func (v *viewCheck) checkPlugin(n *node) {
	path := n.field("library").str()
	if !strings.Contains(path, "/") {
		path = pluginDirectory + path
	}
	if v.opts.NoPlugins || v.opts.Disk.Stat == nil {
		return
	}
	if _, err := v.opts.Disk.Stat(within(v.dir, path)); err != nil {
		v.fail(n.field("parameters"), "%s: plugin check failed: %s", path, errFailure)
	}
}

// recursive reports whether the options leave recursion on for anybody.
func (v *viewCheck) recursive() bool {
	if n := v.scope().get("recursion"); n.isBool() && !n.flag {
		return false
	}
	n := v.scope().get("allow-recursion")
	if n == nil {
		return true
	}
	return !v.acls.expand(n) || !isNoneList(n)
}

func (v *viewCheck) checkDnstap() {
	if v.options.get("dnstap-output") != nil {
		return
	}
	if n := v.scope().get("dnstap"); n != nil {
		v.fail(n, "'dnstap-output' must be set if 'dnstap' is set")
	}
}

func (v *viewCheck) checkViewACLs() {
	for _, name := range []string{"allow-query", "allow-query-on", "allow-query-cache", "allow-query-cache-on", "blackhole",
		"keep-response-order", "match-clients", "match-destinations", "sortlist"} {
		v.acls.expand(v.scope().get(name))
	}
}

// checkRecursionACLs warns about lists of who may recurse where nobody may.
func (v *viewCheck) checkRecursionACLs() {
	recursion := v.scope().bool("recursion", true).Value
	where := ""
	if v.name != "" || v.view != nil {
		where = " for view " + v.name
	}
	for _, name := range []string{"allow-recursion", "allow-recursion-on"} {
		n := v.scope().get(name)
		if n == nil || !v.acls.expand(n) {
			continue
		}
		if !recursion && !isNoneList(n) {
			v.note(n, "both \"recursion no;\" and \"%s\" active%s", name, where)
		}
	}
}

// checkForward checks that forward comes with forwarders. global is the forwarders of the view or server when the zone
// is the root, which must not have its own then.
func (c *checker) checkForward(o, global *node) {
	forward, forwarders := o.get("forward"), o.get("forwarders")
	switch {
	case forwarders != nil && global != nil:
		c.fail(forwarders, "forwarders declared in root zone and in general configuration: %s", global.pos)
	case forward != nil && forwarders == nil:
		c.fail(forward, "no matching 'forwarders' statement")
	}
}

func (c *checker) checkNonZero(o *node) {
	for _, name := range []string{"max-retry-time", "min-retry-time", "max-refresh-time", "min-refresh-time"} {
		if n := o.get(name); n != nil && n.num == 0 {
			c.fail(n, "'%s' must not be zero", name)
		}
	}
}

func (c *checker) checkDualStack(o *node) {
	n := o.get("dual-stack-servers")
	if n == nil {
		return
	}
	c.checkPortRange(n.field("port"))
	for _, item := range n.field("addresses").list() {
		if item.isAddr() {
			continue
		}
		name := item.field("name")
		if _, err := parseName(name.text); err != nil {
			c.fail(name, "bad name '%s'", name.text)
		}
		c.checkPortRange(item.field("port"))
	}
}

func (c *checker) checkPortRange(n *node) {
	if n.isUint() && n.num > 65535 {
		c.fail(n, "port '%d' out of range", n.num)
	}
}

// checkOrder checks rrset-order.
func (c *checker) checkOrder(o *node) {
	for _, rule := range o.get("rrset-order").list() {
		if n := rule.field("class"); n.isString() {
			if _, ok := parseClass(n.text); !ok {
				c.fail(n, "rrset-order: invalid class '%s'", n.text)
			}
		}
		if n := rule.field("type"); n.isString() && !isRRType(n.text) {
			c.fail(n, "rrset-order: invalid type '%s'", n.text)
		}
		if n := rule.field("name"); n.isString() {
			if _, err := parseName(n.text); err != nil {
				c.fail(n, "rrset-order: invalid name '%s'", n.text)
			}
		}
		if !equalFold(rule.field("order").str(), "order") {
			c.fail(rule, "rrset-order: keyword 'order' missing")
		}
		switch n := rule.field("ordering"); {
		case equalFold(n.text, "fixed"):
			c.note(n, "rrset-order: order 'fixed' was disabled at compilation time")
		case !isWord(n.text, []string{"random", "cyclic", "none"}):
			c.fail(n, "rrset-order: invalid order '%s'", n.text)
		}
	}
}

// checkListedZones checks that the zones of response-policy and catalog-zones are there.
func (v *viewCheck) checkListedZones(what string, n *node, limited bool) {
	where := ""
	if v.view != nil {
		where = " for view " + v.name
	}
	for i, item := range n.field("zone list").list() {
		zone := item.field("zone name")
		if limited && i == 64 {
			v.fail(zone, "more than 64 response policy zones in view '%s'", v.name)
			return
		}
		name, err := parseName(zone.text)
		if err != nil {
			v.fail(zone, "bad domain name '%s'", zone.text)
			continue
		}
		word := ""
		if z := v.zones[zoneID{name, 3}]; z != nil {
			word = z.field("options").get("type").str()
		}
		if !isWord(word, []string{"primary", "master", "secondary", "slave"}) {
			v.fail(zone, "%s '%s'%s is not a primary or secondary zone", what, zone.text, where)
		}
	}
}

func (v *viewCheck) checkCatalog(n *node) {
	seen := map[domainName]*node{}
	where := ""
	if v.view != nil {
		where = " for view " + v.name
	}
	for _, item := range n.field("zone list").list() {
		zone := item.field("zone name")
		name, err := parseName(zone.text)
		if err != nil {
			v.fail(item, "bad domain name '%s'", zone.text)
			continue
		}
		if first := seen[name]; first != nil {
			v.fail(zone, "catalog zone '%s': already added here %s", name.display(), first.pos)
			continue
		}
		seen[name] = zone
		if !item.field("default-primaries").isVoid() && !item.field("default-masters").isVoid() {
			v.fail(zone, "catalog zone '%s'%s: 'default-primaries' and 'default-masters' can not be both defined", zone.text, where)
			return
		}
	}
}
