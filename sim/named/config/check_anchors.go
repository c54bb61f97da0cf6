package config

import (
	"crypto/sha256"
	"encoding/hex"
)

// anchorFlags gather what trust anchors the root zone has.
type anchorFlags uint8

const (
	anchorStatic anchorFlags = 1 << iota
	anchorInitial
	anchor2010
	anchor2017
)

// The root's key signing keys and DS records (IANA root anchors), by SHA-256 of the public key's bytes.
const (
	rootKey2010 = "067eb224a294bd0f6165ac74d1fbdee9cf361d058836481e9786e4fc9b86b7a7"
	rootKey2017 = "d6b602bc8f107abe8e9b68c2d0afbfe1ca655767063b1d20c31a6398f3521d2e"
	rootDS1     = "ae1ea5b974d4c858b740bd03e3ced7ebfcbd1724"
	rootDS2     = "e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d"
)

// checkAnchors checks trusted-keys, trust-anchors and managed-keys of view and server.
func (v *viewCheck) checkAnchors() {
	var trusted anchorFlags
	for _, statements := range []*node{v.view.get("trusted-keys"), v.top.get("trusted-keys")} {
		flags := v.checkAnchorLists(statements, false)
		if flags&anchorStatic != 0 {
			v.note(statements, "trusted-keys entry for the root zone WILL FAIL after key rollover - use trust-anchors with initial-key or initial-ds instead.")
		}
		trusted |= flags
	}
	inView, global := v.view.get("trust-anchors"), v.top.get("trust-anchors")
	viewManaged, globalManaged := v.view.get("managed-keys"), v.top.get("managed-keys")
	if (viewManaged != nil || globalManaged != nil) && (inView != nil || global != nil) {
		v.fail(firstNode(viewManaged, globalManaged), "use of managed-keys is not allowed when trust-anchors is also in use")
	}
	if inView == nil && global == nil {
		inView, global = viewManaged, globalManaged
	}
	var flags anchorFlags
	for _, statements := range []*node{inView, global} {
		f := v.checkAnchorLists(statements, true)
		if f&anchorStatic != 0 {
			v.note(statements, "static entry for the root zone WILL FAIL after key rollover - use trust-anchors with initial-key or initial-ds instead.")
		}
		if f&anchor2010 != 0 && f&anchor2017 == 0 {
			v.note(statements, "initial-key entry for the root zone uses the 2010 key without the updated 2017 key")
		}
		flags |= f
	}
	const root = anchorStatic | anchorInitial
	if trusted&root != 0 && flags&root != 0 {
		v.note(firstNode(inView, global), "both trusted-keys and trust-anchors for the root zone are present")
	}
	if flags&root == root {
		v.note(firstNode(inView, global), "both initial and static entries for the root zone are present")
	}
	v.checkAnchorConflicts(inView, global)
}

func firstNode(nodes ...*node) *node {
	for _, n := range nodes {
		if n != nil {
			return n
		}
	}
	return nil
}

// checkAnchorLists checks the statements of one kind; managed ones say how an anchor starts.
func (v *viewCheck) checkAnchorLists(statements *node, managed bool) anchorFlags {
	var flags anchorFlags
	for _, list := range statements.list() {
		for _, a := range list.list() {
			v.checkAnchor(a, managed, &flags)
		}
	}
	return flags
}

// checkAnchor checks one anchor: a DNSKEY (flags, protocol, algorithm, key) or a DS (tag, algorithm, digest type, digest).
func (v *viewCheck) checkAnchor(a *node, managed bool, flags *anchorFlags) {
	how := "trusted-key"
	if managed {
		how = lowerString(a.field("anchortype").str())
	}
	numbers := [3]uint64{a.field("rdata1").num, a.field("rdata2").num, a.field("rdata3").num}
	data := a.field("data").str()
	name, err := parseName(a.field("name").str())
	refused := v.failing(func() {
		if err != nil {
			v.failSoftly(a, "bad key name: %s\n", err)
		}
		if how == "initial-ds" || how == "static-ds" {
			v.checkAnchorDS(a, numbers, data)
		} else {
			v.checkAnchorKey(a, numbers, data, how)
		}
	})
	if refused || name != "." {
		return
	}
	if how == "initial-key" || how == "initial-ds" {
		*flags |= anchorInitial
	} else {
		*flags |= anchorStatic
	}
	*flags |= knownRoot(how, numbers, data)
}

