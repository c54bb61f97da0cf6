package named

import (
	"net/netip"
	"strings"

	"mxlab/sim/dns"
	"mxlab/sim/named/config"
)

// The version this package models, as Debian 12 builds it.
const (
	versionNumber = "9.18.49-1~deb12u3-Debian"
	versionLine   = "BIND " + versionNumber + " (Extended Support Version) <id:>"
	kernelLine    = "Linux x86_64 6.1.0-40-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1"
)

// bannerLines are logged at every start between the version and the configuration.
const bannerLines = `compiled by GCC 12.2.0
compiled with OpenSSL version: OpenSSL 3.0.17 1 Jul 2025
linked to OpenSSL version: OpenSSL 3.0.17 1 Jul 2025
compiled with libuv version: 1.44.2
linked to libuv version: 1.44.2
compiled with libxml2 version: 2.9.14
linked to libxml2 version: 20914
compiled with json-c version: 0.16
linked to json-c version: 0.16
compiled with zlib version: 1.2.13
linked to zlib version: 1.2.13
----------------------------------------------------
BIND 9 is maintained by Internet Systems Consortium,
Inc. (ISC), a non-profit 501(c)(3) public-benefit 
corporation.  Support and training for BIND 9 are 
available at https://www.isc.org/support
----------------------------------------------------
found 2 CPUs, using 2 worker threads
using 2 UDP listeners per interface
DNSSEC algorithms: RSASHA1 NSEC3RSASHA1 RSASHA256 RSASHA512 ECDSAP256SHA256 ECDSAP384SHA384 ED25519 ED448
DS algorithms: SHA-1 SHA-256 SHA-384
HMAC algorithms: HMAC-MD5 HMAC-SHA1 HMAC-SHA224 HMAC-SHA256 HMAC-SHA384 HMAC-SHA512
TKEY mode 2 support (Diffie-Hellman): yes
TKEY mode 3 support (GSS-API): yes
`

// banner logs who starts.
func (s *Server) banner() {
	s.log.print(catGeneral, notice, "starting "+versionLine)
	s.log.print(catGeneral, notice, "running on "+kernelLine)
	s.log.print(catGeneral, notice, "built with default")
	s.log.print(catGeneral, notice, "running as: "+s.commandLine())
	for line := range strings.Lines(bannerLines) {
		s.log.print(catGeneral, notice, strings.TrimRight(line, "\n"))
	}
}

// commandLine is the command as named shows it: without the directory of the
// program, and without arguments that hold nothing.
func (s *Server) commandLine() string {
	args := append([]string{}, s.opts.args...)
	if len(args) > 0 {
		args[0] = args[0][strings.LastIndexByte(args[0], '/')+1:]
	}
	return strings.Join(args, " ")
}

// announceZones logs what comes between the sockets and the command channel.
func (s *Server) announceZones(first bool) {
	n := 0
	for _, v := range s.conf.Views {
		n += len(v.Zones)
	}
	s.log.printf(catGeneral, info, "sizing zone task pool based on %d zones", n)
	if s.conf.Views[0].Recursion.Value {
		s.log.print(catGeneral, info, "none:100: 'max-cache-size 90%' - setting to 1741MB (out of 1935MB)")
	}
	s.warnAccess()
	for _, v := range s.views {
		if first {
			s.log.printf(catGeneral, info, "set up managed keys zone for view %s, file '%s'", v.conf.Name, managedKeysFile(s.conf, v))
		}
		v.announceEmptyZones()
	}
	s.warnKeys(s.views[0].conf.Keys) // of the view of class CH
}

// warnAccess logs what is insecure in the configuration, view by view.
func (s *Server) warnAccess() {
	for _, v := range s.views {
		for _, z := range v.list {
			if z.conf.Type == config.Primary && unsignedAllowed(z.conf.AllowUpdate, 0) {
				s.log.printf(catGeneral, warning, "zone '%s' allows unsigned updates from remote hosts, which is insecure", dns.Display(z.conf.Name))
			}
		}
		s.warnKeys(v.conf.Keys)
	}
}

// shortestKey is the length in octets of a TSIG secret nobody complains of.
const shortestKey = 8

func (s *Server) warnKeys(keys []config.Key) {
	for _, k := range keys {
		if len(k.Secret) < shortestKey {
			s.log.printf(catGeneral, info, "the key '%s' is too short to be secure", dns.Display(k.Name))
		}
	}
}

// unsignedAllowed reports whether a list lets in anybody but the host itself without
// a key.
func unsignedAllowed(a *config.ACL, depth int) bool {
	for _, e := range a.Elements {
		switch {
		case e.Negated || depth > 20:
		case e.Kind == config.ElementAny, e.Kind == config.ElementLocalnets,
			e.Kind == config.ElementPrefix && !loopbackAlone(e.Prefix),
			e.List != nil && unsignedAllowed(e.List, depth+1):
			return true
		}
	}
	return false
}

// loopbackAlone reports whether a prefix is 127.0.0.1 or ::1.
func loopbackAlone(p netip.Prefix) bool {
	return p.IsSingleIP() && (p.Addr() == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || p.Addr() == netip.IPv6Loopback())
}

// managedKeysFile is the file of a view's managed keys; views other than the
// default one have a name made from theirs.
func managedKeysFile(conf *config.Config, v *view) string {
	if len(conf.Views) == 1 && v.conf.Name == "_default" {
		return "managed-keys.bind"
	}
	return v.conf.Name + ".mkeys"
}
