package userland

import (
	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// inputPump reads a process's standard input ahead in a task of its own, so
// that the process can wait for it and for the network at once.
type inputPump struct {
	task   *vtime.Task
	wake   *vtime.Signal // told of new input and of its end
	data   []byte
	ended  bool
	resume vtime.Signal // there is room again
}

// startInput begins to read p's standard input; wake is broadcast when some
// came. The process must call stop before it ends.
func startInput(p *host.Proc, wake *vtime.Signal) *inputPump {
	in := &inputPump{wake: wake}
	in.task = p.Host.Clock.Go(p.Name()+" input", func(t *vtime.Task) {
		buf := make([]byte, 4096)
		for !in.ended {
			for len(in.data) > maxInput {
				in.resume.Wait(t)
			}
			n, err := p.Stdin.Read(buf)
			in.data = append(in.data, buf[:n]...)
			in.ended = err != nil
			in.wake.Broadcast()
		}
	})
	in.task.OnEnd(func(error) {
		in.ended = true
		in.wake.Broadcast()
	})
	return in
}

// take returns what was read since the last call.
func (in *inputPump) take() []byte {
	b := in.data
	in.data = nil
	in.resume.Broadcast()
	return b
}

func (in *inputPump) stop() { in.task.Kill(nil) }
