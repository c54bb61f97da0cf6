package mail

import (
	"fmt"
	"net/netip"
)

// Failure is why a delivery did not succeed, in Postfix's words: what the log,
// mailq and a DSN show.
type Failure struct {
	Status    Enhanced // class 4: deferred, class 5: bounced
	Text      string
	RemoteMTA string // host that spoke; empty: the failure is this host's finding
	Reply     string // what it said
}

// Temporary reports whether the mail stays in the queue.
func (f Failure) Temporary() bool { return f.Status[0] == 4 }

// Error is the text, so that a Failure can be returned as an error.
func (f Failure) Error() string { return f.Text }

// Recipient is the failure as a DSN reports it for one recipient.
func (f Failure) Recipient(final, original, orcpt string) Recipient {
	action := "failed"
	if f.Temporary() {
		action = "delayed"
	}
	return Recipient{Final: final, Original: original, ORcpt: orcpt, Action: action, Status: f.Status,
		Reason: f.Text, RemoteMTA: f.RemoteMTA, Reply: f.Reply}
}

// Peer names a server in texts: host[address].
func Peer(host string, ip netip.Addr) string { return host + "[" + ip.Unmap().String() + "]" }

// ConnectFailure: no TCP connection; reason is "Connection refused", "Connection
// timed out" or "No route to host".
func ConnectFailure(host string, ip netip.Addr, port int, reason string) Failure {
	return Failure{Status: Enhanced{4, 4, 1}, Text: fmt.Sprintf("connect to %s:%d: %s", Peer(host, ip), port, reason)}
}

// NameFailure: a look-up gave no records. DNS failures are temporary.
func NameFailure(name string, t RRType, o DNSOutcome) Failure {
	f := Failure{Status: Enhanced{5, 4, 4}, Text: fmt.Sprintf(
		"Host or domain name not found. Name service error for name=%s type=%s: %s", name, t, o.ErrorText())}
	if o == DNSTempFail {
		f.Status = Enhanced{4, 4, 3}
	}
	return f
}

// NullMXFailure: the domain takes no mail (RFC 7505).
func NullMXFailure(domain string) Failure {
	return Failure{Status: Enhanced{5, 1, 0}, Text: "Domain " + domain + " does not accept mail (nullMX)"}
}

// LoopFailure: the best mail exchanger is this host, which does not think it is
// the end for the domain.
func LoopFailure(domain string) Failure {
	return Failure{Status: Enhanced{5, 4, 6}, Text: "mail for " + domain + " loops back to myself"}
}

// ReplyFailure: the server refused; command is what it answered to: "RCPT TO
// command", "end of DATA command".
func ReplyFailure(host string, ip netip.Addr, r Reply, command string) Failure {
	return Failure{Status: DeliveryStatus(r), RemoteMTA: host, Reply: r.String(),
		Text: fmt.Sprintf("host %s said: %s (in reply to %s)", Peer(host, ip), r, command)}
}

// GreetingFailure: the server refused the session as a whole.
func GreetingFailure(host string, ip netip.Addr, r Reply) Failure {
	return Failure{Status: DeliveryStatus(r), RemoteMTA: host, Reply: r.String(),
		Text: fmt.Sprintf("host %s refused to talk to me: %s", Peer(host, ip), r)}
}

// LostConnection: the server went away; phase is "receiving the initial server
// greeting", "performing the EHLO handshake", "sending RCPT TO", "sending end of
// data -- message may be sent more than once" ...
func LostConnection(host string, ip netip.Addr, phase string) Failure {
	return Failure{Status: Enhanced{4, 4, 2}, Text: fmt.Sprintf("lost connection with %s while %s", Peer(host, ip), phase)}
}

// TimedOut: the server stopped answering; phase as for LostConnection.
func TimedOut(host string, ip netip.Addr, phase string) Failure {
	return Failure{Status: Enhanced{4, 4, 2}, Text: fmt.Sprintf("conversation with %s timed out while %s", Peer(host, ip), phase)}
}

// TooLarge: the message exceeds what the server announced with SIZE.
func TooLarge(size, limit int64, host string, ip netip.Addr) Failure {
	return Failure{Status: Enhanced{5, 3, 4}, Text: fmt.Sprintf("message size %d exceeds size limit %d of server %s", size, limit, Peer(host, ip))}
}

// TransportUnavailable: no such service in master.cf, or its process dies.
func TransportUnavailable() Failure {
	return Failure{Status: Enhanced{4, 3, 0}, Text: "mail transport unavailable"}
}

// MaildirFailure: a file below a maildir could not be made; reason is strerror's.
// Missing space or quota is temporary.
func MaildirFailure(file, reason string) Failure {
	f := Failure{Status: Enhanced{5, 2, 0}, Text: fmt.Sprintf("maildir delivery failed: create maildir file %s: %s", file, reason)}
	return f.forReason(reason)
}

// MailboxFailure: an mbox file could not be opened or locked. detail is what was
// being done: "cannot open file: Permission denied".
func MailboxFailure(file, user, detail, reason string) Failure {
	f := Failure{Status: Enhanced{5, 2, 0}, Text: fmt.Sprintf("cannot update mailbox %s for user %s. %s", file, user, detail)}
	return f.forReason(reason)
}

func (f Failure) forReason(reason string) Failure {
	switch reason {
	case "No space left on device":
		f.Status = Enhanced{4, 3, 0}
	case "Disk quota exceeded", "File too large":
		f.Status = Enhanced{5, 2, 2}
	}
	return f
}
