package sshd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Packets come out at the other end as they went in, in whatever pieces.
func TestPacketsThroughAWire(t *testing.T) {
	var a, b wire
	a.sending, b.reading = newMask([]byte("k")), newMask([]byte("k"))
	var stream []byte
	bodies := [][]byte{{1}, bytes.Repeat([]byte("x"), 31), bytes.Repeat([]byte("long"), 5000)}
	for _, body := range bodies {
		p := a.packet(body)
		if (len(p)-4-macSize)%blockSize != 0 || len(p) < len(body)+4+1+minPadding+macSize {
			t.Errorf("a packet for %d bytes has %d", len(body), len(p))
		}
		if bytes.Contains(p, body) && len(body) > 8 {
			t.Error("the packet shows its body")
		}
		stream = append(stream, p...)
	}
	var got [][]byte
	for _, c := range stream {
		b.in = append(b.in, c)
		body, ok, err := b.next()
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			got = append(got, bytes.Clone(body))
		}
	}
	for i := range bodies {
		if i >= len(got) || !bytes.Equal(got[i], bodies[i]) {
			t.Fatalf("packet %d did not come through", i)
		}
	}
}

func FuzzWire(f *testing.F) {
	var w wire
	f.Add([]byte("SSH-2.0-x\r\n" + string(w.packet([]byte{1, 2, 3}))))
	f.Fuzz(func(t *testing.T, data []byte) {
		w := wire{in: bytes.Clone(data)}
		if _, ok, err := w.identification(); !ok || err != nil {
			return
		}
		for range 100 {
			body, ok, err := w.next()
			if !ok || err != nil {
				return
			}
			r := &fields{rest: body[1:]}
			r.text()
			r.number()
			r.flag()
		}
	})
}

func TestKeyFiles(t *testing.T) {
	k := DeriveKey("secret", "kim@pc")
	back, err := ParseKey(k.File())
	if err != nil || !back.Private.Equal(k.Private) || back.Comment != "kim@pc" {
		t.Fatalf("read back %v, %v", back.Comment, err)
	}
	pub, comment, err := ParsePublic(k.PublicLine())
	if err != nil || !pub.Equal(k.Public()) || comment != "kim@pc" {
		t.Errorf("public: %v %v", comment, err)
	}
	for _, bad := range []string{"", "ssh-rsa AAAA x", "ssh-ed25519", "ssh-ed25519 !!!! x", "ssh-ed25519 AAAA x"} {
		if _, _, err := ParsePublic(bad); err == nil {
			t.Errorf("%q is taken for a key", bad)
		}
	}
	if _, err := ParseKey([]byte("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")); err == nil {
		t.Error("a broken file is taken for a key")
	}
}

// The real ssh-keygen reads our key files and agrees on the fingerprint.
func TestKeyFilesPeer(t *testing.T) {
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("ssh-keygen is not installed (Debian: openssh-client)")
		}
		t.Skip("ssh-keygen is not installed")
	}
	k := DeriveKey("secret", "kim@pc")
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, k.File(), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{"-y": k.PublicLine(), "-l": "256 " + Fingerprint(k.Public()) + " kim@pc (ED25519)"} {
		out, err := exec.Command(tool, args, "-f", file).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("ssh-keygen %s: %s (%v), want %s", args, got, err, want)
		}
	}
}

func TestKnownHosts(t *testing.T) {
	k := DeriveKey("h", "")
	text := "# remark\nother ssh-ed25519 AAAA\nmail.example.kr,203.0.113.3 " + k.PublicLine() + "\n[ns1]:2222 " + k.PublicLine() + "\n"
	for name, line := range map[string]int{"mail.example.kr": 3, "203.0.113.3": 3, "[ns1]:2222": 4, "ns1": 0, "other": 0} {
		if pub, got := knownKey(text, name); got != line || line > 0 && !pub.Equal(k.Public()) {
			t.Errorf("%s: line %d, want %d", name, got, line)
		}
	}
}

func TestOptions(t *testing.T) {
	for line, want := range map[string]string{
		"kim@host":                       "user=kim host=host port=22 command=",
		"-p 2222 -l kim host ls -l":      "user=kim host=host port=2222 command=ls -l",
		"host -p 23 uptime":              "user= host=host port=23 command=uptime",
		"-o ConnectTimeout=5 -vp24 host": "user= host=host port=24 command=",
		"-t -o Port=1 ssh://kim@host id": "user=kim host=host port=1 command=id",
		"host -- -x":                     "user= host=host port=22 command=-x",
		"-p 0 host":                      "Bad port '0'",
		"-o Foo=1 host":                  "command-line: line 0: Bad configuration option: foo",
		"-o ConnectTimeout=x host":       "command-line line 0: invalid time value.",
		"-Z host":                        "unknown option -- Z",
		"-p":                             "option requires an argument -- p",
		"":                               "usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface]",
	} {
		o, err := sshOptions(strings.Fields(line))
		got := ""
		if err != nil {
			got, _, _ = strings.Cut(err.Error(), "\n")
		} else {
			got = "user=" + o.text("user", "") + " host=" + o.target + " port=" + o.text("port", "22") + " command=" + o.command
		}
		if got != want {
			t.Errorf("ssh %s: %s, want %s", line, got, want)
		}
	}
}
