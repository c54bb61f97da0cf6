package dovecot

import (
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"mxlab/sim/dovecot/mailbox"
)

// Create makes a folder.
func (b *imapBackend) Create(name string, _ *imap.CreateOptions) error {
	return b.reply(b.store.Create(name), name, "")
}

// Delete removes a folder.
func (b *imapBackend) Delete(name string) error {
	return b.reply(b.store.Delete(name), name, imap.ResponseCodeNonExistent)
}

// Rename renames a folder.
func (b *imapBackend) Rename(name, to string, _ *imap.RenameOptions) error {
	return b.reply(b.store.Rename(name, to), name, imap.ResponseCodeNonExistent)
}

// Subscribe adds a folder to those LSUB lists.
func (b *imapBackend) Subscribe(name string) error {
	if !b.store.Exists(name) {
		return b.reply(mailbox.ErrNotFound, name, "")
	}
	return b.reply(b.store.Subscribe(name, true), name, "")
}

// Unsubscribe takes a folder away from those LSUB lists.
func (b *imapBackend) Unsubscribe(name string) error {
	return b.reply(b.store.Subscribe(name, false), name, "")
}

// Namespace tells of the one namespace there is.
func (b *imapBackend) Namespace() (*imap.NamespaceData, error) {
	return &imap.NamespaceData{Personal: []imap.NamespaceDescriptor{{Prefix: "", Delim: b.delim()}}}, nil
}

func (b *imapBackend) delim() rune { return rune(b.store.Separator()[0]) }

// specialUse is the attribute a folder has by the settings of a namespace, ""
// for none.
func (b *imapBackend) specialUse(name string) imap.MailboxAttr {
	for _, ns := range b.conn.session.in.cfg.All("namespace") {
		for _, m := range ns.All("mailbox") {
			if m.Name == name {
				return imap.MailboxAttr(m.Str("special_use"))
			}
		}
	}
	return ""
}

// List lists folders (RFC 3501 6.3.8, RFC 5258).
func (b *imapBackend) List(w *imapserver.ListWriter, ref string, patterns []string, options *imap.ListOptions) error {
	if len(patterns) == 0 {
		return w.WriteList(&imap.ListData{Attrs: []imap.MailboxAttr{imap.MailboxAttrNoSelect}, Delim: b.delim()})
	}
	folders, err := b.store.Folders()
	if err != nil {
		b.conn.session.logFault("", err)
	}
	subscribed := b.store.Subscriptions()
	if options.SelectSubscribed {
		folders = b.subscribed(folders, subscribed)
	}
	for _, f := range folders {
		if !b.matches(f.Name, ref, patterns) {
			continue
		}
		data := &imap.ListData{Attrs: b.attributes(f, options), Delim: b.delim(), Mailbox: f.Name}
		if options.ReturnSubscribed && slices.Contains(subscribed, f.Name) {
			data.Attrs = append(data.Attrs, imap.MailboxAttrSubscribed)
		}
		if options.ReturnStatus != nil && !f.NoSelect {
			data.Status, _ = b.Status(f.Name, options.ReturnStatus)
		}
		if err := w.WriteList(data); err != nil {
			return err
		}
	}
	return nil
}

// subscribed replaces the folders by those subscribed to, also where they do
// not exist any more.
func (b *imapBackend) subscribed(folders []mailbox.Folder, names []string) []mailbox.Folder {
	var list []mailbox.Folder
	for _, n := range names {
		i := slices.IndexFunc(folders, func(f mailbox.Folder) bool { return f.Name == n })
		if i >= 0 {
			list = append(list, folders[i])
		} else {
			list = append(list, mailbox.Folder{Name: n, NoSelect: true})
		}
	}
	return list
}

func (b *imapBackend) matches(name, ref string, patterns []string) bool {
	for _, p := range patterns {
		if matchFolder(name, b.store.Separator()[0], ref+p) {
			return true
		}
	}
	return false
}

// maxPattern bounds a pattern of LIST.
const maxPattern = 1000

// matchFolder matches a name against a pattern in which * stands for anything
// and % for anything within one level (RFC 3501 6.3.8); INBOX has no case. It
// keeps the set of pattern places that the name so far can have led to, so its
// time grows with the product of the lengths and not faster.
func matchFolder(name string, sep byte, pattern string) bool {
	if len(pattern) > maxPattern {
		return false
	}
	if strings.EqualFold(name, "INBOX") {
		pattern = strings.ToUpper(pattern)
	}
	n := len(pattern)
	at := make([]bool, n+1)
	skip := func() { // a wildcard may stand for nothing
		for i := range n {
			if at[i] && (pattern[i] == '*' || pattern[i] == '%') {
				at[i+1] = true
			}
		}
	}
	at[0] = true
	skip()
	for k := range len(name) {
		next := make([]bool, n+1)
		for i := range n {
			switch {
			case !at[i]:
			case pattern[i] == '*' || pattern[i] == '%' && name[k] != sep:
				next[i] = true
			case pattern[i] == name[k]:
				next[i+1] = true
			}
		}
		at = next
		skip()
	}
	return at[n]
}

// attributes are those of a folder; an extended LIST that asks for other things
// leaves the children out.
func (b *imapBackend) attributes(f mailbox.Folder, o *imap.ListOptions) []imap.MailboxAttr {
	attrs := []imap.MailboxAttr{}
	if f.NoSelect {
		attrs = append(attrs, imap.MailboxAttrNoSelect)
	}
	extended := o.ReturnStatus != nil || o.ReturnSubscribed || o.ReturnSpecialUse
	switch {
	case extended && !o.ReturnChildren || o.SelectSubscribed:
	case f.Children:
		attrs = append(attrs, imap.MailboxAttrHasChildren)
	default:
		attrs = append(attrs, imap.MailboxAttrHasNoChildren)
	}
	if use := b.specialUse(f.Name); use != "" {
		attrs = append(attrs, use)
	}
	return attrs
}

// Status counts what is in a folder (RFC 3501 6.3.10).
func (b *imapBackend) Status(name string, options *imap.StatusOptions) (*imap.StatusData, error) {
	box, err := b.store.Open(name, true)
	if err != nil {
		return nil, b.reply(err, name, "")
	}
	var all, recent, unseen, deleted uint32
	var size int64
	for _, m := range box.Messages() {
		all++
		if m.Flags&mailbox.Recent != 0 {
			recent++
		}
		if m.Flags&mailbox.Seen == 0 {
			unseen++
		}
		if m.Flags&mailbox.Deleted != 0 {
			deleted++
		}
		if options.Size {
			if err := box.Stat(m); err != nil {
				return nil, b.reply(err, name, "")
			}
			size += m.Size
		}
	}
	return &imap.StatusData{Mailbox: name, NumMessages: &all, NumRecent: &recent, NumUnseen: &unseen, NumDeleted: &deleted, Size: &size,
		UIDNext: imap.UID(box.Next()), UIDValidity: box.Validity(), DeletedStorage: new(int64)}, nil
}

// makeFolders makes the folders a namespace wants to exist (mailbox { auto }).
func (b *imapBackend) makeFolders() {
	for _, ns := range b.conn.session.in.cfg.All("namespace") {
		for _, m := range ns.All("mailbox") {
			if m.Str("auto") == "no" || b.store.Exists(m.Name) {
				continue
			}
			if b.store.Create(m.Name) == nil && m.Str("auto") == "subscribe" {
				b.store.Subscribe(m.Name, true)
			}
		}
	}
}
