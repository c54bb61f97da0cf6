package named

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"slices"

	"mxlab/sim/named/config"
	"mxlab/sim/vnet"
)

// A message of the control channel is a table of names and values, each a string
// or a table, behind its length and a version (BIND's lib/isccc). The first entry,
// _auth, holds a signature over the rest.
type controlTable []controlEntry

type controlEntry struct {
	name  string
	value string
	table controlTable // instead of value
}

// get returns the string under a path of names, "" if there is none.
func (t controlTable) get(path ...string) string {
	i := slices.IndexFunc(t, func(e controlEntry) bool { return e.name == path[0] })
	switch {
	case i < 0:
		return ""
	case len(path) == 1:
		return t[i].value
	}
	return t[i].table.get(path[1:]...)
}

const (
	controlVersion    = 1
	maxControlMessage = 1 << 20
	controlString     = 1
	controlTableType  = 2
	maxControlDepth   = 8
)

var (
	errControl = errors.New("unexpected end of input")
	errBadAuth = errors.New("bad auth")
)

func (t controlTable) append(b []byte) []byte {
	for _, e := range t {
		b = append(append(b, byte(len(e.name))), e.name...)
		if e.table == nil {
			b = append(b, controlString)
			b = binary.BigEndian.AppendUint32(b, uint32(len(e.value)))
			b = append(b, e.value...)
			continue
		}
		inner := e.table.append(nil)
		b = append(b, controlTableType)
		b = binary.BigEndian.AppendUint32(b, uint32(len(inner)))
		b = append(b, inner...)
	}
	return b
}

func parseControl(b []byte, depth int) (t controlTable, err error) {
	for len(b) > 0 {
		n := int(b[0])
		if len(b) < 1+n+5 || depth == 0 {
			return nil, errControl
		}
		e := controlEntry{name: string(b[1 : 1+n])}
		kind, size := b[1+n], binary.BigEndian.Uint32(b[2+n:])
		b = b[6+n:]
		if uint64(size) > uint64(len(b)) {
			return nil, errControl
		}
		if kind == controlTableType {
			if e.table, err = parseControl(b[:size], depth-1); err != nil {
				return nil, err
			}
		} else {
			e.value = string(b[:size])
		}
		t, b = append(t, e), b[size:]
	}
	return t, nil
}

// encodeControl makes a signed message.
func encodeControl(t controlTable, k config.Key) []byte {
	body := t.append(nil)
	auth := controlTable{{name: "_auth", table: controlTable{{name: "hmac", value: controlSignature(body, k)}}}}
	all := append(auth.append(nil), body...)
	b := binary.BigEndian.AppendUint32(nil, uint32(4+len(all)))
	b = binary.BigEndian.AppendUint32(b, controlVersion)
	return append(b, all...)
}

// decodeControl checks the signature and reads a message without its length.
func decodeControl(b []byte, k config.Key) (controlTable, error) {
	if len(b) < 4 || binary.BigEndian.Uint32(b) != controlVersion {
		return nil, errControl
	}
	t, err := parseControl(b[4:], maxControlDepth)
	if err != nil {
		return nil, err
	}
	if len(t) == 0 || t[0].name != "_auth" || t.get("_auth", "hmac") != controlSignature(t[1:].append(nil), k) {
		return nil, errBadAuth
	}
	return t[1:], nil
}

func controlSignature(body []byte, k config.Key) string {
	h := hmac.New(hashOf(k.Algorithm), k.Secret)
	h.Write(body)
	return k.Algorithm + " " + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func hashOf(algorithm string) func() hash.Hash {
	switch algorithm {
	case "hmac-md5":
		return md5.New
	case "hmac-sha1":
		return sha1.New
	case "hmac-sha224":
		return sha256.New224
	case "hmac-sha384":
		return sha512.New384
	case "hmac-sha512":
		return sha512.New
	}
	return sha256.New
}

// readControl reads one message from a connection, waiting for it.
func readControl(conn *vnet.Conn) ([]byte, error) {
	var head [4]byte
	if err := readFull(conn, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxControlMessage {
		return nil, errControl
	}
	b := make([]byte, n)
	return b, readFull(conn, b)
}
