package dns

import "bytes"

// checkChildKeys is BIND's consistency check of CDS and CDNSKEY (RFC 7344
// section 5): they need DNSKEY records at the same name.
func (c *checker) checkChildKeys(top *dbNode) bool {
	cds, cdnskey := top.set(typeCDS), top.set(typeCDNSK)
	if cds == nil && cdnskey == nil {
		return true
	}
	dnskey := top.set(typeDNSKEY)
	ok := dnskey != nil || deletesKeys(cds, cdnskey)
	if !ok {
		c.say(Error, "CDS/CDNSKEY consistency checks failed")
	}
	return ok
}

// deletesKeys reports that all records ask the parent to drop its DS (RFC 8078
// section 4).
func deletesKeys(cds, cdnskey *rrsetData) bool {
	if cds != nil && (len(cds.data) != 1 || !bytes.Equal(cds.data[0].wire, []byte{0, 0, 0, 0, 0})) {
		return false
	}
	return cdnskey == nil || len(cdnskey.data) == 1 && bytes.Equal(cdnskey.data[0].wire, []byte{0, 0, 3, 0, 0})
}

// checkKeys warns of outdated algorithms in DNSKEY records (RFC 8624 section 3.1).
func (c *checker) checkKeys(top *dbNode) {
	keys := top.set(typeDNSKEY)
	if keys == nil {
		return
	}
	names := map[byte]string{1: "RSAMD5", 3: "DSA", 5: "RSASHA1", 6: "NSEC3DSA", 7: "NSEC3RSASHA1", 12: "ECCGOST"}
	seen, all := map[byte]bool{}, true
	for _, rd := range keys.data {
		a := rd.wire[3]
		name, outdated := names[a]
		if !outdated {
			all = false
		} else if !seen[a] {
			seen[a] = true
			c.say(Warning, "deprecated DNSKEY algorithm found: %d (%s)\n", a, name)
		}
	}
	if all {
		c.say(Warning, "all DNSKEY algorithms found are deprecated")
	}
}
