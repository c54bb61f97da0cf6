package mail

import (
	"fmt"
	"strings"

	"github.com/emersion/go-msgauth/authres"
)

// AuthResult is the result of one method in Authentication-Results (RFC 8601).
type AuthResult struct {
	Method     string // spf, dkim, dmarc, iprev, auth
	Result     string // pass, fail, none ...
	Comment    string // free text; empty: none
	Properties []AuthProperty
}

// AuthProperty says what was checked: smtp.mailfrom=user@example.com.
type AuthProperty struct{ Type, Name, Value string }

// AuthenticationResults writes the field of the host that checked.
func AuthenticationResults(authserv string, results ...AuthResult) Field {
	var b strings.Builder
	b.WriteString(authserv)
	if len(results) == 0 {
		b.WriteString("; none")
	}
	for _, r := range results {
		fmt.Fprintf(&b, ";\n\t%s=%s", r.Method, r.Result)
		if r.Comment != "" {
			fmt.Fprintf(&b, " (%s)", strings.NewReplacer("(", `\(`, ")", `\)`, "\n", " ", "\r", " ").Replace(r.Comment))
		}
		for _, p := range r.Properties {
			fmt.Fprintf(&b, " %s.%s=%s", p.Type, p.Name, authValue(p.Value))
		}
	}
	return Field{"Authentication-Results", b.String()}
}

// authValue quotes what is not a token or an address (RFC 8601 2.2).
func authValue(v string) string {
	if v == "" || strings.ContainsAny(v, " \t\r\n;()\"\\,<>") {
		v = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", " ", "\n", " ").Replace(v)
		return `"` + v + `"`
	}
	return v
}

// ParseAuthenticationResults reads a field's value: who checked, and each
// method's result by name.
func ParseAuthenticationResults(value string) (authserv string, results map[string]string, err error) {
	authserv, parsed, err := authres.Parse(strings.ReplaceAll(value, "\n", ""))
	if err != nil {
		return "", nil, fmt.Errorf("authentication results: %w", err)
	}
	results = map[string]string{}
	for _, p := range parsed {
		switch r := p.(type) {
		case *authres.SPFResult:
			results["spf"] = string(r.Value)
		case *authres.DKIMResult:
			results["dkim"] = string(r.Value)
		case *authres.DMARCResult:
			results["dmarc"] = string(r.Value)
		case *authres.IPRevResult:
			results["iprev"] = string(r.Value)
		case *authres.AuthResult:
			results["auth"] = string(r.Value)
		case *authres.GenericResult:
			results[r.Method] = string(r.Value)
		}
	}
	return authserv, results, nil
}
