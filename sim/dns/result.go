package dns

// Result is one of BIND's result texts ("bad dotted quad"). As an error it says
// why a zone was not loaded; the empty Result means success.
type Result string

// Error returns the text as BIND prints it.
func (r Result) Error() string { return string(r) }

// The results that loading a zone can end with.
const (
	resultOK Result = ""

	ErrNoSpace          Result = "ran out of space"
	ErrUnexpectedEnd    Result = "unexpected end of input"
	ErrUnbalanced       Result = "unbalanced parentheses"
	ErrUnbalancedQuotes Result = "unbalanced quotes"
	ErrUnexpectedToken  Result = "unexpected token"
	ErrUnexpected       Result = "unexpected error"
	ErrBadBase64        Result = "bad base64 encoding"
	ErrBadHex           Result = "bad hex encoding"
	ErrFileNotFound     Result = "file not found"
	ErrNoPermission     Result = "permission denied"
	ErrNotFile          Result = "not a file"
	ErrTooManyOpenFiles Result = "too many open files"
	ErrIO               Result = "I/O error"
	ErrRange            Result = "out of range"
	ErrBadNumber        Result = "not a valid number"
	ErrQuota            Result = "quota reached"
	ErrLabelTooLong     Result = "label too long"
	ErrBadEscape        Result = "bad escape"
	ErrEmptyLabel       Result = "empty label"
	ErrBadLabelType     Result = "bad label type"
	ErrBadDottedQuad    Result = "bad dotted quad"
	ErrBadAAAA          Result = "bad IPv6 address"
	ErrInvalidNS        Result = "invalid NS owner name (wildcard)"
	ErrUnknown          Result = "unknown class/type"
	ErrExtraToken       Result = "extra input text"
	ErrExtraData        Result = "extra input data"
	ErrNotZoneTop       Result = "not at top of zone"
	ErrAtZoneTop        Result = "at top of zone"
	ErrSyntax           Result = "syntax error"
	ErrNoOwner          Result = "no owner"
	ErrNoTTL            Result = "no ttl"
	ErrBadClass         Result = "bad class"
	ErrBadTTL           Result = "bad ttl"
	ErrBadZone          Result = "bad zone"
	ErrFormErr          Result = "FORMERR"
	ErrMetaType         Result = "invalid use of a meta type"
	ErrObsolete         Result = "obsolete"
	ErrCNAMEAndOther    Result = "CNAME and other data"
	ErrSingleton        Result = "multiple RRs of singleton type"
	ErrNSIsAddress      Result = "NS is an address"
	ErrMXIsAddress      Result = "MX is an address"
	ErrBadOwnerName     Result = "bad owner name (check-names)"
	ErrBadName          Result = "bad name (check-names)"
	ErrTooManyRecords   Result = "too many records"
	ErrRefused          Result = "REFUSED"
	ErrBadAlgorithm     Result = "bad algorithm"
)
