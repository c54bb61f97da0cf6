package dns

import mdns "github.com/miekg/dns"

// readOwner takes the current token as a name. It ends $ORIGIN and $INCLUDE, or
// makes the name the current owner.
//
// BIND collects the records of one owner until another name appears. Addresses
// of a name that the collected NS records point to may stand in between ("glue");
// they are collected apart so that the owner's records stay together.
func (ld *loader) readOwner() flow {
	buf, res := parseWireName(ld.nameBuf[:0], ld.tok.text, ld.file.origin)
	ld.nameBuf = buf
	if res != resultOK {
		ld.report(res)
		return ld.failedLine(res)
	}
	fs := ld.file
	if fs.glue == "" && !fs.drop && string(fs.current) == string(buf) && !ld.finishOrigin && !ld.finishInclude {
		return proceed // the same owner once more
	}
	name := wireName(buf)
	switch {
	case ld.finishOrigin:
		fs.origin, fs.originChanged = name, true
		ld.finishOrigin = false
		if ld.endOfLine() == abort {
			return abort
		}
		return nextLine
	case ld.finishInclude:
		return ld.finishIncludeAt(name)
	}
	if f := ld.switchOwner(name); f != proceed {
		return f
	}
	fs.drop = ld.opts.Kind == Primary && !name.within(ld.top)
	if fs.drop {
		ld.warnf(ld.source, ld.line, "%s:%d: ignoring out-of-zone data (%s)", ld.source, ld.line, name)
	}
	return proceed
}

func (ld *loader) finishIncludeAt(origin wireName) flow {
	ld.finishInclude = false
	if ld.endOfLine() == abort {
		return abort
	}
	f := ld.pushFile(origin)
	ld.file.originChanged = true
	return f
}

// switchOwner commits what belongs to the owner before and starts a new one.
func (ld *loader) switchOwner(name wireName) flow {
	fs := ld.file
	if fs.glue != "" && fs.glue != name {
		if ld.commit(&ld.glueSets, fs.glue, fs.glueLine) == abort {
			return abort
		}
		fs.glue = ""
	}
	if fs.glue != "" || fs.current == name {
		return proceed
	}
	if ld.delegation && ld.isGlue(name) {
		fs.glue = name
	} else {
		if ld.commit(&ld.currentSets, fs.current, fs.currentLine) == abort {
			return abort
		}
		fs.current = name
		ld.delegation = false
	}
	if ld.opts.CheckWildcard && name.hasInnerWildcard() {
		ld.warnf(ld.source, ld.line, "%s:%d: warning: ownername '%s' contains an non-terminal wildcard", ld.source, ld.line, name)
	}
	return proceed
}

// isGlue reports whether a collected NS record points to name.
func (ld *loader) isGlue(name wireName) bool {
	for _, set := range ld.currentSets {
		if set.rrtype != typeNS {
			continue
		}
		for _, rd := range set.data {
			if name.equal(wireName(rd.wire)) {
				return true
			}
		}
	}
	return false
}

// readRecord reads "[ttl] [class] type rdata" or "[class] [ttl] type rdata".
func (ld *loader) readRecord(inherited bool) flow {
	if f := ld.next(0, inherited); f != proceed {
		return f
	}
	if inherited {
		if f := ld.inheritOwner(); f != proceed {
			return f
		}
	}
	ld.file.originChanged = false
	class := uint16(0)
	ld.explicitTTL = false
	if f := ld.readClassAndTTL(&class); f != proceed {
		return f
	}
	rrtype, known := parseTypeToken(ld.tok.text)
	if !known {
		ld.warnf(ld.source, ld.line, "%s:%d: unknown RR type '%s'", ld.source, ld.line, cString(ld.tok.text))
		return ld.failedLine(ErrUnknown)
	}
	if class != 0 && class != ld.opts.Class {
		return ld.wrongClass(class)
	}
	if rrtype == typeNS && ld.file.glue == "" {
		ld.delegation = true
	}
	if f := ld.checkType(rrtype); f != proceed {
		return f
	}
	return ld.readData(rrtype)
}

