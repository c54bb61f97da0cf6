package gateway

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mxlab/sim"
)

// World is the side the gateway carries into: a world itself, or a session
// that records what is done in its world.
type World interface {
	// Foreign does what a real client did and returns when it is done.
	Foreign(*sim.Foreign) error
	// OnAnswer sets who gets what the world sends to real clients.
	OnAnswer(func(sim.Answer))
}

// Config says how a gateway serves. The zero value of a limit means the
// default.
type Config struct {
	Log       *slog.Logger
	Conns     int           // TCP connections at once; 200
	Peers     int           // UDP clients (addresses and ports) remembered at once; 200
	ConnRate  float64       // new connections a second; 400
	PeerRate  float64       // datagrams a second; 2000
	Buffer    int           // bytes that wait for one client; 32 MiB
	Memory    int           // bytes that wait for all clients; 128 MiB
	Idle      time.Duration // after which a silent connection is dropped; 35 min, longer than IMAP clients idle
	WriteTime time.Duration // in which a client must take a piece; 30 s
	First     uint64        // numbers of conversations begin behind it
	// Changed, if set, is called when a status has changed though nothing was
	// done in the world: a client is gone, or was refused. It must not wait.
	Changed func()
	// Pace makes the world's clock keep step with the real one.
	Pace bool
}

func (c *Config) defaults() {
	set(&c.Conns, 200)
	set(&c.Peers, 200)
	set(&c.ConnRate, 400)
	set(&c.PeerRate, 2000)
	set(&c.Buffer, 32<<20)
	set(&c.Memory, 128<<20)
	set(&c.Idle, 35*time.Minute)
	set(&c.WriteTime, 30*time.Second)
	if c.Changed == nil {
		c.Changed = func() {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

func set[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// Gateway carries between real sockets and one world.
type Gateway struct {
	cfg   Config
	world World
	conns bucket
	peers bucket
	work  sync.WaitGroup
	end   chan struct{}

	waiting atomic.Int64 // bytes that wait for clients

	mu     sync.Mutex
	ports  []*port
	convs  map[uint64]conversation
	lastID uint64
	tcp    int // conversations over TCP
	closed bool
}

// conversation is a client's: a TCP connection or a UDP peer. answer runs while
// the world runs and must not wait.
type conversation interface{ answer(sim.Answer) }

var errClosed = errors.New("the gateway is closed")

// New returns a gateway without ports. Close it before the world.
func New(w World, cfg Config) *Gateway {
	cfg.defaults()
	g := &Gateway{cfg: cfg, world: w, conns: bucket{rate: cfg.ConnRate}, peers: bucket{rate: cfg.PeerRate},
		end: make(chan struct{}), convs: map[uint64]conversation{}, lastID: cfg.First}
	w.OnAnswer(g.answer)
	if cfg.Pace {
		g.work.Add(1)
		go g.pace()
	}
	return g
}

// answer takes what the world sends to a client. It runs while the world runs.
func (g *Gateway) answer(a sim.Answer) {
	g.mu.Lock()
	c := g.convs[a.Conn]
	g.mu.Unlock()
	if c != nil {
		c.answer(a)
	}
}

// enter gives a conversation its number. TCP connections over the limit get
// none: 0.
func (g *Gateway) enter(c conversation, tcp bool) uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed || tcp && g.tcp >= g.cfg.Conns {
		return 0
	}
	if tcp {
		g.tcp++
	}
	g.lastID++
	g.convs[g.lastID] = c
	return g.lastID
}

// leave forgets a conversation.
func (g *Gateway) leave(id uint64, tcp bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if tcp {
		g.tcp--
	}
	delete(g.convs, id)
}

// port is an open mapping.
type port struct {
	g    *Gateway
	m    Mapping
	addr net.Addr
	stop func() // closes the socket and what came through it

	active, total, refused, dropped atomic.Int64
	in, out                         atomic.Int64
}

// Status is the state of an open mapping.
type Status struct {
	Mapping Mapping
	Addr    string // where it listens
	Active  int64  // conversations now
	Total   int64  // since it was opened
	Refused int64  // connections and datagrams over a limit
	Dropped int64  // clients cut off and datagrams lost, for what they did
	In, Out int64  // bytes
}

// Open begins to listen. The mapping must name hosts of the world; for one of
// Own, Listen is filled in by the caller. It returns where it listens.
func (g *Gateway) Open(m Mapping) (net.Addr, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, errClosed
	}
	p := &port{g: g, m: m}
	var err error
	if m.Reach.Proto == "udp" {
		err = p.listenUDP()
	} else {
		err = p.listenTCP()
	}
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", m.String(), err)
	}
	g.ports = append(g.ports, p)
	return p.addr, nil
}

// Shut ends a mapping and the conversations that came through it. It reports
// false if there is no such mapping.
func (g *Gateway) Shut(r sim.Reach) bool {
	g.mu.Lock()
	i := slices.IndexFunc(g.ports, func(p *port) bool {
		return p.m.Reach.To == r.To && p.m.Reach.Port == r.Port && p.m.Reach.Proto == r.Proto
	})
	if i < 0 {
		g.mu.Unlock()
		return false
	}
	p := g.ports[i]
	g.ports = slices.Delete(g.ports, i, i+1)
	g.mu.Unlock()
	p.stop()
	return true
}

// Status returns the state of the mappings in the order of their opening.
func (g *Gateway) Status() (list []Status) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.ports {
		list = append(list, Status{Mapping: p.m, Addr: p.addr.String(), Active: p.active.Load(), Total: p.total.Load(),
			Refused: p.refused.Load(), Dropped: p.dropped.Load(), In: p.in.Load(), Out: p.out.Load()})
	}
	return list
}

// Drop cuts off the TCP clients there are; the mappings stay. The world they
// talked with is no more.
func (g *Gateway) Drop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.convs {
		if c, ok := c.(*tcpClient); ok {
			c.cut(errClosed)
		}
	}
}

// Close ends all mappings and conversations and waits until nothing of the
// gateway acts on the world any more.
func (g *Gateway) Close() {
	g.mu.Lock()
	ports, first := g.ports, !g.closed
	g.ports, g.closed = nil, true
	g.mu.Unlock()
	if first {
		close(g.end)
	}
	for _, p := range ports {
		p.stop()
	}
	g.work.Wait()
}

// paceStep is how often the world's clock is set forward.
const paceStep = 250 * time.Millisecond

// pace lets as much time pass in the world as has passed outside. A world that
// was busy meanwhile, and has got ahead, is not held back.
func (g *Gateway) pace() {
	defer g.work.Done()
	tick := time.NewTicker(paceStep)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-g.end:
			return
		case <-tick.C:
		}
		now := time.Now()
		step := min(now.Sub(last), 4*paceStep)
		last = now
		if err := g.world.Foreign(&sim.Foreign{Wait: sim.Duration(step.Round(time.Millisecond))}); err != nil {
			g.cfg.Log.Error("the world's clock", "error", err)
			if errors.Is(err, sim.ErrClosed) {
				return
			}
		}
	}
}
