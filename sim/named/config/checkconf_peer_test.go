package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// peerTool finds a real tool, or skips the test; with MXLAB_PEERS=require a missing tool fails it.
func peerTool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		out, _ := exec.Command(path, "-v").Output()
		if !strings.HasPrefix(strings.TrimPrefix(string(out), "BIND "), "9.18.") {
			err = fmt.Errorf("version %s", bytes.TrimSpace(out))
		}
	}
	if err == nil {
		return path
	}
	if os.Getenv("MXLAB_PEERS") == "require" {
		t.Fatalf("%s of BIND 9.18 is required: %v", name, err)
	}
	t.Skipf("%s of BIND 9.18 is not installed: %v", name, err)
	return ""
}

func realDisk() Disk {
	return Disk{Read: os.ReadFile, Stat: os.Stat, Glob: filepath.Glob, Interface: func(name string) (uint32, bool) {
		i, err := net.InterfaceByName(name)
		if err != nil {
			return 0, false
		}
		return uint32(i.Index), true
	}}
}

// bases reads the base configurations of testdata.
func bases(t *testing.T) []*txtar.Archive {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no base configurations", err)
	}
	var out []*txtar.Archive
	for _, n := range names {
		a, err := txtar.ParseFile(n)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

// plant writes an archive below root and names the files whose text may be changed.
func plant(t *testing.T, a *txtar.Archive, root string) (files []string) {
	t.Helper()
	for _, f := range a.Files {
		path := filepath.Join(root, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		data := bytes.ReplaceAll(f.Data, []byte("ROOT"), []byte(root))
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if len(data) > 0 {
			files = append(files, path)
		}
	}
	return files
}

type outcome struct {
	text   string
	status int
}

func realCheckConf(tool string, args ...string) outcome {
	cmd := exec.Command(tool, args...)
	out, err := cmd.CombinedOutput()
	o := outcome{text: string(out)}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		o.status = exit.ExitCode()
	}
	return o
}

func ourCheckConf(args ...string) outcome {
	r := CheckConf{Disk: realDisk()}.Run(args)
	return outcome{r.Stdout + r.Stderr, r.Status}
}

// firstPlace is the file and line of the first message.
func firstPlace(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	parts := strings.SplitN(line, ":", 3)
	if len(parts) < 3 {
		return line
	}
	return parts[0] + ":" + parts[1]
}

// tally counts agreement with the real tool.
type tally struct{ runs, verdict, place, text int }

func (y *tally) add(real, our outcome) (same bool) {
	y.runs++
	if real.status == our.status {
		y.verdict++
	}
	if firstPlace(real.text) == firstPlace(our.text) {
		y.place++
	}
	if real.text == our.text {
		y.text++
	}
	return real == our
}

func (y *tally) percent(n int) float64 { return 100 * float64(n) / float64(y.runs) }

// The base configurations are good, and print alike.
func TestPeerBases(t *testing.T) {
	tool := peerTool(t, "named-checkconf")
	for _, a := range bases(t) {
		root := t.TempDir()
		plant(t, a, root)
		conf := filepath.Join(root, "etc/bind/named.conf")
		for _, args := range [][]string{{conf}, {"-p", conf}, {"-px", conf}, {"-l", conf}, {"-i", conf}} {
			real, our := realCheckConf(tool, args...), ourCheckConf(args...)
			if real != our {
				t.Errorf("%s %v\nreal %d\n%s\nours %d\n%s", strings.TrimSpace(string(a.Comment)), args, real.status, real.text, our.status, our.text)
			}
			if real.status != 0 {
				t.Errorf("%s: refused: %s", strings.TrimSpace(string(a.Comment)), real.text)
			}
		}
	}
}

// Mistakes of students get the verdict, the line and the words of the real tool. MXLAB_PEER_ROUNDS and MXLAB_PEER_SEED
// widen the search, MXLAB_PEER_SHOW prints what differs.
func TestPeerMutations(t *testing.T) {
	tool := peerTool(t, "named-checkconf")
	rounds, seed := 400, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("MXLAB_PEER_ROUNDS")); err == nil {
		rounds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("MXLAB_PEER_SEED"), 10, 64); err == nil {
		seed = n
	}
	archives := bases(t)
	m := &mutator{r: rand.New(rand.NewPCG(seed, 2))}
	var roots []string
	var files [][]string
	for _, a := range archives {
		root := t.TempDir()
		roots, files = append(roots, root), append(files, plant(t, a, root))
	}
	var y tally
	for i := range rounds {
		b := i % len(archives)
		path := files[b][m.r.IntN(len(files[b]))]
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m.donor = string(archives[m.r.IntN(len(archives))].Files[0].Data)
		bad := m.mutate(string(good))
		if err := os.WriteFile(path, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		args := []string{filepath.Join(roots[b], "etc/bind/named.conf")}
		if i%7 == 0 {
			args = append([]string{"-p"}, args...)
		}
		real, our := realCheckConf(tool, args...), ourCheckConf(args...)
		if !y.add(real, our) && os.Getenv("MXLAB_PEER_SHOW") != "" {
			t.Logf("round %d %s\n--- changed\n%s--- real %d\n%s--- ours %d\n%s", i, path, difference(string(good), bad), real.status, real.text, our.status, our.text)
		}
		if err := os.WriteFile(path, good, fs.FileMode(0o644)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d mutations: verdict %.2f %%, first line %.2f %%, whole text %.2f %%", y.runs, y.percent(y.verdict), y.percent(y.place), y.percent(y.text))
	if y.percent(y.verdict) < 99 || y.percent(y.place) < 97 || y.percent(y.text) < 90 {
		t.Error("too far from the real tool")
	}
}

// difference shows the lines of b that a does not have in the same place from either end.
func difference(a, b string) string {
	x, y := strings.SplitAfter(a, "\n"), strings.SplitAfter(b, "\n")
	from := 0
	for from < len(x) && from < len(y) && x[from] == y[from] {
		from++
	}
	end := 0
	for end < len(x)-from && end < len(y)-from && x[len(x)-1-end] == y[len(y)-1-end] {
		end++
	}
	var out strings.Builder
	for i, l := range y[from : len(y)-end] {
		fmt.Fprintf(&out, "%d: %q\n", from+i+1, l)
	}
	return out.String()
}

// Configurations that fit the grammar get the same complaints about their meaning.
func TestPeerComposed(t *testing.T) {
	tool := peerTool(t, "named-checkconf")
	rounds, seed := 200, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("MXLAB_PEER_ROUNDS")); err == nil {
		rounds = n
	}
	if n, err := strconv.ParseUint(os.Getenv("MXLAB_PEER_SEED"), 10, 64); err == nil {
		seed = n
	}
	r := rand.New(rand.NewPCG(seed, 3))
	path := filepath.Join(t.TempDir(), "named.conf")
	var y tally
	for i := range rounds {
		text := compose(r)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		real, our := realCheckConf(tool, "-p", path), ourCheckConf("-p", path)
		if !y.add(real, our) && os.Getenv("MXLAB_PEER_SHOW") != "" {
			t.Logf("round %d\n%s--- real %d\n%s--- ours %d\n%s", i, text[len(frame):], real.status, real.text, our.status, our.text)
		}
	}
	t.Logf("%d configurations: verdict %.2f %%, first line %.2f %%, whole text %.2f %%", y.runs, y.percent(y.verdict), y.percent(y.place), y.percent(y.text))
	if y.percent(y.verdict) < 99 || y.percent(y.place) < 97 || y.percent(y.text) < 90 {
		t.Error("too far from the real tool")
	}
}
