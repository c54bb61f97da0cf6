package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// PortalField is one input of a request form.
type PortalField struct {
	Name    string
	Label   Text
	Example string
}

// PortalRequest is one thing a portal can be asked for.
type PortalRequest struct {
	Name   string
	Label  Text
	Fields []PortalField
}

// portalKind is a kind of portal: its requests and what they do.
type portalKind struct {
	requests []PortalRequest
	answer   func(w *World, t *vtime.Task, p *Portal, request string, with map[string]string) (Text, bool)
}

// portalKinds are the people a student has to ask. Their deeds are done with
// the same means a student has: they edit zone files and reload name servers,
// they change the filter of a router, they test a server by talking to it.
var portalKinds = map[string]portalKind{
	"isp": {
		requests: []PortalRequest{
			{Name: "set-ptr", Label: Text{"Set the reverse name (PTR) of an address", "주소의 역방향 이름(PTR) 등록"}, Fields: []PortalField{
				{"address", Text{"IP address", "IP 주소"}, "203.0.113.25"}, {"name", Text{"Host name", "호스트 이름"}, "mail.example.kr"}}},
			{Name: "delegate-reverse", Label: Text{"Delegate the reverse zone of my addresses to my name server", "내 주소 대역의 역방향 영역을 내 네임 서버로 위임"}, Fields: []PortalField{
				{"nameserver", Text{"Name server", "네임 서버"}, "ns1.example.kr"}}},
			{Name: "open-port-25", Label: Text{"Open port 25", "25번 포트 개방"}},
			{Name: "business-line", Label: Text{"Change to a business line", "기업용 회선으로 변경"}},
		},
		answer: ispAnswer,
	},
	"blocklist": {
		requests: []PortalRequest{
			{Name: "lookup", Label: Text{"Is an address listed?", "주소가 등재되어 있는지 조회"}, Fields: []PortalField{{"address", Text{"IP address", "IP 주소"}, "203.0.113.25"}}},
			{Name: "delist", Label: Text{"Remove an address from the list", "주소 등재 해제 신청"}, Fields: []PortalField{{"address", Text{"IP address", "IP 주소"}, "203.0.113.25"}}},
		},
		answer: blocklistAnswer,
	},
	"registrar": {requests: registrarRequests, answer: registrarAnswer},
}

