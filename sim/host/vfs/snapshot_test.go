package vfs

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

func diffText(list []Change) string {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s %s %d\n", c.Kind, c.Path, c.Aspects)
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	f := New(disk(t, Options{}).Image(), Options{})
	r := Cred{}
	if d := f.Diff(nil); len(d) != 0 {
		t.Fatal(diffText(d))
	}
	must(t, f.AppendFile("/etc/passwd", []byte("alice:x:1000:1000::/home/alice:/bin/sh\n"), 0, r))
	must(t, f.Unlink("/etc/shadow", r))
	must(t, f.MkdirAll("/srv/a/b", 0o755, r))
	must(t, f.WriteFile("/srv/a-b", nil, 0o600, r))
	must(t, f.Chmod("/home/alice", 0o755, r))
	must(t, f.Chown("/tmp", 1000, -1, r))
	must(t, f.Unlink("/dev/null", r))
	must(t, f.WriteFile("/dev/null", []byte("oops"), 0o644, r))
	want := `changed /dev/null 7
changed /etc/passwd 2
deleted /etc/shadow 0
changed /home/alice 4
created /srv/a 0
created /srv/a-b 0
created /srv/a/b 0
changed /tmp 8
`
	if got := diffText(f.Diff(nil)); got != want {
		t.Fatalf("got\n%swant\n%s", got, want)
	}
	s := f.Snapshot()
	must(t, f.WriteFile("/srv/a-b", []byte("x"), 0, r))
	must(t, f.WriteFile("/srv/a-b", nil, 0, r)) // back: times alone differ
	must(t, f.RemoveAll("/srv/a", r))
	if got, want := diffText(f.Diff(s)), "deleted /srv/a 0\ndeleted /srv/a/b 0\n"; got != want {
		t.Fatalf("got\n%swant\n%s", got, want)
	}
	f.Restore(s)
	if got := diffText(f.Diff(s)); got != "" {
		t.Fatal(got)
	}
	if got := diffText(f.Diff(nil)); got != want {
		t.Fatal(got)
	}
}

// Appending after a snapshot, a restore and a further append must not reach into the snapshot.
func TestSnapshotsAreFrozen(t *testing.T) {
	f := disk(t, Options{})
	r := Cred{}
	must(t, f.WriteFile("/log", []byte("1\n"), 0o644, r))
	h, err := f.Open("/log", O_WRONLY|O_APPEND, 0, r)
	must(t, err)
	s1 := f.Snapshot()
	_, _ = h.WriteString("2\n")
	s2 := f.Snapshot()
	_, _ = h.WriteString("3\n")
	f.Restore(s1)
	_, err = h.WriteString("x\n")
	check(t, "stale", err, ESTALE)
	must(t, f.AppendFile("/log", []byte("X\n"), 0, r))
	g := s2.New(Options{})
	must(t, g.AppendFile("/log", []byte("Y\n"), 0, r))
	for fsys, want := range map[*FS]string{f: "1\nX\n", g: "1\n2\nY\n", s1.New(Options{}): "1\n", s2.New(Options{}): "1\n2\n"} {
		if got, _ := fsys.ReadFile("/log", r); string(got) != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A file that was open without a name when the snapshot was taken takes no space after the restore.
func TestRestoreDropsUnnamedFiles(t *testing.T) {
	f := disk(t, Options{})
	clean := f.used[0]
	h, err := f.Open("/tmp/x", O_RDWR|O_CREATE, 0o600, Cred{})
	must(t, err)
	_, _ = h.WriteString("x")
	must(t, f.Unlink("/tmp/x", Cred{}))
	s := f.Snapshot()
	image := f.Image()
	f.Restore(s)
	if f.used[0] != clean || image.used[0] != clean {
		t.Fatalf("%+v, %+v, want %+v", f.used[0], image.used[0], clean)
	}
	must(t, h.Close())
}

func TestSums(t *testing.T) {
	f, g := disk(t, Options{}), New(disk(t, Options{}).Image(), Options{})
	a, _ := f.Sum("/")
	b, _ := g.Sum("/")
	if a != b {
		t.Fatal("the same disk, different sums")
	}
	must(t, f.WriteFile("/tmp/z", make([]byte, 50_000), 0o644, Cred{}))
	must(t, g.WriteFile("/tmp/z", nil, 0o644, Cred{}))
	must(t, g.Truncate("/tmp/z", 50_000, Cred{}))
	a, _ = f.Sum("/")
	if b, _ = g.Sum("/"); a != b {
		t.Fatal("a hole is not zeros")
	}
	must(t, g.Chmod("/tmp/z", 0o600, Cred{}))
	if b, _ = g.Sum("/"); a == b {
		t.Fatal("the mode does not count")
	}
}

// Many worlds on one image, at the same time: the race detector watches.
func TestImageIsShared(t *testing.T) {
	img := disk(t, Options{}).Image()
	snap := New(img, Options{}).Snapshot()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			f := New(img, Options{})
			if i%2 == 1 {
				f = snap.New(Options{})
			}
			for range 50 {
				_ = f.AppendFile("/etc/passwd", []byte{byte('a' + i)}, 0, Cred{})
				_ = f.Rename("/etc/shadow", "/etc/shadow-", Cred{})
				_ = f.Rename("/etc/shadow-", "/etc/shadow", Cred{})
			}
			if got, _ := f.ReadFile("/etc/passwd", Cred{}); strings.Count(string(got), string(rune('a'+i))) < 50 {
				t.Error("lost writes")
			}
		})
	}
	wg.Wait()
	if got, _ := New(img, Options{}).ReadFile("/etc/passwd", Cred{}); len(got) != 26 {
		t.Fatalf("the image changed: %q", got)
	}
}

