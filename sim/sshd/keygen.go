package sshd

import (
	"fmt"
	"io"
	"path"
	"strings"

	"mxlab/sim/host"
)

// runKeygen is ssh-keygen(1) for Ed25519: making a key, showing a fingerprint
// (-l), and looking up (-F) or removing (-R) names in known_hosts.
func runKeygen(p *host.Proc) int {
	opt := map[byte]string{}
	args := p.Args[1:]
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		if len(word) < 2 || word[0] != '-' {
			io.WriteString(p.Stderr, "Too many arguments.\n")
			return 255
		}
		c, value := word[1], word[2:]
		if strings.IndexByte("tfNCRFbPEmZ", c) >= 0 && value == "" {
			if len(args) == 0 {
				fmt.Fprintf(p.Stderr, "option requires an argument -- %c\n", c)
				return 255
			}
			value, args = args[0], args[1:]
		}
		if strings.IndexByte("tfNCRFbPEmZlyqvAH", c) < 0 {
			fmt.Fprintf(p.Stderr, "unknown option -- %c\n", c)
			return 255
		}
		opt[c] = value
	}
	has := func(c byte) bool { _, ok := opt[c]; return ok }
	ssh := path.Join(p.Env.Get("HOME"), ".ssh")
	switch {
	case has('R'):
		return forget(p, p.Path(or(opt['f'], ssh+"/known_hosts")), opt['R'])
	case has('F'):
		text, _ := p.Host.FS.ReadFile(p.Path(or(opt['f'], ssh+"/known_hosts")), p.Cred)
		if k, line := knownKey(string(text), strings.ToLower(opt['F'])); line > 0 {
			p.Printf("# Host %s found: line %d \n%s %s\n", opt['F'], line, opt['F'], publicLine(k, ""))
			return 0
		}
		return 1
	case has('l'):
		return showFingerprint(p, p.Path(or(opt['f'], ssh+"/id_ed25519")))
	case has('y'):
		data, err := p.Host.FS.ReadFile(p.Path(or(opt['f'], ssh+"/id_ed25519")), p.Cred)
		k, kerr := ParseKey(data)
		if err != nil || kerr != nil {
			fmt.Fprintf(p.Stderr, "Load key \"%s\": %s\n", or(opt['f'], ssh+"/id_ed25519"), or(reasonOf(err), errKeyFormat.Error()))
			return 255
		}
		p.Print(k.PublicLine() + "\n")
		return 0
	case has('A'):
		return 0 // the host's keys were made with the installation
	case has('t') && opt['t'] != "ed25519":
		fmt.Fprintf(p.Stderr, "unknown key type %s\n", opt['t'])
		return 255
	}
	_, quiet := opt['q']
	_, noPass := opt['N']
	return newKey(p, opt['f'], ssh+"/id_ed25519", opt['C'], quiet, noPass)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	return reason(err)
}

// ask reads a line; without a terminal it is empty.
func ask(p *host.Proc, prompt string, secret bool) string {
	if p.TTY == nil {
		p.Print(prompt)
		return ""
	}
	read := p.TTY.ReadLine
	if secret {
		read = p.TTY.ReadSecret
	}
	line, _ := read(p.Task, prompt)
	return line
}

