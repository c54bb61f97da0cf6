package sshd

import (
	"io"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// inputStream is the standard input of a command without a terminal.
type inputStream struct {
	clock  *vtime.Clock
	data   []byte
	ended  bool
	came   vtime.Signal
	hungry func() // a reader waits
}

func (s *inputStream) write(text string) {
	if !s.ended {
		s.data = append(s.data, text...)
		s.came.Broadcast()
	}
}

func (s *inputStream) end() {
	s.ended = true
	s.came.Broadcast()
}

// Read waits for input.
func (s *inputStream) Read(b []byte) (int, error) {
	for len(s.data) == 0 {
		if s.ended {
			return 0, io.EOF
		}
		s.hungry()
		s.came.Wait(s.clock.Current())
	}
	n := copy(b, s.data)
	s.data = s.data[n:]
	return n, nil
}

// Close drops what is left.
func (s *inputStream) Close() error {
	s.data, s.ended = nil, true
	return nil
}

// outputStream is standard output or error of such a command.
type outputStream struct {
	n      *conn
	stderr bool
}

// Write sends b to the client. When it is gone the writer is ended as by
// SIGPIPE.
func (o outputStream) Write(b []byte) (int, error) {
	if o.n.closed {
		return 0, vnet.EPIPE
	}
	o.n.data(o.stderr, b)
	return len(b), nil
}
