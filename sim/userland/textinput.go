package userland

import (
	"bufio"
	"errors"
	"io"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
)

// errTooLong says that a line or a text does not fit into the memory a process
// may use.
var errTooLong = errors.New("memory exhausted")

// openText opens an operand for reading; "-" is standard input.
func openText(p *host.Proc, name string) (io.Reader, func(), error) {
	if name == "-" {
		return p.Stdin, func() {}, nil
	}
	if name == "/dev/stdin" {
		return p.Stdin, func() {}, nil
	}
	f, err := p.Open(name, vfs.O_RDONLY)
	if err != nil {
		return nil, nil, err
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, nil, vfs.EISDIR
	}
	return f, func() { f.Close() }, nil
}

// eachInput opens the operands one after the other, standard input if there are
// none, and calls fn. Files that cannot be read are reported; the status is 1
// then.
func eachInput(p *host.Proc, operands []string, fn func(name string, r io.Reader) error) (status int) {
	return eachInputAs(p, operands, "%s: %s", fn)
}

// eachInputAs is eachInput with the wording of the message: the file's name and
// the reason.
func eachInputAs(p *host.Proc, operands []string, message string, fn func(name string, r io.Reader) error) (status int) {
	if len(operands) == 0 {
		operands = []string{"-"}
	}
	for _, name := range operands {
		r, done, err := openText(p, name)
		if err == nil {
			err = fn(name, r)
			done()
		}
		if errors.Is(err, errTooLong) {
			p.Errorf("%v", err)
			return 1
		}
		if err != nil {
			p.Errorf(message, name, reason(err))
			status = 1
		}
	}
	return status
}

// eachLine calls fn for each line of r, without its line end; ended says
// whether it had one. fn returns false to stop.
func eachLine(p *host.Proc, r io.Reader, fn func(line string, ended bool) bool) error {
	br := bufio.NewReader(r)
	var long []byte
	for {
		part, err := br.ReadSlice('\n')
		p.Step(1 + len(part)/256)
		if err == bufio.ErrBufferFull {
			if long = append(long, part...); int64(len(long)) > p.Host.Limits.Memory {
				return errTooLong
			}
			continue
		}
		line := part
		if long != nil {
			line = append(long, part...)
			long = nil
		}
		if len(line) > 0 {
			ended := line[len(line)-1] == '\n'
			if ended {
				line = line[:len(line)-1]
			}
			if !fn(string(line), ended) {
				return nil
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readText reads all of r, at most what a process may hold.
func readText(p *host.Proc, r io.Reader) ([]byte, error) {
	var all []byte
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		p.Step(1 + n/256)
		if all = append(all, buf[:n]...); int64(len(all)) > p.Host.Limits.Memory {
			return nil, errTooLong
		}
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// readLines collects the lines of the operands; they may be large together, so
// the bound is the one of a process's memory.
func readLines(p *host.Proc, operands []string) (lines []string, status int) {
	return readLinesAs(p, operands, "%s: %s")
}

func readLinesAs(p *host.Proc, operands []string, message string) (lines []string, status int) {
	size := int64(0)
	status = eachInputAs(p, operands, message, func(name string, r io.Reader) error {
		tooLong := false
		err := eachLine(p, r, func(line string, ended bool) bool {
			lines = append(lines, line)
			size += int64(len(line)) + 16
			tooLong = size > p.Host.Limits.Memory
			return !tooLong
		})
		if tooLong {
			return errTooLong
		}
		return err
	})
	return lines, status
}

// output is a buffered standard output; commands flush it before they wait.
type output struct {
	*bufio.Writer
	p *host.Proc
}

func newOutput(p *host.Proc) *output { return &output{bufio.NewWriterSize(p.Stdout, 8<<10), p} }

// close flushes and returns the status: 1 after a write error, which is
// reported as GNU's tools do.
func (o *output) close(status int) int {
	if err := o.Flush(); err != nil {
		o.p.Errorf("write error: %s", reason(err))
		return 1
	}
	return status
}
