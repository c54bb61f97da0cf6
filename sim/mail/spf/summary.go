package spf

import "fmt"

// Summary is the sentence that goes into replies and logs, in the usual words of
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
