package config

import "fmt"

// Severity of a message.
type Severity uint8

const (
	Warning Severity = iota // the configuration is used all the same
	Error                   // the configuration is refused
	Info                    // a step of named's start
)

// Message is one line that named-checkconf prints (and named logs) about a configuration.
type Message struct {
	Severity Severity
	Pos      Pos // zero when the message names no place
	Text     string
}

// String gives the line as BIND prints it: file:line: text.
func (m Message) String() string {
	if m.Pos.File == "" {
		return m.Text
	}
	return m.Pos.String() + ": " + m.Text
}

// log collects messages in order.
type log struct{ messages []Message }

func (l *log) error(pos Pos, format string, args ...any) {
	l.messages = append(l.messages, Message{Error, pos, fmt.Sprintf(format, args...)})
}

func (l *log) warn(pos Pos, format string, args ...any) {
	l.messages = append(l.messages, Message{Warning, pos, fmt.Sprintf(format, args...)})
}

// remark is a line without a place.
func (l *log) remark(s Severity, format string, args ...any) {
	l.messages = append(l.messages, Message{Severity: s, Text: fmt.Sprintf(format, args...)})
}
