package vfs

import (
	"maps"
	"slices"
)

// Image is a frozen disk. It is never changed after it was made, so that any number of worlds in any
// number of goroutines may stand on it. The zero value is not usable; FS.Image makes one.
type Image struct {
	nodes  []*node // by inode number
	next   Ino
	gen    uint64
	mounts []Mount
	used   []usage
	users  map[account]usage
	quotas map[account]Quota
}

// Image freezes the present state of f. To build a disk, fill a New(nil, ...) by the ordinary calls and
// take its image. Files that are open but have no name any more are left out. f goes on as it is.
func (f *FS) Image() *Image {
	m := &Image{
		nodes: make([]*node, f.next), next: f.next, gen: f.gen, mounts: f.mounts,
		used: slices.Clone(f.used), users: map[account]usage{}, quotas: f.quotas,
	}
	maps.Copy(m.users, f.image.users)
	for a := range f.users {
		m.users[a] = f.userUsage(a)
	}
	copy(m.nodes, f.image.nodes)
	for ino, n := range f.over {
		m.nodes[ino] = m.freeze(n)
	}
	f.own = new(epoch)
	return m
}

// freeze copies a node of an overlay into the form it has in an image: a directory is one sorted list,
// the digest of a file is known.
func (m *Image) freeze(n *node) *node {
	if n == nil {
		return nil
	}
	if n.nlink == 0 {
		a := account{n.mount, n.uid}
		u := m.users[a]
		m.users[a] = usage{u.bytes - n.cost(), u.inodes - 1}
		m.used[n.mount].bytes -= n.cost()
		m.used[n.mount].inodes--
		return nil
	}
	c := *n
	c.owner = nil
	switch {
	case c.isDir():
		c.dir = &directory{base: n.dir.list(), live: n.dir.live}
	case c.isRegular() && c.gen == nil:
		sum := n.contentSum()
		c.sum = &sum
	}
	return &c
}
