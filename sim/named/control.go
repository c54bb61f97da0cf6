package named

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/named/config"
	"mxlab/sim/vnet"
)

// controlPort is one address on which the server takes commands of rndc.
type controlPort struct {
	addr     netip.AddrPort
	listener *vnet.Listener
	allow    *config.ACL
	keys     []config.Key
	readOnly bool
}

// controlConn is one connection of an rndc.
type controlConn struct {
	s     *Server
	port  *controlPort
	conn  *vnet.Conn
	buf   []byte
	nonce string
	done  bool
}

const controlTimeout = 60 * time.Second

// openControl opens the command channels. Without a controls statement they are on
// the loopback with the key of rndc.key.
func (s *Server) openControl() {
	for _, p := range s.wantedControl() {
		if !slices.ContainsFunc(s.control, func(c *controlPort) bool { return c.addr == p.addr }) {
			s.listenControl(p)
		}
	}
}

func (s *Server) wantedControl() (list []*controlPort) {
	conf := &s.conf.Controls
	if !conf.Default {
		for _, c := range conf.Inet {
			p := &controlPort{addr: c.Addr, allow: c.Allow, readOnly: c.ReadOnly}
			for _, name := range c.Keys {
				if k, ok := s.findKey(name); ok {
					p.keys = append(p.keys, k)
				}
			}
			if len(c.Keys) == 0 {
				if k, ok := s.rndcKey(c.Addr); ok {
					p.keys = []config.Key{k}
				}
			}
			if s.localControl(c.Addr) && len(p.keys) > 0 {
				list = append(list, p)
			}
		}
		return list
	}
	for _, a := range []string{"127.0.0.1", "::1"} {
		addr := netip.AddrPortFrom(netip.MustParseAddr(a), 953)
		if addr.Addr().Is4() && s.opts.only6 || addr.Addr().Is6() && s.opts.only4 {
			continue
		}
		if k, ok := s.rndcKey(addr); ok {
			list = append(list, &controlPort{addr: addr, keys: []config.Key{k}})
		}
	}
	return list
}

func (s *Server) localControl(a netip.AddrPort) bool {
	return a.Addr().IsUnspecified() || s.host.Node.Local(a.Addr())
}

// rndcKey reads rndc.key for a command channel, if it is there and readable. A new
// key is made if there is none.
func (s *Server) rndcKey(addr netip.AddrPort) (config.Key, bool) {
	file := defaultKeyFile(s.host.Flavour)
	if slices.ContainsFunc(s.control, func(c *controlPort) bool { return c.addr == addr }) {
		return config.Key{}, false
	}
	s.log.printf(catGeneral, info, "configuring command channel from '%s'", file)
	k, messages := s.cache.loadKey(s.disk(), file)
	if k.Name == "" {
		result := "failure"
		for _, m := range messages {
			s.log.print(catGeneral, failure, m.String())
			if strings.HasPrefix(m.Text, "open: ") {
				result = m.Text[strings.LastIndex(m.Text, ": ")+2:]
			}
		}
		s.log.printf(catGeneral, notice, "couldn't add command channel %s: %s", hashPort(addr), result)
		return k, false
	}
	return k, true
}

func (s *Server) listenControl(p *controlPort) {
	l, err := s.host.Node.ListenTCP(p.addr, s.owner(), func(c *vnet.Conn) { s.acceptControl(p, c) }, vnet.NetBind, vnet.ReusePort)
	if err != nil {
		s.log.printf(catGeneral, notice, "couldn't add command channel %s: %s", hashPort(p.addr), socketResult(err))
		return
	}
	p.listener = l
	s.control = append(s.control, p)
	s.log.printf(catGeneral, info, "command channel listening on %s", hashPort(p.addr))
}

