package config

// The statements that hold other statements.
var (
	aclTuple      = tuple("name", text, "value", matchList)
	optionsMap    = mapOf(optionsClauses, viewClauses, zoneClauses)
	viewMap       = mapOf(viewOnlyClauses, topOrViewClauses, viewClauses, zoneClauses)
	viewTuple     = tuple("name", text, "class", optClass, "options", viewMap)
	zoneMap       = mapOf(zoneOnlyClauses, zoneClauses)
	zoneTuple     = tuple("name", text, "class", optClass, "options", zoneMap)
	policyTuple   = tuple("name", text, "options", mapOf(policyClauses))
	loggingMap    = mapOf(loggingClauses)
	channelMap    = namedMapOf(channelClauses)
	categoryTuple = tuple("name", text, "destinations", names)
	controlsMap   = mapOf(controlsClauses)
	statsMap      = mapOf(statsClauses)
	keyMap        = namedMapOf(keyClauses)
	tlsMap        = namedMapOf(tlsClauses)
	httpMap       = namedMapOf(httpClauses)
	dlzMap        = namedMapOf(dlzClauses)
	serverMap     = &valueType{kind: kindPrefixMap, sets: [][]clause{serverClauses}}
	dns64Map      = &valueType{kind: kindPrefixMap, sets: [][]clause{dns64Clauses}}
	rateLimit     = mapOf(rateLimitClauses)
	pluginTuple   = tuple("type", enum("query"), "library", text, "parameters", &valueType{kind: kindOptBracketed})

	controlKeys  = optKeyword("keys", names)
	readOnly     = optKeyword("read-only", boolean)
	inetControl  = tuple("address", controlSock, "allow", keyword("allow", matchList), "keys", controlKeys, "read-only", readOnly)
	unixControl  = tuple("path", quoted, "perm", keyword("perm", integer), "owner", keyword("owner", integer), "group", keyword("group", integer), "keys", controlKeys, "read-only", readOnly)
	statsInet    = tuple("address", controlSock, "allow", optKeyword("allow", matchList))
	logSeverity  = &valueType{kind: kindLogSeverity}
	logLevel     = enum("critical", "error", "warning", "notice", "info", "dynamic")
	logFile      = &valueType{kind: kindLogFile, fields: fieldsOf([]any{"file", quoted, "versions", logVersions, "size", sizeOrDefault, "suffix", logSuffix})}
	dnstapOutput = &valueType{kind: kindDnstapOutput, fields: fieldsOf([]any{"mode", enum("file", "unix"), "path", quoted, "size", sizeOrUnlimited, "versions", logVersions, "suffix", logSuffix})}
	dnstapList   = listOf(tuple("type", enum("all", "auth", "client", "forwarder", "resolver", "update"), "mode", optEnum("query", "response")))
)

// The values of single clauses with a grammar of their own.
var (
	zoneTypeWords  = enum("primary", "master", "secondary", "slave", "mirror", "delegation-only", "forward", "hint", "redirect", "static-stub", "stub")
	transferFormat = enum("many-answers", "one-answer")
	checkNames     = tuple("type", enum("primary", "master", "secondary", "slave", "response"), "mode", checkMode)
	rrsetOrder     = listOf(tuple("class", optKeyword("class", word), "type", optKeyword("type", word), "name", optKeyword("name", quoted), "order", word, "ordering", word))
	anchorTypes    = enum("static-key", "initial-key", "static-ds", "initial-ds")
	trustAnchors   = listOf(tuple("name", text, "anchortype", anchorTypes, "rdata1", integer, "rdata2", integer, "rdata3", integer, "data", quoted))
	trustedKeys    = listOf(tuple("name", text, "anchortype", void, "rdata1", integer, "rdata2", integer, "rdata3", integer, "data", quoted))
	policyKeys     = listOf(tuple("role", enum("csk", "ksk", "zsk"), "keystore-type", optEnum("key-directory"), "lifetime", keyword("lifetime", &valueType{kind: kindDurationOrUnlimited}), "algorithm", keyword("algorithm", word), "length", optInteger))
	nsec3Param     = tuple("iterations", optKeyword("iterations", integer), "optout", optKeyword("optout", boolean), "salt-length", optKeyword("salt-length", integer))

	updateMatch  = &valueType{kind: kindMatchType, words: []string{"6to4-self", "external", "krb5-self", "krb5-selfsub", "krb5-subdomain", "krb5-subdomain-self-rhs", "ms-self", "ms-selfsub", "ms-subdomain", "ms-subdomain-self-rhs", "name", "self", "selfsub", "selfwild", "subdomain", "tcp-self", "wildcard", "zonesub"}}
	updateRule   = tuple("mode", enum("deny", "grant"), "identity", text, "matchtype", updateMatch, "name", &valueType{kind: kindMatchName}, "types", wordsOf(text))
	updatePolicy = &valueType{kind: kindUpdatePolicy, of: updateRule}

	policyAction   = &valueType{kind: kindPolicyAction, fields: fieldsOf([]any{"policy name", enum("cname", "disabled", "drop", "given", "no-op", "nodata", "nxdomain", "passthru", "tcp-only"), "cname", text})}
	policyZone     = keyTuple("zone name", keyword("zone", text), "add-soa", boolean, "log", boolean, "max-policy-ttl", durationValue, "min-update-interval", durationValue, "policy", policyAction, "recursive-only", boolean, "nsip-enable", boolean, "nsdname-enable", boolean)
	responsePolicy = keyTuple("zone list", listOf(policyZone), "add-soa", boolean, "break-dnssec", boolean, "max-policy-ttl", durationValue, "min-update-interval", durationValue, "min-ns-dots", integer, "nsip-wait-recurse", boolean, "nsdname-wait-recurse", boolean, "qname-wait-recurse", boolean, "recursive-only", boolean, "nsip-enable", boolean, "nsdname-enable", boolean, "dnsrps-enable", boolean, "dnsrps-options", bracketed)
	catalogZone    = keyTuple("zone name", keyword("zone", text), "default-masters", remoteServers, "default-primaries", remoteServers, "zone-directory", quoted, "in-memory", boolean, "min-update-interval", durationValue)
	catalogZones   = keyTuple("zone list", listOf(catalogZone))
)

// keyFileMap is the grammar of rndc.key and session.key: a single key statement.
var keyFileMap = mapOf([]clause{{name: "key", typ: keyMap}})
