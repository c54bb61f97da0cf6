package dns

import (
	"fmt"
	"strconv"
	"strings"
)

// bufferName is how BIND names generated text in messages; the real one ends in
// an address that differs from run to run.
const bufferName = "buffer-0x7ffd3c5e9a20"

// generation is one $GENERATE line (BIND ARM, "Zone File Directives").
type generation struct {
	span, owner, typeName, data string
}

// readGenerate reads "$GENERATE range owner [ttl] [class] type rdata".
func (ld *loader) readGenerate() flow {
	var g generation
	class := uint16(0)
	if f := ld.nextText(&g.span); f != proceed {
		return f
	}
	if f := ld.nextText(&g.owner); f != proceed {
		return f
	}
	ld.explicitTTL = false
	if f := ld.next(0, false); f != proceed {
		return f
	}
	if f := ld.readClassAndTTL(&class); f != proceed {
		return f
	}
	g.typeName = string(cString(ld.tok.text))
	if f := ld.next(lexQString, false); f != proceed {
		return f
	}
	g.data = string(cString(ld.tok.text))
	switch {
	case !ld.ttlKnown && !ld.defaultTTLKnown:
		ld.errorf(ld.source, ld.line, "dns_master_load: %s:%d: no TTL specified", ld.source, ld.line)
		if ld.failed(ErrNoTTL) == abort {
			return abort
		}
		ld.ttl = 0
	case !ld.explicitTTL && ld.defaultTTLKnown:
		ld.ttl = ld.defaultTTL
	}
	if class != 0 && class != ld.opts.Class {
		return ld.wrongClass(class)
	}
	if res := ld.generate(g); res != resultOK {
		if res == ErrQuota {
			return ld.quit(res)
		}
		if ld.failed(res) == abort {
			return abort
		}
	}
	if ld.endOfLine() == abort {
		return abort
	}
	return nextLine
}

func (ld *loader) nextText(text *string) flow {
	f := ld.next(0, false)
	*text = string(cString(ld.tok.text))
	return f
}

// readClassAndTTL reads an optional class and an optional TTL in any order. The
// current token is the first candidate; afterwards it is the type.
func (ld *loader) readClassAndTTL(class *uint16) flow {
	if c, ok := ParseClass(string(ld.tok.text)); ok {
		*class = c
		if f := ld.next(0, false); f != proceed {
			return f
		}
	}
	if ttl, res := parseTTL(ld.tok.text); res == resultOK {
		ld.ttl = ld.limitTTL(ttl)
		ld.ttlKnown, ld.explicitTTL = true, true
		if f := ld.next(0, false); f != proceed {
			return f
		}
	}
	if *class == 0 {
		if c, ok := ParseClass(string(ld.tok.text)); ok {
			*class = c
			return ld.next(0, false)
		}
	}
	return proceed
}

// generate makes the records of one line.
func (ld *loader) generate(g generation) Result {
	start, stop, step, ok := parseSpan(g.span)
	if !ok {
		ld.errorf(ld.source, ld.line, "$GENERATE: %s:%d: invalid range '%s'", ld.source, ld.line, g.span)
		return ErrSyntax
	}
	rrtype, ok := ParseType(g.typeName)
	if !ok {
		ld.errorf(ld.source, ld.line, "$GENERATE: %s:%d: unknown RR type '%s'", ld.source, ld.line, g.typeName)
		return ErrUnknown
	}
	if isMeta(rrtype) && ld.opts.Kind == Primary {
		ld.errorf(ld.source, ld.line, "$GENERATE: %s:%d: meta RR type '%s'", ld.source, ld.line, g.typeName)
		return ErrMetaType
	}
	for i := start; i <= stop; i += step {
		if ld.records++; ld.records > ld.opts.Limits.Records {
			ld.report(ErrQuota)
			return ErrQuota
		}
		if res := ld.generateOne(g, rrtype, i); res != resultOK {
			ld.errorf(ld.source, ld.line, "$GENERATE: %s:%d: %s", ld.source, ld.line, res)
			return res
		}
	}
	return resultOK
}

