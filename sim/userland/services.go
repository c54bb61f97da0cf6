package userland

import (
	"errors"
	"strconv"
	"strings"

	"mxlab/sim/host"
)

// service is an entry of services(5).
type service struct {
	name    string
	port    uint16
	proto   string
	aliases []string
}

// usualServices stand in for a host without /etc/services.
const usualServices = `
ftp 21/tcp
ssh 22/tcp
telnet 23/tcp
smtp 25/tcp mail
whois 43/tcp nicname
domain 53/tcp
domain 53/udp
http 80/tcp www
pop3 110/tcp pop-3
sunrpc 111/tcp portmapper
auth 113/tcp authentication tap ident
ntp 123/udp
imap2 143/tcp imap
snmp 161/udp
https 443/tcp
submissions 465/tcp ssmtp smtps urd
submission 587/tcp
syslog 514/udp
imaps 993/tcp
pop3s 995/tcp
mysql 3306/tcp
postgresql 5432/tcp postgres
http-alt 8080/tcp webcache
`

// readServices returns the host's services in the order of the file.
func readServices(h *host.Host) (list []service) {
	text, err := h.FS.ReadFile("/etc/services", host.Root)
	if err != nil {
		text = []byte(usualServices)
	}
	for row := range strings.Lines(string(text)) {
		row, _, _ = strings.Cut(row, "#")
		f := strings.Fields(row)
		if len(f) < 2 {
			continue
		}
		portText, proto, ok := strings.Cut(f[1], "/")
		port, err := strconv.ParseUint(portText, 10, 16)
		if ok && err == nil {
			list = append(list, service{f[0], uint16(port), proto, f[2:]})
		}
	}
	return list
}

// servicePort translates a port's number or name; ok is false for an unknown
// name.
func servicePort(h *host.Host, text, proto string) (port uint16, ok bool) {
	if n, err := strconv.ParseUint(text, 10, 16); err == nil {
		return uint16(n), true
	}
	for _, s := range readServices(h) {
		if s.proto == proto && s.has(text) {
			return s.port, true
		}
	}
	return 0, false
}

func (s *service) has(name string) bool {
	for _, a := range s.aliases {
		if a == name {
			return true
		}
	}
	return s.name == name
}

// serviceName returns the name of a port, "" if it has none.
func serviceName(h *host.Host, port uint16, proto string) string {
	for _, s := range readServices(h) {
		if s.port == port && s.proto == proto {
			return s.name
		}
	}
	return ""
}

// gaiText is gai_strerror(3) of a failed look-up.
func gaiText(err error) string {
	switch {
	case err == errAddrFamily:
		return "Address family for hostname not supported"
	case errors.Is(err, host.ErrTryAgain):
		return "Temporary failure in name resolution"
	case errors.Is(err, host.ErrNoData):
		return "No address associated with hostname"
	case errors.Is(err, host.ErrNoRecovery):
		return "Non-recoverable failure in name resolution"
	}
	return "Name or service not known"
}
