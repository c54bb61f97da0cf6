package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// View is what a map of the world shows.
type View struct {
	Nodes []NodeView
	Links []LinkView
}

// NodeView is a host or router on the map.
type NodeView struct {
	Name     string
	Kind     string
	Label    Text
	X, Y     int
	Addrs    []netip.Prefix
	Hostname string
	Terminal bool
	Mine     bool
	Up       bool
	Filters  []vnet.PortFilter
}

// LinkView is a segment and the nodes on it.
type LinkView struct {
	Name    string
	Label   Text
	Latency time.Duration
	Nodes   []string
}

// View returns the map as it is now.
func (w *World) View() View {
	w.mu.Lock()
	defer w.mu.Unlock()
	var v View
	on := map[string][]string{}
	for i := range w.plan.Blueprint.Hosts {
		spec := &w.plan.Blueprint.Hosts[i]
		node := w.net.Node(spec.Name)
		n := NodeView{Name: spec.Name, Kind: spec.Kind, Label: spec.Label, X: spec.X, Y: spec.Y, Hostname: w.hostname(spec.Name),
			Terminal: spec.Terminal, Mine: spec.Mine, Up: !node.IsDown(), Filters: node.PortFilters()}
		for _, i := range spec.Ifaces {
			n.Addrs = append(n.Addrs, i.Addrs...)
			on[i.Link] = append(on[i.Link], spec.Name)
		}
		v.Nodes = append(v.Nodes, n)
	}
	for _, l := range w.plan.Blueprint.Links {
		v.Links = append(v.Links, LinkView{Name: l.Name, Label: l.Label, Latency: l.Latency, Nodes: on[l.Name]})
	}
	return v
}

// hostname returns what a host calls itself.
func (w *World) hostname(name string) string {
	if d, err := w.disk(name); err == nil {
		if b, err := d.ReadFile("/etc/hostname", host.Root); err == nil {
			return strings.TrimSpace(string(b))
		}
	}
	return name
}

// readable returns a host the student has a terminal on: only there files can
// be looked at.
func (w *World) readable(name string) (*host.Host, error) {
	switch spec := w.spec(name); {
	case spec == nil:
		return nil, fmt.Errorf("%w: %q", ErrNoHost, name)
	case !spec.Terminal:
		return nil, fmt.Errorf("%s: %w", name, ErrNoTerminal)
	}
	return w.hosts[name], nil
}

// ReadFile returns a file's content as the editor opens it.
func (w *World) ReadFile(hostName, name string) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := w.readable(hostName)
	if err != nil {
		return nil, err
	}
	info, err := h.FS.Stat(name, host.Root)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if info.Size() > maxText {
		return nil, fmt.Errorf("%s: has %d bytes, the editor takes at most %d", name, info.Size(), maxText)
	}
	return h.FS.ReadFile(name, host.Root)
}

// DirEntry is a line of a directory listing.
type DirEntry struct {
	Name string
	Dir  bool
	Size int64
	Mode string
	Time time.Time
}

// ReadDir lists a directory.
func (w *World) ReadDir(hostName, name string) ([]DirEntry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := w.readable(hostName)
	if err != nil {
		return nil, err
	}
	list, err := h.FS.ReadDir(name, host.Root)
	if err != nil {
		return nil, err
	}
	var out []DirEntry
	for _, e := range list {
		info, err := h.FS.Stat(strings.TrimRight(name, "/")+"/"+e.Name, host.Root)
		if err != nil {
			continue
		}
		out = append(out, DirEntry{Name: e.Name, Dir: info.IsDir(), Size: info.Size(), Mode: info.Mode().String(), Time: info.ModTime()})
	}
	return out, nil
}

// Mailboxes returns the mail accounts of the world's people.
func (w *World) Mailboxes() []Mailbox { return w.plan.Blueprint.Boxes }

// Put copies a file to a host before anything is done there, for commands that
// prepare a world. It is not recorded in the journal.
func (w *World) Put(hostName, name string, data []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	opErr := w.operation(func(*vtime.Task) {
		var h *host.Host
		if h, err = w.host(hostName); err == nil {
			err = h.FS.WriteFile(name, data, 0o644, host.Root)
		}
	})
	return errors.Join(opErr, err)
}
