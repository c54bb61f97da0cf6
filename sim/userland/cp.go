package userland

import (
	"io/fs"
	"path"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runCp is cp(1).
func runCp(p *host.Proc) int {
	f, ok := readFlags(p, "aprRfidvnut:TLPHb", "archive=a", "recursive=r", "preserve=p", "preserve:=p", "force=f", "verbose=v", "no-clobber=n",
		"target-directory=t:", "no-target-directory=T", "update=u", "interactive=i")
	if !ok {
		return 1
	}
	c := &copier{p: p, f: f, recursive: f.has("a") || f.has("r") || f.has("R"), preserve: f.has("a") || f.has("p"),
		links: (f.has("a") || f.has("d") || f.has("P") || f.has("r") || f.has("R")) && !f.has("L")}
	return c.toTarget("copy", c.copy)
}

// copier copies or moves files to a target that may be a directory.
type copier struct {
	p         *host.Proc
	f         *flags
	recursive bool
	preserve  bool
	links     bool // copy symbolic links as such
	status    int
	depth     int
}

// toTarget finds the target among the operands and calls each for every source.
func (c *copier) toTarget(verb string, each func(src, dst string)) int {
	p, list := c.p, c.f.operands
	target, into := c.f.given["t"], c.f.has("t")
	if !into {
		if len(list) == 0 {
			p.Errorf("missing file operand")
			p.Stderr.Write([]byte("Try '" + p.Name() + " --help' for more information.\n"))
			return 1
		}
		if len(list) == 1 {
			return missingAfter(p, "destination file", list[0])
		}
		target, list = list[len(list)-1], list[:len(list)-1]
	}
	info, err := p.Host.FS.Stat(p.Path(target), p.Cred)
	isDir := err == nil && info.IsDir() && !c.f.has("T")
	if (len(list) > 1 || into) && !isDir {
		if err != nil {
			p.Errorf("target '%s': %s", target, reason(err))
		} else {
			p.Errorf("target '%s': Not a directory", target)
		}
		return 1
	}
	if err != nil && strings.HasSuffix(target, "/") && verb == "copy" {
		if src, e := p.Host.FS.Stat(p.Path(list[0]), p.Cred); e == nil && !src.IsDir() {
			p.Errorf("cannot create regular file '%s': Not a directory", target)
			return 1
		}
	}
	for _, src := range list {
		p.Step(1)
		dst := target
		if isDir {
			dst = strings.TrimSuffix(target, "/") + "/" + path.Base(path.Clean(p.Path(src)))
			if target == "." {
				dst = "./" + path.Base(src)
			}
		}
		each(src, dst)
	}
	return c.status
}

func (c *copier) fail(format string, args ...any) {
	c.p.Errorf(format, args...)
	c.status = 1
}

func (c *copier) stat(name string) (vfs.Info, error) {
	if c.links {
		return c.p.Host.FS.Lstat(c.p.Path(name), c.p.Cred)
	}
	return c.p.Host.FS.Stat(c.p.Path(name), c.p.Cred)
}

// copy copies one source to its final name.
func (c *copier) copy(src, dst string) {
	p, fsys := c.p, c.p.Host.FS
	p.Step(1)
	info, err := c.stat(src)
	if err != nil {
		c.fail("cannot stat '%s': %s", src, reason(err))
		return
	}
	old, oldErr := fsys.Stat(p.Path(dst), p.Cred)
	exists := oldErr == nil
	if exists && old.Ino == info.Ino && old.Mount == info.Mount {
		c.fail("'%s' and '%s' are the same file", src, dst)
		return
	}
	switch {
	case info.IsDir() && !c.recursive:
		c.fail("-r not specified; omitting directory '%s'", src)
	case info.IsDir():
		c.copyDir(src, dst, info, exists && old.IsDir(), exists)
	case exists && old.IsDir():
		c.fail("cannot overwrite directory '%s' with non-directory", dst)
	case exists && c.f.has("n"):
	case exists && c.f.has("u") && !info.ModTime().After(old.ModTime()):
	case info.Mode()&fs.ModeSymlink != 0:
		fsys.Unlink(p.Path(dst), p.Cred)
		if err := fsys.Symlink(info.Target, p.Path(dst), p.Cred); err != nil {
			c.fail("cannot create symbolic link '%s': %s", dst, reason(err))
		}
	default:
		if exists && c.f.has("b") {
			fsys.Rename(p.Path(dst), p.Path(dst)+"~", p.Cred)
		}
		c.copyFile(src, dst, info)
	}
}

func (c *copier) copyFile(src, dst string, info vfs.Info) {
	p, fsys := c.p, c.p.Host.FS
	in, err := p.Open(src, vfs.O_RDONLY)
	if err != nil {
		c.fail("cannot open '%s' for reading: %s", src, reason(err))
		return
	}
	defer in.Close()
	mode := vfs.FileMode(vfs.UnixMode(info.Mode()) & 0o777 &^ p.Umask)
	out, err := fsys.Open(p.Path(dst), vfs.O_WRONLY|vfs.O_CREATE|vfs.O_TRUNC, mode, p.Cred)
	if err != nil && c.f.has("f") {
		fsys.Unlink(p.Path(dst), p.Cred)
		out, err = fsys.Open(p.Path(dst), vfs.O_WRONLY|vfs.O_CREATE|vfs.O_TRUNC, mode, p.Cred)
	}
	if err != nil {
		c.fail("cannot create regular file '%s': %s", dst, reason(err))
		return
	}
	buf := make([]byte, 32<<10)
	for {
		n, rerr := in.Read(buf)
		p.Step(1 + n/1024)
		if n > 0 {
			if _, err = out.Write(buf[:n]); err != nil {
				c.fail("error writing '%s': %s", dst, reason(err))
				break
			}
		}
		if rerr != nil {
			break
		}
	}
	out.Close()
	c.keep(dst, info)
	p.Wrote("write", dst)
	c.tell(src, dst)
}

func (c *copier) tell(src, dst string) {
	if c.f.has("v") {
		c.p.Printf("'%s' -> '%s'\n", src, dst)
	}
}

// keep gives dst the attributes of the source for -p and -a.
func (c *copier) keep(dst string, info vfs.Info) {
	if !c.preserve {
		return
	}
	p, fsys := c.p, c.p.Host.FS
	if p.Cred.IsRoot() {
		fsys.Chown(p.Path(dst), int(info.UID), int(info.GID), p.Cred)
	}
	fsys.Chmod(p.Path(dst), vfs.FileMode(vfs.UnixMode(info.Mode())&0o7777), p.Cred)
	fsys.Chtimes(p.Path(dst), info.ModTime(), p.Cred)
}

func (c *copier) copyDir(src, dst string, info vfs.Info, intoDir, exists bool) {
	p, fsys := c.p, c.p.Host.FS
	if exists && !intoDir {
		c.fail("cannot overwrite non-directory '%s' with directory '%s'", dst, src)
		return
	}
	from, to := path.Clean(p.Path(src)), path.Clean(p.Path(dst))
	if to == from || strings.HasPrefix(to, strings.TrimSuffix(from, "/")+"/") {
		c.fail("cannot copy a directory, '%s', into itself, '%s'", src, dst)
		return
	}
	if !exists {
		mode := vfs.UnixMode(info.Mode())&0o7777&^p.Umask | 0o700
		if err := fsys.Mkdir(p.Path(dst), vfs.FileMode(mode), p.Cred); err != nil {
			c.fail("cannot create directory '%s': %s", dst, reason(err))
			return
		}
		p.Wrote("mkdir", dst)
		c.tell(src, dst)
	}
	entries, err := fsys.ReadDir(p.Path(src), p.Cred)
	if err != nil {
		c.fail("cannot access '%s': %s", src, reason(err))
		return
	}
	if c.depth++; c.depth > 300 {
		c.fail("cannot copy '%s': File name too long", src)
		return
	}
	for _, e := range entries {
		c.copy(strings.TrimSuffix(src, "/")+"/"+e.Name, strings.TrimSuffix(dst, "/")+"/"+e.Name)
	}
	c.depth--
	c.keep(dst, info)
}
