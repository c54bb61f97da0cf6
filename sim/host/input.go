package host

import "mxlab/sim/vtime"

// Input reads a process's standard input ahead in a task of its own, so that
// the process can wait for it and for the network at once.
type Input struct {
	task  *vtime.Task
	data  []byte
	ended bool
	room  vtime.Signal // some data was taken
}

// maxInput is how many bytes are read ahead.
const maxInput = 64 << 10

// StartInput begins to read p's standard input; wake is broadcast when some
// came, and at its end. The process must call Stop before it ends.
func StartInput(p *Proc, wake *vtime.Signal) *Input {
	in := &Input{}
	in.task = p.Host.Clock.Go(p.Name()+" input", func(t *vtime.Task) {
		buf := make([]byte, 4096)
		for !in.ended {
			for len(in.data) > maxInput {
				in.room.Wait(t)
			}
			n, err := p.Stdin.Read(buf)
			in.data = append(in.data, buf[:n]...)
			in.ended = err != nil
			wake.Broadcast()
		}
	})
	in.task.OnEnd(func(error) {
		in.ended = true
		wake.Broadcast()
	})
	return in
}

// Take returns what was read since the last call.
func (in *Input) Take() []byte {
	b := in.data
	in.data = nil
	in.room.Broadcast()
	return b
}

// Ended reports whether nothing more will come behind what Take returns.
func (in *Input) Ended() bool { return in.ended }

// Stop ends the reading.
func (in *Input) Stop() { in.task.Kill(nil) }
