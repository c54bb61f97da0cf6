package host

import (
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
)

// Wrote tells that the process, on behalf of a person, has changed what is at
// path: its content, its name, its mode. Commands and the shell's redirections
// call it once for each file they changed, so that every such change is one
// FileWrite event. Daemons, which write log files and queues, do not. how is a
// verb: "write", "remove", "rename", "mode", "mkdir". Devices and pipes do not
// count.
func (p *Proc) Wrote(how, path string) {
	path = p.Path(path)
	if info, err := p.Host.FS.Stat(path, Root); err == nil {
		if !info.IsDir() && !info.Mode().IsRegular() {
			return
		}
		if real, err := p.Host.FS.Realpath(path, Root); err == nil {
			path = real
		}
	}
	p.Host.NoteWrite(how, path, p.Name())
}

// NoteWrite is Wrote for a change by something other than a command, such as
// the file editor: path is absolute, by names who did it.
func (h *Host) NoteWrite(how, path, by string) {
	seq := h.Log.Emit(trace.Event{Kind: trace.FileWrite, Outcome: trace.Neutral, Node: h.Name,
		Data: trace.F(how+" "+path, "path", path, "how", how, "by", by)})
	if h.edits == nil {
		h.edits = map[string]uint64{}
	}
	h.edits[path] = seq
}

// LastWrite returns the FileWrite event of the last change of path by a person,
// 0 if there was none. What a daemon loads refers to it (trace.CausedByEdit).
func (h *Host) LastWrite(path string) uint64 {
	if real, err := h.FS.Realpath(path, Root); err == nil {
		path = real
	}
	return h.edits[path]
}

// Open opens a file for the process, with its credential, umask and working
// directory.
func (p *Proc) Open(path string, flags int) (*vfs.File, error) {
	return p.Host.FS.Open(p.Path(path), flags, vfs.FileMode(0o666&^p.Umask), p.Cred)
}
