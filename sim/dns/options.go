package dns

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	mdns "github.com/miekg/dns"
)

// Policy is what a check does when it finds something.
type Policy uint8

// The policies, in named.conf's words.
const (
	Ignore Policy = iota
	Warn
	Fail
)

// Severity ranks a message as BIND's log channels do.
type Severity uint8

// The severities that loading a zone uses.
const (
	Info Severity = iota
	Warning
	Error
)

// Message is one line that BIND would log while it loads a zone.
type Message struct {
	Severity Severity
	Text     string // the complete line as named-checkzone prints it
	File     string // the file Text points to, or ""
	Line     int    // the line Text points to, or 0
}

// ErrIsDirectory is what a ReadFile callback returns (wrapped or not) for a
// directory; BIND says "not a file".
var ErrIsDirectory = errors.New("is a directory")

// ReadFile gives the content of a file. It reports a missing file by
// fs.ErrNotExist, one it may not read by fs.ErrPermission and a directory by
// ErrIsDirectory.
type ReadFile func(path string) ([]byte, error)

// HostLookup is the outcome of asking the resolver for a name outside the zone,
// as getaddrinfo sees it.
type HostLookup struct {
	NoName    bool   // the name does not exist or has no address
	Failure   string // any other failure, in gai_strerror's words
	Canonical string // canonical name, without final dot; "" if unknown
	Addresses []string
}

// ZoneKind is the role the file plays.
type ZoneKind uint8

// The kinds of zone.
const (
	Primary ZoneKind = iota
	Secondary
	Hint
)

// Limits bound what one zone may cost. Zero fields mean DefaultLimits.
type Limits struct {
	Bytes    int // octets read from all files together
	Records  int // records and $GENERATE steps together
	Includes int // files opened by $INCLUDE
}

// DefaultLimits are generous for a lab and harmless for the machine.
func DefaultLimits() Limits { return Limits{Bytes: 32 << 20, Records: 100_000, Includes: 1000} }

// LoadOptions says which zone to load and what to check. Start from NamedOptions
// or CheckzoneOptions.
type LoadOptions struct {
	Origin string // zone name, in master file form, final dot optional
	Class  uint16 // zero means IN
	File   string // path as it is printed in messages and given to Read
	Read   ReadFile
	Kind   ZoneKind
	Limits Limits

	ManyErrors bool // go on after an error and report the others (named-checkzone)

	CheckNames     Policy // check-names
	CheckNS        Policy // NS that is an address (only named-checkzone)
	CheckMX        Policy // check-mx
	MXCNAME        Policy // check-mx-cname
	SRVCNAME       Policy // check-srv-cname
	CheckIntegrity bool   // check-integrity
	CheckSibling   bool   // check-sibling
	CheckSPF       bool   // check-spf
	CheckWildcard  bool   // check-wildcard

	MaxTTL        uint32 // max-zone-ttl; zero means unlimited
	RecordsPerSet int    // max-records-per-type; zero means unlimited

	// LookupHost, if set, is asked about names outside the zone that NS, MX and
	// SRV records point to, as named-checkzone -i full does.
	LookupHost func(name string) HostLookup

	// Now is the wall clock for $DATE and expired signatures; zero skips them.
	Now time.Time
	// Log, if set, receives each message as it arises.
	Log func(Message)
}

// NamedOptions are the defaults of named 9.18 for a zone of this kind.
func NamedOptions(kind ZoneKind) LoadOptions {
	o := LoadOptions{Kind: kind, CheckMX: Warn, MXCNAME: Warn, SRVCNAME: Warn,
		CheckIntegrity: true, CheckSibling: true, CheckSPF: true, CheckWildcard: true, RecordsPerSet: 100}
	switch kind {
	case Primary:
		o.CheckNames = Fail
	case Secondary:
		o.CheckNames = Warn
	}
	return o
}

// CheckzoneOptions are the defaults of named-checkzone 9.18, without look-ups
// outside the zone.
func CheckzoneOptions() LoadOptions {
	return LoadOptions{ManyErrors: true, CheckNames: Warn, CheckNS: Warn, CheckMX: Warn, MXCNAME: Warn,
		SRVCNAME: Warn, CheckIntegrity: true, CheckSibling: true, CheckSPF: true, CheckWildcard: true}
}

func (o *LoadOptions) setDefaults() {
	if o.Class == 0 {
		o.Class = mdns.ClassINET
	}
	limits := DefaultLimits()
	if o.Limits.Bytes == 0 {
		o.Limits.Bytes = limits.Bytes
	}
	if o.Limits.Records == 0 {
		o.Limits.Records = limits.Records
	}
	if o.Limits.Includes == 0 {
		o.Limits.Includes = limits.Includes
	}
}

// readResult translates an error of the read callback.
func readResult(err error) Result {
	var res Result
	switch {
	case errors.As(err, &res):
		return res
	case errors.Is(err, fs.ErrNotExist):
		return ErrFileNotFound
	case errors.Is(err, fs.ErrPermission):
		return ErrNoPermission
	case errors.Is(err, ErrIsDirectory):
		return ErrNotFile
	}
	return ErrIO
}

// messageLog collects messages.
type messageLog struct {
	all  []Message
	tell func(Message)
}

func (l *messageLog) add(sev Severity, file string, line int, format string, args ...any) {
	m := Message{Severity: sev, Text: fmt.Sprintf(format, args...), File: file, Line: line}
	l.all = append(l.all, m)
	if l.tell != nil {
		l.tell(m)
	}
}
