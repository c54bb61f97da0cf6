package postfix

import (
	"net/netip"
	"slices"
	"time"
)

// Host is what a Postfix program learns from the machine it runs on.
type Host struct {
	Name      string         // gethostname()
	Addresses []netip.Prefix // of the interfaces that are up, with their masks, loopback among them
	// ReadFile reads a file of the host; nil when there are none.
	ReadFile func(path string) ([]byte, error)
}

// Setting is a name=value given with "-o" in master.cf or on a command line.
type Setting struct{ Name, Value string }

// Config answers what value a parameter has for one program: main.cf, "-o"
// settings on top, defaults below.
type Config struct {
	Main      *MainCF
	Master    *MasterCF
	Host      Host
	Dir       string // configuration directory
	Overrides []Setting

	process, service string
	problems         []Diagnostic
	memo             *memo // nil: nothing is remembered
}

// memo remembers what was worked out of a configuration that does not change any
// more.
type memo struct {
	values     map[string]string // expanded
	transports map[string]string // ServiceParameters
	own        []netip.Addr
	ownKnown   bool
}

// Freeze promises that the configuration does not change any more: values are
// worked out once. It is then for one goroutine at a time.
func (c *Config) Freeze() *Config {
	c.memo = &memo{values: map[string]string{}}
	return c
}

// NewConfig makes a Config. main may be nil for "all defaults"; master may be
// nil when unknown.
func NewConfig(main *MainCF, master *MasterCF, host Host) *Config {
	return &Config{Main: main, Master: master, Host: host, Dir: "/etc/postfix"}
}

// WithTransports tells a frozen Config the ServiceParameters of its master.cf,
// which users of the same file may share. They are not changed.
func (c *Config) WithTransports(list map[string]string) *Config {
	c.memo.transports = list
	return c
}

// ForService returns the Config a service of master.cf sees: its "-o" settings,
// $service_name and $process_name.
func (c *Config) ForService(s Service) *Config {
	d := *c
	d.Overrides = append(append([]Setting{}, c.Overrides...), s.Options()...)
	d.process, d.service = s.Program(), s.Name
	d.problems = nil
	if c.memo != nil {
		d.Freeze()
		d.memo.transports = c.memo.transports
	}
	return &d
}

// Raw returns a parameter's value without expanding it. set is true when main.cf
// or "-o" gives it; known is false for a name Postfix does not have and nobody
// set.
func (c *Config) Raw(name string) (value string, set, known bool) {
	for i := len(c.Overrides) - 1; i >= 0; i-- {
		if c.Overrides[i].Name == name {
			return c.Overrides[i].Value, true, true
		}
	}
	if c.Main != nil {
		if e, ok := c.Main.Lookup(name); ok {
			return e.Value, true, true
		}
	}
	value, known = c.Default(name)
	return value, false, known
}

// Default returns the value a parameter has when nobody sets it, unexpanded.
func (c *Config) Default(name string) (string, bool) {
	if v, ok := c.computedDefault(name); ok {
		return v, true
	}
	if p, ok := LookupParameter(name); ok {
		return p.Default, true
	}
	if c.memo == nil {
		v, ok := ServiceParameters(c.Master)[name]
		return v, ok
	}
	if c.memo.transports == nil {
		c.memo.transports = ServiceParameters(c.Master)
	}
	v, ok := c.memo.transports[name]
	return v, ok
}

// Expand expands $name in text with this configuration, to any depth.
func (c *Config) Expand(text string) (string, []Diagnostic) {
	e := macroExpander{recurse: true, steps: new(int), lookup: func(name string) (string, bool) {
		v, _, ok := c.Raw(name)
		return v, ok
	}}
	e.parse(text)
	if e.failed {
		return e.out.String(), append(e.diags, fatalf("dictionary mail_dict: macro processing error"))
	}
	return e.out.String(), e.diags
}

// Str returns a string parameter, expanded. A bad value is remembered for
// Problems and given back as far as it could be expanded.
func (c *Config) Str(name string) string {
	if c.memo != nil {
		if v, ok := c.memo.values[name]; ok {
			return v
		}
	}
	v := c.work(name)
	if c.memo != nil {
		c.memo.values[name] = v
	}
	return v
}

// work expands a string parameter.
func (c *Config) work(name string) string {
	raw, _, _ := c.Raw(name)
	if p, ok := LookupParameter(name); ok && p.Kind == KindRaw {
		return raw
	}
	v, diags := c.Expand(raw)
	for _, d := range diags {
		c.note(&d)
	}
	return v
}

// Bool returns a yes/no parameter; false when its value is bad.
func (c *Config) Bool(name string) bool {
	v, d := parseBool(name, c.Str(name))
	c.note(d)
	return v
}

// Int returns a numeric parameter; 0 when its value is bad.
func (c *Config) Int(name string) int64 {
	p, _ := LookupParameter(name)
	v, d := parseNumber(p.Kind, name, c.Str(name))
	c.note(d)
	return v
}

// Duration returns a time parameter; 0 when its value is bad.
func (c *Config) Duration(name string) time.Duration {
	v, d := parseSeconds(name, c.Str(name), c.defaultUnit(name))
	c.note(d)
	return time.Duration(v) * time.Second
}

// List returns a list parameter cut at commas and white space.
func (c *Config) List(name string) []string { return cutWords(c.Str(name)) }

func (c *Config) note(d *Diagnostic) {
	if d != nil && !slices.Contains(c.problems, *d) {
		c.problems = append(c.problems, *d)
	}
}

// Problems returns what the getters complained about so far, each complaint
// once.
func (c *Config) Problems() []Diagnostic { return slices.Clone(c.problems) }
