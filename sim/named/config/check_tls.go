package config

import "strings"

// checkHTTP checks the http statements.
func (c *checker) checkHTTP() {
	seen := map[string]*node{}
	for _, h := range c.top.get("http").list() {
		name := h.block.name.str()
		fold := lowerString(name)
		if fold == "default" {
			c.fail(h, "'http' name cannot be '%s' (which is a built-in configuration)", name)
		} else if first := seen[fold]; first != nil {
			c.fail(h, "http '%s' is duplicated: also defined at %s", name, first.pos)
		} else {
			seen[fold] = h
		}
		endpoints := h.get("endpoints")
		for _, e := range endpoints.list() {
			if !isHTTPPath(e.text) {
				c.fail(endpoints, "endpoint '%s' is not a valid absolute HTTP path", e.text)
			}
		}
	}
}

// isHTTPPath reports whether s is an absolute path without an empty first segment (RFC 3986 3.3).
func isHTTPPath(s string) bool {
	if s == "" || s[0] != '/' || len(s) > 1 && s[1] == '/' {
		return false
	}
	for i := 1; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			i += 2
		case ch >= '0' && ch <= '9', ch >= 'a' && ch <= 'z', ch >= 'A' && ch <= 'Z':
		case ch == '-', ch == '.', ch == '_', ch == '~', ch == '!', ch == '$', ch == '&', ch == '\'', ch == '(', ch == ')',
			ch == '*', ch == '+', ch == ',', ch == ';', ch == '=', ch == ':', ch == '@', ch == '/':
		default:
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return isDigit(int(c)) || lower(c) >= 'a' && lower(c) <= 'f' }

// checkTLS checks the tls statements.
func (c *checker) checkTLS() {
	seen := map[string]*node{}
	for _, t := range c.top.get("tls").list() {
		name := t.block.name.str()
		fold := lowerString(name)
		if fold == "ephemeral" || fold == "none" {
			c.fail(t, "tls clause name '%s' is reserved for internal use", name)
		} else if first := seen[fold]; first != nil {
			c.fail(t, "tls clause '%s' is duplicated: also defined at %s", name, first.pos)
		} else {
			seen[fold] = t
		}
		if (t.get("key-file") == nil) != (t.get("cert-file") == nil) {
			c.fail(t, "tls '%s': 'cert-file' and 'key-file' must both be specified, or both omitted", name)
		}
		c.checkTLSProtocols(t, name)
		if n := t.get("ciphers"); n != nil && !isCipherList(n.text) {
			c.fail(n, "'ciphers' in the 'tls' clause '%s' is not a valid cipher list string", name)
		}
	}
}

func (c *checker) checkTLSProtocols(t *node, name string) {
	n := t.get("protocols")
	if n == nil {
		return
	}
	seen := map[string]bool{}
	for _, p := range n.list() {
		fold := lowerString(p.text)
		if fold != "tlsv1.2" && fold != "tlsv1.3" {
			c.fail(p, "'%s' is not a valid TLS protocol version", p.text)
			continue
		}
		if seen[fold] {
			c.failSoftly(p, "'%s' is specified more than once in '%s'", p.text, name)
		}
		seen[fold] = true
	}
	if len(seen) == 0 {
		c.fail(t, "tls '%s' does not contain any valid TLS protocol versions definitions", name)
	}
}

// isCipherList reports whether a list of ciphers in OpenSSL's notation selects any: one word that does is enough.
// Only the form of a word is looked at: names of suites and of groups of suites are in capitals or start with a k or a.
func isCipherList(s string) bool {
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ':' || r == ',' || r == ' ' || r == ';' }) {
		if word[0] == '!' || word[0] == '-' {
			continue
		}
		word = strings.TrimPrefix(word, "+")
		for _, known := range []string{"HIGH", "MEDIUM", "ALL", "DEFAULT", "COMPLEMENTOF", "AES", "ECDHE", "DHE", "EECDH", "EDH",
			"ECDH", "DH", "RSA", "PSK", "SRP", "CHACHA20", "CAMELLIA", "ARIA", "SHA", "TLSv1", "SSLv3", "kRSA", "kEECDH",
			"kECDHE", "kDHE", "kEDH", "aRSA", "aECDSA", "ECDSA", "eNULL", "NULL", "@", "SUITEB", "aNULL", "AECDH", "ADH", "kPSK", "aPSK", "RSA-PSK", "MD5"} {
			if strings.HasPrefix(word, known) {
				return true
			}
		}
	}
	return false
}
