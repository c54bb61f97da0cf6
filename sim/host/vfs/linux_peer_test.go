//go:build linux

package vfs

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// operation is one call in both worlds. The peer is the Linux kernel of the machine the test runs on.
type operation struct {
	call  string
	a, b  string
	flags int
	mode  uint32
	uid   uint32
	gid   int
}

func (o operation) String() string {
	return fmt.Sprintf("%s %q %q flags %#o mode %#o gid %d as %d", o.call, o.a, o.b, o.flags, o.mode, o.gid, o.uid)
}

// drawPath draws paths of few names, so that they meet, with dots, doubled and trailing slashes.
func drawPath(r *rand.Rand, base string) string {
	parts := []string{"a", "a", "b", "b", "c", "d", ".", "..", "", strings.Repeat("n", 255+r.IntN(2)*r.IntN(2))}
	var b strings.Builder
	b.WriteString(base)
	for range 1 + r.IntN(3) {
		k := r.IntN(9)
		if r.IntN(40) == 0 {
			k = 9
		}
		b.WriteString("/" + parts[k])
	}
	if r.IntN(8) == 0 {
		b.WriteByte('/')
	}
	return b.String()
}

func drawTarget(r *rand.Rand, base string) string {
	switch r.IntN(8) {
	case 0:
		return "../" + string(rune('a'+r.IntN(4)))
	case 1:
		return base + "/" + string(rune('a'+r.IntN(4)))
	case 2:
		return string(rune('a'+r.IntN(4))) + "/"
	case 3:
		return "."
	case 4:
		return "a/" + string(rune('a'+r.IntN(4)))
	}
	return string(rune('a' + r.IntN(4)))
}

func drawOperation(r *rand.Rand, base string, users []uint32) operation {
	calls := []string{"mkdir", "mkdir", "rmdir", "unlink", "rename", "rename", "link", "symlink", "open", "open", "open",
		"chmod", "lchown", "chown", "truncate", "stat", "lstat", "readlink", "readdir", "mkfifo"}
	o := operation{call: calls[r.IntN(len(calls))], a: drawPath(r, base), b: drawPath(r, base), uid: users[r.IntN(len(users))]}
	if o.call == "symlink" {
		o.a = drawTarget(r, base)
	}
	o.mode = []uint32{0o777, 0o755, 0o644, 0o700, 0o1777, 0o2775, 0o4711, 0o333, 0o070}[r.IntN(9)]
	o.gid = []int{-1, 0, 1000, 1001}[r.IntN(4)]
	for _, fl := range []int{O_CREATE, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW} {
		if r.IntN(3) == 0 {
			o.flags |= fl
		}
	}
	if o.flags&O_CREATE == 0 {
		o.flags &^= O_EXCL // undefined, open(2)
	}
	o.flags |= r.IntN(3)
	return o
}

// ours runs o on the disk under test.
func ours(f *FS, o operation) Errno {
	c := Cred{UID: o.uid, GID: o.uid}
	mode := FileMode(o.mode)
	var err error
	switch o.call {
	case "mkdir":
		err = f.Mkdir(o.a, mode, c)
	case "mkfifo":
		err = f.Mknod(o.a, mode|fs.ModeNamedPipe, Dev{}, c)
	case "rmdir":
		err = f.Rmdir(o.a, c)
	case "unlink":
		err = f.Unlink(o.a, c)
	case "rename":
		err = f.Rename(o.a, o.b, c)
	case "link":
		err = f.Link(o.a, o.b, c)
	case "symlink":
		err = f.Symlink(o.a, o.b, c)
	case "open":
		var h *File
		if h, err = f.Open(o.a, o.flags, mode, c); err == nil {
			if o.flags&accessMode != O_RDONLY {
				_, err = h.WriteString("data of " + o.b)
			}
			_ = h.Close()
		}
	case "chmod":
		err = f.Chmod(o.a, mode, c)
	case "chown":
		err = f.Chown(o.a, int(o.mode%2)*1000, o.gid, c)
	case "lchown":
		err = f.Lchown(o.a, -1, o.gid, c)
	case "truncate":
		err = f.Truncate(o.a, int64(o.mode), c)
	case "stat":
		_, err = f.Stat(o.a, c)
	case "lstat":
		_, err = f.Lstat(o.a, c)
	case "readlink":
		_, err = f.Readlink(o.a, c)
	case "readdir":
		_, err = f.ReadDir(o.a, c)
	}
	return ErrnoOf(err)
}