// PortalKinds returns the kinds of portals a network can have.
func PortalKinds() []string {
	var list []string
	for k := range portalKinds {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// PortalView is a portal as the browser shows it.
type PortalView struct {
	Name     string
	Label    Text
	Intro    Text
	Requests []PortalRequest
}

// Portals returns the world's portals.
func (w *World) Portals() (list []PortalView) {
	for _, p := range w.plan.Blueprint.Portals {
		list = append(list, PortalView{p.Name, p.Label, p.Intro, p.offers()})
	}
	return list
}

// offers returns the requests of the portal: those of its kind, without the
// ones its settings withhold.
func (p *Portal) offers() (list []PortalRequest) {
	hidden := strings.Fields(p.Settings["without"])
	for _, r := range portalKinds[p.Kind].requests {
		if !slices.Contains(hidden, r.Name) {
			list = append(list, r)
		}
	}
	return list
}

// askPortal sends a request and waits for the answer.
func (w *World) askPortal(t *vtime.Task, name, request string, with map[string]string) (*Text, error) {
	i := slices.IndexFunc(w.plan.Blueprint.Portals, func(p Portal) bool { return p.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", ErrNoPortal, name)
	}
	p := &w.plan.Blueprint.Portals[i]
	j := slices.IndexFunc(p.offers(), func(r PortalRequest) bool { return r.Name == request })
	if j < 0 {
		return nil, fmt.Errorf("portal %s: no request %q", name, request)
	}
	clean := map[string]string{}
	for _, f := range p.offers()[j].Fields {
		v := strings.TrimSpace(with[f.Name])
		if v == "" {
			return nil, fmt.Errorf("portal %s: request %s needs %s", name, request, f.Name)
		}
		clean[f.Name] = v
	}
	w.log.Emit(trace.Event{Kind: trace.Portal, Node: name, Data: trace.F("request "+request, pairs(clean)...)})
	t.Sleep(p.Delay)
	text, ok := portalKinds[p.Kind].answer(w, t, p, request, clean)
	out := trace.OK
	if !ok {
		out = trace.Refused
	}
	w.log.Emit(trace.Event{Kind: trace.Portal, Node: name, Outcome: out, Data: trace.F("answer: "+text.EN, "request", request)})
	return &text, nil
}

func pairs(m map[string]string) (list []string) {
	var names []string
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		list = append(list, k, m[k])
	}
	return list
}

// refusef is an answer that says no.
func refusef(en, ko string, args ...any) (Text, bool) {
	return Text{fmt.Sprintf(en, args...), fmt.Sprintf(ko, args...)}, false
}

func grantf(en, ko string, args ...any) (Text, bool) {
	return Text{fmt.Sprintf(en, args...), fmt.Sprintf(ko, args...)}, true
}

// ispAnswer is the customer service of an internet service provider. Settings:
// customer (prefix of the student's addresses), host (its name server), zone and
// file (the reverse zone), customer6, zone6 and file6 (the same of IPv6), router and filter (the port filter), business
// ("yes": a business line can be had).
func ispAnswer(w *World, t *vtime.Task, p *Portal, request string, with map[string]string) (Text, bool) {
	switch request {
	case "set-ptr":
		return w.setPTR(t, p, with["address"], with["name"])
	case "delegate-reverse":
		return w.delegateReverse(t, p, with["nameserver"])
	case "open-port-25":
		if !w.hasFilter(p) {
			return grantf("Port 25 is open on your line. It always was.", "고객님 회선의 25번 포트는 열려 있습니다. 원래부터 열려 있었습니다.")
		}
		return refusef("On residential lines port 25 stays filtered in both directions; that is our policy against spam. Use our mail relay on port 587 with your account, or take a business line.",
			"가정용 회선에서는 스팸 방지 정책에 따라 25번 포트를 양방향 모두 차단합니다. 고객 계정으로 587번 포트의 메일 릴레이를 쓰시거나 기업용 회선으로 바꾸시기 바랍니다.")
	}
	if p.Settings["business"] != "yes" {
		return refusef("A business line cannot be installed at your address at present.", "현재 고객님 주소지에는 기업용 회선을 설치할 수 없습니다.")
	}
	w.net.Node(p.Settings["router"]).RemovePortFilter(p.Settings["filter"])
	return grantf("Your line is a business line now. Port 25 is open.", "기업용 회선으로 변경되었습니다. 25번 포트가 열렸습니다.")
}

func (w *World) hasFilter(p *Portal) bool {
	node := w.net.Node(p.Settings["router"])
	return node != nil && slices.ContainsFunc(node.PortFilters(), func(f vnet.PortFilter) bool { return f.Name == p.Settings["filter"] })
}

// customerAddress checks that an address belongs to the customer.
func customerAddress(p *Portal, s string) (netip.Addr, *Text) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		t, _ := refusef("%q is not an IP address.", "IP 주소가 아닙니다: %q", s)
		return a, &t
	}
	prefix, err := netip.ParsePrefix(p.Settings["customer"+familySuffix(a)])
	if err != nil || !prefix.Contains(a) {
		t, _ := refusef("%s is not one of your addresses.", "고객님께 할당된 주소가 아닙니다: %s", a)
		return a, &t
	}
	return a, nil
}

// familySuffix ends the names of the settings for an address's family.
func familySuffix(a netip.Addr) string {
	if a.Is6() {
		return "6"
	}
	return ""
}

