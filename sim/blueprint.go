package sim

import (
	"io/fs"
	"net/netip"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/vnet"
)

// Text is a text in the languages of the lab.
type Text struct {
	EN string `json:"en"`
	KO string `json:"ko"`
}

// Blueprint is the complete description of a world at its start: everything a
// network and a scenario with its drawn parameters amount to. It is plain data.
type Blueprint struct {
	Name    string // scenario id or "network:NAME"
	Hash    string // of the sources it was made from
	Start   time.Time
	Seed    uint64
	Links   []Link
	Hosts   []Host
	Portals []Portal
	Boxes   []Mailbox
	// Faults are done in order on the built world before it is handed out, and
	// are not part of the journal.
	Faults []Action
}

// Link is a network segment.
type Link struct {
	Name    string
	Label   Text
	Latency time.Duration
	Loss    float64 // probability of losing a packet, 0 to 1
	// Bandwidth in bit/s; 0: transmission takes no time.
	Bandwidth int64
	MTU       int  // bytes; 0: 1500
	NoFrags   bool // fragments of IP packets do not pass
}

// Host is one machine or router.
type Host struct {
	Name     string
	Kind     string // "server", "router", "resolver", "pc", "isp" ...: the icon and the role's word
	Label    Text
	X, Y     int // place on the map, in its own units
	Terminal bool
	Login    string // user of a new terminal; default root
	// Via names the host with a terminal from which this one is reached by ssh,
	// for which both get keys. It needs the package openssh-server. "": the
	// console only. SSHFirst makes that the usual way.
	Via      string
	SSHFirst bool
	Flavour  host.Flavour
	Packages []string // what is installed, see packages.go
	Disabled []string // units that are installed but not started at boot
	Ifaces   []Iface
	Routes   []vnet.Route
	Forward  bool
	Filters  []vnet.PortFilter
	Users    []User
	Files    []File
	// Mine says that the host belongs to the student, who may change it.
	Mine bool
}

// Iface is a network interface.
type Iface struct {
	Name  string
	Link  string
	Addrs []netip.Prefix
}

// User is an account made on top of the distribution's own.
type User struct {
	Name     string
	Password string // clear text; PAM and Dovecot check against it
	Gecos    string
}

// File is a file put on a host's disk before it boots.
type File struct {
	Path   string
	Data   []byte
	Mode   fs.FileMode // 0: 0644
	Owner  string      // "user" or "user:group"; "": root
	Delete bool        // remove the path instead
}

// Mailbox is an account of a person, as the mail client on Host is set up for
// it.
type Mailbox struct {
	Address  string `json:"address"`
	Name     string `json:"name"`
	Host     string `json:"host"`
	SMTP     string `json:"smtp"` // server the client submits to
	SMTPPort uint16 `json:"smtpPort"`
	Incoming string `json:"incoming"` // server it fetches from
	Proto    string `json:"proto"`    // "pop3" or "imap"
	Store    string `json:"-"`        // host that keeps the mailbox
	User     string `json:"-"`
	Password string `json:"-"`
	Auth     bool   `json:"-"` // log in when submitting
}

// Portal is somebody a student has to ask. Kind selects what it can do, see
// portal.go.
type Portal struct {
	Name     string
	Kind     string
	Label    Text
	Intro    Text
	Delay    time.Duration     // virtual time a request takes
	Settings map[string]string // of the kind
}
