package dns

import (
	"encoding/binary"
	"errors"

	mdns "github.com/miekg/dns"
)

// Journal is the history of a zone as BIND keeps it in a file beside the zone's,
// version 2 of its format: what dynamic updates, transfers and
// ixfr-from-differences have changed since the zone's file was written.
//
// The file has a header of 64 octets with the first and last serial and where
// their data begin and end, an index of some serials, and then one transaction
// for each step: a header of four numbers (size, records, serial before, serial
// after) and the records, each behind its length. The step's deleted records come
// first; the second SOA begins the added ones.
type Journal struct {
	Deltas []*Delta // each begins where the one before ends
}

const (
	journalFormat    = ";BIND LOG V9.2\n\x00"
	journalHeader    = 64
	journalIndex     = 56 // entries
	journalStart     = journalHeader + 8*journalIndex
	transactionHead  = 16
	maxJournalDeltas = 100_000
)

// ErrJournal is returned for a file that is no journal.
var ErrJournal = errors.New("journal format not recognized")

// errJournalEnd is a journal that ends in the middle of a step.
var errJournalEnd = errors.New("journal corrupt: unexpected end of file")

// ParseJournal reads a journal file.
func ParseJournal(b []byte) (*Journal, error) {
	if len(b) < journalHeader || string(b[:len(journalFormat)]) != journalFormat {
		return nil, ErrJournal
	}
	number := func(at int) uint32 { return binary.BigEndian.Uint32(b[at:]) }
	end, at := uint64(number(28)), uint64(number(20))
	if end > uint64(len(b)) || at > end {
		return nil, errJournalEnd
	}
	j := &Journal{}
	for at < end && len(j.Deltas) < maxJournalDeltas {
		if at+transactionHead > end {
			return nil, errJournalEnd
		}
		size := uint64(number(int(at)))
		first := at + transactionHead
		if at = first + size; at > end {
			return nil, errJournalEnd
		}
		d, err := parseTransaction(b[first:at])
		if err != nil {
			return nil, err
		}
		j.Deltas = append(j.Deltas, d)
	}
	return j, nil
}

// parseTransaction reads the records of one step.
func parseTransaction(b []byte) (*Delta, error) {
	d, soas := &Delta{}, 0
	for len(b) > 0 {
		if len(b) < 4 {
			return nil, errJournalEnd
		}
		size := binary.BigEndian.Uint32(b)
		if uint64(size) > uint64(len(b)-4) {
			return nil, errJournalEnd
		}
		rr, _, err := mdns.UnpackRR(b[4:4+size], 0)
		if err != nil {
			return nil, ErrJournal
		}
		if rr.Header().Rrtype == typeSOA {
			soas++
		}
		switch soas {
		case 1:
			d.Deleted = append(d.Deleted, rr)
		case 2:
			d.Added = append(d.Added, rr)
		default:
			return nil, ErrJournal
		}
		b = b[4+size:]
	}
	if soas != 2 {
		return nil, ErrJournal
	}
	return d, nil
}

// Bytes is the journal as a file.
func (j *Journal) Bytes() []byte {
	b := make([]byte, journalStart, journalStart+256*len(j.Deltas))
	copy(b, journalFormat)
	binary.BigEndian.PutUint32(b[32:], journalIndex)
	step := max((len(j.Deltas)+journalIndex-1)/journalIndex, 1)
	for i, d := range j.Deltas {
		if i%step == 0 { // the index knows every step, or every n-th
			entry := journalHeader + 8*(i/step)
			binary.BigEndian.PutUint32(b[entry:], d.From())
			binary.BigEndian.PutUint32(b[entry+4:], uint32(len(b)))
		}
		b = d.appendTransaction(b)
	}
	if n := len(j.Deltas); n > 0 {
		binary.BigEndian.PutUint32(b[16:], j.Deltas[0].From())
		binary.BigEndian.PutUint32(b[20:], journalStart)
		binary.BigEndian.PutUint32(b[24:], j.Deltas[n-1].To())
		binary.BigEndian.PutUint32(b[28:], uint32(len(b)))
	}
	return b
}

func (d *Delta) appendTransaction(b []byte) []byte {
	head := len(b)
	b = append(b, make([]byte, transactionHead)...)
	for _, list := range [2][]mdns.RR{d.Deleted, d.Added} {
		for _, rr := range list {
			at := len(b)
			b = append(b, make([]byte, 4+mdns.Len(rr)+maxNameOctets)...)
			end, err := mdns.PackRR(Lend(rr), b[at+4:], 0, nil, false)
			if err != nil {
				b = b[:at]
				continue
			}
			binary.BigEndian.PutUint32(b[at:], uint32(end))
			b = b[:at+4+end]
		}
	}
	binary.BigEndian.PutUint32(b[head:], uint32(len(b)-head-transactionHead))
	binary.BigEndian.PutUint32(b[head+4:], uint32(len(d.Deleted)+len(d.Added)))
	binary.BigEndian.PutUint32(b[head+8:], d.From())
	binary.BigEndian.PutUint32(b[head+12:], d.To())
	return b
}

// Since lists the steps from a serial to the end; ok is false if the journal
// does not hold that version.
func (j *Journal) Since(serial uint32) (deltas []*Delta, ok bool) {
	for i := len(j.Deltas) - 1; i >= 0; i-- {
		if j.Deltas[i].From() == serial {
			return j.Deltas[i:], true
		}
	}
	return nil, false
}

// Last is the serial the journal leads to.
func (j *Journal) Last() uint32 {
	if n := len(j.Deltas); n > 0 {
		return j.Deltas[n-1].To()
	}
	return 0
}

// Append adds a step. A history that does not lead to it is dropped: the journal
// begins anew.
func (j *Journal) Append(d *Delta) {
	if len(j.Deltas) > 0 && j.Last() != d.From() {
		j.Deltas = nil
	}
	j.Deltas = append(j.Deltas, d)
}

// Replay leads a zone read from its file to the journal's last version. A journal
// that does not hold the zone's version leaves it as it is, with ErrDelta.
func (j *Journal) Replay(z *Zone) (*Zone, error) {
	if len(j.Deltas) == 0 || j.Last() == z.Serial() {
		return z, nil
	}
	deltas, ok := j.Since(z.Serial())
	if !ok {
		return z, ErrDelta
	}
	for _, d := range deltas {
		next, err := z.Apply(d)
		if err != nil {
			return z, err
		}
		z = next
	}
	return z, nil
}

// Text lists the journal as named-journalprint does.
func (j *Journal) Text() string {
	var b []byte
	for _, d := range j.Deltas {
		for _, rr := range d.Deleted {
			b = append(append(append(b, "del "...), recordLine(rr)...), '\n')
		}
		for _, rr := range d.Added {
			b = append(append(append(b, "add "...), recordLine(rr)...), '\n')
		}
	}
	return string(b)
}
