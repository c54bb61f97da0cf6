package named

import (
	"errors"
	"fmt"
	"time"

	"mxlab/sim/dns"
	"mxlab/sim/host/vfs"
	"mxlab/sim/named/config"
	"mxlab/sim/vtime"
)

// history is what a zone has that changes while the server runs: by dynamic
// updates (RFC 2136), by transfers, or by ixfr-from-differences. Each step goes to
// the zone's journal at once; the zone's own file is written later.
type history struct {
	journal *dns.Journal // nil: none, or not read yet
	frozen  bool         // rndc freeze
	dirty   bool         // the file is older than the data
	timer   vtime.Timer  // until the file is written
}

const (
	dumpDelay     = 15 * time.Minute // between a change and the writing of the file
	journalLength = 512              // steps, beyond which the file is written at once and half of them go
)

// changes is the zone's history, made when first needed.
func (z *zone) changes() *history {
	if z.hist == nil {
		z.hist = &history{}
	}
	return z.hist
}

func (z *zone) frozen() bool { return z.hist != nil && z.hist.frozen }

// updatable reports whether the configuration lets anybody update the zone.
func (z *zone) updatable() bool {
	return z.conf.Type == config.Primary && (!z.conf.AllowUpdate.IsNone() || z.hasPolicy())
}

func (z *zone) hasPolicy() bool { return len(z.conf.UpdatePolicy) > 0 || z.conf.UpdatePolicyLocal }

// dynamic reports whether the zone may be updated now: its file is not to be
// edited or reloaded.
func (z *zone) dynamic() bool { return z.updatable() && !z.frozen() }

// journalFile is where the zone's journal is kept.
func (z *zone) journalFile() string {
	if name := z.conf.Journal.Value; name != "" {
		return name
	}
	return z.file() + ".jnl"
}

// readJournal reads the zone's journal from the disk; nil without one.
func (z *zone) readJournal() (*dns.Journal, error) {
	b, err := z.server().disk().read(z.journalFile())
	if err != nil {
		if vfs.ErrnoOf(err) == vfs.ENOENT {
			return nil, nil
		}
		return nil, errors.New("journal open failed: " + resultText(err))
	}
	j, err := dns.ParseJournal(b)
	switch {
	case errors.Is(err, dns.ErrJournal) && len(b) < 64:
		return nil, errors.New("journal open failed: no more")
	case err != nil:
		return nil, errors.New("journal open failed: unexpected error")
	}
	return j, nil
}

// rollForward leads data read from the zone's file to the journal's last version.
func (z *zone) rollForward(data *dns.Zone) (*dns.Zone, error) {
	if z.file() == "" {
		return data, nil
	}
	j, err := z.readJournal()
	if err != nil || j == nil {
		return data, err
	}
	z.changes().journal = j
	now, err := j.Replay(data)
	if err != nil {
		return nil, errors.New("journal rollforward failed: " + err.Error())
	}
	return now, nil
}

// checkJournal removes the journal when an edited file has a serial the journal
// does not know: the steps to come would not follow the former ones.
func (z *zone) checkJournal(data *dns.Zone) {
	j := z.changes().journal
	if j == nil || len(j.Deltas) == 0 || j.Last() == data.Serial() {
		return
	}
	if _, ok := j.Since(data.Serial()); !ok {
		z.logf(catGeneral, info, "journal file is out of date: removing journal file")
		z.removeJournal()
	}
}

// commit makes the next version of the zone the one that is served. The journal is
// written first; without it there is no change.
func (z *zone) commit(next *dns.Zone, d *dns.Delta) error {
	if err := z.writeJournal(d); err != nil {
		return err
	}
	z.data, z.loaded = next, z.server().clock.Since()
	z.server().rebuildViews(z)
	z.dumpLater()
	return nil
}

// writeJournal appends a step to the journal file.
func (z *zone) writeJournal(d *dns.Delta) error {
	if z.file() == "" && z.conf.Journal.Value == "" {
		return nil
	}
	s, h := z.server(), z.changes()
	if h.journal == nil {
		h.journal = &dns.Journal{}
	}
	h.journal.Append(d)
	name := s.disk().path(z.journalFile())
	if err := s.host.FS.WriteFile(name, h.journal.Bytes(), 0o644, s.cred); err != nil {
		h.journal.Deltas = h.journal.Deltas[:len(h.journal.Deltas)-1]
		if len(h.journal.Deltas) == 0 {
			s.log.printf(catGeneral, failure, "%s: create: %s", z.journalFile(), resultText(err))
		} else {
			s.log.printf(catGeneral, failure, "%s: open: %s", z.journalFile(), resultText(err))
		}
		return errors.New("journal open failed: unexpected error")
	}
	return nil
}

// removeJournal forgets the history and deletes its file.
func (z *zone) removeJournal() {
	s := z.server()
	if z.hist != nil {
		z.hist.journal = nil
	}
	if z.file() != "" {
		s.host.FS.Remove(s.disk().path(z.journalFile()), s.cred)
	}
}

// dumpLater lets the zone's file be written after a while.
func (z *zone) dumpLater() {
	s, h := z.server(), z.changes()
	if z.file() == "" {
		return
	}
	if h.journal != nil && len(h.journal.Deltas) > journalLength {
		h.dirty = true
		z.flush()
		return
	}
	if h.dirty {
		return
	}
	h.dirty = true
	old := s.clock.SetScope(vtime.Scope{})
	s.clock.Arm(&h.timer, dumpDelay, z.flush)
	s.clock.SetScope(old)
}

// flush writes the zone's file if the data have changed since.
func (z *zone) flush() {
	if z.hist == nil || !z.hist.dirty || z.data == nil {
		return
	}
	z.hist.timer.Stop()
	if !z.writeFile() {
		return
	}
	z.hist.dirty = false
	z.modified, z.base = z.server().clock.Now(), z.data
	if j := z.hist.journal; j != nil && len(j.Deltas) > journalLength/2 {
		j.Deltas = j.Deltas[len(j.Deltas)-journalLength/2:]
	}
}

// flushZones writes what is not written yet: rndc stop.
func (s *Server) flushZones() {
	for _, v := range s.views {
		for _, z := range v.list {
			if z.view == v {
				z.flush()
			}
		}
	}
}

// difference is what ixfr-from-differences does with new data: the step from the
// old goes to the journal. It returns BIND's words if the serial does not allow it.
func (z *zone) difference(next *dns.Zone) error {
	old, now := z.data.Serial(), next.Serial()
	if !dns.SerialNewer(now, old) {
		return errSerialRange{now, old + 1, old + 0x7fffffff}
	}
	return z.writeJournal(dns.Difference(z.data, next))
}

// nextSerial is the serial after an update (BIND ARM "serial-update-method"). A
// date or time that is not newer is replaced by the increment.
func (z *zone) nextSerial(serial uint32) uint32 {
	now := z.server().host.Now()
	next := serial + 1
	switch z.conf.SerialUpdate.Value {
	case "unixtime":
		next = uint32(now.Unix())
	case "date":
		y, m, d := now.UTC().Date()
		next = uint32(y*1000000 + int(m)*10000 + d*100)
	}
	if !dns.SerialNewer(next, serial) {
		next = serial + 1
	}
	if next == 0 {
		next = 1
	}
	return next
}

// errSerialRange is a serial that is not newer.
type errSerialRange struct{ serial, low, high uint32 }

func (e errSerialRange) Error() string {
	return fmt.Sprintf("ixfr-from-differences: new serial (%d) out of range [%d - %d]", e.serial, e.low, e.high)
}
