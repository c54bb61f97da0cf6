package sshd

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/trace"
	"mxlab/sim/vnet"
)

// hostKeyFile is the host's key; its public half stands beside it.
const hostKeyFile = "/etc/ssh/ssh_host_ed25519_key"

// maxUnauthenticated is the full of MaxStartups.
const maxUnauthenticated = 100

// server is the listening sshd of a host.
type server struct {
	h         *host.Host
	c         *config
	key       Key
	main      *host.Proc
	listeners []*vnet.Listener
	random    *rand.Rand
	pending   int // connections that are not logged in yet
	sessions  map[netip.AddrPort]*conn
	logins    int // sessions of logind so far
}

type serverKey struct{}

// Install adds the unit ssh to a host.
func Install(h *host.Host) {
	s := &server{h: h, random: h.Clock.Rand("sshd " + h.Name), sessions: map[netip.AddrPort]*conn{}}
	h.SetValue(serverKey{}, s)
	h.AddUnit(&host.Unit{Name: "ssh", Aliases: []string{"sshd"}, Description: "OpenBSD Secure Shell server", ExecStart: "/usr/sbin/sshd -D $SSHD_OPTS",
		Docs: "man:sshd(8)", Enabled: true, Tags: []string{"sshd"},
		Start:  func(*host.Unit) (*host.Proc, error) { return s.start() },
		Stop:   func(*host.Unit) { s.stop() },
		Reload: func(*host.Unit) error { return s.reload() },
	})
}

// Shell returns the shell of the session whose client is at an address, or nil:
// for the lab's own views, which look through the connection.
func Shell(h *host.Host, client netip.AddrPort) *host.Proc {
	s, _ := h.Value(serverKey{}).(*server)
	if s == nil || s.sessions[client] == nil {
		return nil
	}
	return s.sessions[client].shell
}

func (s *server) start() (*host.Proc, error) {
	main, err := s.h.Daemon(host.Spec{Args: []string{"/usr/sbin/sshd", "-D"}, Title: "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"})
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*host.Proc, error) {
		main.Exit(255)
		return nil, &host.StartError{Status: 255, PID: main.PID, Err: err}
	}
	if err := s.load(main.PID); err != nil {
		return fail(err)
	}
	s.main = main
	if err := s.listen(); err != nil {
		return fail(err)
	}
	main.OnSignal = func(sig host.Signal) bool {
		switch sig {
		case host.SIGHUP:
			s.reload()
			return true
		case host.SIGTERM:
			s.log(host.Info, "Received signal 15; terminating.")
		}
		s.close()
		return false
	}
	return main, nil
}

// load reads configuration and host key. What is wrong is logged, as the
// "sshd -t" of the unit does.
func (s *server) load(pid int) error {
	c, problems, fatal := usualConfig(s.h)
	for _, p := range problems {
		s.h.Syslog(host.FacAuth, host.Err, "sshd", pid, p)
	}
	if fatal {
		s.emitConfig(trace.Fail, strings.Join(problems, "; "))
		return fmt.Errorf("%s", problems[len(problems)-1])
	}
	key, err := hostKey(s.h, c)
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			s.h.Syslog(host.FacAuth, host.Err, "sshd", pid, line)
		}
		return err
	}
	s.c, s.key = c, key
	return nil
}

func (s *server) emitConfig(out trace.Outcome, text string) {
	e := trace.Event{Kind: trace.Config, Node: s.h.Name, Outcome: out, Data: trace.F("sshd: "+text, "file", configFile)}
	if seq := s.h.LastWrite(configFile); seq != 0 {
		e.Refs = []trace.Ref{{Rel: trace.CausedByEdit, Seq: seq}}
	}
	s.h.Log.Emit(e)
}

