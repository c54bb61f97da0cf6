package config

// topMap is a whole named.conf.
var topMap = mapOf(topClauses, topOrViewClauses)

// topClauses may stand at the top only.
var topClauses = []clause{
	{name: "acl", typ: aclTuple, flags: flagMulti},
	{name: "controls", typ: controlsMap, flags: flagMulti},
	{name: "dnssec-policy", typ: policyTuple, flags: flagMulti},
	{name: "http", typ: httpMap, flags: flagMulti},
	{name: "logging", typ: loggingMap},
	{name: "lwres", flags: flagMulti | flagAncient},
	{name: "masters", typ: namedServers, flags: flagMulti},
	{name: "options", typ: optionsMap},
	{name: "parental-agents", typ: namedServers, flags: flagMulti},
	{name: "primaries", typ: namedServers, flags: flagMulti},
	{name: "statistics-channels", typ: statsMap, flags: flagMulti},
	{name: "tls", typ: tlsMap, flags: flagMulti},
	{name: "view", typ: viewTuple, flags: flagMulti},
}

// topOrViewClauses may stand at the top and in view.
var topOrViewClauses = []clause{
	{name: "dlz", typ: dlzMap, flags: flagMulti},
	{name: "dyndb", typ: tuple("name", text, "library", quoted, "parameters", bracketed), flags: flagMulti},
	{name: "key", typ: keyMap, flags: flagMulti},
	{name: "managed-keys", typ: trustAnchors, flags: flagMulti | flagDeprecated},
	{name: "plugin", typ: pluginTuple, flags: flagMulti},
	{name: "server", typ: serverMap, flags: flagMulti},
	{name: "trust-anchors", typ: trustAnchors, flags: flagMulti},
	{name: "trusted-keys", typ: trustedKeys, flags: flagMulti | flagDeprecated},
	{name: "zone", typ: zoneTuple, flags: flagMulti},
}
