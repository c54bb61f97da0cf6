package dovecot

import (
	"bytes"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"mxlab/sim/dovecot/mailbox"
)

// Search answers SEARCH (RFC 3501 6.4.4, RFC 4731).
func (b *imapBackend) Search(kind imapserver.NumKind, c *imap.SearchCriteria, _ *imap.SearchOptions) (*imap.SearchData, error) {
	data := &imap.SearchData{}
	var seqs imap.SeqSet
	var uids imap.UIDSet
	for i, v := range b.view {
		q := &query{b: b, m: v.m, seq: uint32(i + 1)}
		if !q.matches(c) {
			continue
		}
		n := q.seq
		if kind == imapserver.NumKindUID {
			n = v.m.UID
		}
		seqs.AddNum(q.seq)
		uids.AddNum(imap.UID(v.m.UID))
		if data.Min == 0 {
			data.Min = n
		}
		data.Max = n
		data.Count++
	}
	data.All = seqs
	if kind == imapserver.NumKindUID {
		data.All = uids
	}

	return data, nil
}

// query is a mail that is being compared; its text is read when a criterion
// needs it.
type query struct {
	b    *imapBackend
	m    *mailbox.Message
	seq  uint32
	text []byte
}

// matches reports whether all criteria hold.
func (q *query) matches(c *imap.SearchCriteria) bool {
	for _, s := range c.SeqNum {
		if !q.b.inSeq(s, q.seq) {
			return false
		}
	}
	for _, s := range c.UID {
		if !q.b.inUID(s, q.m.UID) {
			return false
		}
	}
	for _, f := range c.Flag {
		if !q.flag(f) {
			return false
		}
	}
	if slices.ContainsFunc(c.NotFlag, q.flag) {
		return false
	}
	if !q.dates(c) || !q.size(c) || !q.contents(c) {
		return false
	}
	for i := range c.Not {
		if q.matches(&c.Not[i]) {
			return false
		}
	}
	for i := range c.Or {
		if !q.matches(&c.Or[i][0]) && !q.matches(&c.Or[i][1]) {
			return false
		}
	}
	return true
}

func (q *query) flag(f imap.Flag) bool {
	for _, s := range systemFlags {
		if strings.EqualFold(string(s.name), string(f)) {
			return q.m.Flags&s.bit != 0
		}
	}
	return slices.ContainsFunc(q.m.Keywords, func(k string) bool { return strings.EqualFold(k, string(f)) })
}

// day is a time without its hours, in no zone (RFC 3501 6.4.4: "disregarding
// time and timezone").
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (q *query) dates(c *imap.SearchCriteria) bool {
	within := func(t, since, before time.Time) bool {
		return (since.IsZero() || !day(t).Before(day(since))) && (before.IsZero() || day(t).Before(day(before)))
	}
	if !c.Since.IsZero() || !c.Before.IsZero() {
		if q.b.box.Stat(q.m) != nil || !within(q.m.Received.In(q.b.store.Host.Zone), c.Since, c.Before) {
			return false
		}
	}
	if c.SentSince.IsZero() && c.SentBefore.IsZero() {
		return true
	}
	for _, v := range q.fields("Date") {
		if t, err := mail.ParseDate(v); err == nil {
			return within(t, c.SentSince, c.SentBefore)
		}
	}
	return false
}

func (q *query) size(c *imap.SearchCriteria) bool {
	if c.Larger == 0 && c.Smaller == 0 {
		return true
	}
	return q.b.box.Stat(q.m) == nil && (c.Larger == 0 || q.m.Size > c.Larger) && (c.Smaller == 0 || q.m.Size < c.Smaller)
}

// read returns the mail's text, lower-cased.
func (q *query) read() []byte {
	if q.text == nil {
		text, _ := q.b.box.Raw(q.m)
		q.text = bytes.ToLower(text)
	}
	return q.text
}

func (q *query) contents(c *imap.SearchCriteria) bool {
	for _, h := range c.Header {
		if !slices.ContainsFunc(q.fields(h.Key), func(v string) bool { return strings.Contains(strings.ToLower(v), strings.ToLower(h.Value)) }) {
			return false
		}
	}
	for _, s := range c.Text {
		if !bytes.Contains(q.read(), []byte(strings.ToLower(s))) {
			return false
		}
	}
	for _, s := range c.Body {
		_, body, _ := bytes.Cut(q.read(), []byte("\r\n\r\n"))
		if !bytes.Contains(body, []byte(strings.ToLower(s))) {
			return false
		}
	}
	return true
}

// fields returns the values of the header fields with a name, unfolded and with
// their encoded words (RFC 2047) decoded.
func (q *query) fields(name string) []string {
	raw, _ := q.b.box.Raw(q.m)
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	var list []string
	mine := false
	for line := range strings.Lines(string(head)) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line != "" && (line[0] == ' ' || line[0] == '\t'):
			if mine {
				list[len(list)-1] += line
			}
		default:
			n, v, ok := strings.Cut(line, ":")
			if mine = ok && strings.EqualFold(strings.TrimSpace(n), name); mine {
				list = append(list, strings.TrimSpace(v))
			}
		}
	}
	for i, v := range list {
		if d, err := new(mime.WordDecoder).DecodeHeader(v); err == nil {
			list[i] = d
		}
	}
	return list
}
