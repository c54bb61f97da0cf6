package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// blocklistAnswer is the operator of a DNS block list. Settings: host (its name
// server and the machine it tests from), zone and file (the list), victim (an
// address of its own for relay tests).
//
// It delists an address only after its own test: it connects to port 25 of the
// address and tries to relay. A server that relays stays listed, and so does
// one that cannot be tested.
func blocklistAnswer(w *World, t *vtime.Task, p *Portal, request string, with map[string]string) (Text, bool) {
	a, err := netip.ParseAddr(with["address"])
	if err != nil {
		return refusef("%q is not an IP address.", "IP 주소가 아닙니다: %q", with["address"])
	}
	h := w.Host(p.Settings["host"])
	owner := strings.TrimSuffix(mail.DNSBLName(a, ""), ".")
	b, err := h.FS.ReadFile(p.Settings["file"], host.Root)
	if err != nil {
		return refusef("Our list cannot be read at present.", "현재 목록을 읽을 수 없습니다.")
	}
	listed := slices.ContainsFunc(strings.Split(string(b), "\n"), func(l string) bool { return ownerOf(l) == owner })
	switch {
	case !listed:
		return grantf("%s is not listed.", "%s 주소는 등재되어 있지 않습니다.", a)
	case request == "lookup":
		return refusef("%s is listed: it passed on mail for strangers (open relay).", "%s 주소는 등재되어 있습니다. 사유: 외부인의 메일 중계(오픈 릴레이).", a)
	}
	for _, try := range RelayTries(with["address"], a, p.Settings["victim"]) {
		res := TryRelay(t, h, netip.AddrPortFrom(a, 25), try, "delist")
		switch {
		case res.Err != nil:
			return refusef("Refused: our test could not talk to %s port 25 (%v). We cannot tell whether the cause is gone.",
				"거절: 점검 서버가 %s의 25번 포트와 통신하지 못했습니다(%v). 원인이 해결되었는지 확인할 수 없습니다.", a, res.Err)
		case res.Accepted:
			w.log.Emit(trace.Event{Kind: trace.Policy, Node: h.Name, Peer: a.String(), Outcome: trace.Fail,
				Data: trace.F("open relay: "+try.Name.EN, "from", try.From, "to", try.To, "reply", res.Reply.String())})
			return Text{fmt.Sprintf("Refused: %s still relays. It took our test mail (%s) to <%s>: \"%s\".", a, try.Name.EN, try.To, res.Reply),
				fmt.Sprintf("거절: %s 서버는 아직도 메일을 중계합니다. 점검 메일(방법: %s, 수신자: <%s>)을 받아들였습니다. 응답: \"%s\"", a, try.Name.KO, try.To, res.Reply)}, false
		}
	}
	err = w.editZone(t, h, p.Settings["file"], p.Settings["zone"], func(lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool { return ownerOf(l) == owner })
	})
	if err != nil {
		return refusef("Our name server had a problem: %v", "당사 네임 서버에 문제가 있습니다: %v", err)
	}
	t.Sleep(time.Minute)
	return grantf("Our test found no relaying. %s has been removed from the list. Caches may show it for a while.",
		"점검 결과 중계가 확인되지 않아 %s 주소를 목록에서 삭제했습니다. 캐시 때문에 한동안 등재된 것으로 보일 수 있습니다.", a)
}

// ownerOf returns the owner name of a zone file line.
func ownerOf(line string) string {
	f := strings.Fields(line)
	if len(f) == 0 || line[0] == ' ' || line[0] == '\t' {
		return ""
	}
	return f[0]
}
