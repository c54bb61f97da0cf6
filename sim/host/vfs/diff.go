package vfs

import (
	"io/fs"
	"slices"
	"strings"
)

// ChangeKind says what became of a path.
type ChangeKind uint8

// What Diff tells.
const (
	Created ChangeKind = iota + 1
	Changed
	Deleted
)

// String returns "created", "changed" or "deleted".
func (k ChangeKind) String() string {
	switch k {
	case Created:
		return "created"
	case Changed:
		return "changed"
	case Deleted:
		return "deleted"
	}
	return "unknown"
}

// Aspect is a set of the properties in which a changed path differs.
type Aspect uint8

// The aspects of a change. Times, link counts and inode numbers are none.
const (
	AspectType    Aspect = 1 << iota // file, directory, symbolic link ...; device number
	AspectContent                    // bytes of a file, text of a symbolic link
	AspectMode
	AspectOwner
)

// Change is one path that differs. Before is the zero Info for a created path, After for a deleted one;
// the sums are of the content (see FS.Sum), zero for directories.
type Change struct {
	Path                string
	Kind                ChangeKind
	Aspects             Aspect
	Before, After       Info
	BeforeSum, AfterSum Sum
}

// differ compares two states of a disk.
type differ struct {
	fs            *FS
	before, after func(Ino) *node
	out           []Change
}

// Diff lists, by ascending path, what is different from base; nil stands for the image f was made over.
// A path whose times alone differ, and a directory in which only names differ, are not listed (the names
// are).
func (f *FS) Diff(base *Snapshot) []Change {
	image := f.image
	var over map[Ino]*node
	if base != nil {
		image, over = base.image, base.over
	}
	before := func(ino Ino) *node {
		if n, ok := over[ino]; ok {
			return n
		}
		if ino < Ino(len(image.nodes)) {
			return image.nodes[ino]
		}
		return nil
	}
	d := &differ{fs: f, before: before, after: f.node}
	d.compare("/", "/", before(RootIno), f.node(RootIno))
	slices.SortFunc(d.out, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return d.out
}

// compare tells of one path, x before and y after, either of which may be nil, and descends.
func (d *differ) compare(path, name string, x, y *node) {
	ch := Change{Path: path}
	switch {
	case x == nil:
		ch.Kind = Created
	case y == nil:
		ch.Kind = Deleted
	case x != y:
		if ch.Aspects = aspects(x, y); ch.Aspects != 0 {
			ch.Kind = Changed
		}
	}
	if ch.Kind != 0 {
		ch.Before, ch.BeforeSum = d.side(x, name)
		ch.After, ch.AfterSum = d.side(y, name)
		d.out = append(d.out, ch)
	}
	d.descend(path, listOf(x), listOf(y))
}

// descend merges two sorted lists of names.
func (d *differ) descend(path string, xs, ys []dirent) {
	for len(xs) > 0 || len(ys) > 0 {
		var x, y *node
		var name string
		takeX := len(xs) > 0 && (len(ys) == 0 || xs[0].name <= ys[0].name)
		takeY := len(ys) > 0 && (len(xs) == 0 || ys[0].name <= xs[0].name)
		if takeX {
			x, name, xs = d.before(xs[0].ino), xs[0].name, xs[1:]
		}
		if takeY {
			y, name, ys = d.after(ys[0].ino), ys[0].name, ys[1:]
		}
		d.compare(join(path, name), name, x, y)
	}
}

func (d *differ) side(n *node, name string) (Info, Sum) {
	switch {
	case n == nil:
		return Info{}, Sum{}
	case n.isDir():
		return d.fs.info(n, name), Sum{}
	}
	return d.fs.info(n, name), n.contentSum()
}

func listOf(n *node) []dirent {
	if n == nil || !n.isDir() {
		return nil
	}
	return n.dir.list()
}

func aspects(x, y *node) Aspect {
	var a Aspect
	if x.mode&fs.ModeType != y.mode&fs.ModeType || x.rdev != y.rdev || (x.gen == nil) != (y.gen == nil) {
		a |= AspectType
	}
	if x.target != y.target || !x.data.equal(&y.data) {
		a |= AspectContent
	}
	if x.mode&permBits != y.mode&permBits {
		a |= AspectMode
	}
	if x.uid != y.uid || x.gid != y.gid {
		a |= AspectOwner
	}
	return a
}
