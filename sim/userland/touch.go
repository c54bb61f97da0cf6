package userland

import (
	"path"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runTouch is touch(1).
func runTouch(p *host.Proc) int {
	f, ok := readFlags(p, "acmd:r:t:h", "no-create=c", "date=d:", "reference=r:")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		p.Errorf("missing file operand")
		p.Stderr.Write([]byte("Try 'touch --help' for more information.\n"))
		return 1
	}
	when := p.Host.Clock.Now()
	switch f.last("d", "r", "t") {
	case "d":
		t, ok := parseDate(f.given["d"], p.Host.Now())
		if !ok {
			p.Errorf("invalid date format '%s'", f.given["d"])
			return 1
		}
		when = t
	case "t":
		t, err := time.ParseInLocation("200601021504.05", f.given["t"], p.Host.Zone)
		if err != nil {
			if t, err = time.ParseInLocation("200601021504", f.given["t"], p.Host.Zone); err != nil {
				p.Errorf("invalid date format '%s'", f.given["t"])
				return 1
			}
		}
		when = t
	case "r":
		info, err := p.Host.FS.Stat(p.Path(f.given["r"]), p.Cred)
		if err != nil {
			p.Errorf("failed to get attributes of '%s': %s", f.given["r"], reason(err))
			return 1
		}
		when = info.ModTime()
	}
	status := 0
	for _, name := range f.operands {
		p.Step(1)
		_, err := p.Host.FS.Stat(p.Path(name), p.Cred)
		made := false
		if err != nil && vfs.ErrnoOf(err) == vfs.ENOENT {
			if f.has("c") {
				continue
			}
			var file *vfs.File
			if file, err = p.Open(name, vfs.O_WRONLY|vfs.O_CREATE); err == nil {
				file.Close()
				made = true
			}
		}
		if err == nil && !(made && f.last("d", "r", "t") == "") {
			err = p.Host.FS.Chtimes(p.Path(name), when, p.Cred)
		}
		if err != nil {
			p.Errorf("cannot touch '%s': %s", name, reason(err))
			status = 1
			continue
		}
		if made {
			p.Wrote("write", name)
		}
	}
	return status
}

// runLn is ln(1).
func runLn(p *host.Proc) int {
	f, ok := readFlags(p, "sfvnrTt:", "symbolic=s", "force=f", "verbose=v", "no-dereference=n", "relative=r", "target-directory=t:")
	if !ok {
		return 1
	}
	list := f.operands
	if len(list) == 0 {
		p.Errorf("missing file operand")
		p.Stderr.Write([]byte("Try 'ln --help' for more information.\n"))
		return 1
	}
	target := "."
	if len(list) > 1 {
		target, list = list[len(list)-1], list[:len(list)-1]
	}
	stat := p.Host.FS.Stat
	if f.has("n") {
		stat = p.Host.FS.Lstat
	}
	info, err := stat(p.Path(target), p.Cred)
	isDir := err == nil && info.IsDir()
	if len(list) > 1 && !isDir {
		p.Errorf("target '%s' is not a directory", target)
		return 1
	}
	status := 0
	for _, src := range list {
		dst := target
		if isDir {
			dst = strings.TrimSuffix(target, "/") + "/" + path.Base(src)
		}
		if !link(p, f, src, dst) {
			status = 1
		}
	}
	return status
}

func link(p *host.Proc, f *flags, src, dst string) bool {
	fsys := p.Host.FS
	if f.has("f") {
		if info, err := fsys.Lstat(p.Path(dst), p.Cred); err == nil && !info.IsDir() {
			fsys.Unlink(p.Path(dst), p.Cred)
		}
	}
	var err error
	kind := "hard"
	if f.has("s") {
		kind = "symbolic"
		err = fsys.Symlink(src, p.Path(dst), p.Cred)
	} else {
		info, serr := fsys.Lstat(p.Path(src), p.Cred)
		if serr != nil {
			p.Errorf("failed to access '%s': %s", src, reason(serr))
			return false
		}
		if info.IsDir() {
			p.Errorf("%s: hard link not allowed for directory", src)
			return false
		}
		err = fsys.Link(p.Path(src), p.Path(dst), p.Cred)
	}
	if err != nil {
		if kind == "hard" {
			p.Errorf("failed to create hard link '%s' => '%s': %s", dst, src, reason(err))
		} else {
			p.Errorf("failed to create symbolic link '%s': %s", dst, reason(err))
		}
		return false
	}
	p.Wrote("write", dst)
	if f.has("v") {
		p.Printf("'%s' -> '%s'\n", dst, src)
	}
	return true
}

// runBasename is basename(1).
func runBasename(p *host.Proc) int {
	f, ok := readFlags(p, "+as:z", "multiple=a", "suffix=s:")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		return missingOperand(p)
	}
	names, suffix := f.operands, f.given["s"]
	if !f.has("a") && !f.has("s") {
		if len(names) > 2 {
			p.Errorf("extra operand '%s'", names[2])
			return 1
		}
		if len(names) == 2 {
			suffix = names[1]
		}
		names = names[:1]
	}
	for _, n := range names {
		base := path.Base(n)
		if n == "" {
			base = ""
		}
		if base != suffix {
			base = strings.TrimSuffix(base, suffix)
		}
		p.Print(base + "\n")
	}
	return 0
}

// runDirname is dirname(1).
func runDirname(p *host.Proc) int {
	f, ok := readFlags(p, "z")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		return missingOperand(p)
	}
	for _, n := range f.operands {
		trimmed := strings.TrimRight(n, "/")
		dir := "."
		switch i := strings.LastIndexByte(trimmed, '/'); {
		case trimmed == "" && n != "":
			dir = "/"
		case i >= 0:
			if dir = strings.TrimRight(trimmed[:i], "/"); dir == "" {
				dir = "/"
			}
		}
		p.Print(dir + "\n")
	}
	return 0
}

// runRealpath is realpath(1) and readlink(1).
func runRealpath(p *host.Proc) int {
	f, ok := readFlags(p, "femnsqzvL", "canonicalize=f", "canonicalize-existing=e", "canonicalize-missing=m", "no-newline=n", "strip=s", "quiet=q")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		return missingOperand(p)
	}
	status := 0
	plain := p.Name() == "readlink" && !f.has("f") && !f.has("e") && !f.has("m")
	for _, name := range f.operands {
		if plain {
			text, err := p.Host.FS.Readlink(p.Path(name), p.Cred)
			if err != nil {
				status = 1
				continue
			}
			p.Print(text)
		} else {
			real, err := canonical(p, name, f.has("e"), f.has("m"))
			if err != nil {
				if p.Name() == "realpath" {
					p.Errorf("%s: %s", name, reason(err))
				}
				status = 1
				continue
			}
			p.Print(real)
		}
		if !f.has("n") {
			p.Print("\n")
		}
	}
	return status
}

// canonical resolves a path of which, unless existing is set, the last
// component may be missing, with missing all of it.
func canonical(p *host.Proc, name string, existing, missing bool) (string, error) {
	full := p.Path(name)
	real, err := p.Host.FS.Realpath(full, p.Cred)
	if err == nil || existing {
		return real, err
	}
	clean := path.Clean(full)
	dir, derr := p.Host.FS.Realpath(path.Dir(clean), p.Cred)
	switch {
	case derr == nil && vfs.ErrnoOf(err) == vfs.ENOENT:
		return path.Join(dir, path.Base(clean)), nil
	case missing:
		return clean, nil
	}
	return "", err
}
