package grader

import (
	"regexp"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim"
	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

var spfAll = regexp.MustCompile(`(?i)"v=spf1[^"]*\s[+]?all"`)

// zoneShortcuts finds SPF records that allow everybody.
func zoneShortcuts(h *host.Host) (list []shortcut) {
	if h.Unit("named") == nil {
		return nil
	}
	for _, dir := range []string{"/etc/bind", "/var/named", "/var/lib/bind"} {
		entries, _ := h.FS.ReadDir(dir, host.Root)
		for _, e := range entries {
			file := dir + "/" + e.Name
			lines(h, file, func(n int, l string) {
				if spfAll.MatchString(l) {
					list = append(list, shortcut{"spf-all", sim.Text{EN: "The SPF record allows the whole world to send.", KO: "SPF 레코드가 누구나 보낼 수 있게 허용합니다."},
						h.Name, file, n, strings.TrimSpace(l)})
				}
			})
		}
	}
	return list
}

// weakerDMARC finds DMARC records of the mailboxes' domains that a name server
// of the student served and serves no more, or with a weaker policy (RFC 7489
// 6.3).
func (p *probe) weakerDMARC(before *sim.World, name string) (list []shortcut) {
	h, was := p.w.Host(name), before.Host(name)
	if h.Unit("named") == nil || len(addresses(h)) == 0 {
		return nil
	}
	var asked []string
	for _, b := range p.w.Mailboxes() {
		_, domain, _ := strings.Cut(b.Address, "@")
		if slices.Contains(asked, domain) {
			continue
		}
		asked = append(asked, domain)
		old := ""
		before.Probe(func(t *vtime.Task) { old = dmarc(t, was, domain) })
		if old == "" {
			continue
		}
		if now := dmarc(p.t, h, domain); strength(now) < strength(old) {
			list = append(list, shortcut{"no-dmarc", textf("The DMARC record of %s asks for less than before.", "%s의 DMARC 정책이 전보다 약해졌습니다.", domain), name, "", 0, orNone(now)})
		}
	}
	return list
}

// dmarc returns the DMARC record a host's own name server has for a domain.
func dmarc(t *vtime.Task, h *host.Host, domain string) string {
	own := addresses(h)
	if len(own) == 0 {
		return ""
	}
	m, err := h.Ask(t, own[0], "_dmarc."+domain, mdns.TypeTXT, false, false)
	if err != nil {
		return ""
	}
	for _, rr := range m.Answer {
		if txt, ok := rr.(*mdns.TXT); ok && strings.HasPrefix(strings.Join(txt.Txt, ""), "v=DMARC1") {
			return strings.Join(txt.Txt, "")
		}
	}
	return ""
}

var dmarcPolicy = regexp.MustCompile(`(?i);\s*p\s*=\s*(none|quarantine|reject)`)

// strength orders DMARC records by what they ask for.
func strength(record string) int {
	if record == "" {
		return 0
	}
	m := dmarcPolicy.FindStringSubmatch(record)
	if m == nil {
		return 1
	}
	return 1 + slices.Index([]string{"none", "quarantine", "reject"}, strings.ToLower(m[1]))
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// fakeZones finds zones of others that a name server of the student has begun to
// answer for. Its own are those of the configuration it had at the start, which
// may have been too broken to run.
func (p *probe) fakeZones(before *sim.World, name string, domains []string) (list []shortcut) {
	h := p.w.Host(name)
	own := addresses(h)
	if h.Unit("named") == nil || len(own) == 0 {
		return nil
	}
	declared := zonesDeclared(before.Host(name))
	for _, d := range domains {
		if inDomains(d, declared) {
			continue
		}
		m, err := h.Ask(p.t, own[0], d, mdns.TypeSOA, false, false)
		if err == nil && m.Authoritative {
			list = append(list, shortcut{"fake-zone", textf("%s answers for %s, which is not its zone.", "%s 서버가 자기 영역이 아닌 %s에 대해 답합니다.", p.place(name), d), name, "", 0, d})
		}
	}
	return list
}

var zoneStatement = regexp.MustCompile(`(?m)^\s*zone\s+"?([^"\s{]+)"?`)

// zonesDeclared returns the names of the zone statements in the configuration of
// a host's name server, apart from the root.
func zonesDeclared(h *host.Host) (names []string) {
	files := []string{h.Name + ":/etc/named.conf"}
	for _, f := range append(files, filesBelow(h, "/etc/bind")...) {
		_, file, _ := strings.Cut(f, ":")
		for _, m := range zoneStatement.FindAllStringSubmatch(saying(h, file), -1) {
			if name := plainName(m[1]); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}
