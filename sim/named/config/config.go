package config

import "net/netip"

// Config is the effective configuration of a server: named.conf with BIND's defaults filled in.
type Config struct {
	File     string
	Options  Options
	Views    []*View // in order; without a view statement there is one, called _default
	ACLs     []*ACL  // the acl statements, in order
	Keys     []Key   // the key statements outside views
	Logging  Logging
	Controls Controls
	// StatisticsChannels are the addresses of the statistics server.
	StatisticsChannels []ControlInet
	// Warnings are the messages of loading a configuration that is used all the same.
	Warnings []Message
}

// Load reads, checks and evaluates a configuration as named does when it starts or reloads. The messages are what named
// logs between "loading configuration from" and what it does with the result, in order. On error the configuration is
// nil and the last message tells how loading ended ("loading configuration: failure").
func Load(disk Disk, name string) (*Config, []Message) {
	tree, messages, err := parseWith(disk, name, ParseOptions{Daemon: true}, topMap)
	if err == nil {
		checked, ok := Check(tree, CheckOptions{Disk: disk})
		messages = append(messages, checked...)
		if !ok {
			err = errFailure
		}
	}
	if err != nil {
		return nil, append(messages, Message{Severity: Error, Text: "loading configuration: " + err.Error()})
	}
	c := New(tree)
	c.File, c.Warnings = name, messages
	return c, messages
}

// builder evaluates a tree.
type builder struct {
	top     *node
	options *node
	acls    *aclBuilder
	remotes remoteResolver
}

// New evaluates a tree. Of a tree that Check refuses it makes what can be made of it.
func New(t *Tree) *Config {
	b := &builder{top: t.root, options: t.root.get("options"), acls: newACLBuilder(t.root)}
	c := &Config{Options: b.serverOptions(t.Dir)}
	b.remotes = remoteResolver{top: t.root, port: c.Options.Port.Value}
	for _, def := range t.root.get("acl").list() {
		c.ACLs = append(c.ACLs, b.acls.named(def.field("name").str()))
	}
	c.Keys = keysOf(t.root)
	c.Logging = loggingOf(t.root.get("logging"))
	c.Controls = b.controls()
	for _, block := range t.root.get("statistics-channels").list() {
		for _, inet := range block.get("inet").list() {
			c.StatisticsChannels = append(c.StatisticsChannels, b.controlInet(inet, 80))
		}
	}
	if !c.Logging.has("queries") {
		return b.views(c)
	}
	// BIND ARM "querylog": without the option, a category for queries turns query logging on.
	if c.Options.QueryLog.Default() {
		c.Options.QueryLog.Value = true
	}
	return b.views(c)
}

func (b *builder) views(c *Config) *Config {
	statements := b.top.get("view").list()
	for _, v := range statements {
		c.Views = append(c.Views, b.view(v, c.Keys))
	}
	if len(statements) == 0 {
		c.Views = append(c.Views, b.view(nil, c.Keys))
	}
	return c
}

// View finds a view by name.
func (c *Config) View(name string) *View {
	for _, v := range c.Views {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// SelectView gives the first view whose match-clients and match-destinations both allow the request, nil when none does;
// named answers REFUSED then. index is the element of match-clients that decided.
func (c *Config) SelectView(client, destination netip.Addr, key string, recursionDesired bool, locals *Locals) (view *View, index int) {
	for _, v := range c.Views {
		verdict, i := v.MatchClients.Match(client, key, locals)
		if verdict != Allowed || !v.MatchDestinations.Allows(destination, key, locals) {
			continue
		}
		if !v.MatchRecursiveOnly.Value || recursionDesired {
			return v, i
		}
	}
	return nil, -1
}
