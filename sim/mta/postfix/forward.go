package postfix

import (
	"path"
	"strings"
)

// dotForward reads the first file of forward_path that exists. An empty one does
// not count.
func (st *localState) dotForward(u User, ext, address string, p place) bool {
	delims := st.l.router.delimiters
	raw, _, _ := st.l.cfg.Raw("forward_path")
	values := map[string]string{"home": u.Home, "user": u.Name, "extension": strings.TrimLeft(ext, delims), "recipient": address,
		"local": u.Name + ext, "shell": "", "recipient_delimiter": ""}
	if ext != "" {
		values["recipient_delimiter"] = ext[:1]
	}
	for _, pattern := range cutWords(raw) {
		if ext == "" && strings.Contains(pattern, "extension") {
			continue
		}
		file, _, ok := Expand(pattern, func(n string) (string, bool) { v, ok := values[n]; return v, ok })
		if !ok {
			continue
		}
		f, err := st.l.sys.read(path.Clean(file))
		if err != nil {
			continue
		}
		next := p.into(Expansion{file, u.Name, string(f.Data)}, "forward")
		next.forward, next.user = u.Name, u
		return st.items(string(f.Data), address, next) > 0
	}
	return false
}

// mailbox is where mail for an account goes: mailbox_transport, mailbox_command,
// home_mailbox, or the spool file.
func (l *Local) mailbox(u User, address string) Target {
	if t := l.cfg.Str("mailbox_transport"); t != "" {
		return Target{Kind: TargetTransport, User: u, Address: address, Text: t}
	}
	if raw, _, _ := l.cfg.Raw("mailbox_command"); raw != "" {
		return Target{Kind: TargetCommand, User: u, Command: raw, Address: address, Text: "delivered to command: " + raw}
	}
	file := l.cfg.Str("home_mailbox")
	if file != "" {
		file = strings.TrimSuffix(u.Home, "/") + "/" + file
	} else {
		file = strings.TrimSuffix(l.cfg.Str("mail_spool_directory"), "/") + "/" + u.Name
		if strings.HasSuffix(l.cfg.Str("mail_spool_directory"), "/") {
			file += "/"
		}
	}
	if strings.HasSuffix(file, "/") {
		return Target{Kind: TargetMaildir, User: u, Path: file, Address: address, Text: "delivered to maildir"}
	}
	return Target{Kind: TargetMailbox, User: u, Path: file, Address: address, Text: "delivered to mailbox"}
}
