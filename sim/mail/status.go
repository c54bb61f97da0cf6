package mail

import "strings"

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
