package spf

import (
	"fmt"
	"strings"

	"mxlab/sim/mail"
)

// Summary is the sentence that goes into headers and logs, in the usual words of
// SPF implementations.
func (o Outcome) Summary(q Query) string {
	ip := q.IP.Unmap()
	switch o.Result {
	case Pass:
		return fmt.Sprintf("domain of %s designates %s as permitted sender", o.Sender, ip)
	case Fail:
		return fmt.Sprintf("domain of %s does not designate %s as permitted sender", o.Sender, ip)
	case SoftFail:
		return fmt.Sprintf("transitioning domain of %s does not designate %s as permitted sender", o.Sender, ip)
	case Neutral:
		return fmt.Sprintf("%s is neither permitted nor denied by domain of %s", ip, o.Sender)
	case TempError:
		return fmt.Sprintf("error in processing during lookup of %s: %s", o.Sender, o.Problem)
	case PermError:
		return fmt.Sprintf("permanent error in processing domain of %s: %s", o.Sender, o.Problem)
	}
	return fmt.Sprintf("domain of %s does not provide an SPF record", o.Sender)
}

// ReceivedSPF is the trace field of RFC 7208 9.1.
func (o Outcome) ReceivedSPF(q Query) mail.Field {
	pairs := [][2]string{{"client-ip", q.IP.Unmap().String()}, {"envelope-from", quoteValue(q.MailFrom)}, {"helo", q.Helo}}
	if q.Receiver != "" {
		pairs = append([][2]string{{"receiver", q.Receiver}}, pairs...)
	}
	pairs = append(pairs, [2]string{"identity", o.Identity})
	if o.Mechanism != "" {
		pairs = append(pairs, [2]string{"mechanism", quoteValue(o.Mechanism)})
	}
	if o.Problem != "" {
		pairs = append(pairs, [2]string{"problem", quoteValue(o.Problem)})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s: %s)", o.Result, orUnknown(q.Receiver), commentText(o.Summary(q)))
	for i, p := range pairs {
		sep := ";"
		if i == len(pairs)-1 {
			sep = ""
		}
		fmt.Fprintf(&b, "\n\t%s=%s%s", p[0], p[1], sep)
	}
	return mail.Field{Name: "Received-SPF", Value: b.String()}
}

// AuthResult is the method result for Authentication-Results (RFC 8601 2.7.2).
func (o Outcome) AuthResult(q Query) mail.AuthResult {
	r := mail.AuthResult{Method: "spf", Result: string(o.Result), Comment: o.Summary(q)}
	if o.Identity == "helo" {
		r.Properties = []mail.AuthProperty{{Type: "smtp", Name: "helo", Value: q.Helo}}
	} else {
		r.Properties = []mail.AuthProperty{{Type: "smtp", Name: "mailfrom", Value: q.MailFrom}}
	}
	return r
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func quoteValue(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(clean(s)) + `"`
}

func commentText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(clean(s))
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, s)
}
