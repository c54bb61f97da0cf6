package postfix

import (
	"slices"
	"strings"
)

// findUserParameters makes names valid that the user defined and something
// refers to: $name in a value, or a restriction class. It returns the warnings
// about names nobody defined.
func (n *nameSpace) findUserParameters() []Diagnostic {
	var diags []Diagnostic
	if n.cfg.Master != nil {
		for i, s := range n.cfg.Master.Services {
			if len(s.Options()) > 0 {
				n.local[i] = map[string]bool{}
			}
		}
		for i, s := range n.cfg.Master.Services {
			diags = append(diags, n.scan(s.Options(), i)...)
		}
	}
	for _, p := range parameterTable().sorted {
		if _, set, _ := n.cfg.Raw(p.Name); set || p.Kind == KindRaw {
			continue
		}
		names, _ := macroNames(p.Default)
		for _, name := range names {
			n.refer(name, -1)
		}
	}
	return append(diags, n.scan(n.mainSettings(), -1)...)
}

// mainSettings are the entries of main.cf that count, and -o settings.
func (n *nameSpace) mainSettings() []Setting {
	var out []Setting
	if n.cfg.Main != nil {
		for i, e := range n.cfg.Main.Entries {
			if n.cfg.Main.index[e.Name] == i {
				v, _, _ := n.cfg.Raw(e.Name)
				out = append(out, Setting{e.Name, v})
			}
		}
	}
	for _, o := range n.cfg.Overrides {
		if _, inMain := n.cfg.Main.Lookup(o.Name); !inMain {
			out = append(out, o)
		}
	}
	return out
}

// scan looks at the values of one name space: main.cf (service -1) or the -o
// settings of a service.
func (n *nameSpace) scan(settings []Setting, service int) []Diagnostic {
	var diags []Diagnostic
	refer := func(name string) {
		if !n.refer(name, service) {
			diags = append(diags, warnf("%s/%s: undefined parameter: %s", n.cfg.Dir, sourceFile(service), name))
		}
	}
	for _, s := range settings {
		if s.Name == "smtpd_restriction_classes" {
			v, _ := n.cfg.Expand(s.Value)
			for _, class := range cutWords(v) {
				refer(class)
			}
		}
	}
	for _, s := range settings {
		if p, _ := LookupParameter(s.Name); p.Kind == KindRaw {
			continue
		}
		names, problems := macroNames(s.Value)
		diags = append(diags, problems...)
		for _, name := range names {
			refer(name)
		}
		if n.class[s.Name] != "" && n.class[s.Name] != "user" {
			if _, problems := n.cfg.Expand(s.Value); len(problems) > 0 {
				problems[len(problems)-1].Text = "macro processing error"
				return append(diags, problems...)
			}
		}
	}
	return diags
}

func sourceFile(service int) string {
	if service < 0 {
		return "main.cf"
	}
	return "master.cf"
}

// refer notes a reference; false when nobody defines the name.
func (n *nameSpace) refer(name string, service int) bool {
	defined := false
	if service >= 0 && n.define(service, name) {
		return true
	}
	if n.cfg.Main != nil {
		if _, _, ok := n.cfg.rawIfSet(name); ok {
			defined = true
			if n.class[name] == "" {
				n.class[name] = "user"
			}
		}
	}
	if service < 0 && n.cfg.Master != nil {
		for i := range n.cfg.Master.Services {
			defined = n.define(i, name) || defined
		}
	}
	return defined || n.class[name] != "" || slices.Contains(legacyNames(), name)
}

// define marks name as valid in a service that sets it.
func (n *nameSpace) define(service int, name string) bool {
	if n.local[service] == nil {
		return false
	}
	for _, o := range n.cfg.Master.Services[service].Options() {
		if o.Name == name {
			n.local[service][name] = true
			return true
		}
	}
	return false
}

// unused returns the warnings about settings nothing reads.
func (n *nameSpace) unused() []Diagnostic {
	var diags []Diagnostic
	for _, s := range n.mainSettings() {
		if n.class[s.Name] == "" && !slices.Contains(legacyNames(), s.Name) {
			diags = append(diags, warnf("%s/main.cf: unused parameter: %s=%s", n.cfg.Dir, s.Name, s.Value))
		}
	}
	return append(diags, n.unusedInMaster()...)
}

func (n *nameSpace) unusedInMaster() []Diagnostic {
	var diags []Diagnostic
	if n.cfg.Master == nil {
		return nil
	}
	classes := cutWords(n.cfg.Str("smtpd_restriction_classes"))
	for i, s := range n.cfg.Master.Services {
		seen := map[string]bool{}
		options := s.Options()
		for j := len(options) - 1; j >= 0; j-- {
			o := options[j]
			if seen[o.Name] || n.class[o.Name] != "" || n.local[i][o.Name] || slices.Contains(classes, o.Name) {
				continue
			}
			seen[o.Name] = true
			diags = append(diags, warnf("%s/master.cf: unused parameter: %s=%s", n.cfg.Dir, o.Name, strings.TrimSpace(o.Value)))
		}
	}
	return diags
}

// Unused returns what "postconf" says about settings nothing uses: misspelt
// parameters, as a rule.
func (c *Config) Unused() []Diagnostic {
	names := newNameSpace(c)
	names.findUserParameters()
	return names.unused()
}
