package named

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/named/config"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// Server is one running named process.
type Server struct {
	host    *host.Host
	clock   *vtime.Clock
	trace   *trace.Log
	cache   *ZoneCache
	opts    startOptions
	proc    *host.Proc
	cred    vfs.Cred // of the user it runs as
	dir     string   // working directory
	conf    *config.Config
	views   []*view
	orders  map[*config.View][]int // of the zones of each view, by name
	log     logger
	locals  config.Locals
	ports   []*listenPort // IPv4 first, in the order of addresses
	control []*controlPort
	rand    *rand.Rand
	secret  uint64 // of server cookies

	queryLog   bool
	debugLevel int
	started    time.Time
	configured time.Time
	boot       bool // started with the world: a start long ago
	loaded     bool // all zones have been tried
	stopped    bool
	done       vtime.Signal // when stopped
	clients    uint64       // numbers the client objects in log lines
	tcp        []*tcpClient
	tcpHigh    int
	hasIPv6    bool // some interface has an IPv6 address
	stats      statistics
	packer     packer
	spare      *query   // a finished one, to be used again
	cycles     cycles   // of rrset-order cyclic
	transfers  int      // zone transfers in progress
	questions  int      // SOA queries in progress
	recursing  []*query // clients waiting for recursion, oldest first
}

// errExit is the error of a start that named has already explained in its log.
var errExit = errors.New("exiting (due to fatal error)")

// newServer makes the server of the process p, which was started with args.
func newServer(h *host.Host, zones *ZoneCache, p *host.Proc, o startOptions) *Server {
	s := &Server{host: h, clock: h.Clock, trace: h.Log, cache: zones, opts: o, proc: p, cred: p.Cred, dir: p.Cwd}
	s.started = h.Clock.Now()
	s.boot = h.Clock.Since() == 0
	s.log.s = s
	if o.debugging {
		s.log.stderr = p.Stderr
	}
	return s
}

func (s *Server) pid() int {
	if s.proc == nil {
		return 0
	}
	return s.proc.PID
}

// random is the server's own source of randomness.
func (s *Server) random() *rand.Rand {
	if s.rand == nil {
		s.rand = s.clock.Rand("named " + s.host.Name)
	}
	return s.rand
}

// disk is the host's disk with the server's rights.
func (s *Server) disk() disk {
	return disk{fs: s.host.FS, cred: s.cred, dir: s.dir, root: s.opts.root}
}

// start brings the server up: configuration, sockets, zones. The order of the
// log lines is that of BIND.
func (s *Server) start() error {
	cred, err := s.userCred()
	if err != nil {
		return err
	}
	s.banner()
	if !s.opts.debugging {
		s.dir = "/"
	}
	s.log.printf(catGeneral, info, "the initial working directory is '%s'", s.dir)
	s.secret = s.random().Uint64()
	conf, result := s.readConfig()
	if conf == nil {
		s.log.printf(catGeneral, critical, "loading configuration: %s", result)
		return s.fatal()
	}
	if file, result := s.hintsLoadable(conf); result != "" {
		s.log.printf(catGeneral, failure, "could not configure root hints from '%s': %s", file, result)
		s.log.printf(catGeneral, critical, "loading configuration: %s", result)
		return s.fatal()
	}
	s.use(conf, true)
	s.openListeners()
	s.writePIDFile(cred)
	s.cred, s.proc.Cred = cred, cred
	s.writeSessionKey(cred)
	s.announceZones(true)
	s.openControl()
	if err := s.startLogging(); err != nil {
		s.log.printf(catGeneral, critical, "loading configuration: %s", resultText(err))
		return s.fatal()
	}
	s.log.print(catZoneload, info, "managed-keys-zone: loaded serial 0")
	s.loadZones(false)
	s.log.print(catGeneral, notice, "all zones loaded")
	s.log.print(catGeneral, notice, "running")
	s.loaded = true
	s.afterLoad()
	s.proc.OnSignal = s.signal
	if s.proc.Task == nil {
		s.proc.Ctx = s
	}
	s.proc.Hold(host.NewFD(nil, nil, closer(s.die)))
	return nil
}

type closer func()

func (c closer) Close() error { c(); return nil }

// userCred is the credential of the user given by -u, which only root may become.
func (s *Server) userCred() (vfs.Cred, error) {
	if s.opts.user == "" {
		return s.cred, nil
	}
	u, ok := s.host.User(s.opts.user)
	why := ""
	switch {
	case !ok:
		why = fmt.Sprintf("user '%s' unknown", s.opts.user)
	case !s.cred.IsRoot() && u.UID != s.cred.UID:
		why = "setgid(): Operation not permitted"
	default:
		return s.host.Cred(u), nil
	}
	fmt.Fprintf(s.proc.Stderr, "named: %s\n", why)
	if s.proc.Task == nil { // the journal has what a unit writes to standard error
		s.host.Syslog(host.FacDaemon, host.Err, "named", s.pid(), "named: "+why)
	}
	return vfs.Cred{}, &host.StartError{Status: 1, Err: errors.New(why)}
}

