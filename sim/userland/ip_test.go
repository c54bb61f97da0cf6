package userland

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// transcript is a command of a recorded session with what it prints, standard
// output before standard error, and its status in brackets if it is not 0.
type transcript struct{ command, want string }

func transcripts(t *testing.T, file string) (list []transcript) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		switch command, ok := strings.CutPrefix(line, "$ "); {
		case ok:
			list = append(list, transcript{command: strings.TrimSuffix(command, "\n")})
		case len(list) > 0:
			list[len(list)-1].want += line
		}
	}
	return list
}

func TestIP(t *testing.T)       { testTranscript(t, "testdata/ip.txt") }
func TestNetTools(t *testing.T) { testTranscript(t, "testdata/nettools.txt") }

// testTranscript types the commands of a recorded session one after the other.
func testTranscript(t *testing.T, file string) {
	w := newWorld(t)
	for _, c := range transcripts(t, file) {
		r := w.run("", strings.Fields(c.command)...)
		got := r.out + r.err
		if r.status != 0 {
			got += fmt.Sprintf("[%d]\n", r.status)
		}
		if got != c.want {
			t.Errorf("%s\n got:\n%s\nwant:\n%s", c.command, got, c.want)
		}
	}
}

func FuzzIP(f *testing.F) {
	for _, seed := range []string{"route add 10.0.0.0/8 via 1.2.3.4", "-6 addr show dev", "link set mtu -1 dev eth0", "neigh add :: lladdr 1:2 dev lo", "route get ::ffff:1.2.3.4"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		newWorld(t).run("", append([]string{"ip"}, strings.Fields(line)...)...)
	})
}