func TestFreshIsSmall(t *testing.T) {
	f := disk(t, Options{})
	for _, p := range []string{"/var", "/home"} {
		_ = f.RemoveAll(p, Cred{})
		must(t, f.MkdirAll(p, 0o755, Cred{}))
		must(t, f.Mount(Mount{Path: p}))
	}
	img := f.Image()
	var kept *FS
	bytes := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			kept = New(img, Options{})
		}
	}).AllocedBytesPerOp()
	if bytes > 1024 || unsafe.Sizeof(*kept) > 512 {
		t.Fatalf("a fresh disk takes %d bytes", bytes)
	}
}

func TestWatch(t *testing.T) {
	f := disk(t, Options{})
	r := Cred{}
	var log []string
	on := func(path string) func() { return f.Watch(path, func() { log = append(log, path) }) }
	on("/var/log/mail.log")
	stop := on("/etc")
	on("/etc/passwd")
	expect := func(what, want string) {
		t.Helper()
		if got := strings.Join(log, " "); got != want {
			t.Fatalf("%s: got %q, want %q", what, got, want)
		}
		log = nil
	}
	must(t, f.MkdirAll("/var/log", 0o755, r))
	expect("directory above", "")
	must(t, f.WriteFile("/var/log/mail.log", nil, 0o644, r))
	expect("made", "/var/log/mail.log")
	must(t, f.AppendFile("/var/log/mail.log", []byte("x\n"), 0, r))
	expect("appended", "/var/log/mail.log")
	must(t, f.Rename("/var/log/mail.log", "/var/log/mail.log.1", r))
	expect("rotated", "/var/log/mail.log")
	must(t, f.AppendFile("/var/log/mail.log.1", []byte("y\n"), 0, r))
	expect("the old one", "")
	must(t, f.WriteFile("/etc/new", nil, 0o644, r))
	expect("new name", "/etc")
	stop()
	s := f.Snapshot()
	must(t, f.WriteFile("/etc/passwd.new", []byte("z"), 0o644, r))
	must(t, f.Rename("/etc/passwd.new", "/etc/passwd", r))
	expect("replaced", "/etc/passwd")
	f.Restore(s)
	expect("restored", "/etc/passwd")
	_, _ = f.ReadFile("/etc/passwd", r)
	expect("read", "")
	// A callback that changes what it watches is stopped.
	n := 0
	f.Watch("/tmp/x", func() { n++; _ = f.AppendFile("/tmp/x", []byte("x"), 0o644, r) })
	must(t, f.WriteFile("/tmp/x", nil, 0o644, r))
	if n != maxRounds {
		t.Fatal(n)
	}
}

func TestIOFS(t *testing.T) {
	f := disk(t, Options{})
	sub := f.IOFS("/etc", Cred{})
	got, err := fs.ReadFile(sub, "passwd")
	if must(t, err); !strings.HasPrefix(string(got), "root:") {
		t.Fatal(string(got))
	}
	list, err := fs.ReadDir(sub, ".")
	if must(t, err); len(list) != 2 || list[0].Name() != "passwd" {
		t.Fatal(list)
	}
	if _, err = fs.Stat(sub, "../etc"); err == nil {
		t.Fatal("escaped")
	}
}