// fatal ends a start that failed.
func (s *Server) fatal() error {
	s.log.print(catGeneral, critical, "exiting (due to fatal error)")
	s.die()
	return &host.StartError{Status: 1, Err: errExit}
}

// startLogging switches to the channels of the configuration.
func (s *Server) startLogging() error {
	if s.opts.debugging {
		s.log.print(catGeneral, info, "not using config file logging statement for logging due to -g option")
		return nil
	}
	if name, err := s.logFilesWritable(&s.conf.Logging); err != nil {
		s.host.Syslog(host.FacDaemon, host.Err, "named", s.pid(), fmt.Sprintf("isc_stdio_open '%s' failed: %s", name, resultText(err)))
		return err
	}
	s.log.configure(&s.conf.Logging)
	return nil
}

// readConfig reads named.conf and logs what named says about it. Without a
// configuration, result is the text of BIND's result code.
func (s *Server) readConfig() (conf *config.Config, result string) {
	s.log.printf(catGeneral, info, "loading configuration from '%s'", s.opts.config)
	load := s.cache.loadConfig(s.disk(), s.opts.config)
	messages := load.messages
	if load.conf == nil { // the last message is the result, which is logged by the caller
		result = "failure"
		if n := len(messages); n > 0 {
			result = strings.TrimPrefix(messages[n-1].Text, "loading configuration: ")
			messages = messages[:n-1]
		}
	}
	for _, m := range messages {
		s.log.print(catConfig, levelOfMessage(m), strings.TrimRight(m.String(), "\n"))
	}
	if load.conf == nil {
		s.traceRefusal(messages)
	}
	if load.conf != nil {
		s.orders = load.orders
	}
	return load.conf, result
}

func levelOfMessage(m config.Message) level {
	switch m.Severity {
	case config.Error:
		return failure
	case config.Warning:
		return warning
	}
	return info
}

// resultText is BIND's text for an error of the disk.
func resultText(err error) string {
	switch vfs.ErrnoOf(err) {
	case vfs.ENOENT:
		return "file not found"
	case vfs.EACCES, vfs.EPERM:
		return "permission denied"
	case vfs.ENOSPC, vfs.EDQUOT:
		return "out of space"
	case vfs.EISDIR, vfs.ENOTDIR, vfs.EINVAL, vfs.ENAMETOOLONG, vfs.ELOOP:
		return "invalid file"
	}
	return "unexpected error"
}

func (s *Server) writePIDFile(owner vfs.Cred) {
	name := s.conf.Options.PIDFile.Value
	if name == "" {
		return
	}
	d := s.disk()
	full := d.path(name)
	if _, err := s.host.FS.Stat(path.Dir(full), s.cred); err != nil {
		s.host.FS.MkdirAll(path.Dir(full), 0o755, s.cred)
	}
	if err := s.host.FS.WriteFile(full, []byte(strconv.Itoa(s.pid())+"\n"), 0o644, s.cred); err != nil {
		if s.conf.Options.PIDFile.Default() {
			name = "/" + name
		}
		s.log.printf(catGeneral, failure, "could not open file '%s': %s", name, errnoText(err))
		return
	}
	if owner.UID != s.cred.UID {
		s.host.FS.Chown(full, int(owner.UID), int(owner.GID), s.cred)
	}
}

func errnoText(err error) string { return vfs.ErrnoOf(err).Error() }

// signal is what a process does with signals: HUP reloads, TERM and INT end it.
func (s *Server) signal(sig host.Signal) bool {
	switch sig {
	case host.SIGHUP:
		s.log.print(catGeneral, info, "received SIGHUP signal to reload zones")
		s.reload(true)
		return true
	case host.SIGTERM, host.SIGINT:
		s.shutdown("shutting down")
		return true
	case host.SIGUSR1, host.SIGPIPE:
		return true
	}
	return false
}

// shutdown ends the server in order.
func (s *Server) shutdown(how string) {
	if s.stopped {
		return
	}
	for _, p := range s.ports {
		s.log.printf(catNetwork, info, "no longer listening on %s", hashPort(p.addr))
	}
	s.log.print(catGeneral, info, how)
	for _, c := range s.control {
		s.log.printf(catGeneral, info, "stopping command channel on %s", hashPort(c.addr))
	}
	s.log.print(catGeneral, notice, "exiting")
	if name := s.conf.Options.PIDFile.Value; name != "" {
		s.host.FS.Remove(s.disk().path(name), host.Root)
	}
	s.die()
	if s.proc.Task == nil {
		s.proc.Exit(0)
	}
}

// die ends all activity without a word, as the end of the process does.
func (s *Server) die() {
	if s.stopped {
		return
	}
	s.stopped = true
	s.closeListeners()
	s.closeControl()
	for len(s.tcp) > 0 {
		s.tcp[0].close()
	}
	for _, v := range s.views {
		v.stop()
	}
	s.recursing = nil
	s.done.Broadcast()
}
