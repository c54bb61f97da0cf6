package postfix

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Each case: a file, and keys to look up in it as the given type.
func TestTablesAgreeWithPeer(t *testing.T) {
	real := peer(t, "postmap")
	cases := []struct{ kind, text, keys string }{
		{"texthash", "a b\nA c\nfoo\nx: y\n\"q q\" z\n k v\nu v\n  w\n# c\nB  two  words \n", "a A b q x: u foo nothing"},
		{"hash", "a b\nA c\nfoo\nx: y\n\"q q\" z\nu v\n  w\n\"bad z\n", "a A b u foo nothing"},
		{"cidr", "10.0.0.0/8 OK\n10.1.2.3/8 bad\n!192.0.2.0/24 notlab\nif 10.0.0.0/8\n10.2.0.0/16 y\nendif\nfoo bar\n2001:db8::/32 six\n::1\n1.2.3.4/33 z\nendif\n",
			"10.2.3.4 192.0.2.1 1.2.3.4 2001:db8::5 ::2 name"},
		{"cidr", "if 10.0.0.0/8\n10.2.0.0/16 y\n192.0.2.1 z\n", "10.2.1.1 192.0.2.1"},
		{"regexp", "/^(.*)@x$/ $1@y\n/a+/X z\nfoo bar\n/q(/ x\n/b/ $2\n/c/\n/^d/i lower\n!/^e/ no-e\n", "bob@x D d e2 zz c"},
		{"regexp", "if /^a/\n/b$/ ab\n/c$/ ac\nendif\n!/z/ other\n/z/ zet ${1}\n/z(.)/ zet-${1}-$$\n", "a-b a-c x zq b"},
		{"regexp", "if /^a/\n/b/ ab\n", "ab b"},
		{"hash", "", "a"},
		{"texthash", "\n\n#x\n", "a"},
	}
	for _, c := range cases {
		dir := t.TempDir()
		file := filepath.Join(dir, "table")
		old := time.Now().Add(-time.Hour)
		if err := os.WriteFile(file, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, old, old); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{file: c.text}
		sys := &System{ReadFile: func(path string) (File, error) {
			if text, ok := files[path]; ok {
				return File{Data: []byte(text)}, nil
			}
			return File{}, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}}
		run := func(args ...string) {
			cmd := exec.Command(real, args...)
			cmd.Args[0] = "postmap"
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			status := 0
			if err := cmd.Run(); err != nil {
				status = 1
			}
			our := NewCommand("postmap", sys, Host{}, func(path string, data []byte) error { files[path] = string(data); return nil })
			our.Postmap(args)
			if our.Stdout.String() != stdout.String() || our.Stderr.String() != stderr.String() || our.Status != status {
				t.Errorf("%s %q: status %d %q, want %d %q\n%s", c.kind, args[1:], our.Status, our.Stdout.String(), status, stdout.String(),
					firstDifference(stderr.String(), our.Stderr.String()))
			}
		}
		if c.kind == "hash" {
			run("hash:" + file)
		}
		for _, key := range strings.Fields(c.keys) {
			run("-q", key, c.kind+":"+file)
		}
	}
}

func TestInlineTablesAgreeWithPeer(t *testing.T) {
	real := peer(t, "postmap")
	type query struct {
		args           []string
		cmd            *exec.Cmd
		stdout, stderr strings.Builder
	}
	var queries []*query
	for _, c := range [][2]string{
		{"a", "inline:{a=b,{c = d e}}"}, {"c", "inline:{a=b,{c = d e}}"}, {"x", "static:OK"}, {"x", "static:{a b}"}, {"A", "inline:{a=b}"},
		{"a", "unionmap:{inline:{a=1},inline:{a=2}}"}, {"a", "pipemap:{inline:{a=1},inline:{1=2}}"}, {"b", "pipemap:{inline:{a=1},inline:{1=2}}"},
		{"foo", "regexp:{{/^f(.)/ got-$1-$$}}"}, {"2001:db8::5", "cidr:{{2001:db8::/32 yes}}"}, {"x", "fail:y"},
		{"a", "hash:/nonexistent/x"}, {"a", "cidr:/nonexistent/x"}, {"a", "hsah:x"}, {"a", "static:"}, {"nosuchuser", "unix:passwd.byname"},
	} {
		q := &query{args: []string{"-q", c[0], c[1]}}
		q.cmd = exec.Command(real, q.args...)
		q.cmd.Args[0] = "postmap"
		q.cmd.Stdout, q.cmd.Stderr = &q.stdout, &q.stderr
		if err := q.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		queries = append(queries, q)
	}
	for _, q := range queries {
		_ = q.cmd.Wait()
		our := NewCommand("postmap", &System{}, Host{}, nil)
		our.Postmap(q.args)
		if our.Stdout.String() != q.stdout.String() || our.Stderr.String() != q.stderr.String() {
			t.Errorf("%q: %q %q\nwant %q %q", q.args, our.Stdout.String(), our.Stderr.String(), q.stdout.String(), q.stderr.String())
		}
	}
}