func (v *viewCheck) checkAnchorKey(a *node, numbers [3]uint64, data, how string) {
	if numbers[0] > 0xffff {
		v.fail(a, "flags too big: %d", numbers[0])
	}
	if numbers[0]&0x80 != 0 {
		v.note(a, "key flags revoke bit set")
	}
	if numbers[1] > 0xff {
		v.fail(a, "protocol too big: %d", numbers[1])
	}
	if numbers[2] > 0xff {
		v.fail(a, "algorithm too big: %d\n", numbers[2])
	}
	key, err := decodeBase64(data, 4096)
	if err != nil {
		v.fail(a, "%s", err)
	} else if numbers[2] == 5 && len(key) > 1 && key[0] == 1 && key[1] == 3 {
		v.note(a, "%s '%s' has a weak exponent", how, a.field("name").str())
	}
}

func (v *viewCheck) checkAnchorDS(a *node, numbers [3]uint64, data string) {
	if numbers[0] > 0xffff {
		v.fail(a, "key tag too big: %d", numbers[0])
	}
	if numbers[1] > 0xff {
		v.fail(a, "algorithm too big: %d\n", numbers[1])
	}
	if numbers[2] > 0xff {
		v.fail(a, "digest type too big: %d", numbers[2])
	}
	if _, err := decodeHex(data, 4096); err != nil {
		v.fail(a, "%s", err)
	}
}

// knownRoot tells which published anchor of the root this is.
func knownRoot(how string, numbers [3]uint64, data string) anchorFlags {
	if how == "initial-ds" || how == "static-ds" {
		digest, _ := decodeHex(data, 4096)
		text := hex.EncodeToString(digest)
		if numbers == [3]uint64{20326, 8, 1} && text == rootDS1 || numbers == [3]uint64{20326, 8, 2} && text == rootDS2 {
			return anchor2017
		}
		return 0
	}
	key, _ := decodeBase64(data, 4096)
	sum := sha256.Sum256(key)
	switch text := hex.EncodeToString(sum[:]); {
	case numbers != [3]uint64{257, 3, 8}:
	case text == rootKey2010:
		return anchor2010
	case text == rootKey2017:
		return anchor2017
	}
	return 0
}

// checkAnchorConflicts checks that no name has a fixed and an initial anchor, and the root no fixed one beside
// dnssec-validation auto.
func (v *viewCheck) checkAnchorConflicts(inView, global *node) {
	n := v.scope().get("dnssec-validation")
	auto := n != nil && !n.isBool()
	static := map[domainName]*node{}
	for _, statements := range []*node{global, inView, v.top.get("trusted-keys"), v.view.get("trusted-keys")} {
		for _, list := range statements.list() {
			for _, a := range list.list() {
				name, err := parseName(a.field("name").str())
				if err != nil || isInitial(a) {
					continue
				}
				if static[name] == nil {
					static[name] = a
				}
				if auto && name == "." {
					v.fail(a, "static trust anchor for root zone cannot be used with 'dnssec-validation auto'.")
				}
			}
		}
	}
	for _, statements := range []*node{global, inView} {
		for _, list := range statements.list() {
			for _, a := range list.list() {
				name, err := parseName(a.field("name").str())
				if err == nil && isInitial(a) && static[name] != nil {
					v.fail(a, "static and initializing keys cannot be used for the same domain. static key defined at %s", static[name].pos)
				}
			}
		}
	}
}

func isInitial(a *node) bool {
	return isWord(a.field("anchortype").str(), []string{"initial-key", "initial-ds"})
}
