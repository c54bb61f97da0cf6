package sim

import (
	"io"

	"mxlab/sim/vnet"
)

// WriteCapture writes the packets of the world as a pcapng file, see
// [vnet.Net.WriteCapture]. It may be called while the world goes on.
func (w *World) WriteCapture(out io.Writer, o vnet.CaptureOptions) error {
	return w.net.WriteCapture(out, w.clock.Start(), o)
}
