package postfix

import "strings"

// Rewrite brings an address (internal form) to standard form as trivial-rewrite
// does: source route dropped, site!user and user%domain turned round, missing
// domain and missing .mydomain added, final dot dropped. local chooses the
// context: addresses from local clients get $myorigin and $mydomain, others
// get remote_header_rewrite_domain, or nothing when that is empty.
func (r *Router) Rewrite(addr string, local bool) string {
	if addr == "" {
		return addr
	}
	if addr == "@" {
		return ""
	}
	if strings.HasPrefix(addr, "@") {
		if i := strings.IndexByte(addr, ':'); i >= 0 && i < len(addr)-1 {
			addr = addr[i+1:]
		}
	}
	origin, domain := r.origin(), r.cfg.Str("mydomain")
	if !local {
		origin = r.cfg.Str("remote_header_rewrite_domain")
		domain = origin
	}
	if !strings.Contains(addr, "@") {
		addr = r.addDomain(addr, origin)
	}
	if i := strings.LastIndexByte(addr, '@'); i >= 0 && i < len(addr)-1 && domain != "" && r.cfg.Bool("append_dot_mydomain") {
		if d := addr[i+1:]; !strings.HasPrefix(d, "[") && !strings.Contains(d, ".") {
			addr += "." + domain
		}
	}
	return dropFinalDot(addr)
}

func (r *Router) addDomain(addr, origin string) string {
	if i := strings.IndexByte(addr, '!'); i >= 0 && r.cfg.Bool("swap_bangpath") {
		return addr[i+1:] + "@" + addr[:i]
	}
	if i := strings.LastIndexByte(addr, '%'); i >= 0 && r.cfg.Bool("allow_percent_hack") {
		return addr[:i] + "@" + addr[i+1:]
	}
	if origin != "" && r.cfg.Bool("append_at_myorigin") {
		return addr + "@" + origin
	}
	return addr
}

// dropFinalDot removes one dot at the end, but not from ".." or "@.".
func dropFinalDot(s string) string {
	if len(s) > 1 && s[len(s)-1] == '.' && s[len(s)-2] != '.' && s[len(s)-2] != '@' {
		return s[:len(s)-1]
	}
	return s
}
