package vfs

import "io/fs"

// Device is what is behind a special file: the calls a driver answers. A nil Read gives end of file, a
// nil Write EINVAL.
type Device struct {
	Read  func(p []byte) (int, error)
	Write func(p []byte) (int, error)
	Close func() error
}

// Generator is what is behind a generated file, such as those of /proc: Read gives the content at the
// moment of opening, Write takes what one write call brings (nil: EINVAL).
type Generator struct {
	Read  func() []byte
	Write func(p []byte) error
}

// generated is a generated file's inode part.
type generated struct {
	path string
	gen  Generator
}

// Generate makes path a generated file owned by root, or replaces the Generator of the one there. Its
// size is 0, as in proc(5). With the zero Generator the content comes from Options.Generator.
func (f *FS) Generate(path string, mode fs.FileMode, g Generator) error {
	l, e := f.walk(path, Cred{}, followNever)
	switch {
	case e != 0:
	case l.node == nil && l.slash:
		e = ENOENT
	case l.node == nil:
		e = f.create(l, &node{mode: mode & permBits, gen: &generated{path, g}}, Cred{})
	case l.node.gen == nil:
		e = EEXIST
	default:
		n := f.mut(l.node.ino)
		n.gen = &generated{path, g}
		f.stamp(n, true)
	}
	f.notify()
	return fail("mknod", path, e)
}

func (f *FS) generatorOf(n *node) *Generator {
	g := n.gen.gen
	if g.Read == nil && g.Write == nil && f.opt.Generator != nil {
		g = f.opt.Generator(n.gen.path)
	}
	return &g
}

// device opens a special file: null, zero and full (null(4), zero(4), full(4)) by their Linux numbers,
// everything else through Options.Special.
func (f *FS) device(path string, st Info, flags int) (*Device, error) {
	if f.opt.Special != nil {
		if d, err := f.opt.Special(path, st, flags); d != nil || err != nil {
			return d, err
		}
	}
	if st.mode&fs.ModeCharDevice == 0 || st.Rdev.Major != 1 {
		return nil, fail("open", path, ENXIO)
	}
	zeros := func(p []byte) (int, error) { clear(p); return len(p), nil }
	sink := func(p []byte) (int, error) { return len(p), nil }
	switch st.Rdev.Minor {
	case 3:
		return &Device{Write: sink}, nil
	case 5:
		return &Device{Read: zeros, Write: sink}, nil
	case 7:
		return &Device{Read: zeros, Write: func([]byte) (int, error) { return 0, fail("write", path, ENOSPC) }}, nil
	}
	return nil, fail("open", path, ENXIO)
}
