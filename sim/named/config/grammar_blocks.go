package config

// keyClauses are those of key.
var keyClauses = []clause{
	{name: "algorithm", typ: text},
	{name: "secret", typ: secret},
}

// serverClauses are those of server.
var serverClauses = []clause{
	{name: "bogus", typ: boolean},
	{name: "edns", typ: boolean},
	{name: "edns-udp-size", typ: integer},
	{name: "edns-version", typ: integer},
	{name: "keys", typ: &valueType{kind: kindServerKey}},
	{name: "max-udp-size", typ: integer},
	{name: "notify-source", typ: source4},
	{name: "notify-source-v6", typ: source6},
	{name: "padding", typ: integer},
	{name: "provide-ixfr", typ: boolean},
	{name: "query-source", typ: querySource4},
	{name: "query-source-v6", typ: querySource6},
	{name: "request-expire", typ: boolean},
	{name: "request-ixfr", typ: boolean},
	{name: "request-nsid", typ: boolean},
	{name: "request-sit", flags: flagAncient},
	{name: "send-cookie", typ: boolean},
	{name: "support-ixfr", flags: flagAncient},
	{name: "tcp-keepalive", typ: boolean},
	{name: "tcp-only", typ: boolean},
	{name: "transfer-format", typ: transferFormat},
	{name: "transfer-source", typ: source4},
	{name: "transfer-source-v6", typ: source6},
	{name: "transfers", typ: integer},
}

// channelClauses are those of a logging channel; the destination comes first by custom, not by rule.
var channelClauses = []clause{
	{name: "file", typ: logFile},
	{name: "syslog", typ: &valueType{kind: kindOptFacility}},
	{name: "null", typ: void},
	{name: "stderr", typ: void},
	{name: "severity", typ: logSeverity},
	{name: "print-time", typ: enumOr(boolean, "iso8601", "iso8601-utc", "local")},
	{name: "print-severity", typ: boolean},
	{name: "print-category", typ: boolean},
	{name: "buffered", typ: boolean},
}

// loggingClauses are those of logging.
var loggingClauses = []clause{
	{name: "channel", typ: channelMap, flags: flagMulti},
	{name: "category", typ: categoryTuple, flags: flagMulti},
}

// controlsClauses are those of controls.
var controlsClauses = []clause{
	{name: "inet", typ: inetControl, flags: flagMulti},
	{name: "unix", typ: unixControl, flags: flagMulti},
}

// statsClauses are those of statistics-channels.
var statsClauses = []clause{
	{name: "inet", typ: statsInet, flags: flagMulti},
}

// dlzClauses are those of dlz.
var dlzClauses = []clause{
	{name: "database", typ: text},
	{name: "search", typ: boolean},
}

// tlsClauses are those of tls.
var tlsClauses = []clause{
	{name: "key-file", typ: quoted},
	{name: "cert-file", typ: quoted},
	{name: "ca-file", typ: quoted},
	{name: "remote-hostname", typ: quoted},
	{name: "dhparam-file", typ: quoted},
	{name: "protocols", typ: names},
	{name: "ciphers", typ: text},
	{name: "prefer-server-ciphers", typ: boolean},
	{name: "session-tickets", typ: boolean},
}

// httpClauses are those of http.
var httpClauses = []clause{
	{name: "endpoints", typ: listOf(quoted)},
	{name: "listener-clients", typ: integer},
	{name: "streams-per-connection", typ: integer},
}

// policyClauses are those of dnssec-policy.
var policyClauses = []clause{
	{name: "dnskey-ttl", typ: durationValue},
	{name: "keys", typ: policyKeys},
	{name: "max-zone-ttl", typ: durationValue},
	{name: "nsec3param", typ: nsec3Param},
	{name: "parent-ds-ttl", typ: durationValue},
	{name: "parent-propagation-delay", typ: durationValue},
	{name: "parent-registration-delay", typ: durationValue, flags: flagObsolete},
	{name: "publish-safety", typ: durationValue},
	{name: "purge-keys", typ: durationValue},
	{name: "retire-safety", typ: durationValue},
	{name: "signatures-jitter", typ: durationValue},
	{name: "signatures-refresh", typ: durationValue},
	{name: "signatures-validity", typ: durationValue},
	{name: "signatures-validity-dnskey", typ: durationValue},
	{name: "zone-propagation-delay", typ: durationValue},
}

// rateLimitClauses are those of rate-limit.
var rateLimitClauses = []clause{
	{name: "all-per-second", typ: integer},
	{name: "errors-per-second", typ: integer},
	{name: "exempt-clients", typ: matchList},
	{name: "ipv4-prefix-length", typ: integer},
	{name: "ipv6-prefix-length", typ: integer},
	{name: "log-only", typ: boolean},
	{name: "max-table-size", typ: integer},
	{name: "min-table-size", typ: integer},
	{name: "nodata-per-second", typ: integer},
	{name: "nxdomains-per-second", typ: integer},
	{name: "qps-scale", typ: integer},
	{name: "referrals-per-second", typ: integer},
	{name: "responses-per-second", typ: integer},
	{name: "slip", typ: integer},
	{name: "window", typ: integer},
}

// dns64Clauses are those of dns64.
var dns64Clauses = []clause{
	{name: "break-dnssec", typ: boolean},
	{name: "clients", typ: matchList},
	{name: "exclude", typ: matchList},
	{name: "mapped", typ: matchList},
	{name: "recursive-only", typ: boolean},
	{name: "suffix", typ: address6},
}
