package dovecot

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"mxlab/sim/dovecot/mailbox"
)

// splitFlags tells system flags from keywords. unknown is a flag with a
// backslash that is none of the system's.
func splitFlags(list []imap.Flag) (bits mailbox.Flags, keywords []string, unknown string) {
next:
	for _, f := range list {
		for _, s := range systemFlags {
			if strings.EqualFold(string(s.name), string(f)) {
				bits |= s.bit &^ mailbox.Recent
				continue next
			}
		}
		if strings.HasPrefix(string(f), `\`) {
			return 0, nil, string(f)
		}
		if !slices.Contains(keywords, string(f)) {
			keywords = append(keywords, string(f))
		}
	}
	return bits, keywords, ""
}

// Store changes flags (RFC 3501 6.4.6).
func (b *imapBackend) Store(w *imapserver.FetchWriter, set imap.NumSet, change *imap.StoreFlags, _ *imap.StoreOptions) error {
	bits, words, unknown := splitFlags(change.Flags)
	if unknown != "" {
		return bad("Invalid system flag " + strings.ToUpper(unknown))
	}
	pick, err := b.pick(set)
	if err != nil {
		return err
	}
	if b.readOnly {
		return nil
	}
	had := len(b.box.Keywords())
	for _, seq := range pick {
		if err := b.storeOne(b.view[seq-1].m, change.Op, bits, words); err != nil {
			return b.reply(err, "", "")
		}
	}
	if len(b.box.Keywords()) != had { // the client must learn of the new ones first
		flags, permanent := boxFlags(b.box)
		b.conn.out = fmt.Appendf(b.conn.out, "* FLAGS (%s)\r\n* OK [PERMANENTFLAGS (%s)] Flags permitted.\r\n", joinFlags(flags), joinFlags(permanent))
	}
	_, byUID := set.(imap.UIDSet)
	for _, seq := range pick {
		v := &b.view[seq-1]
		if changed := v.flags != v.m.Flags || v.keywords != len(v.m.Keywords); change.Silent || !changed && len(pick) > 0 && !byUID {
			*v = look(v.m)
			continue
		}
		*v = look(v.m)
		r := w.CreateMessage(uint32(seq))
		if byUID {
			r.WriteUID(imap.UID(v.m.UID))
		}
		r.WriteFlags(flagsOf(v.m))
		if err := r.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (b *imapBackend) storeOne(m *mailbox.Message, op imap.StoreFlagsOp, bits mailbox.Flags, words []string) error {
	flags, keywords := m.Flags, slices.Clone(m.Keywords)
	switch op {
	case imap.StoreFlagsSet:
		flags, keywords = m.Flags&mailbox.Recent|bits, words
	case imap.StoreFlagsAdd:
		flags |= bits
		for _, k := range words {
			if !slices.Contains(keywords, k) {
				keywords = append(keywords, k)
			}
		}
	case imap.StoreFlagsDel:
		flags &^= bits
		keywords = slices.DeleteFunc(keywords, func(k string) bool { return slices.Contains(words, k) })
	}
	if flags == m.Flags && slices.Equal(keywords, m.Keywords) {
		return nil
	}
	if flags&mailbox.Deleted != 0 && m.Flags&mailbox.Deleted == 0 {
		b.conn.counts.deleted++
	}
	return b.box.SetFlags(m, flags, keywords)
}

// Expunge removes mails marked as deleted, of uids only if there are any. The
// client is told of it by Poll.
func (b *imapBackend) Expunge(_ *imapserver.ExpungeWriter, uids *imap.UIDSet) error {
	if b.readOnly {
		return nil
	}
	if err := b.box.Sync(); err != nil {
		return b.reply(err, "", "")
	}
	var gone []*mailbox.Message
	for _, m := range b.box.Messages() {
		if m.Flags&mailbox.Deleted != 0 && (uids == nil || b.inUID(*uids, m.UID)) {
			gone = append(gone, m)
		}
	}
	return b.expunge(gone)
}

func (b *imapBackend) expunge(gone []*mailbox.Message) error {
	if len(gone) == 0 {
		return nil
	}
	b.conn.counts.expunged += len(gone)
	return b.reply(b.box.Expunge(gone), "", "")
}

// Copy copies mails to the end of another folder (RFC 3501 6.4.7).
func (b *imapBackend) Copy(set imap.NumSet, dest string) (*imap.CopyData, error) {
	data, _, err := b.copyTo(set, dest)
	return data, err
}

// Move copies mails and removes them here (RFC 6851).
func (b *imapBackend) Move(w *imapserver.MoveWriter, set imap.NumSet, dest string) error {
	data, moved, err := b.copyTo(set, dest)
	if err != nil {
		return err
	}
	if data != nil {
		if err := w.WriteCopyData(data); err != nil {
			return err
		}
	}
	if b.readOnly {
		return nil
	}
	return b.expunge(moved)
}

func (b *imapBackend) copyTo(set imap.NumSet, dest string) (*imap.CopyData, []*mailbox.Message, error) {
	pick, err := b.pick(set)
	if err != nil {
		return nil, nil, err
	}
	box, err := b.store.Open(dest, true)
	if err != nil {
		return nil, nil, b.reply(err, dest, imap.ResponseCodeTryCreate)
	}
	data := &imap.CopyData{UIDValidity: box.Validity()}
	var list []*mailbox.Message
	for _, seq := range pick {
		m := b.view[seq-1].m
		if err := b.box.Stat(m); err != nil {
			return nil, nil, b.reply(err, dest, "")
		}
		text, err := b.box.Raw(m)
		if err != nil {
			return nil, nil, b.reply(err, dest, "")
		}
		uid, err := box.Append(text, m.Flags&^mailbox.Recent, m.Keywords, m.Received.Unix())
		if err != nil {
			return nil, nil, b.reply(err, dest, "")
		}
		data.SourceUIDs.AddNum(imap.UID(m.UID))
		data.DestUIDs.AddNum(imap.UID(uid))
		list = append(list, m)
	}
	if len(list) == 0 {
		return nil, nil, nil
	}
	return data, list, nil
}

// Append adds a mail the client brings (RFC 3501 6.3.11).
func (b *imapBackend) Append(name string, r imap.LiteralReader, options *imap.AppendOptions) (*imap.AppendData, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	bits, words, unknown := splitFlags(options.Flags)
	if unknown != "" {
		return nil, bad("Invalid system flag " + unknown)
	}
	box, err := b.store.Open(name, true)
	if err != nil {
		return nil, b.reply(err, name, imap.ResponseCodeTryCreate)
	}
	received := int64(0)
	if !options.Time.IsZero() {
		received = options.Time.Unix()
	}
	uid, err := box.Append(text, bits, words, received)
	if err != nil {
		return nil, b.reply(err, name, "")
	}
	return &imap.AppendData{UID: imap.UID(uid), UIDValidity: box.Validity()}, nil
}
