package vnet

// SetForeign says that the bytes this end writes come from, and those it reads
// go to, a program outside the world, whose time is not the world's: the peer's
// endpoint gets no deadlines from now on. Call it before the handshake is
// complete, so that the peer never arms one.
func (c *Conn) SetForeign() { c.foreign = true }

// Timeless reports that the peer of this end lives outside the world. Its
// silence means nothing in virtual time: a jump of the clock by hours may take
// it a millisecond. Servers with idle timers of their own ask before they arm
// one; read deadlines are ignored by the endpoint itself.
func (c *Conn) Timeless() bool { return c.peer != nil && c.peer.foreign }
