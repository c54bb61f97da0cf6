// Package named models the BIND 9.18 name server daemon and its own commands.
//
// It follows RFC 1034 and 1035 with 2181 and 2308 (answers, recursion, caching,
// negative answers), 1995, 1996, 5936 and 7766 (transfers, NOTIFY, TCP), 6891
// and 7873 (EDNS, cookies), 6303 (empty zones), and the BIND 9 Administrator
// Reference Manual, whose options and log lines it has.
//
// A Server is one running process. It reads named.conf and zone files from its
// host's disk with the rights of the user it runs as, listens on the host's
// addresses, and is driven by events alone: no task, no goroutine. Zones are
// parsed once per process of the lab and shared by all worlds (ZoneCache).
//
// Left out: DNSSEC signing and validation, dynamic update, QNAME minimisation
// (queries carry the whole name, as RFC 1034 5.3.3 describes), incremental
// transfers (an IXFR is answered with the whole zone), response rate limiting,
// prefetching and stale answers, the scan for new interface addresses (rndc scan
// and reload do it), DNS over TLS and HTTPS, catalog and response policy zones.
package named
