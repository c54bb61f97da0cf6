package dovecot

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path"
	"slices"
	"strings"

	"mxlab/sim/dovecot/config"
	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
)

// statusFatal is the exit status of Dovecot's programs after a fatal error
// (FATAL_DEFAULT of its library).
const statusFatal = 89

// errListeners ends a start of which some listener failed.
var errListeners = errors.New("Failed to start listeners")

// files is the host's disk as the configuration reader sees it.
func files(h *host.Host, c vfs.Cred) config.Files {
	return config.Files{
		Read: func(name string) ([]byte, error) {
			b, err := h.FS.ReadFile(name, c)
			if err != nil {
				return nil, vfs.ErrnoOf(err)
			}
			return b, nil
		},
		Glob: func(pattern string) []string { return glob(h, c, pattern) },
	}
}

// glob lists the files a pattern matches (glob(7)), sorted.
func glob(h *host.Host, c vfs.Cred, pattern string) []string {
	list := []string{"/"}
	for part := range strings.SplitSeq(strings.Trim(path.Clean(pattern), "/"), "/") {
		var next []string
		for _, dir := range list {
			if !strings.ContainsAny(part, "*?[") {
				next = append(next, path.Join(dir, part))
				continue
			}
			entries, _ := h.FS.ReadDir(dir, c)
			for _, e := range entries {
				if ok, _ := path.Match(part, e.Name); ok && (e.Name[0] != '.' || part[0] == '.') {
					next = append(next, path.Join(dir, e.Name))
				}
			}
		}
		list = next
	}
	return slices.DeleteFunc(list, func(name string) bool {
		info, err := h.FS.Stat(name, c)
		return err != nil || info.IsDir()
	})
}

// readConfig reads dovecot.conf as Dovecot does to run.
func (in *Instance) readConfig() (*config.Config, error) {
	disk := files(in.host, host.Root)
	cfg, err := config.Parse(mainFile, disk)
	if errno := vfs.Errno(0); errors.As(err, &errno) {
		err = fmt.Errorf("open(%s) failed: %w", mainFile, errno)
	}
	if err == nil {
		err = cfg.Check(in.userExists)
	}
	if err == nil {
		err = cfg.CheckKeyFiles(disk.Read)
	}
	if err != nil {
		return nil, fmt.Errorf("doveconf: Fatal: %w", err)
	}
	return cfg, nil
}

func (in *Instance) userExists(name string) bool {
	_, ok := in.host.User(name)
	return ok
}

// emitConfig tells the trace that a configuration was loaded or refused.
func (in *Instance) emitConfig(out trace.Outcome, text string) {
	ev := trace.Event{Kind: trace.Config, Node: in.host.Name, Outcome: out, Data: trace.F("dovecot: "+text, "file", mainFile)}
	read := []string{mainFile}
	if in.cfg != nil && out == trace.OK {
		read = in.cfg.Files
	}
	last := uint64(0)
	for _, f := range read {
		last = max(last, in.host.LastWrite(f))
	}
	if last != 0 {
		ev.Refs = []trace.Ref{{Rel: trace.CausedByEdit, Seq: last}}
	}
	in.host.Log.Emit(ev)
}

