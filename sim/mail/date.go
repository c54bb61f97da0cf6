package mail

import (
	"fmt"
	"time"
)

// FormatDate writes a date as Postfix does in Date: and Received: fields:
// "Sat, 21 Nov 2026 22:48:43 +0000 (UTC)". The zone's abbreviation follows in
// parentheses.
func FormatDate(t time.Time) string {
	zone, _ := t.Zone()
	return t.Format("Mon, _2 Jan 2006 15:04:05 -0700") + " (" + zone + ")"
}

// MessageID makes the Message-Id Postfix's cleanup gives to a message that has
// none, with its angle brackets. The time in it is UTC.
func MessageID(t time.Time, queueID, hostname string) string {
	return fmt.Sprintf("<%s.%s@%s>", t.UTC().Format("20060102150405"), queueID, hostname)
}

// QueueID makes a short queue id: the microseconds of the arrival as five
// hexadecimal digits, then the inode number of the queue file.
func QueueID(arrival time.Time, inode uint64) string {
	return fmt.Sprintf("%05X%X", arrival.Nanosecond()/1000, inode)
}
