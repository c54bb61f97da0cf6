package userland

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"mxlab/sim/vnet"
)

// changeRoute is "ip route add", "replace", "change" and "del".
func (t *ipTool) changeRoute(command string, args []string) int {
	if len(args) == 0 {
		return t.usage(ipRouteUsage)
	}
	r, status := t.parseRoute(args)
	if status != 0 {
		return status
	}
	node := t.p.Host.Node
	if r.Dev != "" && node.Iface(r.Dev) == nil {
		return t.noDevice(r.Dev)
	}
	if err := t.permitted(); err != nil {
		return t.answer(err)
	}
	v6 := r.Dst.Addr().Is6()
	if r.Metric == 1024 && v6 { // what a route has that names none
		r.Metric = 0
	}
	switch command {
	case "delete":
		if r.Dst != r.Dst.Masked() {
			return t.fail(2, "Error: Invalid prefix for given prefix length.")
		}
		return t.answer(node.DelRoute(r))
	case "replace":
		return t.routeAnswer(&r, node.ReplaceRoute(r, false))
	case "change", "chg":
		return t.routeAnswer(&r, node.ReplaceRoute(r, true))
	}
	return t.routeAnswer(&r, node.AddRoute(r))
}

// routeAnswer words the kernel's reasons against a route.
func (t *ipTool) routeAnswer(r *vnet.Route, err error) int {
	six := r.Dst.Addr().Is6()
	switch vnetErrno(err) {
	case vnet.ENETUNREACH:
		if six {
			return t.answer(vnet.EHOSTUNREACH)
		}
		return t.fail(2, "Error: Nexthop has invalid gateway.")
	case vnet.ENETDOWN:
		return t.fail(2, "Error: Device for nexthop is not up.")
	case vnet.EINVAL:
		switch {
		case r.Dst != r.Dst.Masked():
			return t.fail(2, "Error: Invalid prefix for given prefix length.")
		case r.Src.IsValid():
			return t.fail(2, "Error: Invalid prefsrc address.")
		}
	}
	return t.answer(err)
}

// routeWords are the keywords of a route that take a value.
var routeWords = []string{"via", "dev", "oif", "src", "metric", "preference", "priority", "proto", "protocol", "scope", "table", "mtu", "advmss",
	"weight", "tos", "dsfield", "hoplimit", "initcwnd", "initrwnd", "window", "rtt", "rttvar", "pref", "expires"}

// parseRoute reads a route as "ip route add" takes it; a status other than 0
// says that it was wrong and reported.
func (t *ipTool) parseRoute(args []string) (r vnet.Route, status int) {
	r.Proto = "boot"
	v6 := t.v6 || strings.Contains(strings.Join(args, " "), ":") && !t.v4
	for i := 0; i < len(args); i++ {
		word, value := args[i], ""
		if slices.Contains(routeWords, word) {
			if i++; i >= len(args) {
				return r, t.incomplete()
			}
			value = args[i]
		}
		switch {
		case value != "":
			if word == "via" && (value == "inet" || value == "inet6") && i+1 < len(args) {
				i++
				value = args[i]
			}
			status = t.routeWord(&r, word, value, v6)
		case word == "onlink":
			r.OnLink = true
		case word == "to" || word == "pervasive":
		case isRouteType(word) && !r.Dst.IsValid():
			r.Type, _ = routeType(word)
		case r.Dst.IsValid():
			return r, t.fail(255, "Error: either \"to\" is duplicate, or \"%s\" is a garbage.", word)
		default:
			var err error
			if r.Dst, err = parseDestination(word, v6); err != nil || r.Dst.Addr().Is6() != v6 {
				return r, t.fail(1, "Error: any valid prefix is expected rather than \"%s\".", word)
			}
		}
		if status != 0 {
			return r, status
		}
	}
	if !r.Dst.IsValid() {
		r.Dst, _ = parseDestination("default", v6)
	}
	return r, 0
}

func isRouteType(word string) bool {
	_, ok := routeType(word)
	return ok
}

