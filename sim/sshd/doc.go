// Package sshd models OpenSSH 9.2 as Debian 12 has it: the server sshd, and the
// commands ssh, scp, ssh-keygen and ssh-copy-id.
//
// Sessions run over the virtual network: whatever happens to the packets of the
// TCP connection happens to the session. The protocol is that of RFC 4253
// (transport), RFC 4252 (authentication) and RFC 4254 (connection), with one
// session channel per connection. Identification strings and key exchange are
// plain as in reality, and all messages have about their real sizes.
//
// What is not real is the secrecy. The keys of a connection are derived from
// what both ends say in clear, and the check sum of a packet is not verified:
// a capture looks like one of ssh, but protects nothing. Host keys and user
// keys are true Ed25519 keys, and their signatures are made and verified; there
// are no other kinds of keys.
//
// A line typed at a terminal travels as one packet, not as one per key. Beside
// the data, the server tells the client when the terminal waits for its user,
// in a message of the range for private use (RFC 4250 4.1.2): that is how the
// lab knows that a command is over.
//
// Left out: forwarding of ports, agents and X11, certificates, GSSAPI,
// keyboard-interactive, compression, rekeying, multiplexing, subsystems.
package sshd
