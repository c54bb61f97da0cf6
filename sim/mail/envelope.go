package mail

import (
	"strconv"
	"strings"
)

// BodyType is the BODY parameter of MAIL (RFC 6152).
type BodyType string

// Values of BodyType; the empty string means that none was given.
const (
	Body7Bit     BodyType = "7BIT"
	Body8BitMIME BodyType = "8BITMIME"
)

// Return is the RET parameter: how much of the message a DSN returns
// (RFC 3461 4.3).
type Return string

// Values of Return; the empty string means that none was given.
const (
	ReturnFull    Return = "FULL"
	ReturnHeaders Return = "HDRS"
)

// Notify is the NOTIFY parameter of RCPT as a set (RFC 3461 4.1). Zero means
// that none was given: failures and delays are notified.
type Notify uint8

// Members of Notify.
const (
	NotifySuccess Notify = 1 << iota
	NotifyFailure
	NotifyDelay
	NotifyNever
)

// Wants reports whether the sender is to be told of event (one of the members).
func (n Notify) Wants(event Notify) bool {
	if n == 0 {
		return event == NotifyFailure || event == NotifyDelay
	}
	return n&event != 0
}

// String is the parameter's value: "FAILURE,DELAY".
func (n Notify) String() string {
	var words []string
	for _, m := range []struct {
		bit  Notify
		word string
	}{{NotifyNever, "NEVER"}, {NotifySuccess, "SUCCESS"}, {NotifyFailure, "FAILURE"}, {NotifyDelay, "DELAY"}} {
		if n&m.bit != 0 {
			words = append(words, m.word)
		}
	}
	return strings.Join(words, ",")
}

// Rules are the settings of a server that decide which envelopes it accepts.
// The zero value is Postfix's default except that the extensions are off.
type Rules struct {
	StrictRFC821 bool // strict_rfc821_envelopes: <> required, no route
	SMTPUTF8     bool // smtputf8_enable
	Auth         bool // SASL is active: the AUTH parameter is known
	NoDSN        bool // DSN was taken out of the EHLO reply
}

// MailArgs is a parsed MAIL command.
type MailArgs struct {
	From     Address
	Raw      string // the path as the client wrote it
	Size     int64  // SIZE in octets; 0 when not given
	Body     BodyType
	SMTPUTF8 bool
	Auth     string // AUTH=, decoded; "<>" when unknown; "" when not given
	Ret      Return
	EnvID    string // ENVID=, decoded
}

// ParseMail reads the arguments of MAIL. On a syntax error it returns Postfix's
// reply, which has a non-zero Code.
func ParseMail(c Command, rules Rules) (MailArgs, Reply) {
	if len(c.Args) < 2 || !strings.EqualFold(c.Args[0].Text, "from:") {
		return MailArgs{}, NewReply(501, "5.5.4 Syntax: MAIL FROM:<address>")
	}
	from, ok := envelopeAddress(c.Args[1], rules)
	if !ok {
		return MailArgs{}, NewReply(501, "5.1.7 Bad sender address syntax")
	}
	m := MailArgs{From: from, Raw: c.Args[1].Text}
	for _, t := range c.Args[2:] {
		if r := m.option(t.Text, rules); r.Code != 0 {
			return MailArgs{}, r
		}
	}
	return m, Reply{}
}

func (m *MailArgs) option(arg string, rules Rules) Reply {
	key, value, hasValue := strings.Cut(arg, "=")
	key = strings.ToUpper(key)
	switch {
	case key == "BODY" && (strings.EqualFold(value, "8BITMIME") || strings.EqualFold(value, "7BIT")):
		m.Body = BodyType(strings.ToUpper(value))
	case key == "SIZE" && hasValue:
		return m.setSize(value)
	case key == "SMTPUTF8" && !hasValue && rules.SMTPUTF8:
		m.SMTPUTF8 = true
	case key == "AUTH" && hasValue && rules.Auth:
		s, ok := DecodeXText(value)
		if !ok {
			return NewReply(501, "5.5.4 Bad AUTH parameter syntax")
		}
		m.Auth = s
	case (key == "RET" || key == "ENVID") && hasValue && rules.NoDSN:
		return NewReply(501, "5.7.1 DSN support is disabled")
	case key == "RET" && hasValue:
		v := Return(strings.ToUpper(value))
		if m.Ret != "" || v != ReturnFull && v != ReturnHeaders {
			return NewReply(501, "5.5.4 Bad RET parameter syntax")
		}
		m.Ret = v
	case key == "ENVID" && hasValue:
		s, ok := DecodeXText(value)
		if m.EnvID != "" || !ok || !printable(s) {
			return NewReply(501, "5.5.4 Bad ENVID parameter syntax")
		}
		m.EnvID = s
	default:
		return Replyf(555, "5.5.4 Unsupported option: %s", arg)
	}
	return Reply{}
}

