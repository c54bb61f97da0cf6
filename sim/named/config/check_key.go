package config

import (
	"encoding/base64"
	"encoding/hex"
)

// maxSecret is the longest secret in bytes.
const maxSecret = 1024

// decodeBase64 reads base64 with blanks anywhere.
func decodeBase64(s string, limit int) ([]byte, error) {
	data, err := base64.StdEncoding.Strict().DecodeString(withoutSpace(s))
	switch {
	case len(data) > limit:
		return nil, errNoSpace
	case err != nil:
		return nil, errBadBase64
	}
	return data, nil
}

func decodeHex(s string, limit int) ([]byte, error) {
	data, err := hex.DecodeString(withoutSpace(s))
	switch {
	case len(data) > limit:
		return nil, errNoSpace
	case err != nil:
		return nil, errBadHex
	}
	return data, nil
}

// checkKeys checks key statements and adds their names to known. It stops at a key whose content is bad; then nothing
// more of the view is checked.
func (c *checker) checkKeys(keys []*node, known map[domainName]*node) (goOn bool) {
	bad := false
	for _, k := range keys {
		id := k.block.name.str()
		name, err := parseName(id)
		if err != nil {
			c.fail(k, "key '%s': bad key name", id)
			bad = true
			continue
		}
		if !c.checkKey(k, id) {
			return false
		}
		if first := known[name]; first != nil {
			c.fail(k, "key '%s': already exists previous definition: %s", id, first.pos)
			continue
		}
		known[name] = k
	}
	return !bad
}

func (c *checker) checkKey(k *node, id string) bool {
	algorithm, secret := k.get("algorithm"), k.get("secret")
	if algorithm == nil || secret == nil {
		c.fail(k, "key '%s' must have both 'secret' and 'algorithm' defined", id)
		return false
	}
	if _, err := decodeBase64(secret.text, maxSecret); err != nil {
		c.fail(secret, "bad secret '%s'", err)
		return false
	}
	a := parseTSIGAlgorithm(algorithm.text)
	switch {
	case a.name == "":
		c.fail(algorithm, "unknown algorithm '%s'", algorithm.text)
	case a.badBits:
		c.fail(algorithm, "key '%s': unable to parse digest-bits", id)
	case a.tooLarge:
		c.fail(algorithm, "key '%s' digest-bits too large [%d..%d]", id, a.digest/2, a.digest)
	case a.bits%8 != 0:
		c.fail(algorithm, "key '%s' digest-bits not multiple of 8", id)
	default:
		if a.hasBits && (a.bits < a.digest/2 || a.bits < 80) {
			c.note(algorithm, "key '%s' digest-bits too small [<%d]", id, a.digest/2)
		}
		return true
	}
	return false
}

// peerSources are the source addresses a server statement may set, by family.
var peerSources = []struct{ v4, v6 string }{
	{"transfer-source", "transfer-source-v6"}, {"notify-source", "notify-source-v6"},
	{"parental-source", "parental-source-v6"}, {"query-source", "query-source-v6"},
}

// checkServers checks the server statements of the view, otherwise of the top.
func (c *checker) checkServers(view *node, keys map[domainName]*node) {
	servers := scope{view, c.top}.get("server").list()
	seen := map[string][]*node{}
	for _, s := range servers {
		text := printNode(s.block.name)
		seen[text] = append(seen[text], s)
	}
	for _, s := range servers {
		c.checkPeerSources(s)
		text := printNode(s.block.name)
		seen[text] = seen[text][1:]
		for _, again := range seen[text] {
			c.fail(again, "server '%s': already exists previous definition: %s", text, s.pos)
			if len(c.messages) > maxMessages {
				return
			}
		}
		k := s.get("keys")
		if k == nil {
			continue
		}
		name, err := parseName(k.text)
		if err != nil {
			c.fail(k, "bad key name '%s'", k.text)
		} else if keys[name] == nil {
			c.fail(k, "unknown key '%s'", k.text)
		}
	}
}

// checkPeerSources complains about source addresses of the other family and about the DNS port as source port.
func (c *checker) checkPeerSources(s *node) {
	v4 := s.block.name.addr.Is4()
	for _, p := range peerSources {
		right, wrong := p.v4, p.v6
		if !v4 {
			right, wrong = wrong, right
		}
		if s.get(wrong) != nil {
			c.fail(s, "server '%s': %s not legal", printNode(s.block.name), wrong)
		}
		if n := s.get(right); n != nil && uint32(n.port) == c.port {
			c.fail(n, "'%s' cannot specify the DNS listener port (%d)", right, n.port)
		}
	}
}
