package userland

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
)

// peer returns the path of a real tool; without it the test is skipped, or
// fails where peers are required.
func peer(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("MXLAB_PEERS") == "require":
		t.Fatalf("%s is not installed", name)
	default:
		t.Skipf("%s is not installed", name)
	}
	return ""
}

// realNames serves answers on a loopback port, UDP and TCP.
func realNames(t *testing.T, answer func(*mdns.Msg, bool) [][]byte) int {
	t.Helper()
	var udp net.PacketConn
	var tcp net.Listener
	for range 20 {
		var err error
		if tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		if udp, err = net.ListenPacket("udp", tcp.Addr().String()); err == nil {
			break
		}
		tcp.Close()
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { udp.Close(); tcp.Close(); wg.Wait() })
	var mu sync.Mutex
	locked := func(q *mdns.Msg, isTCP bool) [][]byte {
		mu.Lock()
		defer mu.Unlock()
		return answer(q, isTCP)
	}
	wg.Go(func() {
		buf := make([]byte, 65536)
		for {
			n, from, err := udp.ReadFrom(buf)
			if err != nil {
				return
			}
			q := new(mdns.Msg)
			if q.Unpack(buf[:n]) == nil {
				for _, wire := range locked(q, false) {
					udp.WriteTo(wire, from)
				}
			}
		}
	})
	wg.Go(func() {
		for {
			c, err := tcp.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			wg.Go(func() {
				defer c.Close()
				for {
					q, ok := readTCPQuery(c)
					if !ok {
						return
					}
					for _, wire := range locked(q, true) {
						c.Write(append([]byte{byte(len(wire) >> 8), byte(len(wire))}, wire...))
					}
				}
			})
		}
	})
	return tcp.Addr().(*net.TCPAddr).Port
}

var (
	varying = regexp.MustCompile(`id: \d+|COOKIE: [0-9a-f]+|Query time: \d+|WHEN: .*|in \d+ (ms|us)|ID \d+`)
)

func steady(s string, port int) string {
	s = strings.ReplaceAll(s, strconv.Itoa(port), "PORT")
	return varying.ReplaceAllStringFunc(s, func(m string) string {
		name, _, _ := strings.Cut(m, " ")
		return name + " *"
	})
}

// against runs the same command here and with the real tool, on 127.0.0.1.
func against(t *testing.T, w *world, port int, args []string, input string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "HOME=/nonexistent")
	cmd.Stdin = strings.NewReader(input)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	status := 0
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		status = exit.ExitCode()
	}
	got := w.run(input, args...)
	want := steady(out.String(), port)
	if g := steady(got.out, port); g != want {
		t.Errorf("%v\n got:\n%s\nwant:\n%s\n%s", args, g, want, firstDifference(g, want))
	}
	if g, want := steady(got.err, port), steady(errs.String(), port); g != want {
		t.Errorf("%v: standard error\n got: %q\nwant: %q", args, g, want)
	}
	if got.status != status {
		t.Errorf("%v: status %d, want %d", args, got.status, status)
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "first difference in line " + strconv.Itoa(i+1) + ":\n  " + strconv.Quote(x[i]) + "\n  " + strconv.Quote(y[i])
		}
	}
	return "one is longer"
}

func TestDigPeer(t *testing.T) {
	peer(t, "dig")
	z := newZone(t, sampleZone)
	port := realNames(t, z.answer)
	w := newWorld(t)
	w.names(w.client, "127.0.0.1:"+strconv.Itoa(port), z.answer)
	w.names(w.server, serverAddr+":53", z.answer)
	w.write("/etc/hosts", "127.0.0.1 localhost\n")
	for row := range strings.Lines(digCases) {
		row = strings.TrimSpace(row)
		if row == "" || row[0] == '#' {
			continue
		}
		t.Run(row, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"dig", "-p", strconv.Itoa(port), "@127.0.0.1"}, strings.Fields(row)...)
			against(t, w, port, args, "")
		})
	}
}

