package mta

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
)

// sendmail is Postfix's sendmail(1): it takes a message on standard input and
// leaves it for pickup; -bp and -bi are mailq and newaliases, -q flushes the
// queue. It leaves out -bs and -bv.
func sendmail(p *host.Proc) int {
	in := instance(p)
	if in == nil {
		return exUnavailable
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
		return in.flush(p, nil)
	}
	if begin(p, "sendmail", p.Name()) == nil {
		return exTempFail
	}
	data, err := o.read(p)
	if err != nil {
		return exTempFail
	}
	if o.fromHeader {
		o.headerRecipients(data)
	}
	if len(o.rcpts) == 0 {
		if o.fromHeader {
			p.Errorf("fatal: %s(%d): No recipient addresses found in message header", p.Host.UserName(p.Cred.UID), p.Cred.UID)
		} else {
			p.Errorf("fatal: Recipient addresses must be specified on the command line or via the -t option")
		}
		return exUsage
	}
	return in.submitLocal(p, &o, data)
}

// Exit statuses of sysexits(3).
const (
	exUsage       = 64
	exUnavailable = 69
	exTempFail    = 75
)

// sendmailOptions is the command line of sendmail.
type sendmailOptions struct {
	mode       byte // 'm', 'p', 'i', 's'
	flush      bool
	fromHeader bool // -t
	ignoreDots bool // -i
	sender     string
	fullName   string
	notify     string
	envID      string
	ret        string
	rcpts      []string
}

// parseSendmail reads the command line; a status of -1 means to go on.
func parseSendmail(p *host.Proc) (sendmailOptions, int) {
	o := sendmailOptions{mode: 'm', sender: p.Host.UserName(p.Cred.UID)}
	o.fullName = o.sender
	if u, ok := p.Host.User(o.sender); ok {
		if gecos, _, _ := strings.Cut(u.Gecos, ","); gecos != "" {
			o.fullName = gecos
		}
	}
	switch p.Name() {
	case "mailq":
		o.mode = 'p'
	case "newaliases":
		o.mode = 'i'
	}
	args := p.Args[1:]
	for i := 0; i < len(args); i++ {
		a := args[i]
		if len(a) < 2 || a[0] != '-' {
			o.rcpts = append(o.rcpts, strings.Split(a, ",")...)
			continue
		}
		if a == "--" {
			o.rcpts = append(o.rcpts, args[i+1:]...)
			break
		}
		value := func() string {
			if len(a) > 2 {
				return a[2:]
			}
			if i++; i < len(args) {
				return args[i]
			}
			return ""
		}
		if status := o.option(p, a, value); status >= 0 {
			return o, status
		}
	}
	return o, -1
}

// option handles one option; value returns its argument.
func (o *sendmailOptions) option(p *host.Proc, a string, value func() string) int {
	switch a[1] {
	case 'b':
		o.mode = (value() + " ")[0]
		if !strings.ContainsRune("dmpi", rune(o.mode)) {
			p.Errorf("fatal: unsupported option: -b%c", o.mode)
			return exUsage
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
		if strings.HasPrefix(a, "-q") {
			o.flush = true
		}
	case 'o':
		if value() == "i" {
			o.ignoreDots = true
		}
	case 'N':
		o.notify = value()
	case 'V':
		o.envID = value()
	case 'R':
		o.ret = strings.ToUpper(value())
	case 'B', 'C', 'O', 'X', 'h', 'L', 'p':
		value()
	case 'v', 'n', 'U', 'G', 'm', 'e', 'A', 'I', 'x', 'E':
	default:
		fmt.Fprintf(p.Stderr, "%s: invalid option -- '%c'\n", p.Name(), a[1])
		p.Errorf("fatal: usage: sendmail [options]")
		return exUsage
	}
	return -1
}

// read reads the message from standard input, up to the end or, without -i, to
// a line with only a dot.
func (o *sendmailOptions) read(p *host.Proc) ([]byte, error) {
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(p.Stdin, maxContent)); err != nil {
		return nil, err
	}
	data := mail.NormalizeLF(b.Bytes())
	if o.ignoreDots {
		return data, nil
	}
	for at := 0; at < len(data); {
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			end = len(data) - at
		}
		if string(data[at:at+end]) == "." {
			return data[:at], nil
		}
		at += end + 1
	}
	return data, nil
}

// headerRecipients takes the recipients from To, Cc and Bcc, or, of a resent
// message, from their Resent- counterparts.
func (o *sendmailOptions) headerRecipients(data []byte) {
	m := mail.ParseMessage(data)
	names := []string{"To", "Cc", "Bcc"}
	if len(m.All("Resent-To"))+len(m.All("Resent-Cc"))+len(m.All("Resent-Bcc")) > 0 {
		names = []string{"Resent-To", "Resent-Cc", "Resent-Bcc"}
	}
	for _, name := range names {
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

// submitLocal hands the message to postdrop.
func (in *Instance) submitLocal(p *host.Proc, o *sendmailOptions, data []byte) int {
	m := &message{sender: o.sender, fullName: o.fullName, data: data, envID: o.envID, ret: mail.Return(o.ret)}
	for _, r := range o.rcpts {
		if r = strings.Trim(strings.TrimSpace(r), "<>"); r != "" {
			m.rcpts = append(m.rcpts, recipient{Addr: r, Orig: r, Notify: notifyOption(o.notify)})
		}
	}
	who := fmt.Sprintf("%s(%d)", p.Host.UserName(p.Cred.UID), p.Cred.UID)
	cfg, _ := in.readConfig("postdrop")
	if limit := cfg.Int("message_size_limit"); limit > 0 && int64(len(data)) > limit {
		fmt.Fprintf(p.Stderr, "postdrop: warning: uid=%d: File too large\n", p.Cred.UID)
		p.Errorf("warning: mail_stream_cleanup: close error")
		p.Errorf("fatal: %s: message file too big", who)
		return exUnavailable
	}
	if err := in.postdrop(p, m); err != nil {
		fmt.Fprintf(p.Stderr, "postdrop: warning: mail_queue_enter: create file maildrop/%d.%d: %v\n", p.PID, in.queue.serial, vfs.ErrnoOf(err))
		p.Errorf("fatal: %s: queue file write error", who)
		return exTempFail
	}
	return 0
}

func notifyOption(s string) (n mail.Notify) {
	for _, w := range strings.Split(strings.ToUpper(s), ",") {
		switch w {
		case "SUCCESS":
			n |= mail.NotifySuccess
		case "FAILURE":
			n |= mail.NotifyFailure
		case "DELAY":
			n |= mail.NotifyDelay
		case "NEVER":
			n = mail.NotifyNever
		}
	}
	return n
}
