// Package netfilter models the packet filter of a Linux host as its
// administrator meets it: iptables 1.8.9 (nf_tables) and ufw.
package netfilter