// setPTR registers a reverse name in the provider's zone. A name whose forward
// record does not lead back is refused, as providers do.
func (w *World) setPTR(t *vtime.Task, p *Portal, address, name string) (Text, bool) {
	a, bad := customerAddress(p, address)
	if bad != nil {
		return *bad, false
	}
	name = strings.TrimSuffix(name, ".")
	if _, ok := mdns.IsDomainName(name); !ok || !strings.Contains(name, ".") || strings.ContainsAny(name, " \t;\"()@$\\") {
		return refusef("%q is not a full host name.", "도메인까지 모두 적은 호스트 이름이 아닙니다: %q", name)
	}
	h := w.Host(p.Settings["host"])
	family := host.IPv4
	if a.Is6() {
		family = host.IPv6
	}
	addrs, _, err := h.LookupAddrs(t, name+".", family)
	if err != nil || !slices.Contains(addrs, a) {
		return refusef("We register only names that lead back to the address. At present %s does not resolve to %s.", "정방향 조회 결과가 그 주소와 일치하는 이름만 등록합니다. 지금은 %s의 조회 결과에 %s 주소가 없습니다.", name, a)
	}
	zone, file := p.Settings["zone"+familySuffix(a)], p.Settings["file"+familySuffix(a)]
	owner := strings.TrimSuffix(dns.ReverseName(a), "."+zone)
	err = w.editZone(t, h, file, zone, func(lines []string) []string {
		lines = slices.DeleteFunc(lines, func(l string) bool { f := strings.Fields(l); return len(f) > 0 && f[0] == owner })
		return append(lines, owner+"\tIN\tPTR\t"+name+".")
	})
	if err != nil {
		return refusef("Our name server had a problem: %v", "당사 네임 서버에 문제가 있습니다: %v", err)
	}
	return grantf("Done: the PTR record of %s is now %s.", "처리되었습니다. %s의 PTR 레코드는 이제 %s입니다.", a, name)
}

// delegateReverse delegates each of the customer's addresses to a name server,
// the way RFC 2317 does it for less than a /24.
func (w *World) delegateReverse(t *vtime.Task, p *Portal, ns string) (Text, bool) {
	h := w.Host(p.Settings["host"])
	ns = strings.TrimSuffix(ns, ".")
	if _, _, err := h.LookupAddrs(t, ns+".", host.IPv4); err != nil {
		return refusef("The name server %s has no address in DNS.", "네임 서버 %s의 주소를 DNS에서 찾을 수 없습니다.", ns)
	}
	prefix, err := netip.ParsePrefix(p.Settings["customer"])
	if err != nil {
		return refusef("We know no addresses of yours.", "고객님께 할당된 주소가 없습니다.")
	}
	base := prefix.Masked().Addr().As4()
	child := fmt.Sprintf("%d/%d", base[3], prefix.Bits())
	err = w.editZone(t, h, p.Settings["file"], p.Settings["zone"], func(lines []string) []string {
		lines = append(lines, child+"\tIN\tNS\t"+ns+".")
		for a := prefix.Masked().Addr(); prefix.Contains(a); a = a.Next() {
			last := a.As4()[3]
			owner := fmt.Sprint(last)
			lines = slices.DeleteFunc(lines, func(l string) bool { f := strings.Fields(l); return len(f) > 0 && f[0] == owner })
			lines = append(lines, fmt.Sprintf("%d\tIN\tCNAME\t%d.%s", last, last, child))
		}
		return lines
	})
	if err != nil {
		return refusef("Our name server had a problem: %v", "당사 네임 서버에 문제가 있습니다: %v", err)
	}
	return grantf("Done: %s.%s is delegated to %s (RFC 2317). Set up that zone there.", "처리되었습니다. %s.%s 영역을 네임 서버 %s에 위임했습니다(RFC 2317). 그 서버에 이 영역을 만들어 주시기 바랍니다.",
		child, strings.TrimSuffix(p.Settings["zone"], "."), ns)
}

// editZone changes a zone file on somebody's name server, raises its serial
// and reloads the server.
func (w *World) editZone(t *vtime.Task, h *host.Host, file, zone string, edit func([]string) []string) error {
	b, err := h.FS.ReadFile(file, host.Root)
	if err != nil {
		return err
	}
	lines := edit(strings.Split(strings.TrimRight(string(b), "\n"), "\n"))
	text := dns.RaiseSerial(strings.Join(lines, "\n")+"\n", w.clock.Now())
	if err := h.FS.WriteFile(file, []byte(text), 0o644, host.Root); err != nil {
		return err
	}
	_, stderr, status, err := runCommand(t, h, []string{"rndc", "reload", strings.TrimSuffix(zone, ".")})
	if err == nil && status != 0 {
		err = fmt.Errorf("rndc: %s", strings.TrimSpace(string(stderr)))
	}
	t.Sleep(time.Second)
	return err
}
