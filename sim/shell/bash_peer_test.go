package shell

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLikeBash runs each snippet of testdata/snippets.txt with our bash and with
// the real one, in empty directories, and compares output, messages and status.
func TestLikeBash(t *testing.T) { likePeer(t, "bash", "snippets.txt") }

// TestLikeDash does the same for dash.
func TestLikeDash(t *testing.T) { likePeer(t, "dash", "snippets_dash.txt") }

func likePeer(t *testing.T, shell, file string) {
	peer, err := exec.LookPath(shell)
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal(err)
		}
		t.Skipf("%s is not installed", shell)
	}
	text, err := os.ReadFile(filepath.Join("testdata", file))
	must(t, err)
	for i, snippet := range strings.Split(string(text), "%%\n") {
		snippet = strings.TrimSuffix(snippet, "\n")
		if snippet == "" {
			continue
		}
		want := runPeer(t, peer, shell, snippet)
		w := newWorld(t)
		got := w.sh(shell, "-c", snippet)
		if got != want {
			t.Errorf("snippet %d:\n%s\n got %d %q %q\nwant %d %q %q", i+1, snippet, got.status, got.out, got.err, want.status, want.out, want.err)
		}
		w.k.Close()
	}
}

func runPeer(t *testing.T, peer, name, snippet string) result {
	dir := t.TempDir()
	cmd := exec.Command(peer, "-c", snippet)
	cmd.Args[0] = name
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	status := 0
	if ee, ok := err.(*exec.ExitError); ok {
		status = ee.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	home := strings.NewReplacer(dir, "/tmp/w")
	return result{home.Replace(out.String()), home.Replace(errs.String()), status}
}
