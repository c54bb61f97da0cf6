package trace

import "fmt"

// Kind is the type of an event.
type Kind uint8

// The kinds of events. The text in kindNames is part of the canonical form.
const (
	None Kind = iota

	// What people do.
	Action     // a student's action begins (opens a span)
	Exec       // a command is run on a host (opens a span)
	FileWrite  // a file on a host was changed by a person or a command
	Portal     // a request to a portal, or its answer
	MailSubmit // a message enters a mail system (opens the span of the message)
	Check      // a check of the grader (opens a span)
	Note       // a remark of the world itself: a refused action, an internal fault

	// Network.
	Packet  // a packet that no higher kind describes: SYN, ACK, FIN, RST, ICMP, UDP
	Connect // a TCP connection is being opened (opens a span)
	Accept  // a connection was accepted by a server (opens a span)
	Drop    // a filter or the network discarded a packet

	// DNS.
	DNSQuery   // a query packet
	DNSReply   // a reply packet
	DNSLookup  // a stub resolver's or recursive resolution (opens a span)
	DNSCache   // answered from a cache; Refs links the filler
	DNSVerdict // what decided an answer: zone cut, wildcard, ACL, view
	Transfer   // zone transfer, NOTIFY (opens a span)

	// Conversations on a connection: one line or one literal each.
	SMTPCommand
	SMTPReply
	SMTPData
	POPCommand
	POPReply
	IMAPCommand
	IMAPReply
	AppLine // a line of another protocol, the payload says which

	// Mail system.
	Policy  // verdict of one rule: PTR, SPF, DNSBL, restriction
	Queue   // a queue file changes state
	Deliver // a delivery attempt (opens a span)
	Bounce  // a delivery status notification is made

	// Hosts.
	Config  // a daemon loads or refuses its configuration
	Unit    // a unit starts, stops, reloads, fails
	LogLine // a line written to a log file
	Login   // a session on a host begins or ends
	Proc    // a process starts, ends, is killed

	// End closes a span.
	End

	kindCount
)

var kindNames = [kindCount]string{
	None: "none", Action: "action", Exec: "exec", FileWrite: "file.write", Portal: "portal", MailSubmit: "mail.submit",
	Check: "check", Note: "note", Packet: "net.packet", Connect: "net.connect", Accept: "net.accept", Drop: "net.drop",
	DNSQuery: "dns.query", DNSReply: "dns.reply", DNSLookup: "dns.lookup", DNSCache: "dns.cache", DNSVerdict: "dns.verdict",
	Transfer: "dns.transfer", SMTPCommand: "smtp.command", SMTPReply: "smtp.reply", SMTPData: "smtp.data",
	POPCommand: "pop.command", POPReply: "pop.reply", IMAPCommand: "imap.command", IMAPReply: "imap.reply", AppLine: "app.line",
	Policy: "mail.policy", Queue: "mail.queue", Deliver: "mail.deliver", Bounce: "mail.bounce",
	Config: "host.config", Unit: "host.unit", LogLine: "host.log", Login: "host.login", Proc: "host.proc", End: "end",
}

// String returns the canonical name, such as "dns.query".
func (k Kind) String() string {
	if k < kindCount {
		return kindNames[k]
	}
	return fmt.Sprintf("kind-%d", uint8(k))
}

// Outcome says how the thing went.
type Outcome uint8

const (
	Neutral  Outcome = iota // nothing to judge
	OK                      // it worked
	Warn                    // it worked, with a remark
	TempFail                // failed for now, may be tried again (4xx, SERVFAIL, time-out of one try)
	Fail                    // failed for good (5xx, NXDOMAIN, refused configuration)
	Timeout                 // no answer in time
	Refused                 // the peer or a filter said no (RST, REFUSED, ICMP unreachable)
	Lost                    // a packet that did not arrive
)

var outcomeNames = [...]string{"-", "ok", "warn", "tempfail", "fail", "timeout", "refused", "lost"}

// String returns the canonical name, "-" for Neutral.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome-%d", uint8(o))
}
