package mta

import (
	"encoding/json"
	"fmt"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// mailq lists the queue: mailq(1) is postqueue -p.
func mailq(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return 1
	}
	return in.showQueue(p)
}

// postqueue is postqueue(1).
func postqueue(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return 1
	}
	usage := func() int {
		p.Errorf("fatal: usage: postqueue -f | postqueue -i queueid | postqueue -j | postqueue -p | postqueue -s site")
		return 64
	}
	if len(p.Args) < 2 {
		return usage()
	}
	flag, arg := p.Args[1], ""
	if len(p.Args) > 2 {
		arg = p.Args[2]
	}
	if len(flag) > 2 && (strings.HasPrefix(flag, "-i") || strings.HasPrefix(flag, "-s")) {
		flag, arg = flag[:2], flag[2:]
	}
	switch flag {
	case "-p":
		return in.showQueue(p)
	case "-j":
		return in.queueJSON(p)
	case "-f", "-i", "-s":
		if flag != "-f" && arg == "" {
			return usage()
		}
		if !in.running {
			p.Errorf("warning: Mail system is down -- accessing queue directly")
			return 69
		}
		in.runQueue(true, func(m *message) bool {
			return flag == "-f" || flag == "-i" && m.id == arg || flag == "-s" && m.hasDomain(strings.Trim(arg, "[]"))
		})
		return 0
	}
	return usage()
}

// showQueue prints the queue as showq(8) does.
func (in *Instance) showQueue(p *host.Proc) int {
	if !in.running {
		if !p.Cred.IsRoot() {
			fmt.Fprintf(p.Stderr, "postqueue: fatal: Queue report unavailable - mail system is down\n")
			return 69
		}
		fmt.Fprintf(p.Stderr, "postqueue: warning: Mail system is down -- accessing queue directly\n")
	}
	list := in.all()
	if len(list) == 0 {
		p.Print("Mail queue is empty\n")
		return 0
	}
	p.Print("-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n")
	total := int64(0)
	for _, m := range list {
		p.Step(1)
		total += m.size
		mark := " "
		switch m.dir {
		case "active":
			mark = "*"
		case "hold":
			mark = "!"
		}
		sender := m.sender
		if sender == "" {
			sender = "MAILER-DAEMON"
		}
		p.Printf("%-10s%s%8d %s  %s\n", m.id, mark, m.size, m.arrival.In(p.Host.Zone).Format("Mon Jan _2 15:04:05"), quoteIfNeeded(sender))
		reason := ""
		for _, r := range m.rcpts {
			if r.Reason != "" && r.Reason != reason {
				reason = r.Reason
				p.Printf("%*s\n", 76, "("+reason+")")
			}
			p.Printf("%41s%s\n", "", quoteIfNeeded(r.Addr))
		}
		p.Print("\n")
	}
	s := "s"
	if len(list) == 1 {
		s = ""
	}
	p.Printf("-- %d Kbytes in %d Request%s.\n", total/1024, len(list), s)
	return 0
}

func quoteIfNeeded(internal string) string {
	local, domain := mail.SplitAddress(internal)
	return mail.Address{Local: local, Domain: domain}.String()
}

// queueJSON prints the queue as postqueue -j does, an object a line.
func (in *Instance) queueJSON(p *host.Proc) int {
	type rcpt struct {
		Address string `json:"address"`
		Reason  string `json:"delay_reason,omitempty"`
	}
	for _, m := range in.all() {
		p.Step(1)
		v := struct {
			Queue   string `json:"queue_name"`
			ID      string `json:"queue_id"`
			Arrival int64  `json:"arrival_time"`
			Size    int64  `json:"message_size"`
			Forced  bool   `json:"forced_expire"`
			Sender  string `json:"sender"`
			Rcpts   []rcpt `json:"recipients"`
		}{m.dir, m.id, m.arrival.Unix(), m.size, false, m.sender, nil}
		for _, r := range m.rcpts {
			v.Rcpts = append(v.Rcpts, rcpt{r.Addr, r.Reason})
		}
		b, err := json.Marshal(v)
		if err != nil {
			return 1
		}
		line := strings.NewReplacer(`":`, `": `, `,"`, `, "`, `},{`, `}, {`).Replace(string(b))
		p.Print(line + "\n")
	}
	return 0
}
