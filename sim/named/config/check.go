package config

import "strconv"

// CheckOptions tell Check what it may look at.
type CheckOptions struct {
	Disk         Disk // for directories and plugins named by options; without Stat none is looked at
	NoDeprecated bool // no warnings about deprecated zone types
	NoPlugins    bool // do not look for plugins
}

// Check examines what the grammar cannot, in the order of named-checkconf, whose words the messages are. ok is false when
// the configuration would be refused.
func Check(t *Tree, opts CheckOptions) (messages []Message, ok bool) {
	c := &checker{
		top: t.root, options: t.root.get("options"), dir: t.Dir, opts: opts, port: defaultPort,
		files: map[string]writeable{}, keyDirs: map[string]*node{}, inView: map[string]bool{},
	}
	c.whole()
	return c.messages, !c.failed
}

// checker holds what the checks of one configuration share.
type checker struct {
	log
	top     *node
	options *node // nil without an options statement
	dir     string
	opts    CheckOptions
	port    uint32 // of the options statement
	failed  bool

	files   map[string]writeable // zone files by name in lower case
	keyDirs map[string]*node     // zone statements by zone name and key directory
	inView  map[string]bool      // zones that in-view may name
}

// writeable is the first use of a zone file.
type writeable struct {
	at       *node
	writable bool
}

// fail records an error.
func (c *checker) fail(n *node, format string, args ...any) {
	c.error(n.pos, format, args...)
	c.failed = true
}

// failSoftly refuses the configuration with what BIND logs as a warning only.
func (c *checker) failSoftly(n *node, format string, args ...any) {
	c.warn(n.pos, format, args...)
	c.failed = true
}

func (c *checker) note(n *node, format string, args ...any) { c.warn(n.pos, format, args...) }

// failing runs f and reports whether it refused anything.
func (c *checker) failing(f func()) bool {
	before := c.failed
	c.failed = false
	f()
	now := c.failed
	c.failed = now || before
	return now
}

func (c *checker) whole() {
	if c.options != nil {
		c.checkOptions(c.options, levelOptions)
	}
	c.checkLogging()
	c.checkControls()
	for _, lists := range [][]string{{"primaries", "masters"}, {"parental-agents"}} {
		c.checkServerLists(lists)
	}
	c.checkHTTP()
	c.checkTLS()
	views := c.top.get("view").list()
	if c.top.get("view") != nil && c.options != nil {
		c.checkDualStack(c.options)
	}
	if c.top.get("view") == nil {
		c.checkView(nil, "", "IN")
	} else {
		if zones := c.top.get("zone"); zones != nil {
			c.fail(zones, "when using 'view' statements, all zones must be in views")
		}
		if plugins := c.top.get("plugin"); plugins != nil {
			c.fail(plugins, "when using 'view' statements, all plugins must be defined in views")
		}
	}
	c.checkViews(views)
	c.checkACLNames()
}

// checkViews checks the views' names and classes, then each view.
func (c *checker) checkViews(views []*node) {
	seen := map[string]*node{}
	for _, v := range views {
		name, class := v.field("name").str(), "IN"
		if n := v.field("class"); n.isString() {
			var ok bool
			if class, ok = parseClass(n.text); !ok {
				c.fail(n, "view '%s': invalid class %s", name, n.text)
				continue
			}
		}
		if first := seen[name+"/"+class]; first != nil {
			c.fail(v, "view '%s': already exists previous definition: %s", name, first.pos)
			continue
		}
		seen[name+"/"+class] = v
		if equalFold(name, "_bind") && class == "CH" || equalFold(name, "_default") && class == "IN" {
			c.fail(v, "attempt to redefine builtin view '%s'", name)
		}
		c.checkView(v.field("options"), name, class)
	}
}

func (c *checker) checkACLNames() {
	acls := c.top.get("acl").list()
	seen := map[string][]*node{}
	for _, a := range acls {
		fold := lowerString(a.field("name").str())
		seen[fold] = append(seen[fold], a)
	}
	for _, a := range acls {
		name := a.field("name").str()
		if isWord(name, []string{"localhost", "localnets", "any", "none"}) {
			c.fail(a, "attempt to redefine builtin acl '%s'", name)
		}
		fold := lowerString(name)
		seen[fold] = seen[fold][1:]
		for _, again := range seen[fold] {
			c.fail(again, "attempt to redefine acl '%s' previous definition: %s", again.field("name").str(), a.pos)
			if len(c.messages) > maxMessages {
				return
			}
		}
	}
}

// parseClass reads the name of a class.
func parseClass(s string) (string, bool) {
	switch u := upperString(s); u {
	case "IN", "CH", "HS", "ANY", "NONE", "RESERVED0":
		return u, true
	case "CHAOS":
		return "CH", true
	case "HESIOD":
		return "HS", true
	default:
		if len(u) > 5 && u[:5] == "CLASS" {
			n, ok, inRange := parseUint32(u[5:], false)
			return numberedClass(n), ok && inRange && n <= 65535
		}
	}
	return "", false
}

// numberedClass is the name of a class number (RFC 3597 5, RFC 6895 3.2).
func numberedClass(n uint32) string {
	switch n {
	case 0:
		return "RESERVED0"
	case 1:
		return "IN"
	case 3:
		return "CH"
	case 4:
		return "HS"
	case 254:
		return "NONE"
	case 255:
		return "ANY"
	}
	return "CLASS" + strconv.FormatUint(uint64(n), 10)
}
