package vfs

import (
	"bytes"
	"io/fs"
	"testing"
)

func TestSpace(t *testing.T) {
	f := disk(t, Options{})
	must(t, f.Mkdir("/var/spool", 0o777, Cred{}))
	must(t, f.Mount(Mount{Path: "/var/spool", Source: "/dev/vdb", Type: "ext4", Bytes: 10 * blockSize, Inodes: 4, Reserved: blockSize}))
	must(t, f.Chmod("/var/spool", 0o777, Cred{}))
	a := alice()
	// One block is the directory, one is root's: eight are left, and a write takes what fits.
	h, err := f.Open("/var/spool/big", O_WRONLY|O_CREATE, 0o644, a)
	must(t, err)
	n, err := h.Write(bytes.Repeat([]byte("x"), 10*blockSize))
	if check(t, "fill", err, ENOSPC); n != 8*blockSize {
		t.Fatalf("wrote %d blocks", n/blockSize)
	}
	st, err := f.Statfs("/var/spool/big", a)
	must(t, err)
	if st.UsedBytes != 9*blockSize || st.AvailBytes != 0 || st.FreeBytes != blockSize || st.UsedInodes != 2 || st.Path != "/var/spool" {
		t.Fatalf("%+v", st)
	}
	check(t, "root's reserve", f.WriteFile("/var/spool/r", []byte("r"), 0o644, Cred{}), 0)
	check(t, "all full", f.WriteFile("/var/spool/r2", []byte("r"), 0o644, Cred{}), ENOSPC)
	check(t, "inodes", f.WriteFile("/var/spool/r3", nil, 0o644, Cred{}), ENOSPC)
	check(t, "freed", f.Unlink("/var/spool/big", a), 0)
	must(t, h.Close())
	check(t, "again", f.WriteFile("/var/spool/new", make([]byte, 7*blockSize), 0o644, a), 0)
	// Mounts are walls.
	check(t, "rename", f.Rename("/var/spool/new", "/tmp/new", Cred{}), EXDEV)
	check(t, "link", f.Link("/var/spool/new", "/tmp/new", Cred{}), EXDEV)
	check(t, "rmdir", f.Rmdir("/var/spool", Cred{}), EBUSY)
	check(t, "move the root", f.Rename("/var/spool", "/var/x", Cred{}), EBUSY)
	check(t, "mount twice", f.Mount(Mount{Path: "/var/spool"}), EBUSY)
	must(t, f.Remount(Mount{Path: "/var/spool", ReadOnly: true}))
	check(t, "ro write", f.WriteFile("/var/spool/new", nil, 0o644, a), EROFS)
	check(t, "ro unlink", f.Unlink("/var/spool/new", a), EROFS)
	check(t, "ro mkdir", f.Mkdir("/var/spool/d", 0o755, a), EROFS)
	check(t, "ro chmod", f.Chmod("/var/spool/new", 0, a), EROFS)
	must(t, f.Rename("/var", "/var2", Cred{}))
	if m := f.Mounts(); len(m) != 2 || m[0].Path != "/" || m[1].Path != "/var2/spool" {
		t.Fatalf("%+v", m)
	}
}

func TestQuota(t *testing.T) {
	f := New(disk(t, Options{}).Image(), Options{MaxInodes: 40})
	a := alice()
	must(t, f.SetQuota("/", a.UID, Quota{Bytes: 3 * blockSize}))
	// The home directory is one block already.
	check(t, "two blocks", f.WriteFile("/tmp/a", make([]byte, 2*blockSize), 0o644, a), 0)
	check(t, "third", f.AppendFile("/tmp/a", []byte("x"), 0o644, a), EDQUOT)
	check(t, "root writes to it", f.AppendFile("/tmp/a", []byte("x"), 0o644, Cred{}), 0)
	must(t, f.Chown("/tmp/a", 0, 0, Cred{}))
	check(t, "given away", f.WriteFile("/tmp/b", []byte("x"), 0o644, a), 0)
	limit, used, err := f.QuotaOf("/home", a.UID)
	if must(t, err); limit.Bytes != 3*blockSize || used != (Quota{2 * blockSize, 2}) {
		t.Fatalf("%+v %+v", limit, used)
	}
	for i := 0; ; i++ {
		if err := f.Mkdir("/srv/"+string(rune('a'+i)), 0o755, Cred{}); err != nil {
			check(t, "world's bound", err, ENOSPC)
			break
		}
	}
	check(t, "file size", f.Truncate("/tmp/a", DefaultMaxFile+1, Cred{}), EFBIG)
}

func TestFill(t *testing.T) {
	f := disk(t, Options{})
	must(t, f.Fill("/var/old.log", []byte("a line of an old log\n"), 10<<20, 0o640, Cred{}))
	st, err := f.Stat("/var/old.log", Cred{})
	must(t, err)
	if st.Size() != 10<<20 || st.Blocks*512 < 10<<20 || st.Mode() != fs.FileMode(0o640) {
		t.Fatalf("%+v", st)
	}
	must(t, f.AppendFile("/var/old.log", []byte("tail\n"), 0, Cred{}))
	got, _ := f.ReadFile("/var/old.log", Cred{})
	if !bytes.HasSuffix(got, []byte("tail\n")) || !bytes.HasPrefix(got, []byte("a line of an old log\na line")) {
		t.Fatal("content")
	}
	must(t, f.Unlink("/var/old.log", Cred{}))
	if u := f.used[0]; u.bytes%blockSize != 0 || u.bytes > 40*blockSize {
		t.Fatalf("%+v", u)
	}
}
