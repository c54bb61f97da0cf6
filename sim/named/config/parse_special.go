package config

// specialValue reads the values whose grammar no general form covers.
func (p *parser) specialValue(t *valueType) (*node, error) {
	switch t.kind {
	case kindNetAddr:
		n := p.newNode(nodeAddr, t)
		var err error
		n.addr, _, err = p.rawAddress(t.addr)
		return n, err
	case kindPrefix:
		return p.prefixValue()
	case kindSockAddr:
		return p.socketAddress(t)
	case kindQuerySource:
		return p.querySource(t)
	case kindPortRange:
		return p.portRange()
	case kindMatchElement:
		return p.matchElement()
	case kindRemoteElement:
		return p.addressOr(text, "expected IP address or remote servers list name")
	case kindNamePort:
		return p.addressOr(nameWithPort, "expected IP address or hostname")
	case kindUpdatePolicy:
		return p.updatePolicy(t)
	case kindMatchName:
		return p.matchName()
	case kindPolicyAction:
		return p.policyAction(t)
	case kindLogSeverity:
		return p.logSeverity()
	case kindLogFile, kindDnstapOutput:
		return p.outputFile(t)
	}
	return nil, errUnexpectedToken
}

// matchElement reads one element of an address match list: key, geoip, address or prefix, name, nested list, all of
// them negated by an exclamation mark.
func (p *parser) matchElement() (*node, error) {
	if err := p.peek(modeQuoted); err != nil {
		return nil, err
	}
	switch {
	case p.isKeyword("key"):
		return p.value(keyRef)
	case p.isKeyword("geoip"):
		if err := p.get(0); err != nil {
			return nil, err
		}
		return p.geoip()
	case p.tok.kind == tokenString || p.tok.kind == tokenQuoted:
		if _, _, ok := p.address(addrV4 | addrV4Prefix | addrV6); ok {
			return p.prefixValue()
		}
		return p.anyString(styleQuoted)
	case p.tok.isSpecial('{'):
		return p.value(matchList)
	case p.tok.isSpecial('!'):
		if err := p.get(0); err != nil {
			return nil, err
		}
		return p.value(negated)
	}
	return nil, p.unexpected("expected IP match list element")
}

// geoip reads [ db name ] type value.
func (p *parser) geoip() (*node, error) {
	n := p.newNode(nodeTuple, geoip)
	n.items = []*node{p.newNode(nodeVoid, void), p.newNode(nodeVoid, void), nil, nil}
	if err := p.peek(0); err != nil {
		return nil, err
	}
	for i := 1; i < 4; i++ {
		if i == 1 {
			if !p.isKeyword("db") {
				continue
			}
			if err := p.get(0); err != nil {
				return nil, err
			}
		}
		v, err := p.value(geoip.fields[i].typ)
		if err != nil {
			return nil, err
		}
		n.items[i] = v
	}
	return n, nil
}

// addressOr reads an address with optional port, otherwise a value of type t.
func (p *parser) addressOr(t *valueType, expected string) (*node, error) {
	if err := p.peek(modeQuoted); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenString && p.tok.kind != tokenQuoted {
		return nil, p.unexpected("%s", expected)
	}
	if _, _, ok := p.address(addrV4 | addrV6); ok {
		return p.socketAddress(socket)
	}
	return p.value(t)
}

// portRange reads a port or range LOW HIGH.
func (p *parser) portRange() (*node, error) {
	if err := p.peek(modeNumber | modeCNumber); err != nil {
		return nil, err
	}
	if p.isNumber() {
		return p.portNumber()
	}
	if err := p.get(0); err != nil {
		return nil, err
	}
	if !p.isKeyword("range") {
		return nil, p.unexpected("expected integer or 'range'")
	}
	n := p.newNode(nodeTuple, portPair)
	n.keyword = "range"
	for range 2 {
		v, err := p.portNumber()
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, v)
	}
	if n.items[0].num > n.items[1].num {
		p.complain(wherePlain, "low port '%d' must not be larger than high port", n.items[0].num)
		return nil, errRange
	}
	return n, nil
}

func (p *parser) portNumber() (*node, error) {
	n, err := p.uint()
	if err == nil && n.num > 65535 {
		p.complain(whereNear, "invalid port")
		return nil, errRange
	}
	return n, err
}

func (p *parser) updatePolicy(t *valueType) (*node, error) {
	if err := p.get(0); err != nil {
		return nil, err
	}
	if p.tok.isSpecial('{') {
		p.unget()
		return p.bracedList(t)
	}
	if p.isKeyword("local") {
		return p.newString(styleBare, "local"), nil
	}
	p.unget()
	return nil, errUnexpectedToken
}

