package mta

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
	"mxlab/sim/trace"
	"mxlab/sim/vtime"
)

// entry is a message on its way through cleanup(8) into the queue: the queue
// file exists, its content is still to come.
type entry struct {
	in     *Instance
	p      *process // cleanup
	m      *message
	file   *vfs.File
	origin string // for the trace: "smtpd", "pickup", "bounce", "local"
	refs   []trace.Ref
	hold   bool
}

// errTooBig and the others are refusals of cleanup.
var (
	errTooBig  = mail.NewReply(552, "5.3.4 Error: message file too big")
	errHops    = mail.NewReply(554, "5.4.0 Error: too many hops")
	errQueue   = mail.NewReply(451, "4.3.0 Error: queue file write error")
	errSpace   = mail.NewReply(452, "4.3.1 Error: queue file write error")
	errNothing = mail.NewReply(550, "5.1.0 no recipients specified")
)

// enter creates the queue file of a new message, which names it by time and
// inode. arrived is when the message began to come in.
func (in *Instance) enter(t *vtime.Task, origin string, arrived time.Time) (*entry, *mail.Reply) {
	p := in.acquire(t, in.serviceOf("cleanup", "cleanup"))
	if p == nil {
		return nil, &errQueue
	}
	in.queue.serial++
	fs := in.host.FS
	tmp := fmt.Sprintf("%s/incoming/%d.%d", spool, p.pid(), in.queue.serial)
	f, err := fs.Open(tmp, vfs.O_WRONLY|vfs.O_CREATE|vfs.O_EXCL, 0o600, host.Root)
	if err != nil {
		p.logf(host.Warning, "warning: mail_queue_enter: create file incoming/%d.%d: %v", p.pid(), in.queue.serial, vfs.ErrnoOf(err))
		in.release(p)
		if noSpace(err) {
			return nil, &errSpace
		}
		return nil, &errQueue
	}
	info, err := f.Stat()
	m := &message{dir: "incoming", arrival: arrived}
	if err == nil {
		m.id = mail.QueueID(arrived, uint64(info.Ino))
		fs.Chown(tmp, int(in.owner.UID), int(in.owner.GID), host.Root)
		err = fs.Rename(tmp, m.path("incoming"), host.Root)
	}
	if err != nil {
		f.Close()
		fs.Unlink(tmp, host.Root)
		in.release(p)
		return nil, &errQueue
	}
	return &entry{in: in, p: p, m: m, file: f, origin: origin}, nil
}

// abort gives the message up.
func (e *entry) abort() {
	e.file.Close()
	e.in.host.FS.Unlink(e.m.path("incoming"), host.Root)
	e.in.release(e.p)
}

// finish completes the message: addresses are rewritten and virtual aliases
// expanded, missing header fields of local mail added, the queue file written.
// qmgr then has it. A refusal removes the file.
func (e *entry) finish(t *vtime.Task, msg mail.Message) (refusal *mail.Reply) {
	e.p.task = t
	if refusal = e.content(&msg); refusal == nil {
		refusal = e.envelope()
	}
	if refusal == nil {
		e.m.data = msg.Bytes()
		e.m.size = mail.QueueSizeOf(e.m.data)
		refusal = e.write()
	}
	if refusal != nil {
		e.abort()
		return refusal
	}
	e.submit()
	e.in.release(e.p)
	return nil
}

// content adds what the header of local mail lacks and checks the message.
func (e *entry) content(msg *mail.Message) *mail.Reply {
	if e.m.local {
		e.fillHeader(msg)
	}
	id, ok := msg.Get("Message-Id")
	if !ok {
		id = "<>"
	}
	e.p.logf(host.Info, "%s: message-id=%s", e.m.id, id)
	if int64(msg.Hops()) > e.p.cfg.Int("hopcount_limit") {
		return &errHops
	}
	return nil
}

