package named

import (
	"encoding/binary"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// tcpClient is a connection on which queries arrive, each behind its length (RFC
// 1035 4.2.2), possibly several before the first answer (RFC 7766 6.2.1).
type tcpClient struct {
	s      *Server
	conn   *vnet.Conn
	buf    []byte
	idle   vtime.Timer
	closed bool
}

// acceptTCP takes a new connection, unless tcp-clients are served already.
func (s *Server) acceptTCP(c *vnet.Conn) {
	if s.conf.Options.Blackhole.Allows(c.Remote().Addr(), "", &s.locals) || len(s.tcp) >= int(s.conf.Options.TCPClients.Value) {
		c.Abort()
		return
	}
	t := &tcpClient{s: s, conn: c}
	s.tcp = append(s.tcp, t)
	s.tcpHigh = max(s.tcpHigh, len(s.tcp))
	t.wait(s.conf.Options.TCPInitialTimeout.Value)
	c.OnData(t.read)
}

// wait closes the connection when nothing comes for so long.
func (t *tcpClient) wait(d time.Duration) {
	if !t.conn.Timeless() {
		t.s.clock.Arm(&t.idle, d, t.close)
	}
}

// read takes what has arrived and answers every whole message in it.
func (t *tcpClient) read() {
	if t.s.proc.Stopped() {
		t.s.proc.WhenRunning(t.read)
		return
	}
	var chunk [4096]byte
	for !t.closed {
		n, err := t.conn.TryRead(chunk[:])
		if err == vnet.EAGAIN {
			return
		}
		if err != nil {
			t.close()
			return
		}
		t.buf = append(t.buf, chunk[:n]...)
		t.wait(t.s.conf.Options.TCPIdleTimeout.Value)
		for !t.closed && len(t.buf) >= 2 {
			size := int(binary.BigEndian.Uint16(t.buf))
			if len(t.buf) < 2+size {
				break
			}
			message := t.buf[2 : 2+size : 2+size]
			t.buf = t.buf[2+size:]
			t.s.stats.tcp++
			q := &query{s: t.s, conn: t, local: t.conn.Local().Addr(), peer: t.conn.Remote()}
			q.handle(message)
		}
	}
}

// write sends one message behind its length.
func (t *tcpClient) write(message []byte) {
	if t.closed {
		return
	}
	framed := make([]byte, 2+len(message))
	binary.BigEndian.PutUint16(framed, uint16(len(message)))
	copy(framed[2:], message)
	if _, err := t.conn.Write(framed); err != nil {
		t.close()
	}
}

func (t *tcpClient) close() {
	if t.closed {
		return
	}
	t.closed = true
	t.idle.Stop()
	t.conn.Close()
	for i, other := range t.s.tcp {
		if other == t {
			t.s.tcp = append(t.s.tcp[:i:i], t.s.tcp[i+1:]...)
			break
		}
	}
}
