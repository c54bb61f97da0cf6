package host

import (
	"errors"
	"net/netip"
	"strings"
)

// nssStatus is how one source of the name service switch ended (nsswitch.conf(5)).
type nssStatus uint8

const (
	nssSuccess nssStatus = iota
	nssNotFound
	nssUnavail
	nssTryAgain
	nssStatuses
)

// nssSource is a source of a line of nsswitch.conf(5), with the reaction to
// each way it may end: true ends the look-up.
type nssSource struct {
	name    string
	returns [nssStatuses]bool
}

// hostsSources returns the sources of the hosts line of /etc/nsswitch.conf in
// order; without one, "files dns" (glibc's default since 2.34).
func (h *Host) hostsSources() []nssSource {
	return fileAs(h, "/etc/nsswitch.conf", parseNSSwitch)
}

func parseNSSwitch(text string) []nssSource {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "hosts:"); ok {
			return parseSources(rest)
		}
	}
	return parseSources("files dns")
}

// parseSources reads "files [NOTFOUND=return] dns". A source is a word; the
// brackets behind it change its reactions, with ! for all other statuses.
func parseSources(text string) (list []nssSource) {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if actions, ok := strings.CutPrefix(text, "["); ok {
			actions, text, _ = strings.Cut(actions, "]")
			if len(list) > 0 {
				list[len(list)-1].react(actions)
			}
			continue
		}
		end := strings.IndexAny(text, " \t[")
		if end < 0 {
			end = len(text)
		}
		s := nssSource{name: text[:end]}
		s.returns[nssSuccess] = true
		list, text = append(list, s), text[end:]
	}
	return list
}

// react applies "!UNAVAIL=return NOTFOUND=continue".
func (s *nssSource) react(actions string) {
	for word := range strings.FieldsSeq(actions) {
		status, action, _ := strings.Cut(word, "=")
		status, others := strings.CutPrefix(status, "!")
		i := statusNamed(status)
		if i == nssStatuses {
			continue
		}
		for k := range nssStatuses {
			if (k == i) != others {
				s.returns[k] = strings.EqualFold(action, "return")
			}
		}
	}
}

func statusNamed(word string) nssStatus {
	for i, name := range [...]string{"success", "notfound", "unavail", "tryagain"} {
		if strings.EqualFold(word, name) {
			return nssStatus(i)
		}
	}
	return nssStatuses
}

// switchHosts asks the sources of the hosts line one after the other, until one
// succeeds or its reaction ends the look-up. Sources that are not installed are
// unavailable. The error is that of the last source that was asked.
func (h *Host) switchHosts(ask func(source string) error) error {
	err := ErrHostNotFound
	for _, s := range h.hostsSources() {
		status := nssUnavail
		switch s.name {
		case "files", "dns", "myhostname":
			err = ask(s.name)
			status = statusOf(err)
		}
		if s.returns[status] {
			break
		}
	}
	return err
}

func statusOf(err error) nssStatus {
	switch {
	case err == nil:
		return nssSuccess
	case errors.Is(err, ErrTryAgain):
		return nssUnavail // no server answered
	}
	return nssNotFound
}

// lookupSelf is nss-myhostname(8): the host's own name and localhost.
func (h *Host) lookupSelf(name string, f Family) (addrs []netip.Addr) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	switch {
	case name == "localhost" || strings.HasSuffix(name, ".localhost"):
		addrs = []netip.Addr{netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	case name == strings.ToLower(h.Hostname()) || name == strings.ToLower(h.ShortName()):
		for _, i := range h.Node.Ifaces() {
			for _, p := range i.Addrs() {
				if a := p.Addr(); !a.IsLoopback() {
					addrs = append(addrs, a)
				}
			}
		}
	}
	kept := addrs[:0]
	for _, a := range addrs {
		if f == AnyFamily || a.Is4() == (f == IPv4) {
			kept = append(kept, a)
		}
	}
	return kept
}
