package webui

import (
	"strings"

	"mxlab/sim/trace"
)

// dnsPolicy explains verdicts that rest on keys and signatures: DNSSEC, TSIG and
// dynamic updates. It returns nil for others.
func (x *explainer) dnsPolicy(e *trace.Event) *Why {
	label := e.Label()
	switch {
	case strings.HasPrefix(label, "DNSSEC: "):
		return x.bogus(e, strings.TrimPrefix(label, "DNSSEC: "))
	case strings.HasPrefix(label, "the signature of key "):
		return x.badSignature(e, label[strings.LastIndex(label, " ")+1:])
	case strings.Contains(label, "update failed: "), strings.Contains(label, "update unsuccessful: "), strings.HasPrefix(label, "update '"):
		return x.refusedUpdate(e, label)
	}
	return nil
}

// bogus explains an answer that validation has thrown away.
func (x *explainer) bogus(e *trace.Event, why string) *Why {
	reasons := map[string][2]string{
		"RRSIG has expired":                   {"서명의 유효 기간이 지났습니다", "the signature has expired"},
		"RRSIG validity period has not begun": {"서명의 유효 기간이 아직 시작되지 않았습니다", "the signature is not valid yet"},
		"RRSIG failed to verify":              {"서명이 레코드와 맞지 않습니다", "the signature does not fit the records"},
		"no valid RRSIG":                      {"믿을 수 있는 키로 만든 서명이 없습니다", "there is no signature by a trusted key"},
		"broken trust chain":                  {"상위 영역에서 이어지는 신뢰 사슬이 끊어졌습니다", "the chain of trust from the zones above is broken"},
		"insecurity proof failed":             {"서명되어 있어야 하는 영역인데 서명이 없습니다", "the zone must be signed, and this is not"},
	}
	reason, ok := reasons[why]
	if !ok {
		reason = [2]string{why, why}
	}
	w := &Why{Verdict: say("%s{은는} %s의 응답을 믿지 않고 버렸습니다: "+reason[0]+".", "%s does not believe the answer for %s: "+reason[1]+".",
		x.node(e.Node), field(e, "name"))}
	return w.rule("RFC 4035 5", "서명은 상위 영역의 DS 레코드와 신뢰 앵커까지 이어져야 합니다. 그렇지 않으면 SERVFAIL입니다.",
		"Signatures must lead up to a DS record of the parent and a trust anchor; otherwise the client gets SERVFAIL.")
}

// badSignature explains a request whose TSIG record is not valid.
func (x *explainer) badSignature(e *trace.Event, code string) *Why {
	words := map[string][2]string{
		"BADKEY":  {"서버가 이 키를 모릅니다", "the server does not know this key"},
		"BADSIG":  {"비밀 값이 서로 다릅니다", "the secrets differ"},
		"BADTIME": {"두 호스트의 시계가 5분 넘게 다릅니다", "the clocks of the two hosts differ by more than five minutes"},
	}
	reason, ok := words[code]
	if !ok {
		reason = [2]string{code, code}
	}
	w := &Why{Verdict: say("%s{은는} 요청의 서명(TSIG)을 받아들이지 않았습니다: "+reason[0]+".", "%s does not accept the signature (TSIG) of the request: "+reason[1]+".", x.node(e.Node))}
	return w.rule("RFC 8945 5.2", "키의 이름, 알고리즘, 비밀 값이 양쪽에서 같아야 합니다.", "Name, algorithm and secret of the key must be the same on both sides.")
}

// refusedUpdate explains a dynamic update that was not carried out.
func (x *explainer) refusedUpdate(e *trace.Event, label string) *Why {
	zone := field(e, "zone")
	switch {
	case strings.Contains(label, "prerequisite not satisfied"):
		return verdict("영역 %s의 변경은 조건이 맞지 않아 이루어지지 않았습니다.", "The zone %s was not changed: a prerequisite is not met.", zone).
			rule("RFC 2136 3.2", "조건을 모두 만족해야 변경합니다. %s", "Nothing is changed unless all prerequisites hold. %s", label[strings.Index(label, ": ")+2:])
	case strings.Contains(label, "frozen"):
		return verdict("영역 %s{은는} 얼려(freeze) 있어 변경할 수 없습니다.", "The zone %s is frozen and takes no updates.", zone).
			rule("BIND 9 ARM: rndc freeze", "rndc thaw를 실행해야 다시 변경할 수 있습니다.", "rndc thaw lets updates in again.")
	case strings.Contains(label, "secure update"):
		return verdict("영역 %s의 update-policy가 이 변경을 허용하지 않습니다.", "The update-policy of the zone %s does not allow this change.", zone).
			rule("BIND 9 ARM: update-policy", "규칙을 위에서부터 비교하여 처음 맞는 규칙을 따릅니다.", "The first rule that matches decides.")
	case strings.Contains(label, "not authoritative"):
		return verdict("%s에는 %s 영역이 없습니다.", "%s does not serve the zone %s.", x.node(e.Node), zone)
	}
	return verdict("%s{은는} 영역 %s의 변경을 거부했습니다.", "%s refuses to change the zone %s.", x.node(e.Node), zone).
		rule("RFC 2136 3.3", "서버는 허용된 클라이언트의 변경만 받아들입니다. %s", "A server takes updates only from those it allows to. %s", label)
}
