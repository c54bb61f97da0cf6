package scenarios

import "strings"

// RunningSpec: the unit is active.
type RunningSpec struct {
	Host string `yaml:"host"`
	Unit string `yaml:"unit"`
}

func (s *RunningSpec) lint(l *specLint) { l.host("host", s.Host) }

// SurvivesSpec: after a reboot of Host, or a restart of its Unit, the checks
// named still pass.
type SurvivesSpec struct {
	Host   string   `yaml:"host"`
	Unit   string   `yaml:"unit"` // restart this unit instead of the host
	Checks []string `yaml:"checks"`
}

func (s *SurvivesSpec) lint(l *specLint) {
	l.host("host", s.Host)
	l.checks(s.Checks)
}

// PerturbSpec: on a fork the disturbances of Do happen in order; then the checks
// named still pass.
type PerturbSpec struct {
	Do     []Disturbance `yaml:"do"`
	Checks []string      `yaml:"checks"`
}

func (s *PerturbSpec) lint(l *specLint) {
	l.some("do", len(s.Do))
	for i := range s.Do {
		s.Do[i].lint(l)
	}
	l.checks(s.Checks)
}

// Disturbance is one thing that happens to the network; exactly one field but
// Title is set.
type Disturbance struct {
	Reboot   string   `yaml:"reboot"`    // host
	Restart  string   `yaml:"restart"`   // HOST:UNIT
	Advance  string   `yaml:"advance"`   // virtual time passes, such as 48h
	Flush    []string `yaml:"flush"`     // hosts whose name server forgets its cache
	Kill     string   `yaml:"kill"`      // host that is switched off
	Cut      string   `yaml:"cut"`       // link that is cut
	Loss     *Loss    `yaml:"loss"`      // a link loses packets
	IPv6Only bool     `yaml:"ipv6_only"` // IPv4 packets are lost everywhere between hosts
	Run      string   `yaml:"run"`       // HOST: COMMAND, as root: a new user, a changed record
	Title    Text     `yaml:"title"`     // what run does, for the report
}

// Loss is a link that loses packets with a probability of Rate.
type Loss struct {
	Link string  `yaml:"link"`
	Rate float64 `yaml:"rate"` // 0 to below 1
}

func (d *Disturbance) lint(l *specLint) {
	set := 0
	for _, on := range []bool{d.Reboot != "", d.Restart != "", d.Advance != "", len(d.Flush) > 0, d.Kill != "", d.Cut != "", d.Loss != nil, d.IPv6Only, d.Run != ""} {
		if on {
			set++
		}
	}
	if set != 1 {
		l.errf("do", "a disturbance is one of reboot, restart, advance, flush, kill, cut, loss, ipv6_only, run; this one has %d", set)
	}
	if d.Title != (Text{}) && d.Run == "" {
		l.errf("do", "only run has a title")
	}
	l.optionalHost("do", d.Reboot)
	l.optionalHost("do", d.Kill)
	l.hosts("do", d.Flush)
	l.duration("do", d.Advance)
	for _, pair := range []string{d.Restart, d.Run} {
		if pair == "" {
			continue
		}
		host, what, ok := strings.Cut(pair, ":")
		if l.host("do", host); !ok || strings.TrimSpace(what) == "" {
			l.errf("do", "%q is not of the form HOST: WHAT", pair)
		}
	}
	l.link("do", d.Cut)
	if d.Loss != nil {
		l.link("do", d.Loss.Link)
		if d.Loss.Rate < 0 || d.Loss.Rate >= 1 {
			l.errf("do", "rate: %v is not a probability from 0 to below 1", d.Loss.Rate)
		}
	}
}
