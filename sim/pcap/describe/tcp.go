package describe

import (
	"bytes"
	"net/netip"
	"strings"
)

// tcp is RFC 9293 3.1. Sequence numbers are shown relative to the first ones
// of the connection that were seen with an ACK.
func (p *Printer) tcp(v view, e *ends) {
	p.proto = "tcp"
	if len(v.data) < 4 {
		p.printf("%s > %s:", p.host(e.src), p.host(e.dst))
		panic(cutOff{})
	}
	sport, dport := v.u16(0), v.u16(2)
	p.ports(e, sport, dport, "tcp")
	v.need(20)
	hlen := v.u8(12) >> 4 * 4
	if hlen < 20 {
		p.printf(" tcp %d [bad hdr length %d - too short, < 20]", v.size-hlen, hlen)
		return
	}
	if p.Quiet {
		p.printf("tcp %d", v.size-hlen)
		if hlen > v.size {
			p.printf(" [bad hdr length %d - too long, > %d]", hlen, v.size)
		}
		return
	}
	flags, length := v.u8(13), v.size-hlen
	p.printf("Flags [%s]", tcpFlags(flags))
	seq, ack := v.u32(4), v.u32(8)
	if !p.Absolute && flags&16 != 0 {
		seq, ack = p.relative(netip.AddrPortFrom(e.src, uint16(sport)), netip.AddrPortFrom(e.dst, uint16(dport)), seq, ack, flags&2 != 0)
	}
	if length < 0 {
		p.printf(" [bad hdr length %d - too long, > %d]", hlen, v.size)
		return
	}
	if p.Verbose > 0 && !p.NoChecksum && !e.fragment && len(v.data) >= v.size {
		p.tcpChecksum(v, e)
	}
	if p.Verbose > 1 || length > 0 || flags&7 != 0 {
		p.printf(", seq %d", seq)
		if length > 0 {
			p.printf(":%d", seq+uint32(length))
		}
	}
	if flags&16 != 0 {
		p.printf(", ack %d", ack)
	}
	p.printf(", win %d", v.u16(14))
	if flags&32 != 0 {
		p.printf(", urg %d", v.u16(18))
	}
	if hlen > 20 {
		if !p.tcpOptions(v.from(20).cut(hlen - 20)) {
			return
		}
	}
	p.printf(", length %d", length)
	if length > 0 {
		p.stream(v.from(hlen), sport, dport, flags)
	}
}

func (p *Printer) tcpChecksum(v view, e *ends) {
	got := v.u16(16)
	p.printf(", cksum 0x%04x", got)
	if sum := checksum(e.pseudo(v.size), v.data[:v.size]); sum != 0 {
		p.printf(" (incorrect -> 0x%04x)", shouldBe(got, sum))
		return
	}
	p.print(" (correct)")
}

func tcpFlags(flags int) string {
	var b strings.Builder
	for i, c := range "FSRP.UEW" {
		if flags&(1<<i) != 0 {
			b.WriteRune(c)
		}
	}
	return orText(b.String(), "none")
}

// relative returns the numbers relative to the beginning of the connection.
func (p *Printer) relative(src, dst netip.AddrPort, seq, ack uint32, syn bool) (uint32, uint32) {
	key, reverse := tcpConn{src, dst}, false
	if c := src.Addr().Compare(dst.Addr()); c > 0 || c == 0 && src.Port() > dst.Port() {
		key, reverse = tcpConn{dst, src}, true
	}
	base, known := p.conns[key]
	if !known || syn {
		if base = (tcpBase{seq, ack - 1}); reverse {
			base = tcpBase{ack - 1, seq}
		}
		if len(p.conns) >= maxConns {
			clear(p.conns)
		}
		p.conns[key] = base
		return seq, ack
	}
	if reverse {
		return seq - base.ack, ack - base.seq
	}
	return seq - base.seq, ack - base.ack
}

