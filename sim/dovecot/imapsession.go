package dovecot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"mxlab/sim/dovecot/mailbox"
	"mxlab/sim/vtime"
)

// imapBackend is what the library serves: the user's store and the selected
// mailbox, as the client knows it.
type imapBackend struct {
	conn     *imapConn
	store    *mailbox.Store
	box      mailbox.Box // nil: none is selected
	readOnly bool
	view     []viewed // the client's sequence numbers
	recent   int      // told to the client
	order    []string // of the data items of the FETCH being answered
}

// viewed is a mail and what the client was last told of it.
type viewed struct {
	m        *mailbox.Message
	flags    mailbox.Flags
	keywords int
}

func look(m *mailbox.Message) viewed { return viewed{m, m.Flags, len(m.Keywords)} }

var (
	_ imapserver.Session          = (*imapBackend)(nil)
	_ imapserver.SessionNamespace = (*imapBackend)(nil)
	_ imapserver.SessionMove      = (*imapBackend)(nil)
)

const (
	diskFault  = "disk fault"
	invalidSet = "Invalid messageset"
)

func bad(text string) error {
	return &imap.Error{Type: imap.StatusResponseTypeBad, Text: text}
}

func no(code imap.ResponseCode, text string) error {
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: code, Text: text}
}

// reply turns an error of the store into the client's reply. Faults of the disk
// go to the log. code is for a mailbox that does not exist.
func (b *imapBackend) reply(err error, name string, code imap.ResponseCode) error {
	var fault *mailbox.Fault
	var badName *mailbox.NameError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &badName):
		return no(imap.ResponseCodeCannot, badName.Error())
	case errors.Is(err, mailbox.ErrExists):
		return no(imap.ResponseCodeAlreadyExists, err.Error())
	case errors.Is(err, mailbox.ErrNotFound):
		return no(code, err.Error()+": "+name)
	case errors.As(err, &fault):
		b.conn.session.logFault("", fault)
		return no(imap.ResponseCodeServerBug, diskFault)
	}
	return no("", err.Error())
}

// Login is never called: the login process has done it.
func (b *imapBackend) Login(string, string) error { return imapserver.ErrAuthFailed }

// Close ends the session.
func (b *imapBackend) Close() error { return nil }

// leave closes the selected mailbox.
func (b *imapBackend) leave() {
	if b == nil || b.box == nil {
		return
	}
	if err := b.box.Close(); err != nil && !b.readOnly {
		b.conn.session.logFault("", err)
	}
	b.box, b.view, b.recent, b.readOnly = nil, nil, 0, false
}

// systemFlags are the flags in the order in which Dovecot lists them.
var systemFlags = []struct {
	bit  mailbox.Flags
	name imap.Flag
}{
	{mailbox.Answered, imap.FlagAnswered}, {mailbox.Flagged, imap.FlagFlagged}, {mailbox.Deleted, imap.FlagDeleted},
	{mailbox.Seen, imap.FlagSeen}, {mailbox.Draft, imap.FlagDraft}, {mailbox.Recent, `\Recent`},
}

// flagsOf lists the flags of a mail.
func flagsOf(m *mailbox.Message) []imap.Flag {
	list := []imap.Flag{}
	for _, f := range systemFlags {
		if m.Flags&f.bit != 0 {
			list = append(list, f.name)
		}
	}
	for _, k := range m.Keywords {
		list = append(list, imap.Flag(k))
	}
	return list
}

// boxFlags lists the flags a mailbox knows, permanent ones with \*.
func boxFlags(box mailbox.Box) (flags, permanent []imap.Flag) {
	for _, f := range systemFlags[:5] {
		flags = append(flags, f.name)
	}
	for _, k := range box.Keywords() {
		flags = append(flags, imap.Flag(k))
	}
	return flags, append(slices.Clone(flags), `\*`)
}

// Select opens a mailbox (RFC 3501 6.3.1, 6.3.2).
func (b *imapBackend) Select(name string, options *imap.SelectOptions) (*imap.SelectData, error) {
	box, err := b.store.Open(name, options.ReadOnly)
	if err != nil {
		return nil, b.reply(err, name, "")
	}
	b.box, b.readOnly, b.view = box, options.ReadOnly, nil
	data := &imap.SelectData{NumMessages: uint32(len(box.Messages())), UIDNext: imap.UID(box.Next()), UIDValidity: box.Validity()}
	data.Flags, data.PermanentFlags = boxFlags(box)
	if b.readOnly {
		data.PermanentFlags = nil
	}
	for i, m := range box.Messages() {
		b.view = append(b.view, look(m))
		if m.Flags&mailbox.Seen == 0 && data.FirstUnseenSeqNum == 0 {
			data.FirstUnseenSeqNum = uint32(i + 1)
		}
		if m.Flags&mailbox.Recent != 0 {
			data.NumRecent++
		}
	}
	b.recent = int(data.NumRecent)
	return data, nil
}

// Unselect leaves the mailbox.
func (b *imapBackend) Unselect() error {
	b.leave()
	return nil
}

// Poll tells the client what has changed, behind what the library has written.
func (b *imapBackend) Poll(_ *imapserver.UpdateWriter, allowExpunge bool) error {
	b.conn.out = append(b.conn.out, b.updates(allowExpunge)...)
	return nil
}

