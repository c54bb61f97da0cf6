package userland

import (
	"fmt"
	"net/netip"
	"strings"

	"mxlab/sim/host"
)

// ssTool models ss(8) of iproute2 6.1 for TCP and UDP sockets.
type ssTool struct {
	p                       *host.Proc
	tcp, udp                bool
	v4, v6                  bool
	listening, all, numeric bool
	process, noHeader       bool
	summary                 bool
	filter                  ssFilter
}

// runSs is the program.
func runSs(p *host.Proc) int {
	s := &ssTool{p: p}
	s.options(p.Args[1:])
	if !s.tcp && !s.udp {
		s.tcp, s.udp = true, true
	}
	if !s.v4 && !s.v6 {
		s.v4, s.v6 = true, true
	}
	if s.summary {
		s.showSummary()
		return 0
	}
	s.show()
	return 0
}

func (s *ssTool) options(args []string) {
	for i, word := range args {
		switch {
		case strings.HasPrefix(word, "--"):
			s.long(word[2:])
		case len(word) > 1 && word[0] == '-':
			for j := 1; j < len(word); j++ {
				s.option(word[j])
			}
		default:
			if problem := s.filter.parse(s.p.Host, args[i:]); problem != "" {
				fmt.Fprintln(s.p.Stderr, problem)
				s.p.Exit(255)
			}
			return
		}
	}
}

func (s *ssTool) long(name string) {
	short := map[string]byte{"tcp": 't', "udp": 'u', "listening": 'l', "all": 'a', "numeric": 'n', "processes": 'p', "ipv4": '4',
		"ipv6": '6', "no-header": 'H', "summary": 's', "help": 'h', "version": 'V'}[name]
	if short == 0 {
		fmt.Fprintf(s.p.Stderr, "ss: unrecognized option '--%s'\n%s", name, ssUsage)
		s.p.Exit(255)
	}
	s.option(short)
}

func (s *ssTool) option(c byte) {
	switch c {
	case 't':
		s.tcp = true
	case 'u':
		s.udp = true
	case 'l':
		s.listening = true
	case 'a':
		s.all = true
	case 'n':
		s.numeric = true
	case 'p':
		s.process = true
	case '4':
		s.v4 = true
	case '6':
		s.v6 = true
	case 'H':
		s.noHeader = true
	case 's':
		s.summary = true
	case 'e', 'i', 'm', 'o', 'r', 'O':
	case 'h':
		s.p.Print(ssUsage)
		s.p.Exit(0)
	case 'V':
		s.p.Print("ss utility, iproute2-6.1.0, libbpf 1.1.0\n")
		s.p.Exit(0)
	default:
		badOption(s.p, c, ssUsage, 255)
	}
}

// wanted reports whether a socket is listed: with -l listening ones, with -a
// all, otherwise those with a peer.
func (s *ssTool) wanted(r *socketRow) bool {
	if r.Proto == "tcp" && !s.tcp || r.Proto == "udp" && !s.udp || r.v6 && !s.v6 || !r.v6 && !s.v4 {
		return false
	}
	if s.filter.set && !s.filter.match(r) {
		return false
	}
	listens := r.State == "LISTEN" || r.State == "UNCONN"
	switch {
	case s.all || s.filter.state != "":
		return true
	case s.listening:
		return listens
	}
	return !listens && r.State != "TIME-WAIT" && r.State != "SYN-RECV"
}

// show prints the table. Its columns are as wide as their content.
func (s *ssTool) show() {
	header := []string{"Netid", "State", "Recv-Q", "Send-Q", "Local Address:", "Port", "Peer Address:", "Port", "Process"}
	rows := [][]string{header}
	for _, r := range socketTable(s.p.Host, true) {
		s.p.Step(1)
		if s.wanted(&r) {
			rows = append(rows, s.row(&r))
		}
	}
	first := 0
	if s.tcp != s.udp {
		first = 1
	}
	width := make([]int, len(header))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len(cell))
		}
	}
	if s.noHeader {
		rows = rows[1:]
	}
	for _, row := range rows {
		var b strings.Builder
		for i := first; i < len(row); i++ {
			if i > first && i != 5 && i != 7 && i != 8 {
				b.WriteByte(' ')
			}
			if i == 4 || i == 6 {
				fmt.Fprintf(&b, "%*s", width[i], row[i])
			} else {
				fmt.Fprintf(&b, "%-*s", width[i], row[i])
			}
		}
		s.p.Print(b.String() + "\n")
	}
}

func (s *ssTool) row(r *socketRow) []string {
	send := r.SendQ
	if r.State == "LISTEN" {
		send = r.backlog
	}
	local, peer := s.addr(r, r.Local.Addr()), s.addr(r, r.Peer.Addr())
	process := ""
	if s.process && mayName(s.p, r.SocketInfo) {
		process = fmt.Sprintf(" users:((%q,pid=%d,fd=%d))", r.Owner.Name, r.Owner.PID, r.fd)
	}
	return []string{r.Proto, r.State, fmt.Sprint(r.RecvQ), fmt.Sprint(send),
		local + ":", portText(s.p.Host, r.Local.Port(), r.Proto, s.numeric),
		peer + ":", portText(s.p.Host, r.Peer.Port(), r.Proto, s.numeric), process}
}

// addr is an address in ss's form; a wildcard socket of both families is "*".
func (s *ssTool) addr(r *socketRow, a netip.Addr) string {
	switch {
	case r.v6 && (!a.IsValid() || a.IsUnspecified()) && !r.V6Only && r.Local.Addr().IsUnspecified():
		return "*"
	case r.v6 && !a.IsValid():
		return "[::]"
	case !a.IsValid():
		return "0.0.0.0"
	case a.Is6() && !a.Is4In6():
		return "[" + a.String() + "]"
	}
	return plainAddr(a).String()
}

func (s *ssTool) showSummary() {
	count := map[string]int{}
	for _, r := range socketTable(s.p.Host, true) {
		family := "4"
		if r.v6 {
			family = "6"
		}
		count[r.Proto+family]++
		count[r.State]++
	}
	tcp := count["tcp4"] + count["tcp6"]
	udp := count["udp4"] + count["udp6"]
	s.p.Printf("Total: %d\nTCP:   %d (estab %d, closed %d, orphaned 0, timewait %d)\n\n", tcp+udp, tcp, count["ESTAB"], count["TIME-WAIT"], count["TIME-WAIT"])
	s.p.Print("Transport Total     IP        IPv6\n")
	for _, row := range []struct {
		name string
		a, b int
	}{{"RAW", 0, 0}, {"UDP", count["udp4"], count["udp6"]}, {"TCP", count["tcp4"], count["tcp6"]},
		{"INET", count["udp4"] + count["tcp4"], count["udp6"] + count["tcp6"]}, {"FRAG", 0, 0}} {
		s.p.Printf("%s\t  %-9d %-9d %-9d\n", row.name, row.a+row.b, row.a, row.b)
	}
	s.p.Print("\n")
}
