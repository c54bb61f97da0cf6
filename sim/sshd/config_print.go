package sshd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// dumpOrder is the order of sshd -T for what this package knows. Other keywords
// that were given follow.
var dumpOrder = strings.Fields(`usepam logingracetime maxauthtries clientaliveinterval clientalivecountmax permitrootlogin pubkeyauthentication
 passwordauthentication kbdinteractiveauthentication printmotd printlastlog x11forwarding permittty strictmodes permitemptypasswords
 banner forcecommand loglevel`)

// dump is what sshd -T prints.
func (c *config) dump() string {
	var b strings.Builder
	for _, p := range c.Ports {
		fmt.Fprintf(&b, "port %d\n", p)
	}
	fmt.Fprintf(&b, "addressfamily %s\n", c.Family)
	for _, a := range c.addresses() {
		fmt.Fprintf(&b, "listenaddress %s\n", a)
	}
	done := map[string]bool{"addressfamily": true}
	for _, name := range append(dumpOrder, slices.Sorted(maps.Keys(c.given))...) {
		if value, ok := c.given[name]; ok && !done[name] {
			if name == "permitrootlogin" && value == "prohibit-password" {
				value = "without-password"
			}
			fmt.Fprintf(&b, "%s %s\n", name, value)
		}
		done[name] = true
	}
	for _, l := range []struct {
		name string
		list []string
	}{{"allowusers", c.AllowUsers}, {"denyusers", c.DenyUsers}, {"allowgroups", c.AllowGroups}, {"denygroups", c.DenyGroups}, {"acceptenv", c.AcceptEnv},
		{"hostkey", c.HostKeys}, {"subsystem", c.Subsystems}} {
		for _, v := range l.list {
			fmt.Fprintf(&b, "%s %s\n", l.name, v)
		}
	}
	fmt.Fprintf(&b, "authorizedkeysfile %s\n", strings.Join(c.AuthorizedKeys, " "))
	return b.String()
}
