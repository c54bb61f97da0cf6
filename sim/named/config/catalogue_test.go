package config

import "strings"

// ClauseInfo describes one statement of the configuration language, for help and completion in an editor.
type ClauseInfo struct {
	Scope   string // "" at the top, otherwise the statement it stands in: options, view, zone, key, logging, channel ...
	Name    string
	Grammar string     // the value in the notation of named.conf(5)
	Zones   []ZoneType // of a zone's clause: the types it may stand in
	Notes   []string   // deprecated, obsolete, ancient, not configured, test only, may occur multiple times
}

// Catalogue lists every statement the parser knows, scope by scope, in the order of the grammar.
func Catalogue() []ClauseInfo {
	var out []ClauseInfo
	for _, s := range []struct {
		scope string
		typ   *valueType
	}{
		{"", topMap}, {"options", optionsMap}, {"view", viewMap}, {"zone", zoneMap}, {"key", keyMap}, {"server", serverMap},
		{"logging", loggingMap}, {"channel", channelMap}, {"controls", controlsMap}, {"statistics-channels", statsMap},
		{"tls", tlsMap}, {"http", httpMap}, {"dlz", dlzMap}, {"dnssec-policy", mapOf(policyClauses)},
		{"rate-limit", rateLimit}, {"dns64", dns64Map},
	} {
		for _, set := range s.typ.sets {
			for _, c := range set {
				out = append(out, c.info(s.scope))
			}
		}
	}
	return out
}

func (c clause) info(scope string) ClauseInfo {
	i := ClauseInfo{Scope: scope, Name: c.name}
	if c.typ != nil {
		i.Grammar = grammarText(c.typ)
	}
	if scope == "zone" {
		i.Zones = c.zones.list()
	}
	for _, n := range []struct {
		flag clauseFlags
		text string
	}{
		{flagObsolete, "obsolete"}, {flagTestOnly, "test only"}, {flagNotBuilt, "not configured"},
		{flagMulti, "may occur multiple times"}, {flagExperimental, "experimental"}, {flagDeprecated, "deprecated"},
		{flagAncient, "ancient"},
	} {
		if c.flags&n.flag != 0 {
			i.Notes = append(i.Notes, n.text)
		}
	}
	return i
}

func (z zoneTypes) list() []ZoneType {
	var out []ZoneType
	for _, t := range []struct {
		bit  zoneTypes
		name ZoneType
	}{
		{zonePrimary, Primary}, {zoneSecondary, Secondary}, {zoneMirror, Mirror}, {zoneForward, Forward}, {zoneHint, Hint},
		{zoneRedirect, Redirect}, {zoneStaticStub, StaticStub}, {zoneStub, Stub}, {zoneDelegation, DelegationOnly}, {zoneInView, InView},
	} {
		if z&t.bit != 0 {
			out = append(out, t.name)
		}
	}
	return out
}

// plainGrammar are the values with a fixed notation.
var plainGrammar = map[kind]string{
	kindVoid: "", kindUint: "<integer>", kindOptUint: "[ <integer> ]", kindBool: "<boolean>", kindBoolOrAuto: "( yes | no | auto )",
	kindPercent: "<percentage>", kindFixed: "<fixedpoint>", kindDuration: "<duration>", kindDurationOrUnlimited: "<duration_or_unlimited>",
	kindSize: "<sizeval>", kindSizeOrPercent: "<sizeval> | <percentage>", kindQuoted: "<quoted_string>", kindWord: "<string>",
	kindString: "<string>", kindSecret: "<string>", kindBracketed: "{ <unspecified-text> }", kindOptBracketed: "[ { <unspecified-text> } ]",
	kindQuotedOrNone: "( <quoted_string> | none )", kindServerID: "( <quoted_string> | none | hostname )", kindOptClass: "[ <class> ]",
	kindServerKey: "<server_key>", kindOptFacility: "[ <syslog_facility> ]", kindPrefix: "<netprefix>", kindPortRange: "<portrange>",
	kindMatchElement: "<address_match_element>", kindMatchName: "[ <string> ]", kindLogSeverity: "<log_severity>",
	kindRemoteElement: "( <remote-servers> | <ipv4_address> [ port <integer> ] | <ipv6_address> [ port <integer> ] )",
	kindNamePort:      "( <quoted_string> [ port <integer> ] | <ipv4_address> [ port <integer> ] | <ipv6_address> [ port <integer> ] )",
	kindLogFile:       "<quoted_string> [ versions ( unlimited | <integer> ) ] [ size <size> ] [ suffix ( increment | timestamp ) ]",
	kindDnstapOutput:  "( file | unix ) <quoted_string> [ size ( unlimited | <size> ) ] [ versions ( unlimited | <integer> ) ] [ suffix ( increment | timestamp ) ]",
	kindWords:         "<rrtypelist>",
}

// grammarText writes the grammar of a value in the notation of named.conf(5). A value in braces of its own is only
// hinted at.
func grammarText(t *valueType) string {
	if s, ok := plainGrammar[t.kind]; ok {
		return s
	}
	switch t.kind {
	case kindEnum, kindMatchType:
		return "( " + strings.Join(t.words, " | ") + " )"
	case kindEnumOr:
		if t.of.kind == kindVoid {
			return "[ ( " + strings.Join(t.words, " | ") + " ) ]"
		}
		return "( " + strings.Join(t.words, " | ") + " | " + grammarText(t.of) + " )"
	case kindKeyword:
		return t.words[0] + " " + grammarText(t.of)
	case kindOptKeyword:
		if t == optDSCP {
			return ""
		}
		return "[ " + t.words[0] + " " + grammarText(t.of) + " ]"
	case kindList:
		return "{ " + grammarText(t.of) + "; ... }"
	case kindUpdatePolicy:
		return "( local | { " + grammarText(t.of) + "; ... } )"
	case kindPolicyAction:
		return "( " + strings.Join(t.fields[0].typ.words, " | ") + " <quoted_string> )"
	case kindMap:
		return "{ ... }"
	case kindNamedMap:
		return "<string> { ... }"
	case kindPrefixMap:
		return "<netprefix> { ... }"
	case kindTuple, kindKeyTuple:
		return tupleText(t)
	}
	return addressText(t)
}

func tupleText(t *valueType) string {
	var b strings.Builder
	for i, f := range t.fields {
		switch {
		case f.name == "dscp" && t.kind == kindKeyTuple, f.name == "default-masters":
		case t.kind == kindKeyTuple && i > 0:
			b.WriteString(" [ " + f.name + " " + grammarText(f.typ) + " ]")
		default:
			if i > 0 && t.fields[i-1].typ.kind != kindVoid {
				b.WriteByte(' ')
			}
			b.WriteString(grammarText(f.typ))
		}
	}
	return b.String()
}

func addressText(t *valueType) string {
	var families []string
	if t.addr&addrV4 != 0 {
		families = append(families, "<ipv4_address>")
	}
	if t.addr&addrV6 != 0 {
		families = append(families, "<ipv6_address>")
	}
	if t.kind == kindNetAddr && len(families) == 1 {
		return families[0]
	}
	if t.addr&addrWild != 0 {
		families = append(families, "*")
	}
	text := "( " + strings.Join(families, " | ") + " )"
	switch {
	case t.kind == kindQuerySource:
		return "[ address ] " + text
	case t.kind == kindNetAddr, t.addr&addrPort == 0:
		return text
	case t.addr&addrWild != 0:
		return text + " [ port ( <integer> | * ) ]"
	}
	return text + " [ port <integer> ]"
}
