package config

import "strings"

// CheckConf is what the named-checkconf command needs from its host.
type CheckConf struct {
	Disk Disk
	// Default is the file checked when none is named; empty means Debian's.
	Default string
	// LoadZone loads the zone file of a primary or redirect zone (-z) or the root hints of a hint zone. It gives what
	// named-checkconf prints while loading on standard output and on standard error, and the result's text, empty when the
	// zone is good. Nil loads nothing.
	LoadZone func(zone ZoneLoad) (stdout, stderr []string, result string)
}

// ZoneLoad is one zone that -z loads.
type ZoneLoad struct {
	Zone    *Zone
	View    string // _default without views
	File    string // as written; relative to Dir
	Dir     string // the working directory
	Journal bool   // -j: read the journal too
	Hint    bool   // the root hints
}

// Result is the complete outcome of a command.
type Result struct {
	Stdout, Stderr string
	Status         int
}

const (
	defaultConfigFile = "/etc/bind/named.conf"
	checkConfUsage    = "usage: named-checkconf [-chijlvz] [-p [-x]] [-t directory] [named.conf]\n"
)

// checkConfFlags are the options of one call.
type checkConfFlags struct {
	noPlugins, noDeprecated, journal, list, print, hide, load bool
	root                                                      string // -t
	file                                                      string
}

// Run does `named-checkconf ARGS` (args without the command's name).
func (c CheckConf) Run(args []string) Result {
	f, early := parseCheckConfArgs(args)
	if early != nil {
		return *early
	}
	if f.file == "" {
		f.file = c.Default
	}
	if f.file == "" {
		f.file = defaultConfigFile
	}
	disk := c.Disk
	if f.root != "" {
		if disk.Stat != nil {
			if err := disk.changeDirectory(f.root); err != nil {
				return Result{Stderr: "isc_dir_chroot: " + err.Error() + "\n", Status: 1}
			}
		}
		disk = disk.below(f.root)
	}
	var out strings.Builder
	tree, messages := Parse(disk, f.file, ParseOptions{NoDeprecated: f.noDeprecated})
	writeMessages(&out, messages)
	if tree == nil {
		return Result{Stdout: out.String(), Status: 1}
	}
	messages, ok := Check(tree, CheckOptions{Disk: disk, NoDeprecated: f.noDeprecated, NoPlugins: f.noPlugins})
	writeMessages(&out, messages)
	if !ok {
		return Result{Stdout: out.String(), Status: 1}
	}
	var errs strings.Builder
	status := 0
	if f.load || f.list {
		status = c.zones(tree, f, &out, &errs)
	}
	if f.print && status == 0 {
		out.WriteString(tree.Print(f.hide))
	}
	return Result{out.String(), errs.String(), status}
}

func writeMessages(out *strings.Builder, messages []Message) {
	for _, m := range messages {
		out.WriteString(m.String())
		out.WriteByte('\n')
	}
}

// parseCheckConfArgs reads the arguments as getopt does; early is the outcome of a call that does not get to the file.
func parseCheckConfArgs(args []string) (f checkConfFlags, early *Result) {
	usage := &Result{Stderr: checkConfUsage}
	i := 0
	for ; i < len(args) && len(args[i]) > 1 && args[i][0] == '-'; i++ {
		if args[i] == "--" {
			i++
			break
		}
		for j := 1; j < len(args[i]); j++ {
			letter := args[i][j]
			switch letter {
			case 't', 'm':
				value := args[i][j+1:]
				if value == "" {
					if i++; i >= len(args) {
						return f, invalidArgument(letter)
					}
					value = args[i]
				}
				if letter == 't' {
					f.root = value
				}
				j = len(args[i])
			case 'v':
				return f, &Result{Stdout: versionText + "\n"}
			case 'h', '?':
				return f, usage
			default:
				if !f.set(letter) {
					return f, invalidArgument(letter)
				}
			}
		}
	}
	switch rest := args[min(i, len(args)):]; {
	case f.hide && !f.print:
		return f, &Result{Stderr: "named-checkconf: -x cannot be used without -p\n", Status: 1}
	case f.print && f.list:
		return f, &Result{Stderr: "named-checkconf: -l cannot be used with -p\n", Status: 1}
	case len(rest) > 1:
		return f, usage
	case len(rest) == 1:
		f.file = rest[0]
	}
	return f, nil
}

func invalidArgument(letter byte) *Result {
	return &Result{Stderr: "named-checkconf: invalid argument -" + string(rune(letter)) + "\n" + checkConfUsage}
}

func (f *checkConfFlags) set(letter byte) bool {
	switch letter {
	case 'c':
		f.noPlugins = true
	case 'd':
	case 'i':
		f.noDeprecated = true
	case 'j':
		f.journal = true
	case 'l':
		f.list = true
	case 'p':
		f.print = true
	case 'x':
		f.hide = true
	case 'z':
		f.load = true
	default:
		return false
	}
	return true
}

// zones lists or loads the zones of each view.
func (c CheckConf) zones(t *Tree, f checkConfFlags, out, errs *strings.Builder) (status int) {
	for _, v := range New(t).Views {
		for _, z := range v.Zones {
			if f.list {
				out.WriteString(z.Text + " " + z.classText(v) + " " + v.Name + " " + z.typeText() + "\n")
				continue
			}
			if !c.loadZone(z, v, t.Dir, f, out, errs) {
				status = 1
			}
		}
	}
	return status
}

// classText is the class as -l prints it: as written, otherwise the view's.
func (z *Zone) classText(v *View) string {
	if z.classWord != "" {
		return z.classWord
	}
	return v.Class
}

func (z *Zone) typeText() string {
	if z.Type == InView {
		return "in-view " + z.InView
	}
	return z.TypeWord
}

// loadZone loads the zones that have their data in a file: primary, redirect without primaries, hint.
func (c CheckConf) loadZone(z *Zone, v *View, dir string, f checkConfFlags, out, errs *strings.Builder) bool {
	database := z.Database.Value
	if database != "" && database != "rbt" && database != "rbt64" || z.dlz || c.LoadZone == nil {
		return true
	}
	hint := z.Type == Hint
	if !hint && z.Type != Primary && (z.Type != Redirect || z.Primaries.Set) {
		return true
	}
	if z.File.Value == "" {
		return false
	}
	stdout, stderr, result := c.LoadZone(ZoneLoad{Zone: z, View: v.Name, File: z.File.Value, Dir: dir, Journal: f.journal, Hint: hint})
	for _, line := range stdout {
		out.WriteString(line + "\n")
	}
	for _, line := range stderr {
		errs.WriteString(line + "\n")
	}
	if result != "" && !hint {
		errs.WriteString(v.Name + "/" + z.Text + "/" + z.classText(v) + ": " + result + "\n")
	}
	return result == ""
}
