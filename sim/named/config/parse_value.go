package config

import "strconv"

// value reads a value of the given grammar.
func (p *parser) value(t *valueType) (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.unexpected("%s", errTooDeep)
	}
	defer func() { p.depth-- }()
	switch t.kind {
	case kindVoid:
		return p.newNode(nodeVoid, t), nil
	case kindList:
		return p.bracedList(t)
	case kindWords:
		return p.wordList(t)
	case kindTuple:
		return p.tuple(t)
	case kindKeyTuple:
		return p.keyTuple(t)
	case kindMap:
		return p.bracedMap(t)
	case kindNamedMap:
		return p.namedMap(text, t)
	case kindPrefixMap:
		return p.namedMap(prefix, t)
	case kindEnum, kindMatchType:
		return p.enum(t)
	case kindEnumOr:
		return p.enumOr(t)
	case kindKeyword, kindOptKeyword:
		return p.keyword(t)
	}
	if t.kind >= kindNetAddr {
		return p.specialValue(t)
	}
	return p.scalar(t)
}

// scalar reads a value of one token.
func (p *parser) scalar(t *valueType) (*node, error) {
	switch t.kind {
	case kindUint:
		return p.uint()
	case kindOptUint:
		return p.optional(modeNumber|modeCNumber, p.isNumber, integer)
	case kindBool:
		return p.bool()
	case kindBoolOrAuto:
		return p.wordOr(boolean, "auto")
	case kindPercent:
		return p.percent()
	case kindFixed:
		return p.fixed()
	case kindDuration:
		return p.duration(t)
	case kindDurationOrUnlimited:
		return p.duration(t)
	case kindSize:
		return p.size(t)
	case kindSizeOrPercent:
		return p.size(t)
	case kindQuoted:
		return p.quotedString()
	case kindWord:
		return p.wordString()
	case kindString:
		return p.anyString(styleQuoted)
	case kindSecret:
		return p.anyString(styleSecret)
	case kindBracketed:
		return p.bracketedText()
	case kindOptBracketed:
		return p.optional(modeBracketed, func() bool { return p.tok.kind == tokenBracketed }, bracketed)
	case kindQuotedOrNone:
		return p.wordOr(quoted, "none")
	case kindServerID:
		return p.wordOr(quoted, "none", "hostname")
	case kindOptClass:
		return p.optional(0, func() bool { return p.tok.kind == tokenString }, word)
	case kindServerKey:
		return p.serverKey()
	case kindOptFacility:
		return p.optional(modeQuoted, func() bool { return p.tok.kind == tokenString || p.tok.kind == tokenQuoted }, text)
	}
	return nil, errUnexpectedToken
}

func (p *parser) isNumber() bool { return p.tok.kind == tokenNumber }

// optional reads a value of type t if the next token fits, else nothing.
func (p *parser) optional(mode lexMode, fits func() bool, t *valueType) (*node, error) {
	if err := p.peek(mode); err != nil {
		return nil, err
	}
	if fits() {
		return p.value(t)
	}
	return p.newNode(nodeVoid, void), nil
}

func (p *parser) uint() (*node, error) {
	if err := p.get(modeNumber | modeCNumber); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenNumber {
		return nil, p.unexpected("expected number")
	}
	return p.newUint(p.tok.num), nil
}

func (p *parser) bool() (*node, error) {
	if err := p.get(0); err != nil {
		return nil, err
	}
	if p.tok.kind == tokenString {
		yes := isWord(p.tok.text, []string{"true", "yes", "1"})
		if yes || isWord(p.tok.text, []string{"false", "no", "0"}) {
			n := p.newNode(nodeBool, boolean)
			n.flag = yes
			return n, nil
		}
	}
	return nil, p.unexpected("boolean expected")
}

// percent reads digits and a percent sign.
func (p *parser) percent() (*node, error) {
	if err := p.get(0); err != nil {
		return nil, err
	}
	v, rest := leadingUint(p.tok.text)
	if p.tok.kind != tokenString || rest != "%" {
		return nil, p.unexpected("expected percentage")
	}
	n := p.newNode(nodePercent, percentage)
	n.num = uint64(uint32(v))
	return n, nil
}

