package dns

// Rules for host names (RFC 952, RFC 1123 section 2.1) as BIND's check-names
// applies them to owners of addresses and to names inside records.

func isBorder(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// isHostName reports whether all labels are letters, digits and inner hyphens.
// As an owner a leading "*" label is allowed.
func (n wireName) isHostName(wildcard bool) bool {
	if wildcard && n.isWildcard() {
		n = n.parent()
	}
	for ; !n.isRoot(); n = n.parent() {
		label, _ := n.firstLabel()
		for i := 0; i < len(label); i++ {
			inner := i > 0 && i < len(label)-1
			if !isBorder(label[i]) && !(inner && label[i] == '-') {
				return false
			}
		}
	}
	return true
}

// isMailbox reports whether n can be a mailbox in a SOA or RP record: any
// printable first label, then a host name.
func (n wireName) isMailbox() bool {
	if n.isRoot() {
		return true
	}
	label, rest := n.firstLabel()
	for i := 0; i < len(label); i++ {
		if label[i] <= ' ' || label[i] > '~' {
			return false
		}
	}
	return rest.isHostName(false)
}

// ownerAllowed is check-names for owner names (BIND ARM, "check-names"): owners
// of A, AAAA and MX are host names, with exceptions for Active Directory and
// for SPF's "exists" targets (RFC 7208 section 5.7).
func ownerAllowed(n wireName, rrtype uint16) bool {
	switch rrtype {
	case typeA:
		return n.isHostName(true) || isGlobalCatalog(n) || hasSPFLabel(n)
	case typeAAAA:
		return n.isHostName(true) || isGlobalCatalog(n)
	case typeMX, typeA6, typeWKS:
		return n.isHostName(true)
	}
	return true
}

func isGlobalCatalog(n wireName) bool {
	const prefix = "\x02gc\x06_msdcs"
	if len(n) <= len(prefix) || n[:len(prefix)].folded() != prefix {
		return false
	}
	return n[len(prefix):].isHostName(false)
}

func hasSPFLabel(n wireName) bool {
	for left := n.labels() - 2; left > 0; left-- {
		label, rest := n.folded().firstLabel()
		switch label {
		case "_spf", "_spf_verify", "_spf_rate":
			return true
		}
		n = rest
	}
	return false
}

// isServiceDiscovery reports names such as b._dns-sd._udp.<domain> (RFC 6763
// section 11), whose PTR records need not point to host names.
func (n wireName) isServiceDiscovery() bool {
	const suffix = "\x07_dns-sd\x04_udp"
	if n.labels() <= 3 {
		return false
	}
	label, rest := n.folded().firstLabel()
	switch label {
	case "b", "db", "r", "dr", "lb":
		return len(rest) > len(suffix) && rest[:len(suffix)] == suffix
	}
	return false
}

func (n wireName) isReverse() bool {
	return n.within("\x07in-addr\x04arpa\x00") || n.within("\x03ip6\x04arpa\x00") || n.within("\x03ip6\x03int\x00")
}
