// Package netfilter models the packet filter of a Linux host as its
// administrator meets it: iptables and ip6tables 1.8.9 (nf_tables), their -save
// and -restore companions, netfilter-persistent, and ufw as a front-end.
//
// A Firewall belongs to a host. It holds two rule sets (IPv4, IPv6) of tables,
// chains and rules, and a connection tracking table in virtual time. It sees a
// packet at the hook points of vnet and answers with a verdict that names the
// rule. While no rule exists and every policy is ACCEPT the node has no hook,
// so that an empty firewall costs nothing.
//
// What it follows: iptables(8), iptables-extensions(8), iptables-save(8),
// iptables-restore(8), ufw(8), the hook order of netfilter, and the time-outs of
// nf_conntrack. The words and exit statuses are those of the nf_tables variant
// of Debian 12; a change is a transaction, as in nf_tables: it applies as a
// whole or not at all.
//
// What it leaves out: nft(8) itself, ipset, protocol helpers, fragments,
// link-layer matches (vnet has no Ethernet), and the modules nobody needs for
// DNS and mail; their names give the error of a module that is not there.
package netfilter