// routeWord takes a keyword and its value.
func (t *ipTool) routeWord(r *vnet.Route, word, value string, v6 bool) int {
	family := "inet"
	if v6 {
		family = "inet6"
	}
	number := func(name string) (int, int) {
		n, err := strconv.ParseUint(value, 0, 32)
		if err != nil {
			return 0, t.fail(255, "Error: argument \"%s\" is wrong: \"%s\" value is invalid\n", value, name)
		}
		return int(n), 0
	}
	switch word {
	case "via", "src":
		a, err := netip.ParseAddr(value)
		if err != nil || a.Is6() != v6 {
			return t.fail(1, "Error: %s address is expected rather than \"%s\".", family, value)
		}
		if word == "via" {
			r.Via = a
		} else {
			r.Src = a
		}
	case "dev", "oif":
		r.Dev = value
	case "metric", "preference", "priority":
		n, status := number("metric")
		r.Metric = n
		return status
	case "mtu":
		n, status := number("mtu")
		r.MTU = n
		return status
	case "proto", "protocol":
		r.Proto = value
	case "table":
		if value != "main" && value != "254" {
			return t.fail(255, "Error: argument \"%s\" is wrong: table id value is invalid\n", value)
		}
	}
	return 0
}

// parseDestination reads a prefix; a bare address is a host.
func parseDestination(word string, v6 bool) (netip.Prefix, error) {
	if word == "default" || word == "any" || word == "all" {
		if v6 {
			return netip.PrefixFrom(netip.IPv6Unspecified(), 0), nil
		}
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0), nil
	}
	if a, err := netip.ParseAddr(word); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(word)
}

// flushRoutes is "ip route flush": it deletes all that are selected.
func (t *ipTool) flushRoutes(args []string) int {
	if len(args) == 0 {
		return t.fail(1, "\"ip route flush\" requires arguments.")
	}
	f, status := t.routeFilter(args)
	switch {
	case status != 0:
		return status
	case f.cache || f.table == "cache":
		if t.permitted() != nil && !t.v6 {
			t.fail(0, "Cannot open \"/proc/sys/net/ipv4/route/flush\": Permission denied")
			return 0
		}
		t.p.Host.Node.ForgetMTUs()
		return 0
	case f.table != "" && f.table != "main" && f.table != "all":
		return t.fail(2, "Error: ipv4: FIB table does not exist.\nDump terminated")
	}
	for _, r := range t.routes() {
		if !f.accepts(&r) {
			continue
		}
		if t.permitted() != nil {
			return t.fail(255, "Failed to send flush request: Operation not permitted")
		}
		t.p.Host.Node.DelRoute(r)
	}
	return 0
}

const ipRouteUsage = `Usage: ip route { list | flush } SELECTOR
       ip route get [ ROUTE_GET_FLAGS ] ADDRESS
                            [ from ADDRESS iif STRING ]
                            [ oif STRING ] [ tos TOS ]
                            [ mark NUMBER ] [ vrf NAME ]
                            [ uid NUMBER ] [ ipproto PROTOCOL ]
                            [ sport NUMBER ] [ dport NUMBER ]
       ip route { add | del | change | append | replace } ROUTE
SELECTOR := [ root PREFIX ] [ match PREFIX ] [ exact PREFIX ]
            [ table TABLE_ID ] [ vrf NAME ] [ proto RTPROTO ]
            [ type TYPE ] [ scope SCOPE ]
ROUTE := NODE_SPEC [ INFO_SPEC ]
NODE_SPEC := [ TYPE ] PREFIX [ tos TOS ]
             [ table TABLE_ID ] [ proto RTPROTO ]
             [ scope SCOPE ] [ metric METRIC ]
NH := [ via [ FAMILY ] ADDRESS ] [ dev STRING ] NHFLAGS
FAMILY := [ inet | inet6 ]
OPTIONS := FLAGS [ mtu NUMBER ] [ src ADDRESS ]
TYPE := { unicast | throw | unreachable | prohibit | blackhole }
TABLE_ID := [ local | main | default | all | NUMBER ]
SCOPE := [ host | link | global | NUMBER ]
NHFLAGS := [ onlink | pervasive ]
RTPROTO := [ kernel | boot | static | NUMBER ]
`
