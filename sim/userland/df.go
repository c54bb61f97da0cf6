package userland

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// runDf is df(1).
func runDf(p *host.Proc) int {
	f, ok := readFlags(p, "hHikTaPlt:x:m", "human-readable=h", "inodes=i", "print-type=T", "all=a", "portability=P", "type=t:", "exclude-type=x:")
	if !ok {
		return 1
	}
	var list []vfs.Statfs
	status := 0
	if len(f.operands) == 0 {
		list = p.Host.FS.Mounts()
	}
	for _, name := range f.operands {
		st, err := p.Host.FS.Statfs(p.Path(name), p.Cred)
		if err != nil {
			p.Errorf("%s: %s", name, reason(err))
			status = 1
			continue
		}
		list = append(list, st)
	}
	if len(list) == 0 {
		return status
	}
	rows := [][]string{dfHeader(f)}
	for _, st := range list {
		if st.Type == "" && len(f.operands) == 0 && st.Bytes == 0 && len(list) > 1 {
			continue
		}
		rows = append(rows, dfRow(f, st))
	}
	printTable(p, rows, f.has("T"))
	return status
}

func dfHeader(f *flags) []string {
	h := []string{"Filesystem"}
	if f.has("T") {
		h = append(h, "Type")
	}
	switch {
	case f.has("i"):
		return append(h, "Inodes", "IUsed", "IFree", "IUse%", "Mounted on")
	case f.has("h") || f.has("H"):
		return append(h, "Size", "Used", "Avail", "Use%", "Mounted on")
	case f.has("m"):
		return append(h, "1M-blocks", "Used", "Available", "Use%", "Mounted on")
	case f.has("P"):
		return append(h, "1024-blocks", "Used", "Available", "Capacity", "Mounted on")
	}
	return append(h, "1K-blocks", "Used", "Available", "Use%", "Mounted on")
}

// unlimited stands for the size of a disk without a limit.
const unlimited = 20 << 30

func dfRow(f *flags, st vfs.Statfs) []string {
	source, kind := st.Source, st.Type
	if source == "" {
		source = "/dev/vda1"
	}
	if kind == "" {
		kind = "ext4"
	}
	row := []string{source}
	if f.has("T") {
		row = append(row, kind)
	}
	percent := func(used, rest int64) string {
		if used+rest == 0 {
			return "-"
		}
		return fmt.Sprintf("%d%%", (used*100+used+rest-1)/(used+rest))
	}
	if f.has("i") {
		total := st.Inodes
		if total == 0 {
			total = 1310720
		}
		free := total - st.UsedInodes
		return append(row, fmt.Sprint(total), fmt.Sprint(st.UsedInodes), fmt.Sprint(free), percent(st.UsedInodes, free), st.Path)
	}
	total, avail := st.Bytes, st.AvailBytes
	if total == 0 {
		total, avail = unlimited, unlimited-st.UsedBytes
	}
	size := func(n int64) string {
		switch {
		case f.has("h") || f.has("H"):
			return humanSize(n)
		case f.has("m"):
			return fmt.Sprint((n + 1<<20 - 1) >> 20)
		}
		return fmt.Sprint(n / 1024)
	}
	return append(row, size(total), size(st.UsedBytes), size(max(avail, 0)), percent(st.UsedBytes, max(avail, 0)), st.Path)
}

// printTable aligns columns: text to the left, numbers to the right, the last
// column as it is.
func printTable(p *host.Proc, rows [][]string, secondIsText bool) {
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			width[i] = max(width[i], len(c))
		}
	}
	width[0] = max(width[0], 14)
	for i := len(width) - 5; i < len(width)-2; i++ { // size, used, available
		width[i] = max(width[i], 5)
	}
	for _, r := range rows {
		var b strings.Builder
		for i, c := range r {
			if i > 0 {
				b.WriteByte(' ')
			}
			switch {
			case i == len(r)-1:
				b.WriteString(c)
			case i == 0 || i == 1 && secondIsText:
				fmt.Fprintf(&b, "%-*s", width[i], c)
			default:
				fmt.Fprintf(&b, "%*s", width[i], c)
			}
		}
		p.Print(b.String() + "\n")
	}
}

// runDu is du(1).
func runDu(p *host.Proc) int {
	f, ok := readFlags(p, "shacbkd:mx", "summarize=s", "human-readable=h", "all=a", "total=c", "bytes=b", "max-depth=d:", "apparent-size")
	if !ok {
		return 1
	}
	d := &usage{p: p, f: f, max: 1 << 30}
	if text, ok := f.given["d"]; ok {
		if _, err := fmt.Sscan(text, &d.max); err != nil {
			p.Errorf("invalid maximum depth '%s'", text)
			return 1
		}
	}
	if f.has("s") {
		d.max = 0
	}
	operands := f.operands
	if len(operands) == 0 {
		operands = []string{"."}
	}
	var total int64
	for _, name := range operands {
		info, err := p.Host.FS.Lstat(p.Path(name), p.Cred)
		if err != nil {
			p.Errorf("cannot access '%s': %s", name, reason(err))
			d.status = 1
			continue
		}
		total += d.walk(name, info, 0)
	}
	if f.has("c") {
		d.print(total, "total")
	}
	return d.status
}

type usage struct {
	p      *host.Proc
	f      *flags
	max    int
	status int
}

func (d *usage) print(n int64, name string) {
	text := fmt.Sprint((n + 1023) / 1024)
	switch {
	case d.f.has("h"):
		text = humanSize(n)
	case d.f.has("b"):
		text = fmt.Sprint(n)
	case d.f.has("m"):
		text = fmt.Sprint((n + 1<<20 - 1) >> 20)
	}
	d.p.Print(text + "\t" + name + "\n")
}

func (d *usage) walk(name string, info vfs.Info, depth int) int64 {
	d.p.Step(1)
	n := info.Blocks * 512
	if d.f.has("b") || d.f.has("apparent-size") {
		n = info.Size()
	}
	if info.IsDir() && depth < 500 {
		entries, err := d.p.Host.FS.ReadDir(d.p.Path(name), d.p.Cred)
		if err != nil {
			d.p.Errorf("cannot read directory '%s': %s", name, reason(err))
			d.status = 1
		}
		for _, e := range entries {
			sub := strings.TrimSuffix(name, "/") + "/" + e.Name
			if st, err := d.p.Host.FS.Lstat(d.p.Path(sub), d.p.Cred); err == nil {
				n += d.walk(sub, st, depth+1)
			}
		}
	}
	if depth <= d.max && (info.IsDir() || d.f.has("a") || depth == 0) {
		d.print(n, name)
	}
	return n
}
