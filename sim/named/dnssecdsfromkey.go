package named

import (
	"fmt"
	"path"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
)

const dsfromkeyUsage = `Usage:
    dnssec-dsfromkey [options] keyfile

    dnssec-dsfromkey [options] -f zonefile [zonename]

    dnssec-dsfromkey [options] -s dnsname

    dnssec-dsfromkey [-h|-V]

Version: ` + versionNumber + `
Options:
    -1: digest algorithm SHA-1 (deprecated)
    -2: digest algorithm SHA-256
    -a algorithm: digest algorithm (SHA-1 (deprecated), SHA-256 or SHA-384)
    -A: include all keys in DS set, not just KSKs (-f only)
    -c class: rdata class for DS set (default IN) (-f or -s only)
    -C: print CDS records
    -f zonefile: read keys from a zone file
    -h: print help information
    -K directory: where to find key or keyset files
    -s: read keys from keyset-<dnsname> file
    -T: TTL of output records (omitted by default)
    -v level: verbosity
    -V: print version information
Output: DS or CDS RRs
`

// runDsfromkey is dnssec-dsfromkey(8): the DS records a parent zone needs for a key
// (RFC 4034 5, RFC 4509).
func runDsfromkey(p *host.Proc) int {
	t, status := newTool(p, "acfKTvE", "12ACshV", dsfromkeyUsage, 0)
	if t == nil {
		return status
	}
	digest := uint8(mdns.SHA256)
	switch strings.ToUpper(strings.ReplaceAll(t.flags['a'], "-", "")) {
	case "":
	case "SHA1", "1":
		digest = mdns.SHA1
	case "SHA256", "2":
	case "SHA384", "4":
		digest = mdns.SHA384
	default:
		return t.fatalf("unknown algorithm %s", t.flags['a'])
	}
	if t.seen['1'] {
		digest = mdns.SHA1
	}
	if digest == mdns.SHA1 {
		fmt.Fprint(p.Stderr, "WARNING: DS digest type 0 is deprecated\n")
	}
	var keys []*mdns.DNSKEY
	switch {
	case t.seen['f']:
		var status int
		if keys, status = t.keysOfZone(); status != 0 {
			return status
		}
	case len(t.operand) == 0:
		fmt.Fprint(p.Stderr, dsfromkeyUsage)
		return 1
	default:
		file := strings.TrimSuffix(t.operand[0], ".private")
		k, err := readPublicKey(t.disk(), path.Join(t.flags['K'], file))
		if err != nil {
			return t.fatalf("can't load %s.key: %s", strings.TrimSuffix(file, ".key"), err)
		}
		keys = append(keys, k)
	}
	for _, k := range keys {
		ds := k.ToDS(digest)
		if ds == nil {
			return t.fatalf("can't build record")
		}
		ttl, kind := "", "DS"
		if t.seen['T'] {
			ttl = t.flags['T'] + " "
		}
		if t.seen['C'] {
			kind = "CDS"
		}
		p.Printf("%s %sIN %s %d %d %d %s\n", k.Hdr.Name, ttl, kind, ds.KeyTag, ds.Algorithm, ds.DigestType, strings.ToUpper(ds.Digest))
	}
	return 0
}

// keysOfZone reads the DNSKEY records of a zone file, or of what dig prints, which
// comes in on "-".
func (t *tool) keysOfZone() (keys []*mdns.DNSKEY, status int) {
	file := t.flags['f']
	origin := file
	if len(t.operand) > 0 {
		origin = t.operand[0]
	}
	name, err := dns.ParseName(origin)
	if err != nil {
		return nil, t.fatalf("can't initialize dns name %s", origin)
	}
	var text []byte
	if file == "-" {
		buf := make([]byte, 4096)
		for len(text) < 1<<20 {
			n, err := t.p.Stdin.Read(buf)
			if text = append(text, buf[:n]...); err != nil {
				break
			}
		}
	} else if text, err = t.disk().read(file); err != nil {
		return nil, t.fatalf("can't load %s: %s", file, resultText(err))
	}
	parser := mdns.NewZoneParser(strings.NewReader(string(text)), name, file)
	parser.SetDefaultTTL(3600)
	for rr, more := parser.Next(); more; rr, more = parser.Next() {
		if k, ok := rr.(*mdns.DNSKEY); ok && (t.seen['A'] || k.Flags&mdns.SEP != 0) && equalNames(k.Hdr.Name, name) {
			keys = append(keys, k)
		}
	}
	if err := parser.Err(); err != nil {
		return nil, t.fatalf("can't load %s: %s", file, err)
	}
	if len(keys) == 0 {
		return nil, t.fatalf("no DNSKEY RR for %s in %s", dns.Display(name), file)
	}
	return keys, 0
}
