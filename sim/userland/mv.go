package userland

import (
	"path"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runMv is mv(1).
func runMv(p *host.Proc) int {
	f, ok := readFlags(p, "fivnuTt:b", "force=f", "verbose=v", "no-clobber=n", "interactive=i", "target-directory=t:", "no-target-directory=T")
	if !ok {
		return 1
	}
	c := &copier{p: p, f: f, recursive: true, preserve: true, links: true}
	return c.toTarget("move", c.move)
}

func (c *copier) move(src, dst string) {
	p, fsys := c.p, c.p.Host.FS
	info, err := c.stat(src)
	if err != nil {
		c.fail("cannot stat '%s': %s", src, reason(err))
		return
	}
	old, oldErr := fsys.Lstat(p.Path(dst), p.Cred)
	exists := oldErr == nil
	switch {
	case exists && old.Ino == info.Ino && old.Mount == info.Mount:
		c.fail("'%s' and '%s' are the same file", src, dst)
		return
	case exists && c.f.has("n"):
		return
	case exists && old.IsDir() && !info.IsDir():
		c.fail("cannot overwrite directory '%s' with non-directory", dst)
		return
	case exists && !old.IsDir() && info.IsDir():
		c.fail("cannot overwrite non-directory '%s' with directory '%s'", dst, src)
		return
	}
	from, to := path.Clean(p.Path(src)), path.Clean(p.Path(dst))
	if info.IsDir() && strings.HasPrefix(to, strings.TrimSuffix(from, "/")+"/") {
		c.fail("cannot move '%s' to a subdirectory of itself, '%s'", src, dst)
		return
	}
	err = fsys.Rename(p.Path(src), p.Path(dst), p.Cred)
	switch {
	case err != nil && vfs.ErrnoOf(err) == vfs.EXDEV: // another file system: copy, then remove
		before := c.status
		c.status = 0
		c.copy(src, dst)
		if c.status == 0 {
			fsys.RemoveAll(p.Path(src), p.Cred)
			c.status = before
		}
	case err != nil:
		c.fail("cannot move '%s' to '%s': %s", src, dst, reason(err))
		return
	default:
		p.Wrote("rename", src)
		p.Wrote("write", dst)
	}
	if c.f.has("v") {
		p.Printf("renamed '%s' -> '%s'\n", src, dst)
	}
}
