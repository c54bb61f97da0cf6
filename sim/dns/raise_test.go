package dns_test

import (
	"testing"
	"time"

	"mxlab/sim/dns"
)

func TestRaiseSerial(t *testing.T) {
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ in, want string }{
		{"@ IN SOA ns h 2025112101 1 2 3 4\n", "@ IN SOA ns h 2026030201 1 2 3 4\n"},
		{"@ IN SOA ns h ( ; ( SOA\n 2026030205 ; serial\n 1 2 3 4 )\n", "@ IN SOA ns h ( ; ( SOA\n 2026030206 ; serial\n 1 2 3 4 )\n"},
		{"@ IN SOA ns h (2026030201 1 2 3 4)\n", "@ IN SOA ns h (2026030202 1 2 3 4)\n"},
		{"@ IN SOA ns h x 1 2 3 4\n", "@ IN SOA ns h x 1 2 3 4\n"},
		{"www IN A 192.0.2.1\n", "www IN A 192.0.2.1\n"},
	} {
		if got := dns.RaiseSerial(c.in, day); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}
