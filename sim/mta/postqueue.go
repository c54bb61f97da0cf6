package mta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"mxlab/sim/host"
)

// postqueue is postqueue(1).
func postqueue(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return exUnavailable
	}
	if begin(p, "postqueue", "postqueue") == nil {
		return 1
	}
	usage := func() int {
		p.Errorf("fatal: usage: postqueue -f | postqueue -i queueid | postqueue -j | postqueue -p | postqueue -s site")
		return exUsage
	}
	args := p.Args[1:]
	for len(args) > 0 && (args[0] == "-v" || args[0] == "-c" && len(args) > 1) {
		args = args[len(args[0])-1:]
		if args[0] == "-c" {
			args = args[2:]
		}
	}
	if len(args) == 0 || len(args[0]) < 2 || args[0][0] != '-' {
		return usage()
	}
	flag, arg := args[0][:2], args[0][2:]
	if arg == "" && len(args) > 1 {
		arg = args[1]
	}
	switch flag {
	case "-p":
		return in.showQueue(p)
	case "-j":
		return in.queueJSON(p)
	case "-f":
		return in.flush(p, nil)
	case "-i", "-s":
		if arg == "" {
			return usage()
		}
		return in.flush(p, func(m *message) bool {
			return flag == "-i" && m.id == arg || flag == "-s" && m.hasDomain(strings.Trim(arg, "[]"))
		})
	}
	fmt.Fprintf(p.Stderr, "postqueue: invalid option -- '%c'\n", flag[1])
	return usage()
}

// flush makes qmgr try deferred messages now: all, or those that match.
func (in *Instance) flush(p *host.Proc, match func(*message) bool) int {
	if !in.up() {
		p.Errorf("fatal: Cannot flush mail queue - mail system is down")
		return exUnavailable
	}
	in.runQueue(true, match)
	return 0
}

// onDisk reads the messages of all queues, as showq(8) does. complete is false
// when Postfix is down and the user may not look for himself.
func (in *Instance) onDisk(p *host.Proc) (list []*message, complete bool) {
	if !in.up() {
		const hint = " (Connect to the Postfix showq service: Connection refused)"
		if !p.Cred.IsRoot() {
			fmt.Fprint(p.Stderr, "postqueue: fatal: Queue report unavailable - mail system is down"+hint+"\n")
			return nil, false
		}
		fmt.Fprint(p.Stderr, "postqueue: warning: Mail system is down -- accessing queue directly"+hint+"\n")
	}
	for _, dir := range queueDirs() {
		in.readQueue(dir, func(m *message) { list = append(list, m) }, func(string, error) {})
	}
	return list, true
}

// showQueue prints the queue as postqueue -p does.
func (in *Instance) showQueue(p *host.Proc) int {
	list, ok := in.onDisk(p)
	if !ok {
		return exUnavailable
	}
	if len(list) == 0 {
		p.Print("Mail queue is empty\n")
		return 0
	}
	p.Print("-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n")
	total := int64(0)
	for _, m := range list {
		p.Step(1)
		total += m.size
		in.showMessage(p, m)
	}
	s := "s"
	if len(list) == 1 {
		s = ""
	}
	p.Printf("-- %d Kbytes in %d Request%s.\n", total/1024, len(list), s)
	return 0
}

func (in *Instance) showMessage(p *host.Proc, m *message) {
	id := m.id
	switch m.dir {
	case "active":
		id += "*"
	case "hold":
		id += "!"
	}
	sender := quoteIfNeeded(m.sender)
	if sender == "" {
		sender = "MAILER-DAEMON"
	}
	p.Printf("%-11s %7d %20.20s %s\n", id, m.size, m.arrival.In(p.Host.Zone).Format("Mon Jan _2 15:04:05 2006"), sender)
	reason := ""
	for _, r := range m.rcpts {
		if r.Reason != "" && r.Reason != reason {
			reason = r.Reason
			p.Printf("%*s(%s)\n", max(76-len(reason), 0), "", reason)
		}
		p.Printf("%41s%s\n", "", quoteIfNeeded(r.Addr))
	}
	p.Print("\n")
}

// queueJSON prints the queue as postqueue -j does, an object a line.
func (in *Instance) queueJSON(p *host.Proc) int {
	list, ok := in.onDisk(p)
	if !ok {
		return exUnavailable
	}
	for _, m := range list {
		p.Step(1)
		sender := m.sender
		if sender == "" {
			sender = "MAILER-DAEMON"
		}
		p.Printf(`{"queue_name": %s, "queue_id": %s, "arrival_time": %d, "message_size": %d, "forced_expire": %t, "sender": %s, "recipients": [`,
			jsonText(m.dir), jsonText(m.id), m.arrival.Unix(), m.size, m.flags == 'e', jsonText(sender))
		for i, r := range m.rcpts {
			if i > 0 {
				p.Print(", ")
			}
			p.Print(`{"address": ` + jsonText(r.Addr))
			if r.Reason != "" {
				p.Print(`, "delay_reason": ` + jsonText(r.Reason))
			}
			p.Print("}")
		}
		p.Print("]}\n")
	}
	return 0
}

func jsonText(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
