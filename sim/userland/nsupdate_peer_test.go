package userland

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// nsupdateCases are inputs that need no server; | ends a line.
const nsupdateCases = `
foo
update
update foo
update add
update add x.example.
update add x.example. abc
update add x.example. 60
update add x.example. 60 A
update add x.example. 60 A 1.2.3
update add x.example. 60 A 1.2.3.4 5
update add x.example. 60 FOO 1
update add x.example. 60 IN
update add x.example. A 1.2.3.4
update add x..example. 60 A 1.2.3.4
update add bad_name. 60 A 1.2.3.4
update add x. 60 MX 1 bad_name.
update add x.example. 99999999999 A 1.2.3.4
update add x.example. 60 ANY
update add x.example. 1h A 1.2.3.4
update add b. 60 MX mail.
update add b. 60 AAAA 1.2.3.4
update add b. 60 DS 1 13 2 AA
update delete
update delete x.example. FOO
update delete x.example. A 1.2.3
update delete x.example. 60 A 1.2.3.4|show
prereq
prereq foo
prereq nxdomain
prereq nxdomain a.|prereq yxdomain b.|prereq nxrrset a. A|prereq yxrrset b. A|prereq yxrrset b. A 1.2.3.4|show
prereq nxrrset a.
prereq yxrrset b. FOO
prereq nxrrset b. ANY
server
server 127.0.0.1 abc
server 127.0.0.1 99999
local
local abc
local 127.0.0.1 x
zone
zone a..b
key
key a
key a b
key hmac-foo:a YWJj
class
class FOO
class ANY
class CH|class IN|show
ttl
ttl abc
ttl 60|update add x.example. A 1.2.3.4|show
ttl 60|ttl none|update add x.example. A 1.2.3.4
check-names
check-names maybe
check-names no|update add bad_name. 60 A 1.2.3.4|show
help
?
version
show
answer
add x.example. 60 A 1.2.3.4|del x.example. A|delete x.example.|show
zone example.|server 127.0.0.1|update add x.example. 60 IN A 1.2.3.4|update add x 60 TXT "a b" c|update delete www.example. IN A|update delete www.example. TXT "x"|show
update add example.  60 SOA a. b. 1 2 3 4 5|show
UPDATE ADD b. 60 a 1.1.1.1|SHOW
zone example.|show
; comment|show
send
quit|foo
exit
`

// TestNsupdatePeer gives nsupdate and the real one the same lines.
func TestNsupdatePeer(t *testing.T) {
	peer(t, "nsupdate")
	w := newWorld(t)
	stamp := regexp.MustCompile(`\d\d-\w{3}-\d{4} [\d:.]+ |buffer-0x[0-9a-f]+`)
	for row := range strings.Lines(nsupdateCases) {
		row = strings.TrimSpace(row)
		if row == "" {
			continue
		}
		input := strings.ReplaceAll(row, "|", "\n") + "\n"
		var out, errs bytes.Buffer
		cmd := exec.Command("nsupdate")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
		cmd.Run()
		want := stamp.ReplaceAllString(out.String()+errs.String(), "")
		r := w.run(input, "nsupdate")
		got := stamp.ReplaceAllString(r.out+r.err, "")
		if got != want || r.status != cmd.ProcessState.ExitCode() {
			t.Errorf("%s: %d\n%s\nreal nsupdate: %d\n%s", row, r.status, got, cmd.ProcessState.ExitCode(), want)
		}
	}
}
