package config

// The values that clauses of several statements share.
var (
	void          = &valueType{kind: kindVoid}
	integer       = &valueType{kind: kindUint}
	optInteger    = &valueType{kind: kindOptUint}
	boolean       = &valueType{kind: kindBool}
	boolOrAuto    = &valueType{kind: kindBoolOrAuto}
	percentage    = &valueType{kind: kindPercent}
	fixedPoint    = &valueType{kind: kindFixed}
	durationValue = &valueType{kind: kindDuration}
	quoted        = &valueType{kind: kindQuoted}
	word          = &valueType{kind: kindWord}
	text          = &valueType{kind: kindString}
	secret        = &valueType{kind: kindSecret}
	bracketed     = &valueType{kind: kindBracketed}
	quotedOrNone  = &valueType{kind: kindQuotedOrNone}
	serverIDValue = &valueType{kind: kindServerID}
	sizeValue     = &valueType{kind: kindSize}

	anyAddress   = &valueType{kind: kindNetAddr, addr: addrV4 | addrV6}
	address6     = &valueType{kind: kindNetAddr, addr: addrV6}
	prefix       = &valueType{kind: kindPrefix}
	socket       = &valueType{kind: kindSockAddr, addr: addrV4 | addrV6 | addrPort}
	socketDSCP   = &valueType{kind: kindSockAddr, addr: addrV4 | addrV6 | addrDSCP | addrPort}
	source4      = &valueType{kind: kindSockAddr, addr: addrWild | addrV4 | addrDSCP}
	source6      = &valueType{kind: kindSockAddr, addr: addrWild | addrV6 | addrDSCP}
	querySource4 = &valueType{kind: kindQuerySource, addr: addrWild | addrV4 | addrDSCP}
	querySource6 = &valueType{kind: kindQuerySource, addr: addrWild | addrV6 | addrDSCP}
	controlSock  = &valueType{kind: kindSockAddr, addr: addrV4 | addrV6 | addrWild | addrPort}

	matchElement = &valueType{kind: kindMatchElement}
	matchList    = listOf(matchElement)
	negated      = tuple("negated", matchElement)
	keyRef       = keyword("key", text)
	geoip        = tuple("negated", void, "db", text, "subtype", enum("area", "areacode", "asnum", "city",
		"continent", "country", "country3", "countryname", "domain", "isp", "metro", "metrocode", "netspeed", "org",
		"postal", "postalcode", "region", "regionname", "timezone", "tz"), "search", text)

	optPort  = optKeyword("port", integer)
	optDSCP  = optKeyword("dscp", integer)
	optClass = &valueType{kind: kindOptClass}
	names    = listOf(text)

	maxDuration      = enumOr(durationValue, "unlimited")
	sizeOrDefault    = enumOr(sizeValue, "default", "unlimited")
	sizeOrUnlimited  = enumOr(sizeValue, "unlimited")
	sizeOrPercentage = enumOr(&valueType{kind: kindSizeOrPercent}, "default", "unlimited")
	checkMode        = enum("fail", "warn", "ignore")
	logVersions      = enumOr(integer, "unlimited")
	logSuffix        = enum("increment", "timestamp")

	transferACL = tuple("port-transport", keyTuple("port", optPort, "transport", text), "aml", matchList)
	listenOn    = tuple("tuple", keyTuple("port", optPort, "dscp", integer, "tls", text, "http", text), "acl", matchList)

	remoteServer  = tuple("remoteselement", &valueType{kind: kindRemoteElement}, "key", optKeyword("key", text), "tls", optKeyword("tls", text))
	remoteServers = tuple("port", optPort, "dscp", optDSCP, "addresses", listOf(remoteServer))
	namedServers  = tuple("name", text, "port", optPort, "dscp", optDSCP, "addresses", listOf(remoteServer))
	forwarderList = tuple("port", optPort, "dscp", optDSCP, "addresses", listOf(socketDSCP))
	nameWithPort  = tuple("name", text, "port", optPort, "dscp", optDSCP)
	dualStack     = tuple("port", optPort, "addresses", listOf(&valueType{kind: kindNamePort}))
	portPair      = tuple("loport", integer, "hiport", integer)
	portList      = listOf(&valueType{kind: kindPortRange})
)

func listOf(of *valueType) *valueType  { return &valueType{kind: kindList, of: of} }
func wordsOf(of *valueType) *valueType { return &valueType{kind: kindWords, of: of} }
func enum(words ...string) *valueType  { return &valueType{kind: kindEnum, words: words} }
func optEnum(words ...string) *valueType {
	return &valueType{kind: kindEnumOr, words: words, of: void}
}
func enumOr(of *valueType, words ...string) *valueType {
	return &valueType{kind: kindEnumOr, words: words, of: of}
}
func keyword(name string, of *valueType) *valueType {
	return &valueType{kind: kindKeyword, words: []string{name}, of: of}
}
func optKeyword(name string, of *valueType) *valueType {
	return &valueType{kind: kindOptKeyword, words: []string{name}, of: of}
}
func mapOf(sets ...[]clause) *valueType      { return &valueType{kind: kindMap, sets: sets} }
func namedMapOf(sets ...[]clause) *valueType { return &valueType{kind: kindNamedMap, sets: sets} }

// tuple takes field names and types in turn.
func tuple(parts ...any) *valueType { return &valueType{kind: kindTuple, fields: fieldsOf(parts)} }
func keyTuple(parts ...any) *valueType {
	return &valueType{kind: kindKeyTuple, fields: fieldsOf(parts)}
}

func fieldsOf(parts []any) []field {
	var fields []field
	for i := 0; i+1 < len(parts); i += 2 {
		fields = append(fields, field{parts[i].(string), parts[i+1].(*valueType)})
	}
	return fields
}
