package config

import (
	"path"
	"strings"
)

// mapBody reads clauses until something that cannot start one. An unknown clause is skipped up to its semicolon, so
// that one misspelt word gives one message; a wrong value ends the reading of the whole file.
func (p *parser) mapBody(t *valueType) (*node, error) {
	n := p.newNode(nodeMap, t)
	n.block = &block{clauses: map[string]*node{}}
	for {
		if err := p.get(0); err != nil {
			return nil, err
		}
		if p.tok.kind != tokenString {
			p.unget()
			return n, nil
		}
		var err error
		if equalFold(p.tok.text, "include") {
			err = p.include()
		} else if c := t.find(p.tok.text); c == nil {
			err = p.unknownClause()
		} else {
			err = p.clause(n, c)
		}
		if err != nil {
			return nil, err
		}
	}
}

// include opens the named files. Of several matches of a pattern the last is read first, since each opens above the
// others.
func (p *parser) include() error {
	name, err := p.quotedString()
	if err != nil {
		return err
	}
	if err := p.semicolon(); err != nil {
		return err
	}
	files, err := p.disk.matches(p.dir, name.text)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := p.open(f); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) unknownClause() error {
	p.complain(wherePlain, "unknown option")
	if err := p.skipStatement(); err != nil {
		return err
	}
	return p.semicolon()
}

// skipStatement passes over tokens with balanced braces up to a semicolon outside them.
func (p *parser) skipStatement() error {
	for depth := 0; ; {
		if err := p.peek(0); err != nil {
			return err
		}
		switch {
		case p.tok.isSpecial('{'):
			depth++
		case p.tok.isSpecial('}'):
			depth--
		case p.tok.isSpecial(';') && depth == 0:
			return nil
		}
		if p.tok.kind == tokenEOF || depth < 0 {
			return p.unexpected("unexpected token")
		}
		if err := p.get(modeQuoted); err != nil {
			return err
		}
	}
}

// clause reads the value of a known clause, after what its age has to say.
func (p *parser) clause(n *node, c *clause) error {
	if err := p.clauseAge(c); err != nil {
		return err
	}
	had := n.block.clauses[c.name]
	if c.flags&flagMulti == 0 && had != nil {
		p.complain(whereNear, "'%s' redefined", c.name)
		return errExists
	}
	if c.flags&flagMulti != 0 && had == nil {
		had = p.newNode(nodeList, nil)
		n.block.clauses[c.name] = had
	}
	v, err := p.value(c.typ)
	if err != nil {
		return err
	}
	if c.flags&flagDirectory != 0 {
		if err := p.enterDirectory(v); err != nil {
			return err
		}
	}
	if c.flags&flagMulti == 0 {
		n.block.clauses[c.name] = v
		return p.semicolon()
	}
	if err := p.semicolon(); err != nil {
		return err
	}
	had.items = append(had.items, v)
	return nil
}

func (p *parser) clauseAge(c *clause) error {
	switch {
	case c.flags&flagAncient != 0:
		p.complain(whereNone, "option '%s' no longer exists", c.name)
		return errFailure
	case c.flags&flagNotBuilt != 0:
		p.complain(whereNone, "option '%s' was not enabled at compile time", c.name)
		return errFailure
	}
	if c.flags&flagDeprecated != 0 && !p.keepDeprecated {
		p.warnHere("option '%s' is deprecated", c.name)
	}
	if c.flags&flagObsolete != 0 {
		p.warnHere("option '%s' is obsolete and should be removed ", c.name)
	}
	if c.flags&flagExperimental != 0 {
		p.warnHere("option '%s' is experimental and subject to change in the future", c.name)
	}
	return nil
}

func (p *parser) warnHere(format string, args ...any) {
	if len(p.messages) < maxMessages {
		p.warn(p.here(), format, args...)
	}
}

// enterDirectory makes later includes relative to the directory option. named wants to write there.
func (p *parser) enterDirectory(v *node) error {
	dir := within(p.dir, v.text)
	newline := "\n"
	if p.daemon {
		newline = ""
		if !strings.HasPrefix(v.text, "/") && v.text != "." {
			p.warn(v.pos, "option 'directory' contains relative path '%s'", v.text)
		}
		if p.disk.changeDirectory(dir) != nil || p.disk.Writable != nil && !p.disk.Writable(dir) {
			p.remark(Error, "directory '%s' is not writable", v.text)
			return errPermission
		}
	}
	if err := p.disk.changeDirectory(dir); err != nil {
		p.error(v.pos, "change directory to '%s' failed: %s%s", v.text, err, newline)
		return err
	}
	p.dir = dir
	if p.daemon {
		p.remark(Info, "the working directory is now '%s'", path.Join("/", dir))
	}
	return nil
}

// bracedMap reads { clauses }.
func (p *parser) bracedMap(t *valueType) (*node, error) {
	if err := p.special('{'); err != nil {
		return nil, err
	}
	n, err := p.mapBody(t)
	if err != nil {
		return nil, err
	}
	return n, p.special('}')
}

// namedMap reads a map with its name in front.
func (p *parser) namedMap(nameType, t *valueType) (*node, error) {
	name, err := p.value(nameType)
	if err != nil {
		return nil, err
	}
	n, err := p.bracedMap(t)
	if err != nil {
		return nil, err
	}
	n.block.name = name
	return n, nil
}

// bracedList reads { element; ... }.
func (p *parser) bracedList(t *valueType) (*node, error) {
	if err := p.special('{'); err != nil {
		return nil, err
	}
	n := p.newNode(nodeList, t)
	for {
		if err := p.peek(0); err != nil {
			return nil, err
		}
		if p.tok.isSpecial('}') {
			return n, p.special('}')
		}
		v, err := p.value(t.of)
		if err != nil {
			return nil, err
		}
		if err := p.semicolon(); err != nil {
			return nil, err
		}
		n.items = append(n.items, v)
	}
}

// wordList reads elements up to a semicolon, which stays.
func (p *parser) wordList(t *valueType) (*node, error) {
	n := p.newNode(nodeList, t)
	for {
		if err := p.peek(0); err != nil {
			return nil, err
		}
		if p.tok.isSpecial(';') {
			return n, nil
		}
		v, err := p.value(t.of)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, v)
	}
}
