package vfs

import (
	"maps"
	"slices"
	"strings"
)

type dirent struct {
	name string
	ino  Ino
}

// directory is the names of one directory: a sorted base that is never changed (the image's) and what
// was added or taken away since. A whiteout is inode 0 in the overlay.
type directory struct {
	base []dirent
	over map[string]Ino
	live int
}

// lookup returns the inode of name, 0 if there is none.
func (d *directory) lookup(name string) Ino {
	if ino, ok := d.over[name]; ok {
		return ino
	}
	return d.inBase(name)
}

func (d *directory) inBase(name string) Ino {
	i, ok := slices.BinarySearchFunc(d.base, name, func(e dirent, s string) int { return strings.Compare(e.name, s) })
	if !ok {
		return 0
	}
	return d.base[i].ino
}

// set binds name to ino; 0 takes the name away.
func (d *directory) set(name string, ino Ino) {
	had := d.lookup(name) != 0
	switch {
	case had && ino == 0:
		d.live--
	case !had && ino != 0:
		d.live++
	}
	if ino == d.inBase(name) {
		delete(d.over, name)
		return
	}
	if d.over == nil {
		d.over = map[string]Ino{}
	}
	d.over[name] = ino
}

// clone copies the overlay and shares the base.
func (d *directory) clone() *directory {
	return &directory{base: d.base, over: maps.Clone(d.over), live: d.live}
}

// list returns the names in ascending order of bytes: a merge of the base and the sorted overlay.
func (d *directory) list() []dirent {
	if len(d.over) == 0 {
		return d.base
	}
	added := make([]dirent, 0, len(d.over))
	for name, ino := range d.over {
		if ino != 0 {
			added = append(added, dirent{name, ino})
		}
	}
	slices.SortFunc(added, func(a, b dirent) int { return strings.Compare(a.name, b.name) })
	out := make([]dirent, 0, d.live)
	for _, e := range d.base {
		if _, hidden := d.over[e.name]; hidden {
			continue
		}
		for len(added) > 0 && added[0].name < e.name {
			out, added = append(out, added[0]), added[1:]
		}
		out = append(out, e)
	}
	return append(out, added...)
}
