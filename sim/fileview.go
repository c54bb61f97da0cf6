package sim

import (
	"path"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// rootCred is the credential with which the editor reads.
var rootCred = host.Root

// FileView is a file as the editor opens it.
type FileView struct {
	Info         vfs.Info
	Owner, Group string // names
	Data         []byte // nil for what is not a regular file
}

// File returns a file with its attributes; a symbolic link is followed. The
// errors are those of the disk, with the error of a file that is too large for
// the editor.
func (w *World) File(hostName, name string) (FileView, error) {
	data, err := w.ReadFile(hostName, name)
	if err != nil {
		return FileView{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.hosts[hostName]
	info, err := h.FS.Stat(name, rootCred)
	if err != nil {
		return FileView{}, err
	}
	return FileView{Info: info, Owner: h.UserName(info.UID), Group: h.GroupName(info.GID), Data: data}, nil
}

// Link returns the target of a symbolic link, "" for anything else.
func (w *World) Link(hostName, dir, name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := w.readable(hostName)
	if err != nil {
		return ""
	}
	info, err := h.FS.Lstat(path.Join(dir, name), rootCred)
	if err != nil {
		return ""
	}
	return info.Target
}

// Units returns the names of a host's units.
func (w *World) Units(hostName string) (list []string) {
	h := w.hosts[hostName]
	if h == nil {
		return nil
	}
	for _, u := range h.Units() {
		list = append(list, u.Name)
	}
	return list
}
