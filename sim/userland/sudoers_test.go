package userland

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/vtime"
)

// policies are sudoers(5) files called s and what visudo -c of sudo 1.9.13 says
// of them.
var policies = []struct{ text, want string }{
	{"kim ALL=(ALL) ALL\n", "s: parsed OK\n"},
	{"kim ALL=(ALL ALL\n", "s:1:14: syntax error\nkim ALL=(ALL ALL\n             ^~~\n"},
	{"kim ALL\n", "s:1:8: syntax error\nkim ALL\n       ^\n"},
	{"%sudo ALL=(ALL:ALL) NOPASSWD: /usr/sbin/reboot, !/bin/su\n", "s: parsed OK\n"},
	{"Defaults foo\n", "s:1:13: unknown defaults entry \"foo\"\n"},
	{"Defaults env_reset\n", "s: parsed OK\n"},
	{"Defaults:kim !authenticate, timestamp_timeout=30\n", "s: parsed OK\n"},
	{"User_Alias X = a,b\n", "Warning: s:1:12: unused User_Alias \"X\"\ns: parsed OK\n"},
	{"User_Alias x = a\n", "s:1:12: syntax error\nUser_Alias x = a\n           ^\n"},
	{"kim ALL=(ALL) NOPASSWORD: ALL\n", "s:1:30: syntax error\nkim ALL=(ALL) NOPASSWORD: ALL\n                             ^\n"},
	{"kim ALL=(ALL) reboot\n", "s:1:15: expected a fully-qualified path name\nkim ALL=(ALL) reboot\n              ^~~~~~\n"},
	{"XX ALL=ALL\n", "s:1:11: User_Alias \"XX\" referenced but not defined\ns: parsed OK\n"},
	{"@includedir /nonexist\n", "s: parsed OK\n"},
	{"@include /nonexist\n", "visudo: /nonexist: No such file or directory\n"},
	{"", "s: parsed OK\n"},
	{"kim = ALL\n", "s:1:5: syntax error\nkim = ALL\n    ^\n"},
	{"# only a remark\n\nkim ALL = (root) /bin/ls -l, \\\n /bin/cat\n", "s: parsed OK\n"},
	{"Cmnd_Alias MAIL = /usr/sbin/postfix, /usr/sbin/postqueue\nkim ALL = NOPASSWD: MAIL\n", "s: parsed OK\n"},
	{"kim ALL=(ALL) ALL\nlee ALL=(ALL)\n", "s:2:14: syntax error\nlee ALL=(ALL)\n             ^\n"},
	{"kim ALL=(ALL),ALL\n", "s:1:14: syntax error\nkim ALL=(ALL),ALL\n             ^\n"},
}

func TestSudoersSyntax(t *testing.T) {
	for _, c := range policies {
		if got := checkSudoers(c.text); got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

// checkSudoers is visudo -c -f s.
func checkSudoers(text string) string {
	h := host.New(host.Config{Name: "m", Clock: vtime.New(epoch, 1).Clock(), FS: vfs.New(nil, vfs.Options{})})
	h.FS.WriteFile("/s", []byte(text), 0o440, host.Root)
	var out strings.Builder
	fd := host.NewFD(nil, &out, nil)
	p := &host.Proc{Host: h, Cwd: "/", Args: []string{"visudo"}, Stdout: fd, Stderr: fd}
	s, err := readSudoers(h, "/s")
	if err != nil {
		return err.Error()
	}
	s.report(p, "/s", "s", false)
	return out.String()
}

func TestSudoersPeer(t *testing.T) {
	tool, err := exec.LookPath("visudo")
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("visudo is not installed (Debian: sudo)")
		}
		t.Skip("visudo is not installed")
	}
	for _, c := range policies {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "s"), []byte(c.text), 0o440); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(tool, "-c", "-f", "s")
		cmd.Dir = dir
		out, _ := cmd.CombinedOutput()
		if got := string(out); got != c.want {
			t.Errorf("%q: visudo says\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestSudoersDecide(t *testing.T) {
	h := host.New(host.Config{Name: "mail", Clock: vtime.New(epoch, 1).Clock(), FS: vfs.New(nil, vfs.Options{})})
	w := newWorld(t)
	h.Node = w.client.Node
	h.FS.MkdirAll("/etc", 0o755, host.Root)
	h.FS.WriteFile("/etc/passwd", []byte("root:x:0:0::/root:/bin/bash\nkim:x:1000:1000::/home/kim:/bin/bash\nlee:x:1001:1001::/home/lee:/bin/bash\n"), 0o644, host.Root)
	h.FS.WriteFile("/etc/group", []byte("root:x:0:\nkim:x:1000:\nsudo:x:27:lee\n"), 0o644, host.Root)
	for _, c := range []struct {
		policy, user, as, command string
		ok, free                  bool
	}{
		{"kim ALL=(ALL) ALL", "kim", "root", "/bin/ls -l", true, false},
		{"kim ALL=(ALL) ALL", "lee", "root", "/bin/ls", false, false},
		{"%sudo ALL=(ALL:ALL) NOPASSWD: ALL", "lee", "kim", "/bin/ls", true, true},
		{"kim ALL=/bin/ls", "kim", "root", "/bin/ls -l", true, false},
		{"kim ALL=/bin/ls", "kim", "lee", "/bin/ls", false, false},
		{"kim ALL=/bin/ls \"\"", "kim", "root", "/bin/ls -l", false, false},
		{"kim ALL=/bin/ls -l", "kim", "root", "/bin/ls -l", true, false},
		{"kim ALL=/bin/ls -l", "kim", "root", "/bin/ls", false, false},
		{"kim ALL=(lee) /bin/ls", "kim", "lee", "/bin/ls", true, false},
		{"kim ALL=(ALL) ALL, !/bin/su", "kim", "root", "/bin/su", false, false},
		{"kim ALL=(ALL) !/bin/su, ALL", "kim", "root", "/bin/su", true, false}, // the last one counts
		{"kim other=(ALL) ALL", "kim", "root", "/bin/ls", false, false},
		{"kim mail=(ALL) ALL", "kim", "root", "/bin/ls", true, false},
		{"kim ALL=(ALL) NOPASSWD: /bin/ls, PASSWD: /bin/cat", "kim", "root", "/bin/cat", true, false},
		{"User_Alias ADMINS = kim, lee\nCmnd_Alias LOOK = /bin/ls, /usr/bin/\nADMINS ALL = LOOK", "lee", "root", "/usr/bin/tail", true, false},
		{"User_Alias A = ALL, !kim\nA ALL = ALL", "kim", "root", "/bin/ls", false, false},
		{"kim ALL=(ALL", "kim", "root", "/bin/ls", false, false},
	} {
		h.FS.WriteFile("/etc/sudoers", []byte(c.policy+"\n"), 0o440, host.Root)
		s, err := readSudoers(h, "/etc/sudoers")
		if err != nil {
			t.Fatal(err)
		}
		u, _ := h.User(c.user)
		as, _ := h.User(c.as)
		words := strings.Fields(c.command)
		if ok, free := s.allows(u, as, words[0], words[1:]); ok != c.ok || free != c.free {
			t.Errorf("%s: %s as %s %s: %v %v, want %v %v", c.policy, c.user, c.as, c.command, ok, free, c.ok, c.free)
		}
	}
}

func FuzzSudoers(f *testing.F) {
	for _, c := range policies {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkSudoers(text) })
}
