package dns

import "bytes"

// fileState is what BIND keeps per open file: $ORIGIN and the current owner end
// with the file, TTLs do not.
type fileState struct {
	parent        *fileState
	origin        wireName
	current       wireName // owner of the records being collected; "" before the first
	currentLine   int
	glue          wireName // owner of address records that interrupt current's, or ""
	glueLine      int
	drop          bool // the owner lies outside the zone
	originChanged bool
}

// rrsetDraft collects the records of one type at one owner until the owner ends.
type rrsetDraft struct {
	rrtype, covers uint16
	ttl            uint32
	data           []rdata
}

// flow tells the main loop how to go on after a step.
type flow uint8

const (
	proceed  flow = iota // the step succeeded
	nextLine             // the step failed or is complete: go on with the next line
	abort                // give the whole load up
)

// loader reads a master file and everything it includes into a database.
type loader struct {
	opts *LoadOptions
	log  *messageLog
	db   *database
	top  wireName
	lx   *lexer
	file *fileState
	tok  token
	rd   rdataReader

	source string // name and line of the record being read
	line   int
	first  Result // the first error, which names the failure

	readTillEOL   bool
	finishOrigin  bool // the next name is $ORIGIN's
	finishInclude bool // the next name is $INCLUDE's origin
	includeFile   string
	done          bool

	ttl, defaultTTL           uint32
	ttlKnown, defaultTTLKnown bool
	explicitTTL               bool
	warned1035, warnedExpired bool
	dateOffset                uint32 // seconds since $DATE

	glueSets, currentSets []rrsetDraft
	delegation            bool // current owns NS records

	bytes, records, includes int
	scratch                  []byte
	nameBuf                  []byte
}

func newLoader(opts *LoadOptions, log *messageLog, top wireName, db *database) *loader {
	ld := &loader{opts: opts, log: log, top: top, db: db, lx: newLexer()}
	ld.file = &fileState{origin: top, originChanged: true}
	ld.rd = rdataReader{ld: ld, lx: ld.lx, class: opts.Class}
	return ld
}

func (ld *loader) warnf(file string, line int, format string, args ...any) {
	ld.log.add(Warning, file, line, format, args...)
}

func (ld *loader) errorf(file string, line int, format string, args ...any) {
	ld.log.add(Error, file, line, format, args...)
}

// report prints a result at the current line.
func (ld *loader) report(res Result) {
	ld.errorf(ld.source, ld.line, "dns_master_load: %s:%d: %s", ld.source, ld.line, res)
}

// failed notes a result. With ManyErrors loading goes on, else it ends.
func (ld *loader) failed(res Result) flow {
	if ld.first == resultOK {
		ld.first = res
	}
	if ld.opts.ManyErrors {
		return nextLine
	}
	return abort
}

// failedLine notes a result that makes the rest of the line worthless.
func (ld *loader) failedLine(res Result) flow {
	ld.readTillEOL = true
	return ld.failed(res)
}

// quit ends loading whatever the options say, with this result.
func (ld *loader) quit(res Result) flow {
	ld.first = res
	return abort
}

// rdataError prints an error in rdata with the token it was found at.
func (ld *loader) rdataError(file string, line int, tok token, res Result) {
	const place = "dns_rdata_fromtext: %s:%d: "
	switch tok.kind {
	case tokEOL:
		ld.errorf(file, line, place+"near eol: %s", file, line, res)
	case tokEOF:
		ld.errorf(file, line, place+"near eof: %s", file, line, res)
	case tokString, tokQString:
		ld.errorf(file, line, place+"near '%s': %s", file, line, cString(tok.text), res)
	default:
		ld.errorf(file, line, place+"%s", file, line, res)
	}
}

// cString is text up to its first NUL, as C prints it.
func cString(text []byte) []byte {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return text[:i]
	}
	return text
}

