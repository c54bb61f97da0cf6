// Package pki makes, reads and describes X.509 certificates and keys as a mail
// host keeps them: PEM files (RFC 7468) on its disk, the self-signed one of
// Debian's ssl-cert among them.
//
// Keys made here are Ed25519 (RFC 8410) and follow from a name, so that a network
// is the same every time; they protect nothing. Certificates brought in may have
// any key that Go's crypto/tls knows. It leaves out requests, revocation and
// encrypted keys.
package pki
