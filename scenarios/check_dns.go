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
