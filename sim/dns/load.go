package dns

import "errors"

// ErrBadZoneName is returned for an Origin that is no domain name.
var ErrBadZoneName = errors.New("bad zone name")

// Load reads and checks a zone as BIND does. The messages are everything BIND
// prints meanwhile, in its order, ending with "loaded serial" or, from
// named-checkzone's point of view, before "not loaded due to errors.". On
// failure the zone is nil and the error is (or wraps) a Result.
func Load(opts LoadOptions) (*Zone, []Message, error) {
	opts.setDefaults()
	wire, res := parseWireName(nil, []byte(opts.Origin), rootName)
	if res != resultOK {
		return nil, nil, errors.Join(ErrBadZoneName, res)
	}
	top := wireName(wire)
	log := &messageLog{tell: opts.Log}
	db := newDatabase(top, &opts)
	ld := newLoader(&opts, log, top, db)
	label := zoneLabel(top, opts.Class)
	if res := ld.load(); res != resultOK {
		log.add(Error, opts.File, 0, "%sloading from master file %s failed: %s", label, opts.File, res)
		return nil, log.all, res
	}
	if opts.Kind == Hint {
		return newZone(db, db.sorted(), opts.Class), log.all, nil
	}
	c := newChecker(&opts, log, db)
	if res := c.check(); res != resultOK {
		return nil, log.all, res
	}
	zone := newZone(db, c.nodes, opts.Class)
	zone.includes = ld.includes
	signed := ""
	if zone.Signed() {
		signed = " (DNSSEC signed)"
	}
	log.add(Info, "", 0, "%sloaded serial %d%s", label, zone.Serial(), signed)
	return zone, log.all, nil
}
