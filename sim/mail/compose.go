package mail

import (
	"mime"
	"strings"
	"time"

	"github.com/emersion/go-message/charset"
)

// Compose builds a simple text mail as a mail client writes it: From, To,
// Subject (encoded when it is not ASCII), Date and, for text outside ASCII, the
// MIME fields. A Message-Id is left to the MTA. A zero date leaves Date out.
func Compose(from, to, subject, body string, date time.Time) Message {
	m := Message{Header: []Field{{"From", oneLine(from)}, {"To", oneLine(to)}, {"Subject", EncodeHeader(oneLine(subject))}}}
	if !date.IsZero() {
		m.Append(Field{"Date", date.Format("Mon, _2 Jan 2006 15:04:05 -0700")})
	}
	if !isASCII(body) {
		m.Append(Field{"MIME-Version", "1.0"}, Field{"Content-Type", "text/plain; charset=utf-8"},
			Field{"Content-Transfer-Encoding", "8bit"})
	}
	m.Body = NormalizeLF([]byte(body))
	if n := len(m.Body); n == 0 || m.Body[n-1] != '\n' {
		m.Body = append(m.Body, '\n')
	}
	return m
}

// EncodeHeader writes text for a header field: ASCII as it is, anything else as
// RFC 2047 encoded words, folded between words.
func EncodeHeader(text string) string {
	return strings.ReplaceAll(mime.BEncoding.Encode("utf-8", text), "?= =?", "?=\n =?")
}

// DecodeHeader turns RFC 2047 encoded words into text, also in Korean character
// sets (EUC-KR, ISO-2022-KR). What cannot be decoded stays as it is.
func DecodeHeader(value string) string {
	d := mime.WordDecoder{CharsetReader: charset.Reader}
	text, err := d.DecodeHeader(value)
	if err != nil {
		return value
	}
	return text
}

// oneLine keeps a value from starting new header fields.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' }), " ")
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
