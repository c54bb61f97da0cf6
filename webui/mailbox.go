package webui

import (
	"bytes"
	"io"
	"net/mail"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // EUC-KR, ISO-2022-KR and others

	"mxlab/sim"
	"mxlab/sim/trace"
)

// mailItem is a fetched message.
type mailItem struct {
	summary MailSummary
	date    int64 // Unix time of its Date field
	data    string
}

// Bounds of what is shown of a message.
const (
	maxBodyShown = 200 << 10
	maxRawShown  = 400 << 10
	maxParts     = 50
)

// fetch is what a mail program had after it fetched mail.
type fetch struct {
	at    int64 // virtual time
	items []mailItem
}

// maxFetches bounds the former states of a mailbox that can be looked at.
const maxFetches = 200

// fetch takes in what a mail program has fetched. Messages that it had before
// share their text.
func (k *desk) fetch(account string, res *sim.Result) {
	items := readMails(res.Mails)
	old := k.mails(account, 0)
	for i := range items {
		if j := slices.IndexFunc(old, func(m mailItem) bool { return m.summary.ID == items[i].summary.ID && m.data == items[i].data }); j >= 0 {
			items[i] = old[j]
			continue
		}
		items[i].summary.Seq = deliveryOf(k.world.Log(), items[i].data)
	}
	list := append(k.fetched[account], fetch{int64(res.End), items})
	k.fetched[account] = list[max(0, len(list)-maxFetches):]
}

// mails returns what the mail program of an account had at a moment, newest
// first; 0 stands for now.
func (k *desk) mails(account string, at int64) []mailItem {
	for _, f := range slices.Backward(k.fetched[account]) {
		if at == 0 || f.at <= at {
			return f.items
		}
	}
	return nil
}

// readMails turns what a mail program has fetched into a list, newest first.
func readMails(list []sim.Received) []mailItem {
	items := []mailItem{}
	for _, r := range list {
		items = append(items, readMail(r))
	}
	slices.Reverse(items) // a mailbox is kept in the order of arrival
	return items
}

func readMail(r sim.Received) mailItem {
	it := mailItem{data: r.Data, summary: MailSummary{ID: r.ID}}
	head, _ := readHeader(r.Data)
	for _, f := range head {
		switch strings.ToLower(f.Name) {
		case "from":
			it.summary.From = f.Value
		case "to":
			it.summary.To = f.Value
		case "subject":
			it.summary.Subject = f.Value
		case "date":
			if d, err := mail.ParseDate(f.Value); err == nil {
				it.date = d.Unix()
			}
		}
	}
	return it
}

// readHeader returns the header fields in order, decoded (RFC 2047), and the
// entity they belong to.
func readHeader(data string) (list []trace.Field, e *message.Entity) {
	e, err := message.Read(strings.NewReader(data))
	if e == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return nil, nil
	}
	for f := e.Header.Fields(); f.Next(); {
		value, err := f.Text()
		if err != nil {
			value = f.Value()
		}
		list = append(list, trace.Field{Name: f.Key(), Value: strings.ToValidUTF8(shorten(value, 4000), "?")})
	}
	return list, e
}

// readBody returns the text of the first readable part.
func readBody(e *message.Entity) string {
	if e == nil {
		return ""
	}
	parts := 0
	return firstText(e, &parts)
}

func firstText(e *message.Entity, parts *int) string {
	if *parts++; *parts > maxParts {
		return ""
	}
	if mr := e.MultipartReader(); mr != nil {
		for {
			p, err := mr.NextPart()
			if p == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
				return ""
			}
			if text := firstText(p, parts); text != "" {
				return text
			}
			if *parts > maxParts {
				return ""
			}
		}
	}
	kind, _, _ := e.Header.ContentType()
	if kind != "" && !strings.HasPrefix(kind, "text/") && !strings.HasPrefix(kind, "message/") {
		return ""
	}
	b, _ := io.ReadAll(io.LimitReader(e.Body, maxBodyShown))
	return strings.ReplaceAll(strings.ToValidUTF8(string(bytes.TrimRight(b, "\r\n")), "?"), "\r\n", "\n")
}

// hasAccount checks that an account belongs to the story.
func (s *Session) hasAccount(account string) *Problem {
	if slices.ContainsFunc(s.drawn.Blueprint.Boxes, func(b sim.Mailbox) bool { return b.Address == account }) {
		return nil
	}
	return problemf(codeNotFound, "없는 메일 계정입니다: %.80q", "no such mail account: %.80q", account)
}

// mailbox lists what the mail program of an account fetched last.
func (s *Session) mailbox(a *AskMailbox) (*Mailbox, *Problem) {
	account := a.Account
	if p := s.hasAccount(account); p != nil {
		return nil, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &Mailbox{Account: account, Messages: []MailSummary{}}
	for _, it := range s.desk.mails(account, a.At) {
		out.Messages = append(out.Messages, s.summaryOf(account, &it))
	}
	return out, nil
}

// summaryOf completes a summary. The caller holds the lock.
func (s *Session) summaryOf(account string, it *mailItem) MailSummary {
	sum := it.summary
	sum.Unread = !s.read[account][sum.ID]
	if it.date != 0 {
		sum.At = (it.date - s.drawn.Blueprint.Start.Unix()) * 1e9
	}
	return sum
}

// message returns a fetched message, which becomes read.
func (s *Session) message(a *AskMessage) (*MailMessage, *Problem) {
	if p := s.hasAccount(a.Account); p != nil {
		return nil, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.desk.mails(a.Account, a.At)
	i := slices.IndexFunc(list, func(m mailItem) bool { return m.summary.ID == a.ID })
	if i < 0 {
		return nil, problemf(codeNotFound, "그 메일은 편지함에 없습니다.", "the message is not in the mailbox")
	}
	if a.At == 0 && !s.read[a.Account][a.ID] {
		if p := s.note(fact{Read: a}); p != nil {
			return nil, p
		}
		mark(s.read, a.Account, a.ID)
		s.state.Unread = s.desk.unread(s.read)
		s.stateN++
		s.wake()
	}
	it := &list[i]
	head, e := readHeader(it.data)
	out := &MailMessage{MailSummary: s.summaryOf(a.Account, it), Header: head, Body: readBody(e), Raw: strings.ToValidUTF8(it.data, "?")}
	if e == nil {
		out.Body = out.Raw
	}
	if len(out.Raw) > maxRawShown {
		out.Raw, _ = cutMiddle(out.Raw, maxRawShown)
	}
	if out.Header == nil {
		out.Header = []trace.Field{}
	}
	return out, nil
}
