package named

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

const unsignedZone = `$TTL 600
@ SOA ns hostmaster 1 3600 900 1209600 60
@ NS ns
@ MX 10 mail
ns A 198.18.0.53
mail A 198.18.0.25
www CNAME mail
sub NS ns.sub
ns.sub A 198.18.0.54
sec NS ns
sec DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000
*.wild TXT "w"
a.b.c A 198.18.0.1
dn DNAME mail
x.insecure.deep NS ns
`

// toolbox is a host on which only the commands run.
func toolbox(t testing.TB) *world {
	w := buildWorld(t, "", nil)
	for name, text := range map[string]string{"/root/db": unsignedZone} {
		if err := w.hosts["client"].FS.MkdirAll("/root", 0o755, host.Root); err != nil {
			t.Fatal(err)
		}
		if err := w.hosts["client"].FS.WriteFile(name, []byte(text), 0o644, host.Root); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) must(args ...string) string {
	w.t.Helper()
	out, status := w.command("client", args...)
	if status != 0 {
		w.t.Fatalf("%s: %d\n%s", args, status, out)
	}
	return out
}

func (w *world) file(name string) string {
	b, err := w.hosts["client"].FS.ReadFile("/root/"+name, host.Root)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

func TestSignZone(t *testing.T) {
	for _, c := range []struct {
		algorithm string
		args      []string
	}{{"ED25519", nil}, {"ECDSAP256SHA256", []string{"-3", "AABB", "-H", "3"}}, {"ECDSAP384SHA384", []string{"-3", "-", "-A"}}, {"RSASHA256", []string{"-x", "-N", "increment"}}} {
		t.Run(c.algorithm, func(t *testing.T) {
			w := toolbox(t)
			ksk := strings.TrimSpace(w.must("dnssec-keygen", "-a", c.algorithm, "-b", "1024", "-f", "KSK", "ex.test"))
			w.must("dnssec-keygen", "-a", c.algorithm, "-b", "1024", "ex.test")
			out := w.must(append([]string{"dnssec-signzone", "-S", "-o", "ex.test"}, append(c.args, "db")...)...)
			if !strings.Contains(out, "Zone fully signed:\nAlgorithm: "+c.algorithm+": KSKs: 1 active, 0 stand-by, 0 revoked\n") || !strings.HasSuffix(out, "db.signed\n") {
				t.Error(out)
			}
			if out, status := w.command("client", "dnssec-verify", "-o", "ex.test", "db.signed"); status != 0 {
				t.Error(out)
			}
			if ds := w.must("dnssec-dsfromkey", ksk); !strings.HasPrefix(ds, "ex.test. IN DS ") {
				t.Error(ds)
			}
			w.realVerify(t, c.args)
			w.change("db.signed", "198.18.0.25", "198.18.0.26")
			if out, status := w.command("client", "dnssec-verify", "-o", "ex.test", "db.signed"); status != 1 ||
				!strings.Contains(out, "No correct "+c.algorithm+" signature for mail.ex.test A\n") || !strings.Contains(out, "DNSSEC completeness test failed.\n") {
				t.Errorf("%d %s", status, out)
			}
			w.change("db.signed", "198.18.0.26", "198.18.0.25")
			w.run(31 * 24 * time.Hour)
			if out, status := w.command("client", "dnssec-verify", "-o", "ex.test", "db.signed"); status != 1 || !strings.Contains(out, "No self-signed KSK DNSKEY found") {
				t.Errorf("expired: %d %s", status, out)
			}
		})
	}
}

func (w *world) change(file, old, now string) {
	w.hosts["client"].FS.WriteFile("/root/"+file, []byte(strings.ReplaceAll(w.file(file), old, now)), 0o644, host.Root)
}

// realVerify lets the real dnssec-verify look at the signed zone.
func (w *world) realVerify(t *testing.T, args []string) {
	if _, err := exec.LookPath("dnssec-verify"); err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("dnssec-verify is not installed")
		}
		return
	}
	dir := t.TempDir()
	now := time.Now().UTC().Add(-time.Hour).Format("20060102150405") // the world's clock is not the real one
	w.must(append(append([]string{"dnssec-signzone", "-P", "-S", "-o", "ex.test", "-s", now, "-f", "now"}, args...), "db")...)
	os.WriteFile(filepath.Join(dir, "db"), []byte(w.file("now")), 0o644)
	cmd := exec.Command("dnssec-verify", "-o", "ex.test", "db")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the real dnssec-verify: %v\n%s\n%s", err, out, w.file("now"))
	}
}

// The same seed makes the same keys, each call others.
func TestKeysAreDeterministic(t *testing.T) {
	make := func() string {
		w := toolbox(t)
		a, b := strings.TrimSpace(w.must("dnssec-keygen", "-a", "13", "ex.test")), strings.TrimSpace(w.must("dnssec-keygen", "-a", "13", "ex.test"))
		if a == b {
			t.Error("the same key twice")
		}
		if st, err := w.hosts["client"].FS.Stat("/root/"+a+".private", vfs.Cred{}); err != nil || st.Mode().Perm() != 0o600 {
			t.Error(st, err)
		}
		return w.file(a+".key") + w.file(a+".private") + w.file(b+".key")
	}
	one, two := make(), make()
	if one != two {
		t.Errorf("%s\n%s", one, two)
	}
	if !regexp.MustCompile(`(?m)^ex\.test\. IN DNSKEY 256 3 13 \S{56} \S+$`).MatchString(one) {
		t.Error(one)
	}
}

func TestDnssecToolErrors(t *testing.T) {
	w := toolbox(t)
	for _, c := range []struct{ args, want string }{
		{"dnssec-keygen ex.test", "dnssec-keygen: fatal: no algorithm specified\n"},
		{"dnssec-keygen -a FOO ex.test", "dnssec-keygen: fatal: unknown algorithm FOO\n"},
		{"dnssec-keygen -a ED25519 -f FOO ex.test", "dnssec-keygen: fatal: unknown flag 'FOO'\n"},
		{"dnssec-keygen -a ED25519 a..b", "dnssec-keygen: fatal: invalid key name a..b: empty label\n"},
		{"dnssec-dsfromkey nofile", "dnssec-dsfromkey: fatal: can't load nofile.key: file not found\n"},
		{"dnssec-signzone nofile", "dnssec-signzone: fatal: failed loading zone from 'nofile': file not found\n"},
		{"dnssec-signzone -o ex.test db", "dnssec-signzone: fatal: No signing keys specified or found.\n"},
		{"dnssec-verify -o ex.test db", "Loading zone 'ex.test' from file 'db'\n\nZone contains no DNSSEC keys\n"},
	} {
		if out, status := w.command("client", strings.Fields(c.args)...); out != c.want || status != 1 {
			t.Errorf("%s: %d\n%s", c.args, status, out)
		}
	}
}
