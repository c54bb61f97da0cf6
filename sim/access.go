package sim

import (
	"slices"
	"strings"

	"mxlab/sim/sshd"
)

// accessFiles returns the keys that let a host's terminals be opened by ssh
// from another one (Host.Via) without a password: at the host itself the public
// key, at the other one the private key and the host's own key as a known one.
// Files of the same path that the blueprint has go before.
func (b *Blueprint) accessFiles(h *Host) (list []File) {
	if h.Via != "" {
		if from := b.host(h.Via); from != nil {
			list = append(list, File{Path: sshFolder(h) + "/authorized_keys", Mode: 0o600, Data: []byte(from.userKey().PublicLine() + "\n"), Owner: owner(h)})
		}
	}
	known := ""
	for i := range b.Hosts {
		to := &b.Hosts[i]
		if to.Via != h.Name {
			continue
		}
		for _, ifc := range to.Ifaces {
			for _, a := range ifc.Addrs {
				known += a.Addr().String() + " " + hostKeyLine(to) + "\n"
			}
		}
	}
	if known != "" {
		k := h.userKey()
		dir := sshFolder(h)
		list = append(list, File{Path: dir + "/known_hosts", Mode: 0o600, Data: []byte(known), Owner: owner(h)},
			File{Path: dir + "/id_ed25519", Mode: 0o600, Data: k.File(), Owner: owner(h)},
			File{Path: dir + "/id_ed25519.pub", Data: []byte(k.PublicLine() + "\n"), Owner: owner(h)})
	}
	return slices.DeleteFunc(list, func(f File) bool {
		return slices.ContainsFunc(h.Files, func(g File) bool { return g.Path == f.Path })
	})
}

func (b *Blueprint) host(name string) *Host {
	if i := slices.IndexFunc(b.Hosts, func(h Host) bool { return h.Name == name }); i >= 0 {
		return &b.Hosts[i]
	}
	return nil
}

// hostname is what the host's /etc/hostname will say.
func (h *Host) hostname() string {
	for _, f := range h.Files {
		if f.Path == "/etc/hostname" {
			return strings.TrimSpace(string(f.Data))
		}
	}
	return "localhost"
}

func hostKeyLine(h *Host) string {
	line := sshd.HostKey(h.hostname()).PublicLine()
	return line[:strings.LastIndexByte(line, ' ')]
}

// userKey is the key of the host's student.
func (h *Host) userKey() sshd.Key {
	short, _, _ := strings.Cut(h.hostname(), ".")
	return sshd.DeriveKey("user key of "+h.hostname(), owner(h)+"@"+short)
}

func owner(h *Host) string {
	if h.Login == "" {
		return "root"
	}
	return h.Login
}

func sshFolder(h *Host) string {
	if u := owner(h); u != "root" {
		return "/home/" + u + "/.ssh"
	}
	return "/root/.ssh"
}