// start is what "dovecot -F" does until it listens.
func (in *Instance) start() error {
	if in.running {
		return fmt.Errorf("Fatal: Dovecot is already running with PID %d (read from /run/dovecot/master.pid)", in.master.PID)
	}
	cfg, err := in.readConfig()
	if err != nil {
		in.emitConfig(trace.Fail, err.Error())
		in.host.Syslog(host.FacDaemon, host.Err, "dovecot", 0, err.Error())
		return err
	}
	master, err := in.host.Daemon(host.Spec{Args: []string{"/usr/sbin/dovecot", "-F"}})
	if err != nil {
		return fmt.Errorf("Fatal: fork() failed: %w", err)
	}
	in.cfg, in.master, in.running = cfg, master, true
	in.loadTLS()
	in.penalties = nil
	if in.rand == nil {
		in.rand = in.host.Clock.Rand("dovecot " + in.host.Name)
	}
	if err := in.listen(); err != nil {
		in.log(host.Err, "master", "Fatal: "+err.Error())
		in.halt()
		master.Exit(statusFatal)
		in.emitConfig(trace.Fail, err.Error())
		return fmt.Errorf("Fatal: %w", err)
	}
	master.OnSignal = func(s host.Signal) bool {
		if s == host.SIGHUP {
			in.hangup()
			return true
		}
		in.log(host.Warning, "master", fmt.Sprintf("Warning: Killed with signal %d (by pid=1 uid=0 code=kill)", s))
		in.halt()
		return false
	}
	for _, name := range []string{"anvil", "log", "config"} {
		cred := host.Root
		if name == "anvil" {
			cred = in.host.CredOf(cfg.Str("default_internal_user"))
		}
		if p, err := in.host.Daemon(host.Spec{Args: []string{"dovecot/" + name}, Cred: &cred}); err == nil {
			in.helpers = append(in.helpers, p)
		}
	}
	in.checkAuth()
	what := "without any protocols"
	if list := serving(cfg); len(list) > 0 {
		what = "for " + strings.Join(list, ", ")
	}
	in.log(host.Info, "master", fmt.Sprintf("Dovecot v%s starting up %s (core dumps disabled)", version, what))
	in.emitConfig(trace.OK, "configuration loaded")
	return nil
}

