// Package gateway lets real programs talk with virtual hosts: it listens on
// sockets of this machine and carries what comes in, bytes of a TCP stream or
// UDP datagrams, into a world, and the answers back.
//
// Inside, a client comes from a host of the world ([Mapping].From): that host's
// address is what servers log and access lists match, and every router and
// filter on the way has its say. A connection the world refuses, or lets time
// out, is reset: the real handshake is over by then.
//
// Each piece a client sends is one operation of the world (sim.Foreign), which
// ends when that conversation is quiet; several conversations take turns. What
// takes time inside passes at once outside. While nothing happens the clock
// stands, or with Config.Pace keeps step with the real one.
//
// A client can hurt neither the world nor the machine: connections, new
// connections and datagrams per second are limited, what is over the limit is
// refused in the words of the port's protocol; what waits for a client that
// does not read is bounded, and then the client is dropped. The world never
// waits for a real socket.
//
// It leaves out ICMP, fragments, urgent data, and addresses: a name server's
// answers name virtual addresses, which the real machine cannot reach unless it
// has them (see [Mapping].Own).
package gateway
