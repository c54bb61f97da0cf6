package config

// kind names the grammar of a value: how it is read.
type kind uint8

const (
	kindVoid kind = iota
	kindUint
	kindOptUint
	kindBool
	kindBoolOrAuto
	kindPercent
	kindFixed
	kindDuration
	kindDurationOrUnlimited
	kindSize
	kindSizeOrPercent
	kindQuoted
	kindWord
	kindString // quoted or not
	kindSecret
	kindBracketed
	kindOptBracketed
	kindQuotedOrNone
	kindServerID
	kindOptClass
	kindServerKey
	kindOptFacility
	kindEnum
	kindEnumOr  // words, otherwise of
	kindKeyword // words[0] then of
	kindOptKeyword
	kindList  // { of; ... }
	kindWords // of of ... up to the semicolon
	kindTuple
	kindKeyTuple // first field, then named fields in any order
	kindMap
	kindNamedMap
	kindPrefixMap
	kindNetAddr
	kindPrefix
	kindSockAddr
	kindQuerySource
	kindPortRange
	kindMatchElement
	kindRemoteElement
	kindNamePort
	kindUpdatePolicy
	kindMatchType
	kindMatchName
	kindPolicyAction
	kindLogSeverity
	kindLogFile
	kindDnstapOutput
)

// valueType is the grammar of one value.
type valueType struct {
	kind   kind
	words  []string   // the keywords of an enumeration, the keyword before a value
	of     *valueType // element, alternative or value after the keyword
	fields []field
	sets   [][]clause // of a map, in printing order
	addr   addrFlags
}

// field is one part of a tuple.
type field struct {
	name string
	typ  *valueType
}

// clause is one statement a map may hold.
type clause struct {
	name  string
	typ   *valueType // nil for clauses that no longer exist
	flags clauseFlags
	zones zoneTypes // of a zone clause: the zone types it may stand in
}

// clauseFlags tell how often and whether still a clause may be used.
type clauseFlags uint8

const (
	flagMulti        clauseFlags = 1 << iota // may occur many times
	flagDeprecated                           // works, warned about
	flagObsolete                             // ignored, warned about
	flagAncient                              // an error
	flagNotBuilt                             // an error: not in this build
	flagExperimental                         // works, warned about
	flagDirectory                            // changes the working directory at once
	flagTestOnly                             // for BIND's own tests
)

// addrFlags tell which addresses may stand at a place.
type addrFlags uint8

const (
	addrV4 addrFlags = 1 << iota
	addrV6
	addrV4Prefix // leading octets alone, as in 10/8
	addrWild     // *
	addrPort     // port N is current there, elsewhere it is deprecated
	addrDSCP
)

// zoneTypes is a set of zone types.
type zoneTypes uint16

const (
	zonePrimary zoneTypes = 1 << iota
	zoneSecondary
	zoneStub
	zoneHint
	zoneForward
	zoneDelegation
	zoneInView
	zoneStaticStub
	zoneRedirect
	zoneMirror
)

// find looks a clause up as BIND does: without regard to case, the first of the sets that has it.
func (t *valueType) find(name string) *clause {
	for _, set := range t.sets {
		for i := range set {
			if equalFold(set[i].name, name) {
				return &set[i]
			}
		}
	}
	return nil
}

// equalFold compares two words without regard to ASCII case.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isWord(word string, words []string) bool {
	for _, w := range words {
		if equalFold(w, word) {
			return true
		}
	}
	return false
}
