package dns

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// loc reads a position (RFC 1876 section 3): latitude, longitude, altitude, and
// optionally size and the two precisions.
func (r *rdataReader) loc() Result {
	latitude, res := r.angle(90, "N", "S")
	if res != resultOK {
		return res
	}
	longitude, res := r.angle(180, "E", "W")
	if res != resultOK {
		return res
	}
	if res := r.token(tokString, false); res != resultOK {
		return res
	}
	cm, ok := centimetres(string(r.tok.text), true)
	if !ok {
		return r.giveBack(ErrSyntax)
	}
	if cm < -10000000 || cm > 4284967295 {
		return r.giveBack(ErrRange)
	}
	sizes := [3]byte{0x12, 0x16, 0x13} // 1 m, 10 km, 10 m
	for i := range sizes {
		if res := r.token(tokString, true); res != resultOK {
			return res
		}
		if r.tok.kind != tokString {
			r.lx.unget()
			break
		}
		size, ok := centimetres(string(r.tok.text), false)
		if !ok {
			return r.giveBack(ErrSyntax)
		}
		if size > 9000000000 {
			return r.giveBack(ErrRange)
		}
		sizes[i] = mantissa(size)
	}
	r.buf = append(r.buf, 0, sizes[0], sizes[1], sizes[2])
	for _, v := range []uint32{latitude, longitude, uint32(cm + 10000000)} {
		r.buf = binary.BigEndian.AppendUint32(r.buf, v)
	}
	return resultOK
}

// angle reads degrees, optional minutes and seconds, and a direction, as
// thousandths of a second from 2^31.
func (r *rdataReader) angle(limit int, positive, negative string) (uint32, Result) {
	total, scale := int64(0), int64(3600000)
	for field := 0; ; field++ {
		expect := tokString
		if field == 0 {
			expect = tokNumber
		}
		if res := r.token(expect, false); res != resultOK {
			return 0, res
		}
		text := strings.ToUpper(string(r.tok.text))
		switch {
		case field > 0 && text == positive:
			return uint32(1<<31 + total), r.angleRange(total, limit)
		case field > 0 && text == negative:
			return uint32(1<<31 - total), r.angleRange(total, limit)
		case field == 3:
			return 0, r.giveBack(ErrSyntax)
		}
		value, ok := thousandths(text, field == 2)
		if !ok {
			return 0, r.giveBack(ErrSyntax)
		}
		most := int64(59)
		if field == 0 {
			most = int64(limit)
		}
		if value/1000 > most {
			return 0, r.giveBack(ErrRange)
		}
		total += value * scale / 1000
		scale /= 60
	}
}

func (r *rdataReader) angleRange(total int64, limit int) Result {
	if total > int64(limit)*3600000 {
		return r.giveBack(ErrRange)
	}
	return resultOK
}

// thousandths reads a decimal number with at most three places, if fraction.
func thousandths(text string, fraction bool) (int64, bool) {
	whole, places, dotted := strings.Cut(text, ".")
	n, err := strconv.ParseUint(whole, 10, 16)
	if err != nil || dotted && !fraction || len(places) > 3 {
		return 0, false
	}
	value := int64(n) * 1000
	if places != "" {
		p, err := strconv.ParseUint(places, 10, 16)
		if err != nil {
			return 0, false
		}
		for range 3 - len(places) {
			p *= 10
		}
		value += int64(p)
	}
	return value, true
}

// centimetres reads metres with at most two places and an optional "m".
func centimetres(text string, signed bool) (int64, bool) {
	text = strings.TrimSuffix(strings.ToLower(text), "m")
	sign := int64(1)
	if rest, ok := strings.CutPrefix(text, "-"); ok && signed {
		text, sign = rest, -1
	}
	whole, places, _ := strings.Cut(text, ".")
	n, err := strconv.ParseUint(whole, 10, 32)
	if err != nil || len(places) > 2 {
		return 0, false
	}
	p, err := strconv.ParseUint((places + "00")[:2], 10, 8)
	return sign * (int64(n)*100 + int64(p)), err == nil
}

// mantissa packs centimetres as one digit and a power of ten.
func mantissa(cm int64) byte {
	exponent := byte(0)
	for cm > 9 {
		cm /= 10
		exponent++
	}
	return byte(cm)<<4 | exponent
}
