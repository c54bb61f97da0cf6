package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	uiDir   = "../ui"
	distDir = "../dist"
)

// need skips a test that lacks a tool, or fails it where tools are required.
func need(t *testing.T, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("MXLAB_PEERS") == "require" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func TestProtocolTypesAreFresh(t *testing.T) {
	sources, err := protocolSources("..")
	if err != nil {
		t.Fatal(err)
	}
	want, err := protocolTypes(sources...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(uiDir, "src", "protocol.ts"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("ui/src/protocol.ts is stale: run go generate ./webui (%v)", err)
	}
}

func TestProtocolTypesTranslateEachForm(t *testing.T) {
	out, err := protocolTypes([]byte("package p\n\n// A is\n// a thing.\ntype A struct {\n\tN *B `json:\"n,omitempty\"` // note\n\tL []byte `json:\"l\"`\n\tM map[string][]uint64 `json:\"m\"`\n}\n"))
	if err != nil || !strings.Contains(string(out), "/** A is\n * a thing. */\nexport interface A {\n  /** note */\n  n?: B;\n  l: string;\n  m: Record<string, number[]>;\n}\n") {
		t.Errorf("got %s, %v", out, err)
	}
	if _, err := protocolTypes([]byte("package p\ntype A struct {\n\tF func() `json:\"f\"`\n}\n")); err == nil {
		t.Error("a type that cannot be translated was accepted")
	}
}

func TestDistIsFresh(t *testing.T) {
	_, err := os.Stat(filepath.Join(uiDir, "node_modules", "preact"))
	need(t, err == nil, "libraries of the page are missing: run npm ci in webui/ui")
	p, err := bundle(uiDir)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.compare(distDir); err != nil {
		t.Error(err)
	}
}

// The first load, without the editor's chunk, stays below 150 KB compressed.
func TestFirstLoadIsSmall(t *testing.T) {
	p := page{}
	err := filepath.WalkDir(distDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		p[filepath.ToSlash(path)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := p.firstLoad(); n > 150_000 || n == 0 {
		t.Errorf("first load is %d bytes compressed", n)
	}
	for name, data := range p {
		if strings.HasSuffix(name, "index.html") && (bytes.Contains(data, []byte("<style")) || bytes.Contains(data, []byte("<script>")) || bytes.Contains(data, []byte("//cdn"))) {
			t.Errorf("%s holds inline script or style, or loads from elsewhere", name)
		}
	}
}

// TestCoreModules runs the tests of the page's pure modules in Node.
func TestCoreModules(t *testing.T) {
	node, err := exec.LookPath("node")
	need(t, err == nil, "node is not installed")
	tests, err := filepath.Glob(filepath.Join(uiDir, "test", "*.test.ts"))
	if err != nil || len(tests) == 0 {
		t.Fatal("no tests found", err)
	}
	out := t.TempDir()
	result := api.Build(api.BuildOptions{EntryPoints: tests, Bundle: true, Platform: api.PlatformNode, Format: api.FormatESModule, Target: api.ES2022,
		OutExtension: map[string]string{".js": ".mjs"}, Outdir: out, Write: true})
	if len(result.Errors) > 0 {
		t.Fatal(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	files, _ := filepath.Glob(filepath.Join(out, "*.mjs"))
	text, err := exec.Command(node, append([]string{"--test"}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestTypesCheck(t *testing.T) {
	tsc := filepath.Join(uiDir, "node_modules", "typescript", "bin", "tsc")
	_, err := os.Stat(tsc)
	node, nodeErr := exec.LookPath("node")
	need(t, err == nil && nodeErr == nil, "typescript is missing: run npm ci in webui/ui")
	cmd := exec.Command(node, "node_modules/typescript/bin/tsc", "--noEmit")
	cmd.Dir = uiDir
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
