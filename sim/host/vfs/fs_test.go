package vfs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"testing"
	"time"
)

func alice() Cred { return Cred{UID: 1000, GID: 1000, Groups: []uint32{8}} }
func bob() Cred   { return Cred{UID: 1001, GID: 1001} }

// check fails the test unless err carries want (0: none).
func check(t *testing.T, what string, err error, want Errno) {
	t.Helper()
	if got := ErrnoOf(err); got != want {
		t.Fatalf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// disk is a small host: /etc/passwd, /tmp sticky, alice's home, a mailbox directory of group mail.
func disk(t testing.TB, opt Options) *FS {
	t.Helper()
	f := New(nil, opt)
	root := Cred{}
	for _, d := range []string{"/etc", "/dev", "/proc", "/var/mail", "/home/alice", "/srv"} {
		must(t, f.MkdirAll(d, 0o755, root))
	}
	must(t, f.Mkdir("/tmp", fs.ModeSticky|0o777, root))
	must(t, f.WriteFile("/etc/passwd", []byte("root:x:0:0::/root:/bin/sh\n"), 0o644, root))
	must(t, f.WriteFile("/etc/shadow", []byte("root:*\n"), 0o640, root))
	must(t, f.Chown("/home/alice", 1000, 1000, root))
	must(t, f.Chmod("/home/alice", 0o700, root))
	must(t, f.Chown("/var/mail", 0, 8, root))
	must(t, f.Chmod("/var/mail", fs.ModeSetgid|0o775, root))
	must(t, f.Mknod("/dev/null", fs.ModeDevice|fs.ModeCharDevice|0o666, Dev{1, 3}, root))
	must(t, f.Mknod("/dev/full", fs.ModeDevice|fs.ModeCharDevice|0o666, Dev{1, 7}, root))
	must(t, f.Mknod("/dev/zero", fs.ModeDevice|fs.ModeCharDevice|0o666, Dev{1, 5}, root))
	return f
}

func TestPermissions(t *testing.T) {
	f := disk(t, Options{})
	a, b := alice(), bob()
	_, err := f.ReadFile("/etc/shadow", a)
	check(t, "read shadow", err, EACCES)
	if !errors.Is(err, fs.ErrPermission) || err.Error() != "open /etc/shadow: Permission denied" {
		t.Fatalf("text: %v", err)
	}
	check(t, "write passwd", f.WriteFile("/etc/passwd", nil, 0o644, a), EACCES)
	check(t, "own file", f.WriteFile("/home/alice/x", []byte("x"), 0o600, a), 0)
	_, err = f.Stat("/home/alice/x", b)
	check(t, "search", err, EACCES)
	check(t, "tmp", f.WriteFile("/tmp/a", []byte("a"), 0o666, a), 0)
	check(t, "sticky unlink", f.Unlink("/tmp/a", b), EPERM)
	check(t, "sticky rename", f.Rename("/tmp/a", "/tmp/b", b), EPERM)
	check(t, "chmod of another", f.Chmod("/tmp/a", 0o600, b), EPERM)
	check(t, "give away", f.Chown("/tmp/a", 1001, -1, a), EPERM)
	check(t, "own group", f.Chown("/tmp/a", -1, 8, a), 0)
	check(t, "other group", f.Chown("/tmp/a", -1, 4, a), EPERM)
	// A group directory with setgid hands its group down.
	check(t, "mail", f.WriteFile("/var/mail/alice", []byte("From \n"), 0o660, a), 0)
	st, err := f.Stat("/var/mail/alice", Cred{})
	must(t, err)
	if st.GID != 8 || st.UID != 1000 || st.Mode() != 0o660 {
		t.Fatalf("mailbox: %+v", st)
	}
	check(t, "mail of bob", f.WriteFile("/var/mail/bob", nil, 0o660, b), EACCES)
	// Root needs an x bit to execute, and only that.
	check(t, "root exec", f.Access("/etc/passwd", MayExec, Cred{}), EACCES)
	check(t, "root read", f.Access("/home/alice/x", MayRead|MayWrite, Cred{}), 0)
	// A write by a user takes setuid away.
	must(t, f.Chmod("/tmp/a", fs.ModeSetuid|0o755, Cred{}))
	must(t, f.AppendFile("/tmp/a", []byte("b"), 0, a))
	if st, _ = f.Stat("/tmp/a", a); st.Mode()&fs.ModeSetuid != 0 {
		t.Fatal("setuid survived a write")
	}
}

func TestPaths(t *testing.T) {
	f := disk(t, Options{})
	r := Cred{}
	must(t, f.Symlink("loop2", "/srv/loop1", r))
	must(t, f.Symlink("loop1", "/srv/loop2", r))
	must(t, f.Symlink("../etc", "/srv/e", r))
	must(t, f.Symlink("/etc/passwd", "/srv/p", r))
	must(t, f.Symlink("nowhere", "/srv/dangling", r))
	long := "/" + string(bytes.Repeat([]byte("a"), 256))
	for _, c := range []struct {
		path string
		want Errno
	}{
		{"", ENOENT}, {"/", 0}, {"//", 0}, {"/.", 0}, {"/..", 0}, {"/../../etc/./passwd", 0},
		{"/etc/", 0}, {"/etc/passwd/", ENOTDIR}, {"/etc/passwd/x", ENOTDIR}, {"/etc/passwd/.", ENOTDIR},
		{"/etc/nope", ENOENT}, {"/nope/x", ENOENT}, {"/nope/../etc", ENOENT}, {"/srv/loop1", ELOOP},
		{"/srv/e/passwd", 0}, {"/srv/e/../srv/p", 0}, {"/srv/p/", ENOTDIR}, {"/srv/dangling", ENOENT},
		{long, ENAMETOOLONG}, {long[:256], ENOENT}, {"/a\x00b", EINVAL},
		{"/" + string(bytes.Repeat([]byte("a/"), 2048)), ENAMETOOLONG}, {"etc/passwd", 0},
	} {
		_, err := f.Stat(c.path, r)
		check(t, c.path, err, c.want)
	}
	// path_resolution(7): 40 symbolic links are followed, 41 are not.
	prev := "/etc/passwd"
	for i := range 41 {
		name := "/srv/l" + string(rune('A'+i))
		must(t, f.Symlink(prev, name, r))
		_, err := f.Stat(name, r)
		check(t, name, err, map[bool]Errno{true: 0, false: ELOOP}[i < 40])
		prev = name
	}
	got, err := f.Realpath("/srv/e/../srv/e/passwd", r)
	if must(t, err); got != "/etc/passwd" {
		t.Fatal(got)
	}
	if Join("/a", "../b/") != "/a/../b/" || Join("/a", "/b") != "/b" || Join("/a", "") != "" {
		t.Fatal("Join")
	}
}

func TestHandles(t *testing.T) {
	now := time.Unix(1000, 0)
	f := disk(t, Options{Now: func() time.Time { return now }})
	h, err := f.Open("/tmp/f", O_RDWR|O_CREATE|O_EXCL, 0o644, alice())
	must(t, err)
	_, err = h.WriteString("hello world")
	must(t, err)
	now = now.Add(time.Hour)
	must(t, f.Unlink("/tmp/f", alice()))
	st, err := h.Stat()
	if must(t, err); st.Nlink != 0 || st.Size() != 11 || !st.ModTime().Equal(time.Unix(1000, 0)) || !st.Ctime.Equal(now) {
		t.Fatalf("%+v", st)
	}
	_, err = h.Seek(-5, io.SeekEnd)
	must(t, err)
	got, err := io.ReadAll(h)
	if must(t, err); string(got) != "world" {
		t.Fatalf("%q", got)
	}
	before := f.used[0]
	must(t, h.Close())
	if after := f.used[0]; after.bytes != before.bytes-blockSize || after.inodes != before.inodes-1 {
		t.Fatalf("close did not free: %+v, %+v", before, after)
	}
	check(t, "second close", h.Close(), EBADF)
	_, err = h.Read(make([]byte, 1))
	check(t, "read after close", err, EBADF)

}

// Append goes to the end whatever the position; a hole reads as zeros and takes no space.
func TestAppendAndHoles(t *testing.T) {
	f := disk(t, Options{})
	h, err := f.Open("/tmp/g", O_RDWR|O_CREATE|O_APPEND, 0o644, alice())
	must(t, err)
	must(t, h.Truncate(100_000))
	_, _ = h.Seek(0, io.SeekStart)
	_, err = h.Write([]byte("end"))
	must(t, err)
	all, err := f.ReadFile("/tmp/g", alice())
	must(t, err)
	if len(all) != 100_003 || string(all[100_000:]) != "end" || !bytes.Equal(all[:100_000], make([]byte, 100_000)) {
		t.Fatal(len(all))
	}
	if st, _ := h.Stat(); st.Blocks != 8 {
		t.Fatalf("blocks %d", st.Blocks)
	}
	must(t, h.Truncate(2))
	_, _ = h.Write([]byte("x"))
	if all, _ = f.ReadFile("/tmp/g", alice()); string(all) != "\x00\x00x" {
		t.Fatalf("%q", all)
	}
	for flags, want := range map[int]Errno{
		O_RDONLY | O_CREATE | O_EXCL: EEXIST, O_RDONLY | O_DIRECTORY: ENOTDIR, accessMode: EINVAL,
	} {
		_, err := f.Open("/tmp/g", flags, 0, alice())
		check(t, "open", err, want)
	}
}

func TestSpecialFiles(t *testing.T) {
	f := disk(t, Options{Generator: func(p string) Generator {
		return Generator{Read: func() []byte { return []byte("gen " + p) }}
	}})
	check(t, "null", f.WriteFile("/dev/null", []byte("x"), 0o666, alice()), 0)
	check(t, "full", f.WriteFile("/dev/full", []byte("x"), 0o666, alice()), ENOSPC)
	if got, err := f.ReadFile("/dev/null", alice()); err != nil || len(got) != 0 {
		t.Fatal(got, err)
	}
	must(t, f.Mknod("/tmp/sock", fs.ModeSocket|0o755, Dev{}, alice()))
	_, err := f.Open("/tmp/sock", O_RDWR, 0, alice())
	check(t, "socket", err, ENXIO)
	check(t, "mknod by a user", f.Mknod("/tmp/d", fs.ModeDevice|0o666, Dev{8, 0}, alice()), EPERM)
	forward := "0\n"
	must(t, f.Generate("/proc/ip_forward", 0o644, Generator{
		Read:  func() []byte { return []byte(forward) },
		Write: func(p []byte) error { forward = string(p); return nil },
	}))
	must(t, f.Generate("/proc/uptime", 0o444, Generator{}))
	must(t, f.WriteFile("/proc/ip_forward", []byte("1\n"), 0, Cred{}))
	check(t, "generated, no right", f.WriteFile("/proc/ip_forward", nil, 0, alice()), EACCES)
	for path, want := range map[string]string{"/proc/ip_forward": "1\n", "/proc/uptime": "gen /proc/uptime"} {
		if got, err := f.ReadFile(path, alice()); err != nil || string(got) != want {
			t.Fatalf("%s: %q %v", path, got, err)
		}
	}
	check(t, "no writer", f.WriteFile("/proc/uptime", []byte("x"), 0, Cred{}), EINVAL)
}

func TestUnixMode(t *testing.T) {
	for _, u := range []uint32{0o100644, 0o104755, 0o41777, 0o42775, 0o120777, 0o140755, 0o10600, 0o20666, 0o60660} {
		if got := UnixMode(FileMode(u)); got != u {
			t.Errorf("%o became %o", u, got)
		}
	}
}
