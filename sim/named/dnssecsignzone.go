package named

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
)

const signzoneUsage = "Usage:\n\tdnssec-signzone [options] zonefile [keys]\n\nVersion: " + versionNumber + `
Options: (default value in parenthesis) 
	-S:	smart signing: automatically finds key files
		for the zone and determines how they are to be used
	-K directory:
		directory to find key files (.)
	-d directory:
		directory to find dsset-* files (.)
	-s [YYYYMMDDHHMMSS|+offset]:
		RRSIG start time - absolute|offset (now - 1 hour)
	-e [YYYYMMDDHHMMSS|+offset|"now"+offset]:
		RRSIG end time - absolute|from start|from now (now + 30 days)
	-o origin:
		zone origin (name of zonefile)
	-f outfile:
		file the signed zone is written in (zonefile + .signed)
	-N format:
		soa serial format of signed zone file (keep)
	-P:	disable post-sign verification
	-x:	sign DNSKEY record with KSKs only, not ZSKs
	-z:	sign all records with KSKs
	-3 NSEC3 salt
	-H NSEC3 additional iterations (0)
	-A NSEC3 optout

Signing Keys: (default: all zone keys that have private keys)
	keyfile (Kname+alg+tag)
`

// runSignzone is dnssec-signzone(8).
func runSignzone(p *host.Proc) int {
	t, status := newTool(p, "KdseXivojfINOcETkn3HLM", "SghDaPQRtuxzCAqV", signzoneUsage, 1)
	if t == nil {
		return status
	}
	file := t.operand[0]
	origin := t.flags['o']
	if origin == "" {
		origin = path.Base(file)
	}
	zone, why := t.loadZone(origin, file)
	if zone == nil {
		return t.fatalf("failed loading zone from '%s': %s", file, why)
	}
	o, status := t.signOptions(zone)
	if status != 0 {
		return status
	}
	signed, err := dns.Sign(zone, t.zoneKeys(zone), o)
	switch {
	case errors.Is(err, dns.ErrNoKeys):
		return t.fatalf("No signing keys specified or found.")
	case err != nil:
		return t.fatalf("%s", err)
	}
	if !t.seen['P'] {
		report, good := dns.Verify(signed, uint32(p.Host.Now().Unix()))
		fmt.Fprint(p.Stderr, report)
		if !good {
			fmt.Fprint(p.Stderr, "Zone verification failed (failure)\n")
			return 1
		}
	}
	return t.writeSigned(signed, file)
}

// loadZone reads a zone file with the messages of the loader.
func (t *tool) loadZone(origin, file string) (*dns.Zone, string) {
	opts := dns.CheckzoneOptions()
	opts.Origin, opts.File, opts.Read, opts.Kind = origin, file, t.disk().readZone, dns.Secondary
	opts.CheckIntegrity, opts.ManyErrors = false, false
	zone, messages, err := dns.Load(opts)
	for _, m := range messages {
		if strings.HasPrefix(m.Text, "dns_") {
			fmt.Fprintf(t.p.Stderr, "%s: %s\n", t.p.Name(), m.Text)
		}
	}
	if err != nil {
		return nil, err.Error()
	}
	return zone, ""
}

// zoneKeys finds the keys to sign with: those named on the command line, with -S all
// in the directory, otherwise those of the zone's DNSKEY records.
func (t *tool) zoneKeys(zone *dns.Zone) (keys []dns.ZoneKey) {
	d := t.disk()
	add := func(name string) {
		k, err := readZoneKey(d, name)
		if err != nil || !equalNames(k.Public.Hdr.Name, zone.Origin()) {
			return
		}
		same := func(o dns.ZoneKey) bool { return o.Public.PublicKey == k.Public.PublicKey }
		if !slices.ContainsFunc(keys, same) {
			keys = append(keys, k)
		}
	}
	for _, name := range t.operand[1:] {
		add(name)
	}
	if len(t.operand) > 1 && !t.seen['S'] {
		return keys
	}
	set, _ := zone.Get(zone.Origin(), mdns.TypeDNSKEY)
	for _, rr := range set.RRs {
		add(path.Join(t.flags['K'], keyFileName(rr.(*mdns.DNSKEY))))
	}
	if t.seen['S'] {
		names, _ := d.glob(path.Join(t.flags['K'], "K"+zone.Origin()+"+*.private"))
		for _, name := range names {
			add(name)
		}
	}
	return keys
}

