package named

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/host"
)

const keygenUsage = "Usage:\n    dnssec-keygen [options] name\n\nVersion: " + versionNumber + `
    name: owner of the key
Options:
    -K <directory>: write keys into directory
    -a <algorithm>:
        RSASHA1 (deprecated) | NSEC3RSASHA1 (deprecated) |
        RSASHA256 | RSASHA512 |
        ECDSAP256SHA256 | ECDSAP384SHA384 |
        ED25519 | ED448 | DH
    -b <key size in bits>:
        RSASHA256:	[1024..4096]
        RSASHA512:	[1024..4096]
        ECDSAP256SHA256:	ignored
        ECDSAP384SHA384:	ignored
        ED25519:	ignored
    -f <keyflag>: KSK | REVOKE
    -L <ttl>: default key TTL
Output:
     K<name>+<alg>+<id>.key, K<name>+<alg>+<id>.private
`

// tool is what the commands of DNSSEC have in common: options, and BIND's way to
// give up.
type tool struct {
	p       *host.Proc
	flags   map[byte]string // options given, with their value
	seen    map[byte]bool
	operand []string
}

// newTool parses the options of a command that wants at least so many operands;
// valued lists the options with a value. Without a tool the command is over, with
// that status.
func newTool(p *host.Proc, valued, plain, usage string, operands int) (t *tool, status int) {
	t = &tool{p: p, flags: map[byte]string{}, seen: map[byte]bool{}}
	args := p.Args[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		word := args[0][1:]
		args = args[1:]
		for i := 0; i < len(word); i++ {
			f := word[i]
			switch {
			case strings.IndexByte(valued, f) >= 0:
				value := word[i+1:]
				if value == "" {
					if len(args) == 0 {
						fmt.Fprintf(p.Stderr, "%s: option requires an argument -- '%c'\n%s", p.Name(), f, usage)
						return nil, 1
					}
					value, args = args[0], args[1:]
				}
				t.flags[f], t.seen[f] = value, true
				i = len(word)
			case strings.IndexByte(plain, f) >= 0:
				t.seen[f] = true
			default:
				if f != 'h' {
					fmt.Fprintf(p.Stderr, "%s: invalid option -- '%c'\n", p.Name(), f)
				}
				fmt.Fprint(p.Stderr, usage)
				return nil, 1
			}
		}
	}
	if t.seen['V'] {
		fmt.Fprintf(p.Stderr, "%s %s\n", p.Name(), versionNumber)
		return nil, 0
	}
	if len(args) < operands {
		fmt.Fprint(p.Stderr, usage)
		return nil, 1
	}
	t.operand = args
	return t, 0
}

func (t *tool) fatalf(format string, args ...any) int {
	fmt.Fprintf(t.p.Stderr, "%s: fatal: %s\n", t.p.Name(), fmt.Sprintf(format, args...))
	return 1
}

// disk is the host's disk with the caller's rights; directory is -K's.
func (t *tool) disk() disk {
	return disk{fs: t.p.Host.FS, cred: t.p.Cred, dir: t.p.Cwd}
}

// algorithmNumber reads the name or number of a key's algorithm.
func algorithmNumber(word string) (uint8, bool) {
	if n, err := strconv.ParseUint(word, 10, 8); err == nil {
		_, known := mdns.AlgorithmToString[uint8(n)]
		return uint8(n), known
	}
	if strings.EqualFold(word, "NSEC3RSASHA1") {
		return mdns.RSASHA1NSEC3SHA1, true
	}
	n, ok := mdns.StringToAlgorithm[strings.ToUpper(word)]
	return n, ok
}

// runDnssecKeygen is dnssec-keygen(8): a key pair for a zone, in two files. The keys
// depend on the world's seed alone.
func runDnssecKeygen(p *host.Proc) int {
	t, status := newTool(p, "KklabcdEfgLnpstTmvPARIDSi", "3GChqV", keygenUsage, 1)
	if t == nil {
		return status
	}
	name, err := dns.ParseName(t.operand[0])
	switch {
	case len(t.operand) > 1:
		return t.fatalf("extraneous arguments")
	case err != nil:
		return t.fatalf("invalid key name %s: %s", t.operand[0], err)
	case !t.seen['a']:
		return t.fatalf("no algorithm specified")
	}
	algorithm, ok := algorithmNumber(t.flags['a'])
	if !ok {
		return t.fatalf("unknown algorithm %s", t.flags['a'])
	}
	flags := uint16(mdns.ZONE)
	switch strings.ToUpper(t.flags['f']) {
	case "":
	case "KSK":
		flags |= mdns.SEP
	case "REVOKE":
		flags |= mdns.REVOKE
	default:
		return t.fatalf("unknown flag '%s'", t.flags['f'])
	}
	bits := 2048
	if t.seen['b'] {
		if bits, err = strconv.Atoi(t.flags['b']); err != nil || bits < 0 {
			return t.fatalf("-b requires a non-negative number")
		}
	}
	if rsa := algorithm < mdns.ECDSAP256SHA256; rsa && (bits < 1024 || bits > 4096) {
		return t.fatalf("RSA key size %d out of range", bits)
	}
	k, err := newZoneKey(dnssecRandom(p.Host), name, algorithm, flags, bits)
	if err != nil {
		return t.fatalf("unsupported algorithm %s", t.flags['a'])
	}
	if ttl, err := strconv.ParseUint(t.flags['L'], 10, 31); err == nil {
		k.Public.Hdr.Ttl = uint32(ttl)
	}
	return t.writeKey(k)
}

// writeKey writes both files and prints their name.
func (t *tool) writeKey(k dns.ZoneKey) int {
	now := t.p.Host.Now().UTC()
	stamp := now.Format("20060102150405")
	kind := "zone-signing"
	if k.IsKSK() {
		kind = "key-signing"
	}
	text := fmt.Sprintf("; This is a %s key, keyid %d, for %s\n", kind, k.Public.KeyTag(), k.Public.Hdr.Name)
	times := ""
	for _, what := range []string{"Created", "Publish", "Activate"} {
		text += fmt.Sprintf("; %s: %s (%s)\n", what, stamp, now.Format("Mon Jan _2 15:04:05 2006"))
		times += what + ": " + stamp + "\n"
	}
	base := keyFileName(k.Public)
	d := t.disk()
	for _, f := range []struct {
		suffix, text string
		mode         fs.FileMode
	}{{".key", text + keyLine(k.Public), 0o644}, {".private", k.Public.PrivateKeyString(k.Private) + times, 0o600}} {
		file := path.Join(t.flags['K'], base+f.suffix)
		if err := t.p.Host.FS.WriteFile(d.path(file), []byte(f.text), f.mode, t.p.Cred); err != nil {
			return t.fatalf("failed to write key %s: %s", base, resultText(err))
		}
	}
	if !t.seen['q'] && t.p.Stderr.TTY() != nil {
		fmt.Fprint(t.p.Stderr, "Generating key pair.\n")
	}
	t.p.Print(base + "\n")
	return 0
}
