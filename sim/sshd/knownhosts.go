package sshd

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"strings"
)

type clientRandom struct{}

// randomSource is the generator of a host's clients.
type randomSource struct{ *rand.Rand }

const globalKnownHosts = "/etc/ssh/ssh_known_hosts"

// knownName is how known_hosts names a server (sshd(8) SSH_KNOWN_HOSTS FILE
// FORMAT).
func knownName(name string, port uint16) string {
	if port == 22 {
		return strings.ToLower(name)
	}
	return fmt.Sprintf("[%s]:%d", strings.ToLower(name), port)
}

// knownKey looks a name up in a known_hosts file. line is where a key stands,
// 0 if the name has none.
func knownKey(text, name string) (pub ed25519.PublicKey, line int) {
	number := 0
	for l := range strings.Lines(text) {
		number++
		names, rest, _ := strings.Cut(strings.TrimSpace(l), " ")
		if names == "" || names[0] == '#' || names[0] == '@' || !matchList(names, name) {
			continue
		}
		if k, _, err := ParsePublic(rest); err == nil {
			return k, number
		}
	}
	return nil, 0
}

// knownHostsFile is the user's own.
func (c *client) knownHostsFile() string {
	file := c.o.text("userknownhostsfile", "~/.ssh/known_hosts")
	file, _, _ = strings.Cut(file, " ")
	if rest, ok := strings.CutPrefix(file, "~/"); ok {
		file = path.Join(c.p.Env.Get("HOME"), rest)
	}
	return c.p.Path(file)
}

// checkHostKey compares the server's key with the known one, and asks the user
// about an unknown one (ssh(1) VERIFYING HOST KEYS).
func (c *client) checkHostKey() error {
	name := knownName(c.o.target, c.port)
	if c.o.target == "" {
		name = knownName(c.host, c.port)
	}
	file := c.knownHostsFile()
	for _, f := range []string{file, globalKnownHosts} {
		text, err := c.p.Host.FS.ReadFile(f, c.p.Cred)
		if err != nil {
			continue
		}
		known, line := knownKey(string(text), name)
		switch {
		case line == 0:
		case known.Equal(c.x.hostKey):
			c.debug("Host '%s' is known and matches the ED25519 host key.", name)
			c.debug("Found key in %s:%d", f, line)
			return nil
		default:
			return c.changedKey(f, line, name)
		}
	}
	return c.unknownKey(file, name)
}

const changedBanner = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Someone could be eavesdropping on you right now (man-in-the-middle attack)!
It is also possible that a host key has just been changed.
`

func (c *client) changedKey(file string, line int, name string) error {
	text := changedBanner + fmt.Sprintf("The fingerprint for the ED25519 key sent by the remote host is\n%s.\nPlease contact your system administrator.\n"+
		"Add correct host key in %s to get rid of this message.\nOffending ED25519 key in %s:%d\n", Fingerprint(c.x.hostKey), file, file, line)
	if c.strict() == "no" {
		io.WriteString(c.p.Stderr, text+"Password authentication is disabled to avoid man-in-the-middle attacks.\n")
		c.o.given["passwordauthentication"] = "no"
		return nil
	}
	return endf("%s  remove with:\n  ssh-keygen -f %q -R %q\nHost key for %s has changed and you have requested strict checking.\nHost key verification failed.\n", text, file, name, name)
}

func (c *client) strict() string {
	switch v := strings.ToLower(c.o.text("stricthostkeychecking", "ask")); v {
	case "no", "off":
		return "no"
	case "yes":
		return "yes"
	default:
		return v
	}
}

// unknownKey asks whether to go on, and remembers the key.
func (c *client) unknownKey(file, name string) error {
	shown := fmt.Sprintf("%s (%s)", name, knownName(c.addr.String(), c.port))
	switch c.strict() {
	case "no", "accept-new":
	case "yes":
		return endf("No ED25519 host key is known for %s and you have requested strict checking.\nHost key verification failed.\n", name)
	default:
		if c.tty == nil || c.o.yes("batchmode", "no") {
			return endf("Host key verification failed.\n")
		}
		fmt.Fprintf(c.p.Stderr, "The authenticity of host '%s' can't be established.\nED25519 key fingerprint is %s.\nThis key is not known by any other names.\n", shown, Fingerprint(c.x.hostKey))
		if !c.confirm() {
			return endf("Host key verification failed.\n")
		}
	}
	c.remember(file, name)
	return nil
}

func (c *client) confirm() bool {
	prompt := "Are you sure you want to continue connecting (yes/no/[fingerprint])? "
	for {
		line, err := c.tty.ReadLine(c.p.Task, prompt)
		switch line = strings.TrimSpace(line); {
		case err != nil, strings.EqualFold(line, "no"):
			return false
		case strings.EqualFold(line, "yes"), line == Fingerprint(c.x.hostKey):
			return true
		}
		prompt = "Please type 'yes', 'no' or the fingerprint: "
	}
}

// remember adds the key to the user's file.
func (c *client) remember(file, name string) {
	fs := c.p.Host.FS
	if dir := path.Dir(file); path.Base(dir) == ".ssh" {
		fs.Mkdir(dir, 0o700, c.p.Cred)
	}
	err := fs.AppendFile(file, []byte(name+" "+publicLine(c.x.hostKey, "")+"\n"), 0o600, c.p.Cred)
	if err != nil {
		fmt.Fprintf(c.p.Stderr, "Failed to add the host to the list of known hosts (%s).\n", file)
		return
	}
	fmt.Fprintf(c.p.Stderr, "Warning: Permanently added '%s' (ED25519) to the list of known hosts.\n", name)
}