// signOptions reads the options about times, serial and denials.
func (t *tool) signOptions(zone *dns.Zone) (o dns.SignOptions, status int) {
	now := t.p.Host.Now().UTC()
	start, ok := signTime(t.flags['s'], now, now, now.Add(-time.Hour))
	if !ok {
		return o, t.fatalf("time value %s is invalid", t.flags['s'])
	}
	end, ok := signTime(t.flags['e'], now, start, start.Add(30*24*time.Hour))
	if !ok {
		return o, t.fatalf("time value %s is invalid", t.flags['e'])
	}
	o.Inception, o.Expiration = uint32(start.Unix()), uint32(end.Unix())
	o.Serial = zone.Serial()
	switch strings.ToLower(t.flags['N']) {
	case "", "keep":
	case "increment":
		o.Serial++
	case "unixtime":
		o.Serial = uint32(now.Unix())
	case "date":
		y, m, d := now.Date()
		if o.Serial = uint32(y*1000000 + int(m)*10000 + d*100); !dns.SerialNewer(o.Serial, zone.Serial()) {
			o.Serial = zone.Serial() + 1
		}
	default:
		return o, t.fatalf("unknown soa serial format: %s", t.flags['N'])
	}
	if o.Hashed = t.seen['3']; o.Hashed && t.flags['3'] != "-" {
		o.Salt = strings.ToUpper(t.flags['3'])
		if _, err := hex.DecodeString(o.Salt); err != nil || len(o.Salt) > 510 {
			return o, t.fatalf("isc_hex_decodestring: bad hex encoding")
		}
	}
	if t.seen['H'] {
		n, err := strconv.ParseUint(t.flags['H'], 10, 16)
		switch {
		case err != nil:
			return o, t.fatalf("iterations must be numeric")
		case n > 150:
			return o, t.fatalf("NSEC3 iterations too big for weakest DNSKEY strength. Maximum iterations allowed 150.")
		}
		o.Iterations = uint16(n)
	}
	o.OptOut, o.KSKOnly, o.SignAllWithKSK = t.seen['A'], t.seen['x'], t.seen['z']
	return o, 0
}

// signTime reads YYYYMMDDHHMMSS, +SECONDS after base, or now+SECONDS.
func signTime(text string, now, base, otherwise time.Time) (time.Time, bool) {
	if text == "" {
		return otherwise, true
	}
	if rest, ok := strings.CutPrefix(text, "now"); ok {
		text, base = rest, now
		if text == "" {
			return now, true
		}
	}
	if text[0] == '+' || text[0] == '-' {
		n, err := strconv.ParseInt(text, 10, 33)
		return base.Add(time.Duration(n) * time.Second), err == nil
	}
	at, err := time.Parse("20060102150405", text)
	return at, err == nil
}

// writeSigned writes the signed zone, and the file with its DS records.
func (t *tool) writeSigned(z *dns.Zone, file string) int {
	out := t.flags['f']
	if out == "" {
		out = file + ".signed"
	}
	d, fs, now := t.disk(), t.p.Host.FS, t.p.Host.Now().UTC()
	text := fmt.Sprintf("; File written on %s\n; dnssec_signzone version %s\n", now.Format("Mon Jan _2 15:04:05 2006"), versionNumber) + z.Text(dns.SignedStyle)
	if err := fs.WriteFile(d.path(out), []byte(text), 0o644, t.p.Cred); err != nil {
		return t.fatalf("failed to open temporary output file: %s", resultText(err))
	}
	set, _ := z.Get(z.Origin(), mdns.TypeDNSKEY)
	dsset := ""
	for _, rr := range set.RRs {
		if k := rr.(*mdns.DNSKEY); k.Flags&mdns.SEP != 0 {
			ds := strings.ToUpper(k.ToDS(mdns.SHA256).Digest)
			dsset += fmt.Sprintf("%-23s IN DS %d %d 2 %s %s\n", k.Hdr.Name, k.KeyTag(), k.Algorithm, ds[:56], ds[56:])
		}
	}
	if dsset != "" {
		dsset = tabbed(dsset)
		fs.WriteFile(d.path(path.Join(t.flags['d'], "dsset-"+z.Origin())), []byte(dsset), 0o644, t.p.Cred)
	}
	t.p.Print(out + "\n")
	return 0
}

// tabbed puts tabs between the owner and the rest of each line, up to column 24.
func tabbed(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		owner, rest, _ := strings.Cut(line, " ")
		tabs := max((24-len(owner)+7)/8, 1)
		b.WriteString(owner + strings.Repeat("\t", tabs) + strings.TrimLeft(rest, " "))
	}
	return b.String()
}

const verifyUsage = "Usage:\n\tdnssec-verify [options] zonefile [keys]\n\nVersion: " + versionNumber + `
Options: (default value in parenthesis) 
	-v debuglevel (0)
	-q quiet
	-V:	print version information
	-o origin:
		zone origin (name of zonefile)
	-I format:
		file format of input zonefile (text)
	-c class (IN)
	-E engine:
		name of an OpenSSL engine to use
	-x:	DNSKEY record signed with KSKs only, not ZSKs
	-z:	All records signed with KSKs
`

// runVerify is dnssec-verify(8).
func runVerify(p *host.Proc) int {
	t, status := newTool(p, "cEIJmov", "qVxzh", verifyUsage, 1)
	if t == nil {
		return status
	}
	file, origin := t.operand[0], t.flags['o']
	if origin == "" {
		origin = path.Base(file)
	}
	zone, why := t.loadZone(origin, file)
	if zone == nil {
		return t.fatalf("failed loading zone from '%s': %s", file, why)
	}
	if !t.seen['q'] {
		p.Printf("Loading zone '%s' from file '%s'\n\n", dns.Display(zone.Origin()), file)
	}
	report, good := dns.Verify(zone, uint32(p.Host.Now().Unix()))
	fmt.Fprint(p.Stderr, report)
	if !good {
		return 1
	}
	return 0
}