// theirs runs o in the real file system, as the user o names, on the present thread.
func theirs(o operation, root bool) Errno {
	if root {
		rawCall(syscall.SYS_SETFSGID, uintptr(o.uid))
		rawCall(syscall.SYS_SETFSUID, uintptr(o.uid))
		defer func() {
			rawCall(syscall.SYS_SETFSUID, 0)
			rawCall(syscall.SYS_SETFSGID, 0)
		}()
	}
	var err error
	var st syscall.Stat_t
	switch o.call {
	case "mkdir":
		err = syscall.Mkdir(o.a, o.mode)
	case "mkfifo":
		err = syscall.Mknod(o.a, o.mode|syscall.S_IFIFO, 0)
	case "rmdir":
		err = syscall.Rmdir(o.a)
	case "unlink":
		err = syscall.Unlink(o.a)
	case "rename":
		err = syscall.Rename(o.a, o.b)
	case "link":
		err = syscall.Link(o.a, o.b)
	case "symlink":
		err = syscall.Symlink(o.a, o.b)
	case "open":
		err = theirOpen(o.a, o.flags, o.mode, "data of "+o.b)
	case "chmod":
		err = syscall.Chmod(o.a, o.mode)
	case "chown":
		err = syscall.Chown(o.a, int(o.mode%2)*1000, o.gid)
	case "lchown":
		err = syscall.Lchown(o.a, -1, o.gid)
	case "truncate":
		err = syscall.Truncate(o.a, int64(o.mode))
	case "stat":
		err = syscall.Stat(o.a, &st)
	case "lstat":
		err = syscall.Lstat(o.a, &st)
	case "readlink":
		_, err = syscall.Readlink(o.a, make([]byte, 100))
	case "readdir":
		err = theirOpen(o.a, O_RDONLY|O_DIRECTORY, 0, "")
	}
	var e syscall.Errno
	errors.As(err, &e)
	return Errno(e)
}

// theirOpen opens without waiting for the other end of a FIFO.
func theirOpen(path string, flags int, mode uint32, text string) error {
	fd, err := syscall.Open(path, flags|syscall.O_NONBLOCK|syscall.O_CLOEXEC, mode)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if err = syscall.Fstat(fd, &st); err == nil && flags&accessMode != O_RDONLY {
		_, err = syscall.Write(fd, []byte(text))
	}
	if st.Mode&syscall.S_IFMT == syscall.S_IFIFO {
		return syscall.ENXIO // what ours says without a host behind it
	}
	return err
}

func rawCall(nr, arg uintptr) { _, _, _ = syscall.RawSyscall(nr, arg, 0, 0) }

