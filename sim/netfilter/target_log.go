package netfilter

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// logTarget is -j LOG: a line of the kernel for each packet.
type logTarget struct {
	prefix string
	level  uint8
	flags  uint8
}

var logOptions = []option{
	{name: "log-level"}, {name: "log-prefix"}, {name: "log-tcp-sequence", flag: true}, {name: "log-tcp-options", flag: true},
	{name: "log-ip-options", flag: true}, {name: "log-uid", flag: true}, {name: "log-macdecode", flag: true},
}

// logFlags are the options without a value with their bits.
var logFlags = [...]struct {
	option, word string
	bit          uint8
}{{"log-tcp-sequence", "tcp-sequence", 1}, {"log-tcp-options", "tcp-options", 2}, {"log-ip-options", "ip-options", 4}, {"log-uid", "uid", 8},
	{"log-macdecode", "macdecode", 32}}

// logLevels are the names --log-level takes, and those a listing shows.
var (
	logLevels      = [...]string{"emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"}
	logLevelsShown = [...]string{"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"}
)

const defaultLevel = 4

func newLogTarget(family) module { return &logTarget{level: defaultLevel} }

func (t *logTarget) set(_ *input, id, value string, _ bool) *Error {
	switch id {
	case "log-level":
		for i, name := range logLevels {
			if value == name || value == strconv.Itoa(i) {
				t.level = uint8(i)
				return nil
			}
		}
		return bad("log level %q unknown\n", value)
	case "log-prefix":
		if value == "" {
			return bad("Argument must have a minimum length of 1 characters\n")
		}
		t.prefix = value[:min(len(value), 29)]
	default:
		for _, f := range logFlags {
			if f.option == id {
				t.flags |= f.bit
			}
		}
	}
	return nil
}

func (t *logTarget) done(*input) *Error { return nil }

func (t *logTarget) save(w *writer) {
	if t.prefix != "" {
		w.words("--log-prefix")
		w.quoted(t.prefix)
	}
	if t.level != defaultLevel {
		w.option(false, "--log-level", strconv.Itoa(int(t.level)))
	}
	for _, f := range logFlags {
		if t.flags&f.bit != 0 {
			w.words("--" + f.option)
		}
	}
}

func (t *logTarget) list(w *writer) {
	if w.numeric {
		fmt.Fprintf(w, " LOG flags %d level %d", t.flags, t.level)
		if t.prefix != "" {
			fmt.Fprintf(w, " prefix \"%s\"", t.prefix)
		}
		return
	}
	w.words("LOG", "level", logLevelsShown[t.level])
	for _, f := range logFlags {
		if t.flags&f.bit != 0 {
			w.words(f.word)
		}
	}
	if t.prefix != "" {
		fmt.Fprintf(w, " prefix \"%s\"", t.prefix)
	}
}

// act writes the line. The packet goes on as if nothing had happened, also for
// the trace: its cause is not the log line.
func (t *logTarget) act(x *crossing, _ *rule) step {
	h := x.fw.host
	scope := h.Clock.Scope()
	up := h.Clock.Now().Sub(h.Booted())
	stamp := fmt.Sprintf("[%5d.%06d] ", up/time.Second, up%time.Second/time.Microsecond)
	h.Syslog(host.FacKern, host.Severity(t.level), "kernel", 0, stamp+t.prefix+x.logLine(t))
	h.Clock.SetScope(scope)
	return step{}
}

// logLine describes the packet as nf_log_ipv4 and nf_log_ipv6 do.
func (x *crossing) logLine(t *logTarget) string {
	var b strings.Builder
	fmt.Fprintf(&b, "IN=%s OUT=%s ", x.in, x.out)
	if x.in != "" {
		b.WriteString("MAC= ")
	}
	logPacket(&b, x.p, x.length, t)
	return strings.TrimRight(b.String(), " ")
}

func logPacket(b *strings.Builder, p *vnet.Packet, length int, t *logTarget) {
	if p.Dst.Is4() {
		id := uint16(p.Seq>>8) ^ p.SrcPort ^ p.EchoSeq
		fmt.Fprintf(b, "SRC=%s DST=%s LEN=%d TOS=0x%02X PREC=0x%02X TTL=%d ID=%d ", p.Src, p.Dst, length, p.TOS&0x1e, p.TOS&0xe0, p.TTL, id)
		if p.Proto == vnet.ProtoTCP {
			b.WriteString("DF ")
		}
	} else {
		fmt.Fprintf(b, "SRC=%s DST=%s LEN=%d TC=%d HOPLIMIT=%d FLOWLBL=0 ", p.Src.StringExpanded(), p.Dst.StringExpanded(), length, p.TOS, p.TTL)
	}
	switch p.Proto {
	case vnet.ProtoTCP:
		fmt.Fprintf(b, "PROTO=TCP SPT=%d DPT=%d ", p.SrcPort, p.DstPort)
		if t.flags&1 != 0 {
			fmt.Fprintf(b, "SEQ=%d ACK=%d ", p.Seq, p.Ack)
		}
		fmt.Fprintf(b, "WINDOW=%d RES=0x00 %sURGP=0 ", p.Window, logFlagText(p.Flags))
	case vnet.ProtoUDP:
		fmt.Fprintf(b, "PROTO=UDP SPT=%d DPT=%d LEN=%d ", p.SrcPort, p.DstPort, max(len(p.Payload), p.Len)+8)
	case vnet.ProtoICMP, vnet.ProtoICMPv6:
		name := "ICMP"
		if p.Proto == vnet.ProtoICMPv6 {
			name = "ICMPv6"
		}
		fmt.Fprintf(b, "PROTO=%s TYPE=%d CODE=%d ", name, p.Type, p.Code)
		if p.Inner != nil {
			b.WriteByte('[')
			logPacket(b, p.Inner, packetLength(p.Inner), t)
			b.WriteString("] ")
		} else {
			fmt.Fprintf(b, "ID=%d SEQ=%d ", p.SrcPort, p.EchoSeq)
		}
	default:
		fmt.Fprintf(b, "PROTO=%d ", p.Proto)
	}
}

// logFlagText lists the flags in the order of the kernel.
func logFlagText(f vnet.Flags) (text string) {
	for _, e := range [...]struct {
		flag vnet.Flags
		name string
	}{{vnet.URG, "URG "}, {vnet.ACK, "ACK "}, {vnet.PSH, "PSH "}, {vnet.RST, "RST "}, {vnet.SYN, "SYN "}, {vnet.FIN, "FIN "}} {
		if f&e.flag != 0 {
			text += e.name
		}
	}
	return text
}
