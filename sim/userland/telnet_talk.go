package userland

import (
	"io"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// Bytes of the telnet protocol (RFC 854).
const (
	iacByte = 0xff
	doByte  = 0xfd
	sbByte  = 0xfa
	seByte  = 0xf0
	ipByte  = 0xf4 // interrupt process
	timing  = 6    // timing mark (RFC 860)
	escape  = "\x1d"
)

// talk passes lines on in both directions until one end has enough.
func (t *telnet) talk() {
	t.stripper = iacFilter{}
	if t.tty != nil {
		t.talkTerminal()
	} else {
		t.talkInput()
	}
}

// show prints what has arrived and reports whether the connection is still
// open.
func (t *telnet) show() bool {
	buf := make([]byte, 4096)
	for {
		t.p.Step(1)
		n, err := t.c.TryRead(buf)
		if n > 0 {
			t.p.Stdout.Write(t.stripper.text(buf[:n]))
		}
		switch err {
		case nil:
		case vnet.EAGAIN:
			return true
		default:
			t.stderr("Connection closed by foreign host.\n")
			t.close()
			return false
		}
	}
}

func (t *telnet) stderr(s string) { io.WriteString(t.p.Stderr, s) }

// send sends typed text: a line end as CR LF, a CR of its own as CR NUL (RFC
// 854), 0xff doubled.
func (t *telnet) send(text string) {
	text = strings.NewReplacer("\r", "\r\x00", "\n", "\r\n", "\xff", "\xff\xff").Replace(text)
	if text != "" {
		t.c.Write([]byte(text))
	}
}

func (t *telnet) talkTerminal() {
	c := t.c
	t.p.OnSignal = func(s host.Signal) bool {
		if s != host.SIGINT {
			return false
		}
		// The terminal's interrupt goes to the peer, not to telnet.
		c.Write([]byte{iacByte, ipByte, iacByte, doByte, timing})
		c.Changed().Broadcast()
		return true
	}
	defer func() { t.p.OnSignal = nil }()
	ends := 0
	for t.show() {
		text, typed, err := t.tty.Await(t.p.Task, "", c.Changed(), c.Quiet)
		switch {
		case err != nil:
			if ends++; ends > 1 { // the terminal is gone
				t.close()
				return
			}
			t.pending += "\x04"
		case typed && strings.HasPrefix(text, escape) && !t.noEscape:
			ends = 0
			if !t.escaped(text[1:]) {
				return
			}
		case typed:
			ends = 0
			t.send(t.pending + text + "\n")
			t.pending = ""
		}
	}
}

// escaped runs commands until one goes back to the connection; it reports
// whether there still is one. line is the first command, "" to ask for it.
func (t *telnet) escaped(line string) bool {
	for t.c != nil && !t.over {
		if line == "" {
			var err error
			if line, err = t.tty.ReadLine(t.p.Task, "telnet> "); err != nil {
				t.over = true
				t.close()
				return false
			}
		}
		if back := t.execute(line); back {
			break
		}
		line = ""
	}
	return t.c != nil
}

// talkInput talks with a pipe or file as input. At its end telnet leaves at
// once: replies that have not arrived yet are lost.
func (t *telnet) talkInput() {
	c := t.c
	in := host.StartInput(t.p, c.Changed())
	defer in.Stop()
	for t.show() {
		if b := in.Take(); len(b) > 0 {
			t.p.Step(1 + len(b)/64)
			t.send(string(b))
			continue
		}
		if in.Ended() {
			t.stderr("Connection closed by foreign host.\n")
			t.close()
			return
		}
		c.Changed().Wait(t.p.Task)
	}
}

// iacFilter takes the telnet protocol out of what arrives. Options the peer
// offers are not answered.
type iacFilter struct{ state byte }

// text returns b as it is shown: without commands, CR NUL and the CR of CR LF.
func (f *iacFilter) text(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		switch {
		case f.state == sbByte: // until IAC SE; IAC inside is doubled
			if c == seByte {
				f.state = 0
			}
		case f.state == doByte:
			f.state = 0
		case f.state == iacByte:
			switch {
			case c == iacByte:
				out = append(out, c)
				f.state = 0
			case c == sbByte:
				f.state = sbByte
			case c >= 0xfb:
				f.state = doByte
			default:
				f.state = 0
			}
		case c == iacByte:
			f.state = iacByte
		case c != '\r' && c != 0:
			out = append(out, c)
		}
	}
	return out
}
