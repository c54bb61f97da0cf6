package dns

import (
	"bytes"
	"encoding/binary"
)

// rdata is the data of one record in wire form.
type rdata struct {
	wire   []byte
	folded *[]byte // wire with its names in lower case, or nil if that is the same
}

// canon is the data with the letters of its names in lower case (RFC 4034 section
// 6.2): records with equal canon are duplicates.
func (rd rdata) canon() []byte {
	if rd.folded != nil {
		return *rd.folded
	}
	return rd.wire
}

// compareRdata is the order of RFC 4034 section 6.3, in which BIND keeps the
// records of a set.
func compareRdata(a, b rdata) int { return bytes.Compare(a.canon(), b.canon()) }

// rdataReader turns the rest of a line into the rdata of one type.
type rdataReader struct {
	ld      *loader
	lx      *lexer
	origin  wireName
	class   uint16
	reverse bool // a PTR in a reverse zone must point to a host name
	tok     token
	buf     []byte
	folds   bool // buf holds a name with capital letters
	names   []int
	escaped bool // a TXT whose first string is an escaped "#"
}

// token reads a token of the kind expected, as BIND's isc_lex_getmastertoken
// does: a token of another kind is given back and is the error's place.
func (r *rdataReader) token(expect tokenKind, eolOK bool) Result {
	opts := lexEOL
	switch expect {
	case tokQString:
		opts |= lexQString
	case tokNumber:
		opts |= lexNumber
	}
	var res Result
	r.tok, res = r.lx.next(opts)
	if res == ErrRange {
		r.lx.unget()
	}
	if res != resultOK {
		return res
	}
	atEnd := r.tok.kind == tokEOL || r.tok.kind == tokEOF
	switch {
	case r.tok.kind == expect, eolOK && atEnd, expect == tokQString && r.tok.kind == tokString:
		return resultOK
	}
	r.lx.unget()
	switch {
	case atEnd:
		return ErrUnexpectedEnd
	case expect == tokNumber:
		return ErrBadNumber
	}
	return ErrUnexpectedToken
}

// giveBack returns res and, if it is an error, puts the token back so that the
// message names it.
func (r *rdataReader) giveBack(res Result) Result {
	if res != resultOK {
		r.lx.unget()
	}
	return res
}

// number reads a decimal number up to max and appends it in size octets.
func (r *rdataReader) number(max uint32, size int) Result {
	if res := r.token(tokNumber, false); res != resultOK {
		return res
	}
	if r.tok.number > max {
		return r.giveBack(ErrRange)
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], r.tok.number)
	r.buf = append(r.buf, b[4-size:]...)
	return resultOK
}

func (r *rdataReader) uint8() Result  { return r.number(0xff, 1) }
func (r *rdataReader) uint16() Result { return r.number(0xffff, 2) }

// nameCheck is the rule of check-names for a name inside a record.
type nameCheck uint8

const (
	anyName nameCheck = iota
	hostName
	mailboxName
)

// name reads a domain name.
func (r *rdataReader) name(check nameCheck) Result {
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	return r.nameToken(check)
}

// nameToken appends the domain name in the current token.
func (r *rdataReader) nameToken(check nameCheck) Result {
	start := len(r.buf)
	buf, res := parseWireName(r.buf, r.tok.text, r.origin)
	if res != resultOK {
		return r.giveBack(res)
	}
	r.buf = buf
	r.names = append(r.names, start, len(buf))
	for _, c := range buf[start:] {
		if c >= 'A' && c <= 'Z' {
			r.folds = true
			break
		}
	}
	if check == anyName || r.ld.opts.CheckNames == Ignore {
		return resultOK
	}
	n := wireName(buf[start:])
	if check == hostName && n.isHostName(false) || check == mailboxName && n.isMailbox() {
		return resultOK
	}
	if r.ld.opts.CheckNames == Fail {
		return r.giveBack(ErrBadName)
	}
	r.ld.warnf(r.lx.cur.name, r.lx.line(), "%s:%d: warning: %s: %s", r.lx.cur.name, r.lx.line(), n, ErrBadName)
	return resultOK
}

