package postfix

import (
	"fmt"
	"sort"
	"strings"
)

// Command is a run of postconf, postmap or another command of Postfix over the
// files of a host.
type Command struct {
	Stdout, Stderr strings.Builder
	Status         int

	name string
	sys  *System
	host Host
	save func(path string, data []byte) error
}

// NewCommand prepares a run. save writes a file; nil refuses.
func NewCommand(name string, sys *System, host Host, save func(path string, data []byte) error) *Command {
	return &Command{name: name, sys: sys, host: host, save: save}
}

// say prints a message as the command does; a fatal one sets the status.
func (c *Command) say(d Diagnostic) bool {
	c.Stderr.WriteString(c.name + ": " + d.String() + "\n")
	if d.Severity == Fatal {
		c.Status = 1
	}
	return d.Severity != Fatal
}

// sayAll prints messages up to the first fatal one; false when there was one.
func (c *Command) sayAll(ds []Diagnostic) bool {
	for _, d := range ds {
		if !c.say(d) {
			return false
		}
	}
	return true
}

// postconfOptions are the letters of a postconf command line.
type postconfOptions struct {
	set       map[byte]bool
	dir       string
	classes   map[string]bool
	overrides []string
	args      []string
}

const postconfUsage = "usage: postconf [-a (server SASL types)] [-A (client SASL types)] [-b (bounce templates)] [-c config_dir] " +
	"[-c param_class] [-d (parameter defaults)] [-e (edit configuration)] [-f (fold lines)] [-F (master.cf fields)] [-h (no names)] " +
	"[-H (no values)] [-l (lock types)] [-m (map types)] [-M (master.cf)] [-n (non-default parameters)] " +
	"[-o name=value (override parameter value)] [-p (main.cf, default)] [-P (master.cf parameters)] [-t (bounce templates)] " +
	"[-T compile-version|run-version|public-key-algorithms] [-v (verbose)] [-x (expand parameter values)] [-X (exclude)] [-# (comment-out)] [name...]"

// Postconf runs postconf(1) with the arguments after the command's name.
func (c *Command) Postconf(args []string) {
	o, ok := c.postconfArgs(args)
	if !ok || !c.compatible(o) {
		return
	}
	switch {
	case o.set['e'] || o.set['X'] || o.set['#']:
		if len(o.args) == 0 {
			text := "missing service argument"
			if o.set['e'] {
				text = "-e requires name=value argument"
			}
			c.say(fatalf("%s", text))
			return
		}
		if o.set['M'] || o.set['F'] || o.set['P'] {
			c.editMaster(o)
			return
		}
		c.editMain(o)
	case o.set['m']:
		for _, m := range []string{"btree", "cidr", "environ", "fail", "hash", "inline", "internal", "memcache", "nis", "pipemap",
			"proxy", "randmap", "regexp", "socketmap", "static", "tcp", "texthash", "unionmap", "unix"} {
			c.Stdout.WriteString(m + "\n")
		}
	case o.set['l']:
		c.Stdout.WriteString("flock\nfcntl\ndotlock\n")
	case o.set['a']:
		c.Stdout.WriteString("cyrus\ndovecot\n")
	case o.set['A']:
		c.Stdout.WriteString("cyrus\n")
	case o.set['M'] || o.set['F'] || o.set['P']:
		c.showMaster(o)
	default:
		c.showMain(o)
	}
}

// postconfArgs reads the options as getopt(3) does.
func (c *Command) postconfArgs(args []string) (postconfOptions, bool) {
	o := postconfOptions{set: map[byte]bool{}, dir: "/etc/postfix", classes: map[string]bool{}}
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		word := args[0]
		args = args[1:]
		if word == "--" {
			break
		}
		for i := 1; i < len(word); i++ {
			switch ch := word[i]; {
			case strings.IndexByte("aAbdefFhHlmMnpPtvxX#", ch) >= 0:
				o.set[ch] = true
				continue
			case strings.IndexByte("cCoT", ch) >= 0:
				value := word[i+1:]
				if value == "" {
					if len(args) == 0 {
						c.Stderr.WriteString(fmt.Sprintf("%s: option requires an argument -- '%c'\n", c.name, ch))
						c.say(fatalf("%s", postconfUsage))
						return o, false
					}
					value, args = args[0], args[1:]
				}
				if !c.optionValue(&o, ch, value) {
					return o, false
				}
			default:
				c.Stderr.WriteString(fmt.Sprintf("%s: invalid option -- '%c'\n", c.name, ch))
				c.say(fatalf("%s", postconfUsage))
				return o, false
			}
			break
		}
	}
	o.args = args
	if len(args) > 0 && strings.Contains(args[0], "=") && !o.set['m'] && !o.set['l'] && !o.set['a'] && !o.set['A'] {
		o.set['e'] = true
	}
	return o, true
}

func (c *Command) optionValue(o *postconfOptions, ch byte, value string) bool {
	switch ch {
	case 'c':
		o.dir = value
		o.overrides = append(o.overrides, "config_directory="+value)
	case 'o':
		o.overrides = append(o.overrides, value)
		o.set['o'] = true
	case 'C':
		for _, w := range cutWords(value) {
			switch w {
			case "builtin", "service", "user", "all":
				o.classes[w] = true
			default:
				return c.say(fatalf("unknown parameter class value \"%s\" in \"%s\"", w, value))
			}
		}
	}
	return true
}

