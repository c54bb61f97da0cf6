// Package postfix reads Postfix's configuration and decides as Postfix 3.7
// does: main.cf and master.cf, parameter defaults and their checks, postconf,
// lookup tables, aliases, address rewriting and classes, and the smtpd
// restriction lists.
//
// Sources: postconf(5), master(5), access(5), aliases(5), transport(5),
// virtual(5), canonical(5), cidr_table(5), regexp_table(5), pcre_table(5),
// SMTPD_ACCESS_README, ADDRESS_CLASS_README. Words and severities of messages
// are those of the real programs.
//
// It is pure over callbacks: files come through Files, DNS through
// mail.LookupFunc, user names through a function. Callbacks may block; they are
// called one after the other. It leaves out SQL, LDAP, memcache, TCP and
// socketmap tables, postscreen, milters and TLS certificates.
package postfix