func parseTypeToken(text []byte) (uint16, bool) {
	if t, ok := typeNumbers[string(text)]; ok { // no copy
		return t, true
	}
	return ParseType(string(text))
}

// inheritOwner handles a line that begins with a blank.
func (ld *loader) inheritOwner() flow {
	fs := ld.file
	switch {
	case ld.tok.kind == tokEOL:
		ld.readTillEOL = false
		return nextLine
	case ld.tok.kind == tokEOF:
		ld.warnNoNewline()
		ld.readTillEOL = false
		ld.lx.unget()
		return nextLine
	case fs.current == "":
		ld.errorf(ld.source, ld.line, "%s:%d: no current owner name", ld.source, ld.line)
		return ld.failedLine(ErrNoOwner)
	case fs.originChanged:
		ld.warnf(ld.source, ld.line, "%s:%d: record with inherited owner (%s) immediately after $ORIGIN (%s)",
			ld.source, ld.line, fs.current, fs.origin)
	}
	return proceed
}

func (ld *loader) wrongClass(class uint16) flow {
	ld.errorf(ld.source, ld.line, "%s:%d: class '%s' != zone class '%s'", ld.source, ld.line, ClassName(class), ClassName(ld.opts.Class))
	return ld.failedLine(ErrBadClass)
}

// checkType refuses types that may not be loaded, and NS records whose target
// looks like an address.
func (ld *loader) checkType(rrtype uint16) flow {
	res := resultOK
	switch {
	case ld.opts.Kind != Primary:
	case rrtype == typeMD || rrtype == typeMF: // RFC 1123 6.1.2.4
		res = ErrObsolete
	case isMeta(rrtype): // RFC 2930 3
		res = ErrMetaType
	}
	if res != resultOK {
		ld.errorf(ld.source, ld.line, "%s:%d: type '%s': %s", ld.source, ld.line, TypeName(rrtype), res)
		if ld.failed(res) == abort {
			return abort
		}
	}
	if rrtype != typeNS || ld.opts.CheckNS == Ignore || ld.opts.Class != mdns.ClassINET {
		return proceed
	}
	if f := ld.next(0, false); f != proceed {
		return f
	}
	if looksLikeAddress(ld.tok.text) {
		sev := Warning
		if ld.opts.CheckNS == Fail {
			sev = Error
		}
		ld.log.add(sev, ld.source, ld.line, "%s:%d: NS record '%s' appears to be an address", ld.source, ld.line, ld.tok.text)
		res = ErrNSIsAddress
	}
	ld.lx.unget()
	if res == ErrNSIsAddress && ld.opts.CheckNS == Fail && ld.failed(res) == abort {
		return abort
	}
	return proceed
}

// owner is the name the record belongs to.
func (ld *loader) owner() wireName {
	if ld.file.glue != "" {
		return ld.file.glue
	}
	return ld.file.current
}

// checkOwner applies check-names to the owner and prepares it for the rdata.
func (ld *loader) checkOwner(rrtype uint16) flow {
	ld.rd.origin, ld.rd.reverse = ld.file.origin, false
	if ld.opts.CheckNames == Ignore {
		return proceed
	}
	owner := ld.owner()
	if !ownerAllowed(owner, rrtype) {
		if ld.opts.CheckNames == Fail {
			ld.errorf(ld.source, ld.line, "%s:%d: %s: %s", ld.source, ld.line, owner, ErrBadOwnerName)
			if ld.failed(ErrBadOwnerName) == abort {
				return abort
			}
		} else {
			ld.warnf(ld.source, ld.line, "%s:%d: %s: %s", ld.source, ld.line, owner, ErrBadOwnerName)
		}
	}
	ld.rd.reverse = rrtype == typePTR && !owner.isServiceDiscovery() && owner.isReverse()
	return proceed
}