// hostKey loads the first host key that can be used.
func hostKey(h *host.Host, c *config) (Key, error) {
	var said []string
	for _, file := range c.HostKeys {
		data, err := h.FS.ReadFile(file, host.Root)
		if err == nil {
			if k := h.Shared("ssh key", string(data), func() any { return parsedKey(data) }).(*Key); k != nil {
				return *k, nil
			}
		}
		said = append(said, "Unable to load host key: "+file)
	}
	return Key{}, errors.New(strings.Join(append(said, "sshd: no hostkeys available -- exiting."), "\n"))
}

// parsedKey is the key of a file, nil if it is none.
func parsedKey(data []byte) *Key {
	k, err := ParseKey(data)
	if err != nil {
		return nil
	}
	return &k
}

// listen opens the sockets. It fails if none can be opened.
func (s *server) listen() error {
	var last error
	for _, at := range s.c.addresses() {
		l, err := s.h.Node.ListenTCP(at, vnet.Owner{PID: s.main.PID, Name: "sshd"}, s.accept, listenOptions(at)...)
		if err != nil {
			s.log(host.Err, fmt.Sprintf("error: Bind to port %d on %s failed: %s.", at.Port(), at.Addr(), err))
			last = err
			continue
		}
		s.log(host.Info, fmt.Sprintf("Server listening on %s port %d.", at.Addr(), at.Port()))
		s.listeners = append(s.listeners, l)
	}
	if len(s.listeners) == 0 {
		s.log(host.Err, "fatal: Cannot bind any address.")
		return fmt.Errorf("cannot bind any address: %w", last)
	}
	return nil
}

func listenOptions(at netip.AddrPort) []vnet.Option {
	if at.Addr().Is6() {
		return []vnet.Option{vnet.V6Only}
	}
	return nil
}

func (s *server) close() {
	for _, l := range s.listeners {
		l.Close()
	}
	s.listeners = nil
}

// stop ends the listener; sessions stay (KillMode=process of the unit).
func (s *server) stop() {
	if s.main != nil {
		s.main.Signal(host.SIGTERM)
	}
}

// reload starts anew with the present configuration, in the same process; with
// one that is wrong the server ends.
func (s *server) reload() error {
	if _, problems, fatal := readConfig(s.h, configFile); fatal { // ExecReload=/usr/sbin/sshd -t
		for _, p := range problems {
			s.h.Syslog(host.FacAuth, host.Err, "sshd", 0, p)
		}
		return errors.New(problems[len(problems)-1])
	}
	s.log(host.Info, "Received SIGHUP; restarting.")
	s.close()
	if err := s.load(s.main.PID); err != nil {
		s.main.Exit(255)
		return err
	}
	if err := s.listen(); err != nil {
		s.main.Exit(255)
		return err
	}
	return nil
}

func (s *server) log(sev host.Severity, text string) {
	if s.c != nil && (s.c.LogLevel == "QUIET" || s.c.LogLevel == "SILENT") {
		return
	}
	s.h.Syslog(host.FacAuth, sev, "sshd", s.main.PID, text)
}

// accept takes a connection and gives it a process.
func (s *server) accept(c *vnet.Conn) {
	if s.pending >= maxUnauthenticated {
		s.log(host.Err, "error: beginning MaxStartups throttling")
		c.Close()
		return
	}
	proc, err := s.h.Daemon(host.Spec{Args: []string{"sshd"}, Title: "sshd: [accepted]"})
	if err != nil {
		s.log(host.Err, "error: fork: "+err.Error())
		c.Close()
		return
	}
	proc.PPID = s.main.PID
	n := &conn{s: s, c: c, cfg: s.c, proc: proc, from: c.Remote()}
	s.pending++
	c.SetOwner(vnet.Owner{PID: proc.PID, Name: "sshd"})
	proc.OnSignal = func(host.Signal) bool {
		n.close()
		return true
	}
	proc.OnExit(func(*host.Proc) { n.close() })
	if s.c.LoginGrace > 0 {
		n.grace = s.h.Clock.After(s.c.LoginGrace, n.outOfTime)
	}
	c.Background()
	c.OnData(n.read)
	n.exchange.serverID = identification
	c.Write([]byte(identification + "\r\n"))
}