// compatible refuses options that exclude each other.
func (c *Command) compatible(o postconfOptions) bool {
	for _, group := range []string{"aAblmtMFPp", "denX#", "efX#", "exX#", "deoX#", "ehHX#"} {
		var given []string
		for _, ch := range []byte("aAbdefFhHlmMnopPtxX#") {
			if strings.IndexByte(group, ch) >= 0 && o.set[ch] {
				given = append(given, "-"+string(ch))
			}
		}
		if len(given) > 1 {
			return c.say(fatalf("specify one of %s", strings.Join(given, " ")))
		}
	}
	return true
}

// load reads main.cf and master.cf and applies -o. needMaster: an unreadable
// master.cf is fatal, else only a warning.
func (c *Command) load(o postconfOptions, needMaster bool) (*Config, bool) {
	cfg := NewConfig(nil, nil, c.host)
	cfg.process = c.name
	if !o.set['d'] {
		cfg.Dir = o.dir
		path := o.dir + "/main.cf"
		f, err := c.sys.read(path)
		if err != nil {
			return cfg, c.say(MainCFMissing(path, reason(err)))
		}
		m, diags := ParseMainCF(path, f.Data)
		if !c.sayAll(diags) {
			return cfg, false
		}
		cfg.Main = m
		for _, text := range o.overrides {
			name, value, problem := splitNameValue(text)
			if problem != "" {
				return cfg, c.say(fatalf("invalid parameter override: %s: %s", text, problem))
			}
			cfg.Overrides = append(cfg.Overrides, Setting{name, value})
		}
	}
	path := o.dir + "/master.cf"
	f, err := c.sys.read(path)
	if err != nil {
		d := warnf("open %s: %s", path, reason(err))
		if needMaster {
			d.Severity = Fatal
		}
		return cfg, c.say(d)
	}
	m, diags := ParseMasterCF(path, f.Data)
	cfg.Master = m
	return cfg, c.sayAll(diags)
}

// showMain prints main.cf parameters.
func (c *Command) showMain(o postconfOptions) {
	cfg, ok := c.load(o, false)
	if !ok {
		return
	}
	names := newNameSpace(cfg)
	if !o.set['d'] && !c.sayAll(names.findUserParameters()) {
		return
	}
	if _, set, _ := cfg.Raw("mynetworks"); !set && !o.set['d'] {
		for _, check := range []func() *Diagnostic{cfg.checkProtocols, cfg.checkInterfaces} {
			if d := check(); d != nil {
				c.say(*d)
				return
			}
		}
	}
	show := o.args
	if len(show) == 0 {
		show = names.all(o.classes)
	}
	for _, name := range show {
		if _, known := names.class[name]; !known {
			c.say(warnf("%s: unknown parameter", name))
			continue
		}
		if !c.printParameter(o, cfg, name) {
			return
		}
	}
	if !o.set['d'] {
		c.sayAll(names.unused())
	}
}

func (c *Command) printParameter(o postconfOptions, cfg *Config, name string) bool {
	value, set, _ := cfg.Raw(name)
	if o.set['n'] && !set {
		return true
	}
	if p, _ := LookupParameter(name); o.set['x'] && p.Kind != KindRaw {
		var diags []Diagnostic
		value, diags = cfg.Expand(value)
		if _, bad := FirstFatal(diags); bad {
			c.sayAll(diags[:len(diags)-1])
			return c.say(fatalf("macro processing error"))
		}
	}
	switch {
	case o.set['H']:
		value = name
	case !o.set['h']:
		value = name + " = " + value
	}
	c.Stdout.WriteString(foldWords(value, o.set['f']))
	return true
}

// foldWords writes words separated by one blank; with fold, lines are broken
// before column 80 and continued with four blanks.
func foldWords(text string, fold bool) string {
	const limit, indent = 80, 4
	var b strings.Builder
	column := 0
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }) {
		if column > 0 {
			if !fold || column+len(w) < limit {
				b.WriteByte(' ')
				column++
			} else {
				b.WriteString("\n" + strings.Repeat(" ", indent))
				column = indent
			}
		}
		b.WriteString(w)
		column += len(w)
	}
	b.WriteByte('\n')
	return b.String()
}

// nameSpace knows which parameter names are valid: built in, made by a service,
// or defined by the user and referred to.
type nameSpace struct {
	cfg   *Config
	class map[string]string // name: builtin, service, user
	local map[int]map[string]bool
}

func newNameSpace(cfg *Config) *nameSpace {
	n := &nameSpace{cfg: cfg, class: map[string]string{}, local: map[int]map[string]bool{}}
	for _, p := range parameterTable().sorted {
		n.class[p.Name] = "builtin"
	}
	for name := range ServiceParameters(cfg.Master) {
		n.class[name] = "service"
	}
	return n
}

func (n *nameSpace) all(classes map[string]bool) []string {
	var out []string
	for name, class := range n.class {
		if len(classes) == 0 || classes["all"] || classes[class] {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// legacyNames are parameters of older releases that defaults still mention.
func legacyNames() []string {
	return []string{"virtual_maps", "fallback_relay", "authorized_verp_clients", "smtpd_client_connection_limit_exceptions",
		"postscreen_dnsbl_ttl", "postscreen_blacklist_action", "postscreen_dnsbl_whitelist_threshold", "postscreen_whitelist_interfaces",
		"lmtp_per_record_deadline", "smtp_per_record_deadline", "smtpd_per_record_deadline", "tlsproxy_client_level", "tlsproxy_client_policy"}
}
