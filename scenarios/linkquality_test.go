package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mxlab/sim"
)

func TestParseRate(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int64
	}{{"64kbit", 64000}, {"10mbit", 10e6}, {"1.5Mbit", 1500000}, {"1gbit", 1e9}, {"9600bit", 9600},
		{"10", 0}, {"fastbit", 0}, {"-1mbit", 0}, {"0mbit", 0}, {"9e99gbit", 0}, {"NaNmbit", 0}, {"", 0}} {
		got, err := parseRate(c.in)
		if got != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%q: %d, %v", c.in, got, err)
		}
	}
}

func TestLinkPatch(t *testing.T) {
	loss, tooMuch := 0.5, 1.0
	base := sim.Link{Name: "ix", Latency: 4 * time.Millisecond, Loss: 0.1, MTU: 1500, NoFrags: true}
	for _, c := range []struct {
		patch LinkPatch
		want  sim.Link
		bad   string
	}{
		{LinkPatch{}, base, ""},
		{LinkPatch{Latency: "80ms", Loss: &loss}, sim.Link{Name: "ix", Latency: 80 * time.Millisecond, Loss: 0.5, MTU: 1500, NoFrags: true}, ""},
		{LinkPatch{Bandwidth: "1mbit", MTU: 1280, Fragments: "pass"}, sim.Link{Name: "ix", Latency: 4 * time.Millisecond, Loss: 0.1, Bandwidth: 1e6, MTU: 1280}, ""},
		{LinkPatch{Latency: "soon"}, sim.Link{}, `latency: "soon" is not a duration as 5ms`},
		{LinkPatch{Loss: &tooMuch}, sim.Link{}, "loss: 1 is not a probability from 0 to below 1"},
		{LinkPatch{MTU: 20}, sim.Link{}, "mtu: 20 is not a number of bytes from 68 to 9216"},
		{LinkPatch{Bandwidth: "fast"}, sim.Link{}, `bandwidth: "fast" is not a rate as 64kbit, 10mbit or 1gbit`},
		{LinkPatch{Fragments: "maybe"}, sim.Link{}, `fragments: "maybe" is neither drop nor pass`},
	} {
		l, bad := base, []string{}
		c.patch.apply(&l, func(_, format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) })
		switch text := strings.Join(bad, "; "); {
		case text != c.bad:
			t.Errorf("%+v: %q, want %q", c.patch, text, c.bad)
		case c.bad == "" && l != c.want:
			t.Errorf("%+v:\ngot  %+v\nwant %+v", c.patch, l, c.want)
		}
	}
}
