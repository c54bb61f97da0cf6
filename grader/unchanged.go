package grader

import (
	"path"
	"slices"
	"strings"

	"mxlab/scenarios"
	"mxlab/sim"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// configDirs are the folders that say how a host behaves.
var configDirs = []string{"/etc", "/var/named"}

// unchanged compares files with those of the untouched world by what they say.
func (p *probe) unchanged(s *scenarios.UnchangedSpec) {
	p.it.Expected = sim.Text{EN: "unchanged", KO: "변경 없음"}
	before, err := p.untouched()
	if err != nil {
		p.it.fault(err)
		return
	}
	files := slices.Clone(s.Files)
	for _, name := range s.Hosts {
		for _, dir := range configDirs {
			for _, h := range []*host.Host{p.w.Host(name), before.Host(name)} {
				files = append(files, filesBelow(h, dir)...)
			}
		}
	}
	for _, f := range files {
		name, file, _ := strings.Cut(f, ":")
		if slices.Contains(s.Except, f) || saying(p.w.Host(name), file) == saying(before.Host(name), file) {
			continue
		}
		p.it.Vantage, p.it.Actual = p.place(name), textf("%s was changed", "%s 변경됨", f)
		p.it.say(Fail, "%s was changed; the cure is not there.", "%s 파일이 변경되었습니다. 고칠 곳은 그곳이 아닙니다.", f)
		p.it.Evidence = append(p.it.Evidence, Evidence{Label: f, Host: name, File: file})
		return
	}
	p.it.say(Pass, "What had to stay unchanged is unchanged.", "변경하면 안 되는 것은 그대로입니다.")
}

// volatile are files below the configuration folders that change by themselves.
var volatile = []string{"/etc/resolv.conf.bak", "/etc/mtab", "/etc/adjtime"}

// filesBelow returns the regular files below a folder as HOST:PATH. Compiled
// tables and journals follow from other files.
func filesBelow(h *host.Host, dir string) (list []string) {
	h.FS.Walk(dir, host.Root, func(file string, st vfs.Info, err error) error {
		ext := path.Ext(file)
		if err == nil && st.Mode().IsRegular() && ext != ".db" && ext != ".jnl" && !slices.Contains(volatile, file) {
			list = append(list, h.Name+":"+file)
		}
		return nil
	})
	return list
}

// saying is what a configuration file says: its lines without comments, blank
// lines and spacing; "-" if there is no such file.
func saying(h *host.Host, file string) string {
	if h == nil {
		return "-"
	}
	b, err := h.FS.ReadFile(file, host.Root)
	if err != nil {
		return "-"
	}
	var out strings.Builder
	for l := range strings.Lines(string(b)) {
		if t := strings.Join(strings.Fields(l), " "); t != "" && t[0] != '#' && t[0] != ';' && !strings.HasPrefix(t, "//") {
			out.WriteString(t + "\n")
		}
	}
	return out.String()
}