func (m *MailArgs) setSize(value string) Reply {
	if !allDigits(value) {
		return NewReply(501, "5.5.4 Bad message size syntax")
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return NewReply(552, "5.3.4 Message size exceeds file system imposed limit")
	}
	m.Size = n
	return Reply{}
}

// RcptArgs is a parsed RCPT command.
type RcptArgs struct {
	To     Address
	Raw    string // the path as the client wrote it
	Notify Notify
	ORcpt  string // "rfc822;user@example.com", decoded; "" when not given
}

// ParseRcpt reads the arguments of RCPT. On a syntax error it returns Postfix's
// reply, which has a non-zero Code.
func ParseRcpt(c Command, rules Rules) (RcptArgs, Reply) {
	if len(c.Args) < 2 || !strings.EqualFold(c.Args[0].Text, "to:") {
		return RcptArgs{}, NewReply(501, "5.5.4 Syntax: RCPT TO:<address>")
	}
	to, ok := envelopeAddress(c.Args[1], rules)
	if !ok || to.IsNull() {
		return RcptArgs{}, NewReply(501, "5.1.3 Bad recipient address syntax")
	}
	r := RcptArgs{To: to, Raw: c.Args[1].Text}
	for _, t := range c.Args[2:] {
		if reply := r.option(t.Text, rules); reply.Code != 0 {
			return RcptArgs{}, reply
		}
	}
	return r, Reply{}
}

func (r *RcptArgs) option(arg string, rules Rules) Reply {
	key, value, hasValue := strings.Cut(arg, "=")
	key = strings.ToUpper(key)
	switch {
	case (key == "NOTIFY" || key == "ORCPT") && hasValue && rules.NoDSN:
		return NewReply(501, "5.7.1 DSN support is disabled")
	case key == "NOTIFY" && hasValue:
		n, ok := parseNotify(value)
		if r.Notify != 0 || !ok {
			return NewReply(501, "5.5.4 Error: Bad NOTIFY parameter syntax")
		}
		r.Notify = n
	case key == "ORCPT" && hasValue:
		kind, coded, found := strings.Cut(value, ";")
		addr, ok := DecodeXText(coded)
		if r.ORcpt != "" || !found || kind == "" || !ok {
			return NewReply(501, "5.5.4 Error: Bad ORCPT parameter syntax")
		}
		r.ORcpt = kind + ";" + addr
	default:
		return Replyf(555, "5.5.4 Unsupported option: %s", arg)
	}
	return Reply{}
}

// parseNotify: RFC 3461 4.1, NEVER stands alone and no word comes twice.
func parseNotify(s string) (Notify, bool) {
	var n Notify
	for _, w := range strings.Split(s, ",") {
		var bit Notify
		switch strings.ToUpper(w) {
		case "SUCCESS":
			bit = NotifySuccess
		case "FAILURE":
			bit = NotifyFailure
		case "DELAY":
			bit = NotifyDelay
		case "NEVER":
			bit = NotifyNever
		}
		if bit == 0 || n&bit != 0 || n&NotifyNever != 0 || bit == NotifyNever && n != 0 {
			return 0, false
		}
		n |= bit
	}
	return n, true
}

func envelopeAddress(t Token, rules Rules) (Address, bool) {
	if t.Bad {
		return Address{}, false
	}
	if rules.StrictRFC821 && !strings.HasPrefix(t.Text, "<") {
		return Address{}, false
	}
	a, err := ParsePath(t.Text)
	return a, err == nil
}

func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}
