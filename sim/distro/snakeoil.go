package distro

import (
	"path"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/pki"
)

// makeSnakeoil makes the self-signed certificate of a mail host, as the package
// ssl-cert does when it is installed, unless the host brings its own.
func makeSnakeoil(d *vfs.FS) error {
	_, postfix := d.Stat("/etc/postfix", host.Root)
	_, dovecot := d.Stat("/etc/dovecot", host.Root)
	if postfix != nil && dovecot != nil {
		return nil
	}
	if _, err := d.Stat(pki.SnakeoilCert, host.Root); err == nil {
		return nil
	}
	for _, dir := range []string{path.Dir(pki.SnakeoilCert), path.Dir(pki.SnakeoilKey)} {
		if err := d.MkdirAll(dir, 0o755, host.Root); err != nil {
			return err
		}
	}
	if err := d.WriteFile(pki.SnakeoilKey, nil, 0o640, host.Root); err != nil {
		return err
	}
	info, err := d.Stat(pki.SnakeoilKey, host.Root)
	if err != nil {
		return err
	}
	cert, key, err := pki.Snakeoil(fullName(d), info.ModTime())
	if err != nil {
		return err
	}
	if err := d.WriteFile(pki.SnakeoilKey, key, 0o640, host.Root); err != nil {
		return err
	}
	if uid, gid, err := Owner(d, "root:ssl-cert"); err == nil {
		if err := d.Chown(pki.SnakeoilKey, int(uid), int(gid), host.Root); err != nil {
			return err
		}
	}
	if err := d.Chmod(path.Dir(pki.SnakeoilKey), 0o710, host.Root); err != nil {
		return err
	}
	return d.WriteFile(pki.SnakeoilCert, cert, 0o644, host.Root)
}

// fullName is what "hostname -f" says: the first name of the line of /etc/hosts
// that has the host's name, or else that name.
func fullName(d *vfs.FS) string {
	b, _ := d.ReadFile("/etc/hostname", host.Root)
	name := strings.TrimSpace(string(b))
	if name == "" {
		return "localhost"
	}
	hosts, _ := d.ReadFile("/etc/hosts", host.Root)
	for line := range strings.Lines(string(hosts)) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		for _, w := range words[min(1, len(words)):] {
			if strings.EqualFold(w, name) {
				return words[1]
			}
		}
	}
	return name
}
