package vfs

import (
	"io/fs"
	"time"
)

// node is an inode (inode(7)). A node whose owner is not the FS's epoch is shared and never changed.
type node struct {
	owner        *epoch
	ino          Ino
	mode         fs.FileMode
	uid, gid     uint32
	nlink        uint32
	mount        uint16
	rdev         Dev
	mtime, ctime time.Time
	version      uint64

	data   content    // regular file
	target string     // symbolic link
	dir    *directory // directory
	parent Ino        // directory: what ".." names
	name   string     // directory: its one name
	gen    *generated // generated file
	sum    *Sum       // digest of the content, known for the files of an image
}

func (n *node) isDir() bool     { return n.mode&fs.ModeDir != 0 }
func (n *node) isLink() bool    { return n.mode&fs.ModeSymlink != 0 }
func (n *node) isRegular() bool { return n.mode.IsRegular() }

// size is st_size.
func (n *node) size() int64 {
	switch {
	case n.isDir():
		return blockSize
	case n.isLink():
		return int64(len(n.target))
	}
	return n.data.size
}

// cost is the space charged, in bytes. A short symbolic link lives in its inode, as in ext4.
func (n *node) cost() int64 {
	switch {
	case n.isDir():
		return blockSize
	case n.isLink() && len(n.target) >= 60:
		return blockSize
	}
	return n.data.cost()
}

// node returns the inode for reading, nil if there is none.
func (f *FS) node(ino Ino) *node {
	if n, ok := f.over[ino]; ok {
		return n
	}
	if ino < Ino(len(f.image.nodes)) {
		return f.image.nodes[ino]
	}
	return nil
}

// mut returns the inode for changing, copied from the image or a snapshot if it is shared.
func (f *FS) mut(ino Ino) *node {
	n := f.node(ino)
	if n.owner == f.own {
		return n
	}
	c := *n
	c.owner = f.own
	c.data = n.data.clone()
	c.sum = nil
	if n.dir != nil {
		c.dir = n.dir.clone()
	}
	f.put(&c)
	return &c
}

func (f *FS) put(n *node) {
	if f.over == nil {
		f.over = map[Ino]*node{}
	}
	f.over[n.ino] = n
}

// forget drops an inode nothing names and nothing holds open, and gives back its space.
func (f *FS) forget(n *node) {
	f.refund(n, n.cost(), 1)
	if n.ino < Ino(len(f.image.nodes)) && f.image.nodes[n.ino] != nil {
		f.over[n.ino] = nil
		return
	}
	delete(f.over, n.ino)
}

// stamp records a change of n: of its content too if data is set.
func (f *FS) stamp(n *node, data bool) {
	t := f.now()
	n.ctime = t
	if data {
		n.mtime = t
	}
	f.gen++
	n.version = f.gen
}

// bind enters name into dir, and unbind takes it out. Both change the directory's times.
func (f *FS) bind(dir *node, name string, child *node) {
	d := f.mut(dir.ino)
	d.dir.set(name, child.ino)
	if child.isDir() {
		child.parent, child.name = d.ino, name
		d.nlink++
	}
	f.stamp(d, true)
}

func (f *FS) unbind(dir *node, name string, child *node) {
	d := f.mut(dir.ino)
	d.dir.set(name, 0)
	if child.isDir() {
		d.nlink--
	}
	f.stamp(d, true)
}

// drop takes one link from n (a directory goes at once) and frees it unless it is held open.
func (f *FS) drop(ino Ino) {
	n := f.mut(ino)
	n.nlink--
	if n.isDir() {
		n.nlink = 0
	}
	f.stamp(n, false)
	if n.nlink == 0 && f.opens[ino] == 0 {
		f.forget(n)
	}
}