// serving lists the protocols that are switched on.
func serving(cfg *config.Config) []string {
	var list []string
	for _, p := range cfg.Protocols() {
		if p != "none" && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// listen opens the ports of the login services and the UNIX sockets of the
// authentication service.
func (in *Instance) listen() error {
	failed := false
	for _, proto := range []string{"pop3", "imap"} {
		if !slices.Contains(serving(in.cfg), proto) {
			continue
		}
		for _, l := range in.cfg.Service(proto + "-login").All("inet_listener") {
			if l.Number("port") == 0 || l.Bool("ssl") && in.cfg.Str("ssl") == "no" {
				continue
			}
			addrs := l.Str("address")
			if addrs == "" {
				addrs = in.cfg.Str("listen")
			}
			for _, a := range strings.FieldsFunc(addrs, func(r rune) bool { return r == ',' || r == ' ' }) {
				ok, err := in.listenAt(proto, a, uint16(l.Number("port")), l.Bool("ssl"))
				if err != nil {
					return err
				}
				failed = failed || !ok
			}
		}
	}
	ok, err := in.listenAuth()
	if err != nil {
		return err
	}
	if failed || !ok {
		return errListeners
	}
	return nil
}

// listenAt opens one port. What fails at the stack is logged; an address that
// cannot be read is fatal.
func (in *Instance) listenAt(proto, addr string, port uint16, tls bool) (ok bool, err error) {
	var at netip.Addr
	switch addr {
	case "*":
		at = netip.IPv4Unspecified()
	case "::", "[::]":
		at = netip.IPv6Unspecified()
	case "localhost":
		at = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	default:
		if at, err = netip.ParseAddr(strings.Trim(addr, "[]")); err != nil {
			return false, fmt.Errorf("listen: Can't resolve address %s: Name or service not known", addr)
		}
	}
	l, err := in.host.Node.ListenTCP(netip.AddrPortFrom(at, port), vnet.Owner{PID: in.master.PID, Name: "dovecot"},
		func(c *vnet.Conn) { in.accept(proto, tls, c) }, vnet.V6Only)
	if err != nil {
		if err != vnet.EADDRINUSE {
			in.log(host.Err, "master", fmt.Sprintf("Error: bind(%s, %d) failed: %v", addr, port, err))
		}
		in.log(host.Err, "master", fmt.Sprintf("Error: service(%s-login): listen(%s, %d) failed: %v", proto, addr, port, err))
		return false, nil
	}
	in.listeners = append(in.listeners, l)
	return true, nil
}

// halt ends all activity.
func (in *Instance) halt() {
	in.running = false
	in.closeListeners()
	for _, s := range slices.Clone(in.sessions) {
		s.shutdown()
	}
	for _, p := range in.helpers {
		p.Exit(0)
	}
	in.helpers = nil
}

func (in *Instance) closeListeners() {
	for _, l := range in.listeners {
		l.Close()
	}
	for _, fn := range in.sockets {
		fn()
	}
	in.listeners, in.sockets = nil, nil
}

// stop is "systemctl stop dovecot".
func (in *Instance) stop() {
	if !in.running {
		return
	}
	master := in.master
	in.log(host.Warning, "master", "Warning: Killed with signal 15 (by pid=1 uid=0 code=kill)")
	in.halt()
	master.Exit(0)
}

// reload is "doveadm reload": it reads the configuration first and leaves the
// server alone if it is wrong.
func (in *Instance) reload() error {
	if _, err := in.readConfig(); err != nil {
		in.emitConfig(trace.Fail, err.Error())
		in.host.Syslog(host.FacDaemon, host.Err, "doveadm", 0, err.Error())
		return err
	}
	in.hangup()
	return nil
}

// hangup is the master's answer to SIGHUP. A wrong configuration leaves the old
// one in force.
func (in *Instance) hangup() {
	in.log(host.Warning, "master", "Warning: SIGHUP received - reloading configuration")
	cfg, err := in.readConfig()
	if err != nil {
		in.log(host.Err, "master", "Error: Error reading configuration: "+strings.TrimPrefix(err.Error(), "doveconf: Fatal: "))
		in.emitConfig(trace.Fail, err.Error())
		return
	}
	in.closeListeners()
	in.cfg = cfg
	in.loadTLS()
	in.checkAuth()
	if err := in.listen(); err != nil {
		in.log(host.Err, "master", "Error: "+err.Error())
	}
	in.emitConfig(trace.OK, "configuration loaded")
}

// listenAuth opens the sockets of service auth: those of the configuration,
// and those Dovecot has by itself in its base_dir.
func (in *Instance) listenAuth() (ok bool, err error) {
	base := in.cfg.Str("base_dir")
	if err := in.host.FS.MkdirAll(base, 0o755, host.Root); err != nil {
		return false, fmt.Errorf("mkdir(%s) failed: %v", base, vfs.ErrnoOf(err))
	}
	ok = true
	for _, l := range in.cfg.Service("auth").All("unix_listener") {
		mode := l.Number("mode")
		if mode == 0 || strings.HasPrefix(l.Name, "login/") || strings.HasPrefix(l.Name, "token-login/") {
			continue
		}
		owner, err := in.socketOwner(l)
		if err != nil {
			return false, err
		}
		name := l.Name
		if !strings.HasPrefix(name, "/") {
			name = base + "/" + name
		}
		stop, err := in.host.ListenUnix(name, fs.FileMode(mode), owner, in.answerAuth)
		if err != nil {
			in.log(host.Err, "master", fmt.Sprintf("Error: bind(%s) failed: %v", name, vfs.ErrnoOf(err)))
			ok = false
			continue
		}
		in.sockets = append(in.sockets, stop)
	}
	return ok, nil
}

// socketOwner finds the user and the group of a listener.
func (in *Instance) socketOwner(l *config.Section) (vfs.Cred, error) {
	var c vfs.Cred
	if name := in.cfg.Expand(l.Str("user")); name != "" {
		u, ok := in.host.User(name)
		if !ok {
			return c, fmt.Errorf("service(auth) User doesn't exist: %s (See service auth { unix_listener %s { user } } setting)", name, l.Name)
		}
		c.UID = u.UID
	}
	if name := in.cfg.Expand(l.Str("group")); name != "" {
		i := slices.IndexFunc(in.host.Groups(), func(g host.Group) bool { return g.Name == name })
		if i < 0 {
			return c, fmt.Errorf("service(auth) Group doesn't exist: %s (See service auth { unix_listener %s { group } } setting)", name, l.Name)
		}
		c.GID = in.host.Groups()[i].GID
	}
	return c, nil
}
