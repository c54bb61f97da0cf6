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
	log     logger
	locals  config.Locals
	ports   map[listenKey]*listenPort
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
	scratch    []byte   // messages are packed here
	cycle      uint32   // of rrset-order cyclic
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
	s.banner()
	if s.opts.user != "" {
		if _, ok := s.host.User(s.opts.user); !ok {
			s.log.printf(catGeneral, critical, "user '%s' unknown", s.opts.user)
			return s.fatal()
		}
	}
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
	s.writePIDFile()
	if s.opts.user != "" {
		s.cred = s.host.CredOf(s.opts.user)
		s.proc.Cred = s.cred
	}
	s.log.print(catGeneral, info, "generating session key for dynamic DNS")
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
	s.proc.Hold(host.NewFD(nil, nil, closer(s.die)))
	return nil
}

type closer func()

func (c closer) Close() error { c(); return nil }

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
	conf, messages := load.conf, load.messages
	if conf == nil {
		messages = s.directoryMessages(messages)
		if load.dir != "" {
			s.log.printf(catGeneral, info, "the working directory is now '%s'", load.dir)
		}
		for _, m := range messages {
			s.log.print(catConfig, levelOfMessage(m), strings.TrimRight(m.String(), "\n"))
		}
		s.traceRefusal(messages)
		return nil, loadResult(messages)
	}
	if dir := conf.Options.Directory.Value; dir != "" {
		s.log.printf(catGeneral, info, "the working directory is now '%s'", dir)
	}
	for _, m := range messages {
		s.log.print(catConfig, levelOfMessage(m), m.String())
	}
	return conf, ""
}

func levelOfMessage(m config.Message) level {
	if m.Severity == config.Error {
		return failure
	}
	return warning
}

// directoryMessages rewords a directory that cannot be entered: named finds that
// it is not writable, where named-checkconf fails to change to it.
func (s *Server) directoryMessages(messages []config.Message) []config.Message {
	for i, m := range messages {
		rest, ok := strings.CutPrefix(m.Text, "change directory to '")
		dir, _, found := strings.Cut(rest, "' failed")
		if !ok || !found {
			continue
		}
		out := append([]config.Message{}, messages[:i]...)
		out = append(out, config.Message{Severity: config.Error, Text: "directory '" + dir + "' is not writable"})
		return append(out, config.Message{Severity: config.Error, Pos: m.Pos, Text: "parsing failed: permission denied"})
	}
	return messages
}

// loadResult is the result code of a configuration that was refused: that of the
// last message if it names one, otherwise plain failure.
func loadResult(messages []config.Message) string {
	for i := len(messages) - 1; i >= 0; i-- {
		text := messages[i].Text
		switch {
		case messages[i].Severity != config.Error:
			continue
		case strings.Contains(text, "expected near end of file"), strings.Contains(text, "unbalanced quotes"):
			return "unexpected token"
		case strings.HasPrefix(text, "parsing failed: "):
			return strings.TrimPrefix(text, "parsing failed: ")
		case strings.HasPrefix(text, "open: "):
			return text[strings.LastIndex(text, ": ")+2:]
		}
		return "failure"
	}
	return "failure"
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

func (s *Server) writePIDFile() {
	name := s.conf.Options.PIDFile.Value
	if name == "" {
		return
	}
	d := s.disk()
	full := d.path(name)
	s.host.FS.MkdirAll(path.Dir(full), 0o755, s.cred)
	if err := s.host.FS.WriteFile(full, []byte(strconv.Itoa(s.pid())+"\n"), 0o644, s.cred); err != nil {
		s.log.printf(catGeneral, failure, "couldn't open pid file '%s': %s", name, errnoText(err))
		return
	}
	if u, ok := s.host.User(s.opts.user); ok {
		s.host.FS.Chown(full, int(u.UID), int(u.GID), s.cred)
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
	for _, p := range s.listening() {
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
	s.done.Broadcast()
}
