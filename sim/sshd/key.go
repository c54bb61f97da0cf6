package sshd

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"strings"
)

// keyType is the only kind of key there is (RFC 8709).
const keyType = "ssh-ed25519"

// magic begins a private key file (PROTOCOL.key of OpenSSH).
const magic = "openssh-key-v1\x00"

// pemType is the type of its armour.
const pemType = "OPENSSH PRIVATE KEY"

var errKeyFormat = errors.New("invalid format")

// Key is a private key with its comment.
type Key struct {
	Private ed25519.PrivateKey
	Comment string
}

// DeriveKey makes a key from a secret, always the same from the same.
func DeriveKey(secret, comment string) Key {
	seed := sha256.Sum256([]byte(secret))
	return Key{ed25519.NewKeyFromSeed(seed[:]), comment}
}

// HostKey returns the key a server of a name is installed with.
func HostKey(hostname string) Key {
	short, _, _ := strings.Cut(hostname, ".")
	return DeriveKey("host key of "+hostname, "root@"+short)
}

// Public returns the public half.
func (k Key) Public() ed25519.PublicKey { return k.Private.Public().(ed25519.PublicKey) }

// PublicLine returns the line of a .pub file, without its line end.
func (k Key) PublicLine() string { return publicLine(k.Public(), k.Comment) }

func publicLine(pub ed25519.PublicKey, comment string) string {
	return strings.TrimRight(keyType+" "+base64.StdEncoding.EncodeToString(keyBlob(pub))+" "+comment, " ")
}

// keyBlob is a public key on the wire (RFC 8709 4).
func keyBlob(pub ed25519.PublicKey) []byte { return builder{}.text(keyType).text(string(pub)) }

// parseBlob reads a public key from the wire.
func parseBlob(b string) (ed25519.PublicKey, error) {
	f := &fields{rest: []byte(b)}
	kind, pub := f.text(), f.text()
	if f.err != nil || kind != keyType || len(pub) != ed25519.PublicKeySize {
		return nil, errKeyFormat
	}
	return ed25519.PublicKey(pub), nil
}

// ParsePublic reads "ssh-ed25519 BASE64 comment".
func ParsePublic(line string) (pub ed25519.PublicKey, comment string, err error) {
	kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	text, comment, _ := strings.Cut(strings.TrimSpace(rest), " ")
	blob, err := base64.StdEncoding.DecodeString(text)
	if err != nil || kind != keyType {
		return nil, "", errKeyFormat
	}
	pub, err = parseBlob(string(blob))
	return pub, comment, err
}

// Fingerprint returns "SHA256:..." of a public key.
func Fingerprint(pub ed25519.PublicKey) string {
	sum := sha256.Sum256(keyBlob(pub))
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// File returns the private key file, not encrypted.
func (k Key) File() []byte {
	pub := string(k.Public())
	check := binary.BigEndian.Uint32(k.Private[:4])
	secret := builder{}.number(check).number(check).text(keyType).text(pub).text(string(k.Private)).text(k.Comment)
	for i := byte(1); len(secret)%blockSize != 0; i++ {
		secret = append(secret, i)
	}
	b := builder(magic).text("none").text("none").text("").number(1).text(string(keyBlob(k.Public()))).text(string(secret))
	text := base64.StdEncoding.EncodeToString(b)
	var out strings.Builder
	out.WriteString("-----BEGIN " + pemType + "-----\n")
	for len(text) > 70 {
		out.WriteString(text[:70] + "\n")
		text = text[70:]
	}
	out.WriteString(text + "\n-----END " + pemType + "-----\n")
	return []byte(out.String())
}

// ParseKey reads a private key file.
func ParseKey(data []byte) (Key, error) {
	block, _ := pem.Decode(data)
	if block == nil || block.Type != pemType {
		return Key{}, errKeyFormat
	}
	body, ok := strings.CutPrefix(string(block.Bytes), magic)
	if !ok {
		return Key{}, errKeyFormat
	}
	f := &fields{rest: []byte(body)}
	cipher, _, _, count := f.text(), f.text(), f.text(), f.number()
	f.text()
	secret := &fields{rest: []byte(f.text())}
	a, b, kind := secret.number(), secret.number(), secret.text()
	secret.text()
	private, comment := secret.text(), secret.text()
	if f.err != nil || secret.err != nil || cipher != "none" || count != 1 || a != b || kind != keyType || len(private) != ed25519.PrivateKeySize {
		return Key{}, errKeyFormat
	}
	return Key{ed25519.PrivateKey(private), comment}, nil
}
