package mta

import (
	"path"
	"strings"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/trace"
)

// local delivers to recipients of this machine (local(8)): aliases first, then
// the user's .forward, then the mailbox.
func (a *attempt) local() {
	a.relay = "local"
	msg := mail.ParseMessage(a.m.data)
	for _, r := range a.rcpts {
		targets := a.p.locals.Expand(r.Addr, msg.All("Delivered-To"))
		a.forwards(r, msg, targets)
		for _, t := range targets {
			a.target(r, msg, t)
		}
	}
}

// target delivers to one of the places a recipient stands for.
func (a *attempt) target(r recipient, msg mail.Message, t postfix.Target) {
	if t.Address != "" {
		r.Addr = t.Address
	}
	failure := mail.Failure{Status: t.Status, Text: t.Text}
	var err *mail.Failure
	switch t.Kind {
	case postfix.TargetAddress: // see forwards
		return
	case postfix.TargetBounce, postfix.TargetDefer:
		a.fail(r, failure)
		return
	case postfix.TargetTransport:
		a.p.logf(host.Warning, "warning: connect to transport private/%s: No such file or directory", strings.SplitN(t.Text, ":", 2)[0])
		a.fail(r, mail.TransportUnavailable())
		return
	case postfix.TargetDiscard:
	case postfix.TargetCommand:
		err = a.command(r, a.labelled(msg, r), t)
	case postfix.TargetMaildir:
		err = a.maildir(t.Path, a.labelled(msg, r), a.cred(t.User))
	case postfix.TargetMailbox:
		cred := a.cred(t.User)
		cred.Groups = append(cred.Groups, mailGroup)
		err = a.mbox(t.Path, a.labelled(msg, r), cred, t.User.Name)
	case postfix.TargetFile:
		err = a.file(t.Path, a.labelled(msg, r), a.cred(t.User), t.User.Name)
	}
	if err != nil {
		a.fail(r, *err)
		return
	}
	a.sent(r, mail.Enhanced{2, 0, 0}, t.Text)
}

// mailGroup owns the mail spool directory.
const mailGroup = 8

// cred is as whom a delivery is done: the user, or default_privs.
func (a *attempt) cred(u postfix.User) vfs.Cred {
	name := u.Name
	if name == "" {
		name = a.p.cfg.Str("default_privs")
	}
	return a.in.host.CredOf(name)
}

// labelled is the message with the fields of final delivery.
func (a *attempt) labelled(msg mail.Message, r recipient) mail.Message {
	orig := r.Orig
	if orig == "" {
		orig = r.Addr
	}
	msg.Prepend(mail.DeliveryFields(a.m.sender, quoteIfNeeded(orig), quoteIfNeeded(r.Addr))...)
	return msg
}

// forwards queues the message again for all addresses elsewhere, once for each
// sender.
func (a *attempt) forwards(r recipient, msg mail.Message, targets []postfix.Target) {
	var senders []string
	to := map[string][]recipient{}
	for _, t := range targets {
		if t.Kind != postfix.TargetAddress {
			continue
		}
		sender := a.m.sender
		if t.Owner != "" {
			sender = t.Owner
		}
		if to[sender] == nil {
			senders = append(senders, sender)
		}
		to[sender] = append(to[sender], recipient{Addr: t.Address, Orig: r.Orig, Notify: r.Notify})
	}
	for _, sender := range senders {
		a.forward(r, msg, sender, to[sender])
	}
}

func (a *attempt) forward(r recipient, msg mail.Message, sender string, to []recipient) {
	e, refusal := a.in.enter(a.t, "local", a.in.host.Clock.Now())
	if refusal == nil {
		e.m.sender, e.m.rcpts, e.m.local = sender, to, true
		if a.m.span != nil {
			e.refs = []trace.Ref{{Rel: trace.ReplyTo, Seq: a.m.span.ID()}}
		}
		msg.Prepend(mail.InternalReceived(a.p.cfg.Str("myhostname"), a.p.cfg.Str("mail_name"), e.m.id, a.in.host.Now()),
			mail.Field{Name: "Delivered-To", Value: quoteIfNeeded(r.Addr)})
		refusal = e.finish(a.t, msg)
	}
	if refusal != nil {
		a.fail(r, mail.Failure{Status: mail.Enhanced{4, 3, 0}, Text: refusal.Text()})
		return
	}
	a.sent(r, mail.Enhanced{2, 0, 0}, "forwarded as "+e.m.id)
}

// virtual delivers to virtual mailboxes (virtual(8)).
func (a *attempt) virtual() {
	a.relay = "virtual"
	msg := mail.ParseMessage(a.m.data)
	maps := a.p.sys.OpenMaps("virtual_mailbox_maps", a.p.cfg.Str("virtual_mailbox_maps"))
	for _, r := range a.rcpts {
		value, _, found, err := a.p.router().FindAddress(maps, r.Addr, postfix.FindAddressTables)
		switch {
		case err != nil:
			a.fail(r, mail.Failure{Status: mail.Enhanced{4, 3, 5}, Text: "mail system configuration error"})
		case !found:
			a.fail(r, mail.Failure{Status: mail.Enhanced{5, 1, 1}, Text: "unknown user: \"" + r.Addr + "\""})
		default:
			a.virtualMailbox(r, msg, value)
		}
	}
}

func (a *attempt) virtualMailbox(r recipient, msg mail.Message, value string) {
	uid, okUID := a.ownerID("virtual_uid_maps", r.Addr, a.p.cfg.Int("virtual_minimum_uid"))
	gid, okGID := a.ownerID("virtual_gid_maps", r.Addr, 1)
	if !okUID || !okGID {
		a.fail(r, mail.Failure{Status: mail.Enhanced{4, 3, 5}, Text: "mail system configuration error"})
		return
	}
	cred := vfs.Cred{UID: uid, GID: gid}
	box := path.Clean(a.p.cfg.Str("virtual_mailbox_base") + "/" + value)
	text, deliver := "delivered to mailbox", func() *mail.Failure { return a.mbox(box, a.labelled(msg, r), cred, r.Addr) }
	if strings.HasSuffix(value, "/") {
		text, deliver = "delivered to maildir", func() *mail.Failure { return a.maildir(box+"/", a.labelled(msg, r), cred) }
	}
	if f := deliver(); f != nil {
		a.fail(r, *f)
		return
	}
	a.sent(r, mail.Enhanced{2, 0, 0}, text)
}

// ownerID reads the uid or gid of a virtual mailbox, commonly static:NUMBER.
func (a *attempt) ownerID(param, addr string, least int64) (uint32, bool) {
	maps := a.p.sys.OpenMaps(param, a.p.cfg.Str(param))
	value, _, found, err := a.p.router().FindAddress(maps, addr, postfix.FindAddressTables)
	if err != nil {
		return 0, false
	}
	if !found {
		a.p.logf(host.Warning, "warning: recipient %s: not found in %s", addr, param)
		return 0, false
	}
	id, ok := parseID(value)
	if !ok || int64(id) < least {
		a.p.logf(host.Warning, "warning: recipient %s: bad %s entry: %s", addr, param, value)
		return 0, false
	}
	return id, true
}
