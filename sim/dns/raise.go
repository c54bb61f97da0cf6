package dns

import (
	"strconv"
	"strings"
	"time"
)

// RaiseSerial returns the text of a zone file with the serial of its SOA record
// raised: to today's date with the number 01 (YYYYMMDDnn, RFC 1912 2.2) if that
// is more, else by one. Text without a readable SOA record comes back as it is.
func RaiseSerial(text string, now time.Time) string {
	start, end := serialSpan(text)
	if start < 0 {
		return text
	}
	old, err := strconv.ParseUint(text[start:end], 10, 32)
	if err != nil {
		return text
	}
	next := uint32(old) + 1
	if today, err := strconv.ParseUint(now.Format("20060102")+"01", 10, 32); err == nil && SerialNewer(uint32(today), uint32(old)) {
		next = uint32(today)
	}
	return text[:start] + strconv.FormatUint(uint64(next), 10) + text[end:]
}

// serialSpan finds the third word after SOA, parentheses and comments aside.
func serialSpan(text string) (start, end int) {
	after := -1 // words seen since SOA
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ';':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case strings.IndexByte(" \t\r\n()", c) >= 0:
			i++
		default:
			j := i
			for j < len(text) && strings.IndexByte(" \t\r\n();", text[j]) < 0 {
				j++
			}
			switch {
			case after >= 0:
				after++
			case strings.EqualFold(text[i:j], "SOA"):
				after = 0
			}
			if after == 3 {
				return i, j
			}
			i = j
		}
	}
	return -1, -1
}
