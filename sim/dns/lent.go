package dns

import mdns "github.com/miekg/dns"

// Lent is a record with a header of its own, to be packed: mdns.PackRR notes the
// length of the data in the header, but the records of a zone are shared by the
// worlds that have loaded it.
type Lent struct {
	mdns.RR
	head mdns.RR_Header
}

// Lend returns rr with a header of its own.
func Lend(rr mdns.RR) *Lent {
	l := new(Lent)
	l.Set(rr)
	return l
}

// Set makes l stand for another record.
func (l *Lent) Set(rr mdns.RR) { l.RR, l.head = rr, *rr.Header() }

// Header returns the header that may be written to.
func (l *Lent) Header() *mdns.RR_Header { return &l.head }
