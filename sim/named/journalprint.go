package named

import (
	"fmt"

	"mxlab/sim/dns"
	"mxlab/sim/host"
)

// runJournalprint is named-journalprint(8): the steps of a zone's journal.
func runJournalprint(p *host.Proc) int {
	var file string
	for _, a := range p.Args[1:] {
		if len(a) > 1 && a[0] == '-' {
			continue
		}
		file = a
	}
	if file == "" {
		fmt.Fprintf(p.Stderr, "Usage: %s [-dux] journal\n", p.Name())
		return 1
	}
	d := disk{fs: p.Host.FS, cred: p.Cred, dir: p.Cwd}
	b, err := d.read(file)
	if err != nil {
		fmt.Fprint(p.Stderr, onOff(resultText(err) == "file not found", "no journal\n", resultText(err)+"\n"))
		return 1
	}
	j, err := dns.ParseJournal(b)
	if err != nil {
		fmt.Fprintf(p.Stderr, "%s: %v\n", file, err)
		return 1
	}
	p.Print(j.Text())
	return 0
}
