package postfix

import (
	"fmt"
	"strings"
)

// Service is one entry of master.cf (master(5)).
type Service struct {
	Name    string // "smtp", "127.0.0.1:submission", "pickup" ...
	Type    string // inet, unix, unix-dgram, fifo, pass
	Private string // y, n or - in these four
	Unpriv  string
	Chroot  string
	Wakeup  string // seconds, perhaps with "?"
	MaxProc string
	Args    []string // program and its arguments, normalised: "-o", "name=value"
	Line    int
}

// Program is the daemon's file name.
func (s Service) Program() string { return s.Args[0] }

// Options returns the "-o name=value" settings in order.
func (s Service) Options() []Setting {
	var out []Setting
	for i := 1; i < len(s.Args); i++ {
		if s.Args[i] != "-o" || i+1 >= len(s.Args) {
			if !strings.HasPrefix(s.Args[i], "-") {
				break
			}
			if optionTakesValue(s.Args[i]) {
				i++
			}
			continue
		}
		i++
		if name, value, problem := splitNameValue(s.Args[i]); problem == "" {
			out = append(out, Setting{name, value})
		}
	}
	return out
}

// MasterCF is a parsed master.cf.
type MasterCF struct {
	Path     string
	Services []Service
}

// ParseMasterCF reads master.cf as postconf does: the first bad line is fatal.
func ParseMasterCF(path string, data []byte) (*MasterCF, []Diagnostic) {
	m := &MasterCF{Path: path}
	lines, diags := readLogical(path, string(data))
	for _, l := range lines {
		s, problem := parseService(l.text)
		if problem != "" {
			return m, append(diags, fatalf("file %s: line %d: %s", path, l.last, problem))
		}
		s.Line = l.first
		m.Services = append(m.Services, s)
	}
	return m, diags
}

// Find returns the service of that name and type; an empty type matches any.
func (m *MasterCF) Find(name, kind string) (Service, bool) {
	for _, s := range m.Services {
		if s.Name == name && (kind == "" || s.Type == kind) {
			return s, true
		}
	}
	return Service{}, false
}

// parseService cuts a line into the seven columns, the program and its
// arguments. Options written together ("-oname=value", "-vo") are taken apart.
func parseService(text string) (Service, string) {
	f := splitFields(text)
	if len(f) < 8 {
		return Service{}, "bad field count"
	}
	switch f[1] {
	case "inet", "unix", "fifo", "pass", "unix-dgram":
	default:
		return Service{}, fmt.Sprintf("invalid type field \"%s\" in \"%s\"", f[1], strings.Join(f, " "))
	}
	args, problem := normalizeOptions(f[7:])
	return Service{f[0], f[1], f[2], f[3], f[4], f[5], f[6], args, 0}, problem
}

// splitFields cuts at white space but keeps "{ name = value }" together.
func splitFields(s string) []string {
	var out []string
	for s = strings.TrimLeft(s, spaces); s != ""; s = strings.TrimLeft(s, spaces) {
		end := strings.IndexAny(s, spaces)
		if s[0] == '{' {
			end = closingBrace(s)
		}
		if end < 0 {
			return append(out, s)
		}
		out = append(out, s[:end])
		s = s[end:]
	}
	return out
}

// closingBrace returns the index after the brace that closes s[0], or -1.
func closingBrace(s string) int {
	level := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			level++
		case '}':
			if level--; level == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// optionTakesValue: the options of Postfix daemons that are followed by a value.
func optionTakesValue(arg string) bool {
	return len(arg) == 2 && strings.IndexByte("oinsSmtu", arg[1]) >= 0 && arg[0] == '-'
}

func normalizeOptions(args []string) ([]string, string) {
	out := []string{args[0]}
	i := 1
	for ; i < len(args); i++ {
		a := args[i]
		if !strings.HasPrefix(a, "-") || a == "-" || a == "--" {
			break
		}
		for j := 1; j < len(a); j++ {
			opt := "-" + a[j:j+1]
			out = append(out, opt)
			if !optionTakesValue(opt) {
				continue
			}
			value := a[j+1:]
			if value == "" && i+1 < len(args) {
				i++
				value = args[i]
			}
			if opt == "-o" {
				var problem string
				if value, problem = normalizeSetting(value); problem != "" {
					return out, problem
				}
			}
			if value != "" {
				out = append(out, value)
			}
			break
		}
	}
	return append(out, args[i:]...), ""
}

// normalizeSetting turns "{ name = value }" into "name=value".
func normalizeSetting(v string) (string, string) {
	if !strings.HasPrefix(v, "{") {
		return v, ""
	}
	if !strings.HasSuffix(v, "}") || closingBrace(v) != len(v) {
		return v, fmt.Sprintf("missing '}' in \"%s\"", v)
	}
	name, value, problem := splitNameValue(v[1 : len(v)-1])
	if problem != "" {
		return v, fmt.Sprintf("%s: \"%s\"", problem, strings.Trim(v[1:len(v)-1], spaces))
	}
	return name + "=" + value, ""
}
