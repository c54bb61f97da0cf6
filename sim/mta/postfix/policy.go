package postfix

import (
	"fmt"
	"strings"
)

// policyService asks a policy server (SMTPD_POLICY_README). When it does not
// answer, smtpd_policy_service_default_action counts. The caller's Policy
// function makes the connection and logs why it failed.
func (e *evaluation) policyService(r Restriction, sub subject) Verdict {
	server := r.Arg
	if strings.HasPrefix(server, "{") {
		words := cutWordsBraced(strings.Trim(server, "{}"))
		if len(words) == 0 {
			return e.serverError()
		}
		server = words[0]
	}
	action, err := "", fmt.Errorf("no policy service")
	if e.p.sys.Policy != nil {
		action, err = e.p.sys.Policy(server, e.policyRequest())
	}
	if err != nil {
		action = e.p.cfg.Str("smtpd_policy_service_default_action")
	}
	e.fact(FactPolicy, server, "", action)
	return e.result(server, action, "policy query", sub)
}

// policyRequest is the request as it goes over the wire: name=value lines and an
// empty line.
func (e *evaluation) policyRequest() string {
	s := e.s
	count := 0
	if e.stage == StageData || e.stage == StageEndOfData {
		count = s.Recipients
	}
	port := ""
	if s.Server.Port() != 0 {
		port = fmt.Sprint(s.Server.Port())
	}
	server := ""
	if s.Server.Addr().IsValid() {
		server = s.Server.Addr().Unmap().String()
	}
	var b strings.Builder
	for _, kv := range [][2]string{
		{"request", "smtpd_access_policy"}, {"protocol_state", string(e.stage)}, {"protocol_name", s.Protocol},
		{"client_address", s.Client.Addr.Unmap().String()}, {"client_name", s.Client.Name}, {"client_port", s.Client.Port},
		{"reverse_client_name", s.Client.Reverse}, {"server_address", server}, {"server_port", port},
		{"helo_name", s.Helo}, {"sender", s.Sender}, {"recipient", s.Recipient}, {"recipient_count", fmt.Sprint(count)},
		{"queue_id", s.QueueID}, {"instance", s.Instance}, {"size", fmt.Sprint(s.Size)}, {"etrn_domain", s.ETRN},
		{"stress", e.p.cfg.Str("stress")}, {"sasl_method", s.SASLMethod}, {"sasl_username", s.SASLUser},
		{"sasl_sender", s.SASLSender}, {"ccert_subject", ""}, {"ccert_issuer", ""}, {"ccert_fingerprint", ""},
		{"ccert_pubkey_fingerprint", ""}, {"encryption_protocol", ""}, {"encryption_cipher", ""}, {"encryption_keysize", "0"},
		{"policy_context", e.p.cfg.Str("smtpd_policy_service_policy_context")},
	} {
		b.WriteString(kv[0] + "=" + kv[1] + "\n")
	}
	return b.String() + "\n"
}
