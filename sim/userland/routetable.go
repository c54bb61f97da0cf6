package userland

import (
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// routeTable is the table of route -n and netstat -rn.
func routeTable(p *host.Proc, numeric, netstat bool) string {
	t := &ipTool{p: p}
	var b strings.Builder
	b.WriteString("Kernel IP routing table\n")
	if netstat {
		b.WriteString("Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n")
	} else {
		b.WriteString("Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n")
	}
	for _, r := range t.routes() {
		dst, gateway, flags := r.Dst.Addr().String(), "0.0.0.0", "U"
		if !numeric && r.Dst.Bits() == 0 {
			dst = "default"
		}
		if r.Via.IsValid() {
			gateway, flags = r.Via.String(), "UG"
		}
		use, dev, mss := "0", r.Dev, "0"
		if r.Type != vnet.Unicast {
			gateway, flags, use, dev, mss = "-", "!", "-", "-", "-"
		}
		if r.Dst.Bits() == 32 {
			flags += "H"
		}
		if netstat {
			fmt.Fprintf(&b, "%-15s %-15s %-15s %-7s %3s %-5s %6s %s\n", dst, gateway, netmaskOf(r.Dst.Bits()), flags, mss, use, use, dev)
		} else {
			fmt.Fprintf(&b, "%-15s %-15s %-15s %-5s %-6d %-2s %7d %s\n", dst, gateway, netmaskOf(r.Dst.Bits()), flags, r.Metric, use, 0, dev)
		}
	}
	return b.String()
}
