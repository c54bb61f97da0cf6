package mta

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/mail"
)

// sendmail is Postfix's sendmail(1): it takes a message on standard input and
// hands it to pickup; -bp and -bi are mailq and newaliases, -q flushes the
// queue.
func sendmail(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return 1
	}
	o, status := parseSendmail(p)
	switch {
	case status >= 0:
		return status
	case o.mode == 'p':
		return in.showQueue(p)
	case o.mode == 'i':
		return newaliases(p)
	case o.flush:
		in.runQueue(true, nil)
		return 0
	}
	if begin(p, "sendmail") == nil {
		return 75
	}
	data, status := o.read(p)
	if status > 0 {
		return status
	}
	if o.fromHeader {
		o.headerRecipients(data)
	}
	if len(o.rcpts) == 0 {
		p.Errorf("fatal: Recipient addresses must be specified on the command line or via the -t option")
		return 64
	}
	return in.pickup(p, o, data)
}

// sendmailOptions is the command line of sendmail.
type sendmailOptions struct {
	mode       byte // 'm', 'p', 'i', 's'
	flush      bool
	fromHeader bool // -t
	ignoreDots bool // -i
	sender     string
	fullName   string
	rcpts      []string
}

// parseSendmail reads the command line; a status of -1 means to go on.
func parseSendmail(p *host.Proc) (sendmailOptions, int) {
	o := sendmailOptions{mode: 'm', sender: p.Host.UserName(p.Cred.UID)}
	args := p.Args[1:]
	for i := 0; i < len(args); i++ {
		a := args[i]
		if len(a) < 2 || a[0] != '-' {
			o.rcpts = append(o.rcpts, strings.Split(a, ",")...)
			continue
		}
		value := func() string {
			if len(a) > 2 {
				return a[2:]
			}
			if i+1 < len(args) {
				i++
				return args[i]
			}
			return ""
		}
		switch a[1] {
		case '-':
			if a == "--" {
				o.rcpts = append(o.rcpts, args[i+1:]...)
				return o, -1
			}
		case 'b':
			if len(a) > 2 {
				o.mode = a[2]
			}
			if o.mode != 'm' && o.mode != 'p' && o.mode != 'i' && o.mode != 'd' && o.mode != 's' {
				p.Errorf("fatal: unsupported option: -b%c", o.mode)
				return o, 1
			}
		case 'f', 'r':
			o.sender = strings.Trim(value(), "<>")
		case 'F':
			o.fullName = value()
		case 't':
			o.fromHeader = true
		case 'i':
			o.ignoreDots = true
		case 'q':
			o.flush = true
		case 'o':
			if value() == "i" {
				o.ignoreDots = true
			}
		case 'B', 'C', 'N', 'O', 'R', 'V', 'X', 'h', 'L', 'p':
			value()
		case 'v', 'n', 'U', 'G', 'm', 'e', 'A', 'I', 'x', 'E':
		default:
			p.Errorf("invalid option -- '%c'", a[1])
			p.Errorf("fatal: usage: sendmail [options]")
			return o, 64
		}
	}
	return o, -1
}

// read reads the message from standard input, up to the end or, without -i, to
// a line with only a dot.
func (o *sendmailOptions) read(p *host.Proc) ([]byte, int) {
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(p.Stdin, 64<<20)); err != nil {
		return nil, 75
	}
	if o.ignoreDots {
		return b.Bytes(), 0
	}
	var out bytes.Buffer
	for line := range bytes.Lines(b.Bytes()) {
		if string(bytes.TrimRight(line, "\r\n")) == "." {
			break
		}
		out.Write(line)
	}
	return out.Bytes(), 0
}

// headerRecipients takes the recipients from To, Cc and Bcc.
func (o *sendmailOptions) headerRecipients(data []byte) {
	m := mail.ParseMessage(data)
	for _, name := range []string{"To", "Cc", "Bcc"} {
		for _, v := range m.All(name) {
			list, err := mail.ParseAddressList(v)
			if err != nil {
				continue
			}
			for _, a := range list {
				o.rcpts = append(o.rcpts, a.Internal())
			}
		}
	}
}

// pickup brings a message of a local user into the queue. While Postfix is
// down it waits in the maildrop directory.
func (in *Instance) pickup(p *host.Proc, o sendmailOptions, data []byte) int {
	msg := mail.ParseMessage(data)
	msg.Delete("Bcc")
	s := &submission{sender: o.sender, msg: msg, local: true, origin: "pickup"}
	for _, r := range o.rcpts {
		r = strings.Trim(strings.TrimSpace(r), "<>")
		if r == "" {
			continue
		}
		s.rcpts = append(s.rcpts, recipient{Addr: r, Orig: r})
	}
	if o.fullName != "" {
		if _, ok := msg.Get("From"); !ok {
			s.msg.Append(mail.Field{Name: "From", Value: fmt.Sprintf("%s <%s>", o.fullName, o.sender)})
		}
	}
	cfg, _ := readConfig(in.host, "postdrop")
	if cfg == nil {
		return 75
	}
	if limit := cfg.Int("message_size_limit"); limit > 0 && int64(len(data)) > limit {
		fmt.Fprintf(p.Stderr, "postdrop: warning: uid=%d: File too large\n", p.Cred.UID)
		p.Errorf("warning: mail_stream_cleanup: close error")
		p.Errorf("fatal: %s(%d): message file too big", p.Host.UserName(p.Cred.UID), p.Cred.UID)
		return 75
	}
	if !in.running {
		return in.maildrop(p, s)
	}
	in.stampLocal(s, cfg, int(p.Cred.UID))
	if _, refusal := in.cleanup(p.Task, s); refusal != nil {
		p.Errorf("fatal: %s(%d): %s", p.Host.UserName(p.Cred.UID), p.Cred.UID, refusal.Text())
		return 75
	}
	return 0
}
