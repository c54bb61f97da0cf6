package sshd

import (
	"crypto/ed25519"
	"crypto/sha256"
	"math/rand/v2"
	"strings"
)

// What OpenSSH 9.2 calls itself (RFC 4253 4.2) and offers (7.1).
const (
	identification = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7"
	version        = "OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17 1 Jul 2025"
	kexMethods     = "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256"
	cipherNames    = "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com"
	macNames       = "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1"
)

// Sizes of the two halves of sntrup761x25519-sha512.
const (
	clientHalf = 1158 + 32
	serverHalf = 1039 + 32
)

// randomBytes draws n bytes from a generator of the world.
func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// kexInit is the offer of one end (RFC 4253 7.1).
func kexInit(r *rand.Rand) []byte {
	b := append(message(msgKexInit), randomBytes(r, 16)...)
	for _, list := range []string{kexMethods, keyType, cipherNames, cipherNames, macNames, macNames,
		"none,zlib@openssh.com", "none,zlib@openssh.com", "", ""} {
		b = b.text(list)
	}
	return b.flag(false).number(0)
}

// exchange collects what both ends say until there are keys.
type exchange struct {
	clientID, serverID     string
	clientInit, serverInit []byte
	clientPart, serverPart string
	hostKey                ed25519.PublicKey
}

// hash is the exchange hash (RFC 4253 8), which also is the session identifier.
func (x *exchange) hash() []byte {
	b := builder{}.text(x.clientID).text(x.serverID).text(string(x.clientInit)).text(string(x.serverInit))
	sum := sha256.Sum256(b.text(string(keyBlob(x.hostKey))).text(x.clientPart).text(x.serverPart))
	return sum[:]
}

// masks returns those of the two directions (compare RFC 4253 7.2).
func (x *exchange) masks() (toServer, toClient *mask) {
	h := string(x.hash())
	return newMask([]byte(h + "C")), newMask([]byte(h + "D"))
}

// software returns the software version of an identification string.
func software(id string) string {
	return strings.TrimPrefix(strings.TrimPrefix(id, "SSH-2.0-"), "SSH-1.99-")
}