// fillHeader adds From:, Message-Id:, Date: and, without any recipient field,
// To:, in Postfix's order (cleanup_message.c appends them to the header).
func (e *entry) fillHeader(msg *mail.Message) {
	has := func(names ...string) bool {
		return slices.ContainsFunc(msg.Header, func(f mail.Field) bool {
			return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(f.Name, n) })
		})
	}
	prefix := ""
	if has("Resent-From", "Resent-To", "Resent-Date", "Resent-Sender") {
		prefix = "Resent-"
	}
	if !has(prefix + "Message-Id") {
		msg.Append(mail.Field{Name: prefix + "Message-Id", Value: mail.MessageID(e.m.arrival, e.m.id, e.p.cfg.Str("myhostname"))})
	}
	if !has(prefix + "Date") {
		msg.Append(mail.Field{Name: prefix + "Date", Value: mail.FormatDate(e.m.arrival.In(e.in.host.Zone))})
	}
	if !has(prefix + "From") {
		from := quoteIfNeeded(e.p.router().Rewrite(e.m.sender, true))
		if e.m.sender == "" {
			from = "MAILER-DAEMON"
		}
		if e.m.fullName != "" {
			from += " (" + e.m.fullName + ")"
			if e.p.cfg.Str("header_from_format") == "standard" {
				from = e.m.fullName + " <" + quoteIfNeeded(e.p.router().Rewrite(e.m.sender, true)) + ">"
			}
		}
		msg.Append(mail.Field{Name: prefix + "From", Value: from})
	}
	if undisclosed := e.p.cfg.Str("undisclosed_recipients_header"); undisclosed != "" && !has("To", "Cc", "Resent-To", "Resent-Cc") {
		name, value, _ := strings.Cut(undisclosed, ":")
		msg.Append(mail.Field{Name: name, Value: strings.TrimSpace(value)})
	}
}

// envelope rewrites the envelope addresses and expands virtual aliases. A
// recipient that comes up twice is kept once.
func (e *entry) envelope() *mail.Reply {
	clean := e.p.cleaner
	sender, err := clean.Sender(e.m.sender)
	if err != nil {
		return &errQueue
	}
	e.m.sender = sender
	var out []recipient
	seen := map[string]bool{}
	for _, r := range e.m.rcpts {
		list, _, err := clean.Recipients(r.Addr)
		if err != nil {
			return &errQueue
		}
		if r.ORcpt == "" {
			r.ORcpt = "rfc822;" + quoteIfNeeded(r.Orig)
		}
		for _, addr := range list {
			if key := strings.ToLower(addr); !seen[key] {
				seen[key] = true
				r.Addr = addr
				out = append(out, r)
			}
		}
	}
	if e.m.rcpts = out; len(out) == 0 {
		return &errNothing
	}
	return nil
}

func (e *entry) write() *mail.Reply {
	_, err := e.file.Write(e.m.encode())
	if err == nil {
		err = e.in.host.FS.Chmod(e.m.path("incoming"), 0o700, host.Root)
	}
	if err == nil {
		err = e.file.Close()
	}
	if err == nil {
		return nil
	}
	e.p.logf(host.Warning, "warning: %s: write queue file: %v", e.m.id, vfs.ErrnoOf(err))
	if noSpace(err) {
		return &errSpace
	}
	return &errQueue
}

// submit opens the span of the message's life and gives it to qmgr.
func (e *entry) submit() {
	log := e.in.host.Log
	e.m.span = log.Open(trace.Event{Kind: trace.MailSubmit, Node: e.in.host.Name, Refs: e.refs,
		Data: trace.F(fmt.Sprintf("mail %s -> %s", angle(e.m.sender), addresses(e.m.rcpts)), "id", e.m.id, "by", e.origin)})
	e.m.span.Leave()
	if e.hold {
		e.in.move(e.m, "hold")
		e.in.emitQueue(e.m, trace.Neutral, "held", "")
		return
	}
	e.in.activate(e.m)
}

// noSpace reports whether an error means that the queue's disk is full.
func noSpace(err error) bool {
	switch vfs.ErrnoOf(err) {
	case vfs.ENOSPC, vfs.EDQUOT:
		return true
	}
	return false
}

func angle(internal string) string { return "<" + quoteIfNeeded(internal) + ">" }

// addresses lists recipients for a label, three at most.
func addresses(list []recipient) string {
	var words []string
	for i, r := range list {
		if i == 3 {
			words = append(words, fmt.Sprintf("and %d more", len(list)-3))
			break
		}
		words = append(words, angle(r.Addr))
	}
	return strings.Join(words, " ")
}

// quoteIfNeeded is an internal address in its external form.
func quoteIfNeeded(internal string) string {
	local, domain := mail.SplitAddress(internal)
	return mail.Address{Local: local, Domain: domain}.String()
}
