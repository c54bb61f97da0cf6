package dns

import (
	"cmp"
	"crypto/sha1"
	"encoding/base32"
	"encoding/hex"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"
)

// hashChain are the NSEC3 records of a zone in the order of their hashes (RFC 5155).
type hashChain struct {
	salt       []byte
	iterations uint16
	nodes      []*node // by name, which begins with the hash
}

// maxHashIterations is what BIND still follows; a zone with more has no denials.
const maxHashIterations = 150

// hashChain collects the zone's NSEC3 records, nil without any.
func (z *Zone) hashChain() *hashChain {
	if z.apex == nil {
		return nil
	}
	set := z.apex.set(mdns.TypeNSEC3PARAM)
	if set == nil {
		return nil
	}
	p := set.RRs[0].(*mdns.NSEC3PARAM)
	salt, err := hex.DecodeString(p.Salt)
	if err != nil || p.Hash != mdns.SHA1 || p.Iterations > maxHashIterations {
		return nil
	}
	c := &hashChain{salt: salt, iterations: p.Iterations}
	for _, n := range z.order {
		if n.set(mdns.TypeNSEC3) != nil {
			c.nodes = append(c.nodes, n)
		}
	}
	slices.SortFunc(c.nodes, func(a, b *node) int { return cmp.Compare(lowerName(a.name), lowerName(b.name)) })
	return c
}

// hash is the first label of the NSEC3 record of a canonical name (RFC 5155 5).
func (c *hashChain) hash(name string) string {
	wire, res := parseWireName(nil, []byte(name), rootName)
	if res != resultOK {
		return ""
	}
	sum := sha1.Sum(append(wire, c.salt...))
	for range c.iterations {
		sum = sha1.Sum(append(sum[:], c.salt...))
	}
	return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:]))
}

// find is the node whose record has the hash of a name, or else the one whose span
// holds it.
func (c *hashChain) find(name string) (match, cover *node) {
	if len(c.nodes) == 0 {
		return nil, nil
	}
	hash := c.hash(name)
	i, found := slices.BinarySearchFunc(c.nodes, hash, func(n *node, hash string) int { return cmp.Compare(lowerName(n.name)[:len(hash)], hash) })
	if found {
		return c.nodes[i], nil
	}
	return nil, c.nodes[(i+len(c.nodes)-1)%len(c.nodes)] // the last one's span goes around
}

// addHashedDenials adds the NSEC3 records that prove what is not there.
func (a *Answer) addHashedDenials() {
	c := a.Zone.chain
	last := a.Why[len(a.Why)-1]
	name := lowerName(last.Name)
	match, _ := c.find(name)
	switch {
	case a.Outcome == Delegation: // RFC 5155 7.2.7
		if cut := lowerName(last.At); a.Zone.nodes[cut].set(typeDS) == nil {
			a.addHashedNoData(cut)
		}
	case a.Outcome == NameError: // 7.2.2
		encloser := a.addEncloserProof(name, lowerName(last.At))
		_, cover := c.find("*." + strings.TrimPrefix(encloser, "."))
		a.addHashed(cover)
	case a.Outcome == NoData && last.Decision == Wildcard: // 7.2.5
		encloser := a.addEncloserProof(name, strings.TrimPrefix(lowerName(last.At), "*."))
		wild, _ := c.find("*." + strings.TrimPrefix(encloser, "."))
		a.addHashed(wild)
	case a.Outcome == NoData && match != nil: // 7.2.3
		a.addHashed(match)
	case a.Outcome == NoData: // 7.2.4
		a.addEncloserProof(name, name)
	}
	for _, step := range a.wildcardAnswers() { // 7.2.6
		_, cover := c.find(nextCloser(lowerName(step.Name), strings.TrimPrefix(lowerName(step.At), "*.")))
		a.addHashed(cover)
	}
}

// addHashedNoData proves that a name has no record of a type: by its own NSEC3, or,
// in a span that opts out, by that of the closest provable encloser.
func (a *Answer) addHashedNoData(name string) {
	if match, _ := a.Zone.chain.find(name); match != nil {
		a.addHashed(match)
		return
	}
	a.addEncloserProof(name, name)
}

// addEncloserProof adds the proof of the closest encloser (RFC 5155 7.2.1) that has
// an NSEC3 record, beginning at a name that exists, and returns that encloser.
func (a *Answer) addEncloserProof(name, from string) string {
	for up := from; ; up = parentName(up) {
		match, _ := a.Zone.chain.find(up)
		if match != nil {
			a.addHashed(match)
			if next := nextCloser(name, up); next != "" {
				_, cover := a.Zone.chain.find(next)
				a.addHashed(cover)
			}
			return up
		}
		if len(up) <= len(a.Zone.origin) {
			return up
		}
	}
}

// nextCloser is the name one label longer than the encloser on the way to name.
func nextCloser(name, encloser string) string {
	for name != encloser && len(name) > len(encloser) {
		up := parentName(name)
		if up == encloser {
			return name
		}
		name = up
	}
	return ""
}

// addHashed adds a node's NSEC3 record, once.
func (a *Answer) addHashed(n *node) {
	if n == nil {
		return
	}
	set := n.set(mdns.TypeNSEC3)
	for _, rr := range a.Authority {
		if rr == set.RRs[0] {
			return
		}
	}
	a.Authority = append(a.Authority, set.RRs...)
}

// hashed reports whether a node holds nothing but an NSEC3 record and its
// signature: such a name exists for denials only (RFC 5155 7.2.8).
func (n *node) hashed() bool {
	for i := range n.sets {
		if t := n.sets[i].Type; t != mdns.TypeNSEC3 && t != typeRRSIG {
			return false
		}
	}
	return len(n.sets) > 0
}
