package userland

import (
	"path"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/trace"
)

// runEditor is vi, vim, nano, emacs: a file is edited in the page, not in the
// terminal. The Note event tells the page which one.
func runEditor(p *host.Proc) int {
	opened := 0
	for _, a := range p.Args[1:] {
		if strings.HasPrefix(a, "-") || strings.HasPrefix(a, "+") {
			continue
		}
		file := editedFile(p, a)
		if info, err := p.Host.FS.Stat(file, p.Cred); err == nil && info.IsDir() {
			p.Errorf("%s: %s", a, editorText(p, "is a directory", "디렉터리입니다"))
			return 1
		}
		p.Host.Log.Emit(trace.Event{Kind: trace.Note, Outcome: trace.Neutral, Node: p.Host.Name,
			Data: trace.F(openEditor, "path", file, "user", p.Host.UserName(p.Cred.UID))})
		p.Printf("%s\n", editorText(p, file+" is open in the editor.", file+" 파일이 편집기에 열렸습니다."))
		opened++
	}
	if opened == 0 {
		p.Errorf("%s", editorText(p, "name the file to edit, for example: "+p.Name()+" /etc/resolv.conf",
			"편집할 파일 이름을 적어야 합니다. 예: "+p.Name()+" /etc/resolv.conf"))
		return 1
	}
	return 0
}

// editorText chooses our own words by the language of the session.
func editorText(p *host.Proc, en, ko string) string {
	if korean(p) {
		return ko
	}
	return en
}

// korean tells whether a process's locale is Korean.
func korean(p *host.Proc) bool {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := p.Env.Get(name); v != "" {
			return strings.HasPrefix(v, "ko")
		}
	}
	return false
}

// openEditor is the label of the Note event by which the browser learns that a
// file is to be opened in its editor.
const openEditor = "open-editor"

// editedFile is the absolute path of an editor's operand.
func editedFile(p *host.Proc, name string) string { return path.Clean(p.Path(name)) }
