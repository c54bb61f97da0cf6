package mailbox

import (
	"bytes"
	"slices"
	"time"
)

// Flags are the system flags of a message (RFC 3501 2.3.2).
type Flags uint8

// The flags, in the order in which Dovecot lists them.
const (
	Answered Flags = 1 << iota
	Flagged
	Deleted
	Seen
	Draft
	Recent // of this session only
)

// Message is one mail of a box.
type Message struct {
	UID      uint32
	Flags    Flags
	Keywords []string  // sorted as they were first used in the box
	Received time.Time // see Box.Stat
	Size     int64     // with CRLF line ends, as clients see it; see Box.Stat

	key  string // maildir: the file name without flags; mbox: nothing
	file string // maildir: path below the box
	raw  []byte // mbox: header and body without the From_ line
	from string // mbox: the From_ line
}

// HasKeyword reports whether the message carries a keyword.
func (m *Message) HasKeyword(k string) bool { return slices.Contains(m.Keywords, k) }

// crlf returns data with CRLF line ends.
func crlf(data []byte) []byte {
	n := missingCR(data)
	if n == 0 {
		return data
	}
	out := make([]byte, 0, len(data)+n)
	for i, c := range data {
		if c == '\n' && (i == 0 || data[i-1] != '\r') {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}

// missingCR counts the line ends that lack a CR.
func missingCR(data []byte) int {
	return bytes.Count(data, []byte{'\n'}) - bytes.Count(data, []byte("\r\n"))
}

// lf returns data with LF line ends, as it is kept on the disk.
func lf(data []byte) []byte { return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) }
