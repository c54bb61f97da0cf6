package config

import "fmt"

// Bounds that protect the process; a real system has the like (open files, stack).
const (
	maxOpenFiles  = 1000     // files open at once through include
	maxFiles      = 10000    // files opened in all
	maxTotalBytes = 64 << 20 // bytes read in all
	maxDepth      = 1000     // values within values
	maxMessages   = 20000
)

// parser reads one configuration.
type parser struct {
	log
	disk    Disk
	dir     string // working directory after a directory option
	sources []*source
	opened  int
	bytes   int
	depth   int

	tok      token
	line     int
	ungotten bool
	seenEOF  bool
	errors   int

	keepDeprecated bool // do not warn about deprecated clauses
	daemon         bool
	skipName       bool // the update-policy rule has no name field
}

// where selects how a complaint quotes the current token.
type where uint8

const (
	whereNone   where = iota
	whereNear         // near 'x'
	whereBefore       // before 'x'
	wherePlain        // 'x'
)

// maxQuoted is how much of a token a message quotes.
const maxQuoted = 30

// ParseOptions change how a configuration is read.
type ParseOptions struct {
	NoDeprecated bool // no warnings about deprecated clauses
	Daemon       bool // complain about the working directory as named does
}

// Tree is a configuration read without error, still without meaning.
type Tree struct {
	root *node
	// Messages are the warnings met.
	Messages []Message
	// Dir is the working directory the directory option left, empty when there is none.
	Dir string
}

// Parse reads the configuration file name. On error the tree is nil and the messages say why, in BIND's words and order.
func Parse(disk Disk, name string, opts ParseOptions) (*Tree, []Message) {
	tree, messages, _ := parseWith(disk, name, opts, topMap)
	return tree, messages
}

// parseWith also gives the result that named ends with.
func parseWith(disk Disk, name string, opts ParseOptions, grammar *valueType) (*Tree, []Message, error) {
	p := &parser{disk: disk, keepDeprecated: opts.NoDeprecated, daemon: opts.Daemon}
	if err := p.open(name); err != nil {
		return nil, p.messages, err
	}
	root, err := p.mapBody(grammar)
	if p.errors == 0 && err != nil {
		p.complain(whereNone, "parsing failed: %s", err)
	}
	if p.errors == 0 && err == nil {
		err = p.end()
	}
	if p.errors > 0 && err == nil {
		err = errFailure
	}
	if err != nil {
		return nil, p.messages, err
	}
	return &Tree{root: root, Messages: p.messages, Dir: p.dir}, p.messages, nil
}

// end requires the end of the file.
func (p *parser) end() error {
	if err := p.get(0); err != nil {
		return err
	}
	if p.tok.kind == tokenEOF {
		return nil
	}
	return p.unexpected("syntax error")
}

// open starts reading a file; its first token comes next.
func (p *parser) open(name string) error {
	var err error
	var data []byte
	if len(p.sources) >= maxOpenFiles || p.opened >= maxFiles || p.bytes > maxTotalBytes {
		err = errTooManyFiles
	} else if data, err = p.disk.Read(within(p.dir, name)); err != nil {
		err = resultOf(err)
	}
	p.opened++
	p.bytes += len(data)
	if err != nil && err != errNotAFile {
		p.complain(whereNone, "open: %s: %s", name, err)
		return err
	}
	p.sources = append(p.sources, newSource(name, data, err))
	return nil
}

func (p *parser) current() *source { return p.sources[len(p.sources)-1] }

// here is the place new values get: the line of the token read last.
func (p *parser) here() Pos {
	if len(p.sources) == 0 {
		return Pos{}
	}
	return Pos{p.current().name, p.line}
}

// get reads a token. The end of an included file goes on in the file that included it.
func (p *parser) get(mode lexMode) error {
	if p.seenEOF {
		return nil
	}
	for {
		tok, err := p.current().next(mode)
		p.tok, p.ungotten, p.line = tok, false, p.current().line
		if err != nil {
			p.complain(whereNear, "%s", err)
			return err
		}
		if tok.kind != tokenEOF {
			return nil
		}
		if len(p.sources) == 1 {
			p.seenEOF = true
			return nil
		}
		p.sources = p.sources[:len(p.sources)-1]
	}
}

func (p *parser) unget() {
	if !p.seenEOF {
		p.current().unget()
		p.ungotten = true
	}
}

func (p *parser) peek(mode lexMode) error {
	if err := p.get(mode); err != nil {
		return err
	}
	p.unget()
	return nil
}

// unexpected complains near the token and gives the result of a wrong token.
func (p *parser) unexpected(format string, args ...any) error {
	p.complain(whereNear, format, args...)
	return errUnexpectedToken
}

// complain records an error. Quoting the token reads it again in the plain mode if it had been put back.
func (p *parser) complain(at where, format string, args ...any) {
	pos := p.here()
	text := fmt.Sprintf(format, args...)
	p.errors++
	if at != whereNone {
		text += p.quoteToken(at)
	}
	if len(p.messages) < maxMessages {
		p.error(pos, "%s", text)
	}
}

func (p *parser) quoteToken(at where) string {
	if p.ungotten {
		_ = p.get(0)
	}
	var quote string
	switch p.tok.kind {
	case tokenEOF:
		quote = "end of file"
	case tokenUnknown:
		return " "
	default:
		quote = p.current().lastText()
		if n := p.current().pos - p.current().start; n > maxQuoted {
			quote = quote[:min(len(quote), maxQuoted)] + "..."
		}
		quote = "'" + quote + "'"
	}
	switch at {
	case whereNear:
		return " near " + quote
	case whereBefore:
		return " before " + quote
	}
	return " " + quote
}

func (p *parser) special(c byte) error {
	if err := p.get(0); err != nil {
		return err
	}
	if p.tok.isSpecial(c) {
		return nil
	}
	return p.unexpected("'%c' expected", c)
}

// semicolon requires a semicolon. A missing one is an error, yet reading goes on with the token found instead.
func (p *parser) semicolon() error {
	if err := p.get(0); err != nil {
		return err
	}
	if !p.tok.isSpecial(';') {
		p.complain(whereBefore, "missing ';'")
		p.unget()
	}
	return nil
}

// newNode makes a value at the present place.
func (p *parser) newNode(kind nodeKind, t *valueType) *node {
	return &node{kind: kind, typ: t, pos: p.here(), dscp: -1}
}

func (p *parser) newString(style stringStyle, text string) *node {
	n := p.newNode(nodeString, nil)
	n.style, n.text = style, text
	return n
}

func (p *parser) newUint(v uint32) *node {
	n := p.newNode(nodeUint, integer)
	n.num = uint64(v)
	return n
}
