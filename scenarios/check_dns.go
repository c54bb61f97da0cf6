package scenarios

import (
	"slices"
	"strings"

	mdns "github.com/miekg/dns"
)

// DNSAnswerSpec: asked from vantage From, Server ("" for the host's resolver)
// answers Name Type with the records Want.
type DNSAnswerSpec struct {
	From   string   `yaml:"from"`
	Server string   `yaml:"server"` // host name of the network, or address
	Family string   `yaml:"family"` // ipv4 or ipv6: which address of the server host; default its first
	Name   string   `yaml:"name"`
	Type   string   `yaml:"type"`
	Want   []string `yaml:"want"`  // rdata in presentation form
	Match  string   `yaml:"match"` // exact (default), superset, any
	RCode  string   `yaml:"rcode"` // default NOERROR
	AA     *bool    `yaml:"aa"`
	AD     *bool    `yaml:"ad"`
	TTLMin int      `yaml:"ttl_min"` // seconds; 0: any
	TTLMax int      `yaml:"ttl_max"` // seconds; 0: any
	TCP    bool     `yaml:"tcp"`     // also over TCP
	After  string   `yaml:"after"`   // virtual time to let pass first, so that caches expire
	Ask    string   `yaml:"ask"`     // recurse: Server is asked to look the name up, as a client asks its resolver; default only without Server
	Times  int      `yaml:"times"`   // so many questions, none of them asked again, and each must be answered; 0: one question, with retries
}

func (s *DNSAnswerSpec) lint(l *specLint) {
	l.host("from", s.From)
	l.server("server", s.Server)
	l.family("family", s.Family)
	l.question(s.Name, s.Type, s.Match, s.RCode)
	l.duration("after", s.After)
	if s.TTLMin < 0 || s.TTLMax < 0 || s.TTLMax > 0 && s.TTLMin > s.TTLMax {
		l.errf("ttl_min", "ttl_min %d and ttl_max %d are not a range", s.TTLMin, s.TTLMax)
	}
	l.times("times", s.Times)
	if s.Ask != "" {
		l.oneOf("ask", s.Ask, "recurse")
	}
}

// RotationSpec: asked from vantage From many times, Server ("" for the host's
// resolver) always answers Name Type with all the records Want, and not always
// in one order: every record comes first at least once. With Cyclic they come
// first in turn, as with BIND's rrset-order cyclic: among as many answers in a
// row as there are records each comes first once.
type RotationSpec struct {
	From   string   `yaml:"from"`
	Server string   `yaml:"server"` // host name of the network, or address
	Name   string   `yaml:"name"`
	Type   string   `yaml:"type"`
	Want   []string `yaml:"want"` // rdata in presentation form, two or more
	Cyclic bool     `yaml:"cyclic"`
	Times  int      `yaml:"times"` // questions; default 12
}

func (s *RotationSpec) lint(l *specLint) {
	l.host("from", s.From)
	l.server("server", s.Server)
	l.question(s.Name, s.Type, "", "")
	if len(s.Want) < 2 {
		l.errf("want", "a single record has no order: name two or more")
	}
	if l.times("times", s.Times); s.Times > 0 && s.Times < 2*len(s.Want) {
		l.errf("times", "%d questions are too few for %d records, want at least %d", s.Times, len(s.Want), 2*len(s.Want))
	}
}

// ConvergedSpec: after Within the resolver of every host of Resolvers gives the
// right answer. Nobody asks before: what a resolver remembers from the time of
// the fault counts.
type ConvergedSpec struct {
	Resolvers []string `yaml:"resolvers"` // hosts; each asks the resolver it is set up with
	Name      string   `yaml:"name"`
	Type      string   `yaml:"type"`
	Want      []string `yaml:"want"`
	Match     string   `yaml:"match"`
	RCode     string   `yaml:"rcode"`
	Within    string   `yaml:"within"` // virtual time
}

func (s *ConvergedSpec) lint(l *specLint) {
	l.hosts("resolvers", s.Resolvers)
	l.some("resolvers", len(s.Resolvers))
	l.question(s.Name, s.Type, s.Match, s.RCode)
	l.duration("within", s.Within)
}

