package userland

import (
	"strings"
	"testing"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
	"net/netip"
)

func TestCurl(t *testing.T) {
	pages := map[string]string{
		"/":        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n",
		"/moved":   "HTTP/1.1 301 Moved Permanently\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
		"/chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nd\n\r\n0\r\n\r\n",
		"/close":   "HTTP/1.0 200 OK\r\n\r\nto the end\n",
		"/short":   "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf\n",
		"/gone":    "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n",
	}
	for _, tt := range []struct {
		args, out, err string
		status         int
	}{
		{"http://192.0.2.53/", "hello\n", "", 0},
		{"www.example.com", "hello\n", "", 0},
		{"-I 192.0.2.53/moved", "HTTP/1.1 301 Moved Permanently\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "", 0},
		{"-sL 192.0.2.53/moved", "hello\n", "", 0},
		{"192.0.2.53/chunked", "abcd\n", "", 0},
		{"192.0.2.53/close", "to the end\n", "", 0},
		{"192.0.2.53/short", "half\n", "curl: (18) transfer closed with 5 bytes remaining to read\n", 18},
		{"-f 192.0.2.53/gone", "", "curl: (22) The requested URL returned error: 404\n", 22},
		{"-s -o /dev/null -w %{http_code} 192.0.2.53/gone", "404", "", 0},
		{"192.0.2.53/empty", "", "curl: (52) Empty reply from server\n", 52},
		{"192.0.2.53:81", "", "curl: (7) Failed to connect to 192.0.2.53 port 81 after 2 ms: Couldn't connect to server\n", 7},
		{"nosuch.example.com", "", "curl: (6) Could not resolve host: nosuch.example.com\n", 6},
		{"foo://x", "", "curl: (1) Protocol \"foo\" not supported or disabled in libcurl\n", 1},
		{"-m 1 192.0.2.99", "", "curl: (28) Connection timed out after 1000 milliseconds\n", 28},
	} {
		w := newWorld(t)
		w.write("/dev/x", "")
		w.names(w.server, serverAddr+":53", newZone(t, strings.Replace(sampleZone, "www.example.com. 3600 IN A 203.0.113.80", "www.example.com. 3600 IN A 192.0.2.53", 1)).answer)
		w.server.Node.ListenTCP(netip.MustParseAddrPort("192.0.2.53:80"), vnet.Owner{}, func(c *vnet.Conn) {
			w.clock.Go("httpd", func(*vtime.Task) {
				defer c.Close()
				b := make([]byte, 4096)
				n, _ := c.Read(b)
				if f := strings.Fields(string(b[:n])); len(f) > 1 {
					c.Write([]byte(pages[f[1]]))
				}
			})
		})
		r := w.run("", append([]string{"curl"}, strings.Fields(tt.args)...)...)
		if r.out != tt.out || r.err != tt.err || r.status != tt.status {
			t.Errorf("%s: got %q %q %d", tt.args, r.out, r.err, r.status)
		}
	}
}
