// Package inetd is the Internet super-server of Debian's openbsd-inetd and the
// TCP wrapper tcpd(8) in front of its services, with tcpdmatch(8) and
// tcpdchk(8).
//
// A service is a line of inetd.conf(5): when a client connects, inetd starts the
// line's program with the connection as standard input and output; as the
// program stands /usr/sbin/tcpd, which asks hosts.allow and hosts.deny (package
// tcpwrap) and then runs the real one. Any command of the host can be a service.
// Left out: datagram services, wait services, RPC, and UNIX-domain sockets.
package inetd

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mxlab/sim/host"
)

const configFile = "/etc/inetd.conf"

// Limits of openbsd-inetd: a service that is started more often than this in a
// minute is taken for looping and left alone for a while.
const (
	usualMax  = 256
	spell     = time.Minute
	retryTime = 10 * time.Minute
)

// entry is a line of inetd.conf.
type entry struct {
	line    int
	name    string // of the service
	port    uint16
	proto   string // tcp, tcp4, tcp6
	max     int    // starts per minute
	user    string
	program string // "internal", or a path
	args    []string
}

// parseConfig reads inetd.conf(5); portOf looks services up. problems are worded
// as inetd logs them.
func parseConfig(text string, portOf func(service string) (uint16, bool)) (list []entry, problems []string) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if len(f) < 6 {
			problems = append(problems, fmt.Sprintf("%s: syntax error: line %d", configFile, number))
			continue
		}
		e, problem := parseEntry(f, portOf)
		if problem != "" {
			problems = append(problems, fmt.Sprintf("%s/%s: %s", f[0], f[2], problem))
			continue
		}
		e.line = number
		list = append(list, e)
	}
	return list, problems
}

// parseEntry reads the fields of a line, at least six: service, socket type,
// protocol, wait and the most starts per minute, user, program, arguments.
func parseEntry(f []string, portOf func(service string) (uint16, bool)) (e entry, problem string) {
	if f[1] != "stream" || !strings.HasPrefix(f[2], "tcp") {
		return e, f[1] + " services are not in this lab"
	}
	e = entry{proto: f[2], user: f[4], program: f[5], args: f[6:], max: usualMax}
	wait, max, limited := strings.Cut(f[3], ".")
	if limited {
		n, err := strconv.Atoi(max)
		if err != nil || n < 0 {
			return e, fmt.Sprintf("bad max value %q", max)
		}
		e.max = n
	}
	if wait != "nowait" {
		return e, fmt.Sprintf("bad wait field %q for a stream service", f[3])
	}
	e.name = f[0][strings.LastIndexByte(f[0], ':')+1:] // an address in front: all are listened on here
	var ok bool
	if e.port, ok = portOf(e.name); !ok {
		return e, "unknown service"
	}
	return e, ""
}

// servicePort looks a TCP service up in /etc/services.
func servicePort(h *host.Host, name string) (uint16, bool) {
	if n, err := strconv.ParseUint(name, 10, 16); err == nil {
		return uint16(n), n > 0
	}
	text, _ := h.FS.ReadFile("/etc/services", host.Root)
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		port, proto, _ := strings.Cut(f[1], "/")
		for i, w := range f {
			if n, err := strconv.ParseUint(port, 10, 16); i != 1 && w == name && proto == "tcp" && err == nil {
				return uint16(n), true
			}
		}
	}
	return 0, false
}
