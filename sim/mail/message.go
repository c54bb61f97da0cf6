package mail

import (
	"bytes"
	"strings"
)

// Field is a header field as it stands in the message.
type Field struct {
	Name  string // as written, without the colon
	Value string // after the colon and one space; folded lines keep their "\n"
}

// Unfolded returns the value on one line (RFC 5322 2.2.3).
func (f Field) Unfolded() string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(f.Value, "\r\n", ""), "\n", ""))
}

// Message is a message in the form in which it lies in a queue or a mailbox:
// lines end in LF, no dot-stuffing.
type Message struct {
	Header []Field
	Body   []byte // after the empty line
}

// ParseMessage reads a message with LF or CRLF line ends. It never fails: as in
// Postfix's cleanup, the first line that is not a header field begins the body,
// also without an empty line before it.
func ParseMessage(data []byte) Message {
	rest := NormalizeLF(data)
	var m Message
	for len(rest) > 0 {
		line, next, _ := bytes.Cut(rest, []byte{'\n'})
		if len(line) == 0 {
			m.Body = next
			return m
		}
		if (line[0] == ' ' || line[0] == '\t') && len(m.Header) > 0 {
			last := &m.Header[len(m.Header)-1]
			last.Value += "\n" + string(line)
			rest = next
			continue
		}
		name, value, ok := splitField(string(line))
		if !ok {
			m.Body = rest
			return m
		}
		m.Header = append(m.Header, Field{name, value})
		rest = next
	}
	return m
}

// IsHeaderLine reports whether line begins a header field: a name of printable
// characters, optional blanks, a colon (RFC 5322 2.2, Postfix is_header).
func IsHeaderLine(line string) bool {
	_, _, ok := splitField(line)
	return ok
}

func splitField(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, ":")
	name = strings.TrimRight(name, " \t")
	if !ok || name == "" {
		return "", "", false
	}
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] >= 0x7f {
			return "", "", false
		}
	}
	return name, strings.TrimPrefix(value, " "), true
}

// Bytes is the message with LF line ends. A body without a final line end gets
// one.
func (m Message) Bytes() []byte {
	var b bytes.Buffer
	size := len(m.Body) + 2
	for _, f := range m.Header {
		size += len(f.Name) + len(f.Value) + 3
	}
	b.Grow(size)
	for _, f := range m.Header {
		b.WriteString(f.Name)
		b.WriteString(":")
		if f.Value != "" && f.Value[0] != '\n' {
			b.WriteString(" ")
		}
		b.WriteString(f.Value)
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	b.Write(m.Body)
	if n := len(m.Body); n > 0 && m.Body[n-1] != '\n' {
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// Get returns the first field of that name, unfolded; ok is false without one.
func (m Message) Get(name string) (value string, ok bool) {
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Unfolded(), true
		}
	}
	return "", false
}

// All returns every field of that name in order, unfolded.
func (m Message) All(name string) []string {
	var out []string
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, name) {
			out = append(out, f.Unfolded())
		}
	}
	return out
}

// Prepend puts fields before the header, the first argument first.
func (m *Message) Prepend(fields ...Field) {
	m.Header = append(append([]Field{}, fields...), m.Header...)
}

// Append puts fields at the end of the header.
func (m *Message) Append(fields ...Field) { m.Header = append(m.Header, fields...) }

// Delete removes every field of that name.
func (m *Message) Delete(name string) {
	kept := m.Header[:0:0]
	for _, f := range m.Header {
		if !strings.EqualFold(f.Name, name) {
			kept = append(kept, f)
		}
	}
	m.Header = kept
}

// Hops counts the Received: fields, which stop mail loops (hopcount_limit).
func (m Message) Hops() int { return len(m.All("Received")) }

// QueueSize is the size in octets that Postfix logs, mailq prints and the SMTP
// client announces. It counts the queue file's records: every line costs its
// text, a type octet and a length of seven bits an octet; lines longer than
// line_length_limit (2048) take several records.
func (m Message) QueueSize() int64 {
	return QueueSizeOf(m.Bytes())
}

// NormalizeLF turns CRLF into LF. A lone CR stays.
func NormalizeLF(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte{'\n'}) }

// NormalizeCRLF turns every line end into CRLF.
func NormalizeCRLF(b []byte) []byte {
	return bytes.ReplaceAll(NormalizeLF(b), []byte{'\n'}, []byte("\r\n"))
}

// DotStuff writes content for DATA: CRLF line ends, a dot doubled at the start
// of a line, and the final "." line (RFC 5321 4.5.2).
func DotStuff(content []byte) []byte {
	lines := bytes.Split(NormalizeLF(content), []byte{'\n'})
	if n := len(lines); len(lines[n-1]) == 0 {
		lines = lines[:n-1]
	}
	var b bytes.Buffer
	for _, l := range lines {
		if len(l) > 0 && l[0] == '.' {
			b.WriteByte('.')
		}
		b.Write(l)
		b.WriteString("\r\n")
	}
	b.WriteString(".\r\n")
	return b.Bytes()
}

// QueueSizeOf is QueueSize of a message's octets.
func QueueSizeOf(content []byte) int64 {
	size := int64(0)
	for len(content) > 0 {
		line, rest, _ := bytes.Cut(content, []byte{'\n'})
		for first := true; first || len(line) > 0; first = false {
			n := min(len(line), 2048)
			size += int64(n) + 2
			if n >= 128 {
				size++
			}
			line = line[n:]
		}
		content = rest
	}
	return size
}
