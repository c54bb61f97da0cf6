package userland

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host/vfs"
)

// findTests returns the test of a word with an argument; t is nil if the
// argument is wrong.
func findTests(f *finder, word, arg string) (t findTest, known bool) {
	glob := func(pat, s string) bool { ok, _ := path.Match(pat, s); return ok }
	switch word {
	case "-name", "-iname":
		return func(_ *finder, n string, _ vfs.Info) bool {
			base := path.Base(n)
			if word == "-iname" {
				return glob(strings.ToLower(arg), strings.ToLower(base))
			}
			return glob(arg, base)
		}, true
	case "-path", "-wholename", "-ipath":
		re, err := compilePOSIX("^"+globToRegex(arg)+"$", true, word == "-ipath")
		if err != nil {
			return nil, true
		}
		return func(_ *finder, n string, _ vfs.Info) bool { return re.MatchString(n) }, true
	case "-type":
		return findType(arg), true
	case "-maxdepth", "-mindepth":
		n, err := strconv.Atoi(arg)
		if err != nil && arg != "" {
			return nil, true
		}
		if word == "-maxdepth" {
			f.max = n
		} else {
			f.min = n
		}
		return func(*finder, string, vfs.Info) bool { return true }, true
	case "-user", "-group":
		return func(f *finder, _ string, st vfs.Info) bool {
			if word == "-user" {
				return f.p.Host.UserName(st.UID) == arg || fmt.Sprint(st.UID) == arg
			}
			return f.p.Host.GroupName(st.GID) == arg || fmt.Sprint(st.GID) == arg
		}, true
	case "-perm":
		m, err := strconv.ParseUint(strings.TrimLeft(arg, "-/"), 8, 16)
		if err != nil {
			return nil, true
		}
		return func(_ *finder, _ string, st vfs.Info) bool {
			have := uint64(vfs.UnixMode(st.Mode()) & 0o7777)
			switch {
			case strings.HasPrefix(arg, "-"):
				return have&m == m
			case strings.HasPrefix(arg, "/"):
				return m == 0 || have&m != 0
			}
			return have == m
		}, true
	case "-size":
		return findSize(arg), true
	case "-mtime", "-mmin":
		unit := 24 * time.Hour
		if word == "-mmin" {
			unit = time.Minute
		}
		cmp := findNumber(arg)
		if cmp == nil {
			return nil, true
		}
		now := f.p.Host.Clock.Now()
		return func(_ *finder, _ string, st vfs.Info) bool { return cmp(int64(now.Sub(st.ModTime()) / unit)) }, true
	case "-newer":
		info, err := f.p.Host.FS.Stat(f.p.Path(arg), f.p.Cred)
		if err != nil {
			return nil, true
		}
		return func(_ *finder, _ string, st vfs.Info) bool { return st.ModTime().After(info.ModTime()) }, true
	case "-links", "-inum":
		cmp := findNumber(arg)
		if cmp == nil {
			return nil, true
		}
		return func(_ *finder, _ string, st vfs.Info) bool {
			if word == "-inum" {
				return cmp(int64(st.Ino))
			}
			return cmp(int64(st.Nlink))
		}, true
	}
	return nil, false
}

func findType(arg string) findTest {
	kinds := map[string]fs.FileMode{"f": 0, "d": fs.ModeDir, "l": fs.ModeSymlink, "p": fs.ModeNamedPipe, "s": fs.ModeSocket,
		"c": fs.ModeDevice | fs.ModeCharDevice, "b": fs.ModeDevice}
	var want []fs.FileMode
	for k := range strings.SplitSeq(arg, ",") {
		m, ok := kinds[k]
		if !ok {
			return nil
		}
		want = append(want, m)
	}
	return func(_ *finder, _ string, st vfs.Info) bool {
		for _, m := range want {
			if st.Mode().Type() == m {
				return true
			}
		}
		return false
	}
}

// findNumber reads +n, -n or n.
func findNumber(arg string) func(int64) bool {
	n, err := strconv.ParseInt(strings.TrimLeft(arg, "+-"), 10, 62)
	if err != nil {
		return nil
	}
	return func(have int64) bool {
		switch arg[0] {
		case '+':
			return have > n
		case '-':
			return have < n
		}
		return have == n
	}
}

func findSize(arg string) findTest {
	unit := int64(512)
	units := map[byte]int64{'c': 1, 'w': 2, 'b': 512, 'k': 1024, 'M': 1 << 20, 'G': 1 << 30}
	if len(arg) > 0 {
		if u, ok := units[arg[len(arg)-1]]; ok {
			unit, arg = u, arg[:len(arg)-1]
		}
	}
	cmp := findNumber(arg)
	if cmp == nil {
		return nil
	}
	return func(_ *finder, _ string, st vfs.Info) bool { return cmp((st.Size() + unit - 1) / unit) }
}

// globToRegex translates a pattern in which * also matches slashes.
func globToRegex(pat string) string {
	var b strings.Builder
	for i := range len(pat) {
		switch c := pat[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		case '[', ']':
			b.WriteByte(c)
		default:
			if strings.IndexByte(`.+^$(){}|\`, c) >= 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}
