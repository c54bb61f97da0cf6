package dns

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// peer returns the real tool, or skips; MXLAB_PEERS=require makes that a failure.
func peer(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatalf("%s is not installed, but MXLAB_PEERS=require", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// verdict is what is compared of one run.
type verdict struct {
	status int
	text   string
	first  string // first line with a place, or first line
	line   string // "file:line" in it
}

func newVerdict(status int, text string) verdict {
	text = regexp.MustCompile(`buffer-0x[0-9a-f]+`).ReplaceAllString(text, "buffer-0x0")
	v := verdict{status: status, text: text}
	place := regexp.MustCompile(`[\w.]+:\d+:`)
	for _, l := range strings.Split(text, "\n") {
		if m := place.FindString(l); m != "" {
			v.first, v.line = l, m
			return v
		}
	}
	v.first, _, _ = strings.Cut(text, "\n")
	return v
}

func readDir(dir string) ReadFile {
	return func(path string) ([]byte, error) {
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			err = ErrIsDirectory
		}
		return data, err
	}
}

// compareCheckzone runs both commands on one zone.
func compareCheckzone(t *testing.T, tool, dir string, args ...string) (ours, theirs verdict) {
	t.Helper()
	cmd := exec.Command(tool, args...)
	cmd.Dir = dir
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Run()
	chdir := func(path string) error { _, err := os.Stat(filepath.Join(dir, path)); return err }
	res := CheckZone(filepath.Base(tool), args, CheckzoneHost{Read: readDir(dir), Chdir: chdir, LookupHost: noResolver})
	return newVerdict(res.Status, res.Stdout+res.Stderr), newVerdict(cmd.ProcessState.ExitCode(), out.String()+errs.String())
}

// TestPeerCheckzoneMutations damages correct zones as students do and compares
// every word with the real named-checkzone. MXLAB_MUTATIONS and MXLAB_SEED ask for
// more or other ones.
func TestPeerCheckzoneMutations(t *testing.T) {
	tool := peer(t, "named-checkzone")
	count, seed := envInt("MXLAB_MUTATIONS", 300), envInt("MXLAB_SEED", 1)
	r := rand.New(rand.NewPCG(uint64(seed), 7))
	dir := t.TempDir()
	sameVerdict, sameLine, sameText := 0, 0, 0
	for i := range count {
		base := baseZones()[i%len(baseZones())]
		text := damage(r, base.text)
		if err := os.WriteFile(filepath.Join(dir, "zone.db"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		ours, theirs := compareCheckzone(t, tool, dir, "-i", "local", base.origin, "zone.db")
		if ours.status == theirs.status {
			sameVerdict++
		}
		if ours.line == theirs.line {
			sameLine++
		}
		if ours.text == theirs.text {
			sameText++
		} else {
			t.Logf("zone %s:\n%s\nreal (%d):\n%s\nours (%d):\n%s", base.origin, numbered(text), theirs.status, theirs.text, ours.status, ours.text)
		}
	}
	percent := func(n int) float64 { return 100 * float64(n) / float64(count) }
	t.Logf("%d mutations: same verdict %.2f %%, same first error line %.2f %%, same text %.2f %%",
		count, percent(sameVerdict), percent(sameLine), percent(sameText))
	if percent(sameVerdict) < 99 || percent(sameLine) < 97 || percent(sameText) < 90 {
		t.Error("agreement with named-checkzone is too low")
	}
}

func envInt(name string, fallback int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return fallback
}

func numbered(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strconv.Itoa(i+1) + "\t" + lines[i]
	}
	return strings.Join(lines, "\n")
}

// noResolver is a machine whose resolver does not answer, as where tests run.
func noResolver(string) HostLookup {
	return HostLookup{Failure: "Temporary failure in name resolution"}
}

// TestPeerCheckzoneOptions compares the command line: options, usage, files.
func TestPeerCheckzoneOptions(t *testing.T) {
	tool, compile := peer(t, "named-checkzone"), peer(t, "named-compilezone")
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "zone.db"), []byte(baseZones()[0].text), 0o644)
	os.WriteFile(filepath.Join(dir, "warn.db"), []byte(baseZones()[0].text+"my_host A 192.0.2.7\nx MX 10 192.0.2.1\n"), 0o644)
	os.WriteFile(filepath.Join(dir, "inc.db"), []byte(head+"$INCLUDE part.db sub\n$INCLUDE .\n$INCLUDE nofile\n"), 0o644)
	os.WriteFile(filepath.Join(dir, "part.db"), []byte("h A 192.0.2.9\n IN TXT x"), 0o644)
	for _, line := range []string{
		"", "example.com", "example.com zone.db extra", "-h", "-v", "-x", "-i", "-i foo example.com zone.db", "-k foo example.com zone.db",
		"-m foo example.com zone.db", "-n foo example.com zone.db", "-r foo example.com zone.db", "-M foo a zone.db", "-S x a zone.db",
		"-T fail a zone.db", "-s x a zone.db", "-f x a zone.db", "-F x a zone.db", "-l x a zone.db", "-L x a zone.db", "-c XX example.com zone.db",
		"example.com zone.db", "-q example.com zone.db", "-k fail example.com warn.db", "-kfail example.com warn.db", "-m fail example.com warn.db",
		"-k ignore -m ignore example.com warn.db", "example.com nofile.db", "example.com .", "-D example.com zone.db", "-l 60 example.com zone.db",
		"-D -s relative example.com zone.db", "-qD example.com zone.db", "-o - example.com zone.db", "a..b zone.db", "-i local example.com inc.db",
		"-w nodir example.com zone.db", "EXAMPLE.com. zone.db", "-- example.com zone.db", "-c CH example.com zone.db",
	} {
		ours, theirs := compareCheckzone(t, tool, dir, strings.Fields(line)...)
		if ours.status != theirs.status || ours.text != theirs.text {
			t.Errorf("named-checkzone %s\nreal (%d):\n%s\nours (%d):\n%s", line, theirs.status, theirs.text, ours.status, ours.text)
		}
	}
	for _, line := range []string{"example.com zone.db", "-o - example.com zone.db", "-o - example.com warn.db", "-q -o - example.com zone.db", "-x"} {
		ours, theirs := compareCheckzone(t, compile, dir, strings.Fields(line)...)
		if ours.status != theirs.status || ours.text != theirs.text {
			t.Errorf("named-compilezone %s\nreal (%d):\n%s\nours (%d):\n%s", line, theirs.status, theirs.text, ours.status, ours.text)
		}
	}
}
