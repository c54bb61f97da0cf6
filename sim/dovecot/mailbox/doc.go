// Package mailbox keeps a user's mails on the disk of a host the way Dovecot
// 2.3 does: maildir (Maildir++ folders, dovecot-uidlist, dovecot-keywords) and
// mbox (mbox(5), with the state in X-UID and Status headers). Everything is done
// with the user's credential, so a wrong owner or mode shows as the error that
// Dovecot logs.
//
// It leaves out Dovecot's index and cache files, locking (nothing runs between
// two steps of a world), the formats dbox and mdbox, shared and public
// namespaces, quotas other than the disk's, and mbox subfolders inside folders.
package mailbox
