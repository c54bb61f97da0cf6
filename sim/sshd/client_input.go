package sshd

import (
	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// inputPump reads standard input ahead in a task of its own, so that the client
// can wait for it and for the network at once.
type inputPump struct {
	task   *vtime.Task
	data   []byte
	ended  bool
	resume vtime.Signal
}

const maxInput = 64 << 10

func startInput(p *host.Proc, wake *vtime.Signal) *inputPump {
	in := &inputPump{}
	in.task = p.Host.Clock.Go("ssh input", func(t *vtime.Task) {
		buf := make([]byte, 4096)
		for !in.ended {
			for len(in.data) > maxInput {
				in.resume.Wait(t)
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

func (in *inputPump) take() []byte {
	b := in.data
	in.data = nil
	in.resume.Broadcast()
	return b
}

func (in *inputPump) stop() { in.task.Kill(nil) }
