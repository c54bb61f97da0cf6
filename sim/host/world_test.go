package host_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is one host with both families, on a link with name servers.
type world struct {
	testing.TB
	k     *vtime.Kernel
	net   *vnet.Net
	lan   *vnet.Link
	log   *trace.Log
	h     *host.Host
	asked []string // "server name type", in order
}

func newWorld(tb testing.TB, addrs ...string) *world {
	w := &world{TB: tb, k: vtime.New(epoch, 1)}
	tb.Cleanup(w.k.Close)
	c := w.k.Clock()
	w.log = trace.NewLog(c, 0)
	w.net = vnet.New(c, w.log)
	w.lan = w.net.AddLink(vnet.LinkSpec{Name: "lan", Latency: time.Millisecond})
	w.h = host.New(host.Config{Name: "pc", Flavour: host.Debian, Clock: c, Log: w.log, Node: w.node("pc", addrs...),
		FS: vfs.New(nil, vfs.Options{Now: c.Now})})
	if err := w.h.Node.AddRoute(vnet.Route{Dst: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("192.0.2.1")}); err != nil {
		tb.Fatal(err)
	}
	w.write("/etc/hostname", "pc.example.kr\n")
	return w
}

func (w *world) node(name string, addrs ...string) *vnet.Node {
	w.Helper()
	nd, err := w.net.AddNode(name)
	if err != nil {
		w.Fatal(err)
	}
	for _, a := range addrs {
		if _, err := nd.Attach(w.lan, "eth"+a, netip.MustParsePrefix(a)); err != nil {
			w.Fatal(err)
		}
	}
	return nd
}

func (w *world) write(path, text string) {
	w.Helper()
	if err := w.h.FS.MkdirAll(path[:strings.LastIndexByte(path, '/')], 0o755, host.Root); err != nil {
		w.Fatal(err)
	}
	if err := w.h.FS.WriteFile(path, []byte(text), 0o644, host.Root); err != nil {
		w.Fatal(err)
	}
}

// server adds a name server that answers from lines like "www.example.kr. A
// 192.0.2.80"; a name with no line does not exist. "refuse" as its only line
// makes it refuse everything, "silent" say nothing at all.
func (w *world) server(addr string, lines ...string) {
	w.Helper()
	nd := w.node("ns"+addr, addr+"/24")
	var sock *vnet.UDPSocket
	sock, err := nd.ListenUDP(netip.AddrPortFrom(netip.MustParseAddr(addr), 53), vnet.Owner{}, func(d *vnet.Datagram) {
		q := new(mdns.Msg)
		if err := q.Unpack(d.Payload); err != nil {
			w.Error(err)
		}
		w.asked = append(w.asked, addr+" "+q.Question[0].Name+" "+mdns.Type(q.Question[0].Qtype).String())
		r := new(mdns.Msg).SetRcode(q, mdns.RcodeNameError)
		for _, l := range lines {
			switch name, rest, _ := strings.Cut(l, " "); {
			case l == "silent":
				return
			case l == "refuse":
				r.Rcode = mdns.RcodeRefused
			case strings.EqualFold(name, q.Question[0].Name):
				r.Rcode = mdns.RcodeSuccess
				rr, err := mdns.NewRR(name + " 60 IN " + rest)
				if err != nil {
					w.Error(err)
				}
				if rr.Header().Rrtype == q.Question[0].Qtype {
					r.Answer = append(r.Answer, rr)
				}
			}
		}
		wire, err := r.Pack()
		if err != nil {
			w.Error(err)
		}
		sock.SendTo(d.Src, wire)
	})
	if err != nil {
		w.Fatal(err)
	}
}

// do runs fn in the world and returns the virtual time it took.
func (w *world) do(fn func(t *vtime.Task)) time.Duration {
	w.Helper()
	start := w.k.Clock().Since()
	if err := w.k.Do(0, fn); err != nil {
		w.Fatal(err)
	}
	return w.k.Clock().Since() - start
}

// resolve looks a name up and returns "canonical: addresses" or the error.
func (w *world) resolve(name string, f host.Family) (got string, took time.Duration) {
	w.Helper()
	w.asked = nil
	took = w.do(func(t *vtime.Task) {
		addrs, canonical, err := w.h.LookupAddrs(t, name, f)
		if err != nil {
			got = err.Error()
			return
		}
		var list []string
		for _, a := range addrs {
			list = append(list, a.String())
		}
		got = canonical + ": " + strings.Join(list, " ")
	})
	return got, took
}
