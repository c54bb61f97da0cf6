package mta

import (
	"bytes"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// postcat is postcat(1): it prints queue files, by queue id with -q. -e, -h and
// -b choose envelope, header and body.
func postcat(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return 1
	}
	if begin(p, "postcat", "postcat") == nil {
		return 1
	}
	args, flags := p.Args[1:], ""
	for ; len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-'; args = args[1:] {
		flags += args[0][1:]
		if strings.Trim(args[0], "-bdefhoqrsv") != "" {
			p.Errorf("fatal: usage: postcat [-b (body text)] [-c config_dir] [-d (decimal record type)] [-e (envelope records)] [-h (header text)] [-q (access queue)] [-v] [file(s)...]")
			return 1
		}
	}
	if !strings.ContainsAny(flags, "ehb") {
		flags += "ehb"
	}
	for _, name := range args {
		m := in.find(p, name, strings.Contains(flags, "q"))
		if m == nil {
			p.Errorf("fatal: open queue file %s: No such file or directory", name)
			return 1
		}
		printQueueFile(p, m, flags)
	}
	return 0
}

// find returns the message of a queue id or of a file.
func (in *Instance) find(p *host.Proc, name string, byID bool) (found *message) {
	if byID {
		for _, dir := range queueDirs() {
			in.readQueue(dir, func(m *message) {
				if m.id == name {
					found = m
				}
			}, func(string, error) {})
		}
		return found
	}
	path := p.Path(name)
	b, err := in.host.FS.ReadFile(path, p.Cred)
	if err != nil {
		return nil
	}
	m, err := decode(path[strings.LastIndexByte(path, '/')+1:], b)
	if err != nil {
		return nil
	}
	for _, dir := range queueDirs() {
		if strings.HasPrefix(path, spool+"/"+dir+"/") {
			m.dir = dir
		}
	}
	return m
}

func printQueueFile(p *host.Proc, m *message, flags string) {
	name := strings.TrimPrefix(m.path(m.dir), spool+"/")
	whole := strings.Contains(flags, "e")
	if whole {
		p.Printf("*** ENVELOPE RECORDS %s ***\n", name)
		printEnvelope(p, m)
		p.Printf("*** MESSAGE CONTENTS %s ***\n", name)
	}
	header, body, _ := bytes.Cut(m.data, []byte("\n\n"))
	if strings.Contains(flags, "h") {
		p.Printf("%s\n", header)
	}
	if strings.Contains(flags, "h") && strings.Contains(flags, "b") {
		p.Print("\n")
	}
	if strings.Contains(flags, "b") {
		p.Print(string(body))
	}
	if whole {
		p.Printf("*** HEADER EXTRACTED %s ***\n*** MESSAGE FILE END %s ***\n", name, name)
	}
}

// printEnvelope prints the records before the content. The second number of
// message_size is where the content begins.
func printEnvelope(p *host.Proc, m *message) {
	context := "remote"
	if m.local {
		context = "local"
	}
	offset := 97 + 19 + 24 + len("rewrite_context=") + len(context) + 2 + len(m.sender) + 2 + 2
	if m.fullName != "" {
		offset += len(m.fullName) + 2
	}
	for _, r := range m.rcpts {
		offset += len("dsn_orig_rcpt=") + len(r.ORcpt) + len(r.Orig) + len(r.Addr) + 6
	}
	p.Printf("message_size: %15d %15d %15d %15d %15d %15d\n", m.size, offset, len(m.rcpts), 0, m.size, 0)
	date := m.arrival.In(p.Host.Zone).Format("Mon Jan _2 15:04:05 2006")
	p.Printf("message_arrival_time: %s\ncreate_time: %s\nnamed_attribute: rewrite_context=%s\n", date, date, context)
	if m.fullName != "" {
		p.Printf("sender_fullname: %s\n", m.fullName)
	}
	p.Printf("sender: %s\n", m.sender)
	for _, r := range m.rcpts {
		if r.Notify != 0 {
			p.Printf("named_attribute: notify_flags=%d\n", notifyFlags(r.Notify))
		}
		p.Printf("named_attribute: dsn_orig_rcpt=%s\noriginal_recipient: %s\nrecipient: %s\n", r.ORcpt, r.Orig, r.Addr)
	}
}

// notifyFlags is Postfix's number for a NOTIFY set: NEVER 1, SUCCESS 2, FAILURE
// 4, DELAY 8.
func notifyFlags(n mail.Notify) (flags int) {
	for _, w := range []struct {
		bit   mail.Notify
		value int
	}{{mail.NotifyNever, 1}, {mail.NotifySuccess, 2}, {mail.NotifyFailure, 4}, {mail.NotifyDelay, 8}} {
		if n&w.bit != 0 {
			flags |= w.value
		}
	}
	return flags
}
