package inetd

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/vnet"
)

// server is the running inetd of a host.
type server struct {
	h        *host.Host
	main     *host.Proc
	services []*service
}

// service is an entry that is listened for.
type service struct {
	entry
	s         *server
	listeners []*vnet.Listener
	started   int           // in this spell
	began     time.Duration // of the spell
}

// Install adds the unit inetd to a host.
func Install(h *host.Host) {
	s := &server{h: h}
	h.AddUnit(&host.Unit{Name: "inetd", Aliases: []string{"openbsd-inetd"}, Description: "Internet superserver", ExecStart: "/usr/sbin/inetd", Docs: "man:inetd(8)",
		Enabled: true, Tags: []string{"inetd"},
		Start: func(*host.Unit) (*host.Proc, error) { return s.start() },
		Reload: func(*host.Unit) error {
			s.configure()
			return nil
		},
	})
}

func (s *server) start() (*host.Proc, error) {
	main, err := s.h.Daemon(host.Spec{Args: []string{"/usr/sbin/inetd"}})
	if err != nil {
		return nil, err
	}
	s.main = main
	main.OnSignal = func(sig host.Signal) bool {
		if sig == host.SIGHUP {
			s.configure()
			return true
		}
		s.close()
		return false
	}
	main.OnExit(func(*host.Proc) { s.close() })
	if _, err := s.h.FS.ReadFile(configFile, host.Root); err != nil {
		s.log(host.Err, "%s: No such file or directory", configFile)
		main.Exit(1)
		return nil, &host.StartError{Status: 1, PID: main.PID, Err: errors.New(configFile + ": No such file or directory")}
	}
	s.configure()
	return main, nil
}

func (s *server) log(sev host.Severity, format string, args ...any) {
	s.h.Syslog(host.FacDaemon, sev, "inetd", s.main.PID, fmt.Sprintf(format, args...))
}

func (s *server) close() {
	for _, v := range s.services {
		v.close()
	}
	s.services = nil
}

// configure reads the configuration and listens.
func (s *server) configure() {
	s.close()
	text, _ := s.h.FS.ReadFile(configFile, host.Root)
	list, problems := parseConfig(string(text), func(name string) (uint16, bool) { return servicePort(s.h, name) })
	for _, p := range problems {
		s.log(host.Err, "%s", p)
	}
	for _, e := range list {
		v := &service{entry: e, s: s}
		v.listen()
		s.services = append(s.services, v)
	}
}

func (v *service) listen() {
	var at []netip.Addr
	if v.proto != "tcp6" {
		at = append(at, netip.IPv4Unspecified())
	}
	if v.proto == "tcp6" {
		at = append(at, netip.IPv6Unspecified())
	}
	for _, a := range at {
		l, err := v.s.h.Node.ListenTCP(netip.AddrPortFrom(a, v.port), vnet.Owner{PID: v.s.main.PID, Name: "inetd"}, v.accept)
		if err != nil {
			v.s.log(host.Err, "%s/%s: bind: %s", v.name, v.proto, err)
			continue
		}
		v.listeners = append(v.listeners, l)
	}
}

func (v *service) close() {
	for _, l := range v.listeners {
		l.Close()
	}
	v.listeners = nil
}

// accept starts the service's program for a connection.
func (v *service) accept(c *vnet.Conn) {
	now := v.s.h.Clock.Since()
	if now-v.began > spell {
		v.started, v.began = 0, now
	}
	if v.started++; v.max > 0 && v.started > v.max {
		v.s.log(host.Err, "%s/%s server failing (looping), service terminated", v.name, v.proto)
		c.Close()
		v.close()
		v.s.h.Clock.After(retryTime, func() {
			if !v.s.main.Ended() && len(v.listeners) == 0 {
				v.listen()
			}
		})
		return
	}
	if v.program == "internal" {
		v.internal(c)
		return
	}
	v.run(c)
}

// run starts a program with the connection as its standard files.
func (v *service) run(c *vnet.Conn) {
	h := v.s.h
	name, _, _ := strings.Cut(strings.ReplaceAll(v.user, ".", ":"), ":")
	u, ok := h.User(name)
	if !ok {
		v.s.log(host.Err, "%s/%s: %s: No such user", v.name, v.proto, name)
		c.Close()
		return
	}
	cred := h.Cred(u)
	argv := v.args
	if len(argv) == 0 {
		argv = []string{path.Base(v.program)}
	}
	prog, args, err := h.Image(append([]string{v.program}, argv[1:]...), "", "/", cred)
	if err != nil {
		v.s.log(host.Err, "can't execute %s: %s", v.program, vfs.ErrnoOf(err))
		c.Close()
		return
	}
	if len(args) == len(argv) {
		args[0] = argv[0]
	}
	fd := host.NewFD(c, c, c)
	env := host.NewEnv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
	p, err := h.Start(nil, prog, host.Spec{Args: args, Env: env, Cwd: "/", Cred: &cred, Stdin: fd, Stdout: fd, Stderr: fd})
	if err != nil {
		v.s.log(host.Err, "fork: %s", err)
		c.Close()
		return
	}
	c.SetOwner(vnet.Owner{PID: p.PID, Name: p.Name(), UID: int(u.UID)})
}

// internal is one of inetd's own services (RFC 862, 863, 867).
func (v *service) internal(c *vnet.Conn) {
	switch v.name {
	case "daytime":
		c.Write([]byte(v.s.h.Now().Format("Mon Jan _2 15:04:05 2006") + "\r\n"))
		c.Close()
		return
	case "echo", "discard":
	default:
		v.s.log(host.Err, "internal service %s unknown", v.name)
		c.Close()
		return
	}
	c.OnData(func() {
		buf := make([]byte, 4096)
		for {
			n, err := c.TryRead(buf)
			if v.name == "echo" && n > 0 {
				c.Write(buf[:n])
			}
			if err == vnet.EAGAIN {
				return
			}
			if err != nil {
				c.OnData(nil)
				c.Close()
				return
			}
		}
	})
}
