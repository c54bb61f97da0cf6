package sshd

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"mxlab/sim/host"
)

// runCopyID is ssh-copy-id(1): it appends the user's public key to
// authorized_keys at the other end, by way of ssh.
func runCopyID(p *host.Proc) int {
	file, target := path.Join(p.Env.Get("HOME"), ".ssh/id_ed25519.pub"), ""
	var pass []string
	args := p.Args[1:]
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		switch {
		case (word == "-i" || word == "-p" || word == "-o") && len(args) > 0:
			if word == "-i" {
				file = strings.TrimSuffix(args[0], ".pub") + ".pub"
			} else {
				pass = append(pass, word, args[0])
			}
			args = args[1:]
		case word == "-f" || word == "-n" || word == "-x":
		case strings.HasPrefix(word, "-") || target != "":
			io.WriteString(p.Stderr, "Usage: /usr/bin/ssh-copy-id [-h|-?|-f|-n|-s|-x] [-i [identity_file]] [-p port] [-F alternative ssh_config file] [[-o <ssh -o options>] ...] [user@]hostname\n")
			return 1
		default:
			target = word
		}
	}
	if target == "" {
		io.WriteString(p.Stderr, "/usr/bin/ssh-copy-id: ERROR: Too few arguments.  Expected a target argument, got:\n")
		return 1
	}
	key, err := p.Host.FS.ReadFile(p.Path(file), p.Cred)
	if err != nil {
		io.WriteString(p.Stderr, "\n/usr/bin/ssh-copy-id: ERROR: No identities found\n")
		return 1
	}
	fmt.Fprintf(p.Stderr, "/usr/bin/ssh-copy-id: INFO: Source of key(s) to be installed: \"%s\"\n", file)
	const remote = "umask 077; mkdir -p .ssh && cat >> .ssh/authorized_keys"
	status, err := p.Run(host.Spec{Args: append(append([]string{"ssh"}, pass...), target, remote), Stdin: p.Hold(host.NewFD(bytes.NewReader(key), nil, nil))})
	if err != nil || status != 0 {
		return 1
	}
	p.Printf("\nNumber of key(s) added: 1\n\nNow try logging into the machine, with:   \"ssh '%s'\"\nand check to make sure that only the key(s) you wanted were added.\n\n", target)
	return 0
}
