package webui

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Bounds of what a page may send.
const (
	messageRate  = 100 // a second
	messageBurst = 400
	maxAsks      = 32 // reads that wait
	maxRubbish   = 20 // messages that cannot be understood
)

// upgrader makes websockets. Nothing is compressed: the read limit counts
// compressed bytes. The guard has checked the origin.
func upgrader() *websocket.Upgrader {
	return &websocket.Upgrader{HandshakeTimeout: 10 * time.Second, ReadBufferSize: 4 << 10, WriteBufferSize: 16 << 10, CheckOrigin: sameOrigin}
}

// socket is the websocket of a session.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		s.problem(w, http.StatusUpgradeRequired, problemf(codeBadRequest, "웹소켓으로 접속하는 주소입니다.", "this address takes a websocket"))
		return
	}
	sess := s.requested(w, r)
	if sess == nil {
		return
	}
	conn, err := upgrader().Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	v := &viewer{session: sess, looksOn: s.looksOn(r, sess), conn: conn, wake: make(chan struct{}, 1), out: make(chan ServerMessage, 64), asks: make(chan *Ask, maxAsks)}
	v.ctx, v.cancel = context.WithCancel(sess.ctx)
	v.run()
}

// run serves a connection to its end.
func (v *viewer) run() {
	defer v.conn.Close()
	defer v.cancel()
	v.conn.SetReadLimit(MaxClientMessage)
	v.alive()
	v.conn.SetPongHandler(func(string) error { v.alive(); return nil })
	first, p := v.first()
	if p == nil {
		p = v.hello(first)
	}
	if p != nil {
		v.bye(p)
		return
	}
	defer v.gone()
	var parts sync.WaitGroup
	parts.Go(v.write)
	parts.Go(v.answerAsks)
	parts.Go(func() { // a cancelled viewer does not wait for its page
		<-v.ctx.Done()
		v.conn.Close()
	})
	v.read()
	v.cancel()
	parts.Wait()
}

func (v *viewer) alive() { v.conn.SetReadDeadline(time.Now().Add(readTime)) }

// bye tells the page not to come back.
func (v *viewer) bye(p *Problem) {
	if b, err := json.Marshal(ServerMessage{Bye: p}); err == nil {
		v.conn.SetWriteDeadline(time.Now().Add(time.Second))
		v.conn.WriteMessage(websocket.TextMessage, b)
	}
	v.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
}

// first reads the Hello.
func (v *viewer) first() (*Hello, *Problem) {
	_, data, err := v.conn.ReadMessage()
	if err != nil {
		return nil, badRequest(err)
	}
	m, p := decode(data)
	if p == nil && m.Hello == nil {
		p = problemf(codeBadRequest, "첫 메시지는 hello여야 합니다.", "the first message must be hello")
	}
	if p != nil {
		return nil, p
	}
	return m.Hello, nil
}

// read takes the page's messages until the connection ends.
func (v *viewer) read() {
	rate := bucket{at: time.Now(), left: messageBurst}
	rubbish := 0
	for {
		_, data, err := v.conn.ReadMessage()
		if err != nil {
			return
		}
		v.alive()
		allowed := rate.take(time.Now())
		m, p := decode(data)
		if p == nil && m.Hello != nil {
			p = problemf(codeBadRequest, "hello는 한 번만 보냅니다.", "hello comes once")
		}
		if p != nil {
			if rubbish++; rubbish > maxRubbish {
				v.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.ClosePolicyViolation, "too many bad messages"), time.Now().Add(time.Second))
				return
			}
			v.refuse(data, p)
			continue
		}
		v.receive(m, allowed)
	}
}

// receive acts on a message. Beyond the rate a command or read is refused.
func (v *viewer) receive(m *ClientMessage, allowed bool) {
	tooMany := problemf(codeLimit, "메시지가 너무 많습니다(1초에 %d개까지).", "too many messages (at most %d a second)", messageRate)
	switch {
	case m.Ping != nil:
		if allowed {
			v.say(ServerMessage{Pong: m.Ping})
		}
	case m.Cmd != nil && !allowed:
		v.say(ServerMessage{Result: &Result{ID: m.Cmd.ID, Error: tooMany}})
	case m.Cmd != nil && v.looksOn:
		v.say(ServerMessage{Result: &Result{ID: m.Cmd.ID, Error: problemf(codeForbidden, "보기 전용입니다.", "this is for looking only")}})
	case m.Cmd != nil:
		if p := v.session.submit(m.Cmd); p != nil {
			v.say(ServerMessage{Result: &Result{ID: m.Cmd.ID, Error: p}})
			return
		}
		v.wantResult(m.Cmd.ID)
	case !allowed:
		v.say(ServerMessage{Answer: &Answer{ID: m.Ask.ID, Error: tooMany}})
	default:
		select {
		case v.asks <- m.Ask:
		default:
			v.say(ServerMessage{Answer: &Answer{ID: m.Ask.ID, Error: problemf(codeBusy, "기다리는 조회가 너무 많습니다.", "too many reads are waiting")}})
		}
	}
}

// refuse answers a message that cannot be understood, by its ID if one can be
// made out.
func (v *viewer) refuse(data []byte, p *Problem) {
	var m struct {
		Cmd, Ask struct {
			ID string `json:"id"`
		}
	}
	json.Unmarshal(data, &m)
	if m.Cmd.ID != "" {
		v.say(ServerMessage{Result: &Result{ID: shorten(m.Cmd.ID, 80), Error: p}})
		return
	}
	v.say(ServerMessage{Answer: &Answer{ID: shorten(m.Ask.ID, 80), Error: p}})
}

// answerAsks answers reads in order, beside the reader: one that waits for the
// world delays no ping.
func (v *viewer) answerAsks() {
	for {
		select {
		case <-v.ctx.Done():
			return
		case a := <-v.asks:
			if v.looksOn && a.Message != nil && a.Message.At == 0 {
				a.Message.At = math.MaxInt64 // it does not become read
			}
			v.say(ServerMessage{Answer: v.session.ask(a)})
		}
	}
}

// bucket is a token bucket.
type bucket struct {
	at   time.Time
	left float64
}

func (b *bucket) take(now time.Time) bool {
	b.left = min(messageBurst, b.left+now.Sub(b.at).Seconds()*messageRate)
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
