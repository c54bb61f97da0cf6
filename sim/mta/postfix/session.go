package postfix

import (
	"net/netip"
	"strings"

	"mxlab/sim/mail"
)

// PeerStatus is how well a client's name is known.
type PeerStatus int

// Values of PeerStatus. Forged exists only for the verified name: the PTR name
// has addresses, but not the client's.
const (
	PeerOK PeerStatus = iota
	PeerTemp
	PeerPerm
	PeerForged
)

// Client is the other end of an SMTP connection.
type Client struct {
	Addr          netip.Addr
	Port          string
	Name          string // verified name; "unknown" unless NameStatus is PeerOK
	NameStatus    PeerStatus
	Reverse       string // name of the PTR record; "unknown" without one
	ReverseStatus PeerStatus
}

// String is name[address], as logs show clients.
func (c Client) String() string { return c.Name + "[" + c.Addr.Unmap().String() + "]" }

// Session is everything restrictions may look at.
type Session struct {
	Client     Client
	Server     netip.AddrPort
	Protocol   string // SMTP or ESMTP
	Helo       string // empty before HELO
	Sender     string // internal form
	HasSender  bool   // MAIL was given; Sender may be "" (null)
	Recipient  string // of this RCPT, internal form; for DATA the only recipient
	Recipients int    // accepted so far
	ETRN       string
	SASLUser   string // empty: not logged in
	SASLMethod string
	SASLSender string
	SASLActive bool // AUTH is offered on this connection
	TLS        bool
	Pipelined  bool // the client sent commands too early
	Size       int64
	QueueID    string // empty: NOQUEUE
	Instance   string
}

// Stage is the point of the SMTP session at which lists are evaluated. Its value
// is the word logs use.
type Stage string

// Stages.
const (
	StageConnect   Stage = "CONNECT"
	StageHelo      Stage = "HELO"
	StageEhlo      Stage = "EHLO"
	StageMail      Stage = "MAIL"
	StageRcpt      Stage = "RCPT"
	StageVrfy      Stage = "VRFY"
	StageData      Stage = "DATA"
	StageEndOfData Stage = "END-OF-MESSAGE"
	StageEtrn      Stage = "ETRN"
)

// Names of what is refused, as Postfix's replies have them.
const (
	classClient    = "Client host"
	classReverse   = "Unverified Client host"
	classHelo      = "Helo command"
	classSender    = "Sender address"
	classRecipient = "Recipient address"
	classEtrn      = "Etrn command"
	classData      = "Data command"
	classEndOfData = "End-of-data"
	classSASL      = "SASL login name"
)

// logContext is the end of smtpd's log lines about a decision.
func (s Session) logContext() string {
	var b strings.Builder
	if s.HasSender {
		b.WriteString(" from=<" + logAddress(s.Sender) + ">")
	}
	if s.Recipient != "" {
		b.WriteString(" to=<" + logAddress(s.Recipient) + ">")
	}
	if s.Protocol != "" {
		b.WriteString(" proto=" + s.Protocol)
	}
	if s.Helo != "" {
		b.WriteString(" helo=<" + s.Helo + ">")
	}
	return b.String()
}

// logAddress is an address in the quoted form (info_log_address_format).
func logAddress(internal string) string {
	local, domain := mail.SplitAddress(internal)
	if local == "" && domain != "" {
		return `""@` + domain
	}
	return mail.Address{Local: local, Domain: domain}.String()
}
