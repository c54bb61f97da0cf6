package netfilter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// TestUfwSessions runs the commands of testdata/ufw/*.txt, which hold what ufw
// 0.36.2 said to them. A line "USAGE" stands for the usage.
func TestUfwSessions(t *testing.T) {
	files, _ := filepath.Glob("testdata/ufw/*.txt")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			must(t, err)
			w := newWorld(t)
			must(t, w.client.FS.MkdirAll("/etc/postfix", 0o755, host.Root))
			var command, want string
			check := func() {
				if command == "" {
					return
				}
				if got := w.ufw(command); got != want {
					t.Errorf("# %s\n%s", command, lineDiff(got, want))
				}
			}
			for line := range strings.Lines(string(text)) {
				if next, ok := strings.CutPrefix(line, "# "); ok {
					check()
					command, want = strings.TrimSuffix(next, "\n"), ""
					continue
				}
				want += line
			}
			check()
		})
	}
}

// ufw runs a command line on the client and returns what it says, with the
// status if it is not 0.
func (w *world) ufw(line string) string {
	args := shellWords(line)
	if args[0] == "cat" || args[0] == "grep" || args[0] == "sed" { // the files ufw writes
		text, err := w.client.FS.ReadFile(args[len(args)-1], host.Root)
		must(w.tb, err)
		var b strings.Builder
		for l := range strings.Lines(string(text)) {
			if args[0] != "grep" || !strings.HasPrefix(l, ":") {
				b.WriteString(l)
			}
		}
		return b.String()
	}
	r := w.run(w.client, 0, "", args...)
	out := r.err + r.out
	if i := strings.Index(out, "\nUsage: ufw COMMAND"); i >= 0 {
		out = out[:i] + "\nUSAGE\n"
	}
	if r.status != 0 && !strings.Contains(out, "USAGE") {
		out += "[exit " + string(rune('0'+r.status)) + "]\n"
	}
	return out
}

// lineDiff shows the lines that are only in one of two texts.
func lineDiff(got, want string) string {
	var b strings.Builder
	has := func(text, line string) bool { return strings.Contains("\n"+text, "\n"+line) }
	for line := range strings.Lines(got) {
		if !has(want, line) {
			b.WriteString("+ " + line)
		}
	}
	for line := range strings.Lines(want) {
		if !has(got, line) {
			b.WriteString("- " + line)
		}
	}
	if b.Len() == 0 {
		return "the order differs: got\n" + got + "want\n" + want
	}
	return b.String()
}

// TestUfwFilters: what ufw says is what happens to packets.
func TestUfwFilters(t *testing.T) {
	for _, c := range []struct {
		rules []string
		want  string
	}{
		{nil, greeting},
		{[]string{"ufw --force enable"}, silence},
		{[]string{"ufw --force enable", "ufw allow smtp"}, greeting},
		{[]string{"ufw allow 25/tcp", "ufw --force enable"}, greeting},
		{[]string{"ufw --force enable", "ufw allow 25/udp"}, silence},
		{[]string{"ufw --force enable", "ufw reject 25/tcp"}, refusal},
		{[]string{"ufw --force enable", "ufw deny from 192.0.2.10", "ufw allow 25"}, silence},
		{[]string{"ufw --force enable", "ufw allow 25", "ufw deny from 192.0.2.10"}, greeting},
		{[]string{"ufw --force enable", "ufw allow from 192.0.2.0/24 to any port 25 proto tcp"}, greeting},
		{[]string{"ufw --force enable", "ufw default allow incoming"}, greeting},
		{[]string{"ufw --force enable", "ufw default allow incoming", "ufw deny 25"}, silence},
		{[]string{"ufw --force enable", "ufw default reject incoming"}, refusal},
		{[]string{"ufw --force enable", "ufw allow 25", "ufw delete allow 25"}, silence},
		{[]string{"ufw --force enable", "ufw disable"}, greeting},
		{[]string{"ufw --force enable", "ufw allow 25", "ufw default deny outgoing"}, greeting},
	} {
		w := newWorld(t)
		w.listen(w.server, serverAddr+":25")
		w.sh(w.server, c.rules...)
		if got, _ := w.dial(w.client, serverAddr+":25"); got != c.want {
			t.Errorf("%v: %q, want %q", c.rules, got, c.want)
		}
	}
}

// TestUfwAfterReboot: an enabled ufw is there again.
func TestUfwAfterReboot(t *testing.T) {
	w := newWorld(t)
	w.listen(w.server, serverAddr+":25")
	w.sh(w.server, "ufw allow ssh", "ufw --force enable")
	before := w.sh(w.server, "iptables -S", "ufw status")
	w.do(func(task *vtime.Task) { must(t, w.server.Reboot(task)) })
	if after := w.sh(w.server, "iptables -S", "ufw status"); after != before {
		t.Errorf("after the reboot:\n%s", lineDiff(after, before))
	}
}

// TestUfwLimit: the sixth connection in 30 seconds is refused.
func TestUfwLimit(t *testing.T) {
	w := newWorld(t)
	w.listen(w.server, serverAddr+":22")
	w.sh(w.server, "ufw limit ssh", "ufw --force enable")
	for i := range 6 {
		want := greeting
		if i == 5 {
			want = refusal
		}
		if got, _ := w.dial(w.client, serverAddr+":22"); got != want {
			t.Errorf("connection %d: %q", i+1, got)
		}
		w.do(func(task *vtime.Task) { task.Sleep(time.Second) })
	}
}
