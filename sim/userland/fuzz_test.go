package userland

import (
	"strings"
	"testing"

	mdns "github.com/miekg/dns"
)

// FuzzArguments gives every network tool any arguments and input: it must end
// by itself, with a status and bounded output.
func FuzzArguments(f *testing.F) {
	for _, s := range []string{"dig +short www.example.com", "dig -x 1.2.3.4 +trace", "dig @192.0.2.53 example.com axfr +onesoa", "dig -f - +tries=1",
		"dig +subnet=1/2 +ednsopt=3:zz -y a:b:c -b ::1#5", "nslookup -type=mx example.com", "nslookup", "host -l example.com 192.0.2.53", "host -C example.com",
		"telnet 192.0.2.53 25", "nc -vz 192.0.2.53 1-30", "nc -lu 99 -w 1", "ping -c 1 -W 0.1 192.0.2.53", "ping -i 0 -c 3 -s 99999 192.0.2.53", "ss -lntup sport = :25",
		"netstat -tulpan", "ip route add default via 1.2.3.4 dev eth0", "ip -br a s", "ip addr add 1.2.3.4/99 dev eth0", "whois -h 192.0.2.53 x",
		"getent ahosts www.example.com", "traceroute -q 1 -m 2 192.0.2.53", "mtr -rc 1 192.0.2.53", "mail -H -f /x", "mail -s x y", "route -n", "ifconfig eth0"} {
		f.Add(s, "server 192.0.2.53\nset type=mx\nexample.com\nexit\n")
	}
	z := newZone(f, sampleZone)
	f.Fuzz(func(t *testing.T, command, input string) {
		args := strings.Fields(command)
		if len(args) == 0 || len(command) > 300 || networkPrograms()[args[0]] == nil || strings.ContainsRune(command, 0) {
			return
		}
		for _, a := range args { // these wait for ever, as they should
			if strings.HasPrefix(a, "-") && strings.Contains(a, "l") && (args[0] == "nc" || args[0] == "netcat") {
				return
			}
		}
		w := newWorld(t)
		w.lines(25, "220 hi\r\n", smtpLines)
		w.names(w.server, serverAddr+":53", z.answer)
		r := w.tryRun(input, args...)
		if r.status == 139 {
			t.Fatalf("%q crashed: %s", command, r.err)
		}
	})
}

// FuzzReply gives the DNS tools any bytes as a reply.
func FuzzReply(f *testing.F) {
	q := new(mdns.Msg).SetQuestion("example.com.", mdns.TypeMX)
	for _, rr := range newZone(f, sampleZone).records {
		m := new(mdns.Msg).SetReply(q)
		m.Answer = []mdns.RR{rr}
		f.Add(pack(m)[0][2:], uint8(0))
	}
	f.Add([]byte{0x80}, uint8(1))
	f.Fuzz(func(t *testing.T, reply []byte, tool uint8) {
		w := newWorld(t)
		w.names(w.server, serverAddr+":53", func(q *mdns.Msg, _ bool) [][]byte {
			return [][]byte{append([]byte{byte(q.Id >> 8), byte(q.Id)}, reply...)}
		})
		tools := []string{"dig +tries=1 +time=1 example.com MX", "dig +multiline +ttlunits +noedns example.com MX", "dig +short +ignore example.com MX",
			"dig +trace example.com", "host -v -t MX example.com", "nslookup -debug -type=MX example.com", "dig example.com AXFR", "dig +unknownformat example.com MX"}
		r := w.tryRun("", strings.Fields(tools[int(tool)%len(tools)])...)
		if r.status == 139 {
			t.Fatalf("crashed: %s", r.err)
		}
	})
}
