package named

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// transferIn is a zone transfer from a primary (RFC 5936 client side).
type transferIn struct {
	d        *secondary
	from     netip.AddrPort
	key      string
	began    time.Duration
	messages int
	octets   int
	records  []mdns.RR
	mac      string
	current  bool // the primary has nothing newer
	asked    uint16
	delta    *deltaReader // of an incremental transfer
	count    int          // records received
}

// errTransfer is a result of BIND that ends a transfer.
type errTransfer string

func (e errTransfer) Error() string { return string(e) }

// startTransfer fetches the zone over TCP in a task of its own.
func (d *secondary) startTransfer() {
	z, s := d.z, d.z.server()
	to, key := d.target()
	x := &transferIn{d: d, from: to, key: key, began: s.clock.Since()}
	z.logf(catGeneral, info, "Transfer started.")
	s.transfers++
	d.task = s.clock.Go("named: zone transfer", func(t *vtime.Task) {
		zone, err := x.run(t)
		d.task = nil
		s.transfers--
		x.report(zone, err)
	})
}

// logf writes a line about the transfer.
func (x *transferIn) logf(lv level, format string, args ...any) {
	z := x.d.z
	if log := &z.server().log; log.wants(catXferIn, lv) {
		log.print(catXferIn, lv, fmt.Sprintf("transfer of '%s' from %s: ", z.label(), hashPort(x.from))+fmt.Sprintf(format, args...))
	}
}

// run connects, asks and reads until the closing SOA.
func (x *transferIn) run(t *vtime.Task) (*dns.Zone, error) {
	z, s := x.d.z, x.d.z.server()
	local := netip.AddrPortFrom(x.d.source().Addr(), 0)
	conn, err := s.host.Node.DialTCP(t, local, x.from, s.owner(), 30*time.Second)
	if err != nil {
		x.logf(failure, "failed to connect: %s", socketResult(err))
		return nil, errTransfer(socketResult(err))
	}
	defer conn.Close()
	x.logf(info, "connected using %s%s", hashPort(x.from), x.keyNote())
	conn.SetReadTimeout(z.conf.MaxTransferIdleIn.Value)
	if err := x.request(conn); err != nil {
		return nil, err
	}
	if err := x.receive(conn); err != nil {
		x.logf(failure, "failed while receiving responses: %s", err)
		return nil, err
	}
	switch {
	case x.current:
		return z.data, nil
	case x.delta != nil:
		zone, err := x.delta.apply(z.data)
		if err != nil {
			x.logf(failure, "failed while receiving responses: %s", err)
		}
		return zone, err
	}
	zone, err := dns.NewZone(z.conf.Name, x.records)
	if err != nil {
		x.logf(failure, "failed while receiving responses: %s", err)
	}
	return zone, err
}

func (x *transferIn) keyNote() string {
	if x.key == "" {
		return ""
	}
	return " TSIG " + dns.Display(x.key)
}

// request sends AXFR, or IXFR if there is data to start from.
func (x *transferIn) request(conn *vnet.Conn) error {
	z, s := x.d.z, x.d.z.server()
	m := new(mdns.Msg)
	m.Id = uint16(s.random().Uint32())
	qtype := mdns.TypeAXFR
	if z.data != nil && z.conf.RequestIXFR.Value && !x.d.force {
		qtype = mdns.TypeIXFR
		m.Ns = []mdns.RR{z.data.SOA()}
	}
	x.asked = qtype
	m.Question = []mdns.Question{{Name: z.conf.Name, Qtype: qtype, Qclass: mdns.ClassINET}}
	wire, err := m.Pack()
	if x.key != "" {
		wire, x.mac, err = s.signed(m, x.key, "", false)
	}
	if err != nil {
		return err
	}
	_, err = conn.Write(append([]byte{byte(len(wire) >> 8), byte(len(wire))}, wire...))
	return err
}

// maxTransferRecords bounds a zone taken from another server.
const maxTransferRecords = 500_000

// receive reads messages until the SOA comes a second time (RFC 5936 2.2).
func (x *transferIn) receive(conn *vnet.Conn) error {
	for {
		wire, err := readMessage(conn)
		if err != nil {
			if errors.Is(err, vnet.ErrDeadline) {
				return errTransfer("timed out")
			}
			if t := socketResult(err); t != "unexpected error" {
				return errTransfer(t)
			}
			return errTransfer("end of file")
		}
		var m mdns.Msg
		if err := m.Unpack(wire); err != nil {
			return errTransfer("FORMERR")
		}
		if m.Rcode != mdns.RcodeSuccess {
			return errTransfer(dns.RcodeName(m.Rcode))
		}
		if x.key != "" && !x.verified(wire, &m) {
			return errTransfer("tsig verify failure")
		}
		x.messages, x.octets = x.messages+1, x.octets+len(wire)
		for _, rr := range m.Answer {
			end, err := x.add(rr)
			if err != nil || end {
				return err
			}
		}
		if len(m.Answer) == 0 {
			return errTransfer("FORMERR")
		}
		if x.single() {
			x.current = true
			return nil
		}
	}
}

