package postfix

import (
	"sort"
	"strings"
)

// tableCommand is the command line of postmap and postalias.
type tableCommand struct {
	set       map[byte]bool
	query     string
	remove    string
	files     []string
	aliases   bool
	usageText string
}

const (
	postmapUsage   = "usage: postmap [-bfFhimnNoprsuUvw] [-c config_dir] [-d key] [-q key] [map_type:]file..."
	postaliasUsage = "usage: postalias [-Nfinoprsuvw] [-c config_dir] [-d key] [-q key] [map_type:]file..."
)

// Postmap runs postmap(1): build a table from its text, query it, list it or
// remove a key.
func (c *Command) Postmap(args []string) {
	c.tables(args, tableCommand{set: map[byte]bool{}, usageText: postmapUsage})
}

// Postalias runs postalias(1), the same for alias files.
func (c *Command) Postalias(args []string) {
	c.tables(args, tableCommand{set: map[byte]bool{}, usageText: postaliasUsage, aliases: true})
}

// Newaliases rebuilds the tables in alias_database.
func (c *Command) Newaliases(cfg *Config) {
	for _, spec := range cfg.List("alias_database") {
		if c.build(tableCommand{aliases: true}, spec); c.Status != 0 {
			return
		}
	}
}

func (c *Command) tables(args []string, t tableCommand) {
	if !c.tableArgs(args, &t) {
		return
	}
	for _, spec := range t.files {
		if !strings.Contains(spec, ":") {
			spec = "hash:" + spec
		}
		switch {
		case t.set['q']:
			c.queryTable(spec, t.query)
			if c.Status == 0 {
				return
			}
		case t.set['s']:
			c.listTable(spec)
		case t.set['d']:
			c.removeKey(spec, t.remove)
		default:
			c.build(t, spec)
		}
		if c.Status != 0 && !t.set['q'] {
			return
		}
	}
}

func (c *Command) tableArgs(args []string, t *tableCommand) bool {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		word := args[0]
		args = args[1:]
		for i := 1; i < len(word); i++ {
			ch := word[i]
			if strings.IndexByte("cdq", ch) < 0 {
				if strings.IndexByte("bfFhimnNoprsuUvw", ch) < 0 {
					c.Stderr.WriteString(c.name + ": invalid option -- '" + string(ch) + "'\n")
					return c.say(fatalf("%s", t.usageText))
				}
				t.set[ch] = true
				continue
			}
			value := word[i+1:]
			if value == "" {
				if len(args) == 0 {
					return c.say(fatalf("%s", t.usageText))
				}
				value, args = args[0], args[1:]
			}
			t.set[ch] = true
			switch ch {
			case 'q':
				t.query = value
			case 'd':
				t.remove = value
			}
			break
		}
	}
	n := 0
	for _, ch := range []byte("sqd") {
		if t.set[ch] {
			n++
		}
	}
	if n > 1 {
		return c.say(fatalf("specify only one of -s or -q or -d"))
	}
	if t.files = args; len(args) == 0 {
		return c.say(fatalf("%s", t.usageText))
	}
	return true
}

// open opens a table, fatal when that fails.
func (c *Command) open(spec string) (Table, bool) {
	sys := *c.sys
	sys.Log = func(d Diagnostic) { c.say(d) }
	t, err := sys.openTable(spec, 0)
	if err != nil {
		return nil, c.say(fatalf("%s", err.Text))
	}
	return t, true
}

func (c *Command) queryTable(spec, key string) {
	t, ok := c.open(spec)
	if !ok {
		return
	}
	value, found, err := t.Lookup(key)
	switch {
	case err != nil:
		c.say(fatalf("table %s: query error: Application error", spec))
	case !found:
		c.Status = 1
	default:
		if value == "" {
			c.say(warnf("table %s: key %s: empty string result is not allowed", spec, key))
			c.say(warnf("table %s should return NO RESULT in case of NOT FOUND", spec))
		}
		c.Status = 0
		c.Stdout.WriteString(value + "\n")
	}
}

func (c *Command) listTable(spec string) {
	t, ok := c.open(spec)
	if !ok {
		return
	}
	f, ok := t.(fixedTable)
	if !ok {
		c.say(fatalf("table %s: sequence error: Invalid argument", spec))
		return
	}
	keys := make([]string, 0, len(f))
	for k := range f {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		shown := k
		if strings.ContainsAny(k, spaces) {
			shown = "\"" + k + "\""
		}
		c.Stdout.WriteString(shown + "\t" + f[k] + "\n")
	}
}

func (c *Command) removeKey(spec, key string) {
	kind, name, _ := strings.Cut(spec, ":")
	t, ok := c.open(spec)
	if !ok {
		return
	}
	f, ok := t.(fixedTable)
	if _, has := f[strings.ToLower(key)]; !ok || !has {
		c.Status = 1
		return
	}
	var records []Record
	for k, v := range f {
		if k != strings.ToLower(key) {
			records = append(records, Record{Key: k, Value: v})
		}
	}
	sort.Slice(records, func(i, j int) bool { return records[i].Key < records[j].Key })
	data, _ := BuildIndex(IndexPath(kind, name), records)
	c.write(IndexPath(kind, name), string(data))
}

// build makes the indexed file of a table from its text.
func (c *Command) build(t tableCommand, spec string) {
	kind, name, _ := strings.Cut(spec, ":")
	switch kind {
	case "hash", "btree", "lmdb", "dbm", "cdb", "sdbm":
	case "cidr", "texthash", "regexp", "pcre", "static", "inline", "unionmap", "pipemap", "unix", "environ", "fail", "proxy":
		c.say(fatalf("unsupported dictionary type: %s does not support bulk-mode creation.", kind))
		return
	default:
		c.say(fatalf("unsupported dictionary type: %s. Is the postfix-%s package installed?", kind, kind))
		return
	}
	f, err := c.sys.read(name)
	if err != nil {
		c.say(fatalf("open %s: %s", name, reason(err)))
		return
	}
	scan := sourceScanner(scanTableText)
	if t.aliases {
		scan = scanAliases
	}
	index := newIndexBuilder(IndexPath(kind, name))
	scan(name, f.Data, func(r Record) {
		if d := index.add(r); d != nil {
			c.say(*d)
		}
	}, func(d Diagnostic) { c.say(d) })
	c.write(index.path, index.buf.String())
}
