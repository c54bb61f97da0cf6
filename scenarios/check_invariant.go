package scenarios

import "strings"

// CollateralSpec: what worked in the untouched world still works: the listed
// look-ups, deliveries, services, mailboxes and flows, and with Auto what can be
// seen of the network without being told: every mail domain's MX and every web
// name from every resolver, mail between all mailboxes, and reading them. What
// failed in the untouched world does not count, nor what Except names.
type CollateralSpec struct {
	Answers   []DNSAnswerSpec `yaml:"answers"`
	Delivered []DeliveredSpec `yaml:"delivered"`
	Services  []RunningSpec   `yaml:"services"`
	Mailboxes []MailboxSpec   `yaml:"mailboxes"`
	Flows     []Flow          `yaml:"flows"`
	Auto      bool            `yaml:"auto"`
	Except    []string        `yaml:"except"` // with Auto: mailboxes and domains left out
}

func (s *CollateralSpec) lint(l *specLint) {
	for i := range s.Answers {
		s.Answers[i].lint(l)
	}
	for i := range s.Delivered {
		s.Delivered[i].lint(l)
	}
	for i := range s.Services {
		s.Services[i].lint(l)
	}
	for i := range s.Mailboxes {
		s.Mailboxes[i].lint(l)
	}
	for i := range s.Flows {
		s.Flows[i].lint(l)
	}
	if len(s.Answers)+len(s.Delivered)+len(s.Services)+len(s.Mailboxes)+len(s.Flows) == 0 && !s.Auto {
		l.errf("auto", "nothing to compare: list something or say auto: true")
	}
}

// UnchangedSpec: the files named, and all files below /etc and of the name
// server on the hosts named, say what they said in the untouched world. Blank
// lines, comments and spacing do not count. Except leaves files out, such as a
// zone that a portal may edit.
type UnchangedSpec struct {
	Hosts  []string `yaml:"hosts"`
	Files  []string `yaml:"files"`  // HOST:PATH
	Except []string `yaml:"except"` // HOST:PATH
}

func (s *UnchangedSpec) lint(l *specLint) {
	l.hosts("hosts", s.Hosts)
	l.some("files", len(s.Hosts)+len(s.Files))
	for _, list := range [][]string{s.Files, s.Except} {
		for _, f := range list {
			host, path, _ := strings.Cut(f, ":")
			if l.host("files", host); !strings.HasPrefix(path, "/") {
				l.errf("files", "%q is not of the form HOST:/PATH", f)
			}
		}
	}
}

// Shortcuts are the words of NoShortcutSpec.Allow.
func Shortcuts() []string {
	return []string{"hosts-file", "transport", "wide-mynetworks", "spf-all", "no-dmarc", "fake-zone", "open-firewall", "allow-list"}
}

// NoShortcutSpec: none of the usual ways around the lesson was taken on the
// student's hosts.
//
//	hosts-file       a name of Domains in /etc/hosts
//	transport        a fixed route to one of Domains
//	wide-mynetworks  strangers in mynetworks, or RELAY for them in a sendmail access file
//	spf-all          an SPF record that allows everybody
//	no-dmarc         a DMARC record that was there is gone or asks for less
//	fake-zone        a name server that answers for one of Domains and did not before
//	open-firewall    a filter that was there is gone
//	allow-list       a host of Receivers accepts the sender by name
type NoShortcutSpec struct {
	Hosts     []string `yaml:"hosts"`
	Domains   []string `yaml:"domains"`   // must not stand in hosts files or static transports
	Trusted   []string `yaml:"trusted"`   // prefixes mynetworks may hold beside loopback; none: any that is not far too wide
	Receivers []string `yaml:"receivers"` // hosts that must not have been talked into accepting
	Allow     []string `yaml:"allow"`     // shortcuts that are the cure here
}

func (s *NoShortcutSpec) lint(l *specLint) {
	l.hosts("hosts", s.Hosts)
	l.hosts("receivers", s.Receivers)
	for _, a := range s.Allow {
		l.oneOf("allow", a, Shortcuts()...)
	}
}
