package mta

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"mxlab/sim/host"
	"mxlab/sim/host/vfs"
	"mxlab/sim/mail"
	"mxlab/sim/mta/postfix"
	"mxlab/sim/trace"
)

// maxAliasDepth bounds nested aliases (local(8)).
const maxAliasDepth = 100

// local delivers to a recipient of this machine (local(8)): aliases first, then
// the user's .forward, then the mailbox.
func (a *attempt) local(r recipient) {
	a.relay = "local"
	name, _ := mail.SplitAddress(r.Addr)
	a.localName(r, name, 0)
}

func (a *attempt) localName(r recipient, name string, depth int) {
	if depth > maxAliasDepth {
		a.bounced(r, mail.Enhanced{5, 4, 6}, "alias database loop for "+name)
		return
	}
	maps := a.d.sys.OpenMaps("alias_maps", a.d.cfg.Str("alias_maps"))
	if !maps.Empty() {
		value, found, err := maps.Find(strings.ToLower(name))
		if err != nil {
			a.postponed(r, mail.Enhanced{4, 3, 0}, "alias database unavailable")
			return
		}
		if found {
			for _, target := range aliasTargets(value) {
				a.aliasTarget(r, name, target, depth)
			}
			return
		}
	}
	bare, _ := postfix.SplitExtension(name, a.d.cfg.Str("recipient_delimiter"))
	u, ok := a.in.host.User(strings.ToLower(bare))
	if !ok {
		a.bounced(r, mail.Enhanced{5, 1, 1}, fmt.Sprintf("unknown user: %q", name))
		return
	}
	a.mailbox(r, u)
}

// aliasTargets cuts the value of an alias at commas outside quotes.
func aliasTargets(value string) []string {
	var list []string
	var word strings.Builder
	quoted := false
	flush := func() {
		if w := strings.TrimSpace(word.String()); w != "" {
			list = append(list, strings.Trim(w, `"`))
		}
		word.Reset()
	}
	for _, c := range value {
		switch {
		case c == '"':
			quoted = !quoted
			word.WriteRune(c)
		case c == ',' && !quoted:
			flush()
		default:
			word.WriteRune(c)
		}
	}
	flush()
	return list
}