// DelegationItems are the parts of a delegation check, by the names Zonemaster
// gives its test cases.
func DelegationItems() []string {
	return []string{"CONNECTIVITY01", "CONNECTIVITY02", "DELEGATION01", "DELEGATION02", "DELEGATION04", "DELEGATION05", "DELEGATION06",
		"CONSISTENCY01", "CONSISTENCY04", "CONSISTENCY05", "NAMESERVER01", "NAMESERVER03", "ZONE08"}
}

// DelegationSpec: seen from From, parent and child of Zone agree. Items names
// the parts to look at (see DelegationItems), default all but NAMESERVER03;
// Except leaves some out.
type DelegationSpec struct {
	From    string   `yaml:"from"`
	Zone    string   `yaml:"zone"`
	Servers int      `yaml:"servers"` // least number of name servers, default 1
	Items   []string `yaml:"items"`
	Except  []string `yaml:"except"`
}

func (s *DelegationSpec) lint(l *specLint) {
	l.host("from", s.From)
	l.domain("zone", s.Zone)
	for _, list := range [][]string{s.Items, s.Except} {
		for _, it := range list {
			l.oneOf("items", it, DelegationItems()...)
		}
	}
}

// FCrDNSSpec: seen from From, the PTR record of Address names a host whose
// addresses contain Address (RFC 1912 2.1). Helo is a mail that Address sends;
// then the name it greets with must be that name too.
type FCrDNSSpec struct {
	From    string         `yaml:"from"`
	Address string         `yaml:"address"`
	Name    string         `yaml:"name"`  // required name, "" for any that is confirmed
	After   string         `yaml:"after"` // virtual time to let pass first, so that caches expire
	Helo    *DeliveredSpec `yaml:"helo"`
}

func (s *FCrDNSSpec) lint(l *specLint) {
	l.host("from", s.From)
	l.address("address", s.Address)
	l.duration("after", s.After)
	if s.Helo != nil {
		s.Helo.lint(l)
	}
}

// TransferSpec: Server gives the whole Zone (AXFR, RFC 5936) to the hosts of
// Allowed and to none of Refused. A server that does not answer for the zone at
// all fails.
type TransferSpec struct {
	Server  string   `yaml:"server"` // host
	Zone    string   `yaml:"zone"`
	Allowed []string `yaml:"allowed"`
	Refused []string `yaml:"refused"`
}

func (s *TransferSpec) lint(l *specLint) {
	l.host("server", s.Server)
	l.domain("zone", s.Zone)
	l.hosts("allowed", s.Allowed)
	l.hosts("refused", s.Refused)
	l.some("refused", len(s.Allowed)+len(s.Refused))
}

// ListedSpec: whether Address is on the block list Zone, asked at its
// authoritative server through From's resolver after its caches have expired.
type ListedSpec struct {
	From    string `yaml:"from"`
	Address string `yaml:"address"`
	Zone    string `yaml:"zone"`
	Listed  bool   `yaml:"listed"`
}

func (s *ListedSpec) lint(l *specLint) {
	l.host("from", s.From)
	l.address("address", s.Address)
	l.domain("zone", s.Zone)
}

// question checks a question and how its answer is compared.
func (l *specLint) question(name, qtype, match, rcode string) {
	l.domain("name", name)
	if _, ok := mdns.StringToType[strings.ToUpper(qtype)]; !ok {
		l.errf("type", "%q is not a record type", qtype)
	}
	if match != "" {
		l.oneOf("match", match, "exact", "superset", "any")
	}
	if _, ok := mdns.StringToRcode[rcode]; rcode != "" && !ok {
		l.errf("rcode", "%q is not a response code such as NOERROR, NXDOMAIN, SERVFAIL, REFUSED", rcode)
	}
}

// times checks how often something is to be asked.
func (l *specLint) times(key string, n int) {
	if n < 0 || n > 100 {
		l.errf(key, "%d is not a number of questions from 0 to 100", n)
	}
}

func (l *specLint) domain(key, name string) {
	if _, ok := mdns.IsDomainName(name); !ok || name == "" {
		l.errf(key, "%q is not a domain name", name)
	}
}

func (l *specLint) oneOf(key, word string, words ...string) {
	if !slices.Contains(words, word) {
		l.errf(key, "%q is not one of %s", word, strings.Join(words, ", "))
	}
}
