package mta

import (
	"fmt"
	"net/netip"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vnet"
)

// smtp delivers to a remote server (smtp(8)).
//
// The servers of the next hop are tried in order. A server that cannot be
// reached or answers with a temporary error makes it try the next, for the
// recipients concerned; only the last one's errors count, as do those of the
// session that reaches smtp_mx_session_limit. A refusal for good counts at once.
func (a *attempt) smtp() {
	servers, failure := a.p.client.Servers(a.res.Nexthop)
	if failure != nil {
		a.all(*failure)
		return
	}
	port, ok := a.port()
	if !ok {
		a.all(mail.Failure{Status: mail.Enhanced{4, 3, 5}, Text: "unknown service: " + postfix.ParseNextHop(a.res.Nexthop).Port + "/tcp"})
		return
	}
	var last mail.Failure
	sessions := int(a.p.cfg.Int("smtp_mx_session_limit"))
	for i, server := range servers {
		conn, err := a.connect(server, port)
		if err != nil {
			last = mail.ConnectFailure(server.Host, server.Addr, int(port), err.Error())
			a.p.logf(host.Info, "%s", last.Text)
			continue
		}
		c := &client{attempt: a, conn: conn, server: server, port: port}
		sessions--
		c.final = i == len(servers)-1 || sessions == 0
		c.run()
		conn.Close()
		if c.retry {
			if conn, err = a.connect(server, port); err == nil {
				c = &client{attempt: a, conn: conn, server: server, port: port, final: c.final, plain: true}
				c.run()
				conn.Close()
			}
		}
		if len(a.rcpts) == 0 || c.final {
			return
		}
		a.relay = "none"
	}
	a.all(last)
}

func (a *attempt) port() (uint16, bool) {
	name := postfix.ParseNextHop(a.res.Nexthop).Port
	if name == "" {
		name = a.p.cfg.Str("smtp_tcp_port")
	}
	if name == "smtp" {
		return 25, true
	}
	port := a.in.portOf(name)
	return port, port != 0
}

// connect opens the connection within smtp_connect_timeout.
func (a *attempt) connect(s postfix.ServerAddress, port uint16) (*vnet.Conn, error) {
	owner := vnet.Owner{PID: a.p.pid(), Name: "smtp", UID: int(a.in.owner.UID)}
	timeout := a.p.cfg.Duration("smtp_connect_timeout")
	return a.in.host.Node.DialTCP(a.t, a.bindAddress(s.Addr), netip.AddrPortFrom(s.Addr, port), owner, timeout)
}

// bindAddress is the source address smtp_bind_address asks for.
func (a *attempt) bindAddress(dst netip.Addr) netip.AddrPort {
	param := "smtp_bind_address"
	if dst.Is6() {
		param = "smtp_bind_address6"
	}
	if addr, err := netip.ParseAddr(a.p.cfg.Str(param)); err == nil {
		return netip.AddrPortFrom(addr, 0)
	}
	return netip.AddrPort{}
}

// relayName is the server as logs show it.
func relayName(s postfix.ServerAddress, port uint16) string {
	return fmt.Sprintf("%s:%d", mail.Peer(s.Host, s.Addr), port)
}
