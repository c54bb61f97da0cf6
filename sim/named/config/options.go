package config

import "time"

// Options are the settings of the whole server.
type Options struct {
	Directory         Setting[string] // working directory; empty: the one named starts in
	Port              Setting[uint16]
	ListenOn          []Listener
	ListenOnV6        []Listener
	Blackhole         *ACL
	Version           Setting[Identity] // answer to version.bind
	Hostname          Setting[Identity] // answer to hostname.bind
	ServerID          Setting[Identity] // answer to id.server and to NSID
	PIDFile           Setting[string]   // empty: none
	DumpFile          Setting[string]
	StatisticsFile    Setting[string]
	RecursingFile     Setting[string]
	SecrootsFile      Setting[string]
	MemstatisticsFile Setting[string]
	SessionKeyFile    Setting[string] // empty: none
	ManagedKeysDir    Setting[string]
	BindKeysFile      Setting[string]
	QueryLog          Setting[bool]
	MatchMapped       Setting[bool]
	FlushOnShutdown   Setting[bool]
	AnswerCookie      Setting[bool]
	InterfaceInterval Setting[time.Duration]
	RecursiveClients  Setting[uint32]
	TCPClients        Setting[uint32]
	TCPListenQueue    Setting[uint32]
	TCPInitialTimeout Setting[time.Duration]
	TCPIdleTimeout    Setting[time.Duration]
	TCPKeepalive      Setting[time.Duration]
	TransfersIn       Setting[uint32]
	TransfersOut      Setting[uint32]
	TransfersPerNS    Setting[uint32]
	SerialQueryRate   Setting[uint32]
	NotifyRate        Setting[uint32]
	StartupNotifyRate Setting[uint32]
	UpdateQuota       Setting[uint32]
	CookieSecrets     []Setting[string]
}

// Identity is what a server tells about itself.
type Identity struct {
	Text     string
	None     bool // answer nothing
	Hostname bool // the host's name
}

// Listener is one listen-on or listen-on-v6 statement.
type Listener struct {
	Port uint16
	TLS  string // empty: plain DNS
	HTTP string
	ACL  *ACL // matched with the server's own addresses
	Pos  Pos  // zero for the default
}

// The defaults of Debian's build (named -V).
const (
	defaultPort     = 53
	defaultPIDFile  = "/run/named/named.pid"
	defaultSession  = "/run/named/session.key"
	defaultBindKeys = "/etc/bind/bind.keys"
	versionText     = "9.18.49-1~deb12u3-Debian"
)

func (b *builder) serverOptions(dir string) Options {
	s := scope{b.options}
	o := Options{
		Directory:         s.text("directory", ""),
		Version:           identity(s, "version", Identity{Text: versionText}),
		Hostname:          identity(s, "hostname", Identity{Hostname: true}),
		ServerID:          identity(s, "server-id", Identity{None: true}),
		PIDFile:           s.text("pid-file", defaultPIDFile),
		DumpFile:          s.text("dump-file", "named_dump.db"),
		StatisticsFile:    s.text("statistics-file", "named.stats"),
		RecursingFile:     s.text("recursing-file", "named.recursing"),
		SecrootsFile:      s.text("secroots-file", "named.secroots"),
		MemstatisticsFile: s.text("memstatistics-file", "named.memstats"),
		SessionKeyFile:    s.text("session-keyfile", defaultSession),
		ManagedKeysDir:    s.text("managed-keys-directory", ""),
		BindKeysFile:      s.text("bindkeys-file", defaultBindKeys),
		QueryLog:          s.bool("querylog", false),
		MatchMapped:       s.bool("match-mapped-addresses", false),
		FlushOnShutdown:   s.bool("flush-zones-on-shutdown", false),
		AnswerCookie:      s.bool("answer-cookie", true),
		InterfaceInterval: s.duration("interface-interval", time.Hour),
		RecursiveClients:  s.uint("recursive-clients", 1000),
		TCPClients:        s.uint("tcp-clients", 150),
		TCPListenQueue:    s.uint("tcp-listen-queue", 10),
		TCPInitialTimeout: s.span("tcp-initial-timeout", 300, 100*time.Millisecond),
		TCPIdleTimeout:    s.span("tcp-idle-timeout", 300, 100*time.Millisecond),
		TCPKeepalive:      s.span("tcp-keepalive-timeout", 300, 100*time.Millisecond),
		TransfersIn:       s.uint("transfers-in", 10),
		TransfersOut:      s.uint("transfers-out", 10),
		TransfersPerNS:    s.uint("transfers-per-ns", 2),
		SerialQueryRate:   s.uint("serial-query-rate", 20),
		NotifyRate:        s.uint("notify-rate", 20),
		StartupNotifyRate: s.uint("startup-notify-rate", 20),
		UpdateQuota:       s.uint("update-quota", 100),
		Blackhole:         b.acls.optionOr(s, "blackhole", noneACL),
	}
	o.Directory.Value = dir
	port := s.uint("port", defaultPort)
	o.Port = Setting[uint16]{uint16(port.Value), port.Pos}
	o.ListenOn = b.listeners("listen-on", o.Port.Value)
	o.ListenOnV6 = b.listeners("listen-on-v6", o.Port.Value)
	for _, n := range s.get("cookie-secret").list() {
		o.CookieSecrets = append(o.CookieSecrets, Setting[string]{n.text, n.pos})
	}
	return o
}

func identity(s scope, name string, otherwise Identity) Setting[Identity] {
	n := s.get(name)
	switch {
	case n == nil:
		return Setting[Identity]{Value: otherwise}
	case n.kind == nodeWord:
		return Setting[Identity]{Identity{None: n.text == "none", Hostname: n.text == "hostname"}, n.pos}
	}
	return Setting[Identity]{Identity{Text: n.text}, n.pos}
}

// listeners gives the statements of one family; without any, every address of that family is listened on.
func (b *builder) listeners(name string, port uint16) []Listener {
	statements := b.options.get(name).list()
	if len(statements) == 0 {
		return []Listener{{Port: port, ACL: anyACL(name)}}
	}
	var out []Listener
	for _, n := range statements {
		how := n.field("tuple")
		l := Listener{Port: port, ACL: b.acls.list(name, n.field("acl")), Pos: n.pos}
		l.TLS, l.HTTP = how.field("tls").str(), how.field("http").str()
		switch p := how.field("port"); {
		case p.isUint():
			l.Port = uint16(p.num)
		case l.HTTP != "" && equalFold(l.TLS, "none"):
			l.Port = 80
		case l.HTTP != "":
			l.Port = 443
		case l.TLS != "" && !equalFold(l.TLS, "none"):
			l.Port = 853
		}
		out = append(out, l)
	}
	return out
}