// TestLinuxPeer runs random sequences of calls on both and compares each error number and, at the end,
// names, modes, owners, link counts, sizes, content and link texts.
func TestLinuxPeer(t *testing.T) {
	users := []uint32{0, 0, 1000, 1001}
	root := os.Getuid() == 0
	if !root {
		users = []uint32{uint32(os.Getuid())}
	}
	for name, modelled := range map[string]string{
		"protected_symlinks": "0", "protected_hardlinks": "1", "protected_regular": "0", "protected_fifos": "0",
	} {
		if v, _ := os.ReadFile("/proc/sys/fs/" + name); strings.TrimSpace(string(v)) != modelled {
			t.Logf("this machine has another fs.%s than we model: comparing as one user only", name)
			users = users[:1]
		}
	}
	if !root && os.Getuid() != os.Getgid() {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("the peer needs root, or a user whose group has the same number")
		}
		t.Skip("the peer needs root, or a user whose group has the same number")
	}
	defer syscall.Umask(syscall.Umask(0))
	done := make(chan string)
	go func() {
		// The thread changes its user: it ends with the goroutine, as it is never unlocked.
		runtime.LockOSThread()
		if root {
			rawCall(syscall.SYS_SETGROUPS, 0)
		}
		fault := ""
		for seed := uint64(1); seed <= 150 && fault == ""; seed++ {
			fault = compareWithLinux(t.TempDir(), seed, users, root)
		}
		done <- fault
	}()
	if fault := <-done; fault != "" {
		t.Fatal(fault)
	}
}

// compareWithLinux runs one sequence and returns the first difference. It works deep below top, so that
// no chain of ".." (one a link, 40 links, three a path) leaves it.
func compareWithLinux(top string, seed uint64, users []uint32, root bool) string {
	defer os.RemoveAll(filepath.Join(top, "0"))
	base := top + strings.Repeat("/0", 50)
	f := New(nil, Options{})
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	must(os.MkdirAll(base, 0o755))
	// The other users have to reach the place: open the two folders testing makes for root alone.
	for _, p := range []string{top, filepath.Dir(top)} {
		must(os.Chmod(p, 0o755))
	}
	must(f.MkdirAll(base, 0o755, Cred{}))
	must(os.Chmod(base, 0o777))
	must(f.Chmod(base, 0o777, Cred{}))
	must(f.Chown(base, os.Getuid(), os.Getgid(), Cred{}))
	r := rand.New(rand.NewPCG(seed, 7))
	for i := range 80 {
		o := drawOperation(r, base, users)
		if got, want := ours(f, o), theirs(o, root); got != want {
			return fmt.Sprintf("seed %d step %d: %v: got %q, Linux says %q", seed, i, o, got, want)
		}
	}
	return compareTrees(f, base, seed)
}

func compareTrees(f *FS, base string, seed uint64) string {
	if _, err := f.Lstat(base, Cred{}); err != nil {
		if _, err = os.Lstat(base); err != nil {
			return "" // removed in both
		}
	}
	var top syscall.Stat_t
	_ = syscall.Lstat(base, &top)
	counts := top.Nlink != 1 // overlayfs and btrfs do not count the links of directories
	var got, want []string
	_ = f.Walk(base, Cred{}, func(p string, st Info, err error) error {
		text := ""
		if st.Mode().IsRegular() {
			b, _ := f.ReadFile(p, Cred{})
			text = string(b)
		}
		size := st.Size()
		if st.IsDir() {
			size = 0
			if !counts {
				st.Nlink = 1
			}
		}
		got = append(got, fmt.Sprintf("%s %o %d:%d %d %d %q %q", p, UnixMode(st.Mode()), st.UID, st.GID, st.Nlink, size, st.Target, text))
		return err
	})
	_ = filepath.WalkDir(base, func(p string, _ fs.DirEntry, err error) error {
		var st syscall.Stat_t
		_ = syscall.Lstat(p, &st)
		text, target := "", ""
		switch st.Mode & syscall.S_IFMT {
		case syscall.S_IFREG:
			b, _ := os.ReadFile(p)
			text = string(b)
		case syscall.S_IFLNK:
			target, _ = os.Readlink(p)
		case syscall.S_IFDIR:
			st.Size = 0
		}
		want = append(want, fmt.Sprintf("%s %o %d:%d %d %d %q %q", p, st.Mode, st.Uid, st.Gid, st.Nlink, st.Size, target, text))
		return err
	})
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		return fmt.Sprintf("seed %d: got\n%s\nLinux has\n%s", seed, g, w)
	}
	return ""
}
