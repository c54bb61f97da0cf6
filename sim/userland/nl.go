package userland

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// runNl is nl(1).
func runNl(p *host.Proc) int {
	f, ok := readFlags(p, "b:w:s:v:n:i:", "body-numbering=b:", "number-width=w:", "number-separator=s:", "starting-line-number=v:")
	if !ok {
		return 1
	}
	width, n, sep := 6, 1, "\t"
	if text, ok := f.given["w"]; ok {
		width, _ = strconv.Atoi(text)
		width = min(max(width, 1), 1000)
	}
	if text, ok := f.given["v"]; ok {
		n, _ = strconv.Atoi(text)
	}
	if text, ok := f.given["s"]; ok {
		sep = text
	}
	out := newOutput(p)
	status := eachInput(p, f.operands, func(name string, r io.Reader) error {
		return eachLine(p, r, func(line string, ended bool) bool {
			if line == "" && f.given["b"] != "a" || f.given["b"] == "n" {
				out.WriteString(strings.Repeat(" ", width+len(sep)) + line + "\n")
				return true
			}
			fmt.Fprintf(out, "%*d%s%s\n", width, n, sep, line)
			n++
			return true
		})
	})
	return out.close(status)
}

// runTac is tac(1).
func runTac(p *host.Proc) int {
	f, ok := readFlags(p, "")
	if !ok {
		return 1
	}
	out := newOutput(p)
	status := eachInput(p, f.operands, func(name string, r io.Reader) error {
		text, err := readText(p, r)
		lines := splitLines(string(text))
		slices.Reverse(lines)
		out.WriteString(strings.Join(lines, ""))
		return err
	})
	return out.close(status)
}

// runRev is rev(1).
func runRev(p *host.Proc) int {
	f, ok := readFlags(p, "")
	if !ok {
		return 1
	}
	out := newOutput(p)
	status := eachInput(p, f.operands, func(name string, r io.Reader) error {
		return eachLine(p, r, func(line string, ended bool) bool {
			rs := []rune(line)
			slices.Reverse(rs)
			out.WriteString(string(rs))
			if ended {
				out.WriteString("\n")
			}
			return true
		})
	})
	return out.close(status)
}

// runPager is less(1) and more(1). A terminal of the lab scrolls by itself, so
// all is shown at once.
func runPager(p *host.Proc) int {
	f, ok := readFlags(p, "NSRFXiEern+", "line-numbers=N")
	if !ok {
		return 1
	}
	if len(f.operands) == 0 && p.Stdin.TTY() != nil {
		if p.Name() == "less" {
			p.Stderr.Write([]byte("Missing filename (\"less --help\" for help)\n"))
		} else {
			p.Stderr.Write([]byte("more: bad usage\nTry 'more --help' for more information.\n"))
		}
		return 1
	}
	out := newOutput(p)
	status := 0
	for _, name := range orStdin(f.operands) {
		r, done, err := openText(p, name)
		if err != nil {
			if reason(err) == "Is a directory" {
				p.Stderr.Write([]byte(name + " is a directory\n"))
			} else {
				p.Stderr.Write([]byte(name + ": " + reason(err) + "\n"))
			}
			status = 1
			continue
		}
		n := 0
		eachLine(p, r, func(line string, ended bool) bool {
			n++
			if f.has("N") {
				fmt.Fprintf(out, "%7d ", n)
			}
			out.WriteString(line)
			if ended {
				out.WriteString("\n")
			}
			return true
		})
		done()
	}
	return out.close(status)
}

// runSeq is seq(1).
func runSeq(p *host.Proc) int {
	args := p.Args[1:]
	sep, equal := "\n", false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && !(args[0][1] >= '0' && args[0][1] <= '9' || args[0][1] == '.') {
		switch {
		case args[0] == "-w":
			equal = true
		case args[0] == "-s" && len(args) > 1:
			sep, args = args[1], args[1:]
		case strings.HasPrefix(args[0], "-s"):
			sep = args[0][2:]
		default:
			p.Errorf("invalid option -- '%s'\nTry 'seq --help' for more information.", args[0][1:])
			return 1
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return missingOperand(p)
	}
	if len(args) > 3 {
		p.Errorf("extra operand '%s'", args[3])
		return 1
	}
	nums := []float64{1, 1, 0}
	decimals := 0
	for i, a := range args {
		x, err := strconv.ParseFloat(a, 64)
		if err != nil {
			p.Errorf("invalid floating point argument: ‘%s’", a)
			p.Stderr.Write([]byte("Try 'seq --help' for more information.\n"))
			return 1
		}
		if _, frac, ok := strings.Cut(a, "."); ok && i < 2 {
			decimals = max(decimals, min(len(frac), 20))
		}
		switch {
		case len(args) == 1 || i == len(args)-1:
			nums[2] = x
		default:
			nums[i] = x
		}
	}
	first, step, last := nums[0], nums[1], nums[2]
	if step == 0 {
		p.Errorf("invalid Zero increment value: ‘%s’", args[1])
		return 1
	}
	width := 0
	if equal {
		width = max(len(strconv.FormatFloat(first, 'f', decimals, 64)), len(strconv.FormatFloat(last, 'f', decimals, 64)))
	}
	out := newOutput(p)
	for i := 0; ; i++ {
		p.Step(1)
		x := first + float64(i)*step
		if step > 0 && x > last+step*1e-9 || step < 0 && x < last+step*1e-9 {
			if i > 0 {
				out.WriteString("\n")
			}
			return out.close(0)
		}
		if i > 0 {
			out.WriteString(sep)
		}
		text := strconv.FormatFloat(x, 'f', decimals, 64)
		out.WriteString(strings.Repeat("0", max(0, width-len(text))) + text)
	}
}

// runYes is yes(1).
func runYes(p *host.Proc) int {
	text := "y"
	if len(p.Args) > 1 {
		text = strings.Join(p.Args[1:], " ")
	}
	block := strings.Repeat(text+"\n", max(1, 1024/(len(text)+1)))
	for {
		p.Step(8)
		if _, err := io.WriteString(p.Stdout, block); err != nil {
			p.Errorf("standard output: %s", reason(err))
			return 1
		}
	}
}
