package dns

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// exoticZone holds what the other base zones do not: odd names and texts.
const exoticZone = `$TTL 90061
@ SOA ns.example. host\.master.example. 4294967295 1 60 3600 604801
@ NS ns
ns A 192.0.2.1
ns AAAA 2001:db8::ffff:0:1
a\.b A 192.0.2.2
sp\ ace TXT "a\"b" "\\c" "tab\009x" "" plain
\$dollar A 192.0.2.3
at\@sign A 192.0.2.4
UPPER A 192.0.2.5
deep.er.name 5 A 192.0.2.6
deep.er 5 MX 0 .
verylonglabelverylonglabelverylonglabel.verylonglabelverylonglabel A 192.0.2.7
* CNAME ns
x TYPE65400 \# 4 01020aff
x CAA 128 iodef "mailto:a@example"
srv SRV 1 2 3 ns.other.test.
d DNAME example.org.
p PTR ns
h HINFO "a b" c
loc LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
naptr NAPTR 1 2 "u" "E2U+sip" "!^.*$!sip:x@example!" .
key DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
ds DS 1 13 2 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
ds NS ns
ssh SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
tlsa TLSA 3 1 1 0123456789abcdef
rp RP a.b c
uri URI 10 1 "https://example/"
`

// TestPeerZoneText compares the zones we write with those named-checkzone writes.
func TestPeerZoneText(t *testing.T) {
	tool := peer(t, "named-checkzone")
	dir := t.TempDir()
	zones := append(baseZones(), baseZone{"example", exoticZone}, baseZone{".", rootZone})
	for _, base := range zones {
		os.WriteFile(filepath.Join(dir, "zone.db"), []byte(base.text), 0o644)
		for _, style := range []string{"full", "relative"} {
			args := []string{"-i", "none", "-k", "ignore", "-D", "-s", style, base.origin, "zone.db"}
			cmd := exec.Command(tool, args...)
			cmd.Dir = dir
			want, _ := cmd.Output()
			res := CheckZone("named-checkzone", args, CheckzoneHost{Read: readDir(dir)})
			if res.Stdout != string(want) {
				t.Errorf("%s %s differs:\n%s%s", base.origin, style, diffLines(string(want), res.Stdout), res.Stderr)
			}
		}
	}
}

const rootZone = `$TTL 518400
. SOA a.root-servers.net. nstld. 1 1800 900 604800 86400
. NS a.root-servers.net.
a.root-servers.net. A 198.41.0.4
com. NS a.gtld-servers.net.
a.gtld-servers.net. A 192.5.6.30
net. NS a.gtld-servers.net.
`

// diffLines lists the lines that differ.
func diffLines(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var b strings.Builder
	for i := range max(len(w), len(g)) {
		var x, y string
		if i < len(w) {
			x = w[i]
		}
		if i < len(g) {
			y = g[i]
		}
		if x != y {
			b.WriteString("want " + x + "\n got " + y + "\n")
		}
	}
	return b.String()
}
