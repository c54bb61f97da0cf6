package userland

import (
	"path"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runMkdir is mkdir(1).
func runMkdir(p *host.Proc) int {
	f, ok := readFlags(p, "pm:v", "parents=p", "mode=m:", "verbose=v")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		return missingOperand(p)
	}
	mode := 0o777 &^ p.Umask
	if text, ok := f.given["m"]; ok {
		change, ok := parseMode(text)
		if !ok {
			p.Errorf("invalid mode ‘%s’", text)
			return 1
		}
		mode = change(0o777, true, 0)
	}
	status := 0
	for _, name := range f.operands {
		if !makeDir(p, name, mode, f) {
			status = 1
		}
	}
	return status
}

func makeDir(p *host.Proc, name string, mode uint32, f *flags) bool {
	fsys := p.Host.FS
	make := func(n string, m uint32) error {
		p.Step(1)
		err := fsys.Mkdir(p.Path(n), vfs.FileMode(m), p.Cred)
		if err == nil {
			p.Wrote("mkdir", n)
			if f.has("v") {
				p.Printf("mkdir: created directory '%s'\n", n)
			}
		}
		return err
	}
	if f.has("p") {
		clean := strings.TrimRight(name, "/")
		for i := 1; i < len(clean); i++ {
			if clean[i] != '/' {
				continue
			}
			part := clean[:i]
			if info, err := fsys.Stat(p.Path(part), p.Cred); err == nil && info.IsDir() {
				continue
			}
			if err := make(part, (0o777&^p.Umask)|0o300); err != nil && vfs.ErrnoOf(err) != vfs.EEXIST {
				p.Errorf("cannot create directory ‘%s’: %s", part, reason(err))
				return false
			}
		}
		if info, err := fsys.Stat(p.Path(name), p.Cred); err == nil && info.IsDir() {
			return true
		}
	}
	if err := make(name, mode); err != nil {
		p.Errorf("cannot create directory ‘%s’: %s", name, reason(err))
		return false
	}
	return true
}

// runRmdir is rmdir(1).
func runRmdir(p *host.Proc) int {
	f, ok := readFlags(p, "pv", "parents=p", "verbose=v", "ignore-fail-on-non-empty")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 {
		return missingOperand(p)
	}
	status := 0
	for _, name := range f.operands {
		for n := strings.TrimRight(name, "/"); ; n = path.Dir(n) {
			full := p.Path(n)
			err := p.Host.FS.Rmdir(full, p.Cred)
			if err != nil {
				if !(f.has("ignore-fail-on-non-empty") && vfs.ErrnoOf(err) == vfs.ENOTEMPTY) {
					p.Errorf("failed to remove '%s': %s", n, reason(err))
					status = 1
				}
				break
			}
			p.Wrote("remove", full)
			if !f.has("p") || path.Dir(n) == "." || path.Dir(n) == "/" {
				break
			}
		}
	}
	return status
}

// modeChange computes a new mode from an old one.
type modeChange func(old uint32, dir bool, umask uint32) uint32

// parseMode reads a mode as chmod(1) takes it: octal, or symbolic clauses such
// as u+x,go-w,a=r.
func parseMode(text string) (modeChange, bool) {
	if text != "" && strings.Trim(text, "01234567") == "" {
		n, err := strconv.ParseUint(text, 8, 16)
		if err != nil || n > 0o7777 {
			return nil, false
		}
		return func(old uint32, dir bool, _ uint32) uint32 {
			if dir && len(text) < 5 {
				return uint32(n) | old&0o6000 // a directory keeps its set-ID bits
			}
			return uint32(n)
		}, true
	}
	var list []modeChange
	for clause := range strings.SplitSeq(text, ",") {
		c, ok := modeClause(clause)
		if !ok {
			return nil, false
		}
		list = append(list, c...)
	}
	return func(old uint32, dir bool, umask uint32) uint32 {
		for _, c := range list {
			old = c(old, dir, umask)
		}
		return old
	}, true
}

func modeClause(clause string) (list []modeChange, ok bool) {
	i := 0
	var who uint32
	for i < len(clause) && strings.IndexByte("ugoa", clause[i]) >= 0 {
		who |= map[byte]uint32{'u': 0o4700, 'g': 0o2070, 'o': 0o1007, 'a': 0o7777}[clause[i]]
		i++
	}
	if i == len(clause) {
		return nil, false
	}
	for i < len(clause) {
		op := clause[i]
		if strings.IndexByte("+-=", op) < 0 {
			return nil, false
		}
		i++
		start := i
		for i < len(clause) && strings.IndexByte("rwxXstugo", clause[i]) >= 0 {
			i++
		}
		list = append(list, modeAction(who, op, clause[start:i]))
	}
	return list, true
}

func modeAction(who uint32, op byte, perms string) modeChange {
	return func(old uint32, dir bool, umask uint32) uint32 {
		var bits uint32
		for _, c := range perms {
			switch c {
			case 'r':
				bits |= 0o444
			case 'w':
				bits |= 0o222
			case 'x':
				bits |= 0o111
			case 'X':
				if dir || old&0o111 != 0 {
					bits |= 0o111
				}
			case 's':
				bits |= 0o6000
			case 't':
				bits |= 0o1000
			case 'u', 'g', 'o':
				b := old >> map[rune]uint{'u': 6, 'g': 3, 'o': 0}[c] & 7
				bits |= b<<6 | b<<3 | b
			}
		}
		mask := who
		if who == 0 { // no letter: all, less the umask
			mask = 0o7777 &^ umask
			if op == '=' {
				mask = 0o7777
				bits &^= umask
			}
		}
		bits &= mask
		switch op {
		case '+':
			return old | bits
		case '-':
			return old &^ bits
		}
		clear := mask & 0o777
		return old&^clear | bits
	}
}
