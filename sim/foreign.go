package sim

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"mxlab/sim/vtime"
)

// Foreign is a thing that a real client, outside the world, does to a port of a
// virtual host: it opens a conversation, sends bytes, ends it. Inside, the
// conversation comes from a host of the world, so that routes, filters and
// access lists see it as any other.
//
// It is a foreground operation that ends when the conversation is quiet and
// the work it caused is done. Virtual delays (a tarpit, a recursion, a name
// server that times out) pass at once for the client. The server's endpoint
// gets no deadlines: however the clock jumps, a real, idle client stays.
//
// As an [Action] it is recorded, so that a replay meets the same client.
type Foreign struct {
	// Conn is the conversation, numbered by the caller; 0 only lets Wait pass.
	Conn uint64 `json:"conn,omitempty"`
	// Wait is the virtual time that passes first.
	Wait Duration `json:"wait,omitempty"`
	// Open begins the conversation; the other fields of Foreign may go with it.
	Open *Reach `json:"open,omitempty"`
	// Data are bytes of the stream, or one datagram.
	Data []byte `json:"data,omitempty"`
	// End is "fin" when the client will send no more, "reset" when it is gone.
	End string `json:"end,omitempty"`
}

// Reach says between which hosts a conversation with a real client runs.
type Reach struct {
	From  string `json:"from"` // host of the world that stands for the client
	To    string `json:"to"`   // host it talks to, at its first address
	Port  uint16 `json:"port"`
	Proto string `json:"proto"` // "tcp" or "udp"
}

// String is the form of the gateway's options: HOST:PORT/PROTO.
func (r Reach) String() string { return fmt.Sprintf("%s:%d/%s", r.To, r.Port, r.Proto) }

// Answer is what the world sends to a real client: bytes of the stream or one
// datagram, or the end of the conversation: io.EOF when the server will send
// no more, another error when the conversation is dead.
type Answer struct {
	Conn uint64
	Data []byte
	Err  error
}

const (
	maxForeign     = 512       // conversations with real clients in one world
	maxForeignData = 128 << 10 // bytes of one action
	maxForeignWait = 26 * time.Hour
)

// Errors of conversations with real clients.
var (
	errForeignFull = errors.New("too many conversations with real clients")
	// ErrForeignGone says that the world ended the conversation before.
	ErrForeignGone = errors.New("no such conversation with a real client")
)

// Validate reports what is wrong with the form.
func (f *Foreign) Validate() error {
	switch {
	case f.Wait < 0 || time.Duration(f.Wait) > maxForeignWait:
		return fmt.Errorf("foreign: a wait of %v: at most %v is allowed", time.Duration(f.Wait), maxForeignWait)
	case f.Conn == 0 && (f.Open != nil || len(f.Data) > 0 || f.End != ""):
		return errors.New("foreign needs conn")
	case f.Open != nil && f.Open.Proto != "tcp" && f.Open.Proto != "udp":
		return fmt.Errorf("foreign: unknown protocol %q: want tcp or udp", f.Open.Proto)
	case f.Open != nil && (f.Open.Port == 0 || f.Open.From == "" || f.Open.To == ""):
		return errors.New("foreign: open needs from, to and port")
	case len(f.Data) > maxForeignData:
		return fmt.Errorf("foreign: %d bytes at once: at most %d are allowed", len(f.Data), maxForeignData)
	case f.End != "" && f.End != "fin" && f.End != "reset":
		return fmt.Errorf("foreign: unknown end %q: want fin or reset", f.End)
	}
	return nil
}

// OnAnswer sets who gets what the world sends to real clients. fn runs while
// the world runs and must neither wait nor call the world; the data is its to
// keep. Without it, as in a replay, answers go nowhere.
func (w *World) OnAnswer(fn func(Answer)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = fn
}

// Foreign does what a real client did, without recording it. The error is for
// what cannot be done at all; the fate of a conversation is told by answers.
func (w *World) Foreign(f *Foreign) error {
	if err := f.Validate(); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	opErr := w.operation(func(t *vtime.Task) { err = w.serveForeign(t, f) })
	return cmp.Or(opErr, err)
}

// actForeign is the action of a real client. It has no span: conversations
// have spans of their own.
func (w *World) actForeign(t *vtime.Task, a *Action) (res Result) {
	res.From, res.Start = uint64(w.log.Len()), w.clock.Since()
	if err := w.serveForeign(t, a.Foreign); err != nil {
		res.Err = err.Error()
	}
	res.Screens = w.screens()
	return res
}

// serveForeign does what a real client did, with the time before and the work
// after it.
func (w *World) serveForeign(t *vtime.Task, f *Foreign) error {
	t.Sleep(time.Duration(f.Wait))
	err := w.foreignAction(t, f)
	t.Settle(settleTime)
	return err
}

// ForeignPeer checks that a conversation could be opened: that both hosts
// exist. It returns the address it would go to.
func (w *World) ForeignPeer(r *Reach) (netip.AddrPort, error) {
	if w.hostIndex(r.From) < 0 {
		return netip.AddrPort{}, fmt.Errorf("%w: %q", ErrNoHost, r.From)
	}
	if w.hostIndex(r.To) < 0 {
		return netip.AddrPort{}, fmt.Errorf("%w: %q", ErrNoHost, r.To)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	a, err := w.firstAddr(r.To)
	return netip.AddrPortFrom(a, r.Port), err
}

// firstAddr returns a host's first address, an IPv4 one if it has any.
func (w *World) firstAddr(name string) (first netip.Addr, err error) {
	for _, ifc := range w.net.Node(name).Ifaces() {
		for _, p := range ifc.Addrs() {
			switch a := p.Addr(); {
			case a.IsLoopback() || a.IsLinkLocalUnicast():
			case a.Is4():
				return a, nil
			case !first.IsValid():
				first = a
			}
		}
	}
	if !first.IsValid() {
		err = fmt.Errorf("host %s has no address", name)
	}
	return first, err
}
