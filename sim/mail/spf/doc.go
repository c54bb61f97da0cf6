// Package spf decides whether a host may send mail for a domain: Sender Policy
// Framework, RFC 7208. Besides the result it returns every step: the term, the
// DNS questions it caused, what matched, and how the limits of 4.6.4 stand.
//
// DNS is a function the caller passes in. The package leaves out what the RFC
// leaves to the receiver: what to do with the result, and the best guess for
// domains without a record.
package spf