// tcpOptions prints the options and reports whether they are sound.
func (p *Printer) tcpOptions(v view) (sound bool) {
	sep := ", options ["
	for at := 0; at < v.size; {
		p.print(sep)
		kind := v.u8(at)
		sep = ","
		if kind < 2 {
			p.print([]string{"eol", "nop"}[kind])
			at++
			if kind == 0 {
				break
			}
			continue
		}
		size := v.u8(at + 1)
		if size < 2 || at+size > v.size {
			if p.print("[bad opt]"); at > 0 {
				p.print("]")
			}
			return false
		}
		p.tcpOption(kind, v.from(at).cut(size))
		at += size
	}
	p.print("]")
	return true
}

var tcpOptionNames = map[int]string{2: "mss", 3: "wscale", 4: "sackOK", 5: "sack", 8: "TS", 34: "tfo"}

func (p *Printer) tcpOption(kind int, v view) {
	p.print(orText(tcpOptionNames[kind], "unknown-%d", kind))
	switch {
	case kind == 2 && v.size == 4:
		p.printf(" %d", v.u16(2))
	case kind == 3 && v.size == 3:
		p.printf(" %d", v.u8(2))
	case kind == 8 && v.size == 10:
		p.printf(" val %d ecr %d", v.u32(2), v.u32(6))
	case kind == 5:
		p.printf(" %d ", (v.size-2)/8)
		for at := 2; at+8 <= v.size; at += 8 {
			p.printf("{%d:%d}", v.u32(at), v.u32(at+4))
		}
	case tcpOptionNames[kind] == "":
		for at := 2; at < v.size; at++ {
			p.printf("%s%02x", map[bool]string{true: " 0x"}[at == 2], v.u8(at))
		}
	}
}

// stream prints what a segment carries, by the ports.
func (p *Printer) stream(v view, sport, dport, flags int) {
	is := func(port int) bool { return sport == port || dport == port }
	switch {
	case flags&4 != 0 && p.Verbose > 0:
		p.resetData(v)
	case is(25):
		p.proto = "smtp"
		p.print(":")
		p.textLines("SMTP", v, nil)
	case is(80), is(8080), is(3128):
		p.proto = "http"
		p.print(":")
		p.textLines("HTTP", v, isHTTP)
	case is(21):
		p.proto = "ftp"
		p.print(":")
		p.textLines("FTP", v, isReply)
	case is(53):
		p.dnsStream(v)
	}
}

// resetData is the reason that may come with RST (RFC 1122 4.2.2.12).
func (p *Printer) resetData(v view) {
	p.print(" [RST")
	if len(v.data) > 0 {
		p.printf(" %s", bytes.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '.'
			}
			return r
		}, v.data[:min(len(v.data), 30)]))
	}
	p.print("]")
}

// isHTTP reports whether text begins with a request or a status line.
func isHTTP(b []byte) bool {
	words := strings.Fields(string(b[:min(len(b), 64)]))
	if len(words) == 0 {
		return false
	}
	switch words[0] {
	case "GET", "PUT", "COPY", "HEAD", "LOCK", "MOVE", "POLL", "POST", "BCOPY", "BMOVE", "MKCOL", "TRACE", "LABEL", "MERGE", "DELETE", "SEARCH", "UNLOCK", "REPORT", "UPDATE", "NOTIFY", "BDELETE", "CONNECT", "OPTIONS", "CHECKIN", "PROPFIND", "CHECKOUT", "CCM_POST", "SUBSCRIBE", "PROPPATCH", "BPROPFIND", "BPROPPATCH", "UNCHECKOUT", "MKACTIVITY", "MKWORKSPACE", "UNSUBSCRIBE", "RPC_CONNECT", "VERSION-CONTROL", "BASELINE-CONTROL":
		return true
	}
	return len(words) > 1 && strings.HasPrefix(words[0], "HTTP/") && isReply([]byte(words[1]))
}

// isReply reports whether text begins with a code of three digits.
func isReply(b []byte) bool {
	return len(b) >= 3 && strings.Trim(string(b[:3]), "0123456789") == "" && (len(b) == 3 || b[3] == ' ' || b[3] == '-' || b[3] == '\r')
}
