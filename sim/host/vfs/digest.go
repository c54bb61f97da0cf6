package vfs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// Sum is a digest of content; equal content has equal sums on every disk.
type Sum [sha256.Size]byte

// String returns it in hexadecimal.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// Sum digests what is at path, seen as root, without following a symbolic link: of a file the content,
// of a symbolic link its text, of a directory the names, modes, owners and sums of all that is below it.
// Times, inode numbers and the content of generated files do not count.
func (f *FS) Sum(path string) (Sum, error) {
	l, e := f.lookup(path, Cred{}, followSlash)
	if e != 0 {
		return Sum{}, fail("sum", path, e)
	}
	return f.treeSum(l.node), nil
}

func (f *FS) treeSum(n *node) Sum {
	if !n.isDir() {
		return n.contentSum()
	}
	h := sha256.New()
	for _, e := range n.dir.list() {
		child := f.node(e.ino)
		fmt.Fprintf(h, "%q %o %d %d %d:%d %s\n", e.name, UnixMode(child.mode), child.uid, child.gid,
			child.rdev.Major, child.rdev.Minor, f.treeSum(child))
	}
	return Sum(h.Sum(nil))
}

// contentSum digests a node that is no directory. A generated or special file has the sum of nothing.
// The digest of a file is over its size and its pages without their trailing zeros, so that the work is
// bounded by the space taken and a hole is equal to written zeros; it is not what sha256sum prints.
func (n *node) contentSum() Sum {
	if n.sum != nil {
		return *n.sum
	}
	h := sha256.New()
	if n.isLink() {
		io.WriteString(h, n.target)
		return Sum(h.Sum(nil))
	}
	fmt.Fprintf(h, "%d\n", n.data.size)
	for i := range n.data.pages {
		if b := bytes.TrimRight(n.data.page(i), "\x00"); len(b) > 0 {
			fmt.Fprintf(h, "%d %d\n", i, len(b))
			h.Write(b)
		}
	}
	return Sum(h.Sum(nil))
}
