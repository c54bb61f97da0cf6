package dns

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConformanceCheckzone runs the zone files of BIND's own test suite, whose
// verdicts a manifest records. MXLAB_CONFORMANCE names the folder that holds
// bind/manifest-zone.tsv; the suite is not part of this repository.
func TestConformanceCheckzone(t *testing.T) {
	root := os.Getenv("MXLAB_CONFORMANCE")
	if root == "" {
		t.Skip("MXLAB_CONFORMANCE is not set")
	}
	manifest, err := os.ReadFile(filepath.Join(root, "bind", "manifest-zone.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	agree, total := 0, 0
	for _, line := range strings.Split(strings.TrimSpace(string(manifest)), "\n")[1:] {
		f := strings.Split(line, "\t")
		path, relevance, zone, options, verdict, first := f[0], f[1], f[2], f[3], f[4], f[7]
		args := append(strings.Fields(options), zone, strings.TrimPrefix(path, "checkzone/"))
		res := CheckZone("named-checkzone", args, CheckzoneHost{Read: readDir(filepath.Join(root, "bind", "checkzone"))})
		got, _, _ := strings.Cut(res.Stdout, "\n")
		if strings.Contains(got, "loaded serial") {
			got = ""
		}
		ours := "ok"
		if res.Status != 0 {
			ours = "fail"
		} else if got != "" {
			ours = "warn"
		}
		total++
		switch {
		case ours == verdict && got == first:
			agree++
		case relevance == "basic":
			t.Errorf("%s: %s %q, BIND says %s %q", path, ours, got, verdict, first)
		default:
			t.Logf("%s (%s): %s %q, BIND says %s %q", path, relevance, ours, got, verdict, first)
		}
	}
	t.Logf("%d of %d agree", agree, total)
}
