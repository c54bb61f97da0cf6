package scenarios

// DeliveredSpec: a probe sent by mailbox Sender to mailbox Recipient arrives
// there, once and with its text intact, within the time.
type DeliveredSpec struct {
	Sender    string `yaml:"sender"`
	Recipient string `yaml:"recipient"`
	After     string `yaml:"after"`   // virtual time to let pass first, so that caches expire
	Within    string `yaml:"within"`  // virtual time, default 10m
	Via       string `yaml:"via"`     // a host the message must have passed
	NotVia    string `yaml:"not_via"` // a host it must not have passed
	TLS       bool   `yaml:"tls"`     // the last hop must have been encrypted
}

func (s *DeliveredSpec) lint(l *specLint) {
	l.box("sender", s.Sender)
	l.box("recipient", s.Recipient)
	l.duration("after", s.After)
	l.duration("within", s.Within)
	l.optionalHost("via", s.Via)
	l.optionalHost("not_via", s.NotVia)
}

// RejectedSpec: a message from an outsider host is refused, at the stage and
// with the code said. NotAt is the mailbox it must not reach all the same;
// NoBounce one that must get no bounce about it (backscatter).
type RejectedSpec struct {
	From     string `yaml:"from"`   // host the probe is sent from
	Server   string `yaml:"server"` // host that must refuse
	Port     int    `yaml:"port"`   // default 25
	Sender   string `yaml:"sender"`
	To       string `yaml:"to"`
	Code     string `yaml:"code"`  // prefix of the reply code, such as "5"
	Stage    string `yaml:"stage"` // connect, ehlo, mail, rcpt, data, message; "" for any
	NotAt    string `yaml:"not_at"`
	NoBounce string `yaml:"no_bounce"`
}

func (s *RejectedSpec) lint(l *specLint) {
	l.host("from", s.From)
	l.host("server", s.Server)
	if s.Stage != "" {
		l.oneOf("stage", s.Stage, "connect", "ehlo", "mail", "rcpt", "data", "message")
	}
	if s.NotAt != "" {
		l.box("not_at", s.NotAt)
	}
	if s.NoBounce != "" {
		l.box("no_bounce", s.NoBounce)
	}
}

// NoRelaySpec: Server, and every host of Also (a secondary MX, say), passes on
// no mail of strangers. The tricks are tried from each host of From, over IPv4
// and, where both ends have it, over IPv6, and judged by what arrives at Victim.
// The controls keep a stopped server from passing.
type NoRelaySpec struct {
	Server    string          `yaml:"server"`    // host
	Also      []string        `yaml:"also"`      // more hosts
	Domain    string          `yaml:"domain"`    // the server's own mail domain
	From      []string        `yaml:"from"`      // hosts from which the tricks are tried
	Victim    string          `yaml:"victim"`    // mailbox that must get nothing
	Ports     []int           `yaml:"ports"`     // default 25 and what else the mail server listens on; on 587 and 465 nobody logs in
	Delivered DeliveredSpec   `yaml:"delivered"` // positive control: a customer's mail out
	Inbound   DeliveredSpec   `yaml:"inbound"`   // positive control: mail in
	Controls  []DeliveredSpec `yaml:"controls"`  // further ones: a user who logs in, mail to postmaster
}

func (s *NoRelaySpec) lint(l *specLint) {
	l.host("server", s.Server)
	l.hosts("also", s.Also)
	l.hosts("from", s.From)
	l.some("from", len(s.From))
	l.box("victim", s.Victim)
	for _, p := range s.Ports {
		l.port("ports", p)
	}
	s.Delivered.lint(l)
	s.Inbound.lint(l)
	for i := range s.Controls {
		s.Controls[i].lint(l)
	}
}

// MailboxSpec: a mailbox can be read by its owner's mail client. With Sender a
// probe is sent first and must be among the mails read.
type MailboxSpec struct {
	Box    string `yaml:"box"`
	Proto  string `yaml:"proto"`  // pop3 or imap; default: as the client is set up
	Port   int    `yaml:"port"`   // 995 and 993 are encrypted; default 110 or 143
	Sender string `yaml:"sender"` // mailbox
	Within string `yaml:"within"` // virtual time for the probe, default 10m
}

func (s *MailboxSpec) lint(l *specLint) {
	l.box("box", s.Box)
	if s.Proto != "" {
		l.oneOf("proto", s.Proto, "pop3", "imap")
	}
	if s.Port != 0 {
		l.port("port", s.Port)
	}
	if s.Sender != "" {
		l.box("sender", s.Sender)
	}
	l.duration("within", s.Within)
}

// AuthSpec: a mail from Sender to Recipient has the SPF result (RFC 7208) SPF,
// as its receiver's host sees it; for the addresses of the hosts Forged, which
// may not send for the domain, the result is not pass.
type AuthSpec struct {
	Sender    string   `yaml:"sender"`
	Recipient string   `yaml:"recipient"`
	SPF       string   `yaml:"spf"` // pass, fail, softfail, neutral, none, temperror, permerror
	Forged    []string `yaml:"forged"`
	After     string   `yaml:"after"`  // virtual time to let pass first, so that caches expire
	Within    string   `yaml:"within"` // virtual time, default 10m
}

func (s *AuthSpec) lint(l *specLint) {
	l.box("sender", s.Sender)
	l.box("recipient", s.Recipient)
	l.oneOf("spf", s.SPF, "pass", "fail", "softfail", "neutral", "none", "temperror", "permerror")
	l.hosts("forged", s.Forged)
	l.duration("after", s.After)
	l.duration("within", s.Within)
}
