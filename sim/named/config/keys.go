package config

import (
	"net/netip"
	"strings"
)

// Key is a TSIG key (RFC 8945).
type Key struct {
	Name      string // canonical
	Algorithm string // hmac-md5, hmac-sha1 ... hmac-sha512
	Bits      uint16 // of a truncated MAC, 0 for a whole one
	Secret    []byte
	Pos       Pos
}

func keysOf(n *node) []Key {
	var keys []Key
	for _, k := range n.get("key").list() {
		keys = append(keys, keyOf(k))
	}
	return keys
}

func keyOf(n *node) Key {
	a := parseTSIGAlgorithm(n.get("algorithm").str())
	secret, _ := decodeBase64(n.get("secret").str(), maxSecret)
	return Key{Name: keyName(n.block.name.str()), Algorithm: a.name, Bits: a.bits, Secret: secret, Pos: n.pos}
}

// ParseKeyFile reads a file with a single key statement: rndc.key, session.key.
func ParseKeyFile(disk Disk, name string) (Key, []Message) {
	tree, messages, _ := parseWith(disk, name, ParseOptions{}, keyFileMap)
	if tree == nil || tree.root.get("key") == nil {
		return Key{}, messages
	}
	return keyOf(tree.root.get("key")), messages
}

// Key finds a key by name in the view, which sees the server's keys too.
func (v *View) Key(name string) (Key, bool) {
	for _, k := range v.Keys {
		if k.Name == keyName(name) {
			return k, true
		}
	}
	return Key{}, false
}

// withoutSpace drops blanks and line ends, which may stand anywhere in encoded data.
func withoutSpace(s string) string {
	return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(s)
}

// Controls are the control channels of rndc.
type Controls struct {
	Default bool // no controls statement: 127.0.0.1 and ::1, port 953, the key of rndc.key
	Inet    []ControlInet
	Unix    []string
}

// ControlInet is one TCP address of a control or statistics channel.
type ControlInet struct {
	Addr     netip.AddrPort
	Allow    *ACL
	Keys     []string // canonical names; none: the key of rndc.key
	ReadOnly bool
	Pos      Pos
}

const controlPort = 953

func (b *builder) controls() Controls {
	statements := b.top.get("controls").list()
	c := Controls{Default: len(statements) == 0}
	for _, block := range statements {
		for _, inet := range block.get("inet").list() {
			c.Inet = append(c.Inet, b.controlInet(inet, controlPort))
		}
		for _, unix := range block.get("unix").list() {
			c.Unix = append(c.Unix, unix.field("path").str())
		}
	}
	return c
}

func (b *builder) controlInet(n *node, port uint16) ControlInet {
	a := n.field("address")
	if a.port != 0 {
		port = a.port
	}
	c := ControlInet{Addr: netip.AddrPortFrom(a.addr, port), Allow: anyACL("allow"), Pos: n.pos}
	if allow := n.field("allow"); allow != nil && allow.kind == nodeList {
		c.Allow = b.acls.list("allow", allow)
	}
	for _, k := range n.field("keys").list() {
		c.Keys = append(c.Keys, keyName(k.text))
	}
	if r := n.field("read-only"); r.isBool() {
		c.ReadOnly = r.flag
	}
	return c
}
