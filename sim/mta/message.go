package mta

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/mail"
	"mxlab/sim/vtime"
)

// recipient is one recipient of a queued message that is not yet dealt with.
type recipient struct {
	Addr   string // internal form, after rewriting and virtual aliases
	Orig   string // as the envelope had it
	Notify mail.Notify
	ORcpt  string
	Reason string // why it was deferred last, "" before the first attempt
	Status mail.Enhanced
}

// message is a message in the queue.
type message struct {
	id      string
	dir     string // queue directory: incoming, active, deferred, hold
	sender  string // internal form; "" for the null sender
	arrival time.Time
	next    time.Time // deferred: not before
	size    int64
	envID   string
	ret     mail.Return
	rcpts   []recipient
	warned  bool // the delay warning was sent
	local   bool // came in on this machine
	data    []byte

	scope vtime.Scope // of its span in the trace
	last  uint64      // trace event of the last attempt
	done  func()      // ends the work of the attempt under way
}

func (m *message) path(dir string) string { return spool + "/" + dir + "/" + m.id }

// encode writes the queue file: an envelope of lines "name value", an empty
// line, and the message.
func (m *message) encode() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "arrival %d\nnext %d\nsize %d\nsender %s\n", m.arrival.UnixNano(), m.next.UnixNano(), m.size, strconv.Quote(m.sender))
	if m.envID != "" {
		fmt.Fprintf(&b, "envid %s\n", strconv.Quote(m.envID))
	}
	if m.ret != "" {
		fmt.Fprintf(&b, "ret %s\n", m.ret)
	}
	fmt.Fprintf(&b, "flags %t %t\n", m.warned, m.local)
	for _, r := range m.rcpts {
		fmt.Fprintf(&b, "recipient %s %s %d %s %d.%d.%d %s\n", strconv.Quote(r.Addr), strconv.Quote(r.Orig), r.Notify,
			strconv.Quote(r.ORcpt), r.Status[0], r.Status[1], r.Status[2], strconv.Quote(r.Reason))
	}
	b.WriteByte('\n')
	b.Write(m.data)
	return b.Bytes()
}

// decode reads a queue file. The error says which line is wrong.
func decode(id string, file []byte) (*message, error) {
	m := &message{id: id}
	for n := 1; ; n++ {
		line, rest, ok := bytes.Cut(file, []byte("\n"))
		if !ok {
			return nil, fmt.Errorf("line %d: unexpected end of file", n)
		}
		file = rest
		if len(line) == 0 {
			m.data = bytes.Clone(file)
			return m, nil
		}
		if err := m.envelopeLine(string(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
}

func (m *message) envelopeLine(line string) (err error) {
	name, value, _ := strings.Cut(line, " ")
	var nanos int64
	switch name {
	case "arrival":
		_, err = fmt.Sscan(value, &nanos)
		m.arrival = time.Unix(0, nanos)
	case "next":
		_, err = fmt.Sscan(value, &nanos)
		m.next = time.Unix(0, nanos)
	case "size":
		_, err = fmt.Sscan(value, &m.size)
	case "sender":
		m.sender, err = strconv.Unquote(value)
	case "envid":
		m.envID, err = strconv.Unquote(value)
	case "ret":
		m.ret = mail.Return(value)
	case "flags":
		_, err = fmt.Sscan(value, &m.warned, &m.local)
	case "recipient":
		var r recipient
		_, err = fmt.Sscanf(value, "%q %q %d %q %d.%d.%d %q", &r.Addr, &r.Orig, &r.Notify, &r.ORcpt, &r.Status[0], &r.Status[1], &r.Status[2], &r.Reason)
		m.rcpts = append(m.rcpts, r)
	default:
		err = fmt.Errorf("unknown record %q", name)
	}
	return err
}
