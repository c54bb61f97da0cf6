package mta

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/mail"
	"mxlab/sim/trace"
)

// spool is the queue directory.
const spool = "/var/spool/postfix"

// recipient is one recipient of a queued message that is not yet dealt with.
type recipient struct {
	Addr   string // internal form, after rewriting and virtual aliases
	Orig   string // as the envelope had it
	Notify mail.Notify
	ORcpt  string // "rfc822;user@example.com"
	Reason string // why it was deferred last, "" before the first attempt
	Status mail.Enhanced
}

// message is a message in the queue. While it is not being delivered, its
// content is on the disk only.
type message struct {
	id       string
	dir      string // queue directory: maildrop, incoming, active, deferred, hold
	sender   string // internal form; "" for the null sender
	fullName string
	arrival  time.Time
	next     time.Time // deferred: not before
	size     int64
	envID    string
	ret      mail.Return
	rcpts    []recipient
	warned   bool // the delay warning was sent
	local    bool // came in on this machine
	flags    byte // 'e': postsuper -e or -f wants it returned
	data     []byte

	span *trace.Span // of its life, nil after a restart
	last uint64      // trace event of the last attempt
	busy bool        // being delivered
	done func()      // ends the work in progress for it
}

// path is the message's file in a queue directory. The deferred queue is hashed
// by the first character of the id (hash_queue_names, hash_queue_depth 1).
func (m *message) path(dir string) string {
	if dir == "deferred" && m.id != "" {
		return spool + "/deferred/" + m.id[:1] + "/" + m.id
	}
	return spool + "/" + dir + "/" + m.id
}

// encode writes the queue file: an envelope of one record a line, named by its
// first letter, an empty line, and the message.
func (m *message) encode() []byte {
	b := make([]byte, 0, 256+len(m.data)+128*len(m.rcpts))
	b = strconv.AppendInt(append(b, "T "...), m.arrival.UnixNano(), 10)
	b = strconv.AppendInt(append(b, "\nN "...), m.next.UnixNano(), 10)
	b = strconv.AppendInt(append(b, "\nC "...), m.size, 10)
	b = strconv.AppendQuote(append(b, "\nS "...), m.sender)
	if m.fullName != "" {
		b = strconv.AppendQuote(append(b, "\nF "...), m.fullName)
	}
	if m.envID != "" || m.ret != "" {
		b = strconv.AppendQuote(append(b, "\nE "...), m.envID)
		b = append(append(b, ' '), m.ret...)
	}
	b = append(b, '\n')
	if m.warned {
		b = append(b, "W\n"...)
	}
	if m.local {
		b = append(b, "L\n"...)
	}
	if m.flags != 0 {
		b = append(append(b, 'X', ' '), m.flags, '\n')
	}
	for _, r := range m.rcpts {
		b = r.encode(b)
	}
	b = append(b, '\n')
	return append(b, m.data...)
}

func (r recipient) encode(b []byte) []byte {
	b = strconv.AppendQuote(append(b, "R "...), r.Addr)
	b = strconv.AppendQuote(append(b, ' '), r.Orig)
	b = strconv.AppendQuote(append(b, ' '), r.ORcpt)
	b = strconv.AppendQuote(append(b, ' '), r.Reason)
	return fmt.Appendf(b, " %d %d.%d.%d\n", r.Notify, r.Status[0], r.Status[1], r.Status[2])
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
			m.data = file
			return m, nil
		}
		if err := m.record(string(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
}

// record reads one envelope record.
func (m *message) record(line string) (err error) {
	var nanos int64
	value := strings.TrimPrefix(line[1:], " ")
	switch line[0] {
	case 'T':
		nanos, err = strconv.ParseInt(value, 10, 64)
		m.arrival = time.Unix(0, nanos).UTC()
	case 'N':
		nanos, err = strconv.ParseInt(value, 10, 64)
		m.next = time.Unix(0, nanos).UTC()
	case 'C':
		m.size, err = strconv.ParseInt(value, 10, 64)
	case 'S':
		m.sender, err = strconv.Unquote(value)
	case 'F':
		m.fullName, err = strconv.Unquote(value)
	case 'E':
		var ret string
		m.envID, ret, err = quoted(value)
		m.ret = mail.Return(ret)
	case 'W':
		m.warned = true
	case 'L':
		m.local = true
	case 'X':
		if value != "" {
			m.flags = value[0]
		}
	case 'R':
		var r recipient
		err = r.decode(value)
		m.rcpts = append(m.rcpts, r)
	default:
		err = fmt.Errorf("unknown record type %q", line[0])
	}
	return err
}

func (r *recipient) decode(s string) (err error) {
	for _, to := range []*string{&r.Addr, &r.Orig, &r.ORcpt, &r.Reason} {
		if *to, s, err = quoted(s); err != nil {
			return err
		}
	}
	_, err = fmt.Sscanf(s, "%d %d.%d.%d", &r.Notify, &r.Status[0], &r.Status[1], &r.Status[2])
	return err
}

// quoted reads a quoted string at the start of s.
func quoted(s string) (value, rest string, err error) {
	q, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", err
	}
	value, err = strconv.Unquote(q)
	return value, strings.TrimPrefix(s[len(q):], " "), err
}

// hasDomain reports whether a recipient is in the domain.
func (m *message) hasDomain(domain string) bool {
	for _, r := range m.rcpts {
		if _, d := mail.SplitAddress(r.Addr); strings.EqualFold(d, domain) {
			return true
		}
	}
	return false
}
