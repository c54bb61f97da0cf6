// Package mail models electronic mail as text: addresses and envelopes, SMTP
// commands and replies, messages and their trace headers, delivery status
// notifications, block list questions, mailbox file names.
//
// Sources: RFC 5321 (SMTP), RFC 5322 (message format), RFC 3461/3463/3464
// (delivery status), RFC 1870 (SIZE), RFC 6531 (SMTPUTF8), RFC 5782 (DNSBL).
// Where these leave a choice, the package speaks as Postfix 3.7 does: the same
// words, the same folding, the same order of header fields.
//
// It is pure: no clock (times are arguments), no network (DNS is a function the
// caller passes in), no files. It leaves out MIME beyond what a DSN needs, DKIM
// signing and DMARC.
package mail