// matchName reads the name of an update-policy rule; a zonesub rule has none.
func (p *parser) matchName() (*node, error) {
	if p.skipName {
		p.skipName = false
		return p.newNode(nodeVoid, void), nil
	}
	return p.anyString(styleQuoted)
}

// policyAction reads a response policy; cname has a name after it.
func (p *parser) policyAction(t *valueType) (*node, error) {
	n := p.newNode(nodeTuple, t)
	action, err := p.value(t.fields[0].typ)
	if err != nil {
		return nil, err
	}
	name := p.newNode(nodeVoid, void)
	if equalFold(action.text, "cname") {
		if name, err = p.value(t.fields[1].typ); err != nil {
			return nil, err
		}
	}
	n.items = []*node{action, name}
	return n, nil
}

// logSeverity reads a severity; debug has an optional level, 1 by default.
func (p *parser) logSeverity() (*node, error) {
	if err := p.peek(0); err != nil {
		return nil, err
	}
	if !p.isKeyword("debug") {
		return p.value(logLevel)
	}
	if err := p.get(0); err != nil {
		return nil, err
	}
	if err := p.peek(modeNumber); err != nil {
		return nil, err
	}
	n := p.newUint(1)
	if p.isNumber() {
		var err error
		if n, err = p.uint(); err != nil {
			return nil, err
		}
	}
	n.keyword = "debug"
	return n, nil
}

// serverKey reads the key of a server statement, with or without braces and semicolon.
func (p *parser) serverKey() (*node, error) {
	if err := p.peek(0); err != nil {
		return nil, err
	}
	braces := p.tok.isSpecial('{')
	if braces {
		if err := p.get(0); err != nil {
			return nil, err
		}
	}
	n, err := p.value(text)
	if err != nil || !braces {
		return n, err
	}
	if err := p.peek(0); err != nil {
		return nil, err
	}
	if p.tok.isSpecial(';') {
		if err := p.get(0); err != nil {
			return nil, err
		}
	}
	return n, p.special('}')
}

// outputFile reads a log file or dnstap output: fixed fields, then versions, size and suffix in any order. After a
// word it does not know, the log file ends with that word swallowed; dnstap complains.
func (p *parser) outputFile(t *valueType) (*node, error) {
	n := p.newNode(nodeTuple, t)
	n.items = make([]*node, len(t.fields))
	fixed := 1
	if t.kind == kindDnstapOutput {
		fixed = 2
	}
	var err error
	for i := range fixed {
		if n.items[i], err = p.value(t.fields[i].typ); err != nil {
			return nil, err
		}
	}
	for err = p.peek(0); err == nil && p.tok.kind == tokenString; err = p.peek(0) {
		if err = p.get(0); err != nil {
			return nil, err
		}
		i := p.optionalField(n, fixed)
		if i < 0 && t.kind == kindDnstapOutput {
			return nil, p.unexpected("unexpected token")
		}
		if i < 0 {
			break
		}
		if n.items[i], err = p.value(t.fields[i].typ); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	p.fillVoid(n)
	return n, nil
}

// optionalField is the index of the field named by the current word, -1 when there is none or it was given before.
func (p *parser) optionalField(n *node, from int) int {
	for i := from; i < len(n.items); i++ {
		if n.items[i] == nil && equalFold(n.typ.fields[i].name, p.tok.text) {
			return i
		}
	}
	return -1
}

func (p *parser) fillVoid(n *node) {
	for i, v := range n.items {
		if v == nil {
			n.items[i] = p.newNode(nodeVoid, void)
		}
	}
}

// keyTuple reads its first field, then named fields in any order.
func (p *parser) keyTuple(t *valueType) (*node, error) {
	n := p.newNode(nodeTuple, t)
	n.items = make([]*node, len(t.fields))
	var err error
	if n.items[0], err = p.value(t.fields[0].typ); err != nil {
		return nil, err
	}
	for err = p.peek(modeQuoted); err == nil && p.tok.kind == tokenString; err = p.peek(modeQuoted) {
		i := p.optionalField(n, 1)
		if i < 0 {
			p.complain(whereNone, "unexpected '%s'", p.tok.text)
			return nil, errUnexpectedToken
		}
		if err = p.get(0); err != nil {
			return nil, err
		}
		if n.items[i], err = p.value(t.fields[i].typ); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	p.fillVoid(n)
	return n, nil
}
