package mail

import "strings"

// StatusText explains an enhanced status code in the words of RFC 3463's
// registry. Unknown details fall back to the subject.
func StatusText(e Enhanced) string {
	if t, ok := statusDetail(e[1], e[2]); ok {
		return t
	}
	return statusSubject(e[1])
}

func statusSubject(subject int) string {
	names := []string{"Other or undefined status", "Addressing status", "Mailbox status", "Mail system status",
		"Network and routing status", "Mail delivery protocol status", "Message content or media status",
		"Security or policy status"}
	if subject < 0 || subject >= len(names) {
		return "Unknown status"
	}
	return names[subject]
}

// statusDetail holds X.subject.detail of RFC 3463 3 and of the later registry
// entries (RFC 7372, RFC 7505) the lab can show.
func statusDetail(subject, detail int) (string, bool) {
	table := map[[2]int]string{
		{1, 1}: "Bad destination mailbox address", {1, 2}: "Bad destination system address",
		{1, 3}: "Bad destination mailbox address syntax", {1, 4}: "Destination mailbox address ambiguous",
		{1, 5}: "Destination address valid", {1, 6}: "Destination mailbox has moved, No forwarding address",
		{1, 7}: "Bad sender's mailbox address syntax", {1, 8}: "Bad sender's system address",
		{1, 10}: "Recipient address has null MX",
		{2, 1}:  "Mailbox disabled, not accepting messages", {2, 2}: "Mailbox full",
		{2, 3}: "Message length exceeds administrative limit", {2, 4}: "Mailing list expansion problem",
		{3, 1}: "Mail system full", {3, 2}: "System not accepting network messages",
		{3, 3}: "System not capable of selected features", {3, 4}: "Message too big for system",
		{3, 5}: "System incorrectly configured",
		{4, 1}: "No answer from host", {4, 2}: "Bad connection", {4, 3}: "Directory server failure",
		{4, 4}: "Unable to route", {4, 5}: "Mail system congestion", {4, 6}: "Routing loop detected",
		{4, 7}: "Delivery time expired",
		{5, 1}: "Invalid command", {5, 2}: "Syntax error", {5, 3}: "Too many recipients",
		{5, 4}: "Invalid command arguments", {5, 5}: "Wrong protocol version",
		{6, 1}: "Media not supported", {6, 2}: "Conversion required and prohibited",
		{6, 3}: "Conversion required but not supported", {6, 4}: "Conversion with loss performed",
		{6, 5}: "Conversion failed", {6, 7}: "Non-ASCII addresses not permitted for that sender/recipient",
		{7, 0}: "Other or undefined security status", {7, 1}: "Delivery not authorized, message refused",
		{7, 2}: "Mailing list expansion prohibited", {7, 8}: "Authentication credentials invalid",
		{7, 23}: "SPF validation failed", {7, 24}: "SPF validation error",
		{7, 25}: "Reverse DNS validation failed", {7, 27}: "Sender address has null MX",
	}
	t, ok := table[[2]int{subject, detail}]
	return t, ok
}

// DeliveryStatus picks the enhanced code a client logs for a reply: the one in
// the reply when it fits the reply's class, else X.0.0.
func DeliveryStatus(r Reply) Enhanced {
	if r.Enhanced[0] == r.Class() {
		return r.Enhanced
	}
	return Enhanced{r.Class(), 0, 0}
}

// SplitStatus cuts an enhanced status code off the front of a text from a table
// or a policy server; def is used when there is none or its class is not def's.
func SplitStatus(def Enhanced, text string) (Enhanced, string) {
	text = strings.TrimLeft(text, " \t")
	if e, rest, ok := ParseEnhanced(text); ok {
		return e, rest
	}
	return def, text
}
