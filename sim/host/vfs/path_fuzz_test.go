package vfs

import (
	"io/fs"
	"strings"
	"testing"
)

// FuzzPaths throws a path and a link text at every call: nothing may panic, what can be made can be named
// by its real path, and all can be removed.
func FuzzPaths(f *testing.F) {
	for _, s := range []string{"/", "", "a", "/a/../b/", "//a//./b", "/l/l/l", "..", "/etc/passwd/", "\x00", "/proc/x",
		strings.Repeat("/a", 2047), strings.Repeat("../", 1300), "/" + strings.Repeat("n", 256)} {
		f.Add(s, s)
		f.Add("/l/"+s, "/")
		f.Add(s, "l/l")
	}
	f.Fuzz(func(t *testing.T, path, target string) {
		for _, c := range []Cred{{}, alice()} {
			d := disk(t, Options{})
			_ = d.Symlink(target, "/l", Cred{})
			_ = d.MkdirAll(path, 0o755, c)
			_ = d.WriteFile(path, []byte("x"), 0o644, c)
			_ = d.Link(path, "/tmp/x", c)
			_ = d.Symlink(path, "/tmp/y", c)
			_ = d.Mknod(path+"p", fs.ModeNamedPipe, Dev{}, c)
			_ = d.Rename(path, "/tmp/z", c)
			_ = d.Rename("/tmp", path, c)
			_ = d.Truncate(path, int64(len(target)), c)
			_ = d.Generate(path+"/g", 0o444, Generator{})
			_ = d.Mount(Mount{Path: path})
			if real, err := d.Realpath(path, Cred{}); err == nil {
				if _, err := d.Lstat(real, Cred{}); err != nil || !strings.HasPrefix(real, "/") || len(real) >= PathMax {
					t.Fatalf("realpath %q of %q: %v", real, path, err)
				}
			}
			if _, err := d.ReadFile(path, c); err != nil && ErrnoOf(err) == EIO {
				t.Fatalf("an error without a number: %v", err)
			}
			d.Restore(d.Snapshot())
			_ = d.Walk("/", Cred{}, func(p string, _ Info, err error) error {
				if err != nil {
					t.Fatalf("%q cannot be walked: %v", p, err)
				}
				return nil
			})
		}
	})
}
