package sshd

import (
	"net/netip"
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

// configs are configuration files and what sshd -t of OpenSSH 9.2 says of them;
// the file is called c. The last line of each is a remark's end: ok or bad.
var configs = []struct{ text, want string }{
	{"Port 22\n", "ok"},
	{"Porte 22\n", "c: line 1: Bad configuration option: Porte\nc: terminating, 1 bad configuration options\nbad"},
	{"Foo 1\nBar 2\n", "c: line 1: Bad configuration option: Foo\nc: line 2: Bad configuration option: Bar\nc: terminating, 2 bad configuration options\nbad"},
	{"Port abc\n", "c line 1: Badly formatted port number.\nbad"},
	{"Port 99999\n", "c line 1: Badly formatted port number.\nbad"},
	{"Port\n", "c line 1: no argument after keyword \"Port\"\nc: terminating, 1 bad configuration options\nbad"},
	{"Port 22 23\n", "c line 1: keyword Port extra arguments at end of line\nc: terminating, 1 bad configuration options\nbad"},
	{"PermitRootLogin maybe\n", "c line 1: unsupported option \"maybe\".\nbad"},
	{"PermitRootLogin yes # remark\n", "ok"},
	{"PasswordAuthentication\n", "c line 1: no argument after keyword \"PasswordAuthentication\"\nc: terminating, 1 bad configuration options\nbad"},
	{"passwordauthentication NO\n", "ok"},
	{"MaxAuthTries x\n", "c line 1: MaxAuthTries integer value invalid.\nbad"},
	{"MaxAuthTries -1\n", "c line 1: MaxAuthTries integer value too small.\nbad"},
	{"ClientAliveInterval 5x\n", "c line 1: invalid time value.\nbad"},
	{"ClientAliveInterval 1m30\n", "ok"},
	{"LoginGraceTime -1\n", "c line 1: invalid time value.\nbad"},
	{"ListenAddress 1.2.3.4:99999\n", "c line 1: bad port number\nbad"},
	{"ListenAddress foo bar\n", "c line 1: bad ListenAddress syntax\nbad"},
	{"ListenAddress 300.1.1.1\n", "bad addr or host: 300.1.1.1 (Name or service not known)\nbad"},
	{"ListenAddress [::1]:2222\n", "ok"},
	{"AllowUsers\n", "c line 1: no argument after keyword \"AllowUsers\"\nc: terminating, 1 bad configuration options\nbad"},
	{"AllowUsers a b@10.0.0.0/8\n", "ok"},
	{"AddressFamily inet7\n", "c line 1: unsupported option \"inet7\".\nbad"},
	{"LogLevel LOUD\n", "c line 1: unsupported log level 'LOUD'\nbad"},
	{"SyslogFacility LOUD\n", "c line 1: unsupported log facility 'LOUD'\nbad"},
	{"UsePrivilegeSeparation yes\n", "c line 1: Deprecated option UsePrivilegeSeparation\nok"},
	{"PermitRootLogin \"yes\n", "c line 1: invalid quotes\nc: terminating, 1 bad configuration options\nbad"},
	{"=Port 22\n", "ok"},
	{"Port=23\n", "ok"},
	{"Include /nonexist\n", "ok"},
	{"Match User kim\nPermitRootLogin no\nPort 23\n", "c line 3: Directive 'Port' is not allowed within a Match block\nbad"},
	{"Match foo bar\n", "Unsupported Match attribute foo\nc line 1: Bad Match condition\nbad"},
	{"Match User\n", "Missing Match criteria for User\nc line 1: Bad Match condition\nbad"},
	{"Match\n", "c line 1: no argument after keyword \"Match\"\nc: terminating, 1 bad configuration options\nbad"},
	{"Match all\nFoo no\n", "c: line 2: Bad configuration option: Foo\nc: terminating, 1 bad configuration options\nbad"},
	{"Subsystem sftp\n", "c line 1: Missing subsystem command.\nbad"},
	{"AcceptEnv A=B\n", "c line 1: Invalid environment name.\nbad"},
}

// machine is a host without network on which configurations can be read.
func machine() *host.Host {
	k := vtime.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), 1)
	h := host.New(host.Config{Name: "m", Clock: k.Clock(), FS: vfs.New(nil, vfs.Options{})})
	h.FS.MkdirAll("/etc/ssh", 0o755, host.Root)
	h.FS.WriteFile("/etc/passwd", []byte("root:x:0:0::/root:/bin/bash\nkim:x:1000:1000::/home/kim:/bin/bash\n"), 0o644, host.Root)
	h.FS.WriteFile("/etc/group", []byte("root:x:0:\nkim:x:1000:\nstaff:x:50:kim\n"), 0o644, host.Root)
	return h
}

