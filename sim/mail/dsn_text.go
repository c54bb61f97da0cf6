package mail

import (
	"fmt"
	"time"
)

// subject is the Subject of Postfix's built-in bounce templates (bounce(5)).
func (d DSN) subject() string {
	switch {
	case d.Kind == DSNFailure && d.Postmaster != "":
		return "Postmaster Copy: Undelivered Mail"
	case d.Kind == DSNDelay && d.Postmaster != "":
		return "Postmaster Warning: Delayed Mail"
	case d.Kind == DSNFailure:
		return "Undelivered Mail Returned to Sender"
	case d.Kind == DSNDelay:
		return "Delayed Mail (still being retried)"
	case d.Kind == DSNSuccess:
		return "Successful Mail Delivery Report"
	}
	return "Mail Delivery Status Report"
}

// text is the explanation of Postfix's built-in bounce templates, which readers
// of bounces everywhere know.
func (d DSN) text() []string {
	greeting := "This is the mail system at host " + d.Hostname + "."
	const signature = "                   The mail system"
	help := []string{
		"",
		"For further assistance, please send mail to postmaster.",
		"",
		"If you do so, please include this problem report. You can",
		"delete your own text from the attached returned message.",
		"",
		signature,
	}
	switch d.Kind {
	case DSNFailure:
		return append([]string{greeting, "",
			"I'm sorry to have to inform you that your message could not",
			"be delivered to one or more recipients. It's attached below.",
		}, help...)
	case DSNDelay:
		const frame = "####################################################################"
		return append([]string{greeting, "", frame,
			"# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #",
			frame, "",
			fmt.Sprintf("Your message could not be delivered for more than %d hour(s).", roundUnits(d.DelayWarning, time.Hour)),
			fmt.Sprintf("It will be retried until it is %d day(s) old.", roundUnits(d.Lifetime, 24*time.Hour)),
		}, help...)
	case DSNSuccess:
		return []string{greeting, "",
			"Your message was successfully delivered to the destination(s)",
			"listed below. If the message was delivered to mailbox you will",
			"receive no further notifications. Otherwise you may still receive",
			"notifications of mail delivery errors from other systems.",
			"", signature}
	}
	return []string{greeting, "", "Enclosed is the mail delivery report that you requested.", "", signature}
}

// roundUnits is d in whole units, a started half counting as one.
func roundUnits(d, unit time.Duration) int64 { return int64((d + unit/2) / unit) }