const digCases = `
www.example.com
example.com MX
example.com ANY
ftp.example.com
nosuch.example.com
servfail.test
refused.test
formerr.test
notimp.test
-x 203.0.113.25
-x 2001:db8::1
-x notanip
-x 203.0.113
example.com TXT +short
+short example.com MX
ftp.example.com +short
www.example.com +noall +answer
www.example.com +noall +answer +stats
www.example.com +nocmd
www.example.com +nocomments
www.example.com +noquestion +nostats
www.example.com +norec
www.example.com +dnssec
www.example.com +do +cd +aaflag +noad +zflag
www.example.com +noedns
www.example.com +edns=1
www.example.com +nocookie
www.example.com +nsid
www.example.com +subnet=203.0.113.0/24
www.example.com +subnet=2001:db8::/32
www.example.com +bufsize=512
www.example.com +qr
www.example.com +tcp
www.example.com +vc +qr
big.example.com TXT
big.example.com TXT +ignore
big.example.com TXT +bufsize=4096
example.com SOA +multiline
example.com DNSKEY
example.com DNSKEY +multiline
example.com DNSKEY +rrcomments
example.com DNSKEY +nocrypto
example.com DNSKEY +split=32
example.com DNSKEY +nosplit
example.com RRSIG
example.com RRSIG +multiline
example.com RRSIG +nocrypto
sub.example.com DS
sub.example.com DS +multiline
example.com CAA
example.com A +nottlid
example.com A +noclass
example.com A +nottlid +noclass
example.com A +ttlunits
example.com A +unknownformat
example.com MX +unknownformat
example.com TXT +unknownformat
www6.example.com AAAA
www6.example.com AAAA +expandaaaa
_sip._tcp.example.com SRV
a-very-long-host-name-for-columns.example.com
odd.example.com TXT
odd2.example.com PTR
odd3.example.com TYPE65280
odd4.example.com NAPTR
odd5.example.com SSHFP
odd6.example.com TLSA
odd7.example.com HINFO
odd8.example.com LOC
odd9.example.com NSEC
www.example.com BOGUS
www.example.com MX A
www.example.com -t MX
www.example.com -t BOGUS
www.example.com -c CH
www.example.com -c BOGUS
-q www.example.com -t A
www.example.com A example.com MX
www.example.com +short example.com MX +noshort
+noall +answer www.example.com ftp.example.com
www.example.com +identify +short
www.example.com +identify +nostats
+bogus www.example.com
-z www.example.com
-p
-4 -6 www.example.com
www.example.com +time=x
www.example.com +tries
www.example.com +notries=3
www.example.com +bufsize=99999
a..b
.example.com
www.example.com -p 99999
example.com AXFR
example.com AXFR +onesoa
example.com AXFR +noall +answer
example.com AXFR +nocomments +nostats
nosuch.zone AXFR
example.com IXFR=2025112101
example.com IXFR
example.com ixfr=abc
113.0.203.in-addr.arpa AXFR +noidnin
drop.test +short +time=1 +tries=1
+tcp drop.test +time=1 +tries=1
drop.test +time=1 +tries=2
.
printer.local
www.example.com +comm
www.example.com +sho
www.example.com +shor
www.example.com +opcode=status
www.example.com +ednsopt=10:0011
www.example.com +ednsopt=65001:0a0b
www.example.com +cookie=0011223344556677
www.example.com +cookie=00
www.example.com +fail +nofail
servfail.test +nofail
www.example.com -u +noall
www.example.com +header-only
www.example.com +search
nosuch +search +domain=example.com
www +search +domain=example.com
www +domain=example.com +showsearch
nosuch +domain=example.com +showsearch
www +search +ndots=0
-f /nonexistent/file
-b 300.1.1.1 www.example.com
-b 127.0.0.1 www.example.com
-b 203.0.113.9 www.example.com +tries=1
-k /nonexistent www.example.com
-y foo www.example.com
-y name:!!! www.example.com
-y hmac-bogus:name:AAAA www.example.com
-h
-v
www.example.com +retry=x
www.example.com +split=5
www.example.com +qid=77
www.example.com +ndots=x
www.example.com +keepalive
www.example.com +expire
www.example.com +padding=64
www.example.com +noanswer
-6 @127.0.0.1 www.example.com
-4 @::1 www.example.com
-6 +tcp www.example.com
@127.1 www.example.com
@ www.example.com
@127.0.0.1#53 x
+ www.example.com +short
+trace local.example
+trace +nodnssec nosuch.local.example
+trace servfail.test
local.example +nssearch
local.example +nssearch +noidentify
+trace +short local.example
+trace +comments local.example
www.example.com +all +nocmd
www.example.com +nocmd +noall +question
`
