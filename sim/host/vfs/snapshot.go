package vfs

import (
	"maps"
	"slices"
)

// Snapshot is a disk at one moment. It is never changed, and may be restored any number of times, in any
// world and goroutine.
type Snapshot struct {
	image  *Image
	over   map[Ino]*node
	next   Ino
	gen    uint64
	mounts []Mount
	used   []usage
	users  map[account]usage
	quotas map[account]Quota
}

// Snapshot records the present state. It costs as much as there are inodes that differ from the image.
func (f *FS) Snapshot() *Snapshot {
	f.own = new(epoch) // from here on a changed inode or page is copied first
	return &Snapshot{
		image: f.image, over: maps.Clone(f.over), next: f.next, gen: f.gen, mounts: f.mounts,
		used: slices.Clone(f.used), users: maps.Clone(f.users), quotas: f.quotas,
	}
}

// Restore puts f back to s, and tells the watchers what changed by it. Files open in f become stale.
func (f *FS) Restore(s *Snapshot) {
	f.load(s)
	f.notify()
}

// New returns a fresh disk in the state of s, for a fork of a world.
func (s *Snapshot) New(opt Options) *FS {
	f := &FS{opt: &opt}
	f.load(s)
	return f
}

func (f *FS) load(s *Snapshot) {
	f.image, f.over, f.next = s.image, maps.Clone(s.over), s.next
	f.mounts, f.used, f.users, f.quotas = s.mounts, slices.Clone(s.used), maps.Clone(s.users), s.quotas
	f.own = new(epoch)
	f.gen = max(f.gen, s.gen) + 1
	f.era++
	f.opens = nil
	// Nobody holds files open any more: those without a name go. The order does not matter.
	for _, n := range s.over {
		if n != nil && n.nlink == 0 {
			f.forget(n)
		}
	}
}