// text reads a character-string of at most 255 octets (RFC 1035 section 5.1).
func (r *rdataReader) text() Result {
	if res := r.token(tokQString, false); res != resultOK {
		return res
	}
	return r.giveBack(r.appendText(r.tok.text))
}

func (r *rdataReader) appendText(text []byte) Result {
	start := len(r.buf)
	buf, res := unescape(append(r.buf, 0), text)
	if res != resultOK || len(buf)-start > 256 {
		return ErrSyntax
	}
	buf[start] = byte(len(buf) - start - 1)
	r.buf = buf
	return resultOK
}

// unescape resolves \DDD and \X of a character-string.
func unescape(buf, text []byte) ([]byte, Result) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '\\' {
			buf = append(buf, c)
			continue
		}
		if i++; i == len(text) {
			return buf, ErrSyntax
		}
		if c = text[i]; !isDigit(int(c)) {
			buf = append(buf, c)
			continue
		}
		if i+2 >= len(text) || !isDigit(int(text[i+1])) || !isDigit(int(text[i+2])) {
			return buf, ErrSyntax
		}
		value := int(c-'0')*100 + int(text[i+1]-'0')*10 + int(text[i+2]-'0')
		if value > 255 {
			return buf, ErrSyntax
		}
		buf = append(buf, byte(value))
		i += 2
	}
	return buf, resultOK
}

// read parses the rdata of one record up to the end of its line. Whatever goes
// wrong is reported once, at the token the parser stands before.
func (r *rdataReader) read(rrtype uint16) (rdata, Result) {
	r.buf, r.names, r.folds, r.escaped = r.ld.scratch[:0], r.names[:0], false, false
	file := r.lx.cur.name
	if res := r.token(tokQString, true); res != resultOK {
		r.ld.errorf(file, r.lx.line(), "dns_rdata_fromtext: %s:%d: %s", file, r.lx.line(), res)
		return rdata{}, res
	}
	var res Result
	if r.tok.kind == tokString && string(r.tok.text) == `\#` {
		res = r.unknownOrText(rrtype)
	} else {
		r.lx.unget()
		res = r.known(rrtype)
	}
	res = r.toEndOfLine(res)
	r.ld.scratch = r.buf[:0]
	if res == resultOK && len(r.buf) > 0xffff {
		res = ErrNoSpace
	}
	if res != resultOK {
		return rdata{}, res
	}
	return r.take(), resultOK
}

// take copies the octets read so far out of the shared buffer.
func (r *rdataReader) take() rdata {
	rd := rdata{wire: append(make([]byte, 0, len(r.buf)), r.buf...)}
	if r.folds {
		canon := bytes.Clone(rd.wire)
		for i := 0; i < len(r.names); i += 2 {
			for j := r.names[i]; j < r.names[i+1]; j++ {
				canon[j] = lower(canon[j])
			}
		}
		rd.folded = &canon
	}
	return rd
}

// toEndOfLine consumes what is left of the line and prints the message.
func (r *rdataReader) toEndOfLine(res Result) Result {
	reported := false
	for {
		file, line := r.lx.cur.name, r.lx.line()
		tok, lexed := r.lx.next(lexEOL)
		if lexed != resultOK {
			if res == resultOK {
				res = lexed
			}
			if !reported {
				r.ld.errorf(file, line, "dns_rdata_fromtext: %s:%d: %s", file, line, res)
			}
			return res
		}
		if tok.kind != tokEOL && tok.kind != tokEOF {
			if res == resultOK {
				res = ErrExtraToken
			}
			if !reported {
				r.ld.rdataError(file, line, tok, res)
				reported = true
			}
			continue
		}
		if res != resultOK && !reported {
			r.ld.rdataError(file, line, tok, res)
		} else if tok.kind == tokEOF && r.lx.cur.isFile {
			r.ld.warnf(file, r.lx.line(), "%s:%d: file does not end with newline", file, r.lx.line())
		}
		return res
	}
}
