package sshd

import (
	"fmt"
	"io"

	"mxlab/sim/host"
)

const sshdUsage = version + `
usage: sshd [-46DdeiqTtV] [-C connection_spec] [-c host_cert_file]
            [-E log_file] [-f config_file] [-g login_grace_time]
            [-h host_key_file] [-o option] [-p port] [-u len]
`

// runSSHD is sshd(8) called by hand: only -t and -T, which check and print the
// configuration. The unit ssh is the server.
func runSSHD(p *host.Proc) int {
	file, test, show := configFile, false, false
	args := p.Args[1:]
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		if len(word) < 2 || word[0] != '-' {
			fmt.Fprintf(p.Stderr, "Extra argument %s.\n", word)
			return 1
		}
		for i := 1; i < len(word); i++ {
			switch word[i] {
			case 't':
				test = true
			case 'T':
				show = true
			case 'f', 'h', 'p', 'o', 'C', 'E', 'g', 'u', 'c':
				value := word[i+1:]
				if value == "" && len(args) > 0 {
					value, args = args[0], args[1:]
				}
				if word[i] == 'f' {
					file = p.Path(value)
				}
				i = len(word)
			case 'D', 'd', 'e', 'i', 'q', '4', '6':
			case 'V':
				io.WriteString(p.Stderr, version+"\n")
				return 0
			default:
				fmt.Fprintf(p.Stderr, "unknown option -- %c\n%s", word[i], sshdUsage)
				return 1
			}
		}
	}
	if !test && !show {
		if p.Name() == p.Args[0] {
			io.WriteString(p.Stderr, "sshd re-exec requires execution with an absolute path\n")
		} else {
			io.WriteString(p.Stderr, "sshd: start the server with systemctl start ssh\n")
		}
		return 255
	}
	c, problems, fatal := readConfig(p.Host, file)
	for _, line := range problems {
		io.WriteString(p.Stderr, line+"\n")
	}
	if fatal {
		return 255
	}
	if _, err := hostKey(p.Host, c); err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 1
	}
	if show {
		p.Print(c.dump())
	}
	return 0
}
