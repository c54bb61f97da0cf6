package config

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What named logs about a configuration it refuses, from reading the file to giving up.
func TestPeerRefusals(t *testing.T) {
	tool := peerTool(t, "named")
	if os.Geteuid() != 0 {
		t.Skip("named needs to be root")
	}
	archives := bases(t)
	m := &mutator{r: rand.New(rand.NewPCG(77, 1))}
	runs, same := 0, 0
	for i := 0; runs < 40; i++ {
		a := archives[i%len(archives)]
		root := t.TempDir()
		files := plant(t, a, root)
		path := files[m.r.IntN(len(files))]
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m.donor = string(archives[m.r.IntN(len(archives))].Files[0].Data)
		if err := os.WriteFile(path, []byte(m.mutate(string(good))), 0o644); err != nil {
			t.Fatal(err)
		}
		conf := filepath.Join(root, "etc/bind/named.conf")
		c, messages := Load(realDisk(), conf)
		if c != nil {
			continue
		}
		runs++
		var our strings.Builder
		writeMessages(&our, messages)
		if real := realRefusal(tool, conf); real == our.String() {
			same++
		} else {
			t.Logf("real\n%sours\n%s", real, our.String())
		}
	}
	t.Logf("%d refusals, %d alike", runs, same)
	if same*100 < runs*90 {
		t.Error("too far from the real named")
	}
}

// realRefusal starts the real named, which gives up at once, and takes the lines in question from its log.
func realRefusal(tool, conf string) string {
	log, _ := exec.Command("timeout", "5", tool, "-g", "-c", conf, "-p", "5399", "-u", "root").CombinedOutput()
	var out strings.Builder
	on := false
	for _, line := range strings.SplitAfter(string(log), "\n") {
		if len(line) > 25 && line[2] == '-' && line[6] == '-' {
			line = line[25:]
		}
		switch {
		case strings.HasPrefix(line, "loading configuration from"):
			on = true
		case strings.HasPrefix(line, "exiting"):
			on = false
		case on:
			out.WriteString(line)
		}
	}
	return out.String()
}
