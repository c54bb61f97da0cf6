package userland

import (
	"fmt"
	"strings"

	mdns "github.com/miekg/dns"

	"mxlab/sim/dns"
)

const nsupdateHelp = `local address [port]      (set local resolver)
server address [port]     (set primary server for zone)
send                      (send the update request)
show                      (show the update request)
answer                    (show the answer to the last request)
quit                      (quit, any pending update is not sent)
help                      (display this message)
key [hmac:]keyname secret (use TSIG to sign the request)
gsstsig                   (use GSS_TSIG to sign the request)
oldgsstsig                (use Microsoft's GSS_TSIG to sign the request)
zone name                 (set the zone to be updated)
class CLASS               (set the zone's DNS class, e.g. IN (default), CH)
check-names { on | off }  (enable / disable check-names)
[prereq] nxdomain name    (require that this name does not exist)
[prereq] yxdomain name    (require that this name exists)
[prereq] nxrrset ....     (require that this RRset does not exist)
[prereq] yxrrset ....     (require that this RRset exists)
[update] add ....         (add the given record to the zone)
[update] del[ete] ....    (remove the given record(s) from the zone)
`

// outgoing is the update as it has been put together so far. Its header still
// counts nothing.
func (n *nsupdate) outgoing() string {
	m := &mdns.Msg{Answer: n.prerequisites, Ns: n.changes}
	m.Opcode = mdns.OpcodeUpdate
	if n.zone != "" {
		m.Question = []mdns.Question{{Name: n.zone, Qtype: mdns.TypeSOA, Qclass: n.class}}
	}
	return updateText(m, false)
}

// updateText writes a message as dns_message_totext does. An update has other names
// for the sections; counted says whether the header knows what they hold.
func updateText(m *mdns.Msg, counted bool) string {
	names := [4]string{"QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"}
	sections := names
	if m.Opcode == mdns.OpcodeUpdate {
		names = [4]string{"ZONE", "PREREQ", "UPDATE", "ADDITIONAL"}
		sections = [4]string{"ZONE", "PREREQUISITE", "UPDATE", "ADDITIONAL"}
	}
	var b strings.Builder
	fmt.Fprintf(&b, ";; ->>HEADER<<- opcode: %s, status: %s, id: %6d\n;; flags:", mdns.OpcodeToString[m.Opcode], dns.RcodeName(m.Rcode), m.Id)
	for _, f := range []struct {
		on   bool
		name string
	}{{m.Response, "qr"}, {m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionDesired, "rd"}, {m.RecursionAvailable, "ra"},
		{m.AuthenticatedData, "ad"}, {m.CheckingDisabled, "cd"}} {
		if f.on {
			b.WriteString(" " + f.name)
		}
	}
	var counts [4]int
	if counted {
		counts = [4]int{len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra)}
	}
	fmt.Fprintf(&b, "; %s: %d, %s: %d, %s: %d, %s: %d\n", names[0], counts[0], names[1], counts[1], names[2], counts[2], names[3], counts[3])
	if len(m.Question) > 0 {
		b.WriteString(";; " + sections[0] + " SECTION:\n")
		for _, q := range m.Question {
			b.WriteString(";" + strings.TrimPrefix(wideStyle.questionLine(q), ";"))
		}
		b.WriteString("\n")
	}
	for i, section := range [3][]mdns.RR{m.Answer, m.Ns, m.Extra} {
		writeUpdateSection(&b, sections[i+1], section)
	}
	return b.String()
}

// writeUpdateSection writes the records of a section, a signature under a heading
// of its own.
func writeUpdateSection(b *strings.Builder, name string, section []mdns.RR) {
	head := ";; " + name + " SECTION:\n"
	open := false
	for _, rr := range section {
		if t, ok := rr.(*mdns.TSIG); ok {
			b.WriteString(";; TSIG PSEUDOSECTION:\n" + wideStyle.recordLine(t) + "\n")
			continue
		}
		if rr.Header().Rrtype == mdns.TypeOPT {
			continue
		}
		b.WriteString(head)
		head, open = "", true
		b.WriteString(updateRecordLine(rr))
	}
	if open {
		b.WriteString("\n")
	}
}

// updateRecordLine is a record, which may have no data.
func updateRecordLine(rr mdns.RR) string {
	if _, empty := rr.(*mdns.ANY); !empty {
		return wideStyle.recordLine(rr)
	}
	h := rr.Header()
	var l columns
	l.add(bindName(h.Name))
	l.to(wideStyle.ttl)
	l.add("0")
	l.to(wideStyle.class)
	l.add(dns.ClassName(h.Class))
	l.to(wideStyle.kind)
	l.add(dns.TypeName(h.Rrtype))
	l.to(wideStyle.rdata)
	return l.text.String() + "\n"
}
