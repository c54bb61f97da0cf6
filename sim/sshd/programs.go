package sshd

import "mxlab/sim/host"

// Programs returns the commands of this package by name.
func Programs() host.Programs {
	return host.Programs{"ssh": runSSH, "sshd": runSSHD, "ssh-keygen": runKeygen, "ssh-copy-id": runCopyID, "scp": runSCP}
}
