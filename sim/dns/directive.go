package dns

import (
	"strings"
	"time"
)

// readDirective handles a line that begins with "$" (RFC 1035 section 5.1, RFC
// 2308 section 4). It returns proceed when the current token is to be read as a
// name: the owner of a record, or the argument of $ORIGIN or $INCLUDE.
func (ld *loader) readDirective() flow {
	text := cString(ld.tok.text)
	if len(text) == 0 || text[0] != '$' {
		return proceed
	}
	switch strings.ToUpper(string(text)) {
	case "$ORIGIN":
		if f := ld.next(0, false); f != proceed {
			return f
		}
		ld.finishOrigin = true
		return proceed
	case "$TTL":
		return ld.readDefaultTTL()
	case "$INCLUDE":
		return ld.readInclude()
	case "$DATE":
		return ld.readDate()
	case "$GENERATE":
		return ld.readGenerate()
	}
	ld.errorf(ld.source, ld.line, "dns_master_load: %s:%d: unknown $ directive '%s'", ld.source, ld.line, text)
	if ld.failed(ErrSyntax) == abort {
		return abort
	}
	return proceed // BIND goes on and reads the line as a record
}

func (ld *loader) readDefaultTTL() flow {
	if f := ld.next(0, false); f != proceed {
		ld.ttl, ld.defaultTTLKnown = 0, true
		return f
	}
	ttl, res := parseTTL(ld.tok.text)
	if res != resultOK {
		if ld.failed(res) == abort {
			return abort
		}
		ttl = 0
	}
	ld.ttl = ld.limitTTL(ttl)
	ld.defaultTTL, ld.defaultTTLKnown = ld.ttl, true
	if ld.endOfLine() == abort {
		return abort
	}
	return nextLine
}

// limitTTL applies RFC 2181 section 8: TTLs have 31 bits.
func (ld *loader) limitTTL(ttl uint32) uint32 {
	if ttl <= 0x7fffffff {
		return ttl
	}
	ld.warnf(ld.source, ld.line, "dns_master_load: %s:%d: $TTL %d > MAXTTL, setting $TTL to 0", ld.source, ld.line, ttl)
	return 0
}

func (ld *loader) readInclude() flow {
	if ld.commitAll() == abort {
		return abort
	}
	if ld.dateOffset != 0 {
		ld.errorf(ld.source, ld.line, "dns_master_load: %s:%d: $INCLUDE may not be used with $DATE", ld.source, ld.line)
		return ld.quit(ErrSyntax)
	}
	if f := ld.next(lexQString, false); f != proceed {
		return f
	}
	ld.includeFile = string(cString(ld.tok.text))
	if f := ld.next(0, true); f != proceed {
		return f
	}
	if ld.tok.kind == tokEOL || ld.tok.kind == tokEOF {
		if ld.tok.kind == tokEOF {
			ld.warnNoNewline()
		}
		return ld.pushFile(ld.file.origin)
	}
	ld.finishInclude = true
	return proceed
}

// pushFile opens the included file. It inherits the current owner.
func (ld *loader) pushFile(origin wireName) flow {
	inner := &fileState{parent: ld.file, origin: origin, originChanged: ld.file.originChanged}
	if inner.current = ld.file.glue; inner.current == "" {
		inner.current = ld.file.current
	}
	inner.drop = ld.file.drop
	res := ErrTooManyOpenFiles
	if ld.includes++; ld.includes <= ld.opts.Limits.Includes {
		res = ld.openFile(ld.includeFile)
	}
	switch res {
	case resultOK:
		ld.file = inner
		ld.source, ld.line = ld.lx.cur.name, ld.lx.line()
		return nextLine
	case ErrFileNotFound, ErrNoPermission, ErrTooManyOpenFiles, ErrIO:
		ld.errorf(ld.source, ld.line, "dns_master_load: %s:%d: %s: %s", ld.source, ld.line, ld.includeFile, res)
	default:
		ld.report(res)
	}
	if res == ErrIO || res == ErrQuota {
		return ld.quit(res)
	}
	return ld.failed(res)
}

// readDate handles BIND's $DATE, from which TTLs in dumps are counted.
func (ld *loader) readDate() flow {
	if f := ld.next(0, false); f != proceed {
		return f
	}
	date, err := time.Parse("20060102150405", string(ld.tok.text))
	if err != nil {
		ld.report(ErrSyntax)
		if ld.failed(ErrSyntax) == abort {
			return abort
		}
		date = time.Unix(0, 0)
	}
	if age := ld.opts.Now.Sub(date); !ld.opts.Now.IsZero() && age > 0 {
		ld.dateOffset = uint32(min(age/time.Second, 0x7fffffff))
	}
	if ld.endOfLine() == abort {
		return abort
	}
	return nextLine
}
