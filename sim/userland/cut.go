package userland

import (
	"io"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// span is a range of positions of cut, from 1; to 0 means to the end.
type span struct{ from, to int }

func parseSpans(text string) (list []span, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		a, b, dash := strings.Cut(part, "-")
		s := span{from: 1}
		var err error
		if a != "" {
			if s.from, err = strconv.Atoi(a); err != nil || s.from < 1 {
				return nil, false
			}
		}
		switch {
		case !dash:
			s.to = s.from
			if a == "" {
				return nil, false
			}
		case b != "":
			if s.to, err = strconv.Atoi(b); err != nil || s.to < s.from {
				return nil, false
			}
		case a == "":
			return nil, false
		}
		list = append(list, s)
	}
	return list, true
}

func inSpans(list []span, n int) bool {
	for _, s := range list {
		if n >= s.from && (s.to == 0 || n <= s.to) {
			return true
		}
	}
	return false
}

// runCut is cut(1).
func runCut(p *host.Proc) int {
	f, ok := readFlags(p, "b:c:f:d:sn", "bytes=b:", "characters=c:", "fields=f:", "delimiter=d:", "only-delimited=s", "complement", "output-delimiter:")
	if !ok {
		return 1
	}
	usage := func(text string) int {
		p.Errorf("%s", text)
		io.WriteString(p.Stderr, "Try 'cut --help' for more information.\n")
		return 1
	}
	kind := f.last("b", "c", "f")
	if kind == "" {
		return usage("you must specify a list of bytes, characters, or fields")
	}
	spans, ok := parseSpans(f.given[kind])
	if !ok {
		if strings.HasPrefix(f.given[kind], "0") || strings.Contains(f.given[kind], ",0") {
			return usage("fields are numbered from 1")
		}
		return usage("invalid field value ‘" + f.given[kind] + "’")
	}
	delim := "\t"
	if d, ok := f.given["d"]; ok {
		if len([]rune(d)) != 1 {
			return usage("the delimiter must be a single character")
		}
		delim = d
	}
	join := delim
	if d, ok := f.given["output-delimiter"]; ok {
		join = d
	}
	out := newOutput(p)
	status := eachInput(p, f.operands, func(name string, r io.Reader) error {
		return eachLine(p, r, func(line string, ended bool) bool {
			var parts []string
			switch {
			case kind == "f" && !strings.Contains(line, delim):
				if !f.has("s") {
					out.WriteString(line + "\n")
				}
				return true
			case kind == "f":
				parts = strings.Split(line, delim)
			case kind == "c":
				parts, join = strings.Split(line, ""), f.given["output-delimiter"]
			default:
				for i := range len(line) {
					parts = append(parts, line[i:i+1])
				}
				join = f.given["output-delimiter"]
			}
			var kept []string
			for i, part := range parts {
				if inSpans(spans, i+1) != f.has("complement") {
					kept = append(kept, part)
				}
			}
			out.WriteString(strings.Join(kept, join) + "\n")
			return true
		})
	})
	return out.close(status)
}

// runTee is tee(1).
func runTee(p *host.Proc) int {
	f, ok := readFlags(p, "ai", "append=a", "ignore-interrupts=i")
	if !ok {
		return 1
	}
	flags := vfs.O_WRONLY | vfs.O_CREATE | vfs.O_TRUNC
	if f.has("a") {
		flags = vfs.O_WRONLY | vfs.O_CREATE | vfs.O_APPEND
	}
	sinks := []io.Writer{p.Stdout}
	names := []string{"standard output"}
	status := 0
	for _, name := range f.operands {
		file, err := p.Open(name, flags)
		if err != nil {
			p.Errorf("%s: %s", name, reason(err))
			status = 1
			continue
		}
		defer func() {
			file.Close()
			p.Wrote("write", name)
		}()
		sinks, names = append(sinks, file), append(names, name)
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := p.Stdin.Read(buf)
		p.Step(1 + n/256)
		for i := range sinks {
			if sinks[i] == nil || n == 0 {
				continue
			}
			if _, werr := sinks[i].Write(buf[:n]); werr != nil {
				p.Errorf("%s: %s", names[i], reason(werr))
				sinks[i], status = nil, 1
			}
		}
		if err != nil {
			return status
		}
	}
}
