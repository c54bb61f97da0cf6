package vnet_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// An ISP blocks port 25 for its customers, in one direction or both.
func TestPortFilterDirections(t *testing.T) {
	home := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8:1::/48")}
	for _, test := range []struct {
		name    string
		filter  vnet.PortFilter
		out, in bool // passes: customer to Internet, Internet to customer
		out587  bool
		out6    bool
	}{
		{"none", vnet.PortFilter{Port: 99, Outbound: true, Inbound: true, Customers: home, Action: vnet.Drop}, true, true, true, true},
		{"outbound", vnet.PortFilter{Port: 25, Proto: vnet.ProtoTCP, Outbound: true, Customers: home, Action: vnet.Drop}, false, true, true, false},
		{"inbound", vnet.PortFilter{Port: 25, Inbound: true, Customers: home, Action: vnet.Drop}, true, false, true, true},
		{"both", vnet.PortFilter{Port: 25, Outbound: true, Inbound: true, Customers: home, Action: vnet.Reject}, false, false, true, false},
		{"udp only", vnet.PortFilter{Port: 25, Proto: vnet.ProtoUDP, Outbound: true, Inbound: true, Customers: home, Action: vnet.Drop}, true, true, true, true},
		{"business line", vnet.PortFilter{Port: 25, Outbound: true, Inbound: true, Customers: home, Except: []netip.Addr{addr(pc4)}, Action: vnet.Drop}, true, true, true, false},
		{"everybody, every port", vnet.PortFilter{Outbound: true, Action: vnet.Drop}, false, false, false, false},
		{"switched off", vnet.PortFilter{Outbound: true, Action: vnet.Accept}, true, true, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t, 1)
			l.serve(t, "[::]:25", echoLines)
			l.serve(t, "[::]:587", echoLines)
			l.pc.ListenTCP(ap("0.0.0.0:25"), vnet.Owner{}, nil)
			test.filter.Name = "isp"
			l.r1.AddPortFilter(test.filter)
			l.do(t, func(op *vtime.Task) {
				try := func(what string, from *vnet.Node, to string, want bool) {
					t.Helper()
					_, err := from.DialTCP(op, netip.AddrPort{}, ap(to), vnet.Owner{}, 5*time.Second)
					if (err == nil) != want {
						t.Errorf("%s: %v, want passing %v", what, err, want)
					}
				}
				try("outbound 25", l.pc, srv4+":25", test.out)
				try("outbound 587", l.pc, srv4+":587", test.out587)
				try("inbound 25", l.srv, pc4+":25", test.in)
				try("outbound 25 over IPv6", l.pc, "["+srv6+"]:25", test.out6)
			})
			if !test.out && !strings.Contains(l.text(), `r1 via lan1 "isp`) {
				t.Errorf("the filter is not named in the trace:\n%s", l.text())
			}
			if !l.r1.RemovePortFilter("isp") || l.r1.RemovePortFilter("isp") || len(l.r1.PortFilters()) != 0 {
				t.Error("RemovePortFilter")
			}
		})
	}
}
