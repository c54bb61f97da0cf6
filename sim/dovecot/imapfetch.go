package dovecot

import (
	"bufio"
	"bytes"
	"math"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-message/textproto"

	"mxlab/sim/dovecot/mailbox"
)

// Fetch answers FETCH (RFC 3501 6.4.5): the data items in the order in which
// they were asked for, bodies last. A body that is not peeked at makes the mail
// seen, which the client is told first.
func (b *imapBackend) Fetch(w *imapserver.FetchWriter, set imap.NumSet, o *imap.FetchOptions) error {
	return b.each(set, func(seq uint32, m *mailbox.Message) error {
		f := &fetch{b: b, m: m}
		if err := f.prepare(o); err != nil {
			return b.reply(err, "", "")
		}
		marks := slices.ContainsFunc(o.BodySection, func(s *imap.FetchItemBodySection) bool { return !s.Peek })
		order := b.order
		if marks && !b.readOnly && m.Flags&mailbox.Seen == 0 {
			if err := b.box.SetFlags(m, m.Flags|mailbox.Seen, m.Keywords); err != nil {
				return b.reply(err, "", "")
			}
			b.view[seq-1] = look(m)
			if !o.Flags {
				order = append([]string{"FLAGS"}, order...)
			}
		}
		r := w.CreateMessage(seq)
		written := map[string]bool{}
		for _, item := range order {
			f.item(r, item, o, written)
		}
		for _, s := range o.BodySection {
			f.section(r, s)
		}
		return r.Close()
	})
}

// fetch is the answer for one mail.
type fetch struct {
	b    *imapBackend
	m    *mailbox.Message
	text []byte
	head textproto.Header
}

// prepare reads what the answer needs.
func (f *fetch) prepare(o *imap.FetchOptions) (err error) {
	if o.InternalDate || o.RFC822Size {
		if err = f.b.box.Stat(f.m); err != nil {
			return err
		}
	}
	if o.Envelope || o.BodyStructure != nil || len(o.BodySection) > 0 {
		if f.text, err = f.b.box.Raw(f.m); err != nil {
			return err
		}
	}
	if o.Envelope {
		f.head, _ = textproto.ReadHeader(bufio.NewReader(bytes.NewReader(f.text)))
	}
	return nil
}

// macros are the words that stand for several data items.
var macros = map[string][]string{
	"ALL":  {"FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"},
	"FAST": {"FLAGS", "INTERNALDATE", "RFC822.SIZE"},
	"FULL": {"FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE"},
}

// item writes one data item that is not a body section, once.
func (f *fetch) item(r *imapserver.FetchResponseWriter, name string, o *imap.FetchOptions, written map[string]bool) {
	if list := macros[name]; list != nil {
		for _, n := range list {
			f.item(r, n, o, written)
		}
		return
	}
	if name == "BODY" {
		name = "BODYSTRUCTURE"
	}
	if written[name] {
		return
	}
	written[name] = true
	switch name {
	case "FLAGS":
		r.WriteFlags(flagsOf(f.m))
	case "UID":
		r.WriteUID(imap.UID(f.m.UID))
	case "INTERNALDATE":
		r.WriteInternalDate(f.m.Received.In(f.b.store.Host.Zone))
	case "RFC822.SIZE":
		r.WriteRFC822Size(f.m.Size)
	case "ENVELOPE":
		env := imapserver.ExtractEnvelope(f.head)
		env.Subject = f.head.Get("Subject")
		r.WriteEnvelope(env)
	case "BODYSTRUCTURE":
		if o.BodyStructure != nil {
			s := imapserver.ExtractBodyStructure(bytes.NewReader(f.text))
			fillDefaults(s)
			r.WriteBodyStructure(s)
		}
	}
}

// fillDefaults gives parts without a type or an encoding what they are by
// RFC 2045 5.2 and 6.1.
func fillDefaults(s imap.BodyStructure) {
	s.Walk(func(_ []int, part imap.BodyStructure) bool {
		p, ok := part.(*imap.BodyStructureSinglePart)
		if !ok {
			return true
		}
		if p.Type == "" {
			p.Type, p.Subtype = "text", "plain"
		}
		if p.Encoding == "" {
			p.Encoding = "7bit"
		}
		if p.Type == "text" && p.Text == nil {
			p.Text = &imap.BodyStructureText{}
		}
		if p.Type == "text" && p.Params["charset"] == "" {
			params := map[string]string{"charset": "us-ascii"}
			for k, v := range p.Params {
				params[k] = v
			}
			p.Params = params
		}
		return true
	})
}

// section writes BODY[...] and counts it.
func (f *fetch) section(r *imapserver.FetchResponseWriter, s *imap.FetchItemBodySection) {
	var data []byte
	if len(s.Part) > 0 {
		whole := *s
		whole.Partial = nil
		data = imapserver.ExtractBodySection(bytes.NewReader(f.text), &whole)
	} else {
		data = f.plainSection(s)
	}
	if p := s.Partial; p != nil {
		from := min(max(p.Offset, 0), int64(len(data)))
		size := min(max(p.Size, 0), math.MaxInt64-from)
		data = data[from:min(from+size, int64(len(data)))]
	}
	n := &f.b.conn.counts
	if s.Specifier == imap.PartSpecifierHeader {
		n.headers, n.headerBytes = n.headers+1, n.headerBytes+len(data)
	} else {
		n.bodies, n.bodyBytes = n.bodies+1, n.bodyBytes+len(data)
	}
	w := r.WriteBodySection(s, int64(len(data)))
	w.Write(data)
	w.Close()
}

// plainSection cuts the mail itself, byte by byte as it came.
func (f *fetch) plainSection(s *imap.FetchItemBodySection) []byte {
	head, body := f.text, []byte(nil)
	if i := bytes.Index(f.text, []byte("\r\n\r\n")); i >= 0 {
		head, body = f.text[:i+4], f.text[i+4:]
	}
	switch s.Specifier {
	case imap.PartSpecifierText:
		return body
	case imap.PartSpecifierHeader:
		if s.HeaderFields == nil && s.HeaderFieldsNot == nil {
			return head
		}
		return headerFields(head, s.HeaderFields, s.HeaderFieldsNot)
	}
	return f.text
}

// headerFields picks fields by name, with their folded lines, and ends with the
// empty line (RFC 3501 6.4.5).
func headerFields(head []byte, only, not []string) []byte {
	var out []byte
	keep := false
	for line := range bytes.Lines(head) {
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte(":"))
			listed := func(n string) bool { return strings.EqualFold(n, strings.TrimSpace(string(name))) }
			keep = slices.ContainsFunc(only, listed) || only == nil && !slices.ContainsFunc(not, listed)
		}
		if keep {
			out = append(out, line...)
		}
	}
	return append(out, "\r\n"...)
}
