package userland

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"mxlab/sim/pcap"
	"mxlab/sim/pcap/filter"
)

// fromFile is -r: it shows the packets of a pcap or pcapng file.
func (t *tcpdump) fromFile() int {
	var in io.Reader = t.p.Stdin
	if t.read != "-" {
		f, err := t.p.Open(t.read, 0)
		if err != nil {
			return t.fail("%s: %s", t.read, reason(err))
		}
		defer f.Close()
		in = f
	}
	r, err := pcap.NewReader(in)
	if err != nil {
		return t.fail("%s", fileReason(err))
	}
	t.link = r.Link()
	t.snap = min(t.snap, r.Snap())
	name, about := t.link.Name(), t.link.Description()
	if name == "" {
		t.p.Stderr.Write([]byte("reading from file " + t.read + ", link-type unknown\n"))
		return t.fail("packet printing is not supported for link type %d: use -w", t.link)
	}
	t.p.Stderr.Write([]byte("reading from file " + t.read + ", link-type " + name + " (" + about + "), snapshot length " + decimal(r.Snap()) + "\n"))
	if err := t.compile(nil); err != nil {
		return t.fail("%s", err)
	}
	if err := t.create(); err != nil {
		return t.fail("%s", err)
	}
	for {
		t.p.Step(1)
		pkt, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return t.fail("pcap_loop: %s", fileReason(err))
		}
		if pkt.Link != t.link {
			return t.fail("pcap_loop: an interface has a type %d different from the type of the first interface", pkt.Link)
		}
		if t.pass.Match(&filter.Packet{Data: pkt.Data, Len: pkt.Len}) && t.packet(pkt) {
			break
		}
	}
	if t.onlyCount {
		t.p.Printf("%s\n", packets(t.got))
	}
	return 0
}

// fileReason is what libpcap says of a file.
func fileReason(err error) string {
	var e pcap.Error
	if errors.As(err, &e) {
		return e.Error()
	}
	return "error reading dump file: " + reason(err)
}

// captureKind is what file(1) says of a capture, "" if the file is none.
func captureKind(head []byte) string {
	if len(head) >= 12 && string(head[:4]) == "\n\r\r\n" {
		return "pcapng capture file - version 1.0"
	}
	if len(head) < 24 || string(head[:4]) != "\xd4\xc3\xb2\xa1" {
		return ""
	}
	r, err := pcap.NewReader(bytes.NewReader(head))
	if err != nil {
		return ""
	}
	return fmt.Sprintf("pcap capture file, microsecond ts (little-endian) - version 2.4 (%s, capture length %d)", r.Link().Description(), r.Snap())
}
