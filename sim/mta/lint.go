package mta

import (
	"regexp"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mta/postfix"
)

// Diagnostic is one remark of Postfix about its configuration.
type Diagnostic struct {
	File    string
	Line    int  // from 1, 0 if Postfix names none and none can be told
	Fatal   bool // the program ends with it
	Message string
}

var lineInText = regexp.MustCompile(`^(\S+), line (\d+): `)
var parameterInText = regexp.MustCompile(`(?:parameter|config variable|configuration:) ([a-z0-9_]+)`)

// Lint checks the configuration of the host's Postfix as "postfix check" would
// if path, main.cf or master.cf, had the content text. ok is false for other
// files.
func Lint(h *host.Host, path string, text []byte) (list []Diagnostic, ok bool) {
	mainFile, masterFile := configDir+"/main.cf", configDir+"/master.cf"
	if path != mainFile && path != masterFile {
		return nil, false
	}
	read := func(name string) ([]byte, error) {
		if name == path {
			return text, nil
		}
		return h.FS.ReadFile(name, host.Root)
	}
	data, err := read(mainFile)
	if err != nil {
		d := postfix.MainCFMissing(mainFile, vfs.ErrnoOf(err).Error())
		return []Diagnostic{{File: mainFile, Fatal: true, Message: d.String()}}, true
	}
	main, diags := postfix.ParseMainCF(mainFile, data)
	list = place(nil, diags, mainFile, main)
	if _, fatal := postfix.FirstFatal(diags); fatal {
		return list, true
	}
	var master *postfix.MasterCF
	if b, err := read(masterFile); err == nil {
		var more []postfix.Diagnostic
		master, more = postfix.ParseMasterCF(masterFile, b)
		list = place(list, more, masterFile, nil)
	}
	list = place(list, postfix.NewConfig(main, master, identity(h)).Check("smtpd"), mainFile, main)
	return list, true
}

// place finds the line each message is about: named in it, or that of the
// parameter it names.
func place(list []Diagnostic, diags []postfix.Diagnostic, file string, main *postfix.MainCF) []Diagnostic {
	for _, d := range diags {
		out := Diagnostic{File: file, Fatal: d.Severity == postfix.Fatal, Message: d.String()}
		if m := lineInText.FindStringSubmatch(d.Text); m != nil {
			out.File = m[1]
			out.Line, _ = strconv.Atoi(m[2])
		} else if m := parameterInText.FindStringSubmatch(d.Text); m != nil && main != nil {
			if e, ok := main.Lookup(m[1]); ok {
				out.Line = e.Line
			}
		} else if strings.Contains(d.Text, "inet_protocols") && main != nil {
			if e, ok := main.Lookup("inet_protocols"); ok {
				out.Line = e.Line
			}
		}
		list = append(list, out)
	}
	return list
}
