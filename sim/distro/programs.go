package distro

import (
	"strings"

	"mxlab/sim/host"
)

// location returns the directory of a command's file and the package it comes
// with, "" for the base system. ok is false where the flavour has no such
// command.
func location(f host.Flavour, program string) (dir, pkg string, ok bool) {
	dir, pkg = "/usr/bin", owner[program]
	if sbin[program] {
		dir = "/usr/sbin"
	}
	if f == host.RedHat {
		if debianOnly[program] {
			return "", "", false
		}
		if pkg == "bind9" {
			pkg = "bind"
		}
	}
	return dir, pkg, true
}

// debianOnly lists the commands that Red Hat-like systems do not have.
var debianOnly = set("ufw netfilter-persistent adduser deluser addgroup")

// sbin lists the commands that live in /usr/sbin.
var sbin = set("named rndc named-checkconf named-checkzone named-compilezone rndc-confgen tsig-keygen postfix postconf postqueue postsuper postmap postalias postcat " +
	"sendmail newaliases-sendmail dovecot iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore ufw nft service " +
	"ifconfig route arp sysctl reboot halt poweroff shutdown useradd userdel adduser usermod groupadd groupdel deluser addgroup delgroup chpasswd nologin visudo tcpd tcpdmatch tcpdchk inetd chroot sshd rsyslogd makemap mailstats")

// owner names the package of commands that are not in the base system.
var owner = func() map[string]string {
	m := map[string]string{}
	for pkg, list := range map[string]string{
		"bind9": "named rndc named-checkconf named-checkzone named-compilezone rndc-confgen tsig-keygen " +
			"dnssec-keygen dnssec-signzone dnssec-dsfromkey dnssec-verify named-journalprint",
		"postfix":        "postfix postconf postqueue postsuper postmap postalias postcat sendmail newaliases mailq",
		"dovecot":        "dovecot doveconf doveadm",
		"iptables":       "iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore ufw netfilter-persistent",
		"openssh-server": "sshd",
		"openbsd-inetd":  "tcpd tcpdmatch tcpdchk",
	} {
		for name := range set(list) {
			m[name] = pkg
		}
	}
	return m
}()

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
