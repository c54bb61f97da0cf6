package gateway

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"mxlab/sim"
)

// piece is how much of a stream is carried into the world at once.
const piece = 32 << 10

// lingerTime is how long a client may take to end its side after the server
// has ended.
const lingerTime = 2 * time.Minute

var errSlow = errors.New("it does not read what it is sent")

// tcpClient is a real TCP connection.
type tcpClient struct {
	p    *port
	id   uint64
	conn *net.TCPConn
	out  *outbox
}

func (p *port) listenTCP() error {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(p.m.Listen))
	if err != nil {
		return err
	}
	p.addr = l.Addr()
	var mu sync.Mutex
	clients, stopped := map[*tcpClient]bool{}, false
	p.stop = func() {
		l.Close()
		mu.Lock()
		defer mu.Unlock()
		stopped = true
		for c := range clients {
			c.cut(errClosed)
		}
	}
	p.g.work.Add(1)
	go func() {
		defer p.g.work.Done()
		for {
			conn, err := l.AcceptTCP()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // out of file descriptors, or the client was faster
				time.Sleep(10 * time.Millisecond)
				continue
			}
			c := &tcpClient{p: p, conn: conn, out: newOutbox(p.g.cfg.Buffer)}
			mu.Lock()
			admitted := !stopped && c.admit()
			if admitted {
				clients[c] = true
				p.g.work.Add(1)
			}
			mu.Unlock()
			if !admitted {
				c.refuse()
				continue
			}
			go func() {
				defer p.g.work.Done()
				c.serve()
				mu.Lock()
				delete(clients, c)
				mu.Unlock()
			}()
		}
	}()
	return nil
}

// admit gives the connection its number, unless it is one too many.
func (c *tcpClient) admit() bool {
	if !c.p.g.conns.take(time.Now()) {
		return false
	}
	c.id = c.p.g.enter(c, true)
	return c.id != 0
}

// refuse tells a client that it is one too many.
func (c *tcpClient) refuse() {
	c.p.refused.Add(1)
	c.p.g.cfg.Changed()
	c.conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	io.WriteString(c.conn, refusal(c.p.m.Reach.Port))
	c.conn.Close()
}

// serve carries the connection from its beginning to its end.
func (c *tcpClient) serve() {
	g := c.p.g
	c.p.active.Add(1)
	c.p.total.Add(1)
	var writer sync.WaitGroup
	writer.Go(c.write)
	err := c.carry()
	if err != nil { // the client is gone, or what it sends has nowhere to go
		g.world.Foreign(&sim.Foreign{Conn: c.id, End: "reset"})
		c.out.close(err)
	}
	writer.Wait()
	c.conn.Close()
	g.leave(c.id, true)
	c.p.active.Add(-1)
	g.cfg.Changed()
	log := g.cfg.Log.With("map", c.p.m.Reach.String(), "client", c.conn.RemoteAddr().String())
	real := (*net.OpError)(nil)
	switch end := c.out.ended(); {
	case end == nil || end == io.EOF || end == errClosed:
		log.Info("connection ended")
	case errors.As(end, &real):
		log.Info("connection ended by the client", "reason", end)
	default:
		log.Warn("connection ended", "reason", end)
	}
}

// carry opens the conversation and passes on what the client sends, up to its
// FIN. An error means that the client cannot go on.
func (c *tcpClient) carry() error {
	g := c.p.g
	if err := g.world.Foreign(&sim.Foreign{Conn: c.id, Open: &c.p.m.Reach}); err != nil {
		return err
	}
	buf := make([]byte, piece)
	for {
		wait := g.cfg.Idle
		if c.out.ended() != nil {
			wait = lingerTime
		}
		c.conn.SetReadDeadline(time.Now().Add(wait))
		n, err := c.conn.Read(buf)
		if n > 0 {
			c.p.in.Add(int64(n))
			if err := g.world.Foreign(&sim.Foreign{Conn: c.id, Data: buf[:n:n]}); err != nil {
				return err
			}
		}
		if err == io.EOF {
			err := g.world.Foreign(&sim.Foreign{Conn: c.id, End: "fin"})
			if errors.Is(err, sim.ErrForeignGone) {
				return nil
			}
			return err
		}
		if err != nil {
			return err
		}
	}
}

// answer puts what the world sends into the outbox. A client for which too much
// waits is cut off.
func (c *tcpClient) answer(a sim.Answer) {
	g := c.p.g
	if a.Err != nil {
		c.out.close(a.Err)
		return
	}
	if g.waiting.Load()+int64(len(a.Data)) > int64(g.cfg.Memory) || !c.out.put(a.Data) {
		c.p.dropped.Add(1)
		c.cut(errSlow)
		return
	}
	g.waiting.Add(int64(len(a.Data)))
}

// cut ends the connection at once, from whatever goroutine.
func (c *tcpClient) cut(err error) {
	c.p.g.waiting.Add(-int64(c.out.drop(err)))
	c.conn.SetLinger(0)
	c.conn.Close()
}

// write passes on what is in the outbox until the conversation's end.
func (c *tcpClient) write() {
	g := c.p.g
	for {
		data, err := c.out.take()
		if err == io.EOF {
			c.conn.CloseWrite()
			c.conn.SetReadDeadline(time.Now().Add(lingerTime))
			return
		}
		if err != nil {
			c.conn.SetLinger(0)
			c.conn.Close() // also ends carry
			return
		}
		for len(data) > 0 {
			n := min(len(data), piece)
			c.conn.SetWriteDeadline(time.Now().Add(g.cfg.WriteTime))
			n, err := c.conn.Write(data[:n])
			c.p.out.Add(int64(n))
			g.waiting.Add(-int64(n))
			data = data[n:]
			if err != nil {
				g.waiting.Add(-int64(len(data)))
				if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
					c.p.dropped.Add(1)
					err = errSlow
				}
				c.cut(err)
				break
			}
		}
	}
}
