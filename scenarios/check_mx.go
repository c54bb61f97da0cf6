package scenarios

// MXSpec: asked from From, Server ("" for the resolver of From) directs mail for
// Domain to Host: the best of the MX records name hosts that have an address of
// Host and are no aliases (RFC 5321 5.1, RFC 2181 10.3). Which names and
// preferences they have is free. A named Server must answer with authority.
type MXSpec struct {
	From   string `yaml:"from"`
	Server string `yaml:"server"` // host name of the network, or address
	Domain string `yaml:"domain"`
	Host   string `yaml:"host"`
}

func (s *MXSpec) lint(l *specLint) {
	l.host("from", s.From)
	l.server("server", s.Server)
	l.domain("domain", s.Domain)
	l.host("host", s.Host)
}