func (ld *loader) generateOne(g generation, rrtype uint16, i int) Result {
	owner, res := expandTemplate(g.owner, i)
	if res != resultOK {
		return res
	}
	data, res := expandTemplate(g.data, i)
	if res != resultOK {
		return res
	}
	wire, res := parseWireName(nil, []byte(owner), ld.file.origin)
	if res != resultOK {
		return res
	}
	name := wireName(wire)
	if ld.opts.Kind == Primary && !name.within(ld.top) {
		ld.warnf(ld.source, ld.line, "%s:%d: ignoring out-of-zone data (%s)", ld.source, ld.line, name)
		return resultOK
	}
	ld.lx.open(&source{name: bufferName, data: []byte(data)})
	ld.rd.origin, ld.rd.reverse = ld.file.origin, false
	names, mx := ld.opts.CheckNames, ld.opts.CheckMX // generated rdata is not checked
	ld.opts.CheckNames, ld.opts.CheckMX = Ignore, Ignore
	rd, res := ld.rd.read(rrtype)
	ld.opts.CheckNames, ld.opts.CheckMX = names, mx
	ld.lx.close()
	if res != resultOK {
		return res
	}
	return ld.commitSet(name, rrsetDraft{rrtype: rrtype, ttl: ld.ttl, data: []rdata{rd}}, ld.line)
}

// parseSpan reads "start-stop" or "start-stop/step".
func parseSpan(span string) (start, stop, step int, ok bool) {
	first, rest, found := strings.Cut(span, "-")
	if !found {
		return 0, 0, 0, false
	}
	second, third, stepped := strings.Cut(rest, "/")
	start, ok1 := leadingInt(first, false)
	stop, ok2 := leadingInt(second, !stepped)
	step, ok3 := 1, true
	if stepped {
		step, ok3 = leadingInt(third, true)
	}
	return start, stop, step, ok1 && ok2 && ok3 && step > 0 && stop >= start
}

// leadingInt reads a decimal number; trailing text is accepted if tail, as
// scanf accepts it.
func leadingInt(s string, tail bool) (int, bool) {
	end := 0
	for end < len(s) && isDigit(int(s[end])) {
		end++
	}
	if end == 0 || end < len(s) && !tail {
		return 0, false
	}
	n, err := strconv.ParseInt(s[:end], 10, 32)
	return int(n), err == nil
}

// expandTemplate replaces each "$" by the number, each "${offset,width,base}" by
// the number in that form, and "$$" by one dollar sign.
func expandTemplate(template string, i int) (string, Result) {
	const limit = 2048 // BIND's buffer
	var out strings.Builder
	for pos := 0; pos < len(template); {
		c := template[pos]
		pos++
		switch {
		case c == '\\' && pos < len(template):
			out.WriteString(template[pos-1 : pos+1])
			pos++
		case c != '$':
			out.WriteByte(c)
		case pos < len(template) && template[pos] == '$':
			out.WriteByte('$')
			pos++
		case pos < len(template) && template[pos] == '{':
			text, res := expandModifier(template[pos:], i)
			if res != resultOK {
				return "", res
			}
			out.WriteString(text)
			if end := strings.IndexByte(template[pos:], '}'); end >= 0 {
				pos += end + 1
			} else {
				pos = len(template)
			}
		default:
			out.WriteString(strconv.Itoa(i))
		}
		if out.Len() >= limit {
			return "", ErrNoSpace
		}
	}
	return out.String(), resultOK
}

// expandModifier formats i as "{offset[,width[,base]]}" says; base is d, o, x, X,
// or n and N for reversed nibbles.
func expandModifier(text string, i int) (string, Result) {
	body, _, closed := strings.Cut(text[1:], "}")
	fields := strings.Split(body, ",")
	offset, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(fields[0]), "+"), 10, 32)
	if !closed || err != nil || len(fields) > 3 {
		return "", ErrSyntax
	}
	width, base := uint64(0), "d"
	if len(fields) > 1 {
		if width, err = strconv.ParseUint(fields[1], 10, 32); err != nil {
			return "", ErrSyntax
		}
	}
	if len(fields) > 2 {
		if base = fields[2]; len(base) != 1 || !strings.Contains("doxXnN", base) {
			return "", ErrSyntax
		}
	}
	value := int64(i) + offset
	switch {
	case i > 0 && value > 0x7fffffff:
		return "", ErrRange
	case width >= 128:
		return "", ErrNoSpace
	case base == "n" || base == "N":
		return nibbles(uint32(value), int(width), base == "N"), resultOK
	}
	if base != "d" {
		value = int64(uint32(value))
	}
	return fmt.Sprintf("%0*"+base, int(width), value), resultOK
}

// nibbles writes hexadecimal digits from the least significant one, with dots
// between; width counts digits and dots.
func nibbles(value uint32, width int, upper bool) string {
	digits := "0123456789abcdef"
	if upper {
		digits = "0123456789ABCDEF"
	}
	var out strings.Builder
	for {
		out.WriteByte(digits[value&15])
		value >>= 4
		width--
		if width <= 0 && value == 0 {
			return out.String()
		}
		out.WriteByte('.')
		if width--; width <= 0 && value == 0 {
			return out.String()
		}
	}
}
