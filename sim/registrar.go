package sim

import (
	"net/netip"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/vtime"
)

// registrarRequests are what a registrar can be asked for.
var registrarRequests = []PortalRequest{
	{Name: "show", Label: Text{"Show the registered name servers", "등록된 네임 서버 조회"}},
	{Name: "set-nameservers", Label: Text{"Change the name servers", "네임 서버 변경"}, Fields: []PortalField{
		{"nameservers", Text{"Name servers: name and, below your own domain, address; separated by commas", "네임 서버: 이름, 그리고 이름이 내 도메인 아래에 있으면 주소. 쉼표로 구분"},
			"ns1.example.kr 203.0.113.53, ns.provider.kr"}}},
}

// delegatedServer is a name server in the parent's zone, with its glue.
type delegatedServer struct {
	name string // without the last dot
	glue []netip.Addr
}

// registrarAnswer keeps the delegation of the student's domain in the parent's
// zone. What it is told it enters: like most registries it does not ask the
// servers whether they know the zone. Settings: domain, host (the parent's name
// server), zone and file (the parent's zone).
func registrarAnswer(w *World, t *vtime.Task, p *Portal, request string, with map[string]string) (Text, bool) {
	domain := strings.TrimSuffix(p.Settings["domain"], ".")
	h := w.Host(p.Settings["host"])
	label := strings.TrimSuffix(domain, "."+strings.TrimSuffix(p.Settings["zone"], "."))
	if request == "show" {
		b, err := h.FS.ReadFile(p.Settings["file"], host.Root)
		if err != nil {
			return refusef("Our database had a problem: %v", "당사 데이터베이스에 문제가 있습니다: %v", err)
		}
		var list []string
		for l := range strings.Lines(string(b)) {
			if f := strings.Fields(l); len(f) >= 4 && ofDelegation(f[0], label) {
				list = append(list, strings.Join(f[len(f)-2:], " "))
				if f[0] != label {
					list[len(list)-1] = f[0] + " " + list[len(list)-1]
				}
			}
		}
		return grantf("%s: %s", "%s: %s", domain, strings.Join(list, ", "))
	}
	servers, bad := parseServers(with["nameservers"], domain)
	if bad != nil {
		return *bad, false
	}
	err := w.editZone(t, h, p.Settings["file"], p.Settings["zone"], func(lines []string) []string {
		lines = slices.DeleteFunc(lines, func(l string) bool {
			f := strings.Fields(l)
			return len(f) > 0 && ofDelegation(f[0], label)
		})
		for _, s := range servers {
			lines = append(lines, label+"\tIN\tNS\t"+s.name+".")
		}
		for _, s := range servers {
			for _, a := range s.glue {
				rrtype := "A"
				if a.Is6() {
					rrtype = "AAAA"
				}
				lines = append(lines, strings.TrimSuffix(s.name, domain)+label+"\tIN\t"+rrtype+"\t"+a.String())
			}
		}
		return lines
	})
	if err != nil {
		return refusef("The registry had a problem: %v", "등록 기관에 문제가 있습니다: %v", err)
	}
	var names []string
	for _, s := range servers {
		names = append(names, s.name)
	}
	return grantf("Done: %s is delegated to %s. Others may remember the old servers for up to two days.", "처리되었습니다. %s의 네임 서버는 이제 %s입니다. 다른 곳에서는 최대 이틀 동안 이전 네임 서버를 기억할 수 있습니다.",
		domain, strings.Join(names, ", "))
}

// ofDelegation reports whether an owner name in the parent's file is the
// delegated name or glue below it.
func ofDelegation(owner, label string) bool {
	return strings.EqualFold(owner, label) || strings.HasSuffix(strings.ToLower(owner), "."+strings.ToLower(label))
}

// maxDelegated bounds the name servers of a domain, as registries do.
const maxDelegated = 13

// parseServers reads "ns1.example.kr 203.0.113.53, ns.provider.kr". A name below
// the domain needs an address, because nobody could find it otherwise (RFC 1034
// 4.2.1); another name must not have one.
func parseServers(text, domain string) (list []delegatedServer, bad *Text) {
	refuse := func(en, ko string, args ...any) ([]delegatedServer, *Text) {
		t, _ := refusef(en, ko, args...)
		return nil, &t
	}
	for entry := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' || r == ';' }) {
		f := strings.Fields(entry)
		if len(f) == 0 {
			continue
		}
		s := delegatedServer{name: strings.ToLower(strings.TrimSuffix(f[0], "."))}
		if _, ok := mdns.IsDomainName(s.name); !ok || !strings.Contains(s.name, ".") || strings.ContainsAny(s.name, "\"()@$\\") {
			return refuse("%q is not a full host name.", "도메인까지 모두 적은 호스트 이름이 아닙니다: %q", f[0])
		}
		if _, err := netip.ParseAddr(s.name); err == nil {
			return refuse("%q is an address; a name server is registered by its name.", "네임 서버는 이름으로 등록합니다. 주소만 적혀 있습니다: %q", f[0])
		}
		for _, word := range f[1:] {
			a, err := netip.ParseAddr(word)
			if err != nil {
				return refuse("%q is not an IP address.", "IP 주소가 아닙니다: %q", word)
			}
			s.glue = append(s.glue, a)
		}
		switch inside := s.name == domain || strings.HasSuffix(s.name, "."+domain); {
		case inside && len(s.glue) == 0:
			return refuse("%s lies below your own domain: please give its address (glue).", "%s 이름은 고객님 도메인 아래에 있으므로 주소(글루)도 적어 주시기 바랍니다.", s.name)
		case !inside && len(s.glue) > 0:
			return refuse("%s does not lie below your domain: its address is found through its own domain and is not registered here.", "%s 이름은 고객님 도메인 아래에 있지 않습니다. 주소는 그 도메인에서 찾으므로 여기에 등록하지 않습니다.", s.name)
		case slices.ContainsFunc(list, func(o delegatedServer) bool { return o.name == s.name }):
			return refuse("%s is named twice.", "%s 이름이 두 번 적혀 있습니다.", s.name)
		}
		list = append(list, s)
	}
	switch {
	case len(list) == 0:
		return refuse("Please name at least one name server.", "네임 서버를 하나 이상 적어 주시기 바랍니다.")
	case len(list) > maxDelegated:
		return refuse("A domain can have at most %d name servers.", "네임 서버는 최대 %d대까지 등록할 수 있습니다.", maxDelegated)
	}
	return list, nil
}
