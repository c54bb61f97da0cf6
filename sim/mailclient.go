package sim

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mxlab/sim/mail"
	"mxlab/sim/userland"
	"mxlab/sim/vtime"
)

// box returns the mail account with an address.
func (w *World) box(address string) (*Mailbox, error) {
	i := slices.IndexFunc(w.plan.Blueprint.Boxes, func(b Mailbox) bool { return strings.EqualFold(b.Address, address) })
	if i < 0 {
		return nil, fmt.Errorf("%w: %s", ErrNoMailbox, address)
	}
	return &w.plan.Blueprint.Boxes[i], nil
}

// sendMail submits a message from the mail client of the sender's machine. The
// transcript of the session is returned also when it fails.
func (w *World) sendMail(t *vtime.Task, m *Mail) (string, error) {
	box, err := w.box(m.From)
	if err != nil {
		return "", err
	}
	h, err := w.host(box.Host)
	if err != nil {
		return "", err
	}
	list, err := mail.ParseAddressList(m.To)
	if err != nil || len(list) == 0 {
		return "", fmt.Errorf("to: %q is not a list of addresses", m.To)
	}
	var to []string
	for _, a := range list {
		to = append(to, a.String())
	}
	server, port := box.SMTP, box.SMTPPort
	if m.Via != "" {
		server, port = m.Via, 25
	}
	msg := mail.Compose(m.From, m.To, m.Subject, m.Body, h.Now())
	msg.Append(mail.Field{Name: "Message-Id", Value: fmt.Sprintf("<%d.%d@%s>", w.clock.Now().Unix(), len(w.journal)+1, h.Hostname())})
	sub := userland.Submission{Server: server, Port: port, Helo: h.Hostname(), From: m.From, To: to, Message: msg.Bytes()}
	if box.Auth {
		sub.User, sub.Password = box.User, box.Password
	}
	transcript, err := userland.SendMail(t, h, sub)
	return strings.Join(transcript, "\n"), err
}

// fetchMail reads a mailbox over the network as its owner's mail client does.
func (w *World) fetchMail(t *vtime.Task, address string) ([]Received, string, error) {
	box, err := w.box(address)
	if err != nil {
		return nil, "", err
	}
	h, err := w.host(box.Host)
	if err != nil {
		return nil, "", err
	}
	if box.Incoming == "" {
		return nil, "", errors.New("this mailbox has no incoming server")
	}
	list, transcript, err := userland.FetchMail(t, h, userland.Account{Server: box.Incoming, Proto: box.Proto, User: box.User, Password: box.Password})
	var out []Received
	for _, m := range list {
		out = append(out, Received{ID: m.UID, Data: string(m.Content)})
	}
	return out, strings.Join(transcript, "\n"), err
}
