package config

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// Disk is how the package sees its host. Read is required; without Stat every directory exists, without Glob an include
// pattern is a plain name, without Interface no address may have an interface for its scope.
type Disk struct {
	Read     func(path string) ([]byte, error)      // errors: fs.ErrNotExist, fs.ErrPermission, a directory's own
	Stat     func(path string) (fs.FileInfo, error) // follows symbolic links
	Glob     func(pattern string) ([]string, error) // the matches of a shell pattern, sorted
	Writable func(dir string) bool                  // a directory named may write to; nil: all
	// Interface finds a network interface, as in fe80::1%eth0.
	Interface func(name string) (index uint32, ok bool)
}

// resultOf turns a file error into the text BIND has for it.
func resultOf(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errFileNotFound
	case errors.Is(err, fs.ErrPermission):
		return errPermission
	case strings.Contains(err.Error(), "is a directory"):
		return errNotAFile
	case strings.Contains(err.Error(), "too long"), strings.Contains(err.Error(), "not a directory"),
		strings.Contains(err.Error(), "symbolic links"):
		return errInvalidFile
	}
	return err
}

// within resolves name against the working directory dir.
func within(dir, name string) string {
	if dir == "" || strings.HasPrefix(name, "/") {
		return name
	}
	return path.Join(dir, name)
}

// changeDirectory is chdir as the directory option does it while the file is still being read.
func (d Disk) changeDirectory(dir string) error {
	if d.Stat == nil {
		return nil
	}
	info, err := d.Stat(dir)
	if err != nil {
		return resultOf(err)
	}
	if !info.IsDir() {
		return errInvalidFile
	}
	return nil
}

// matches lists the files an include names. A pattern without match is an error, as a missing file is.
func (d Disk) matches(dir, pattern string) ([]string, error) {
	if pattern == "" {
		return nil, errFileNotFound
	}
	if !strings.ContainsAny(pattern, "*?[") || d.Glob == nil {
		if d.Stat != nil {
			if _, err := d.Stat(within(dir, pattern)); err != nil {
				return nil, errFileNotFound
			}
		} else if _, err := d.Read(within(dir, pattern)); err != nil && errors.Is(err, fs.ErrNotExist) {
			return nil, errFileNotFound
		}
		return []string{pattern}, nil
	}
	found, err := d.Glob(within(dir, pattern))
	if errors.Is(err, path.ErrBadPattern) {
		return nil, errFileNotFound
	}
	if err != nil {
		return nil, resultOf(err)
	}
	if len(found) == 0 {
		return nil, errFileNotFound
	}
	if dir != "" && !strings.HasPrefix(pattern, "/") {
		for i, f := range found {
			found[i] = strings.TrimPrefix(f, strings.TrimSuffix(dir, "/")+"/")
		}
	}
	return found, nil
}

// below is the disk as seen after a chroot to root.
func (d Disk) below(root string) Disk {
	in := func(name string) string { return path.Join(root, path.Join("/", name)) }
	out := Disk{Interface: d.Interface, Read: func(name string) ([]byte, error) { return d.Read(in(name)) }}
	if d.Stat != nil {
		out.Stat = func(name string) (fs.FileInfo, error) { return d.Stat(in(name)) }
	}
	if d.Glob != nil {
		out.Glob = func(pattern string) ([]string, error) {
			found, err := d.Glob(in(pattern))
			for i, f := range found {
				found[i] = strings.TrimPrefix(f, strings.TrimSuffix(root, "/"))
			}
			return found, err
		}
	}
	return out
}
