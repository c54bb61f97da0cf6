package userland

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/vtime"
)

// parseCount reads a number with GNU's suffixes.
func parseCount(text string) (int64, bool) {
	mult := int64(1)
	for _, u := range []struct {
		suffix string
		m      int64
	}{{"kB", 1000}, {"MB", 1e6}, {"GB", 1e9}, {"b", 512}, {"k", 1 << 10}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}} {
		if body, ok := strings.CutSuffix(text, u.suffix); ok && body != "" && body[len(body)-1] >= '0' && body[len(body)-1] <= '9' {
			text, mult = body, u.m
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 40)
	return n * mult, err == nil
}

// oldStyle rewrites head -5 and tail -5 (and tail +5) as -n.
func oldStyle(p *host.Proc) *host.Proc {
	p2 := *p
	p2.Args = append([]string(nil), p.Args...)
	if len(p2.Args) > 1 {
		a := p2.Args[1]
		if len(a) > 1 && a[0] == '-' && a[1] >= '0' && a[1] <= '9' {
			digits := strings.TrimRight(a[1:], "fqv")
			rest := a[1+len(digits):]
			p2.Args[1] = "-n" + digits
			if rest != "" {
				p2.Args = append([]string{p2.Args[0], "-" + rest}, p2.Args[1:]...)
			}
		}
	}
	return &p2
}

// runHead is head(1).
func runHead(p *host.Proc) int {
	f, ok := readFlags(oldStyle(p), "n:c:qv", "lines=n:", "bytes=c:", "quiet=q", "silent=q", "verbose=v")
	if !ok {
		return 1
	}
	unit, text := f.last("n", "c"), "10"
	if unit != "" {
		text = f.given[unit]
	}
	n, good := parseCount(text)
	if !good {
		what := "lines"
		if unit == "c" {
			what = "bytes"
		}
		p.Errorf("invalid number of %s: ‘%s’", what, text)
		return 1
	}
	out := newOutput(p)
	first := true
	many := len(f.operands) > 1 && !f.has("q") || f.has("v")
	status := eachInputAs(p, f.operands, "cannot open '%s' for reading: %s", func(name string, r io.Reader) error {
		header(out, name, many, &first)
		switch {
		case unit == "c" && n >= 0:
			_, err := io.Copy(out, io.LimitReader(r, min(n, p.Host.Limits.Memory)))
			return err
		case unit == "c" || n < 0:
			return headAllBut(p, r, out, -n, unit == "c")
		case n == 0:
			return nil
		}
		left := n
		return eachLine(p, r, func(line string, ended bool) bool {
			out.WriteString(line)
			if ended {
				out.WriteString("\n")
			}
			left--
			return left > 0
		})
	})
	return out.close(status)
}

func headAllBut(p *host.Proc, r io.Reader, out *output, n int64, bytes bool) error {
	data, err := readText(p, r)
	if err != nil {
		return err
	}
	if bytes {
		out.Write(data[:max(0, int64(len(data))-n)])
		return nil
	}
	lines := strings.SplitAfter(string(data), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	out.WriteString(strings.Join(lines[:max(0, int64(len(lines))-n)], ""))
	return nil
}

func header(out *output, name string, many bool, first *bool) {
	if !many {
		return
	}
	if !*first {
		out.WriteString("\n")
	}
	*first = false
	if name == "-" {
		name = "standard input"
	}
	fmt.Fprintf(out, "==> %s <==\n", name)
}

// runTail is tail(1). With -f it shows what is added until it is interrupted;
// like -F it follows the name.
func runTail(p *host.Proc) int {
	f, ok := readFlags(oldStyle(p), "n:c:qvfFs:", "lines=n:", "bytes=c:", "quiet=q", "silent=q", "verbose=v", "follow=f", "follow:=f", "retry", "pid:")
	if !ok {
		return 1
	}
	unit, text := f.last("n", "c"), "10"
	if unit != "" {
		text = f.given[unit]
	}
	fromStart := strings.HasPrefix(text, "+")
	n, good := parseCount(strings.TrimLeft(text, "+-"))
	if !good {
		what := "lines"
		if unit == "c" {
			what = "bytes"
		}
		p.Errorf("invalid number of %s: ‘%s’", what, text)
		return 1
	}
	out := newOutput(p)
	first := true
	many := len(f.operands) > 1 && !f.has("q") || f.has("v")
	follow := f.has("f") || f.has("F")
	if follow && (len(f.operands) == 0 || len(f.operands) == 1 && f.operands[0] == "-") {
		follow = false
	}
	status := 0
	for _, name := range orStdin(f.operands) {
		r, done, err := openText(p, name)
		if err != nil {
			out.Flush()
			p.Errorf("cannot open '%s' for reading: %s", name, reason(err))
			status = 1
			continue
		}
		header(out, name, many, &first)
		if err := tailOf(p, r, out, n, unit == "c", fromStart); err != nil {
			out.Flush()
			p.Errorf("error reading '%s': %s", name, reason(err))
			status = 1
		}
		done()
	}
	if st := out.close(status); !follow || st != 0 && len(f.operands) == 1 && !f.has("F") {
		if follow {
			p.Errorf("no files remaining")
		}
		return st
	}
	return tailFollow(p, f.operands, many)
}

func orStdin(operands []string) []string {
	if len(operands) == 0 {
		return []string{"-"}
	}
	return operands
}

func tailOf(p *host.Proc, r io.Reader, out *output, n int64, bytes, fromStart bool) error {
	data, err := readText(p, r)
	if err != nil {
		return err
	}
	size := int64(len(data))
	if bytes {
		at := max(0, size-n)
		if fromStart {
			at = min(max(n-1, 0), size)
		}
		out.Write(data[at:])
		return nil
	}
	lines := strings.SplitAfter(string(data), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	at := max(0, int64(len(lines))-n)
	if fromStart {
		at = min(max(n-1, 0), int64(len(lines)))
	}
	out.WriteString(strings.Join(lines[at:], ""))
	return nil
}

// tailFollow waits for changes and shows what was added. A file that became
// shorter is shown from its beginning.
func tailFollow(p *host.Proc, names []string, many bool) int {
	var changed vtime.Signal
	sizes := make([]int64, len(names))
	last := len(names) - 1
	for i, name := range names {
		if info, err := p.Host.FS.Stat(p.Path(name), p.Cred); err == nil {
			sizes[i] = info.Size()
		}
		cancel := p.Host.FS.Watch(p.Path(name), changed.Broadcast)
		defer cancel()
	}
	for {
		for i, name := range names {
			p.Step(1)
			info, err := p.Host.FS.Stat(p.Path(name), p.Cred)
			if err != nil || info.Size() == sizes[i] {
				continue
			}
			if info.Size() < sizes[i] {
				p.Errorf("%s: file truncated", name)
				sizes[i] = 0
			}
			f, err := p.Open(name, vfs.O_RDONLY)
			if err != nil {
				continue
			}
			buf := make([]byte, min(info.Size()-sizes[i], 1<<20))
			k, _ := f.ReadAt(buf, sizes[i])
			f.Close()
			sizes[i] += int64(k)
			if many && last != i {
				p.Printf("\n==> %s <==\n", name)
				last = i
			}
			if _, err := p.Stdout.Write(buf[:k]); err != nil {
				return 1
			}
		}
		if tty := p.TTY; tty != nil {
			tty.Linger(p.Task, &changed)
		} else {
			changed.Wait(p.Task)
		}
	}
}
