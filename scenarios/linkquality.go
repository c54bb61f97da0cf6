package scenarios

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"mxlab/sim"
	"mxlab/sim/vnet"
)

// The MTUs a link may have: the least of IPv4 (RFC 791 3.2), and jumbo frames.
const (
	minMTU = 68
	maxMTU = 9216
)

// apply gives a link what the patch says of it.
func (p *LinkPatch) apply(l *sim.Link, bad func(key, format string, args ...any)) {
	if p.Latency != "" {
		lat, err := time.ParseDuration(p.Latency)
		if err != nil || lat < 0 {
			bad("latency", "latency: %q is not a duration as 5ms", p.Latency)
		}
		l.Latency = lat
	}
	if p.Loss != nil {
		if !(*p.Loss >= 0 && *p.Loss < 1) {
			bad("loss", "loss: %v is not a probability from 0 to below 1", *p.Loss)
		}
		l.Loss = *p.Loss
	}
	if p.Bandwidth != "" {
		rate, err := parseRate(p.Bandwidth)
		if err != nil {
			bad("bandwidth", "bandwidth: %v", err)
		}
		l.Bandwidth = rate
	}
	if p.MTU != 0 {
		if p.MTU < minMTU || p.MTU > maxMTU {
			bad("mtu", "mtu: %d is not a number of bytes from %d to %d", p.MTU, minMTU, maxMTU)
		}
		l.MTU = p.MTU
	}
	switch p.Fragments {
	case "":
	case "drop", "pass":
		l.NoFrags = p.Fragments == "drop"
	default:
		bad("fragments", "fragments: %q is neither drop nor pass", p.Fragments)
	}
}

// parseRate reads a bit rate as tc(8) writes it: 64kbit, 10mbit, 1gbit.
func parseRate(s string) (int64, error) {
	for _, u := range []struct {
		unit string
		bits float64
	}{{"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}, {"bit", 1}} {
		if num, ok := strings.CutSuffix(strings.ToLower(s), u.unit); ok {
			n, err := strconv.ParseFloat(num, 64)
			if err != nil || !(n*u.bits >= 1 && n*u.bits <= 1e12) {
				break
			}
			return int64(n * u.bits), nil
		}
	}
	return 0, fmt.Errorf("%q is not a rate as 64kbit, 10mbit or 1gbit", s)
}

// linkPatch changes a link of the network.
func (b *builder) linkPatch(i int, p LinkPatch, bp *sim.Blueprint) {
	j := slices.IndexFunc(bp.Links, func(l sim.Link) bool { return l.Name == p.Name })
	if j < 0 {
		b.scErr(at("links", i, "name"), "no link %q", p.Name)
		return
	}
	p.apply(&bp.Links[j], func(key, format string, args ...any) { b.scErr(at("links", i, key), format, args...) })
}

// ifacePatch adds addresses to an interface and a default route to its host.
func (b *builder) ifacePatch(i int, p IfacePatch) {
	h := b.hosts[p.Host]
	if h == nil {
		b.scErr(at("interfaces", i, "host"), "no host %q", p.Host)
		return
	}
	j := slices.IndexFunc(h.Ifaces, func(f sim.Iface) bool { return f.Name == p.Name })
	if j < 0 {
		b.scErr(at("interfaces", i, "name"), "host %s has no interface %q", p.Host, p.Name)
		return
	}
	for k, a := range p.Addresses {
		prefix, err := netip.ParsePrefix(a)
		if err != nil {
			b.scErr(at("interfaces", i, "addresses", k), "%q is not an address with prefix length", a)
			continue
		}
		h.Ifaces[j].Addrs = append(h.Ifaces[j].Addrs, prefix)
	}
	if p.Gateway == "" {
		return
	}
	gw, err := netip.ParseAddr(p.Gateway)
	if err != nil {
		b.scErr(at("interfaces", i, "gateway"), "%q is not an IP address", p.Gateway)
		return
	}
	any := netip.IPv4Unspecified()
	if gw.Is6() {
		any = netip.IPv6Unspecified()
	}
	dst := netip.PrefixFrom(any, 0)
	h.Routes = slices.DeleteFunc(h.Routes, func(r vnet.Route) bool { return r.Dst == dst })
	h.Routes = append(h.Routes, vnet.Route{Dst: dst, Via: gw})
}
