// Package config reads named.conf the way BIND 9.18 does.
//
// It models the configuration language of the BIND 9 Administrator Reference Manual (chapter "Configuration
// Reference") and of named.conf(5) in four layers:
//
//   - a lexer and a table-driven parser (Parse) whose messages, line numbers and error recovery are those of
//     named-checkconf and of named's own start;
//   - the grammar as data: every clause, its value, where it is allowed and how old it is;
//   - the checks beyond the grammar (Check): zones, access lists, keys, logging, listeners and so on;
//   - the effective configuration (Load, New): typed, with 9.18's defaults, every value with its place.
//
// CheckConf is the whole named-checkconf command over callbacks. Nothing here touches a disk, a socket or a clock.
//
// Left out: loading plugins, DLZ and dyndb modules, GeoIP data bases, and the key files of DNSSEC policies.
package config
