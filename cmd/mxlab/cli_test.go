package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"mxlab/grader/format"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mxlab runs the command and returns what it printed and its exit status.
func mxlab(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), args, &out, &err)
	return out.String(), err.String(), code
}

func TestExecStatusAndStreams(t *testing.T) {
	for _, c := range []struct {
		args           []string
		stdout, stderr string
		code           int
	}{
		{[]string{"exec", "network:empty", "pc", "--", "echo", "a b"}, "a b\n", "", 0},
		{[]string{"exec", "network:empty", "pc", "-c", "echo out; echo err >&2; exit 7"}, "out\n", "err\n", 7},
		{[]string{"exec", "network:empty", "pc", "--", "nosuch"}, "", "nosuch: command not found\n", 127},
		{[]string{"exec", "network:empty", "pc", "--advance", "90s", "--", "date", "+%T"}, "09:01:32\n", "", 0},
	} {
		stdout, stderr, code := mxlab(t, c.args...)
		if stdout != c.stdout || stderr != c.stderr || code != c.code {
			t.Errorf("%q: got %q %q %d, want %q %q %d", c.args, stdout, stderr, code, c.stdout, c.stderr, c.code)
		}
	}
}

func TestUsageErrorsAreOneLineAndStatus2(t *testing.T) {
	t.Chdir(t.TempDir())
	os.WriteFile("bad.json", []byte(`{"format":"x"`), 0o600)
	os.WriteFile("bad.yaml", []byte("- {on: pc, rnu: x}\n- {advance: soon}\n"), 0o600)
	for _, args := range [][]string{
		{"exec", "nosuch", "pc", "--", "true"},
		{"exec", "network:nosuch", "pc", "--", "true"},
		{"exec", "network:empty", "nosuch", "--", "true"},
		{"exec", "network:empty", "pc"},
		{"exec", "network:empty", "pc", "--put", "x", "--", "true"},
		{"exec", "network:empty", "pc", "--advance", "soon", "--", "true"},
		{"play", "missing-ptr", "nosuch.yaml"},
		{"play", "missing-ptr", "bad.yaml"},
		{"grade", "nosuch.json"},
		{"grade", "bad.json"},
		{"grade", "--format", "pdf", "bad.json"},
		{"grade", "--format", "classroom50", "--meta", "x", "bad.json"},
		{"grade", "--format", "canvas", "--roster", "nosuch.csv", "bad.json"},
		{"trace", "bad.json"},
	} {
		stdout, stderr, code := mxlab(t, args...)
		if code != exitUsage || stdout != "" || !strings.HasPrefix(stderr, "mxlab: ") {
			t.Errorf("%q: status %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

func TestPlayGradeTrace(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, f := range []string{"a.json", "b.json"} {
		if _, stderr, code := mxlab(t, "play", "missing-ptr", "solution", "--seed", "3", "-o", f); code != 0 {
			t.Fatal(stderr)
		}
	}
	a, _ := os.ReadFile("a.json")
	b, _ := os.ReadFile("b.json")
	if len(a) == 0 || !bytes.Equal(a, b) {
		t.Error("two plays gave different submissions")
	}
	stdout, stderr, code := mxlab(t, "grade", "a.json")
	if code != 0 || !strings.Contains(stdout, "100 of 100 points") {
		t.Errorf("grade: %d %s %s", code, stdout, stderr)
	}
	if stdout, _, _ = mxlab(t, "grade", "--lang", "ko", "a.json"); !strings.Contains(stdout, "100/100점") {
		t.Errorf("Korean report: %s", stdout)
	}
	for _, f := range format.Names() {
		args := []string{"grade", "--format", f, "-o", "report", "a.json"}
		if f == "canvas" || f == "moodle-offline" {
			os.WriteFile("roster.csv", []byte("Student,ID,Identifier,Grade,missing-ptr (7)\n"), 0o600)
			args = append(args, "--roster", "roster.csv")
		}
		_, stderr, code := mxlab(t, args...)
		if b, _ := os.ReadFile("report"); code != 0 || len(b) == 0 {
			t.Errorf("%s: %d %s", f, code, stderr)
		}
		os.Remove("report")
	}
	t1, _, _ := mxlab(t, "trace", "a.json")
	t2, _, _ := mxlab(t, "trace", "b.json")
	if t1 != t2 || strings.Count(t1, "\n") < 100 {
		t.Error("the traces differ or are empty")
	}
}

func TestDamagedSubmissionsAreRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, stderr, code := mxlab(t, "play", "missing-ptr", "solution", "-o", "good.json"); code != 0 {
		t.Fatal(stderr)
	}
	good, err := os.ReadFile("good.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(string) string{
		"a changed action": func(s string) string { return strings.Replace(s, "set-ptr", "set-qtr", 1) },
		"another seed":     func(s string) string { return strings.Replace(s, `"seed": 1`, `"seed": 2`, 1) },
		"cut off":          func(s string) string { return s[:len(s)/2] },
		"an unknown field": func(s string) string { return strings.Replace(s, `"seed"`, `"score": 100, "seed"`, 1) },
		"another scenario": func(s string) string {
			return strings.Replace(s, `"scenario": "missing-ptr"`, `"scenario": "port25-blocked"`, 1)
		},
		"a path as scenario": func(s string) string {
			return strings.Replace(s, `"scenario": "missing-ptr"`, `"scenario": "../../../etc/passwd"`, 1)
		},
		"binary rubbish":      func(s string) string { return "\x00\xff\xfe" + s },
		"an empty file":       func(string) string { return "" },
		"a deep nest of [":    func(string) string { return strings.Repeat("[", 1<<20) },
		"another lab version": func(s string) string { return strings.Replace(s, `"engine": "1"`, `"engine": "0"`, 1) },
	} {
		bad := damage(string(good))
		if bad == string(good) {
			t.Errorf("%s: the damage changed nothing", name)
			continue
		}
		os.WriteFile("bad.json", []byte(bad), 0o600)
		stdout, stderr, code := mxlab(t, "grade", "bad.json")
		if code != exitUsage || !strings.Contains(stderr, "bad.json: ") || strings.Contains(stdout, "points") {
			t.Errorf("%s: status %d\n%s%s", name, code, stdout, stderr)
		}
	}
}

func TestLintReportsEveryMistake(t *testing.T) {
	t.Chdir(t.TempDir())
	os.WriteFile("bad.yaml", []byte(tenMistakes), 0o600)
	stdout, _, code := mxlab(t, "lint", "bad.yaml")
	if code != exitFail {
		t.Errorf("status %d", code)
	}
	for _, want := range []string{":3:", ":5:", ":7:", ":9:", ":11:", ":13:", ":15:"} {
		if !strings.Contains(stdout, "bad.yaml"+want) {
			t.Errorf("no complaint at line %s\n%s", want, stdout)
		}
	}
}

const tenMistakes = `id: bad
network: company
titel: {en: x, ko: x}
level: 1
minutes: soon
group:
  en: [x]
checks:
  - {id: a, type: dns.nosuch, points: 1}
  - id: b
    typ: dns.answer
    points: 1
hints: 3
story:
  fr: oui
`

func TestVerifyBuiltins(t *testing.T) {
	seeds := "2"
	if testing.Short() {
		seeds = "1"
	}
	stdout, stderr, code := mxlab(t, "verify", "--seeds", seeds)
	if code != 0 {
		t.Errorf("status %d\n%s%s", code, stdout, stderr)
	}
}
