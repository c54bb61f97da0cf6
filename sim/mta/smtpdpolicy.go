package mta

import (
	"fmt"
	"net/netip"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/trace"
)

// peer finds out the client's name: the PTR record's, verified by its
// addresses (RFC 1912 2.1 calls the agreement forward-confirmed reverse DNS).
func (ss *session) peer(at netip.AddrPort) postfix.Client {
	h := ss.in.host
	addr := at.Addr().Unmap()
	c := postfix.Client{Addr: addr, Port: fmt.Sprint(at.Port()), Name: "unknown", Reverse: "unknown"}
	if !ss.cfg.Bool("smtpd_peername_lookup") {
		c.ReverseStatus, c.NameStatus = postfix.PeerPerm, postfix.PeerPerm
		return c
	}
	name, err := h.LookupName(ss.t, addr)
	if err != nil {
		c.ReverseStatus = peerStatus(err)
		c.NameStatus = c.ReverseStatus
		ss.emitPTR(c, "no name: "+err.Error())
		return c
	}
	c.Reverse = name
	if !mail.ValidHostname(name) {
		c.NameStatus = postfix.PeerPerm
		ss.logf(host.Warning, "warning: numeric hostname: %s", name)
		ss.emitPTR(c, "not a host name")
		return c
	}
	family := host.IPv4
	if addr.Is6() {
		family = host.IPv6
	}
	addrs, _, err := h.LookupAddrs(ss.t, name, family)
	if err != nil {
		c.NameStatus = peerStatus(err)
		ss.logf(host.Warning, "warning: hostname %s does not resolve to address %s: %s", name, addr, gaiText(err))
		ss.emitPTR(c, gaiText(err))
		return c
	}
	c.NameStatus = postfix.PeerForged
	for _, a := range addrs {
		if a.Unmap() == addr {
			c.Name, c.NameStatus = name, postfix.PeerOK
		}
	}
	if c.NameStatus == postfix.PeerForged {
		ss.logf(host.Warning, "warning: hostname %s does not resolve to address %s", name, addr)
	}
	ss.emitPTR(c, "")
	return c
}

func peerStatus(err error) postfix.PeerStatus {
	if err == host.ErrTryAgain {
		return postfix.PeerTemp
	}
	return postfix.PeerPerm
}

// gaiText is gai_strerror(3) of a failed look-up.
func gaiText(err error) string {
	switch err {
	case host.ErrTryAgain:
		return mail.DNSTempFail.AddrinfoText()
	case host.ErrNoData:
		return mail.DNSNoData.AddrinfoText()
	}
	return mail.DNSNotFound.AddrinfoText()
}

func (ss *session) emitPTR(c postfix.Client, why string) {
	out, label := trace.OK, "PTR ok: "+c.Name
	switch {
	case c.ReverseStatus == postfix.PeerTemp || c.NameStatus == postfix.PeerTemp:
		out, label = trace.TempFail, "PTR: look-up failed for now"
	case c.ReverseStatus != postfix.PeerOK:
		out, label = trace.Warn, "no PTR"
	case c.NameStatus != postfix.PeerOK:
		out, label = trace.Warn, "PTR not confirmed: "+c.Reverse
	}
	ss.in.host.Log.Emit(trace.Event{Kind: trace.Policy, Node: ss.in.host.Name, Peer: c.Addr.String(), Outcome: out,
		Data: trace.F(label, "rule", "FCrDNS", "address", c.Addr.String(), "ptr", c.Reverse, "name", c.Name, "detail", why)})
}

// decide evaluates the restrictions of a stage and returns the refusal, if any.
func (ss *session) decide(stage postfix.Stage) *mail.Reply {
	dec := ss.evaluate(stage)
	if dec.Verdict == postfix.Reject {
		return &dec.Reply
	}
	return nil
}

// evaluate evaluates the restrictions of a stage and traces the steps.
func (ss *session) evaluate(stage postfix.Stage) postfix.Decision {
	dec := ss.check.Evaluate(stage, ss.facts)
	if dec.Verdict == postfix.Reject {
		ss.chat.software = ss.chat.software || dec.Reply.String() == "451 4.3.5 Server configuration error"
		ss.quit = ss.quit || dec.Effects.Hangup || dec.Reply.Code == 421 || dec.Reply.Code == 521
	}
	for _, step := range dec.Steps {
		if step.Verdict != postfix.Dunno || len(step.Facts) > 0 {
			ss.emitStep(stage, step)
		}
	}
	return dec
}

func (ss *session) emitStep(stage postfix.Stage, step postfix.Step) {
	out := trace.Neutral
	switch {
	case step.Verdict == postfix.OK:
		out = trace.OK
	case step.Verdict == postfix.Reject:
		out = trace.Fail
	}
	rule := step.Restriction.String()
	fields := append(make([]string, 0, 16), "rule", rule, "stage", string(stage), "list", step.Restriction.Param)
	if step.Restriction.Line > 0 {
		fields = append(fields, "file", fmt.Sprintf("%s/main.cf:%d", configDir, step.Restriction.Line))
	}
	for _, f := range step.Facts {
		fields = append(fields, string(f.Kind), strings.TrimSpace(f.Subject+" "+f.Object+" "+f.Result))
	}
	if step.Text != "" {
		fields = append(fields, "text", step.Text)
	}
	ss.in.host.Log.Emit(trace.Event{Kind: trace.Policy, Node: ss.in.host.Name, Peer: ss.facts.Client.Addr.String(), Outcome: out,
		Data: trace.F(rule+": "+step.Verdict.String(), fields...)})
}
