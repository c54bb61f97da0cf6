package userland

import (
	"path"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runRm is rm(1). It refuses "/", "." and ".."; -i is taken as given without
// asking, since a terminal of the lab is line-wise.
func runRm(p *host.Proc) int {
	f, ok := readFlags(p, "rRfivdI", "recursive=r", "force=f", "verbose=v", "dir=d", "interactive=i", "no-preserve-root", "preserve-root")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		if f.has("f") {
			return 0
		}
		return missingOperand(p)
	}
	r := &remover{p: p, f: f, recursive: f.has("r") || f.has("R")}
	for _, name := range f.operands {
		r.operand(name)
	}
	return r.status
}

type remover struct {
	p         *host.Proc
	f         *flags
	recursive bool
	status    int
	depth     int
}

func (r *remover) fail(format string, args ...any) {
	r.p.Errorf(format, args...)
	r.status = 1
}

func (r *remover) operand(name string) {
	base := path.Base(strings.TrimRight(name, "/"))
	if r.recursive && (base == "." || base == "..") && strings.Trim(name, "/") != "" {
		r.fail("refusing to remove '.' or '..' directory: skipping '%s'", name)
		return
	}
	if r.recursive && path.Clean(r.p.Path(name)) == "/" {
		r.fail("it is dangerous to operate recursively on '/'")
		r.p.Errorf("use --no-preserve-root to override this failsafe")
		return
	}
	r.remove(name)
}

func (r *remover) remove(name string) {
	p, fsys := r.p, r.p.Host.FS
	p.Step(1)
	full := p.Path(name)
	info, err := fsys.Lstat(full, p.Cred)
	if err != nil {
		if code := vfs.ErrnoOf(err); !r.f.has("f") || code != vfs.ENOENT && code != vfs.ENOTDIR {
			r.fail("cannot remove '%s': %s", name, reason(err))
		}
		return
	}
	if !info.IsDir() {
		if err := fsys.Unlink(full, p.Cred); err != nil {
			r.fail("cannot remove '%s': %s", name, reason(err))
			return
		}
		p.Wrote("remove", full)
		r.tell("removed '%s'\n", name)
		return
	}
	if !r.recursive && !r.f.has("d") {
		r.fail("cannot remove '%s': Is a directory", name)
		return
	}
	if r.recursive {
		if r.depth++; r.depth > 1000 {
			r.fail("cannot remove '%s': File name too long", name)
			return
		}
		entries, err := fsys.ReadDir(full, p.Cred)
		if err != nil {
			r.fail("cannot remove '%s': %s", name, reason(err))
			r.depth--
			return
		}
		before := r.status
		r.status = 0
		for _, e := range entries {
			r.remove(strings.TrimSuffix(name, "/") + "/" + e.Name)
		}
		failed := r.status != 0
		r.status = max(before, r.status)
		r.depth--
		if failed {
			return
		}
	}
	if err := fsys.Rmdir(full, p.Cred); err != nil {
		r.fail("cannot remove '%s': %s", name, reason(err))
		return
	}
	p.Wrote("remove", full)
	r.tell("removed directory '%s'\n", name)
}

func (r *remover) tell(format, name string) {
	if r.f.has("v") {
		r.p.Printf(format, name)
	}
}
