package netfilter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxlab/sim/vnet"
)

// FuzzCommand gives iptables any command line. What it takes it prints in a
// form that it takes again and prints the same way.
func FuzzCommand(f *testing.F) {
	files, _ := filepath.Glob("testdata/rules/filter*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(f, err)
		for line := range strings.Lines(string(text)) {
			f.Add("-A INPUT " + strings.TrimSuffix(line, "\n"))
		}
	}
	w := newWorld(f)
	fw := Of(w.client)
	n := &names{host: w.client}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.Contains(line, "\n") {
			return // iptables-save does not escape line ends
		}
		fw.reset()
		c, err := parse(shellWords(line), v4, n, "filter", false)
		if err != nil {
			if message("iptables", err, 0) == "" {
				t.Error("an error without words")
			}
			return
		}
		if c.print != "" {
			return
		}
		if _, err := fw.execute(c, v4, n, true); err != nil {
			return
		}
		p := vnet.Packet{Src: ap("192.0.2.1:1").Addr(), Dst: ap("192.0.2.10:1").Addr(), SrcPort: 1, DstPort: 25, Proto: vnet.ProtoTCP, Flags: vnet.SYN}
		for _, at := range []vnet.Point{vnet.Prerouting, vnet.Input, vnet.Output, vnet.Postrouting} {
			fw.decide(at, &p, nil, nil)
		}
		saved := fw.saved(w.client, v4, "", false)
		fw.reset()
		r := &restorer{fw: fw, fam: v4, names: &names{host: w.client, privileged: true}, name: "iptables-restore"}
		if status := r.restore(saved); status != 0 {
			if strings.Contains(saved, "--name ") || strings.Contains(saved, "-i ") || strings.Contains(saved, "-o ") || strings.Contains(saved, "hashlimit") {
				return // words that iptables itself does not quote
			}
			t.Fatalf("%q\nsaved as\n%sis refused: %s", line, saved, r.errs.String())
		}
		if again := fw.saved(w.client, v4, "", false); again != saved && !strings.Contains(saved, " --name ") && !strings.Contains(saved, "-i ") && !strings.Contains(saved, "-o ") {
			t.Errorf("%q\nsaved as\n%sand then as\n%s", line, saved, again)
		}
	})
}

// FuzzRestore gives iptables-restore any text. A text that is refused changes
// no table that was not committed.
func FuzzRestore(f *testing.F) {
	files, _ := filepath.Glob("testdata/sessions/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(f, err)
		for line := range strings.Lines(string(text)) {
			if _, input, ok := strings.Cut(line, " < "); ok {
				f.Add(strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`).Replace(input))
			}
		}
	}
	w := newWorld(f)
	fw := Of(w.client)
	f.Fuzz(func(t *testing.T, text string) {
		fw.reset()
		r := &restorer{fw: fw, fam: v4, names: &names{host: w.client, privileged: true}, name: "iptables-restore"}
		status := r.restore(text)
		if status != 0 && r.errs.Len() == 0 {
			t.Errorf("status %d without a word", status)
		}
		if status != 0 && !strings.Contains(text, "COMMIT") && fw.saved(w.client, v4, "", false) != "" {
			t.Errorf("changed without COMMIT by\n%s", text)
		}
	})
}
