package named

import (
	"net/netip"
	"runtime"
	"testing"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// benchmarkQuery sends one query again and again; before runs before each.
func benchmarkQuery(b *testing.B, to, name string, before func(w *world)) {
	w := newWorld(b, "", nil)
	m := new(mdns.Msg)
	m.SetQuestion(name, mdns.TypeA)
	m.SetEdns0(1232, false)
	wire, _ := m.Pack()
	server := netip.AddrPortFrom(netip.MustParseAddr(addresses[to]), 53)
	w.ask(question{to: to, name: name, qtype: "A"})
	b.ReportAllocs()
	w.do(func(t *vtime.Task) {
		var sig vtime.Signal
		sock, err := w.hosts["client"].Node.ListenUDP(netip.AddrPort{}, vnet.Owner{}, func(*vnet.Datagram) { sig.Wake() })
		if err != nil {
			b.Fatal(err)
		}
		defer sock.Close()
		events := w.log.Len()
		for b.Loop() {
			before(w)
			sock.SendTo(server, wire)
			sig.Wait(t)
		}
		b.ReportMetric(float64(w.log.Len()-events)/float64(b.N), "events/op")
	})
}

// BenchmarkRecursion is a full recursion of 8 messages: the resolver knows the root
// servers and nothing else.
func BenchmarkRecursion(b *testing.B) {
	benchmarkQuery(b, "res", "www.example.com.", func(w *world) {
		cache := serverOf(w, "res").views[0].resolver.cache
		cache.FlushTree("com.")
	})
}

// BenchmarkCached is a query answered from the cache, with its two packets.
func BenchmarkCached(b *testing.B) {
	benchmarkQuery(b, "res", "www.example.com.", func(*world) {})
}

// BenchmarkAuthoritative is a query answered from a zone, with its two packets.
func BenchmarkAuthoritative(b *testing.B) {
	benchmarkQuery(b, "ns1", "www.example.com.", func(*world) {})
}

// serverOf is the server of a host's unit.
func serverOf(w *world, name string) *Server { return w.hosts[name].Unit("named").Main().Ctx.(*Server) }

// BenchmarkBoot starts a server whose zones and configuration are known already.
func BenchmarkBoot(b *testing.B) {
	for _, name := range []string{"ns1", "res"} {
		b.Run(name, func(b *testing.B) {
			zones := NewZoneCache()
			newWorld(b, "", zones)
			w := buildWorld(b, "", zones)
			h := w.hosts[name]
			h.SetQuiet(true)
			b.ReportAllocs()
			w.do(func(*vtime.Task) {
				for b.Loop() {
					h.Unit("named").DoStart()
					b.StopTimer()
					h.Unit("named").DoStop()
					b.StartTimer()
				}
			})
		})
	}
}

// TestMemoryOfAnIdleServer bounds what a started server costs its world.
func TestMemoryOfAnIdleServer(t *testing.T) {
	zones := NewZoneCache()
	newWorld(t, "", zones)
	for _, c := range []struct {
		name  string
		limit uint64
	}{{"arpa", 8320}, {"res", 8320}} {
		const n = 200
		kernel := vtime.New(boot, 1)
		log := trace.NewLog(kernel.Clock(), 1)
		net := vnet.New(kernel.Clock(), log)
		link := net.AddLink(vnet.LinkSpec{Name: "lan"})
		w := &world{t: t, kernel: kernel, log: log, hosts: map[string]*host.Host{}}
		layout := buildWorld(t, "", zones).hosts[c.name].FS.Image()
		var hosts []*host.Host
		for i := range n {
			node, _ := net.AddNode(string(rune('a'+i%26)) + string(rune('a'+i/26)))
			node.Attach(link, "eth0", netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, 1, byte(i)}), 15))
			h := host.New(host.Config{Name: node.Name, Flavour: host.Debian, Clock: kernel.Clock(), Log: log, Node: node,
				FS: vfs.New(layout, vfs.Options{Now: kernel.Clock().Now})})
			Install(h, zones)
			h.SetQuiet(true)
			hosts = append(hosts, h)
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.GC() // what the tests before have left goes in two rounds
		runtime.ReadMemStats(&before)
		w.do(func(*vtime.Task) {
			for _, h := range hosts {
				h.Boot()
			}
		})
		runtime.GC()
		runtime.ReadMemStats(&after)
		each := (after.HeapAlloc - before.HeapAlloc) / n
		t.Logf("%s: %d bytes", c.name, each)
		if each > c.limit {
			t.Errorf("%s: an idle server takes %d bytes", c.name, each)
		}
		runtime.KeepAlive(hosts)
		kernel.Close()
	}
}