// Idle is never called: the connection answers IDLE itself.
func (b *imapBackend) Idle(_ *imapserver.UpdateWriter, stop <-chan struct{}) error {
	return bad("IDLE")
}

// updates compares the mailbox with what the client knows and returns the
// untagged responses that tell the difference (RFC 3501 7.4.1: EXPUNGE not while
// sequence numbers are in use).
func (b *imapBackend) updates(allowExpunge bool) string {
	if b.box == nil {
		return ""
	}
	if err := b.box.Sync(); err != nil {
		b.conn.session.logFault("", err)
		return ""
	}
	var out strings.Builder
	known := map[*mailbox.Message]bool{}
	now := b.box.Messages()
	for _, m := range now {
		known[m] = true
	}
	for i := len(b.view) - 1; i >= 0; i-- {
		switch v := b.view[i]; {
		case !known[v.m]:
			if allowExpunge {
				fmt.Fprintf(&out, "* %d EXPUNGE\r\n", i+1)
				b.view = slices.Delete(b.view, i, i+1)
			}
		default:
			delete(known, v.m)
		}
	}
	grown := false
	for _, m := range now {
		if known[m] {
			b.view = append(b.view, look(m))
			grown = true
		}
	}
	recent := 0
	for _, v := range b.view {
		if v.m.Flags&mailbox.Recent != 0 {
			recent++
		}
	}
	if grown {
		fmt.Fprintf(&out, "* %d EXISTS\r\n", len(b.view))
	}
	if recent != b.recent || grown && recent > 0 {
		fmt.Fprintf(&out, "* %d RECENT\r\n", recent)
		b.recent = recent
	}
	for i := range b.view {
		if v := &b.view[i]; v.flags != v.m.Flags || v.keywords != len(v.m.Keywords) {
			*v = look(v.m)
			fmt.Fprintf(&out, "* %d FETCH (FLAGS (%s))\r\n", i+1, joinFlags(flagsOf(v.m)))
		}
	}
	return out.String()
}

func joinFlags(list []imap.Flag) string {
	words := make([]string, len(list))
	for i, f := range list {
		words[i] = string(f)
	}
	return strings.Join(words, " ")
}

// notifyDelay is how long Dovecot waits after a change of a mailbox for more
// changes before it looks.
const notifyDelay = 500 * time.Millisecond

// watch calls tell with updates when the mailbox changes, until stop.
func (b *imapBackend) watch(tell func(string)) (stop func()) {
	if b.box == nil {
		return func() {}
	}
	clock := b.conn.session.in.host.Clock
	var timer *vtime.Timer
	var done func()
	changed := func() {
		if timer != nil {
			return
		}
		done = clock.Work()
		timer = clock.After(notifyDelay, func() {
			timer = nil
			done()
			if text := b.updates(true); text != "" {
				tell(text)
			}
		})
	}
	var cancel []func()
	for _, path := range b.box.Watched() {
		cancel = append(cancel, b.store.Host.FS.Watch(path, changed))
	}
	return func() {
		for _, fn := range cancel {
			fn()
		}
		if timer.Stop() {
			timer = nil
			done()
		}
	}
}

// each calls fn for the mails of a set, in ascending order. A sequence number
// that does not exist is an error; a UID is passed over (RFC 3501 6.4.8).
func (b *imapBackend) each(set imap.NumSet, fn func(seq uint32, m *mailbox.Message) error) error {
	pick, err := b.pick(set)
	if err != nil {
		return err
	}
	for _, seq := range pick {
		if err := fn(uint32(seq), b.view[seq-1].m); err != nil {
			return err
		}
	}
	return nil
}

// pick lists the sequence numbers of a set.
func (b *imapBackend) pick(set imap.NumSet) ([]int, error) {
	var list []int
	switch set := set.(type) {
	case imap.SeqSet:
		n := uint32(len(b.view))
		for _, r := range set {
			lo, hi := ordered(r.Start, r.Stop, n)
			if lo == 0 || hi > n {
				return nil, bad(invalidSet)
			}
		}
		for i := range b.view {
			if b.inSeq(set, uint32(i+1)) {
				list = append(list, i+1)
			}
		}
	case imap.UIDSet:
		for i, v := range b.view {
			if b.inUID(set, v.m.UID) {
				list = append(list, i+1)
			}
		}
	}
	return list, nil
}

// ordered returns a range with "*" (0) replaced, the lower end first.
func ordered(start, stop, last uint32) (lo, hi uint32) {
	if start == 0 {
		start = last
	}
	if stop == 0 {
		stop = last
	}
	return min(start, stop), max(start, stop)
}

func (b *imapBackend) inSeq(set imap.SeqSet, seq uint32) bool {
	for _, r := range set {
		if lo, hi := ordered(r.Start, r.Stop, uint32(len(b.view))); lo <= seq && seq <= hi {
			return true
		}
	}
	return false
}

func (b *imapBackend) inUID(set imap.UIDSet, uid uint32) bool {
	last := uint32(0)
	if n := len(b.view); n > 0 {
		last = b.view[n-1].m.UID
	}
	for _, r := range set {
		if lo, hi := ordered(uint32(r.Start), uint32(r.Stop), last); lo <= uid && uid <= hi {
			return true
		}
	}
	return false
}
