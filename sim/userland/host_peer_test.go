package userland

import (
	"strconv"
	"strings"
	"testing"
)

// TestHostPeer runs host and nslookup next to the real ones. SERVER stands for
// the arguments that name the server.
func TestHostPeer(t *testing.T) {
	peer(t, "host")
	peer(t, "nslookup")
	z := newZone(t, sampleZone)
	port := realNames(t, z.answer)
	w := newWorld(t)
	w.names(w.client, "127.0.0.1:"+strconv.Itoa(port), z.answer)
	w.write("/etc/hosts", "127.0.0.1 localhost\n")
	for row := range strings.Lines(hostCases) {
		row = strings.TrimSpace(row)
		if row == "" {
			continue
		}
		t.Run(row, func(t *testing.T) {
			t.Parallel()
			command, input, _ := strings.Cut(row, " < ")
			input = strings.ReplaceAll(input, "|", "\n")
			args := strings.Fields(command)
			option := []string{"-p", strconv.Itoa(port)}
			if args[0] == "nslookup" {
				option = []string{"-port=" + strconv.Itoa(port)}
			}
			args = append(append([]string{args[0]}, option...), args[1:]...)
			if input == "" {
				args = append(args, "127.0.0.1")
			}
			against(t, w, port, args, input)
		})
	}
}

const hostCases = `
host www.example.com
host example.com
host ftp.example.com
host nosuch.example.com
host servfail.test
host refused.test
host 203.0.113.25
host 203.0.113.66
host 2001:db8::1
host -t MX example.com
host -t TXT example.com
host -t SOA example.com
host -t NS example.com
host -t AAAA example.com
host -t ANY example.com
host -a example.com
host -A example.com
host -v www.example.com
host -v nosuch.example.com
host -v -t MX example.com
host -r www.example.com
host -T www.example.com
host -l 113.0.203.in-addr.arpa
host -l example.com
host -t AXFR example.com
host -l -t MX example.com
host -l nosuch.zone
host -t TXT big.example.com
host -t TXT odd.example.com
host -t PTR odd2.example.com
host -t DNSKEY example.com
host -t CAA example.com
host -t SRV _sip._tcp.example.com
host -t BOGUS example.com
host -c BOGUS example.com
host -W 1 drop.test
host -Z example.com
host -t
host a..b
host -V
host -4 -6 example.com
host -N 0 www
host -s servfail.test
host -U -t ANY example.com
host -C local.example
host -v -C local.example
nslookup www.example.com
nslookup ftp.example.com
nslookup nosuch.example.com
nslookup servfail.test
nslookup refused.test
nslookup 203.0.113.25
nslookup 203.0.113.66
nslookup -type=MX example.com
nslookup -type=TXT example.com
nslookup -type=SOA example.com
nslookup -type=ns example.com
nslookup -q=AAAA example.com
nslookup -q=any example.com
nslookup -type=BOGUS example.com
nslookup -type=DNSKEY example.com
nslookup -type=SRV _sip._tcp.example.com
nslookup -type=TYPE65280 odd3.example.com
nslookup www6.example.com
nslookup -debug www.example.com
nslookup -debug -type=mx example.com
nslookup -bogus www.example.com
nslookup -timeout=x www.example.com
nslookup -timeout=1 -retry=1 drop.test
nslookup -vc www.example.com
nslookup -norecurse www.example.com
nslookup -version
nslookup a..b
nslookup < server 127.0.0.1|set type=mx|example.com|set type=a|www.example.com|ls -d example.com|exit|
nslookup < server 127.0.0.1|set all|help|view|set bogus|set class=CH|set class=bogus|?|finger|exit|
nslookup < server 127.0.0.1|set deb|www.example.com|set nodeb||nosuch.example.com|
nslookup < server 127.0.0.1|set q=ptr|203.0.113.25|set querytype=SOA|www.example.com|
nslookup < exit|
`