// reopenControl follows a change of the configuration.
func (s *Server) reopenControl() {
	wanted := map[netip.AddrPort]bool{}
	if s.conf.Controls.Default {
		wanted[netip.MustParseAddrPort("127.0.0.1:953")], wanted[netip.MustParseAddrPort("[::1]:953")] = true, true
	}
	for _, c := range s.conf.Controls.Inet {
		wanted[c.Addr] = true
	}
	for _, p := range slices.Clone(s.control) {
		if !wanted[p.addr] {
			s.log.printf(catGeneral, info, "stopping command channel on %s", hashPort(p.addr))
			p.listener.Close()
			s.control = slices.DeleteFunc(s.control, func(c *controlPort) bool { return c == p })
		}
	}
	s.openControl()
}

func (s *Server) closeControl() {
	for _, p := range s.control {
		p.listener.Close()
	}
	s.control = nil
}

func (s *Server) acceptControl(p *controlPort, c *vnet.Conn) {
	if p.allow != nil && !p.allow.Allows(c.Remote().Addr(), "", &s.locals) {
		s.log.printf(catGeneral, info, "rejected command channel message from %s", hashPort(c.Remote()))
		c.Close()
		return
	}
	cc := &controlConn{s: s, port: p, conn: c, nonce: strconv.FormatUint(uint64(s.random().Uint32()), 10)}
	c.OnData(cc.read)
}

// read takes what has arrived and acts on every whole message.
func (c *controlConn) read() {
	if c.s.proc.Stopped() {
		c.s.proc.WhenRunning(c.read)
		return
	}
	var chunk [4096]byte
	for !c.done {
		if c.s.stopped {
			c.close()
			return
		}
		n, err := c.conn.TryRead(chunk[:])
		if err == vnet.EAGAIN {
			return
		}
		if err != nil {
			c.close()
			return
		}
		c.buf = append(c.buf, chunk[:n]...)
		for !c.done && len(c.buf) >= 4 {
			size := binary.BigEndian.Uint32(c.buf)
			if size > maxControlMessage {
				c.close()
				return
			}
			if uint32(len(c.buf)-4) < size {
				break
			}
			message := c.buf[4 : 4+size]
			c.buf = c.buf[4+size:]
			c.message(message)
		}
	}
}

func (c *controlConn) close() {
	c.done = true
	c.conn.Close()
}

// message acts on one message. The first is a greeting without a command, which
// gets the nonce the command must carry.
func (c *controlConn) message(b []byte) {
	s := c.s
	var t controlTable
	err := errBadAuth
	var key config.Key
	for _, k := range c.port.keys {
		if t, err = decodeControl(b, k); err == nil {
			key = k
			break
		}
	}
	if err != nil {
		s.log.printf(catGeneral, failure, "invalid command from %s: %v", hashPort(c.conn.Remote()), err)
		c.close()
		return
	}
	command := t.get("_data", "type")
	answer := controlTable{{name: "type", value: command}, {name: "result", value: "0"}}
	if t.get("_ctrl", "_nonce") != c.nonce && command != "null" {
		s.log.printf(catGeneral, failure, "invalid command from %s: bad auth", hashPort(c.conn.Remote()))
		c.close()
		return
	}
	after := func() {}
	if command != "null" || t.get("_ctrl", "_nonce") == c.nonce {
		r := s.command(command, c.port.readOnly)
		after = r.after
		if r.text != "" {
			answer = append(answer, controlEntry{name: "text", value: strings.TrimRight(r.text, "\n")})
		}
		if r.err != "" {
			answer[1].value = "1"
			answer = append(answer, controlEntry{name: "err", value: r.err})
		}
	}
	reply := controlTable{{name: "_ctrl", table: controlTable{
		{name: "_ser", value: t.get("_ctrl", "_ser")}, {name: "_tim", value: strconv.FormatInt(s.clock.Now().Unix(), 10)}, {name: "_nonce", value: c.nonce}}},
		{name: "_data", table: answer}}
	c.conn.Write(encodeControl(reply, key))
	if after != nil {
		after()
	}
}
