package webui

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mxlab/sim"
	"mxlab/webui/gateway"
)

// Real clients on the server's machine reach the hosts of a session through its
// gateway. What they send is recorded as actions like all others: undo, checks
// and recovery replay it.

// maxPorts bounds the ports a session's gateway has open.
const maxPorts = 20

// foreignWork is what a real client did, on its way to the session's goroutine.
type foreignWork struct {
	f    *sim.Foreign
	done chan error
}

// gatewayWorld is the session as its gateway sees it.
type gatewayWorld struct{ s *Session }

// Foreign hands over to the session's goroutine and waits.
func (g gatewayWorld) Foreign(f *sim.Foreign) error {
	copied := *f
	copied.Data = slices.Clone(f.Data)
	work := foreignWork{&copied, make(chan error, 1)}
	select {
	case g.s.foreign <- work:
	case <-g.s.ctx.Done():
		return sim.ErrClosed
	}
	select {
	case err := <-work.done:
		return err
	case <-g.s.ctx.Done():
		return sim.ErrClosed
	}
}

// OnAnswer is kept over epochs.
func (g gatewayWorld) OnAnswer(fn func(sim.Answer)) {
	g.s.mu.Lock()
	g.s.toReal = fn
	w := g.s.world
	g.s.mu.Unlock()
	w.OnAnswer(fn)
}

// actForeign does what a real client did, on the session's goroutine.
func (s *Session) actForeign(f *sim.Foreign) error {
	st := step{Cmd: fmt.Sprintf("gateway-%d", f.Conn), Action: &sim.Action{Foreign: f}}
	if p := s.note(fact{Do: &doFact{Cmd: st.Cmd, Steps: []step{st}}}); p != nil {
		return errors.New(p.Text.En)
	}
	res, p := s.desk.playLocked(s, &st)
	st.last = uint64(s.world.Log().Len())
	s.mu.Lock()
	s.steps = append(s.steps, st)
	s.undone.did(&st)
	s.used = time.Now()
	s.refresh("")
	s.mu.Unlock()
	if actions(s.steps)%prepareEvery == 0 {
		s.prepare()
	}
	switch {
	case res != nil && res.Err == sim.ErrForeignGone.Error():
		return sim.ErrForeignGone
	case p != nil:
		return errors.New(p.Text.En)
	}
	return nil
}

// switchGateway opens or shuts a port.
func (s *Session) switchGateway(a *GatewayAction) *Problem {
	if !s.srv.cfg.Gateway {
		return problemf(codeFailed, "이 서버에서는 실제 클라이언트를 받지 않습니다.", "this server does not let real clients in")
	}
	if a.Port < 1 || a.Port > 65535 {
		return problemf(codeBadRequest, "포트 번호가 아닙니다: %d", "not a port: %d", a.Port)
	}
	reach := sim.Reach{From: a.From, To: a.Host, Port: uint16(a.Port), Proto: a.Proto}
	if !a.On {
		if s.gateway == nil || !s.gateway.Shut(reach) {
			return notFound("열려 있지 않은 포트입니다: "+reach.String(), "the port is not open: "+reach.String())
		}
		return nil
	}
	if reach.From == "" {
		reach.From = gateway.DefaultFrom(s.plan)
	}
	if err := (&sim.Foreign{Conn: 1, Open: &reach}).Validate(); err != nil {
		return badRequest(err)
	}
	if _, err := s.world.ForeignPeer(&reach); err != nil {
		return badRequest(err)
	}
	if s.gateway == nil {
		g := gateway.New(gatewayWorld{s}, gateway.Config{Log: s.srv.cfg.Log, First: uint64(time.Now().UnixMicro()), Changed: s.count})
		s.mu.Lock()
		s.gateway = g
		s.mu.Unlock()
	}
	for _, p := range s.gateway.Status() {
		if m := p.Mapping.Reach; m.To == reach.To && m.Port == reach.Port && m.Proto == reach.Proto {
			return problemf(codeFailed, "이미 열려 있습니다: %s", "it is open already: %s", p.Addr)
		}
	}
	if len(s.gateway.Status()) >= maxPorts {
		return problemf(codeLimit, "한 번에 열 수 있는 포트는 %d개입니다.", "%d ports can be open at once", maxPorts)
	}
	m, err := gateway.ParseMapping(reach.String() + "=0,from=" + reach.From)
	if err == nil {
		_, err = s.gateway.Open(m)
	}
	if err != nil {
		return failed(err)
	}
	return nil
}

// gatewayState is what the page shows of the gateway; nil where there is none.
func (s *Session) gatewayState() *GatewayState {
	if !s.srv.cfg.Gateway {
		return nil
	}
	st := &GatewayState{Ports: []GatewayPort{}}
	if s.gateway == nil {
		return st
	}
	for _, p := range s.gateway.Status() {
		r := p.Mapping.Reach
		st.Ports = append(st.Ports, GatewayPort{Host: r.To, Port: int(r.Port), Proto: r.Proto, From: r.From, Addr: p.Addr,
			Active: p.Active, Total: p.Total, Refused: p.Refused + p.Dropped})
	}
	return st
}

// countTime is how late the page shows that a client is gone or was refused.
const countTime = 200 * time.Millisecond

// count has the gateway's numbers shown soon, by the session's goroutine.
func (s *Session) count() {
	select {
	case s.counted <- struct{}{}:
	default: // it is told already
	}
}

// dropClients cuts off the clients of a world that is no more.
func (s *Session) dropClients() {
	if s.gateway != nil {
		s.gateway.Drop()
	}
}
