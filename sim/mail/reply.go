package mail

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/emersion/go-smtp"
)

// ErrReplySyntax is wrapped by every error of ParseReply.
var ErrReplySyntax = errors.New("malformed SMTP reply")

// Enhanced is an enhanced status code, class.subject.detail (RFC 3463). The
// zero value means that the reply has none.
type Enhanced = smtp.EnhancedCode

// EnhancedString prints a code as 5.7.1.
func EnhancedString(e Enhanced) string { return fmt.Sprintf("%d.%d.%d", e[0], e[1], e[2]) }

// ParseEnhanced reads an enhanced status code at the start of s and returns the
// text after it. Without one ok is false and rest is s.
func ParseEnhanced(s string) (e Enhanced, rest string, ok bool) {
	word, tail, _ := strings.Cut(s, " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 {
		return Enhanced{}, s, false
	}
	for i, p := range parts {
		if !allDigits(p) || len(p) > 3 {
			return Enhanced{}, s, false
		}
		e[i], _ = strconv.Atoi(p)
	}
	if e[0] != 2 && e[0] != 4 && e[0] != 5 {
		return Enhanced{}, s, false
	}
	return e, strings.TrimLeft(tail, " \t"), true
}

// Reply is an SMTP reply (RFC 5321 4.2).
type Reply struct {
	Code     int      // 200..599
	Enhanced Enhanced // zero: none is sent
	Lines    []string // text, one element a line, without codes; at least one
}

// NewReply makes a one-line reply. An enhanced code at the start of text is
// taken out of it.
func NewReply(code int, text string) Reply {
	e, rest, ok := ParseEnhanced(text)
	if !ok {
		return Reply{Code: code, Lines: []string{text}}
	}
	return Reply{Code: code, Enhanced: e, Lines: []string{rest}}
}

// Replyf is NewReply with formatting.
func Replyf(code int, format string, args ...any) Reply {
	return NewReply(code, fmt.Sprintf(format, args...))
}

// Class returns the first digit: 2 done, 3 go on, 4 try later, 5 refused.
func (r Reply) Class() int { return r.Code / 100 }

// OK reports a positive reply (2xx or 3xx).
func (r Reply) OK() bool { return r.Code >= 200 && r.Code < 400 }

// Temporary reports a 4xx reply.
func (r Reply) Temporary() bool { return r.Class() == 4 }

// Text joins the lines with a space, without codes.
func (r Reply) Text() string { return strings.Join(r.Lines, " ") }

// String is the reply on one line as logs show it: "550 5.1.1 text", or
// "550-5.7.26 one 550 5.7.26 two".
func (r Reply) String() string {
	if len(r.Lines) <= 1 {
		return strconv.Itoa(r.Code) + " " + r.enhancedPrefix() + r.Text()
	}
	return strings.ReplaceAll(strings.TrimSuffix(r.Wire(), "\r\n"), "\r\n", " ")
}

func (r Reply) enhancedPrefix() string {
	if r.Enhanced == (Enhanced{}) || r.Enhanced == smtp.NoEnhancedCode {
		return ""
	}
	return EnhancedString(r.Enhanced) + " "
}

// Wire is the reply as sent, every line ended by CRLF, the enhanced code
// repeated on each (RFC 2034 4).
func (r Reply) Wire() string {
	lines := r.Lines
	if len(lines) == 0 {
		lines = []string{""}
	}
	var b strings.Builder
	prefix := r.enhancedPrefix()
	for i, l := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		b.WriteString(strconv.Itoa(r.Code) + sep + prefix + l + "\r\n")
	}
	return b.String()
}

// SMTPError is the reply in go-smtp's type.
func (r Reply) SMTPError() *smtp.SMTPError {
	return &smtp.SMTPError{Code: r.Code, EnhancedCode: r.Enhanced, Message: strings.Join(r.Lines, "\n")}
}

// ParseReplyLine reads one reply line without its line end; more is true when
// another line of the same reply follows ("250-").
func ParseReplyLine(line string) (code int, text string, more bool, err error) {
	if len(line) < 3 || !allDigits(line[:3]) || line[0] < '2' || line[0] > '5' {
		return 0, "", false, fmt.Errorf("%w: %.60q", ErrReplySyntax, line)
	}
	code, _ = strconv.Atoi(line[:3])
	if len(line) == 3 {
		return code, "", false, nil
	}
	switch line[3] {
	case ' ':
		return code, line[4:], false, nil
	case '-':
		return code, line[4:], true, nil
	}
	return 0, "", false, fmt.Errorf("%w: %.60q", ErrReplySyntax, line)
}

// ParseReply reads a whole reply, lines separated by LF or CRLF. The code of
// the last line counts; the enhanced code is that of the first line.
func ParseReply(s string) (Reply, error) {
	lines := strings.Split(strings.TrimRight(s, "\r\n"), "\n")
	var r Reply
	for i, l := range lines {
		code, text, more, err := ParseReplyLine(strings.TrimSuffix(l, "\r"))
		if err != nil {
			return Reply{}, err
		}
		if more != (i < len(lines)-1) {
			return Reply{}, fmt.Errorf("%w: line %d of %d", ErrReplySyntax, i+1, len(lines))
		}
		r.Code = code
		e, rest, ok := ParseEnhanced(text)
		switch {
		case i == 0 && ok && e[0] == code/100:
			r.Enhanced, text = e, rest
		case i > 0 && ok && e == r.Enhanced:
			text = rest
		}
		r.Lines = append(r.Lines, text)
	}
	return r, nil
}
