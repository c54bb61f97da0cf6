package userland

import (
	"net/netip"
	"strings"
	"testing"

	"mxlab/sim/vnet"
)

// The forms are those of truth: what ss and netstat print on a mail server.
func TestSocketTables(t *testing.T) {
	w := newWorld(t)
	for _, l := range []struct {
		at, name string
		pid      int
	}{{"0.0.0.0:143", "dovecot", 150}, {"0.0.0.0:25", "master", 145}, {"0.0.0.0:110", "dovecot", 150}} {
		if _, err := w.client.Node.ListenTCP(netip.MustParseAddrPort(l.at), vnet.Owner{PID: l.pid, Name: l.name}, func(*vnet.Conn) {}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ args, want string }{
		{"ss -lntup", `
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess                          
tcp   LISTEN 0      100          0.0.0.0:143       0.0.0.0:*    users:(("dovecot",pid=150,fd=3))
tcp   LISTEN 0      100          0.0.0.0:25        0.0.0.0:*    users:(("master",pid=145,fd=3)) 
tcp   LISTEN 0      100          0.0.0.0:110       0.0.0.0:*    users:(("dovecot",pid=150,fd=4))
`},
		{"ss -lnt", `
State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
LISTEN 0      100          0.0.0.0:143       0.0.0.0:*          
LISTEN 0      100          0.0.0.0:25        0.0.0.0:*          
LISTEN 0      100          0.0.0.0:110       0.0.0.0:*          
`},
		{"ss -ltn sport = :25", `
State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
LISTEN 0      100          0.0.0.0:25        0.0.0.0:*          
`},
		{"ss -ltH ( sport = :smtp or sport = :pop3 )", `
LISTEN 0      100          0.0.0.0:smtp      0.0.0.0:*          
LISTEN 0      100          0.0.0.0:pop3      0.0.0.0:*          
`},
		{"netstat -lntup", `
Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    
tcp        0      0 0.0.0.0:143             0.0.0.0:*               LISTEN      150/dovecot         
tcp        0      0 0.0.0.0:25              0.0.0.0:*               LISTEN      145/master          
tcp        0      0 0.0.0.0:110             0.0.0.0:*               LISTEN      150/dovecot         
`},
		{"netstat -rn", `
Kernel IP routing table
Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface
0.0.0.0         192.0.2.1       0.0.0.0         UG        0 0          0 eth0
192.0.2.0       0.0.0.0         255.255.255.0   U         0 0          0 eth0
`},
		{"route -n", `
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         192.0.2.1       0.0.0.0         UG    0      0        0 eth0
192.0.2.0       0.0.0.0         255.255.255.0   U     0      0        0 eth0
`},
		{"ip route", `
default via 192.0.2.1 dev eth0 
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10 
`},
		{"ip -br a", `
lo               UNKNOWN        127.0.0.1/8 ::1/128 
eth0             UP             192.0.2.10/24 
`},
		{"ip -4 addr show dev eth0", `
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 192.0.2.10/24 brd 192.0.2.255 scope global eth0
       valid_lft forever preferred_lft forever
`},
		{"ip route get 198.51.100.1", `
198.51.100.1 via 192.0.2.1 dev eth0 src 192.0.2.10 uid 0 
    cache 
`},
	} {
		if r := w.run("", strings.Fields(tt.args)...); r.out != tt.want[1:] {
			t.Errorf("%s\n got:\n%s\nwant:\n%s", tt.args, r.out, tt.want[1:])
		}
	}
}
