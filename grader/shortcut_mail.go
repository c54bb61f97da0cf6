package grader

import (
	"net/netip"
	"slices"
	"strings"

	"mxlab/sim"
	"mxlab/sim/host"
)

const mainCf = "/etc/postfix/main.cf"

// setting returns the words of a main.cf parameter as Postfix itself reads it.
func (p *probe) setting(h *host.Host, name string) []string {
	if h.Unit("postfix") == nil {
		return nil
	}
	out, _, status, err := p.w.Run(p.t, h.Name, []string{"postconf", "-h", name})
	if err != nil || status != 0 {
		return nil
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
}

// wideTrust finds networks in mynetworks that nobody should trust, or, if it is
// said who may be trusted, any other.
func (p *probe) wideTrust(h *host.Host, trusted []string) (list []shortcut) {
	for _, word := range p.networks(h, trusted) {
		bare := strings.NewReplacer("[", "", "]", "").Replace(word)
		pre, err := netip.ParsePrefix(bare)
		if a, e := netip.ParseAddr(bare); e == nil {
			pre, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		at := shortcut{"wide-mynetworks", sim.Text{}, h.Name, mainCf, lineOf(h, mainCf, "mynetworks"), "mynetworks: " + word}
		switch {
		case err != nil:
		case tooWide(pre):
			at.why = textf("mynetworks trusts far too much of the Internet: %s", "mynetworks가 인터넷의 너무 넓은 대역을 신뢰합니다: %s", word)
			list = append(list, at)
		case len(trusted) > 0 && !pre.Addr().IsLoopback() && !slices.ContainsFunc(trusted, func(t string) bool { return within(pre, t) }):
			at.why = textf("mynetworks trusts addresses of strangers: %s", "mynetworks가 다른 사람의 주소까지 신뢰합니다: %s", word)
			list = append(list, at)
		}
	}
	return list
}

// networks returns the networks of mynetworks as Postfix understands them: a
// file's name stands for what is in it, and of a table, which has no end, only
// the addresses beside those trusted are asked for.
func (p *probe) networks(h *host.Host, trusted []string) (list []string) {
	for _, word := range p.tables(h, "mynetworks") {
		switch {
		case strings.HasPrefix(word, "/"):
			lines(h, word, func(_ int, l string) { list = append(list, strings.Fields(l)...) })
		case strings.Contains(word, ":/"):
			for _, a := range beside(trusted) {
				if _, _, status, err := p.w.Run(p.t, h.Name, []string{"postmap", "-q", a.String(), word}); err == nil && status == 0 {
					list = append(list, a.String())
				}
			}
		default:
			list = append(list, word)
		}
	}
	return list
}

// beside returns the addresses before and behind each prefix.
func beside(prefixes []string) (list []netip.Addr) {
	for _, text := range prefixes {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			continue
		}
		first := p.Masked().Addr()
		last := first
		for a := first; p.Contains(a) && p.Addr().Is4() && p.Bits() >= 16; a = a.Next() {
			last = a
		}
		for _, a := range []netip.Addr{first.Prev(), last.Next()} {
			if a.IsValid() && !p.Contains(a) {
				list = append(list, a)
			}
		}
	}
	return list
}

// accessFile finds lines of sendmail's access file that let a large network
// relay: a first octet or two alone.
func accessFile(h *host.Host) (list []shortcut) {
	const file = "/etc/mail/access"
	lines(h, file, func(n int, l string) {
		f := strings.Fields(l)
		if len(f) < 2 || !strings.EqualFold(f[1], "RELAY") {
			return
		}
		net := strings.TrimPrefix(strings.ToLower(f[0]), "connect:")
		if octets := strings.Split(strings.Trim(net, "."), "."); len(octets) == 1 && isNumber(octets[0]) && octets[0] != "127" {
			list = append(list, shortcut{"wide-mynetworks", textf("The access file lets far too much of the Internet relay: %s", "access 파일이 인터넷의 너무 넓은 대역에 중계를 허용합니다: %s", l),
				h.Name, file, n, l})
		}
	})
	return list
}

func isNumber(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// within reports whether all addresses of pre belong to the prefix outer.
func within(pre netip.Prefix, outer string) bool {
	o, err := netip.ParsePrefix(outer)
	return err == nil && o.Bits() <= pre.Bits() && o.Contains(pre.Addr())
}

// staticRoutes finds entries for others' domains in the transport maps, and in
// sendmail's mailertable.
func (p *probe) staticRoutes(h *host.Host, domains []string) (list []shortcut) {
	why := sim.Text{EN: "A static transport for one domain leads around DNS; mail to all others is not cured.",
		KO: "한 도메인만 고정 경로로 보내면 DNS를 우회할 뿐 다른 곳으로 가는 메일은 해결되지 않습니다."}
	for _, spec := range p.setting(h, "transport_maps") {
		_, file, _ := strings.Cut(spec, ":")
		lines(h, file, func(n int, l string) {
			f := strings.Fields(l)
			if len(f) > 1 && inDomains(strings.TrimPrefix(f[0], "."), domains) {
				list = append(list, shortcut{"transport", why, h.Name, file, n, l})
			}
		})
	}
	for _, d := range domains {
		if route := p.inlineRoute(h, d); route != "" && len(list) == 0 {
			list = append(list, shortcut{"transport", why, h.Name, mainCf, lineOf(h, mainCf, "transport_maps"), d + " " + route})
		}
	}
	const table = "/etc/mail/mailertable"
	lines(h, table, func(n int, l string) {
		if f := strings.Fields(l); len(f) > 1 && inDomains(strings.TrimPrefix(f[0], "."), domains) {
			list = append(list, shortcut{"transport", sim.Text{EN: "A static mailer leads around DNS.", KO: "정적 mailertable 설정으로 DNS를 우회했습니다."}, h.Name, table, n, l})
		}
	})
	return list
}

// inlineRoute asks the tables of transport_maps that are no files for a domain,
// as Postfix itself does.
func (p *probe) inlineRoute(h *host.Host, domain string) string {
	for _, spec := range p.tables(h, "transport_maps") {
		kind, _, _ := strings.Cut(spec, ":")
		if kind != "inline" && kind != "static" && kind != "pcre" && kind != "regexp" {
			continue
		}
		out, _, status, err := p.w.Run(p.t, h.Name, []string{"postmap", "-q", domain, spec})
		if err == nil && status == 0 {
			return strings.TrimSpace(string(out))
		}
	}
	return ""
}

// tables returns the tables a parameter names; an inline one has spaces of its
// own between braces.
func (p *probe) tables(h *host.Host, name string) (list []string) {
	depth, word := 0, ""
	for _, part := range p.setting(h, name) {
		word = strings.TrimSpace(word + " " + part)
		depth += strings.Count(part, "{") - strings.Count(part, "}")
		if depth <= 0 {
			list, word, depth = append(list, word), "", 0
		}
	}
	return list
}

// tooWide reports whether a trusted network is larger than any customer's.
func tooWide(p netip.Prefix) bool {
	a := p.Addr()
	if a.IsLoopback() || a.Is4In6() {
		return false
	}
	if a.Is4() {
		return p.Bits() < 16
	}
	return p.Bits() < 32
}

// allowed finds changes of a receiver's mail configuration.
func allowed(now, before *host.Host) (list []shortcut) {
	for _, dir := range []string{"/etc/postfix", "/etc/mail", "/etc/dovecot"} {
		for _, f := range slices.Concat(filesBelow(now, dir), filesBelow(before, dir)) {
			_, file, _ := strings.Cut(f, ":")
			if saying(now, file) != saying(before, file) {
				return []shortcut{{"allow-list", sim.Text{EN: "The receiver was made to accept; the sender is not cured.", KO: "받는 쪽이 받아 주게 바꾸었을 뿐 보내는 쪽은 고쳐지지 않았습니다."},
					now.Name, file, 0, f}}
			}
		}
	}
	return nil
}

// lineOf returns the line at which a parameter is set, 0 if nowhere.
func lineOf(h *host.Host, file, param string) (line int) {
	lines(h, file, func(n int, l string) {
		if name, _, ok := strings.Cut(l, "="); ok && strings.TrimSpace(name) == param {
			line = n
		}
	})
	return line
}
