package dns

import (
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"
)

// ParseRecord makes a record from rdata in master file form, as nsupdate does with
// what follows the type. Names without a final dot are relative to the root. The
// messages are BIND's, in which source stands for the file; checkNames applies the
// rules of check-names, whose breach is ErrBadOwnerName or ErrBadName.
func ParseRecord(owner string, ttl uint32, rrtype uint16, text, source string, checkNames bool) (mdns.RR, []Message, error) {
	name, res := parseWireName(nil, []byte(owner), rootName)
	if res != resultOK {
		return nil, nil, res
	}
	opts := LoadOptions{File: source, Kind: Hint, Read: func(string) ([]byte, error) { return []byte(text), nil }}
	if checkNames {
		opts.CheckNames = Fail
		if !ownerAllowed(wireName(name), rrtype) {
			return nil, nil, ErrBadOwnerName
		}
	}
	opts.setDefaults()
	log := &messageLog{}
	ld := newLoader(&opts, log, rootName, newDatabase(rootName, &opts))
	ld.openFile(source)
	ld.rd.origin = rootName
	ld.rd.reverse = checkNames && rrtype == typePTR && wireName(name).isReverse()
	rd, res := ld.rd.read(rrtype)
	if res != resultOK {
		return nil, log.all, res
	}
	rr, err := unpackRdata(wireName(name).text(), rrtype, opts.Class, ttl, rd.wire)
	return rr, nil, err
}

// ParseName reads a name in master file form; one without final dot is relative to
// the root. The error is a Result.
func ParseName(text string) (string, error) {
	name, res := parseWireName(nil, []byte(text), rootName)
	if res != resultOK {
		return "", res
	}
	return wireName(name).text(), nil
}

// recordLine is a complete record in the columns of BIND's debugging style.
func recordLine(rr mdns.RR) string {
	var b strings.Builder
	h := rr.Header()
	at := 0
	for i, part := range []string{fileName(h.Name), strconv.FormatUint(uint64(h.Ttl), 10), ClassName(h.Class), TypeName(h.Rrtype)} {
		b.WriteString(part)
		at = column(&b, at+len(part), 24+8*i)
	}
	b.WriteString(rdataText(rr, "", false))
	return b.String()
}
