package vnet

import (
	"net"
	"net/netip"
	"time"

	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

type Net struct{}
type LinkSpec struct {
	Name      string
	Latency   time.Duration
	Loss      float64
	Bandwidth int64
	MTU       int
}
type Link struct{}
type Iface struct {
	Name string
}
type Node struct {
	Name       string
	Forwarding bool
	hook       Hook
}
type Route struct {
	Dst    netip.Prefix
	Via    netip.Addr
	Dev    string
	Src    netip.Addr
	Metric int
}

func New(clock *vtime.Clock, log *trace.Log) *Net { panic("being written") }
func (n *Net) AddLink(spec LinkSpec) *Link        { panic("being written") }
func (n *Net) AddNode(name string) (*Node, error) { panic("being written") }
func (n *Net) Node(name string) *Node             { panic("being written") }
func (n *Net) Nodes() []*Node                     { panic("being written") }
func (n *Net) Links() []*Link                     { panic("being written") }
func (n *Net) NodeByAddr(netip.Addr) *Node        { panic("being written") }

func (nd *Node) Attach(l *Link, ifname string, addrs ...netip.Prefix) (*Iface, error) {
	panic("being written")
}
func (nd *Node) AddRoute(Route) error              { panic("being written") }
func (nd *Node) DelRoute(Route) error              { panic("being written") }
func (nd *Node) Routes() []Route                   { panic("being written") }
func (nd *Node) Down()                             { panic("being written") }
func (nd *Node) Up()                               { panic("being written") }
func (nd *Node) AddPortFilter(f PortFilter)        { panic("being written") }
func (nd *Node) RemovePortFilter(name string) bool { panic("being written") }
func (nd *Node) PortFilters() []PortFilter         { panic("being written") }

// Owner is the process a socket belongs to, as ss -p shows it.
type Owner struct {
	PID  int
	Name string
	UID  int
}

// Option changes how a socket is bound.
type Option uint8

const (
	V6Only    Option = 1 << iota // a wildcard IPv6 socket does not take IPv4
	ReusePort                    // several sockets of one user may share the port
	FreeBind                     // the address need not exist
	NetBind                      // CAP_NET_BIND_SERVICE: a port below 1024 without being root
)

type Datagram struct {
	Src, Dst netip.AddrPort
	Payload  []byte
	Seq      uint64 // trace event of the packet
}
type UDPSocket struct{}

func (nd *Node) ListenUDP(local netip.AddrPort, o Owner, recv func(*Datagram), opts ...Option) (*UDPSocket, error) {
	panic("being written")
}
func (s *UDPSocket) Local() netip.AddrPort                           { panic("being written") }
func (s *UDPSocket) Connect(remote netip.AddrPort) error             { panic("being written") }
func (s *UDPSocket) SendTo(dst netip.AddrPort, payload []byte) error { panic("being written") }
func (s *UDPSocket) OnError(fn func(dst netip.AddrPort, err error))  { panic("being written") }
func (s *UDPSocket) Close()                                          { panic("being written") }

type Listener struct{}

func (nd *Node) ListenTCP(local netip.AddrPort, o Owner, accept func(*Conn), opts ...Option) (*Listener, error) {
	panic("being written")
}
func (l *Listener) Local() netip.AddrPort { panic("being written") }
func (l *Listener) Close()                { panic("being written") }
func (nd *Node) DialTCP(t *vtime.Task, local, remote netip.AddrPort, o Owner, timeout time.Duration) (*Conn, error) {
	panic("being written")
}

type Conn struct{}

var _ net.Conn = (*Conn)(nil)

func (c *Conn) Read(b []byte) (int, error)         { panic("being written") }
func (c *Conn) Write(b []byte) (int, error)        { panic("being written") }
func (c *Conn) Close() error                       { panic("being written") }
func (c *Conn) CloseWrite() error                  { panic("being written") }
func (c *Conn) Abort()                             { panic("being written") }
func (c *Conn) LocalAddr() net.Addr                { panic("being written") }
func (c *Conn) RemoteAddr() net.Addr               { panic("being written") }
func (c *Conn) SetDeadline(t time.Time) error      { panic("being written") }
func (c *Conn) SetReadDeadline(t time.Time) error  { panic("being written") }
func (c *Conn) SetWriteDeadline(t time.Time) error { panic("being written") }

// SetReadTimeout sets the read deadline to d of virtual time from now; 0 or less: none.
func (c *Conn) SetReadTimeout(d time.Duration) { panic("being written") }
func (c *Conn) Local() netip.AddrPort          { panic("being written") }
func (c *Conn) Remote() netip.AddrPort         { panic("being written") }
func (c *Conn) Span() uint64                   { panic("being written") }
func (c *Conn) SetOwner(o Owner)               { panic("being written") }
func (c *Conn) Mark(kind trace.Kind)           { panic("being written") }
func (c *Conn) Quiet() bool                    { panic("being written") }
func (c *Conn) Changed() *vtime.Signal         { panic("being written") }
func (c *Conn) Buffered() int                  { panic("being written") }

// OnData sets a callback for servers without a task: it runs when data, FIN
// or RST has arrived; read with TryRead then.
func (c *Conn) OnData(fn func()) { panic("being written") }

// TryRead is Read that returns EAGAIN instead of waiting.
func (c *Conn) TryRead(b []byte) (int, error) { panic("being written") }

type EchoOptions struct {
	TTL     uint8 // 0: 64
	Size    int   // bytes of data; ping's default is 56
	Timeout time.Duration
	Seq     uint16
	ID      uint16
	Src     netip.Addr
}
type EchoReply struct {
	From netip.Addr
	TTL  uint8
	RTT  time.Duration
	Err  error // nil: reply; Errno; ErrDeadline for no answer
	Type uint8 // of the ICMP error, 0 otherwise
	Code uint8
	Size int
}

func (nd *Node) Echo(t *vtime.Task, dst netip.Addr, o EchoOptions) EchoReply { panic("being written") }

type SocketInfo struct {
	Proto  string // "udp", "tcp"
	State  string // as ss prints it: UNCONN, LISTEN, ESTAB, SYN-SENT, TIME-WAIT ...
	RecvQ  int
	SendQ  int
	Local  netip.AddrPort
	Peer   netip.AddrPort
	V6Only bool
	Owner  Owner
}

func (nd *Node) Sockets() []SocketInfo { panic("being written") }
