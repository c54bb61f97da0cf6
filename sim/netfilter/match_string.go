package netfilter

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// stringMatch is -m string.
type stringMatch struct {
	pattern  string
	isHex    bool
	algo     string
	from, to uint32
	icase    bool
	inv      bool
}

var stringOptions = []option{
	{name: "algo", must: true}, {name: "from"}, {name: "to"}, {name: "string", inv: true, not: []string{"hex-string"}},
	{name: "hex-string", inv: true, not: []string{"string"}}, {name: "icase", flag: true},
}

func (m *stringMatch) set(_ *input, id, value string, inv bool) (err *Error) {
	switch id {
	case "algo":
		if m.algo = value; value != "bm" && value != "kmp" {
			return bad("string: Bad value for \"--algo\" option: \"%s\"", value)
		}
	case "from":
		m.from, err = parseBounded("string", id, value, 0, 65535)
	case "to":
		m.to, err = parseBounded("string", id, value, 0, 65535)
	case "string":
		m.pattern, m.inv = value[:min(len(value), 128)], inv
	case "hex-string":
		m.isHex, m.inv = true, inv
		return m.setHex(value)
	case "icase":
		m.icase = true
	}
	return err
}

// setHex reads text with bytes in hexadecimal between bars.
func (m *stringMatch) setHex(value string) *Error {
	for i, part := range strings.Split(value, "|") {
		if i%2 == 0 {
			m.pattern += part
			continue
		}
		b, err := hex.DecodeString(strings.ReplaceAll(part, " ", ""))
		if err != nil {
			return bad("STRING: bad hex string `%s'", value)
		}
		m.pattern += string(b)
	}
	return nil
}

func (m *stringMatch) done(*input) *Error {
	if m.pattern == "" {
		return bad("STRING match: You must specify `--string' or `--hex-string'")
	}
	return nil
}

func (m *stringMatch) text() string {
	if m.isHex {
		return `"|` + hex.EncodeToString([]byte(m.pattern)) + `|"`
	}
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(m.pattern) + `"`
}

func (m *stringMatch) save(w *writer) {
	flag := "--string"
	if m.isHex {
		flag = "--hex-string"
	}
	w.option(m.inv, flag, m.text())
	w.words("--algo", m.algo)
	if m.from != 0 {
		w.words("--from", strconv.Itoa(int(m.from)))
	}
	if m.to != 65535 {
		w.words("--to", strconv.Itoa(int(m.to)))
	}
	if m.icase {
		w.words("--icase")
	}
}

func (m *stringMatch) list(w *writer) {
	fmt.Fprintf(w, " STRING match %s %s ALGO name %s", notMark(m.inv), m.text(), m.algo)
	if m.from != 0 {
		fmt.Fprintf(w, " FROM %d", m.from)
	}
	if m.to != 65535 {
		fmt.Fprintf(w, " TO %d", m.to)
	}
	if m.icase {
		w.words("ICASE")
	}
}

// holds looks for the pattern in the payload; --from and --to count from the
// beginning of the IP packet.
func (m *stringMatch) holds(x *crossing) bool {
	header := x.length - len(x.p.Payload)
	from := min(max(int(m.from)-header, 0), len(x.p.Payload))
	to := min(max(int(m.to)-header+len(m.pattern), from), len(x.p.Payload))
	text, pattern := string(x.p.Payload[from:to]), m.pattern
	if m.icase {
		text, pattern = strings.ToLower(text), strings.ToLower(pattern)
	}
	return strings.Contains(text, pattern) != m.inv
}