func newKey(p *host.Proc, file, usual, comment string, quiet, noPass bool) int {
	if !quiet {
		p.Print("Generating public/private ed25519 key pair.\n")
	}
	if file == "" {
		file = or(ask(p, fmt.Sprintf("Enter file in which to save the key (%s): ", usual), false), usual)
	}
	full, fs := p.Path(file), p.Host.FS
	if _, err := fs.Stat(full, p.Cred); err == nil {
		p.Printf("%s already exists.\n", file)
		if a := ask(p, "Overwrite (y/n)? ", false); !strings.HasPrefix(strings.ToLower(a), "y") {
			return 1
		}
	}
	if dir := path.Dir(full); path.Base(dir) == ".ssh" {
		if err := fs.Mkdir(dir, 0o700, p.Cred); err == nil && !quiet {
			p.Printf("Created directory '%s'.\n", dir)
		}
	}
	if !noPass {
		for {
			first := ask(p, "Enter passphrase (empty for no passphrase): ", true)
			if ask(p, "Enter same passphrase again: ", true) == first {
				break
			}
			p.Print("Passphrases do not match.  Try again.\n")
		}
	}
	if comment == "" {
		comment = p.Host.UserName(p.Cred.UID) + "@" + p.Host.ShortName()
	}
	secret := fmt.Sprint(p.Host.Clock.Rand("ssh-keygen "+p.Host.Name+" "+p.Host.Clock.Since().String()).Uint64(), p.PID)
	k := DeriveKey(secret, comment)
	if err := fs.WriteFile(full, k.File(), 0o600, p.Cred); err != nil {
		fmt.Fprintf(p.Stderr, "Saving key \"%s\" failed: %s\n", file, reason(err))
		return 1
	}
	fs.Chmod(full, 0o600, p.Cred)
	p.Wrote("write", full)
	if err := fs.WriteFile(full+".pub", []byte(k.PublicLine()+"\n"), 0o644, p.Cred); err != nil {
		fmt.Fprintf(p.Stderr, "Unable to save public key to %s.pub: %s\n", file, reason(err))
		return 1
	}
	p.Wrote("write", full+".pub")
	if !quiet {
		p.Printf("Your identification has been saved in %s\nYour public key has been saved in %s.pub\nThe key fingerprint is:\n%s %s\n", file, file, Fingerprint(k.Public()), comment)
	}
	return 0
}

// showFingerprint prints the line of ssh-keygen -l for each key of a file.
func showFingerprint(p *host.Proc, file string) int {
	data, err := p.Host.FS.ReadFile(file, p.Cred)
	if err != nil {
		fmt.Fprintf(p.Stderr, "ssh-keygen: %s: %s\n", file, reason(err))
		return 255
	}
	if k, err := ParseKey(data); err == nil {
		p.Printf("256 %s %s (ED25519)\n", Fingerprint(k.Public()), k.Comment)
		return 0
	}
	found := false
	for line := range strings.Lines(string(data)) {
		i := strings.Index(line, keyType+" ")
		if i < 0 {
			continue
		}
		if pub, comment, err := ParsePublic(line[i:]); err == nil {
			p.Printf("256 %s %s (ED25519)\n", Fingerprint(pub), or(or(comment, strings.TrimSpace(line[:i])), "no comment"))
			found = true
		}
	}
	if !found {
		fmt.Fprintf(p.Stderr, "%s is not a public key file.\n", file)
		return 255
	}
	return 0
}

// forget removes a name's keys from known_hosts (-R).
func forget(p *host.Proc, file, name string) int {
	text, err := p.Host.FS.ReadFile(file, p.Cred)
	if err != nil {
		fmt.Fprintf(p.Stderr, "Cannot stat %s: %s\n", file, reason(err))
		return 255
	}
	var kept strings.Builder
	number, found := 0, false
	for line := range strings.Lines(string(text)) {
		number++
		names, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if names != "" && names[0] != '#' && matchList(names, strings.ToLower(name)) {
			p.Printf("# Host %s found: line %d\n", name, number)
			found = true
			continue
		}
		kept.WriteString(line)
	}
	if !found {
		fmt.Fprintf(p.Stderr, "Host %s not found in %s\n", name, file)
		return 0
	}
	p.Host.FS.WriteFile(file+".old", text, 0o600, p.Cred)
	if err := p.Host.FS.WriteFile(file, []byte(kept.String()), 0o600, p.Cred); err != nil {
		fmt.Fprintf(p.Stderr, "ssh-keygen: %s: %s\n", file, reason(err))
		return 255
	}
	p.Wrote("write", file)
	p.Printf("%s updated.\nOriginal contents retained as %s.old\n", file, file)
	return 0
}
