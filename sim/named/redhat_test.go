package named

import (
	"net/netip"
	"strings"
	"testing"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// TestRedHat starts the server with the paths of a Red Hat system.
func TestRedHat(t *testing.T) {
	k := vtime.New(boot, 1)
	t.Cleanup(k.Close)
	w := &world{t: t, kernel: k, log: trace.NewLog(k.Clock(), 0), hosts: map[string]*host.Host{}}
	w.net = vnet.New(k.Clock(), w.log)
	node, _ := w.net.AddNode("ns1")
	node.Attach(w.net.AddLink(vnet.LinkSpec{Name: "lan"}), "eth0", netip.MustParsePrefix("198.18.0.20/24"))
	h := host.New(host.Config{Name: "ns1", Flavour: host.RedHat, Clock: k.Clock(), Log: w.log, Node: node,
		FS: vfs.New(nil, vfs.Options{Now: k.Clock().Now}), Programs: Programs()})
	w.hosts["ns1"] = h
	for _, d := range []string{"/etc/sysconfig", "/var/named", "/run/named", "/var/log", "/root"} {
		h.FS.MkdirAll(d, 0o755, host.Root)
	}
	h.FS.Chown("/var/named", 25, 25, host.Root)
	h.FS.Chown("/run/named", 25, 25, host.Root)
	for name, text := range map[string]string{
		"/etc/passwd":           "root:x:0:0:root:/root:/bin/bash\nnamed:x:25:25:Named:/var/named:/sbin/nologin\n",
		"/etc/sysconfig/named":  "OPTIONS=\"-4\"\n",
		"/etc/rndc.key":         "key \"rndc-key\" { algorithm hmac-sha256; secret \"bXhsYWI=\"; };\n",
		"/etc/named.conf":       "options { directory \"/var/named\"; recursion no; };\nzone \"example.com\" { type master; file \"db.example\"; };\n",
		"/var/named/db.example": "$TTL 1h\n@ SOA ns1 root 1 1h 1h 1w 1h\n@ NS ns1\nns1 A 198.18.0.20\n",
	} {
		w.write("ns1", name, text)
	}
	Install(h, NewZoneCache())
	w.do(func(*vtime.Task) {
		if err := h.Unit("named.service").DoStart(); err != nil {
			t.Error(err)
		}
	})
	if h.Unit("bind9") != nil {
		t.Error("the unit is called bind9")
	}
	b, _ := h.FS.ReadFile("/var/log/messages", host.Root)
	for _, want := range []string{"running as: named -f -u named -4\n", "loading configuration from '/etc/named.conf'\n",
		"zone example.com/IN: loaded serial 1\n", "configuring command channel from '/etc/rndc.key'\n"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("log lacks %q:\n%s", want, b)
		}
	}
	if out, status := w.command("ns1", "rndc", "reload"); status != 0 {
		t.Errorf("rndc: %d %s", status, out)
	}
	if got := text(w.ask(question{from: "ns1", to: "ns1", name: "ns1.example.com", qtype: "A"})); got != "NOERROR aa rd\nns1.example.com. 3600 IN A 198.18.0.20" {
		t.Error(got)
	}
	// A server that a user starts has the user's rights.
	if out, status := w.commandAs("ns1", vfs.Cred{UID: 1000, GID: 1000}, "named", "-g", "-u", "named"); status != 1 || out != "named: setgid(): Operation not permitted\n" {
		t.Errorf("as a user: %d %s", status, out)
	}
}
