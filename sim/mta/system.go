package mta

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	mdns "github.com/miekg/dns"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// system is the host as tables and restrictions of a daemon see it.
func (p *process) system() *postfix.System {
	h := p.in.host
	return &postfix.System{
		ReadFile: p.readTable,
		DNS:      func(name string, t mail.RRType) mail.DNSAnswer { return lookup(p.task, h, name, t) },
		Now:      h.Clock.Now,
		User:     func(name string) (postfix.User, bool) { return user(h, name) },
		Policy:   p.policy,
		Log:      func(d postfix.Diagnostic) { p.in.logDiag(p.logName, p.pid(), d) },
	}
}

func readFile(h *host.Host, path string, c vfs.Cred) (postfix.File, error) {
	b, err := h.FS.ReadFile(path, c)
	if err != nil {
		return postfix.File{}, err
	}
	info, err := h.FS.Stat(path, c)
	if err != nil {
		return postfix.File{}, err
	}
	return postfix.File{Data: b, Modified: info.ModTime()}, nil
}

// user is getpwnam(3) of the host.
func user(h *host.Host, name string) (postfix.User, bool) {
	u, ok := h.User(name)
	return postfix.User{Name: u.Name, Home: u.Home, UID: int(u.UID), GID: int(u.GID)}, ok
}

// policy asks a policy server (SMTPD_POLICY_README), as often as
// smtpd_policy_service_try_limit says.
func (p *process) policy(server, request string) (string, error) {
	kind, endpoint, _ := strings.Cut(server, ":")
	tries := max(p.cfg.Int("smtpd_policy_service_try_limit"), 1)
	for {
		answer, err := p.askPolicy(kind, endpoint, request)
		if err == nil {
			for line := range strings.Lines(answer) {
				if action, ok := strings.CutPrefix(strings.TrimSpace(line), "action="); ok {
					return action, nil
				}
			}
			err = errors.New("missing action attribute")
		}
		p.logf(host.Warning, "warning: problem talking to server %s: %v", endpoint, err)
		if tries--; tries <= 0 {
			return "", err
		}
		p.task.Sleep(p.cfg.Duration("smtpd_policy_service_retry_delay"))
	}
}

func (p *process) askPolicy(kind, endpoint, request string) (string, error) {
	h := p.in.host
	if kind == "unix" {
		b, err := h.CallUnix(queuePath(endpoint), []byte(request), p.in.owner)
		if err != nil {
			p.logf(host.Warning, "warning: connect to %s: %v", endpoint, vfs.ErrnoOf(err))
		}
		return string(b), err
	}
	name, service, _ := strings.Cut(endpoint, ":")
	addrs, _, err := h.LookupAddrs(p.task, name, host.IPv4)
	port := p.in.portOf(service)
	if err != nil || len(addrs) == 0 || port == 0 {
		return "", fmt.Errorf("host or service %s not found", endpoint)
	}
	timeout := p.cfg.Duration("smtpd_policy_service_timeout")
	conn, err := h.Node.DialTCP(p.task, netip.AddrPort{}, netip.AddrPortFrom(addrs[0], port), vnet.Owner{PID: p.pid(), Name: "smtpd"}, timeout)
	if err != nil {
		p.logf(host.Warning, "warning: connect to %s: %v", endpoint, err)
		return "", err
	}
	defer conn.Close()
	conn.Write([]byte(request))
	conn.SetReadTimeout(timeout)
	var answer []byte
	for buf := make([]byte, 1024); len(answer) < maxPolicyAnswer && !strings.Contains(string(answer), "\n\n"); {
		n, err := conn.Read(buf)
		if answer = append(answer, buf[:n]...); err != nil {
			return "", err
		}
	}
	return string(answer), nil
}

// maxPolicyAnswer bounds what a policy server may say.
const maxPolicyAnswer = 16 << 10

// queuePath makes a socket's name absolute: it is relative to the queue
// directory.
func queuePath(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return spool + "/" + name
}

// lookup asks the host's stub resolver.
func lookup(t *vtime.Task, h *host.Host, name string, rt mail.RRType) mail.DNSAnswer {
	qtype := typeNumber(rt)
	m, err := h.Query(t, name, qtype)
	switch {
	case errors.Is(err, host.ErrHostNotFound):
		return mail.DNSAnswer{Outcome: mail.DNSNotFound}
	case errors.Is(err, host.ErrNoData):
		return mail.DNSAnswer{Outcome: mail.DNSNoData}
	case err != nil:
		return mail.DNSAnswer{Outcome: mail.DNSTempFail}
	}
	a := mail.DNSAnswer{Records: make([]mail.DNSRecord, 0, len(m.Answer))}
	for _, rr := range m.Answer {
		if rr.Header().Rrtype != qtype {
			continue
		}
		if r, ok := mail.RecordOf(rr); ok {
			a.Records = append(a.Records, r)
		}
	}
	if len(a.Records) == 0 {
		a.Outcome = mail.DNSNoData
	}
	return a
}

func typeNumber(rt mail.RRType) uint16 {
	switch rt {
	case mail.TypeA:
		return mdns.TypeA
	case mail.TypeAAAA:
		return mdns.TypeAAAA
	case mail.TypeMX:
		return mdns.TypeMX
	case mail.TypeTXT:
		return mdns.TypeTXT
	case mail.TypePTR:
		return mdns.TypePTR
	}
	return mdns.TypeNS
}

// seconds formats a delay as Postfix does with delay_logging_resolution_limit 2:
// two significant digits behind a leading one, at most two decimals, no zeros
// at the end.
func seconds(d time.Duration) string {
	s := d.Seconds()
	switch {
	case s >= 9.95:
		return fmt.Sprintf("%.0f", s)
	case s >= 0.995:
		return trimZeros(fmt.Sprintf("%.1f", s))
	case s < 0.005:
		return "0"
	}
	return trimZeros(fmt.Sprintf("%.2f", s))
}

func trimZeros(s string) string {
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// readTable reads a file for a table and remembers the age of an index.
func (p *process) readTable(path string) (postfix.File, error) {
	f, err := readFile(p.in.host, path, host.Root)
	if err == nil && strings.HasSuffix(path, ".db") {
		if p.tables == nil {
			p.tables = map[string]time.Time{}
		}
		if _, known := p.tables[path]; !known {
			p.tables[path] = f.Modified
		}
	}
	return f, err
}
