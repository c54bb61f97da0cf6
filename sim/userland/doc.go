// Package userland holds the commands of the lab's hosts, one file or group of
// files each, named after the command. A command is a host.Program: it gets a
// process and does to the host's disk, terminal and network what the real one
// does, with the same output, error texts and exit status (Debian 12).
//
// The DNS tools (dig, host, nslookup) share one engine, as BIND's do: lookup*.go
// is the flow of questions, repetitions, referrals and search lists, dns*.go
// the transport and the text forms of records. They follow BIND 9.18, also in
// what looks like mistakes. The mail client behind the lab's inbox (SendMail,
// FetchMail) is here too, although it is no command.
//
// It leaves out what needs a real kernel: raw sockets, name spaces, terminals in
// raw mode.
package userland
