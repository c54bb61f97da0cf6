package dns

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"
)

// randomZone makes a zone of few labels, so that wildcards, cuts, aliases and
// DNAMEs meet in every way.
func randomZone(r *rand.Rand) string {
	labels := []string{"a", "b", "c", "*"}
	name := func() string {
		var parts []string
		for range 1 + r.IntN(3) {
			parts = append(parts, labels[r.IntN(len(labels))])
		}
		return strings.Join(parts, ".")
	}
	var b strings.Builder
	b.WriteString("$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n")
	used := map[string]string{}
	for range 12 {
		owner := name()
		kind := []string{"A", "A", "MX", "CNAME", "NS", "TXT", "DNAME", "SRV"}[r.IntN(8)]
		if used[owner] != "" && (kind == "CNAME" || used[owner] == "CNAME" || used[owner] == kind) || kind == "NS" && strings.HasPrefix(owner, "*") {
			continue
		}
		used[owner] = kind
		data := map[string]string{"A": fmt.Sprintf("192.0.2.%d", r.IntN(250)), "MX": "10 " + name(), "CNAME": name(), "NS": name(),
			"TXT": "x", "DNAME": name(), "SRV": "1 1 1 " + name()}[kind]
		fmt.Fprintf(&b, "%s %s %s\n", owner, kind, data)
	}
	return b.String()
}

// TestPeerRandomZones compares responses from zones nobody thought of.
func TestPeerRandomZones(t *testing.T) {
	named := peer(t, "named")
	r := rand.New(rand.NewPCG(uint64(envInt("MXLAB_SEED", 1)), 11))
	var zones []baseZone
	var loaded []*Zone
	for i := 0; len(zones) < envInt("MXLAB_ZONES", 15) && i < 200; i++ {
		z := baseZone{fmt.Sprintf("z%d.test", i), randomZone(r)}
		opts := NamedOptions(Primary)
		opts.CheckNames, opts.Origin, opts.File = Ignore, z.origin, "db"
		opts.Read = func(string) ([]byte, error) { return []byte(z.text), nil }
		if zone, _, err := Load(opts); err == nil {
			zones, loaded = append(zones, z), append(loaded, zone)
		}
	}
	server, set := startNamed(t, named, zones), NewZoneSet(loaded...)
	var names []string
	for _, z := range zones {
		for range 12 {
			name := z.origin + "."
			for range 1 + r.IntN(4) {
				name = []string{"a", "b", "c", "*", "d"}[r.IntN(5)] + "." + name
			}
			names = append(names, name)
		}
	}
	types := []uint16{mdns.TypeA, mdns.TypeMX, mdns.TypeNS, mdns.TypeCNAME, mdns.TypeDNAME, mdns.TypeANY, mdns.TypeDS}
	// A DNAME that lengthens its own names gives answers of nearly 512 octets, which
	// named's name compression and ours cut at different places.
	compareResponses(t, server, set, names, types, false, 99)
	if t.Failed() {
		for _, z := range zones {
			t.Logf("%s\n%s", z.origin, z.text)
		}
	}
}
