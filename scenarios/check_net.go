package scenarios

import "net/netip"

// FlowSpec: every one of Flows is as it says.
type FlowSpec struct {
	Flows []Flow `yaml:"flows"`
}

// Flow is an attempt to talk from one point to another.
//
//	open     somebody answers
//	closed   the attempt is refused at once (RST, or an ICMP error)
//	dropped  no answer at all
//	blocked  closed or dropped
type Flow struct {
	From    string `yaml:"from"`     // host
	To      string `yaml:"to"`       // host, or address
	Family  string `yaml:"family"`   // ipv4 or ipv6: which address of the host To; default its first
	Proto   string `yaml:"proto"`    // tcp (default), udp or icmp (an echo request)
	Port    int    `yaml:"port"`     // none for icmp
	Want    string `yaml:"want"`     // open (default), closed, dropped or blocked
	OwnPort int    `yaml:"own_port"` // tcp: the port it comes from, for filters that trust one; default any
	As      string `yaml:"as"`       // tcp: the source address of somebody who has no host here
	Reaches string `yaml:"reaches"`  // open tcp: the host that must have taken the connection, behind a port forward
	Greets  string `yaml:"greets"`   // open tcp: how the server's first line begins, such as "220 "
}

func (s *FlowSpec) lint(l *specLint) {
	l.some("flows", len(s.Flows))
	for i := range s.Flows {
		s.Flows[i].lint(l)
	}
}

func (f *Flow) lint(l *specLint) {
	l.host("from", f.From)
	l.server("to", f.To)
	l.some("to", len(f.To))
	l.family("family", f.Family)
	l.optionalHost("reaches", f.Reaches)
	if f.Proto != "" {
		l.oneOf("proto", f.Proto, "tcp", "udp", "icmp")
	}
	if f.Want != "" {
		l.oneOf("want", f.Want, "open", "closed", "dropped", "blocked")
	}
	if f.Proto != "icmp" {
		l.port("port", f.Port)
	}
	tcp := f.Proto == "" || f.Proto == "tcp"
	if f.OwnPort != 0 {
		l.port("own_port", f.OwnPort)
		if !tcp {
			l.errf("own_port", "own_port goes with tcp")
		}
	}
	if f.As != "" {
		l.address("as", f.As)
		l.host("to", f.To)
		if !tcp || f.Reaches != "" || f.Greets != "" {
			l.errf("as", "as goes with tcp, and without reaches and greets")
		}
	}
	if (f.Reaches != "" || f.Greets != "") && (!tcp || f.Want != "" && f.Want != "open") {
		l.errf("reaches", "reaches and greets go with an open tcp flow")
	}
}

// server checks what a check asks: a host of the network, an address, or ""
// where a default stands for it.
func (l *specLint) server(key, name string) {
	if _, err := netip.ParseAddr(name); err != nil && name != "" {
		l.host(key, name)
	}
}

func (l *specLint) address(key, addr string) {
	if _, err := netip.ParseAddr(addr); err != nil {
		l.errf(key, "%q is not an IP address", addr)
	}
}

func (l *specLint) family(key, word string) {
	if word != "" {
		l.oneOf(key, word, "ipv4", "ipv6")
	}
}

func (l *specLint) port(key string, n int) {
	if n < 1 || n > 65535 {
		l.errf(key, "%d is not a port", n)
	}
}