// aliasTarget delivers to one target of an alias (aliases(5)).
func (a *attempt) aliasTarget(r recipient, name, target string, depth int) {
	if r.Orig == "" {
		r.Orig = r.Addr
	}
	switch {
	case strings.HasPrefix(target, "|"):
		a.command(r, target[1:])
	case strings.HasPrefix(target, "/"):
		a.file(r, target, a.in.host.CredOf("nobody"))
	case strings.HasPrefix(target, ":include:"):
		b, err := a.in.host.FS.ReadFile(strings.TrimPrefix(target, ":include:"), host.Root)
		if err != nil {
			a.postponed(r, mail.Enhanced{4, 2, 4}, fmt.Sprintf("cannot open include file %s: %v", strings.TrimPrefix(target, ":include:"), vfs.ErrnoOf(err)))
			return
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				a.aliasTarget(r, name, line, depth+1)
			}
		}
	default:
		addr := a.d.router.Rewrite(strings.TrimPrefix(target, `\`), true)
		local, domain := mail.SplitAddress(addr)
		if ok, err := a.d.router.IsLocal(domain); err == nil && ok {
			r.Addr = addr
			if strings.EqualFold(local, name) { // an alias for itself is the mailbox
				if u, ok := a.in.host.User(strings.ToLower(local)); ok {
					a.mailbox(r, u)
					return
				}
			}
			a.localName(r, local, depth+1)
			return
		}
		a.forward(r, addr)
	}
}

// forward queues the message again for an address elsewhere.
func (a *attempt) forward(r recipient, addr string) {
	msg := mail.ParseMessage(a.m.data)
	if delivered, loop := deliveredTo(msg, r.Addr); loop {
		a.bounced(r, mail.Enhanced{5, 4, 6}, "mail forwarding loop for "+delivered)
		return
	}
	msg.Prepend(mail.Field{Name: "Delivered-To", Value: r.Addr})
	s := &submission{sender: a.m.sender, rcpts: []recipient{{Addr: addr, Orig: r.Orig}}, msg: msg, origin: "local",
		refs: []trace.Ref{{Rel: trace.RetryOf, Seq: a.m.scope.Span}}}
	s.trace = func(id string) mail.Field {
		return mail.InternalReceived(a.d.cfg.Str("myhostname"), "", id, a.in.host.Now())
	}
	id, refusal := a.in.cleanup(a.t, s)
	if refusal != nil {
		a.postponed(r, mail.Enhanced{4, 3, 0}, refusal.Text())
		return
	}
	a.sent(r, mail.Enhanced{2, 0, 0}, "forwarded as "+id)
}

func deliveredTo(msg mail.Message, addr string) (string, bool) {
	for _, d := range msg.All("Delivered-To") {
		if strings.EqualFold(strings.TrimSpace(d), addr) {
			return addr, true
		}
	}
	return "", false
}

// mailbox delivers to a user: by .forward if there is one, else to home_mailbox
// or the file in mail_spool_directory.
func (a *attempt) mailbox(r recipient, u host.User) {
	cred := a.in.host.Cred(u)
	if b, err := a.in.host.FS.ReadFile(u.Home+"/.forward", cred); err == nil {
		delivered := false
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			delivered = true
			for _, target := range aliasTargets(line) {
				a.aliasTarget(r, u.Name, target, maxAliasDepth-1)
			}
		}
		if delivered {
			return
		}
	}
	msg := mail.ParseMessage(a.m.data)
	if _, loop := deliveredTo(msg, r.Addr); loop {
		a.bounced(r, mail.Enhanced{5, 4, 6}, "mail forwarding loop for "+r.Addr)
		return
	}
	if cmd := a.d.cfg.Str("mailbox_command"); cmd != "" {
		a.command(r, cmd)
		return
	}
	orig := r.Orig
	if strings.EqualFold(orig, r.Addr) {
		orig = ""
	}
	msg.Prepend(mail.DeliveryFields(a.m.sender, orig, r.Addr)...)
	box := a.d.cfg.Str("home_mailbox")
	switch {
	case strings.HasSuffix(box, "/"):
		a.maildir(r, path.Join(u.Home, box), msg, cred)
	case box != "":
		a.appendMbox(r, path.Join(u.Home, box), msg, cred)
	case strings.HasSuffix(a.d.cfg.Str("mail_spool_directory"), "/"):
		a.maildir(r, path.Join(a.d.cfg.Str("mail_spool_directory"), u.Name), msg, cred)
	default:
		cred.Groups = append(cred.Groups, 8) // local keeps the group of the mail spool
		a.appendMbox(r, path.Join(a.d.cfg.Str("mail_spool_directory"), u.Name), msg, cred)
	}
}

// maildir writes a message to a maildir: to tmp, then into new.
func (a *attempt) maildir(r recipient, dir string, msg mail.Message, cred vfs.Cred) {
	h := a.in.host
	for _, sub := range []string{"", "/tmp", "/new", "/cur"} {
		if err := h.FS.Mkdir(dir+sub, 0o700, cred); err != nil && !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	now := h.Clock.Now()
	tmp := fmt.Sprintf("%s/tmp/%d.P%d.%s", dir, now.Unix(), a.d.pid(), h.Hostname())
	if err := h.FS.WriteFile(tmp, msg.Bytes(), 0o600, cred); err != nil {
		a.mailboxError(r, cred, "create maildir file "+tmp, err)
		h.FS.Unlink(tmp, cred)
		return
	}
	info, err := h.FS.Stat(tmp, cred)
	if err == nil {
		name := maildirName(now, uint64(info.Ino), h.Hostname())
		err = h.FS.Rename(tmp, dir+"/new/"+name, cred)
	}
	if err != nil {
		a.mailboxError(r, cred, "rename "+tmp, err)
		return
	}
	a.sent(r, mail.Enhanced{2, 0, 0}, "delivered to maildir")
}

// maildirName is Postfix's name of a maildir file: time, device and inode,
// microseconds, host.
func maildirName(t time.Time, inode uint64, host string) string {
	return fmt.Sprintf("%d.Vfe01I%xM%d.%s", t.Unix(), inode, t.Nanosecond()/1000, host)
}

// mailboxError bounces or defers by the error of the disk.
func (a *attempt) mailboxError(r recipient, cred vfs.Cred, what string, err error) {
	e := vfs.ErrnoOf(err)
	a.d.logf(host.Warning, "warning: maildir access problem for UID/GID=%d/%d: %s: %v", cred.UID, cred.GID, what, e)
	switch e {
	case vfs.EACCES, vfs.ENOENT, vfs.ENOTDIR:
		a.d.logf(host.Warning, "warning: perhaps you need to create the maildirs in advance")
		a.bounced(r, mail.Enhanced{5, 2, 0}, fmt.Sprintf("maildir delivery failed: %s: %v", what, e))
	case vfs.EDQUOT, vfs.EFBIG:
		a.bounced(r, mail.Enhanced{5, 2, 2}, fmt.Sprintf("maildir delivery failed: %s: %v", what, e))
	default:
		a.postponed(r, mail.Enhanced{4, 2, 0}, fmt.Sprintf("maildir delivery failed: %s: %v", what, e))
	}
}

// appendMbox appends a message to an mbox file (mbox(5)).
func (a *attempt) appendMbox(r recipient, file string, msg mail.Message, cred vfs.Cred) {
	h := a.in.host
	var b strings.Builder
	from := a.m.sender
	if from == "" {
		from = "MAILER-DAEMON"
	}
	fmt.Fprintf(&b, "From %s  %s\n", from, h.Now().Format("Mon Jan _2 15:04:05 2006"))
	for line := range strings.Lines(string(msg.Bytes())) {
		if strings.HasPrefix(line, "From ") {
			b.WriteByte('>')
		}
		b.WriteString(line)
	}
	b.WriteByte('\n')
	old := int64(0)
	if info, err := h.FS.Stat(file, cred); err == nil {
		old = info.Size()
	}
	if limit := a.d.cfg.Int("mailbox_size_limit"); limit > 0 && old+int64(b.Len()) > limit {
		a.postponed(r, mail.Enhanced{4, 2, 2}, fmt.Sprintf("cannot update mailbox %s for user %s. error writing message: File too large", file, h.UserName(cred.UID)))
		return
	}
	if err := h.FS.AppendFile(file, []byte(b.String()), 0o600, cred); err != nil {
		e := vfs.ErrnoOf(err)
		text := fmt.Sprintf("cannot update mailbox %s for user %s. unable to create lock file %s.lock: %v", file, h.UserName(cred.UID), file, e)
		if e == vfs.EDQUOT {
			a.bounced(r, mail.Enhanced{5, 2, 2}, text)
			return
		}
		a.postponed(r, mail.Enhanced{4, 2, 0}, text)
		return
	}
	a.sent(r, mail.Enhanced{2, 0, 0}, "delivered to mailbox")
}

// file appends to a file named by an alias.
func (a *attempt) file(r recipient, name string, cred vfs.Cred) {
	if name == "/dev/null" {
		a.sent(r, mail.Enhanced{2, 0, 0}, "delivered to file: /dev/null")
		return
	}
	msg := mail.ParseMessage(a.m.data)
	msg.Prepend(mail.DeliveryFields(a.m.sender, r.Orig, r.Addr)...)
	if err := a.in.host.FS.AppendFile(name, msg.Bytes(), 0o600, cred); err != nil {
		a.bounced(r, mail.Enhanced{5, 2, 0}, fmt.Sprintf("cannot append message to file %s: %v", name, vfs.ErrnoOf(err)))
		return
	}
	a.sent(r, mail.Enhanced{2, 0, 0}, "delivered to file: "+name)
}

// command pipes the message into a shell command (local(8), "external command
// delivery").
func (a *attempt) command(r recipient, cmd string) {
	h := a.in.host
	rd, wr := h.Pipe()
	out, outFD := h.NewBuffer()
	cred := h.CredOf("nobody")
	env := host.NewEnv("PATH", "/usr/bin:/bin", "RECIPIENT", r.Addr, "SENDER", a.m.sender)
	init, err := h.Daemon(host.Spec{Args: []string{"local"}, Env: env, Cred: &cred})
	if err != nil {
		a.postponed(r, mail.Enhanced{4, 3, 0}, "unable to create a process: "+err.Error())
		return
	}
	defer init.Exit(0)
	p, err := init.Launch(host.Spec{Args: []string{"/bin/sh", "-c", cmd}, Stdin: rd, Stdout: outFD, Stderr: outFD})
	if err != nil {
		a.bounced(r, mail.Enhanced{5, 3, 0}, "command execution failed: "+err.Error())
		return
	}
	init.Hold(wr)
	feed := a.m.data
	_, err = h.Start(init, func(fp *host.Proc) int { fp.Stdout.Write(feed); return 0 }, host.Spec{Args: []string{"local"}, Stdout: wr})
	init.Release(wr)
	if err != nil {
		p.Signal(host.SIGKILL)
	}
	if status := p.Wait(a.t); status != 0 {
		text := fmt.Sprintf("Command died with status %d: %q", status, cmd)
		if o := strings.TrimSpace(string(out.Bytes())); o != "" {
			text += ". Command output: " + o
		}
		a.bounced(r, mail.Enhanced{5, 3, 0}, text)
		return
	}
	a.sent(r, mail.Enhanced{2, 0, 0}, "delivered to command: "+cmd)
}

// virtual delivers to a virtual mailbox (virtual(8)).
func (a *attempt) virtual(r recipient) {
	a.relay = "virtual"
	maps := a.d.sys.OpenMaps("virtual_mailbox_maps", a.d.cfg.Str("virtual_mailbox_maps"))
	value, _, found, err := a.d.router.FindAddress(maps, r.Addr, postfix.FindAddressTables)
	if err != nil {
		a.postponed(r, mail.Enhanced{4, 3, 5}, "mail system configuration error")
		return
	}
	if !found {
		a.bounced(r, mail.Enhanced{5, 1, 1}, fmt.Sprintf("unknown user: %q", r.Addr))
		return
	}
	cred := vfs.Cred{UID: a.staticID("virtual_uid_maps"), GID: a.staticID("virtual_gid_maps")}
	box := a.d.cfg.Str("virtual_mailbox_base") + "/" + value
	msg := mail.ParseMessage(a.m.data)
	msg.Prepend(mail.DeliveryFields(a.m.sender, "", r.Addr)...)
	if strings.HasSuffix(box, "/") {
		a.maildir(r, path.Clean(box), msg, cred)
	} else {
		a.appendMbox(r, path.Clean(box), msg, cred)
	}
}

// staticID reads a uid or gid from a table, commonly static:NUMBER.
func (a *attempt) staticID(param string) uint32 {
	maps := a.d.sys.OpenMaps(param, a.d.cfg.Str(param))
	var id uint32 = 65534
	if maps.Empty() {
		return id
	}
	if v, found, err := maps.Find(""); err == nil && found {
		fmt.Sscan(v, &id)
	}
	return id
}
