package vfs

import (
	"slices"
	"strings"
)

const maxSymlinks = 40

// follow says what to do with a symbolic link in the last component.
type follow uint8

const (
	followNever  follow = iota // calls that change the name itself: unlink, rename, mkdir
	followSlash                // lstat: followed only if a slash comes after it
	followAlways               // stat, open
	followCreate               // open with O_CREATE: EISDIR for a last name with a slash, there or not
)

// last is the kind of the last component.
type last uint8

const (
	lastName last = iota
	lastDot
	lastDotDot
	lastRoot
)

// loc is where a path leads: the directory, the last name in it, and the inode (nil if the name is free).
type loc struct {
	dir   *node
	name  string
	node  *node
	last  last
	slash bool
}

// walk resolves path as path_resolution(7) describes.
//
// Component by component: the current inode must be a directory that c may search. "." stays, ".." goes
// to the parent, a name is looked up. A symbolic link that is not last, or is last and to be followed,
// is replaced by its text in front of what is left of the path; an absolute text starts again at the
// root. A name that does not exist is an error unless it is the last. A relative path starts at the root.
func (f *FS) walk(path string, c Cred, mode follow) (loc, Errno) {
	if e := plausible(path); e != 0 {
		return loc{}, e
	}
	root := f.node(RootIno)
	at := loc{dir: root, node: root, last: lastRoot}
	links := 0
	for rest := strings.TrimLeft(path, "/"); rest != ""; {
		cur := at.node
		if !cur.isDir() {
			return loc{}, ENOTDIR
		}
		if !c.allows(cur, MayExec) {
			return loc{}, EACCES
		}
		name, after, slash := strings.Cut(rest, "/")
		after = strings.TrimLeft(after, "/")
		final := after == ""
		if mode == followCreate && final && slash && name != "." && name != ".." {
			return loc{}, EISDIR
		}
		next, e := f.step(cur, name)
		if e != 0 && !final {
			return loc{}, e
		} else if e != 0 {
			next.slash = slash
			return next, e // a last name that is too long still has a directory, see rename
		}
		if next.node == nil {
			if !final {
				return loc{}, ENOENT
			}
			next.slash = slash
			return next, 0
		}
		if next.node.isLink() && (!final || mode >= followAlways || mode == followSlash && slash) {
			if links++; links > maxSymlinks {
				return loc{}, ELOOP
			}
			if strings.HasPrefix(next.node.target, "/") {
				at = loc{dir: root, node: root, last: lastRoot}
			}
			rest = strings.TrimLeft(next.node.target, "/")
			if slash {
				rest = strings.TrimLeft(rest+"/"+after, "/")
			}
			continue
		}
		at, rest = next, after
		at.slash = slash && final
	}
	return at, 0
}

// plausible checks what can be told of a path without a disk.
func plausible(path string) Errno {
	switch {
	case path == "":
		return ENOENT
	case len(path) >= PathMax:
		return ENAMETOOLONG
	case strings.IndexByte(path, 0) >= 0:
		return EINVAL
	}
	return 0
}

// step goes from the directory cur by one component.
func (f *FS) step(cur *node, name string) (loc, Errno) {
	switch {
	case name == ".":
		return loc{dir: cur, name: name, node: cur, last: lastDot}, 0
	case name == "..":
		return loc{dir: cur, name: name, node: f.node(cur.parent), last: lastDotDot}, 0
	case len(name) > NameMax:
		return loc{dir: cur, name: name}, ENAMETOOLONG
	}
	at := loc{dir: cur, name: name}
	if ino := cur.dir.lookup(name); ino != 0 {
		at.node = f.node(ino)
	}
	return at, 0
}

// lookup is walk for a path that must exist, and be a directory if a slash ends it.
func (f *FS) lookup(path string, c Cred, mode follow) (loc, Errno) {
	l, e := f.walk(path, c, mode)
	switch {
	case e != 0:
		return l, e
	case l.node == nil:
		return l, ENOENT
	case l.slash && !l.node.isDir():
		return l, ENOTDIR
	}
	return l, 0
}

// free is walk for a name about to be made; isDir allows a slash at its end. The order of errors is that
// of Linux: an existing name wins over a missing permission.
func (f *FS) free(path string, c Cred, isDir bool) (loc, Errno) {
	l, e := f.walk(path, c, followNever)
	switch {
	case e != 0:
		return l, e
	case l.node != nil:
		return l, EEXIST
	case l.slash && !isDir:
		return l, ENOENT
	}
	return l, f.permit(l.dir, c, MayWrite|MayExec)
}

// pathOf returns the path of a directory.
func (f *FS) pathOf(dir *node) string {
	if dir.ino == RootIno {
		return "/"
	}
	var names []string
	for ; dir.ino != RootIno; dir = f.node(dir.parent) {
		names = append(names, dir.name)
	}
	slices.Reverse(names)
	return "/" + strings.Join(names, "/")
}

// pathLen is the length of a directory's path with a slash at its start, 0 for the root.
func (f *FS) pathLen(dir *node) int {
	n := 0
	for ; dir.ino != RootIno; dir = f.node(dir.parent) {
		n += 1 + len(dir.name)
	}
	return n
}

// Realpath returns path without symbolic links, "." and ".." (realpath(3)). All of it must exist.
func (f *FS) Realpath(path string, c Cred) (string, error) {
	l, e := f.lookup(path, c, followAlways)
	if e != 0 {
		return "", fail("realpath", path, e)
	}
	if l.node.isDir() {
		return f.pathOf(l.node), nil
	}
	return join(f.pathOf(l.dir), l.name), nil
}

// Join makes a path for this package from a working directory and a path a process gave. It keeps ".."
// and trailing slashes, whose meaning depends on symbolic links. An empty path stays empty.
func Join(cwd, path string) string {
	if path == "" || strings.HasPrefix(path, "/") {
		return path
	}
	return join(cwd, path)
}

func join(dir, name string) string {
	if strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}
