package sshd

import (
	"fmt"
	"path"
	"strings"

	"mxlab/sim/host"
)

// usualIdentity is the key that is tried when none is named.
const usualIdentity = "~/.ssh/id_ed25519"

// userKeys returns the private keys to try, in order: those of the files named,
// otherwise the usual one. What is wrong with a file is told.
func userKeys(p *host.Proc, files []string) (list []Key) {
	named := len(files) > 0
	if !named {
		files = []string{usualIdentity}
	}
	for _, f := range files {
		if rest, ok := strings.CutPrefix(f, "~/"); ok {
			f = path.Join(p.Env.Get("HOME"), rest)
		}
		if k, ok := userKey(p, p.Path(f), named); ok {
			list = append(list, k)
		}
	}
	return list
}

// unprotected is the warning of a key that others may read.
const unprotected = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Permissions 0%o for '%s' are too open.
It is required that your private key files are NOT accessible by others.
This private key will be ignored.
Load key "%s": bad permissions
`

// userKey reads one file.
func userKey(p *host.Proc, file string, named bool) (Key, bool) {
	data, err := p.Host.FS.ReadFile(file, p.Cred)
	if err != nil {
		if named {
			fmt.Fprintf(p.Stderr, "Warning: Identity file %s not accessible: %s.\n", file, reason(err))
		}
		return Key{}, false
	}
	if info, err := p.Host.FS.Stat(file, p.Cred); err == nil && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(p.Stderr, unprotected, info.Mode().Perm(), file, file)
		return Key{}, false
	}
	k, err := ParseKey(data)
	if err != nil {
		fmt.Fprintf(p.Stderr, "Load key \"%s\": %s\n", file, err)
	}
	return k, err == nil
}
