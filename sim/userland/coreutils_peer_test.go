package userland

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/vtime"
)

// fixture are the files every command of testdata/commands.txt finds.
var fixture = []struct {
	name, text string
	mode       uint32
}{
	{"zone.txt", "$TTL 3600\n@ IN SOA ns1 admin 2026030201 3600 900 604800 300\n@\tIN NS ns1\nns1 IN A 192.0.2.1\nwww IN A 192.0.2.10\nWWW2 IN CNAME www\n\n; end\n", 0o644},
	{"passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\nkim:x:1000:1000:Kim,,,:/home/kim:/bin/bash\n", 0o644},
	{"nums", "10\n9\n2\n33\n2\n1\n", 0o644},
	{"words", "the quick brown fox\njumps over the lazy dog\nthe end\n", 0o600},
	{"noeol", "one\ntwo", 0o644},
	{"empty", "", 0o644},
	{"blank", "a\n\n\n\nb\n", 0o644},
	{"tabs", "a\tb\tc\n1\t2\t3\n", 0o644},
	{"words2", "the quick brown fox\njumped over the lazy dog\nthe very end\nreally\n", 0o644},
	{"main.cf", "# comment\nmyhostname = mail.example.kr\nmydestination = $myhostname, localhost\n#relayhost =\nmynetworks = 127.0.0.0/8 [::1]/128\n", 0o644},
	{"d/a.conf", "listen 53\n", 0o644},
	{"d/b.log", "error: x\nok\nError: y\n", 0o644},
	{"d/sub/c.conf", "deep\n", 0o644},
}

// TestLikeGNU runs each line of testdata/commands.txt as one command, here and
// with the real tools, in directories with the same files, and compares
// output, messages, status and what has become of the files.
func TestLikeGNU(t *testing.T) {
	text, err := os.ReadFile("testdata/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		t.Skip("the comparison runs as root, as the lab's commands do")
	}
	for n, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		command, input, _ := strings.Cut(line, " <")
		args, ok := xargsWords(command)
		if !ok {
			t.Fatalf("line %d: quotes", n+1)
		}
		if _, err := exec.LookPath(args[0]); err != nil {
			if os.Getenv("MXLAB_PEERS") == "require" {
				t.Fatal(err)
			}
			continue
		}
		input = strings.TrimSpace(input)
		got, want := runOurs(t, args, input), runReal(t, args, input)
		if args[0] == "find" { // in the order of the directory's table, which says nothing
			got.out, want.out = sortedLines(got.out), sortedLines(want.out)
			if len(args) > 3 && args[len(args)-1] == "+" {
				got.out, want.out = "", ""
			}
		}
		if got != want {
			t.Errorf("line %d: %s\n%s", n+1, line, differences(got, want))
		}
	}
}

type outcome struct {
	out, err, tree string
	status         int
}

func differences(got, want outcome) string {
	var b strings.Builder
	for _, part := range []struct{ name, got, want string }{{"out", got.out, want.out}, {"err", got.err, want.err}, {"files", got.tree, want.tree},
		{"status", fmt.Sprint(got.status), fmt.Sprint(want.status)}} {
		if part.got != part.want {
			fmt.Fprintf(&b, " %s:\n   got %q\n  want %q\n", part.name, part.got, part.want)
		}
	}
	return b.String()
}

func sortedLines(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func runReal(t *testing.T, args []string, input string) (o outcome) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range fixture {
		name := filepath.Join(dir, f.name)
		os.MkdirAll(filepath.Dir(name), 0o755)
		if err := os.WriteFile(name, []byte(f.text), fs.FileMode(f.mode)); err != nil {
			t.Fatal(err)
		}
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: path, Args: args, Dir: dir, Env: []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}}
	if input != "" {
		f, err := os.Open(filepath.Join(dir, input))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		cmd.Stdin = f
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var ee *exec.ExitError
	if err := cmd.Run(); errors.As(err, &ee) {
		o.status = ee.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	home := strings.NewReplacer(dir, "/work")
	o.out, o.err = home.Replace(out.String()), home.Replace(errs.String())
	filepath.WalkDir(dir, func(name string, d fs.DirEntry, _ error) error {
		info, err := os.Lstat(name)
		if err != nil {
			return err
		}
		text := ""
		switch {
		case info.Mode().IsRegular():
			b, _ := os.ReadFile(name)
			text = string(b)
		case info.Mode()&fs.ModeSymlink != 0:
			text, _ = os.Readlink(name)
		}
		o.tree += fmt.Sprintf("%s %v %q\n", home.Replace(name), info.Mode(), text)
		return nil
	})
	return o
}

func runOurs(t *testing.T, args []string, input string) (o outcome) {
	w := newWorld(t)
	defer w.k.Close()
	h := host.New(host.Config{Name: "client", Flavour: host.Debian, Clock: w.clock, Log: w.client.Log, FS: w.client.FS, Node: w.client.Node, Programs: Programs()})
	for _, f := range fixture {
		w.write("/work/"+f.name, f.text)
		h.FS.Chmod("/work/"+f.name, vfs.FileMode(f.mode), host.Root)
	}
	h.FS.WriteFile("/etc/passwd", []byte("root:x:0:0:root:/root:/bin/bash\nkim:x:1000:1000::/home/kim:/bin/bash\n"), 0o644, host.Root)
	h.FS.WriteFile("/etc/group", []byte("root:x:0:\nkim:x:1000:\n"), 0o644, host.Root)
	h.FS.MkdirAll("/bin", 0o755, host.Root)
	programs := Programs()
	for name := range programs {
		h.FS.WriteFile("/bin/"+name, host.ProgramFile(name), 0o755, host.Root)
	}
	programs["echo"] = func(p *host.Proc) int { p.Print(strings.Join(p.Args[1:], " ") + "\n"); return 0 }
	h.FS.WriteFile("/bin/echo", host.ProgramFile("echo"), 0o755, host.Root)
	h = host.New(host.Config{Name: "client", Flavour: host.Debian, Clock: w.clock, Log: w.client.Log, FS: w.client.FS, Node: w.client.Node, Programs: programs})
	err := w.k.Do(100_000, func(task *vtime.Task) {
		out, ofd := h.NewBuffer()
		errs, efd := h.NewBuffer()
		var in *host.FD
		if input != "" {
			f, err := h.FS.Open("/work/"+input, vfs.O_RDONLY, 0, host.Root)
			if err != nil {
				t.Fatal(err)
			}
			in = host.FileFD(f)
		}
		task.Sleep(time.Hour)
		p, err := h.Start(nil, programs[args[0]], host.Spec{Args: args, Cwd: "/work", Stdin: in, Stdout: ofd, Stderr: efd,
			Env: host.NewEnv("PATH", "/bin", "LC_ALL", "C.UTF-8")})
		if err != nil {
			t.Fatal(err)
		}
		o.status = p.Wait(task)
		o.out, o.err = string(out.Bytes()), string(errs.Bytes())
	})
	if err != nil {
		t.Errorf("%q: %v", args, err)
	}
	h.FS.Walk("/work", host.Root, func(name string, st vfs.Info, err error) error {
		text := ""
		switch {
		case st.Mode().IsRegular():
			b, _ := h.FS.ReadFile(name, host.Root)
			text = string(b)
		case st.Mode()&fs.ModeSymlink != 0:
			text = st.Target
		}
		o.tree += fmt.Sprintf("%s %v %q\n", name, st.Mode(), text)
		return nil
	})
	return o
}
