package tcpwrap_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The table of decisions asked of the real tcpdmatch, where a client's name
// does not matter.
func TestDecidePeer(t *testing.T) {
	tool, err := exec.LookPath("tcpdmatch")
	if err != nil {
		if os.Getenv("MXLAB_PEERS") == "require" {
			t.Fatal("tcpdmatch is not installed (Debian: tcpd)")
		}
		t.Skip("tcpdmatch is not installed")
	}
	for _, c := range decisions {
		if names[c.client] != "" || strings.Contains(c.allow, "/etc/") {
			continue
		}
		dir := t.TempDir()
		for name, text := range map[string]string{"hosts.allow": c.allow, "hosts.deny": c.deny} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(tool, "-d", c.daemon, c.client)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		_, got, _ := strings.Cut(string(out), "access:   ")
		if got = strings.TrimSpace(got); got != c.want {
			t.Errorf("allow %q deny %q: %s from %s: tcpdmatch says %q (%v), want %s", c.allow, c.deny, c.daemon, c.client, got, err, c.want)
		}
	}
}
