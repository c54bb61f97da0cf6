package gateway

import (
	"sync"
	"time"
)

// bucket is a token bucket: rate a second, with bursts of as much.
type bucket struct {
	rate float64
	mu   sync.Mutex
	left float64
	last time.Time
}

// take reports whether one more is allowed now.
func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last.IsZero() {
		b.left = b.rate
	} else {
		b.left = min(b.rate, b.left+now.Sub(b.last).Seconds()*b.rate)
	}
	b.last = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// refusal is what a client that is one too many hears, in the words of the
// protocol it expects at the port (RFC 5321 4.2.3, 3501 7.1.5, 1939 3); nothing
// where it expects TLS, or waits to be asked.
func refusal(port uint16) string {
	const why = "too many connections to the lab's gateway, try again later\r\n"
	switch port {
	case 25, 587:
		return "421 4.3.2 " + why
	case 143:
		return "* BYE " + why
	case 110:
		return "-ERR [SYS/TEMP] " + why
	}
	return ""
}
