// Package dns is the pure part of the Domain Name System: master files, zones
// and what an authoritative server answers from them, a resolver's cache, and
// names. It sends no packet, opens no file and reads no clock: text comes in
// through a read callback, time through an argument.
//
// What it models:
//
//   - master files (RFC 1035 section 5, RFC 2308 section 4 for $TTL) with the
//     syntax, the checks and the very messages of BIND 9.18: Load, and the whole
//     named-checkzone and named-compilezone commands: CheckZone;
//   - Zone: an immutable zone with the lookup algorithm of RFC 1034 section
//     4.3.2, wildcards of RFC 4592, DNAME of RFC 6672; it may be shared by any
//     number of worlds and goroutines;
//   - Respond: an authoritative response message as BIND builds it under
//     "minimal-responses no-auth-recursive", with EDNS (RFC 6891) and truncation;
//   - Update, Delta, Journal: dynamic update (RFC 2136), the steps between versions
//     of a zone (RFC 1995) and BIND's journal files;
//   - Cache: the cache of a resolver in virtual time, with the trust ranking of
//     RFC 2181 section 5.4.1 and negative entries of RFC 2308, and its dump in
//     the format of "rndc dumpdb";
//   - names: canonical form, reverse names, serial arithmetic (RFC 1982).
//
// What it leaves out: validation (a signed zone is served with its signatures and
// denials as they are), raw and map zone formats, classes other than IN for anything
// beyond parsing.
//
// Names in the exported interface are text in the form of github.com/miekg/dns:
// absolute, with a final dot, unusual octets escaped.
package dns
