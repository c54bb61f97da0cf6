package dns

import (
	"encoding/binary"
	"time"
)

// readData reads the rdata and puts the record into the set being collected.
func (ld *loader) readData(rrtype uint16) flow {
	if f := ld.checkOwner(rrtype); f != proceed {
		return f
	}
	rd, res := ld.rd.read(rrtype)
	if res != resultOK {
		return ld.failed(res)
	}
	if ld.file.drop {
		return nextLine
	}
	if f := ld.checkPlace(rrtype); f != proceed {
		return f
	}
	if f := ld.settleTTL(rrtype, rd); f != proceed {
		return f
	}
	if ld.records++; ld.records > ld.opts.Limits.Records {
		ld.report(ErrQuota)
		return ld.quit(ErrQuota)
	}
	return ld.collect(rrtype, rd)
}

// checkPlace refuses a SOA elsewhere than at the top of the zone and a DS there
// (RFC 4035 section 2.4).
func (ld *loader) checkPlace(rrtype uint16) flow {
	if ld.opts.Kind == Hint {
		return proceed
	}
	atTop := ld.file.current.equal(ld.top)
	switch {
	case rrtype == typeSOA && !atTop:
		ld.errorf(ld.source, ld.line, "%s:%d: SOA record not at top of zone (%s)", ld.source, ld.line, ld.file.current)
		return ld.failedLine(ErrNotZoneTop)
	case rrtype == typeDS && atTop && ld.opts.Kind == Primary:
		ld.errorf(ld.source, ld.line, "%s:%d: %s record at top of zone (%s)", ld.source, ld.line, TypeName(rrtype), ld.file.current)
		return ld.failed(ErrAtZoneTop)
	}
	return proceed
}

// settleTTL decides the TTL of a record: its own, or $TTL (RFC 2308 section 4),
// or the one before (RFC 1035 section 5.1), or the SOA's minimum.
func (ld *loader) settleTTL(rrtype uint16, rd rdata) flow {
	switch {
	case !ld.ttlKnown && !ld.defaultTTLKnown && rrtype == typeSOA:
		ld.warnf(ld.source, ld.line, "%s:%d: no TTL specified; using SOA MINTTL instead", ld.source, ld.line)
		ld.ttl = ld.limitTTL(binary.BigEndian.Uint32(rd.wire[len(rd.wire)-4:]))
		ld.defaultTTL, ld.defaultTTLKnown = ld.ttl, true
	case !ld.ttlKnown && !ld.defaultTTLKnown && ld.opts.Kind == Hint:
		ld.ttl, ld.defaultTTL, ld.defaultTTLKnown = 0, 0, true
	case !ld.ttlKnown && !ld.defaultTTLKnown:
		ld.warnf(ld.source, ld.line, "%s:%d: no TTL specified; zone rejected", ld.source, ld.line)
		if ld.failed(ErrNoTTL) == abort {
			return abort
		}
		ld.ttl = 0
	case !ld.explicitTTL && ld.defaultTTLKnown:
		ld.ttl = ld.defaultTTL
	case !ld.explicitTTL && !ld.warned1035:
		ld.warnf(ld.source, ld.line, "%s:%d: using RFC1035 TTL semantics", ld.source, ld.line)
		ld.warned1035 = true
	}
	if rrtype == typeRRSIG && !ld.warnedExpired && ld.expired(rd) {
		ld.warnf(ld.source, ld.line, "%s:%d: signature has expired", ld.source, ld.line)
		ld.warnedExpired = true
	}
	if ld.opts.Kind == Secondary && ld.dateOffset != 0 {
		ld.ttl -= min(ld.ttl, ld.dateOffset)
	}
	return proceed
}

// expired reports a signature whose end lies in the past (RFC 4034 section 3.1.5).
func (ld *loader) expired(rd rdata) bool {
	if ld.opts.Now.IsZero() || len(rd.wire) < 12 {
		return false
	}
	now := uint32(ld.opts.Now.UnixNano() / int64(time.Second))
	return SerialLess(binary.BigEndian.Uint32(rd.wire[8:12]), now)
}

// collect adds the record to its set; all records of a set have one TTL (RFC
// 2181 section 5.2).
func (ld *loader) collect(rrtype uint16, rd rdata) flow {
	covers := coveredType(rrtype, rd.wire)
	sets, line := &ld.currentSets, &ld.file.currentLine
	if ld.file.glue != "" {
		sets, line = &ld.glueSets, &ld.file.glueLine
	}
	var set *rrsetDraft
	for i := range *sets {
		if s := &(*sets)[i]; s.rrtype == rrtype && s.covers == covers {
			set = s
		}
	}
	if set == nil {
		*sets = append(*sets, rrsetDraft{rrtype: rrtype, covers: covers, ttl: ld.ttl})
		set = &(*sets)[len(*sets)-1]
	} else if set.ttl != ld.ttl {
		ld.warnf(ld.source, ld.line, "%s:%d: TTL set to prior TTL (%d)", ld.source, ld.line, set.ttl)
		ld.ttl = set.ttl
	}
	if ld.opts.MaxTTL != 0 && ld.ttl > ld.opts.MaxTTL {
		ld.errorf(ld.source, ld.line, "dns_master_load: %s:%d: TTL %d exceeds configured max-zone-ttl %d",
			ld.source, ld.line, ld.ttl, ld.opts.MaxTTL)
		ld.report(ErrRange)
		return ld.quit(ErrRange)
	}
	set.data = append(set.data, rd)
	*line = ld.line
	return nextLine
}

// coveredType is the type a signature covers, else zero.
func coveredType(rrtype uint16, wire []byte) uint16 {
	if rrtype != typeRRSIG && rrtype != typeSIG {
		return 0
	}
	return binary.BigEndian.Uint16(wire)
}

// commitAll hands everything collected to the database.
func (ld *loader) commitAll() flow {
	if ld.commit(&ld.currentSets, ld.file.current, ld.file.currentLine) == abort {
		return abort
	}
	return ld.commit(&ld.glueSets, ld.file.glue, ld.file.glueLine)
}

// commit hands the sets of one owner to the database, the latest type first as
// BIND does, so that its refusals come in BIND's order.
func (ld *loader) commit(sets *[]rrsetDraft, owner wireName, line int) flow {
	drafts := *sets
	*sets = drafts[:0]
	for i := len(drafts) - 1; i >= 0; i-- {
		if res := ld.commitSet(owner, drafts[i], line); res != resultOK && ld.failed(res) == abort {
			return abort
		}
	}
	return proceed
}

func (ld *loader) commitSet(owner wireName, draft rrsetDraft, line int) Result {
	res := ld.db.add(owner, draft)
	if res != resultOK {
		ld.errorf(ld.source, line, "dns_master_load: %s:%d: %s: %s", ld.source, line, owner, res)
	}
	return res
}
