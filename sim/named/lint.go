package named

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"mxlab/sim/dns"
	"mxlab/sim/host"
	"mxlab/sim/named/config"
)

// Diagnostic is one remark of named-checkconf or named-checkzone about a file.
type Diagnostic struct {
	File     string
	Line     int // from 1, 0 if unknown
	Col      int // from 1, 0 if unknown
	Severity Severity
	Message  string // in the tool's own words, without the place
}

// Severity ranks a Diagnostic.
type Severity string

const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Lint checks the host's name server configuration as if path had the content
// text: what named-checkconf says of the whole configuration if path is a part of
// it, what named-checkzone says if it is the file of one of its zones. Of a path
// that is neither, and of one without fault, it returns nothing.
func Lint(h *host.Host, file string, text []byte) []Diagnostic {
	file = path.Clean(file)
	d := disk{fs: h.FS, cred: host.Root, dir: defaultDirectory(h.Flavour), edited: file, text: text}
	watch := &lintWatch{d: d, file: file}
	from := config.Disk{Read: watch.read, Stat: d.stat, Glob: d.glob}
	tree, messages := config.Parse(from, configOf(h), config.ParseOptions{})
	if watch.seen || file == path.Clean(configOf(h)) {
		if tree != nil {
			checked, _ := config.Check(tree, config.CheckOptions{Disk: from})
			messages = append(messages, checked...)
		}
		return confDiagnostics(d, messages)
	}
	if tree == nil { // nothing tells which zone the file is of
		return nil
	}
	conf := config.New(tree)
	if conf.Options.Directory.Value != "" {
		d.dir = conf.Options.Directory.Value
	}
	for _, v := range conf.Views {
		for _, z := range v.Zones {
			if z.File.Value != "" && path.Clean(d.path(z.File.Value)) == file && (z.Type == config.Primary || z.Type == config.Hint) {
				return zoneDiagnostics(d, z)
			}
		}
	}
	return nil
}

// configOf is the configuration file the host's unit uses.
func configOf(h *host.Host) string {
	o, err := parseCommandLine(unitArguments(h), h.Flavour)
	if err != nil {
		return defaultConfig(h.Flavour)
	}
	return o.config
}

// lintWatch notices whether the edited file is read as a part of the configuration.
type lintWatch struct {
	d    disk
	file string
	seen bool
}

func (w *lintWatch) read(name string) ([]byte, error) {
	if path.Clean(w.d.path(name)) == w.file {
		w.seen = true
	}
	return w.d.read(name)
}

func confDiagnostics(d disk, messages []config.Message) (list []Diagnostic) {
	for _, m := range messages {
		s := SeverityWarning
		switch m.Severity {
		case config.Error:
			s = SeverityError
		case config.Info:
			continue
		}
		g := Diagnostic{Line: m.Pos.Line, Severity: s, Message: strings.TrimRight(m.Text, "\n")}
		if m.Pos.File != "" {
			g.File = path.Clean(d.path(m.Pos.File))
		}
		list = append(list, g)
	}
	return list
}

// zoneDiagnostics are the remarks of named-checkzone with the zone's options. Of
// several messages about one fault, those without a place stay only if there is
// none with one.
func zoneDiagnostics(d disk, z *config.Zone) (list []Diagnostic) {
	kind := dns.Primary
	if z.Type == config.Hint {
		kind = dns.Hint
	}
	opts := zoneLoadOptions(z, kind, d)
	opts.ManyErrors = true
	_, messages, _ := dns.Load(opts)
	placed := false
	for _, m := range messages {
		placed = placed || m.Severity == dns.Error && m.Line > 0
	}
	for _, m := range messages {
		if m.Severity == dns.Info || placed && m.Line == 0 && m.Severity == dns.Error {
			continue
		}
		g := Diagnostic{File: path.Clean(d.path(z.File.Value)), Line: m.Line, Severity: SeverityWarning, Message: m.Text}
		if m.Severity == dns.Error {
			g.Severity = SeverityError
		}
		if m.File != "" {
			g.File = path.Clean(d.path(m.File))
			if _, rest, ok := strings.Cut(m.Text, m.File+":"+strconv.Itoa(m.Line)+": "); ok {
				g.Message = rest
			}
		}
		g.Col = columnOf(d, g)
		list = append(list, g)
	}
	return list
}

// nearWord is the word a message points to.
var nearWord = regexp.MustCompile(`near '([^']*)'`)

// columnOf finds the column of the word a message says the fault is near.
func columnOf(d disk, g Diagnostic) int {
	m := nearWord.FindStringSubmatch(g.Message)
	if m == nil || g.Line == 0 {
		return 0
	}
	b, err := d.read(g.File)
	if err != nil {
		return 0
	}
	lines := strings.SplitN(string(b), "\n", g.Line+1)
	if len(lines) < g.Line {
		return 0
	}
	if i := strings.Index(lines[g.Line-1], m[1]); i >= 0 && m[1] != "" {
		return i + 1
	}
	return 0
}
