package config

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A public suite of configurations, each with the verdict and the first message of the real tool. The folder is beside
// the product, not in it: MXLAB_CONFORMANCE names it.
func TestConformance(t *testing.T) {
	dir := os.Getenv("MXLAB_CONFORMANCE")
	if dir == "" {
		t.Skip("MXLAB_CONFORMANCE is not set")
	}
	dir = filepath.Join(dir, "bind")
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest-conf.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	runs, good := 0, 0
	for _, line := range strings.Split(strings.TrimSpace(string(manifest)), "\n")[1:] {
		f := strings.Split(line, "\t")
		if len(f) < 7 {
			t.Fatalf("manifest line %q", line)
		}
		disk := realDisk()
		read := disk.Read
		folder := filepath.Join(dir, filepath.Dir(f[0]))
		disk.Read = func(name string) ([]byte, error) { return read(within(folder, name)) }
		disk.Stat = func(name string) (os.FileInfo, error) { return os.Stat(within(folder, name)) }
		disk.Glob = func(pattern string) ([]string, error) { return nil, nil }
		got := CheckConf{Disk: disk}.Run([]string{filepath.Base(f[0])})
		first, _, _ := strings.Cut(got.Stdout, "\n")
		runs++
		if strconv.Itoa(got.Status) == f[3] && strings.TrimSpace(first) == strings.TrimSpace(f[6]) {
			good++
		} else {
			t.Logf("%s: status %d, want %s; %q, want %q", f[0], got.Status, f[3], first, f[6])
		}
	}
	t.Logf("%d of %d as recorded", good, runs)
	if good*100 < runs*99 {
		t.Error("too far from the recorded verdicts")
	}
}
