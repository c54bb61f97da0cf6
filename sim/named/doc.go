// Package named models the BIND 9.18 name server daemon and its own commands.
//
// It follows RFC 1034 and 1035 with 2181 and 2308 (answers, recursion, caching,
// negative answers), 1995, 1996, 5936 and 7766 (transfers, NOTIFY, TCP), 2136 and
// 8945 (dynamic update, TSIG), 4033 to 4035 and 5155 (DNSSEC), 6891 and 7873 (EDNS,
// cookies), 6303 (empty zones), and the BIND 9 Administrator Reference Manual, whose
// options and log lines it has.
//
// A Server is one running process. It reads named.conf and zone files from its
// host's disk with the rights of the user it runs as, listens on the host's
// addresses, and is driven by events alone: no task, no goroutine. Zones are
// parsed once per process of the lab and shared by all worlds (ZoneCache); what
// changes while the server runs is a zone's journal.
//
// Left out: signing by the server itself (dnssec-policy; dnssec-signzone is there),
// the built-in trust anchor of the real root (validation needs trust-anchors), QNAME
// minimisation (queries carry the whole name, as RFC 1034 5.3.3 describes),
// prefetching and stale answers, the scan for new interface addresses (rndc scan
// and reload do it), DNS over TLS and HTTPS, GSS-TSIG and SIG(0), catalog zones.
package named
