// Package host models one machine of a world: its disk (package vfs), users,
// processes, terminals, units (services), log files and stub resolver.
//
// A host has no behaviour of its own. What it can do is given to it as
// programs (commands that run as processes) and units (daemons), which upper
// packages provide; what it is, is written on its disk. Daemons and commands
// meet only there and on the network.
//
// It models what a student of DNS and mail meets on a Debian or Red Hat server:
// hier(7), passwd(5), group(5), systemd.unit(5), syslog(3), resolver(5),
// nsswitch.conf(5), credentials(7), signal(7). It leaves out memory, devices and
// scheduling: a computation takes no time.
package host

import (
	"strings"
	"time"

	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// Flavour is the family of distribution a host follows.
type Flavour string

const (
	Debian Flavour = "debian"
	RedHat Flavour = "redhat"
)

// Root is the superuser's credential, used by daemons and the machine itself.
var Root = vfs.Cred{}

// Host is one machine.
type Host struct {
	Name    string // its name in the network file, as in traces
	Flavour Flavour
	Clock   *vtime.Clock
	Log     *trace.Log
	FS      *vfs.FS
	Node    *vnet.Node
	Zone    *time.Location // of its log files and of date(1)
	Limits  *Limits        // of the world, shared by its hosts

	programs Programs
	units    []*Unit
	procs    map[int]*Proc
	lastPID  int
	null     *FD // /dev/null, shared by the processes that were given nothing else
	booted   time.Time
	shared   *Parsed
	parsed   map[string]*parsedFile
	journal  journal
	quiet    bool
	ttys     int
	onBoot   []func()
	booting  bool
	plan     *ShutdownPlan
	values   map[any]any
	edits    map[string]uint64 // path: event of its last change by a person
}

// Program is a command. It runs as the process p and returns its exit status.
// Waiting calls are those of p.Task; reading p.Stdin may wait.
type Program func(p *Proc) int

// Programs are the commands a host knows, by the name that stands in the
// command's file on the disk (see ProgramFile).
type Programs map[string]Program

// Config is what a new host needs.
type Config struct {
	Name     string
	Flavour  Flavour
	Clock    *vtime.Clock
	Log      *trace.Log
	FS       *vfs.FS
	Node     *vnet.Node
	Zone     *time.Location // nil: UTC
	Limits   *Limits        // nil: the default limits
	Programs Programs       // shared by all hosts; not modified
	Shared   *Parsed        // shared by all hosts; nil: one of its own
}

// New returns a host that has just been booted, without units.
func New(c Config) *Host {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Limits == nil {
		c.Limits = NewLimits()
	}
	if c.Shared == nil {
		c.Shared = NewParsed()
	}
	return &Host{
		Name: c.Name, Flavour: c.Flavour, Clock: c.Clock, Log: c.Log, FS: c.FS, Node: c.Node, Zone: c.Zone,
		Limits: c.Limits, programs: c.Programs, shared: c.Shared, lastPID: 400, booted: c.Clock.Now(),
	}
}

// OnBoot registers fn to run, before the units start, whenever the host boots
// again: what only memory holds is to be reset there.
func (h *Host) OnBoot(fn func()) { h.onBoot = append(h.onBoot, fn) }

// Now returns the host's local time.
func (h *Host) Now() time.Time { return h.Clock.Now().In(h.Zone) }

// Booted returns the time of the last boot.
func (h *Host) Booted() time.Time { return h.booted }

// SetQuiet switches the host's log files off while it is on: the boot of a
// world stands for a boot long ago, whose lines were rotated away. Errors are
// logged all the same.
func (h *Host) SetQuiet(on bool) { h.quiet = on }

// Hostname returns the kernel's host name, as hostname(1) prints it: the text
// of /etc/hostname.
func (h *Host) Hostname() string {
	line := fileAs(h, "/etc/hostname", func(text string) string {
		line, _, _ := strings.Cut(text, "\n")
		return strings.TrimSpace(line)
	})
	if line == "" {
		return h.Name
	}
	return line
}

// ShortName returns Hostname up to its first dot, the form log lines carry.
func (h *Host) ShortName() string {
	name, _, _ := strings.Cut(h.Hostname(), ".")
	return name
}

// Value returns what SetValue stored under key, or nil. Packages that give a
// host daemons keep their state for it here, under a key of their own type.
func (h *Host) Value(key any) any { return h.values[key] }

// SetValue stores v under key, see Value.
func (h *Host) SetValue(key, v any) {
	if h.values == nil {
		h.values = map[any]any{}
	}
	h.values[key] = v
}
