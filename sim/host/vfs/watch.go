package vfs

import "slices"

// maxRounds bounds how often callbacks that change the disk themselves cause further callbacks.
const maxRounds = 64

type watchList struct {
	items   []*watch
	running bool
	again   bool
}

type watch struct {
	path string
	seen Identity
	call func()
}

// Identity is what a path led to: which inode, in which state. Two equal ones had the same content. The
// zero value is nothing at all.
type Identity struct {
	ino     Ino
	version uint64
}

// Watch calls fn after each change of what path leads to: its content, its attributes, for a directory
// its names, and also when the path comes to lead to another file, or to none, because a name on its way
// was changed. Calls are synchronous, in the order in which the watches were set; changes a callback
// makes are told after the current round. cancel ends the watch.
func (f *FS) Watch(path string, fn func()) (cancel func()) {
	if f.watch == nil {
		f.watch = &watchList{}
	}
	w := &watch{path: path, seen: f.Identify(path), call: fn}
	f.watch.items = append(slices.Clip(f.watch.items), w)
	return func() {
		w.call = nil
		f.watch.items = slices.DeleteFunc(slices.Clone(f.watch.items), func(x *watch) bool { return x == w })
	}
}

// Identify tells what path leads to now. What a generated file says may change without a new identity.
func (f *FS) Identify(path string) Identity {
	l, e := f.lookup(path, Cred{}, followAlways)
	if e != 0 {
		return Identity{}
	}
	return Identity{l.node.ino, l.node.version}
}

// notify tells the watchers. Each public call that may change something ends with it.
func (f *FS) notify() {
	if f.watch == nil || len(f.watch.items) == 0 {
		return
	}
	if f.watch.running {
		f.watch.again = true
		return
	}
	f.watch.running = true
	defer func() { f.watch.running = false }()
	for range maxRounds {
		f.watch.again = false
		for _, w := range f.watch.items {
			if now := f.Identify(w.path); now != w.seen && w.call != nil {
				w.seen = now
				w.call()
			}
		}
		if !f.watch.again {
			return
		}
	}
}