// openFile makes a file the current source.
func (ld *loader) openFile(name string) Result {
	s := &source{name: name, isFile: true}
	data, err := ld.opts.Read(name)
	if err != nil {
		if res := readResult(err); res != ErrNotFile {
			return res
		}
		s.readError = ErrNotFile
	}
	if ld.bytes += len(data); ld.bytes > ld.opts.Limits.Bytes {
		return ErrQuota
	}
	s.data = data
	ld.db.expect(min(bytes.Count(data, []byte{'\n'}), ld.opts.Limits.Records))
	ld.lx.open(s)
	return resultOK
}

// load reads the whole master file.
func (ld *loader) load() Result {
	if res := ld.openFile(ld.opts.File); res != resultOK {
		return res
	}
	ld.source = ld.lx.cur.name
	for !ld.done {
		if ld.readLine() == abort {
			return ld.first
		}
	}
	if ld.commitAll() == abort {
		return ld.first
	}
	return ld.first
}

// next reads a token. endOK says whether the line or file may end here; else
// that is an error, as is a stray quote.
func (ld *loader) next(opts lexOption, endOK bool) flow {
	tok, res := ld.lx.next(opts | lexEOL)
	ld.tok = tok
	if res != resultOK {
		file, line := ld.lx.cur.name, ld.lx.line()
		ld.errorf(file, line, "dns_master_load: %s:%d: isc_lex_gettoken() failed: %s", file, line, res)
	} else if !endOK && (tok.kind == tokEOL || tok.kind == tokEOF) {
		file, line, what := ld.lx.cur.name, ld.lx.line(), "file"
		if tok.kind == tokEOL {
			line, what = line-1, "line"
		}
		ld.errorf(file, line, "dns_master_load: %s:%d: unexpected end of %s", file, line, what)
		res = ErrUnexpectedEnd
	}
	switch {
	case res == ErrNotFile:
		if ld.file.parent != nil && ld.opts.ManyErrors { // a directory reads like an empty file
			ld.failed(res)
			return ld.popFile()
		}
		return ld.quit(res)
	case res == resultOK && tok.kind == tokSpecial:
		res = ErrSyntax
	case res == resultOK:
		return proceed
	}
	ld.report(res)
	return ld.failedLine(res)
}

// endOfLine requires that nothing more stands on the line.
func (ld *loader) endOfLine() flow {
	if f := ld.next(0, true); f != proceed {
		return f
	}
	if ld.tok.kind == tokEOL {
		return proceed
	}
	ld.lx.unget()
	ld.report(ErrExtraToken)
	if ld.failedLine(ErrExtraToken) == abort {
		return abort
	}
	return proceed
}

// readLine handles one line: nothing, a directive, or a record.
func (ld *loader) readLine() flow {
	ld.line = ld.lx.line()
	if f := ld.next(lexInitialWS|lexQString, true); f != proceed {
		return f
	}
	ld.line = ld.lx.line()
	switch {
	case ld.tok.kind == tokEOF:
		if ld.readTillEOL {
			ld.warnNoNewline()
		}
		if ld.file.parent != nil {
			return ld.popFile()
		}
		ld.done = true
		return nextLine
	case ld.tok.kind == tokEOL:
		ld.readTillEOL = false
		return nextLine
	case ld.readTillEOL:
		return nextLine
	case ld.tok.kind == tokInitialWS:
		return ld.readRecord(true)
	}
	if f := ld.readDirective(); f != proceed {
		return f
	}
	if f := ld.readOwner(); f != proceed {
		return f
	}
	return ld.readRecord(false)
}

// warnNoNewline is the main loop's form of the warning; rdata has another.
func (ld *loader) warnNoNewline() {
	if ld.lx.cur.isFile {
		ld.warnf(ld.source, 0, "%s: file does not end with newline", ld.source)
	}
}

// popFile ends an included file and returns to the one that includes it.
func (ld *loader) popFile() flow {
	if ld.commitAll() == abort {
		return abort
	}
	ld.file = ld.file.parent
	ld.lx.close()
	ld.source, ld.line = ld.lx.cur.name, ld.lx.line()
	return nextLine
}
