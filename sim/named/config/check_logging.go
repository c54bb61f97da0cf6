package config

// logCategories are the categories of 9.18.
var logCategories = []string{"default", "general", "", "unmatched", "client", "network", "update", "queries", "update-security",
	"query-errors", "trust-anchor-telemetry", "serve-stale", "notify", "database", "security", "_placeholder", "dnssec",
	"resolver", "xfer-in", "xfer-out", "dispatch", "lame-servers", "delegation-only", "edns-disabled", "rpz", "rate-limit",
	"cname", "spill", "dnstap", "zoneload", "nsid", "rpz-passthru", "config"}

// checkLogging checks that each channel has one destination and that categories and channels exist.
func (c *checker) checkLogging() {
	l := c.top.get("logging")
	if l == nil {
		return
	}
	channels := map[string]bool{"default_syslog": true, "default_stderr": true, "default_debug": true, "null": true}
	for _, ch := range l.get("channel").list() {
		name := ch.block.name.str()
		count := 0
		for _, kind := range []string{"file", "syslog", "null", "stderr"} {
			if ch.get(kind) != nil {
				count++
			}
		}
		if count != 1 {
			c.fail(ch, "channel '%s': exactly one of file, syslog, null, and stderr must be present", name)
		}
		channels[lowerString(name)] = true
	}
	for _, category := range l.get("category").list() {
		if name := category.field("name").str(); !isCategory(name) {
			c.fail(category, "undefined category: '%s'", name)
		}
		for _, d := range category.field("destinations").list() {
			if !channels[lowerString(d.text)] {
				c.fail(d, "undefined channel: '%s'", d.text)
			}
		}
	}
}

func isCategory(name string) bool {
	for _, known := range logCategories {
		if known == name {
			return true
		}
	}
	return false
}

// maxSocketPath is the longest path of a Unix socket.
const maxSocketPath = 107

// checkControls checks the control channels: their lists, their keys and the permissions of sockets.
func (c *checker) checkControls() {
	acls := c.expander()
	for _, block := range c.top.get("controls").list() {
		for _, inet := range block.get("inet").list() {
			acls.expand(inet.field("allow"))
			c.checkControlKeys(inet)
		}
		for _, unix := range block.get("unix").list() {
			path := unix.field("path").str()
			if len(path) > maxSocketPath {
				c.fail(unix, "unix control '%s': path too long", path)
			}
			switch perm := unix.field("perm").num; {
			case perm&06 == 06:
				c.note(unix, "unix control '%s' allows access to everyone", path)
			case perm&060 != 060 && perm&0600 != 0600:
				c.note(unix, "unix control '%s' allows access to nobody", path)
			}
			c.checkControlKeys(unix)
		}
	}
}

func (c *checker) checkControlKeys(control *node) {
	for _, k := range control.field("keys").list() {
		if c.named("key", k.text) == nil {
			c.fail(k, "unknown key '%s'", k.text)
		}
	}
}