// leadingUint reads a number as C's strtoull: leading blanks and a sign allowed, the greatest number when too large.
func leadingUint(s string) (v uint64, rest string) {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] >= '\t' && s[i] <= '\r') {
		i++
	}
	negative := i < len(s) && s[i] == '-'
	if negative || i < len(s) && s[i] == '+' {
		i++
	}
	from := i
	for i < len(s) && isDigit(int(s[i])) {
		i++
	}
	if from == i {
		return 0, s
	}
	v, err := strconv.ParseUint(s[from:i], 10, 64)
	if negative && err == nil {
		v = -v
	}
	return v, s[i:]
}

// fixed reads a number with up to five digits before and two after the point.
func (p *parser) fixed() (*node, error) {
	if err := p.get(0); err != nil {
		return nil, err
	}
	s := p.tok.text
	i := span(s, 0)
	j := i
	for j < len(s) && s[j] == '.' {
		j++
	}
	k := span(s, j)
	if p.tok.kind != tokenString || k != len(s) || i+k-j == 0 || i > 5 || j-i > 1 || k-j > 2 {
		return nil, p.unexpected("expected fixed point number")
	}
	whole, _ := strconv.ParseUint(s[:i], 10, 32)
	part, _ := strconv.ParseUint(s[j:k], 10, 32)
	if k-j == 1 {
		part *= 10
	}
	n := p.newNode(nodeFixed, fixedPoint)
	n.num = whole*100 + part
	return n, nil
}

func span(s string, from int) int {
	for from < len(s) && isDigit(int(s[from])) {
		from++
	}
	return from
}

func (p *parser) quotedString() (*node, error) {
	if err := p.get(modeQuoted); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenQuoted {
		return nil, p.unexpected("expected quoted string")
	}
	return p.newString(styleQuoted, p.tok.text), nil
}

func (p *parser) wordString() (*node, error) {
	if err := p.get(0); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenString {
		return nil, p.unexpected("expected unquoted string")
	}
	return p.newString(styleBare, p.tok.text), nil
}

func (p *parser) anyString(style stringStyle) (*node, error) {
	if err := p.get(modeQuoted); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenString && p.tok.kind != tokenQuoted {
		return nil, p.unexpected("expected string")
	}
	return p.newString(style, p.tok.text), nil
}

func (p *parser) bracketedText() (*node, error) {
	if err := p.get(modeBracketed); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenBracketed {
		return nil, p.unexpected("expected bracketed text")
	}
	return p.newString(styleBracketed, p.tok.text), nil
}

// wordOr reads one of the keywords, otherwise a value of type t.
func (p *parser) wordOr(t *valueType, words ...string) (*node, error) {
	if err := p.get(modeQuoted); err != nil {
		return nil, err
	}
	if p.tok.kind == tokenString {
		for _, w := range words {
			if equalFold(w, p.tok.text) {
				n := p.newNode(nodeWord, nil)
				n.text = w
				return n, nil
			}
		}
	}
	p.unget()
	return p.value(t)
}

func (p *parser) enum(t *valueType) (*node, error) {
	if t.kind == kindMatchType {
		if err := p.peek(0); err != nil {
			return nil, err
		}
		p.skipName = p.skipName || p.tok.kind == tokenString && equalFold(p.tok.text, "zonesub")
	}
	n, err := p.wordString()
	if err != nil {
		return nil, err
	}
	if !isWord(n.text, t.words) {
		p.complain(whereNone, "'%s' unexpected", n.text)
		return nil, errUnexpectedToken
	}
	n.typ = t
	return n, nil
}

func (p *parser) enumOr(t *valueType) (*node, error) {
	if err := p.peek(0); err != nil {
		return nil, err
	}
	if p.tok.kind == tokenString && isWord(p.tok.text, t.words) {
		n, err := p.wordString()
		if err == nil {
			n.typ = t
		}
		return n, err
	}
	return p.value(t.of)
}

// keyword reads a keyword and its value; an optional one may be missing altogether.
func (p *parser) keyword(t *valueType) (*node, error) {
	if err := p.peek(0); err != nil {
		return nil, err
	}
	if p.tok.kind == tokenString && equalFold(p.tok.text, t.words[0]) {
		if err := p.get(0); err != nil {
			return nil, err
		}
		n, err := p.value(t.of)
		if err == nil {
			n.keyword = t.words[0]
		}
		return n, err
	}
	if t.kind == kindOptKeyword {
		return p.newNode(nodeVoid, void), nil
	}
	return nil, p.unexpected("expected '%s'", t.words[0])
}

func (p *parser) tuple(t *valueType) (*node, error) {
	n := p.newNode(nodeTuple, t)
	for _, f := range t.fields {
		v, err := p.value(f.typ)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, v)
	}
	return n, nil
}
