package userland

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxlab/sim/vnet"
)

// routeQuery is what "ip route get" asks.
type routeQuery struct {
	dst, from netip.Addr
	dev       string
	mark      string
}

// routeGet is "ip route get".
func (t *ipTool) routeGet(args []string) int {
	q, status := t.routeQuery(args)
	if status != 0 {
		return status
	}
	node := t.p.Host.Node
	src, err := node.SourceFor(q.dst)
	if q.from.IsValid() && err == nil {
		if !node.Local(q.from) {
			err = vnet.ENETUNREACH
		}
		src = q.from
	}
	if err != nil {
		return t.answer(err)
	}
	r, err := node.RouteTo(q.dst)
	if err != nil {
		return t.answer(err)
	}
	if q.dev != "" && node.Iface(q.dev) == nil {
		return t.noDevice(q.dev)
	}
	mtu, expires := node.PathMTU(q.dst)
	if t.json {
		t.p.Print("[" + q.json(t, &r, src) + "]\n")
	} else {
		t.p.Print(q.text(t, &r, src, mtu, expires))
	}
	return 0
}

func (t *ipTool) routeQuery(args []string) (q routeQuery, status int) {
	if len(args) == 0 {
		return q, t.fail(1, "need at least a destination address")
	}
	for i := 0; i < len(args); i++ {
		word := args[i]
		if slices.Contains([]string{"from", "oif", "iif", "dev", "tos", "mark", "uid", "ipproto", "sport", "dport", "vrf"}, word) {
			if i++; i >= len(args) {
				return q, t.incomplete()
			}
			switch word {
			case "oif", "dev":
				q.dev = args[i]
			case "mark":
				q.mark = args[i]
			case "from":
				a, err := netip.ParseAddr(args[i])
				if err != nil {
					return q, t.fail(1, "Error: any valid prefix is expected rather than \"%s\".", args[i])
				}
				q.from = a
			}
			continue
		}
		if word == "to" || word == "fibmatch" {
			continue
		}
		a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimSuffix(word, "/32"), "/128"))
		if err != nil {
			return q, t.fail(1, "Error: any valid prefix is expected rather than \"%s\".", word)
		}
		q.dst = a.Unmap()
	}
	if !q.dst.IsValid() {
		return q, t.fail(1, "need at least a destination address")
	}
	return q, 0
}

// text is the answer as the kernel gives it: two lines for IPv4, one for IPv6.
func (q *routeQuery) text(t *ipTool, r *vnet.Route, src netip.Addr, mtu int, expires time.Duration) string {
	var b strings.Builder
	local := t.p.Host.Node.Local(q.dst)
	if local {
		b.WriteString("local ")
	}
	b.WriteString(q.dst.String() + " ")
	switch {
	case q.from.IsValid():
		fmt.Fprintf(&b, "from %s ", q.from)
	case q.dst.Is6():
		b.WriteString("from :: ")
	}
	if r.Via.IsValid() {
		fmt.Fprintf(&b, "via %s ", r.Via)
	}
	fmt.Fprintf(&b, "dev %s ", r.Dev)
	cached := ""
	if expires > 0 {
		cached = fmt.Sprintf("expires %dsec mtu %d ", int(expires/time.Second), mtu)
	} else if r.MTU > 0 {
		cached = fmt.Sprintf("mtu %d ", r.MTU)
	}
	if q.dst.Is6() {
		metric := routeMetric(r)
		if local {
			b.WriteString("table local proto kernel ")
			metric = 0
		} else if r.Proto == "kernel" {
			b.WriteString("proto kernel ")
		}
		fmt.Fprintf(&b, "src %s metric %d %spref medium\n", src, metric, cached)
		return b.String()
	}
	if !q.from.IsValid() {
		fmt.Fprintf(&b, "src %s ", src)
	}
	if q.mark != "" {
		fmt.Fprintf(&b, "mark %s ", q.mark)
	}
	sep := "\n"
	if t.oneLine {
		sep = "\\"
	}
	fmt.Fprintf(&b, "uid %d %s    cache ", t.p.Cred.UID, sep)
	if local {
		b.WriteString("<local> ")
	}
	return b.String() + cached + "\n"
}

func (q *routeQuery) json(t *ipTool, r *vnet.Route, src netip.Addr) string {
	var o jsonObject
	if t.p.Host.Node.Local(q.dst) {
		o.text("type", "local")
	}
	o.text("dst", q.dst.String())
	if r.Via.IsValid() {
		o.text("gateway", r.Via.String())
	}
	o.text("dev", r.Dev)
	o.text("prefsrc", src.String())
	o.list("flags", nil)
	o.number("uid", int(t.p.Cred.UID))
	o.list("cache", nil)
	return o.String()
}