// single reports whether the whole answer to an IXFR is the SOA of the data there
// already is (RFC 1995 4).
func (x *transferIn) single() bool {
	if len(x.records) != 1 || x.d.z.data == nil || x.messages != 1 {
		return false
	}
	return x.records[0].(*mdns.SOA).Serial == x.d.z.data.Serial()
}

// add takes one record and reports whether it was the last. In the answer to an
// IXFR, a second SOA with the serial there already is begins the first step;
// anything else is the whole zone (RFC 1995 4).
func (x *transferIn) add(rr mdns.RR) (end bool, err error) {
	x.count++
	if x.count > maxTransferRecords {
		return false, errTransfer("quota reached")
	}
	if x.delta != nil {
		return x.delta.add(rr)
	}
	soa, isSOA := rr.(*mdns.SOA)
	isSOA = isSOA && equalNames(soa.Hdr.Name, x.d.z.conf.Name)
	switch {
	case len(x.records) == 0 && !isSOA:
		return false, errTransfer("FORMERR")
	case len(x.records) == 1 && isSOA && x.asked == mdns.TypeIXFR && soa.Serial == x.d.z.data.Serial():
		x.delta = &deltaReader{last: x.records[0].(*mdns.SOA).Serial}
		return x.delta.add(rr)
	case len(x.records) > 0 && isSOA:
		if soa.Serial == x.records[0].(*mdns.SOA).Serial {
			return true, nil
		}
		return false, errTransfer("FORMERR")
	}
	x.records = append(x.records, rr)
	return false, nil
}

// verified checks the signature of a message of the transfer.
func (x *transferIn) verified(wire []byte, m *mdns.Msg) bool {
	t := m.IsTsig()
	if t == nil {
		return x.messages > 0 // RFC 8945 5.3.1: not every message is signed
	}
	k, ok := x.d.z.server().findKey(x.key)
	if !ok {
		return false
	}
	err := mdns.TsigVerify(append([]byte(nil), wire...), base64.StdEncoding.EncodeToString(k.Secret), x.mac, x.messages > 0)
	x.mac = t.MAC
	return err == nil || errors.Is(err, mdns.ErrTime)
}

// report logs how the transfer ended, takes the zone and schedules what follows.
func (x *transferIn) report(zone *dns.Zone, err error) {
	d, z, s := x.d, x.d.z, x.d.z.server()
	status, serial := "success", uint32(0)
	if zone != nil {
		serial = zone.Serial()
	}
	fresh := err == nil && zone != z.data
	if fresh {
		note := ""
		if x.key != "" {
			note = ": TSIG '" + dns.Display(x.key) + "'"
		}
		z.logf(catGeneral, info, "transferred serial %d%s", serial, note)
	}
	if err != nil {
		status = err.Error()
	} else if !fresh {
		status = "up to date"
	}
	x.logf(info, "Transfer status: %s", status)
	x.logf(info, "Transfer completed: %d messages, %d records, %d bytes, %s (serial %d)", x.messages, x.count, x.octets,
		rate(x.octets, s.clock.Since()-x.began), serial)
	if err != nil {
		s.stats.transfersFailed++
		d.nextPrimary()
		return
	}
	s.stats.transfersIn++
	if fresh {
		z.take(zone, x.delta)
	}
	d.expireAt = s.clock.Since() + time.Duration(zone.SOA().Expire)*time.Second
	d.failures = 0
	d.finish(trace.OK, "serial "+fmt.Sprint(serial), d.jitter(z.refreshInterval()))
	if fresh {
		z.sendNotifies()
	}
}

// take serves transferred data. A whole zone is written to its file at once, steps
// go to the journal first.
func (z *zone) take(data *dns.Zone, steps *deltaReader) {
	s := z.server()
	var deltas []*dns.Delta
	if steps != nil {
		deltas = steps.deltas
	}
	if z.file() != "" {
		z.keepDeltas(data, deltas)
	}
	z.data, z.loaded, z.modified = data, s.clock.Since(), s.clock.Now()
	s.rebuildViews(z)
	switch {
	case steps != nil:
		z.dumpLater()
	case z.file() != "":
		z.writeFile()
	}
}

// writeFile saves the zone's data, under a temporary name first, as named does. It
// reports success.
func (z *zone) writeFile() bool {
	s := z.server()
	full := s.disk().path(z.file())
	tmp := path.Join(path.Dir(full), "tmp-"+s.randomName(10))
	text := "$ORIGIN .\n"
	if body := z.data.Text(dns.RelativeStyle); strings.HasPrefix(body, "$ORIGIN") {
		text = body
	} else {
		text += body
	}
	err := s.host.FS.WriteFile(tmp, []byte(text), 0o644, s.cred)
	if err != nil {
		s.log.printf(catGeneral, failure, "dumping master file: %s: open: %s", tmp, resultText(err))
		return false
	}
	if err := s.host.FS.Rename(tmp, full, s.cred); err != nil {
		s.log.printf(catGeneral, failure, "dumping master file: rename: %s: %s", z.file(), resultText(err))
		s.host.FS.Remove(tmp, s.cred)
		return false
	}
	return true
}

// randomName is a name as mktemp makes it, from the world's seed.
func (s *Server) randomName(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[s.random().IntN(len(letters))]
	}
	return string(b)
}