func TestConfig(t *testing.T) {
	h := machine()
	for _, c := range configs {
		h.FS.WriteFile("/etc/ssh/sshd_config", []byte(c.text), 0o644, host.Root)
		_, said, fatal := readConfig(h, configFile)
		got := strings.ReplaceAll(strings.Join(append(said, map[bool]string{true: "bad", false: "ok"}[fatal]), "\n"), configFile, "c")
		if got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestConfigPeer(t *testing.T) {
	tool, err := exec.LookPath("sshd")
	if err == nil {
		err = exec.Command("grep", "-q", "^sshd:", "/etc/passwd").Run()
	}
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("sshd is not installed (Debian: openssh-server)")
		}
		t.Skip("sshd is not installed")
	}
	os.MkdirAll("/run/sshd", 0o755) // where sshd wants to lock itself in
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, DeriveKey("test", "test").File(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range configs {
		if err := os.WriteFile(filepath.Join(dir, "c"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(tool, "-t", "-h", key, "-f", "c")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		got := strings.ReplaceAll(string(out), "\r", "") + map[bool]string{true: "ok", false: "bad"}[err == nil]
		if got != c.want {
			t.Errorf("%q: sshd says\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestMatchBlocks(t *testing.T) {
	h := machine()
	h.FS.WriteFile(configFile, []byte("PermitRootLogin no\nPasswordAuthentication yes\nMatch User kim Address 10.0.0.0/8\nPasswordAuthentication no\nMatch Group staff,!root\nMaxAuthTries 2\n"), 0o644, host.Root)
	c, said, fatal := readConfig(h, configFile)
	if fatal {
		t.Fatal(said)
	}
	at := func(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
	for _, x := range []struct {
		user, from string
		password   bool
		tries      int
	}{{"kim", "10.1.1.1:5", false, 2}, {"kim", "192.0.2.1:5", true, 2}, {"root", "10.1.1.1:5", true, 6}} {
		u := c.forUser(h, x.user, at("192.0.2.9:22"), at(x.from))
		if u.Password != x.password || u.MaxAuthTries != x.tries || u.PermitRoot != "no" {
			t.Errorf("%s from %s: password %v, tries %d, root %s", x.user, x.from, u.Password, u.MaxAuthTries, u.PermitRoot)
		}
	}
}

func TestAddresses(t *testing.T) {
	h := machine()
	for text, want := range map[string][]string{
		"":                               {"0.0.0.0:22", "[::]:22"},
		"Port 2222\nPort 22\n":           {"0.0.0.0:2222", "0.0.0.0:22", "[::]:2222", "[::]:22"},
		"AddressFamily inet\n":           {"0.0.0.0:22"},
		"ListenAddress 192.0.2.1\n":      {"192.0.2.1:22"},
		"ListenAddress 192.0.2.1:2022\n": {"192.0.2.1:2022"},
	} {
		h.FS.WriteFile(configFile, []byte(text), 0o644, host.Root)
		c, _, _ := readConfig(h, configFile)
		var got []string
		for _, a := range c.addresses() {
			got = append(got, a.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func FuzzConfig(f *testing.F) {
	for _, c := range configs {
		f.Add(c.text)
	}
	h := machine()
	f.Fuzz(func(t *testing.T, text string) {
		h.FS.WriteFile(configFile, []byte(text), 0o644, host.Root)
		if c, _, fatal := readConfig(h, configFile); !fatal {
			c.forUser(h, "kim", netip.MustParseAddrPort("192.0.2.9:22"), netip.MustParseAddrPort("10.1.1.1:5"))
			c.dump()
		}
	})
}
