// Package dovecot is the POP3 and IMAP server of a host: Dovecot 2.3 as an
// operator sees it, with dovecot.conf, doveconf and doveadm, its log lines, its
// authentication (also for Postfix, through a UNIX socket) and its mailboxes on
// the host's disk.
//
// As in Dovecot, a connection is first served by a login process (pop3-login,
// imap-login), which knows nothing but how to log in, and then by a mail process
// (pop3, imap) with the user's credential. POP3 follows RFC 1939, 2449, 1734 and
// 5034, IMAP RFC 3501; the grammar of IMAP is that of go-imap's server, whose
// replies are reworded to Dovecot's.
//
// TLS is that of crypto/tls with the certificate of ssl_cert and ssl_key; client
// certificates, SNI and cipher lists are left out. Left out too are LMTP,
// submission, Sieve, plugins, the authentication mechanisms other than PLAIN and
// LOGIN, dict and SQL databases, and of IMAP SORT, THREAD, CONDSTORE, QRESYNC,
// NOTIFY, CATENATE, BINARY and the previews, which are not announced.
package dovecot
